"""A repository's labels and milestones."""

from typing import Literal

import msgspec
from flask import Blueprint, Response, request
from msgspec import UNSET, UnsetType

from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.labels import DEFAULT_COLOR
from relauto.hub.place import invalid
from relauto.hub.records import Label, Milestone
from relauto.hub.views.issues import show_label, show_milestone

routes = Blueprint("labels", __name__, url_prefix="/api/v3/repos/<owner>/<name>")


class _NewLabel(msgspec.Struct):
    name: str
    color: str = DEFAULT_COLOR
    description: str | None = None


class _Milestone(msgspec.Struct):
    title: str | UnsetType = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    due_on: str | UnsetType | None = UNSET


@routes.get("/labels")
def list_labels(owner: str, name: str) -> Response:
    """GET labels."""
    place = enter(owner, name)
    return answer_page(place.all(Label), lambda label: show_label(place, label))


@routes.post("/labels")
def create_label(owner: str, name: str) -> Response:
    """POST labels."""
    place = enter(owner, name, "triage")
    asked = read_body(_NewLabel)
    if place.get(Label, asked.name.lower()):
        raise invalid("Label", "name", "already_exists")
    label = Label(id=place.new_id(), name=asked.name, color=asked.color, description=asked.description)
    place.put(asked.name.lower(), label)
    return answer(show_label(place, label), 201)


@routes.get("/labels/<path:label>")
def read_label(owner: str, name: str, label: str) -> Response:
    """GET labels/{name}."""
    place = enter(owner, name)
    return answer(show_label(place, place.find(Label, label.lower())))


@routes.delete("/labels/<path:label>")
def delete_label(owner: str, name: str, label: str) -> Response:
    """DELETE labels/{name}."""
    place = enter(owner, name, "triage")
    place.find(Label, label.lower())
    place.drop(Label, label.lower())
    return no_content()


@routes.get("/milestones")
def list_milestones(owner: str, name: str) -> Response:
    """GET milestones."""
    place = enter(owner, name)
    state = request.args.get("state", "open")
    found = [one for one in place.all(Milestone) if state in ("all", one.state)]
    return answer_page(found, lambda one: show_milestone(place, one))


@routes.post("/milestones")
def create_milestone(owner: str, name: str) -> Response:
    """POST milestones."""
    place = enter(owner, name, "triage")
    asked = read_body(_Milestone)
    if isinstance(asked.title, UnsetType) or not asked.title:
        raise invalid("Milestone", "title", "missing_field")
    if any(one.title == asked.title for one in place.all(Milestone)):
        raise invalid("Milestone", "title", "already_exists")
    number, now = place.call.tx.next(f"milestone {place.name}"), place.call.now
    milestone = Milestone(
        id=place.new_id(),
        number=number,
        title=asked.title,
        description=asked.description or None,
        due_on=asked.due_on or None,
        creator=place.call.login,
        created_at=now,
        updated_at=now,
    )
    place.put(number, milestone)
    return answer(show_milestone(place, milestone), 201)


@routes.get("/milestones/<int:number>")
def read_milestone(owner: str, name: str, number: int) -> Response:
    """GET milestones/{n}."""
    place = enter(owner, name)
    return answer(show_milestone(place, place.find(Milestone, number)))


@routes.patch("/milestones/<int:number>")
def edit_milestone(owner: str, name: str, number: int) -> Response:
    """PATCH milestones/{n}."""
    place = enter(owner, name, "triage")
    milestone = place.find(Milestone, number)
    asked = msgspec.structs.asdict(read_body(_Milestone))
    changes = {key: value for key, value in asked.items() if value is not UNSET}
    if "state" in changes:
        changes["closed_at"] = place.call.now if changes["state"] == "closed" else None
    changed = msgspec.structs.replace(milestone, **changes, updated_at=place.call.now)
    place.put(number, changed)
    return answer(show_milestone(place, changed))
