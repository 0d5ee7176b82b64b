"""What all nodes share: connections, people, labels, order. A field that costs something is a function."""

import base64
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias, TypeVar

from graphql import GraphQLError, GraphQLResolveInfo

from relauto.hub.place import Call, Place
from relauto.hub.records import Label, Milestone
from relauto.hub.rights import name_kind
from relauto.hub.views.common import node_id

_T = TypeVar("_T")
Node = dict[str, Any]
Info: TypeAlias = "GraphQLResolveInfo[None]"


def _write_cursor(position: int) -> str:
    return base64.b64encode(f"cursor:{position}".encode()).decode()


def _read_cursor(cursor: str) -> int:
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:"))
    except ValueError as error:
        raise GraphQLError(f"`{cursor}` does not appear to be a valid cursor.") from error


def connect(items: Sequence[_T], show: Callable[[_T], Node | GraphQLError]) -> Callable[..., Node]:
    """Return the field of a connection over `items`, cut by `first`, behind a cursor `after`, or `last`.

    A node that is an error is null in the answer, with the error beside it.
    """

    def read(
        info: Info, first: int | None = None, last: int | None = None, after: str | None = None, **_: object
    ) -> Node:
        if first is None and last is None:
            named = f"the `{info.field_name}` connection."
            raise GraphQLError(f"You must provide a `first` or `last` value to properly paginate {named}")
        size = first if first is not None else last or 0
        if not 0 < size <= 100:
            raise GraphQLError(
                f"Requesting {size} records on the `{info.field_name}` connection exceeds 1 to 100."
            )
        begin = _read_cursor(after) if after else 0
        left = items[begin:]
        cut = left[:size] if first is not None else left[-size:]
        more = len(left) > size
        page: Node = {"hasNextPage": more and first is not None, "hasPreviousPage": more and first is None}
        end = begin + len(cut) if first is not None else len(items)
        page |= {
            "startCursor": _write_cursor(end - len(cut) + 1) if cut else None,
            "endCursor": _write_cursor(end) if cut else None,
        }
        return {"nodes": [show(item) for item in cut], "totalCount": len(items), "pageInfo": page}

    return read


def show_actor(call: Call, login: str) -> Node:
    """Show a person or an app's bot, whose login has no `[bot]` here."""
    user = call.user(login)
    kind = "Bot" if user.app else "User"
    url = f"{call.host}/{login}"
    return {
        "__typename": kind,
        "id": node_id(kind, user.id),
        "login": login.removesuffix("[bot]") if user.app else login,
        "url": url,
        "databaseId": user.id,
    }


def show_label(label: Label) -> Node:
    """Show a label."""
    return {
        "id": node_id("Label", label.id),
        "name": label.name,
        "color": label.color,
        "description": label.description,
    }


def show_milestone(place: Place, number: int | None) -> Node | None:
    """Show the milestone of that number, None for none."""
    found = place.get(Milestone, number) if number is not None else None
    if found is None:
        return None
    return {
        "id": node_id("Milestone", found.id),
        "number": found.number,
        "title": found.title,
        "url": f"{place.page}/milestone/{found.number}",
    }


def list_labels(place: Place, names: Sequence[str]) -> list[Label]:
    """Return those of the labels that exist."""
    return [label for name in names if (label := place.get(Label, name.lower()))]


def forbid(place: Place, permission: str) -> GraphQLError | None:
    """Return GitHub's error for a token that may not read such things here, None when it may."""
    if place.gives(permission):
        return None
    kind = name_kind(place.call.token) if place.call.token else "personal access token"
    return GraphQLError(f"Resource not accessible by {kind}", extensions={"type": "FORBIDDEN"})


def guard(place: Place, permission: str, resolve: Callable[..., _T]) -> Callable[..., _T]:
    """Return a field that a token without the permission is refused."""

    def read(*args: Any, **named: Any) -> _T:
        if error := forbid(place, permission):
            raise error
        return resolve(*args, **named)

    return read


def missing(kind: str, number: int) -> GraphQLError:
    """Return GitHub's error for a number that is not there."""
    message = (
        f"Could not resolve to {'an' if kind[0] in 'AEIOU' else 'a'} {kind} with the number of {number}."
    )
    return GraphQLError(message, extensions={"type": "NOT_FOUND"})


def order(items: list[_T], by: dict[str, str] | None) -> list[_T]:
    """Sort records, which come in the order of their making, as IssueOrder or ReleaseOrder asks.

    Raises:
        GraphQLError: another order than by time is asked for, which the hub has not.
    """
    field = by["field"] if by else "CREATED_AT"
    if field == "UPDATED_AT":
        items = sorted(items, key=lambda item: str(getattr(item, "updated_at", "")))
    elif field != "CREATED_AT":
        raise GraphQLError(f"This hub does not order by {field}")
    return items[::-1] if by and by["direction"] == "DESC" else items
