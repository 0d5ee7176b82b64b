"""A repository itself, and the contents of its files."""

import base64
from typing import Annotated, Any

import msgspec
from flask import Blueprint, Response, request

from relauto.hub.events import publish
from relauto.hub.http import answer, enter, no_content, read_body
from relauto.hub.place import Place, not_found
from relauto.hub.views.common import Json, show_full_repository, show_user

routes = Blueprint("repositories", __name__, url_prefix="/api/v3/repos/<owner>/<name>")


@routes.get("")
def read_repository(owner: str, name: str) -> Response:
    """GET /repos/{owner}/{repo}."""
    return answer(show_full_repository(enter(owner, name)))


class _Dispatch(msgspec.Struct):
    event_type: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    client_payload: Annotated[dict[str, Any], msgspec.Meta(max_length=10)] = {}


@routes.post("/dispatches")
def dispatch_event(owner: str, name: str) -> Response:
    """POST /repos/{owner}/{repo}/dispatches: 204 and no word of what it started."""
    place = enter(owner, name, "write")
    asked = read_body(_Dispatch)
    told = {"branch": place.repository.default_branch, "client_payload": asked.client_payload}
    publish(place, "repository_dispatch", asked.event_type, **told)
    return no_content()


@routes.get("/collaborators/<login>/permission")
def read_permission(owner: str, name: str, login: str) -> Response:
    """GET /repos/{owner}/{repo}/collaborators/{username}/permission."""
    place = enter(owner, name, "write")
    user = place.call.user(login)
    level = "admin" if user.site_admin else place.repository.access.get(login)
    granted = level or ("none" if place.repository.private else "read")
    legacy = {"triage": "read"}.get(granted, granted)
    person = show_user(place.call, login) | {"role_name": granted}
    return answer({"permission": legacy, "role_name": granted, "user": person})


@routes.get("/contents/<path:path>")
def read_contents(owner: str, name: str, path: str) -> Response:
    """GET /repos/{owner}/{repo}/contents/{path}: a file, or the list of a folder's entries."""
    place = enter(owner, name)
    revision = request.args.get("ref") or place.repository.default_branch
    commit = place.bare.resolve(revision)
    if commit is None:
        raise not_found()
    entries = _list_tree(place, commit, path)
    if not entries:
        raise not_found()
    if len(entries) == 1 and entries[0][3] == path:
        return _answer_file(place, revision, entries[0])
    return answer([_show_entry(place, revision, entry) for entry in entries])


def _list_tree(place: Place, commit: str, path: str) -> list[tuple[str, str, int, str]]:
    """List (kind, object, size, path) of the file, or of the folder's entries."""
    for name in (path, path.rstrip("/") + "/"):
        answer_ = place.bare.git.ask("ls-tree", "-l", "-z", commit, "--", name)
        rows = [row.split("\t", 1) for row in answer_.text.split("\0") if row]
        parts = [(*head.split(), tail) for head, tail in rows]
        found = [(kind, sha, int(size) if size != "-" else 0, at) for _, kind, sha, size, at in parts]
        if (found and found[0][0] != "tree") or name.endswith("/"):
            return found
    return []


def _answer_file(place: Place, revision: str, entry: tuple[str, str, int, str]) -> Response:
    item = place.bare.objects([entry[1]])[0]
    data = item[2] if item else b""
    if "raw" in request.headers.get("Accept", ""):
        return Response(data, content_type="application/vnd.github.raw+json; charset=utf-8")
    encoded = {"encoding": "base64", "content": base64.encodebytes(data).decode()}
    return answer(_show_entry(place, revision, entry) | encoded)


def _show_entry(place: Place, revision: str, entry: tuple[str, str, int, str]) -> Json:
    kind, sha, size, path = entry
    word = {"blob": "file", "tree": "dir", "commit": "submodule"}[kind]
    url, git_url = f"{place.url}/contents/{path}?ref={revision}", f"{place.url}/git/{kind}s/{sha}"
    page = f"{place.page}/{'tree' if kind == 'tree' else 'blob'}/{revision}/{path}"
    return {
        "type": word,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": sha,
        "size": size,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": f"{place.page}/raw/{revision}/{path}" if kind == "blob" else None,
        "_links": {"self": url, "git": git_url, "html": page},
    }
