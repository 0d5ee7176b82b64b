"""What people type, as the tasks read it: moments and durations."""

from relauto.model.moment import parse_duration, parse_moment

__all__ = ["parse_duration", "parse_moment"]
