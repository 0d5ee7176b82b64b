"""What an event says about where to look. Its payload is foreign text: nothing in it is believed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from relauto.triggers.catalogue import RELAY, explain_pass, is_handled

RELAYED = "relauto"
"""The `event_type` of the dispatches that a relay sends."""

_NAME = re.compile(r"[a-z_]{1,40}")
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

_Payload = Mapping[str, Any]

_NUMBERS = ("number", "issue.number", "pull_request.number")
_LISTED = ("check_run.pull_requests", "check_suite.pull_requests", "workflow_run.pull_requests")
_BRANCHES = (
    "pull_request.head.ref",
    "check_suite.head_branch",
    "check_run.check_suite.head_branch",
    "workflow_run.head_branch",
)
_COMMITS = (
    "sha",
    "pull_request.head.sha",
    "check_suite.head_sha",
    "check_run.head_sha",
    "workflow_run.head_sha",
    "merge_group.head_sha",
)
_REF_TYPES = {"branch": "refs/heads/", "tag": "refs/tags/"}


@dataclass(frozen=True)
class Hint:
    """Where something may have happened; what is empty was not told.

    `repository` is `owner/name`, "" where a relay tells of the product's, and `main` its default branch.
    `numbers` are of issues and pull requests, `comment` is the id of one; `branches` are those that a
    pull request or a check is about, by their short names; `moved` are full refs that came, went or moved.
    """

    event: str
    action: str = ""
    repository: str = ""
    main: str = ""
    numbers: frozenset[int] = frozenset()
    comment: int = 0
    branches: frozenset[str] = frozenset()
    commits: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.event} {self.action}".strip()


@dataclass(frozen=True)
class Passed:
    """An event about which nothing is done: `why` is a sentence."""

    why: str


def read_hint(event: str, payload: _Payload) -> Hint | Passed:
    """Return what an event hints at; what is not shaped as GitHub writes it is taken as not told.

    Args:
        event: its name, as in `GITHUB_EVENT_NAME`.
        payload: its payload, as in the file that `GITHUB_EVENT_PATH` names.
    """
    action = _dig(payload, "action", str)
    why = explain_pass(event, action)
    if why:
        return Passed(why)
    if event == RELAY:
        return _read_relayed(action, payload)
    return Hint(
        event,
        action,
        _dig(payload, "repository.full_name", str),
        _dig(payload, "repository.default_branch", str),
        frozenset(_list_numbers(payload)),
        _dig(payload, "comment.id", int) if event == "issue_comment" else 0,
        frozenset([*_dig_all(payload, _BRANCHES), *_list_names(payload, "branches")]),
        frozenset(each for each in _dig_all(payload, _COMMITS) if _COMMIT.fullmatch(each)),
        frozenset(_list_moved(payload)),
    )


def _read_relayed(kind: str, payload: _Payload) -> Hint | Passed:
    """Return the hint of a relay: it carries the event's name, and one id that says nothing by itself.

    The id is that of the comment for `issue_comment`, and the number for `pull_request`.
    """
    if kind != RELAYED:
        return Passed(f"{RELAY} {kind!r} changes nothing here: only {RELAYED!r} may.")
    event, found = _dig(payload, "client_payload.event", str), _dig(payload, "client_payload.id", object)
    if not _NAME.fullmatch(event):
        return Passed(f"{RELAY} names no event in client_payload.event, so nothing is done.")
    # An action is not relayed, and may be any.
    if event == RELAY or not is_handled(event):
        return Passed(explain_pass(event, "") or f"{RELAY} is not relayed itself, so nothing is done.")
    number = int(str(found)) if re.fullmatch(r"[0-9]{1,15}", str(found)) else 0
    return Hint(
        event,
        numbers=frozenset([number] if number and event.startswith("pull_request") else []),
        comment=number if event == "issue_comment" else 0,
    )


def _dig(payload: object, path: str, kind: type) -> Any:
    """Return the value at a path of keys, or that of an empty `kind` where none of that kind is there."""
    found = payload
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    if kind is object:
        return found
    fits = isinstance(found, kind) and not isinstance(found, bool)
    return found if fits else kind()


def _dig_all(payload: _Payload, paths: tuple[str, ...]) -> Iterator[str]:
    yield from filter(None, (_dig(payload, path, str) for path in paths))


def _list_numbers(payload: _Payload) -> Iterator[int]:
    yield from filter(None, (_dig(payload, path, int) for path in _NUMBERS))
    for path in _LISTED:
        yield from filter(None, (_dig(each, "number", int) for each in _dig(payload, path, list)))


def _list_names(payload: _Payload, path: str) -> Iterator[str]:
    yield from filter(None, (_dig(each, "name", str) for each in _dig(payload, path, list)))


def _list_moved(payload: _Payload) -> Iterator[str]:
    """Yield the full refs that a push, a created or deleted ref, or a merge queue is about."""
    ref, kind = _dig(payload, "ref", str), _dig(payload, "ref_type", str)
    if ref:
        yield ref if ref.startswith("refs/") else _REF_TYPES.get(kind, "refs/heads/") + ref
    base = _dig(payload, "merge_group.base_ref", str)
    if base:
        yield base
