"""Issues and their comments; a pull request is an issue, too."""

from typing import Any, Literal

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET, UnsetType

from relauto.hub.edits import keep_edit
from relauto.hub.events import publish
from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.labels import ensure_labels, note_labels
from relauto.hub.place import Place, invalid, not_found
from relauto.hub.pulls import announce
from relauto.hub.records import Comment, Issue, Label, Labelling, Milestone, Pull
from relauto.hub.rights import Need
from relauto.hub.views.issues import show_comment, show_issue, show_label, show_labelling

routes = Blueprint("issues", __name__, url_prefix="/api/v3/repos/<owner>/<name>/issues")


class _LabelName(msgspec.Struct):
    name: str


_Labels = tuple[str | _LabelName, ...]


class _NewIssue(msgspec.Struct):
    title: str
    body: str | None = None
    labels: _Labels = ()
    assignees: tuple[str, ...] = ()
    milestone: int | None = None


class _EditedIssue(msgspec.Struct):
    title: str | UnsetType = UNSET
    body: str | UnsetType | None = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | UnsetType | None = UNSET
    labels: _Labels | UnsetType = UNSET
    assignees: tuple[str, ...] | UnsetType = UNSET
    milestone: int | UnsetType | None = UNSET


class _Body(msgspec.Struct):
    body: str


class _Names(msgspec.Struct):
    labels: _Labels = ()


def find_item(place: Place, number: int) -> Issue | Pull:
    """Return the issue or pull request with that number.

    Raises:
        ApiError: 404, there is neither; 403, it is an issue and the token is for pull requests alone.
    """
    issue = place.get(Issue, number)
    if issue:
        place.require_need(Need(("issues",), "read" if request.method == "GET" else "write"))
    found = issue or place.get(Pull, number)
    if found is None:
        raise not_found()
    return found


def _announce(place: Place, item: Issue | Pull, action: str, label: Label | None = None) -> None:
    more = {"label": show_label(place, label)} if label else {}
    if isinstance(item, Pull):
        announce(place, item, action, **more)
    else:
        publish(place, "issues", action, issue=show_issue(place, item), **more)


def _label_names(labels: _Labels) -> tuple[str, ...]:
    return tuple(label if isinstance(label, str) else label.name for label in labels)


def _check_milestone(place: Place, number: int | None) -> None:
    if number is not None and place.get(Milestone, number) is None:
        raise invalid("Issue", "milestone", "invalid")


@routes.post("")
def create_issue(owner: str, name: str) -> Response:
    """POST issues; without triage, labels, assignees and milestone are dropped in silence, as on GitHub."""
    place = enter(owner, name)
    login = place.call.login
    asked = read_body(_NewIssue)
    if not asked.title.strip():
        raise invalid("Issue", "title", "missing_field")
    may = place.may("triage")
    _check_milestone(place, asked.milestone)
    number, now = place.new_number(), place.call.now
    issue = Issue(
        id=place.new_id(),
        number=number,
        title=asked.title,
        body=asked.body,
        user=login,
        labels=ensure_labels(place, _label_names(asked.labels)) if may else (),
        assignees=asked.assignees if may else (),
        milestone=asked.milestone if may else None,
        created_at=now,
        updated_at=now,
    )
    place.put(number, issue)
    _announce(place, issue, "opened")
    _announce_labels(place, issue, ())
    return answer(show_issue(place, issue), 201)


@routes.get("")
def list_issues(owner: str, name: str) -> Response:
    """GET issues, pull requests among them, newest first."""
    place = enter(owner, name)
    items: list[Issue | Pull] = [*place.all(Issue), *place.all(Pull)]
    args = request.args
    labels = {label.lower() for label in args.get("labels", "").split(",") if label}
    found = [
        item
        for item in items
        if args.get("state", "open") in ("all", item.state)
        and labels <= {label.lower() for label in item.labels}
        and args.get("creator", item.user) == item.user
        and args.get("milestone", str(item.milestone or "none")) in (str(item.milestone or "none"), "*")
        and item.updated_at >= args.get("since", "")
    ]
    order = {"updated": "updated_at", "comments": "number"}.get(args.get("sort", ""), "number")
    found.sort(key=lambda item: getattr(item, order), reverse=args.get("direction") != "asc")
    return answer_page(found, lambda item: show_issue(place, item))


@routes.get("/<int:number>")
def read_issue(owner: str, name: str, number: int) -> Response:
    """GET issues/{n}."""
    place = enter(owner, name)
    return answer(show_issue(place, find_item(place, number)))


@routes.patch("/<int:number>")
def edit_issue(owner: str, name: str, number: int) -> Response:
    """PATCH issues/{n}: the last write wins."""
    place = enter(owner, name)
    login = place.call.login
    item = find_item(place, number)
    if item.user != login:
        place.require("triage")
    asked = read_body(_EditedIssue)
    changes = {key: value for key, value in msgspec.structs.asdict(asked).items() if value is not UNSET}
    if not isinstance(asked.labels, UnsetType):
        changes["labels"] = ensure_labels(place, _label_names(asked.labels))
    if not isinstance(asked.milestone, UnsetType):
        _check_milestone(place, asked.milestone)
    changes |= _change_state(place, item, changes)
    if "body" in changes:
        keep_edit(place, item, changes["body"] or "")
    changed = msgspec.structs.replace(item, **changes, updated_at=place.call.now)
    place.put(number, changed)
    moved = {("open", "closed"): "closed", ("closed", "open"): "reopened"}
    _announce(place, changed, moved.get((item.state, changed.state), "edited"))
    _announce_labels(place, changed, item.labels)
    return answer(show_issue(place, changed))


def _change_state(place: Place, item: Issue | Pull, changes: dict[str, Any]) -> dict[str, Any]:
    state = changes.get("state", item.state)
    reason = changes.pop("state_reason", None)
    if state == item.state:
        return {}
    closing = state == "closed"
    moved: dict[str, Any] = {"closed_at": place.call.now if closing else None}
    if isinstance(item, Issue):
        moved["closed_by"] = place.call.login if closing else None
        moved["state_reason"] = (reason or "completed") if closing else "reopened"
    return moved


@routes.post("/<int:number>/labels")
def add_labels(owner: str, name: str, number: int) -> Response:
    """POST issues/{n}/labels."""
    return _set_labels(owner, name, number, keep=True)


@routes.put("/<int:number>/labels")
def set_labels(owner: str, name: str, number: int) -> Response:
    """PUT issues/{n}/labels."""
    return _set_labels(owner, name, number, keep=False)


def _set_labels(owner: str, name: str, number: int, *, keep: bool) -> Response:
    place = enter(owner, name, "triage")
    item = find_item(place, number)
    asked = read_body(_Names | tuple[str, ...])  # type: ignore[arg-type]  # a union is no `type`
    names = _label_names(asked.labels) if isinstance(asked, _Names) else tuple(asked)
    _label(place, item, ensure_labels(place, (*(item.labels if keep else ()), *names)))
    return _answer_labels(place, number)


@routes.get("/<int:number>/labels")
def list_labels(owner: str, name: str, number: int) -> Response:
    """GET issues/{n}/labels."""
    return _answer_labels(enter(owner, name), number)


@routes.delete("/<int:number>/labels/<path:label>")
def remove_label(owner: str, name: str, number: int, label: str) -> Response:
    """DELETE issues/{n}/labels/{name}."""
    place = enter(owner, name, "triage")
    item = find_item(place, number)
    left = tuple(known for known in item.labels if known.lower() != label.lower())
    if left == item.labels:
        raise not_found()
    _label(place, item, left)
    return _answer_labels(place, number)


def _label(place: Place, item: Issue | Pull, labels: tuple[str, ...]) -> None:
    changed = msgspec.structs.replace(item, labels=labels, updated_at=place.call.now)
    place.put(item.number, changed)
    _announce_labels(place, changed, item.labels)


def _announce_labels(place: Place, item: Issue | Pull, before: tuple[str, ...]) -> None:
    for event, label in note_labels(place, item.number, before, item.labels):
        _announce(place, item, event, label)


def _answer_labels(place: Place, number: int) -> Response:
    return answer(show_issue(place, find_item(place, number))["labels"])


@routes.get("/<int:number>/events")
def list_events(owner: str, name: str, number: int) -> Response:
    """GET issues/{n}/events, oldest first: of what happened to an issue only its labels are kept."""
    place = enter(owner, name)
    find_item(place, number)
    found = [one for one in place.all(Labelling) if one.number == number]
    return answer_page(found, lambda one: show_labelling(place, one))


@routes.post("/<int:number>/comments")
def create_comment(owner: str, name: str, number: int) -> Response:
    """POST issues/{n}/comments."""
    place = enter(owner, name)
    login = place.call.login
    item = find_item(place, number)
    body = read_body(_Body).body
    if not body.strip():
        raise invalid("IssueComment", "body", "missing_field")
    now = place.call.now
    comment = Comment(id=place.new_id(), number=number, user=login, body=body, created_at=now, updated_at=now)
    place.put(comment.id, comment)
    place.put(number, msgspec.structs.replace(item, updated_at=now))
    _announce_comment(place, comment, "created")
    return answer(show_comment(place, comment), 201)


def _announce_comment(place: Place, comment: Comment, action: str) -> None:
    shown = {"comment": show_comment(place, comment)}
    publish(
        place, "issue_comment", action, **shown, issue=show_issue(place, find_item(place, comment.number))
    )


@routes.get("/<int:number>/comments")
def list_comments(owner: str, name: str, number: int) -> Response:
    """GET issues/{n}/comments, oldest first."""
    place = enter(owner, name)
    find_item(place, number)
    since = request.args.get("since", "")
    found = [one for one in place.all(Comment) if one.number == number and one.updated_at >= since]
    return answer_page(found, lambda comment: show_comment(place, comment))


@routes.get("/comments")
def list_all_comments(owner: str, name: str) -> Response:
    """GET issues/comments: those of all issues, oldest first unless `sort` and `direction` say otherwise."""
    place = enter(owner, name)
    since = request.args.get("since", "")
    found = [one for one in place.all(Comment) if one.updated_at >= since]
    if request.args.get("sort") == "created" and request.args.get("direction") == "desc":
        found.reverse()
    return answer_page(found, lambda comment: show_comment(place, comment))


@routes.get("/comments/<int:key>")
def read_comment(owner: str, name: str, key: int) -> Response:
    """GET issues/comments/{id}."""
    place = enter(owner, name)
    return answer(show_comment(place, place.find(Comment, key)))


def _own_comment(owner: str, name: str, key: int) -> tuple[Place, Comment]:
    place = enter(owner, name)
    login = place.call.login
    comment = place.find(Comment, key)
    find_item(place, comment.number)
    if comment.user != login:
        place.require("write")
    return place, comment


@routes.patch("/comments/<int:key>")
def edit_comment(owner: str, name: str, key: int) -> Response:
    """PATCH issues/comments/{id}."""
    place, comment = _own_comment(owner, name, key)
    now = place.call.now
    body = read_body(_Body).body
    keep_edit(place, comment, body)
    changed = msgspec.structs.replace(comment, body=body, updated_at=now, edited_at=now)
    place.put(key, changed)
    _announce_comment(place, changed, "edited")
    return answer(show_comment(place, changed))


@routes.delete("/comments/<int:key>")
def delete_comment(owner: str, name: str, key: int) -> Response:
    """DELETE issues/comments/{id}."""
    place, comment = _own_comment(owner, name, key)
    place.drop(Comment, key)
    _announce_comment(place, comment, "deleted")
    return no_content()
