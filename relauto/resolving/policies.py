"""What a project's settings say about files that picks conflict in."""

import posixpath
from collections.abc import Sequence
from fnmatch import fnmatchcase

from relauto.settings.changes import PathPolicy


def find_policy(policies: Sequence[PathPolicy], path: str) -> PathPolicy | None:
    """Return the first policy whose pattern a path matches."""
    return next((policy for policy in policies if _matches(policy.pattern, path)), None)


def _matches(pattern: str, path: str) -> bool:
    return fnmatchcase(path if "/" in pattern else posixpath.basename(path), pattern)
