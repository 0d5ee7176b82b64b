"""Issues and comments."""

from collections.abc import Callable
from typing import Any

from relauto.hub.edits import list_edits
from relauto.hub.graph.common import Info, Node, connect, list_labels, missing, order, show_actor, show_label
from relauto.hub.place import Place
from relauto.hub.records import Comment, Edit, Issue
from relauto.hub.views.common import node_id


def find_issue(place: Place, number: int) -> Node:
    """Show one issue.

    Raises:
        GraphQLError: there is none.
    """
    issue = place.get(Issue, number)
    if issue is None:
        raise missing("Issue", number)
    return _show_issue(place, issue)


def _show_issue(place: Place, issue: Issue) -> Node:
    return {
        "id": node_id("Issue", issue.id),
        "databaseId": issue.id,
        "fullDatabaseId": str(issue.id),
        "number": issue.number,
        "title": issue.title,
        "body": issue.body or "",
        "state": issue.state.upper(),
        "stateReason": issue.state_reason.upper() if issue.state_reason else None,
        "url": f"{place.page}/issues/{issue.number}",
        "author": show_actor(place.call, issue.user),
        "closed": issue.state == "closed",
        "createdAt": issue.created_at,
        "updatedAt": issue.updated_at,
        "labels": connect(list_labels(place, issue.labels), show_label),
        "comments": show_comments(place, issue.number, "issues"),
        **_show_edits(place, issue.id),
    }


def _show_edits(place: Place, of: int) -> Node:
    """Show who edited a text, when, and each version of it: in full, and to those alone who may write."""

    def show(edit: Edit) -> Node:
        return {
            "id": node_id("UserContentEdit", edit.id),
            "createdAt": edit.at,
            "updatedAt": edit.at,
            "editedAt": edit.at,
            "editor": show_actor(place.call, edit.editor),
            "deletedAt": edit.deleted_at,
            "deletedBy": show_actor(place.call, edit.deleted_by) if edit.deleted_by else None,
            "diff": edit.text if place.may("write") else None,
        }

    def find_last() -> Edit | None:
        return next(iter(list_edits(place, of)), None)

    def read(info: Info, **args: Any) -> Node:
        return connect(list_edits(place, of), show)(info, **args)

    def read_moment(_: Info) -> str | None:
        last = find_last()
        return last.at if last else None

    def read_editor(_: Info) -> Node | None:
        last = find_last()
        return show_actor(place.call, last.editor) if last else None

    return {"userContentEdits": read, "lastEditedAt": read_moment, "editor": read_editor}


def show_comments(place: Place, number: int, page: str) -> Callable[..., Node]:
    """Return the field of an issue's or pull request's comments, oldest first."""

    def show(comment: Comment) -> Node:
        return {
            "id": node_id("IssueComment", comment.id),
            "databaseId": comment.id,
            "fullDatabaseId": str(comment.id),
            "author": show_actor(place.call, comment.user),
            "body": comment.body,
            "createdAt": comment.created_at,
            "updatedAt": comment.updated_at,
            **_show_edits(place, comment.id),
            "lastEditedAt": comment.edited_at,
            "url": f"{place.page}/{page}/{number}#issuecomment-{comment.id}",
        }

    def read(info: Info, **args: Any) -> Node:
        return connect([one for one in place.all(Comment) if one.number == number], show)(info, **args)

    return read


def list_issues(
    place: Place,
    info: Info,
    labels: list[str] | None = None,
    states: list[str] | None = None,
    orderBy: dict[str, str] | None = None,
    **args: Any,
) -> Node:
    """Show the issues that carry one of the labels, the oldest first unless another order is asked for."""
    wanted = {label.lower() for label in labels or ()}
    found = [
        issue
        for issue in place.all(Issue)
        if (not wanted or wanted & {label.lower() for label in issue.labels})
        and (not states or issue.state.upper() in states)
    ]
    return connect(order(found, orderBy), lambda issue: _show_issue(place, issue))(info, **args)
