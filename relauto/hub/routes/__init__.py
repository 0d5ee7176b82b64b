"""The hub's routes, one blueprint for each of GitHub's resources."""

from relauto.hub.graph.routes import routes as graphql
from relauto.hub.routes import (
    assets,
    branches,
    checks,
    commits,
    issues,
    labels,
    log,
    pulls,
    reactions,
    refs,
    releases,
    repositories,
    reviews,
    rulesets,
    users,
    workflows,
)
from relauto.hub.transport import routes as transport

BLUEPRINTS = (
    assets.routes,
    branches.routes,
    checks.routes,
    commits.routes,
    graphql,
    issues.routes,
    labels.routes,
    log.routes,
    pulls.routes,
    reactions.routes,
    refs.routes,
    releases.routes,
    repositories.routes,
    reviews.routes,
    rulesets.routes,
    transport,
    users.routes,
    workflows.routes,
    workflows.own_routes,
)
