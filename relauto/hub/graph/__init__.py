"""The hub's GraphQL: a subset of GitHub's schema, its nodes, and the route that asks them."""
