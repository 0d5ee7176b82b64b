"""Git data: refs, annotated tags, commits and trees as objects."""

import re
from datetime import datetime

import msgspec
from flask import Blueprint, Response, request

from relauto.errors import InputError
from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.merging import Actor
from relauto.hub.place import ApiError, Place, not_found
from relauto.hub.pulls import settle_pulls
from relauto.hub.pushing import publish_move, refuse_push
from relauto.hub.views.commits import show_git_commit, show_ref, show_tag_object
from relauto.hub.workflow_files import refuse_workflows
from relauto.model.names import Branch

routes = Blueprint("refs", __name__, url_prefix="/api/v3/repos/<owner>/<name>/git")


class _NewRef(msgspec.Struct):
    ref: str
    sha: str


class _MovedRef(msgspec.Struct):
    sha: str
    force: bool = False


class _Tagger(msgspec.Struct):
    name: str
    email: str
    date: str | None = None


class _NewTag(msgspec.Struct):
    tag: str
    message: str
    object: str
    type: str
    tagger: _Tagger | None = None


@routes.get("/ref/<path:ref>")
def read_ref(owner: str, name: str, ref: str) -> Response:
    """GET git/ref/{ref}: the ref of exactly that name."""
    place = enter(owner, name)
    found = place.bare.ref(f"refs/{ref}")
    if found is None:
        raise not_found()
    return answer(show_ref(place, found))


@routes.get("/matching-refs/<path:ref>")
def list_matching(owner: str, name: str, ref: str) -> Response:
    """GET git/matching-refs/{ref}: the refs whose names begin so."""
    place = enter(owner, name)
    prefix = f"refs/{ref}"
    # for-each-ref matches whole components or globs, so the prefix is asked for as a glob.
    safe = re.sub(r"([*?\[\\])", r"\\\1", prefix)
    found = {item.name: item for item in place.bare.refs(f"{safe}*", f"{safe}*/**")}
    matching = [item for item in found.values() if item.name.startswith(prefix)]
    return answer_page(matching, lambda item: show_ref(place, item))


@routes.post("/refs")
def create_ref(owner: str, name: str) -> Response:
    """POST git/refs."""
    place = enter(owner, name, "write")
    asked = read_body(_NewRef)
    if not re.match(r"refs/[^/]+/.+", asked.ref) or asked.ref.startswith("refs/pull/"):
        raise ApiError(422, "Reference name is not valid")
    _check_name(asked.ref)
    _check_object(place, asked.sha)
    refuse_push(place, asked.ref, None, asked.sha)
    refuse_workflows(place, asked.sha)
    if not place.bare.update(asked.ref, asked.sha, None):
        raise ApiError(422, "Reference already exists")
    return answer(_announce(place, asked.ref, None), 201)


@routes.patch("/refs/<path:ref>")
def update_ref(owner: str, name: str, ref: str) -> Response:
    """PATCH git/refs/{ref}."""
    place = enter(owner, name, "write")
    asked = read_body(_MovedRef)
    old = place.bare.ref(f"refs/{ref}")
    if old is None:
        raise ApiError(422, "Reference does not exist")
    _check_object(place, asked.sha)
    if not asked.force and not place.bare.is_ancestor(old.sha, asked.sha):
        raise ApiError(422, "Update is not a fast forward")
    refuse_push(place, old.name, old.sha, asked.sha)
    refuse_workflows(place, asked.sha)
    if not place.bare.update(old.name, asked.sha, old.sha):
        raise ApiError(409, "Reference was moved by somebody else")
    return answer(_announce(place, old.name, old.sha))


@routes.delete("/refs/<path:ref>")
def delete_ref(owner: str, name: str, ref: str) -> Response:
    """DELETE git/refs/{ref}."""
    place = enter(owner, name, "write")
    old = place.bare.ref(f"refs/{ref}")
    if old is None:
        raise ApiError(422, "Reference does not exist")
    refuse_push(place, old.name, old.sha, None)
    if not place.bare.update(old.name, None, old.sha):
        raise ApiError(409, "Reference was moved by somebody else")
    _announce(place, old.name, old.sha)
    return no_content()


def _check_name(ref: str) -> None:
    try:
        Branch(ref.removeprefix("refs/"))
    except InputError as error:
        raise ApiError(422, "Reference name is not valid") from error


def _check_object(place: Place, sha: str) -> None:
    if not re.fullmatch(r"[0-9a-f]{40}", sha) or place.bare.objects([sha])[0] is None:
        raise ApiError(422, "Object does not exist")


def _announce(place: Place, ref: str, old: str | None) -> object:
    now = place.bare.ref(ref)
    publish_move(place, ref, old, now.sha if now else None)
    settle_pulls(place)
    return show_ref(place, now) if now else None


@routes.post("/tags")
def create_tag(owner: str, name: str) -> Response:
    """POST git/tags: the object alone, no ref."""
    place = enter(owner, name, "write")
    asked = read_body(_NewTag)
    _check_object(place, asked.object)
    by = place.actor(place.call.login)
    if asked.tagger:
        moment = datetime.fromisoformat(asked.tagger.date) if asked.tagger.date else place.call.moment
        by = Actor.at(asked.tagger.name, asked.tagger.email, moment)
    text = (
        f"object {asked.object}\ntype {asked.type}\ntag {asked.tag}\n"
        f"tagger {by.name} <{by.email}> {by.date}\n\n{asked.message.rstrip()}\n"
    )
    made = place.bare.git.ask("mktag", input=text.encode())
    tag = place.bare.tag_object(made.text) if made.status == 0 else None
    if tag is None:
        raise ApiError(422, "Invalid tag")
    return answer(show_tag_object(place, tag), 201)


@routes.get("/tags/<sha>")
def read_tag(owner: str, name: str, sha: str) -> Response:
    """GET git/tags/{sha}."""
    place = enter(owner, name)
    tag = place.bare.tag_object(sha) if re.fullmatch(r"[0-9a-f]{40}", sha) else None
    if tag is None:
        raise not_found()
    return answer(show_tag_object(place, tag))


@routes.get("/commits/<sha>")
def read_commit(owner: str, name: str, sha: str) -> Response:
    """GET git/commits/{sha}."""
    place = enter(owner, name)
    commit = place.bare.commit(sha) if re.fullmatch(r"[0-9a-f]{40}", sha) else None
    if commit is None:
        raise not_found()
    return answer(show_git_commit(place, commit))


@routes.get("/trees/<sha>")
def read_tree(owner: str, name: str, sha: str) -> Response:
    """GET git/trees/{sha}, with everything below it when `recursive` is given."""
    place = enter(owner, name)
    deep = ["-r", "-t"] if "recursive" in request.args else []
    safe = bool(re.fullmatch(r"[0-9a-f]{40}", sha)) or place.bare.resolve(sha) is not None
    listing = place.bare.git.ask("ls-tree", "-l", "-z", *deep, sha, "--") if safe else None
    if listing is None or listing.status:
        raise not_found()
    entries = []
    for row in filter(None, listing.text.split("\0")):
        head, path = row.split("\t", 1)
        mode, kind, oid, size = head.split()
        entry: dict[str, object] = {"path": path, "mode": mode, "type": kind, "sha": oid}
        entry["url"] = f"{place.url}/git/{kind}s/{oid}"
        entries.append(entry | ({"size": int(size)} if kind == "blob" else {}))
    tree = place.bare.git.read("rev-parse", f"{sha}^{{tree}}")
    return answer({"sha": tree, "url": f"{place.url}/git/trees/{tree}", "tree": entries, "truncated": False})
