"""Rulesets for branches by pattern: which of their rules are in force on a branch.

Of GitHub's rules there are the two that keep a branch; the others are a protected branch's (`Protection`).
Patterns are those of Ruby's File.fnmatch with FNM_PATHNAME, as "Creating rulesets for a repository" says.
"""

import re

from relauto.hub.place import Place
from relauto.hub.records import Ruleset

KINDS = ("deletion", "non_fast_forward")
_PARTS = {"**/": "(?:[^/]+/)*", "**": "[^/]*", "*": "[^/]*", "?": "[^/]"}


def list_in_force(place: Place, branch: str) -> list[Ruleset]:
    """Return the active rulesets that a branch, which need not exist, falls under."""
    return [each for each in place.all(Ruleset) if each.enforcement == "active" and _covers(each, branch)]


def list_kinds(place: Place, branch: str) -> frozenset[str]:
    """Return the kinds of rules that rulesets put on a branch."""
    return frozenset(kind for each in list_in_force(place, branch) for kind in each.rules)


def _covers(ruleset: Ruleset, branch: str) -> bool:
    ref = f"refs/heads/{branch}"
    return _matches(ruleset.include, ref) and not _matches(ruleset.exclude, ref)


def _matches(patterns: tuple[str, ...], ref: str) -> bool:
    return any(pattern == "~ALL" or re.fullmatch(_translate(pattern), ref) for pattern in patterns)


def _translate(pattern: str) -> str:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return "".join(_PARTS.get(part, re.escape(part)) for part in parts)
