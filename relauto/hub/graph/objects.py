"""Git objects, and what has been reported on a commit."""

import re
from typing import Any

from graphql import GraphQLError

from relauto.hub.bare import CommitData
from relauto.hub.checks import read_contexts, roll_up
from relauto.hub.graph.common import Info, Node, connect, forbid, show_actor
from relauto.hub.place import Place
from relauto.hub.records import CheckRun, Protection, Pull, Status
from relauto.hub.views.checks import app_id
from relauto.hub.views.common import node_id


def find_object(place: Place, expression: str | None = None, oid: str | None = None) -> Node | None:
    """Show the object with that id, or that a `REVISION` or `REVISION:PATH` names.

    Raises:
        GraphQLError: neither is given, or `oid` is no object id.
    """
    if oid:
        if not re.fullmatch(r"[0-9a-f]{40}", oid):
            raise GraphQLError(f"{oid!r} is not a GitObjectID")
        return show_object(place, oid)
    if not expression:
        raise GraphQLError("One of expression and oid is needed")
    revision, colon, path = expression.partition(":")
    commit = place.bare.resolve(revision)
    if commit is None or not colon:
        return show_object(place, commit) if commit else None
    found = place.bare.git.ask("rev-parse", "--verify", "--quiet", f"{commit}:{path}")
    return show_object(place, found.text) if found.status == 0 else None


def show_object(place: Place, sha: str) -> Node | None:
    """Show whatever object has that id, None when there is none."""
    item = place.bare.objects([sha])[0]
    if item is None:
        return None
    _, kind, data = item
    node: Node = {"id": node_id(kind, sha), "oid": sha, "abbreviatedOid": sha[:7]}
    if kind == "commit":
        return show_commit(place, place.bare.commits([sha])[0])
    if kind == "tag":
        tag = place.bare.tag_object(sha)
        target = tag.object_sha if tag else sha
        facts = {"name": tag.tag, "message": tag.message} if tag else {}
        return node | facts | {"__typename": "Tag", "target": lambda _: show_object(place, target)}
    if kind == "blob":
        binary = b"\0" in data[:8000]
        text = None if binary else data.decode("utf-8", "replace")
        return node | {"__typename": "Blob", "byteSize": len(data), "isBinary": binary, "text": text}
    return node | {"__typename": "Tree"}


def show_commit(place: Place, commit: CommitData) -> Node:
    """Show a commit."""

    def read_parents(info: Info, **args: Any) -> Node:
        parents = place.bare.commits(commit.parents)
        return connect([show_commit(place, parent) for parent in parents], dict)(info, **args)

    return {
        "__typename": "Commit",
        "id": node_id("Commit", f"{place.name}:{commit.sha}"),
        "oid": commit.sha,
        "abbreviatedOid": commit.sha[:7],
        "message": commit.message,
        "messageHeadline": commit.title,
        "committedDate": commit.committer.date,
        "authoredDate": commit.author.date,
        "statusCheckRollup": lambda _: _show_rollup(place, commit.sha),
        "parents": read_parents,
        "tree": lambda _: show_object(place, commit.tree),
    }


def _show_rollup(place: Place, sha: str) -> Node | None:
    contexts = read_contexts(place, sha)
    state = roll_up(contexts)
    if state is None:
        return None
    nodes: list[CheckRun | Status] = [*contexts.runs, *contexts.statuses]
    return {
        "id": node_id("StatusCheckRollup", f"{place.name}:{sha}"),
        "state": state,
        "contexts": connect(nodes, lambda one: _show_context(place, one)),
    }


def _show_context(place: Place, one: CheckRun | Status) -> Node | GraphQLError:
    error = forbid(place, "checks" if isinstance(one, CheckRun) else "statuses")
    if error:
        return error
    name = one.name if isinstance(one, CheckRun) else one.context

    def is_required(
        _: Info,
        pullRequestNumber: int | None = None,
    ) -> bool:
        if pullRequestNumber is None:
            raise GraphQLError("One of pullRequestId and pullRequestNumber is needed")
        pull = place.get(Pull, pullRequestNumber)
        guard = place.get(Protection, pull.base_ref) if pull else None
        if guard is None or name not in guard.required_checks:
            return False
        return guard.apps.get(name) in (None, one.app if isinstance(one, CheckRun) else "")

    shown = _show_run(place, one) if isinstance(one, CheckRun) else _show_status(place, one)
    return shown | {"isRequired": is_required}


def _show_run(place: Place, run: CheckRun) -> Node:
    app = {
        "id": node_id("App", run.app),
        "slug": run.app,
        "name": run.app,
        "databaseId": app_id(place, run.app),
    }
    return {
        "__typename": "CheckRun",
        "id": node_id("CheckRun", run.id),
        "databaseId": run.id,
        "name": run.name,
        "status": run.status.upper(),
        "conclusion": run.conclusion.upper() if run.conclusion else None,
        "title": run.output.title,
        "summary": run.output.summary,
        "detailsUrl": run.details_url or f"{place.page}/runs/{run.id}",
        "startedAt": run.started_at,
        "completedAt": run.completed_at,
        "checkSuite": {"id": node_id("CheckSuite", run.suite), "databaseId": run.suite, "app": app},
    }


def _show_status(place: Place, status: Status) -> Node:
    return {
        "__typename": "StatusContext",
        "id": node_id("StatusContext", status.id),
        "context": status.context,
        "state": status.state.upper(),
        "targetUrl": status.target_url,
        "description": status.description,
        "creator": show_actor(place.call, status.creator),
        "createdAt": status.created_at,
    }
