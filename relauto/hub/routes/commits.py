"""Commits, comparisons and tags."""

from flask import Blueprint, Response, request

from relauto.hub.bare import CommitData
from relauto.hub.http import answer, answer_page, enter, link_pages, window
from relauto.hub.place import ApiError, Place, not_found
from relauto.hub.pulls import settle_pulls
from relauto.hub.records import Pull
from relauto.hub.views.commits import show_commit, show_comparison, show_tag
from relauto.hub.views.pulls import show_pull

routes = Blueprint("commits", __name__, url_prefix="/api/v3/repos/<owner>/<name>")


def find_commit(place: Place, revision: str) -> CommitData:
    """Return the commit of a branch, tag or commit id.

    Raises:
        ApiError: 422, there is none.
    """
    sha = place.bare.resolve(revision)
    commit = place.bare.commit(sha) if sha else None
    if commit is None:
        raise ApiError(422, f"No commit found for SHA: {revision}")
    return commit


@routes.get("/commits")
def list_commits(owner: str, name: str) -> Response:
    """GET commits, newest first. The last page is not told: to know it is to walk the history."""
    place = enter(owner, name)
    tip = place.bare.resolve(request.args.get("sha") or place.repository.default_branch)
    if tip is None:
        raise not_found()
    page, size = window()
    paths = ["--", request.args["path"]] if request.args.get("path") else ["--"]
    options = [f"--max-count={size + 1}", f"--skip={(page - 1) * size}"]
    ids = place.bare.git.read("rev-list", *options, tip, *paths).splitlines()
    shown = [show_commit(place, commit) for commit in place.bare.commits(ids[:size])]
    links = link_pages((page - 1) * size + len(ids)).get("Link", "").split(", ")
    known = [link for link in links if link and 'rel="last"' not in link]
    return answer(shown, headers={"Link": ", ".join(known)} if known else {})


@routes.get("/commits/<path:revision>")
def read_commit(owner: str, name: str, revision: str) -> Response:
    """GET commits/{ref}; with Accept `…sha`, its id alone."""
    place = enter(owner, name)
    commit = find_commit(place, revision)
    if "sha" in request.headers.get("Accept", ""):
        return Response(commit.sha, content_type="application/vnd.github.sha; charset=utf-8")
    parent = commit.parents[0] if commit.parents else None
    return answer(show_commit(place, commit, place.bare.changes(parent, commit.sha)))


@routes.get("/commits/<sha>/pulls")
def list_pulls_of_commit(owner: str, name: str, sha: str) -> Response:
    """GET commits/{sha}/pulls: those that brought it, and those open that would."""
    place = enter(owner, name)
    settle_pulls(place)
    commit = find_commit(place, sha).sha
    return answer_page(
        [pull for pull in place.all(Pull) if _brings(place, pull, commit)],
        lambda pull: show_pull(place, pull),
    )


def _brings(place: Place, pull: Pull, commit: str) -> bool:
    if commit in (pull.merge_commit, pull.head_sha):
        return True
    if pull.state == "closed" and not pull.merged:
        return False
    if place.bare.is_ancestor(commit, pull.base_sha):
        return False
    # A rebase wrote new commits, which lie between the old base and the one merged last.
    tips = [pull.head_sha, *([pull.merge_commit] if pull.merge_commit else [])]
    return any(place.bare.is_ancestor(commit, tip) for tip in tips)


@routes.get("/compare/<path:ends>")
def compare(owner: str, name: str, ends: str) -> Response:
    """GET compare/{base}...{head}; commits oldest first, files on the first page alone."""
    place = enter(owner, name)
    base_name, dots, head_name = ends.partition("...")
    base, head = place.bare.resolve(base_name), place.bare.resolve(head_name)
    merge_base = place.bare.merge_base(base, head) if dots and base and head else None
    if not base or not head or not merge_base:
        raise not_found()
    ahead, behind = (place.bare.count(f"{a}..{b}") for a, b in ((base, head), (head, base)))
    page, size = window()
    # Without paging GitHub shows up to 250 commits at once.
    limit = size if {"page", "per_page"} & set(request.args) else 250
    commits = place.bare.list_commits(f"{base}..{head}", limit=limit, skip=(page - 1) * limit, reverse=True)
    both = place.bare.commits([base, merge_base] if base != merge_base else [base])
    changes = place.bare.changes(merge_base, head)[:300] if page == 1 else []
    shown = show_comparison(
        place, (base_name, head_name), (both[0], both[-1], commits), (ahead, behind), changes
    )
    return answer(shown, headers=link_pages(ahead) if limit == size else {})


@routes.get("/tags")
def list_tags(owner: str, name: str) -> Response:
    """GET tags, the highest name first."""
    place = enter(owner, name)
    return answer_page(place.bare.refs("refs/tags/")[::-1], lambda ref: show_tag(place, ref))
