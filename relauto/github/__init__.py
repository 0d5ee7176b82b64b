"""GitHub: the only place that talks to its API."""
