"""QA's part of the verification: the page that asks, and what testers answer."""
