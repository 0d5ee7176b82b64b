"""Pull requests: open, edit, look, merge."""

from typing import Any, Literal

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import UNSET, UnsetType

from relauto.hub import merges, pulls
from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.place import ApiError, Place, invalid, not_found
from relauto.hub.records import Comment, Pull
from relauto.hub.views.commits import show_commit, show_file
from relauto.hub.views.common import show_user
from relauto.hub.views.pulls import show_pull

routes = Blueprint("pulls", __name__, url_prefix="/api/v3/repos/<owner>/<name>/pulls")


class _NewPull(msgspec.Struct):
    head: str
    base: str
    title: str | None = None
    body: str | None = None
    draft: bool = False


class _EditedPull(msgspec.Struct):
    title: str | UnsetType = UNSET
    body: str | UnsetType | None = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    base: str | UnsetType = UNSET


class _Merge(msgspec.Struct):
    commit_title: str | None = None
    commit_message: str | None = None
    sha: str | None = None
    merge_method: str = "merge"


class _UpdateBranch(msgspec.Struct):
    expected_head_sha: str | None = None


def _show(place: Place, pull: Pull) -> dict[str, Any]:
    """Show a pull request by itself (`pull-request`)."""
    commits = pulls.list_pull_commits(place, pull)
    changes = _changes(place, pull, patches=False)
    standing = pulls.look(place, pull)
    return show_pull(place, pull) | {
        "merged": pull.merged,
        "mergeable": pull.mergeable,
        "rebaseable": pull.mergeable,
        "mergeable_state": standing.merge_state,
        "merged_by": show_user(place.call, pull.merged_by) if pull.merged_by else None,
        "comments": sum(comment.number == pull.number for comment in place.all(Comment)),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(commits),
        "additions": sum(change.additions for change in changes),
        "deletions": sum(change.deletions for change in changes),
        "changed_files": len(changes),
    }


def _changes(place: Place, pull: Pull, *, patches: bool) -> list[Any]:
    start = place.bare.merge_base(pull.base_sha, pull.head_sha)
    return place.bare.changes(start, pull.head_sha, patches=patches) if start else []


def _short_ref(place: Place, label: str) -> str:
    owner, colon, ref = label.rpartition(":")
    if colon and owner != place.repository.owner:
        raise invalid("PullRequest", "head", "invalid")
    return ref


@routes.post("")
def create_pull(owner: str, name: str) -> Response:
    """POST pulls."""
    place = enter(owner, name, "write")
    asked = read_body(_NewPull)
    if not asked.title:
        raise invalid("PullRequest", "title", "missing_field")
    head_ref = _short_ref(place, asked.head)
    tips = place.bare.tips([head_ref, asked.base])
    for field, ref in (("head", head_ref), ("base", asked.base)):
        if ref not in tips:
            raise invalid("PullRequest", field, "invalid")
    _refuse_second(place, head_ref, asked.base, tips)
    number, now = place.new_number(), place.call.now
    pull = Pull(
        id=place.new_id(), number=number, title=asked.title, body=asked.body, user=place.call.login,
        draft=asked.draft, head_ref=head_ref, head_sha=tips[head_ref], base_ref=asked.base,
        base_sha=tips[asked.base], created_at=now, updated_at=now,
    )  # fmt: skip
    place.put(number, pull)
    pulls.announce(place, pull, "opened")
    return answer(_show(place, pulls.read_pull(place, number, background=g.background)), 201)


def _refuse_second(place: Place, head: str, base: str, tips: dict[str, str]) -> None:
    pulls.settle_pulls(place)
    message = f"A pull request already exists for {place.repository.owner}:{head}."
    for pull in place.all(Pull):
        if pull.state == "open" and (pull.head_ref, pull.base_ref) == (head, base):
            entry = {"resource": "PullRequest", "code": "custom", "message": message}
            raise ApiError(422, "Validation Failed", errors=[entry])
    if place.bare.is_ancestor(tips[head], tips[base]):
        entry = {
            "resource": "PullRequest",
            "code": "custom",
            "message": f"No commits between {base} and {head}",
        }
        raise ApiError(422, "Validation Failed", errors=[entry])


@routes.get("")
def list_pulls(owner: str, name: str) -> Response:
    """GET pulls. As on GitHub, a `head` without an owner filters nothing."""
    place = enter(owner, name)
    pulls.settle_pulls(place)
    state, base = request.args.get("state", "open"), request.args.get("base")
    head = request.args.get("head", "")
    found = [
        pull
        for pull in place.all(Pull)
        if state in ("all", pull.state)
        and base in (None, pull.base_ref)
        and (":" not in head or head == f"{place.repository.owner}:{pull.head_ref}")
    ]
    if request.args.get("sort") == "updated":
        found.sort(key=lambda pull: pull.updated_at)
    ascending = request.args.get("direction") == "asc"
    return answer_page(found if ascending else found[::-1], lambda pull: show_pull(place, pull))


@routes.get("/<int:number>")
def read_pull(owner: str, name: str, number: int) -> Response:
    """GET pulls/{n}."""
    place = enter(owner, name)
    return answer(_show(place, pulls.read_pull(place, number, background=g.background)))


@routes.patch("/<int:number>")
def edit_pull(owner: str, name: str, number: int) -> Response:
    """PATCH pulls/{n}."""
    place = enter(owner, name)
    place.call.require_viewer()
    pull = pulls.read_pull(place, number)
    if pull.user != place.call.login:
        place.require("write")
    asked = read_body(_EditedPull)
    changes = {key: value for key, value in msgspec.structs.asdict(asked).items() if value is not UNSET}
    if changes.get("base", pull.base_ref) != pull.base_ref:
        changes |= {"base_ref": asked.base, "base_sha": _find_tip(place, str(asked.base)), "tested_for": ""}
    changes.pop("base", None)
    if changes.get("state") == "open" and pull.state == "closed":
        changes |= _reopen(place, pull)
    elif changes.get("state") == "closed" and pull.state == "open":
        changes["closed_at"] = place.call.now
    changed = pulls.keep(place, pull, **changes, updated_at=place.call.now)
    moved = {("open", "closed"): "closed", ("closed", "open"): "reopened"}
    pulls.announce(place, changed, moved.get((pull.state, changed.state), "edited"))
    return answer(_show(place, pulls.read_pull(place, number, background=g.background)))


def _find_tip(place: Place, branch: str) -> str:
    sha = place.bare.branch(branch)
    if sha is None:
        raise invalid("PullRequest", "base", "invalid")
    return sha


def _reopen(place: Place, pull: Pull) -> dict[str, Any]:
    tips = place.bare.tips([pull.head_ref, pull.base_ref])
    if pull.merged or len(tips) < 2:
        message = "state cannot be changed. The pull request is merged or its branch is gone."
        raise invalid("PullRequest", "state", "invalid", message)
    return {"closed_at": None, "head_sha": tips[pull.head_ref], "base_sha": tips[pull.base_ref]}


@routes.get("/<int:number>/commits")
def list_commits(owner: str, name: str, number: int) -> Response:
    """GET pulls/{n}/commits, oldest first."""
    place = enter(owner, name)
    pull = pulls.read_pull(place, number)
    return answer_page(pulls.list_pull_commits(place, pull), lambda commit: show_commit(place, commit))


@routes.get("/<int:number>/files")
def list_files(owner: str, name: str, number: int) -> Response:
    """GET pulls/{n}/files."""
    place = enter(owner, name)
    pull = pulls.read_pull(place, number)
    changes = _changes(place, pull, patches=True)
    return answer_page(changes, lambda change: show_file(place, change, pull.head_sha))


@routes.get("/<int:number>/merge")
def check_merged(owner: str, name: str, number: int) -> Response:
    """GET pulls/{n}/merge: 204 when it is merged, else 404."""
    place = enter(owner, name)
    if not pulls.read_pull(place, number).merged:
        raise not_found()
    return no_content()


@routes.put("/<int:number>/merge")
def merge_pull(owner: str, name: str, number: int) -> Response:
    """PUT pulls/{n}/merge."""
    place = enter(owner, name, "write")
    asked = read_body(_Merge)
    method = merges.check_method(asked.merge_method)
    order = merges.MergeOrder(method, asked.sha, asked.commit_title, asked.commit_message)
    commit = merges.merge(place, number, order)
    return answer({"sha": commit, "merged": True, "message": "Pull Request successfully merged"})


@routes.put("/<int:number>/update-branch")
def update_branch(owner: str, name: str, number: int) -> Response:
    """PUT pulls/{n}/update-branch: the base is merged into the head."""
    place = enter(owner, name, "write")
    pull = pulls.read_pull(place, number)
    expected = read_body(_UpdateBranch).expected_head_sha
    if expected not in (None, pull.head_sha):
        raise ApiError(422, f"expected head sha didn't match current head ref. ({pull.head_sha})")
    merges.update_head(place, pull)
    url = f"{place.page}/pull/{number}"
    return answer({"message": "Updating pull request branch.", "url": url}, 202)
