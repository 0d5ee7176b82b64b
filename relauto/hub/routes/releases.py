"""Releases: drafts, tags made on publishing, notes."""

import re
from typing import Any, Literal

import msgspec
from flask import Blueprint, Response
from msgspec import UNSET, UnsetType

from relauto.errors import InputError
from relauto.hub.events import publish
from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.place import Place, invalid, not_found
from relauto.hub.pushing import publish_move
from relauto.hub.records import Asset, Pull, Release
from relauto.hub.views.releases import show_release
from relauto.hub.workflow_files import refuse_workflows
from relauto.model.names import Tag

routes = Blueprint("releases", __name__, url_prefix="/api/v3/repos/<owner>/<name>/releases")

_Latest = Literal["true", "false", "legacy"]


class _NewRelease(msgspec.Struct):
    tag_name: str
    target_commitish: str | None = None
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    make_latest: _Latest = "true"
    generate_release_notes: bool = False


class _EditedRelease(msgspec.Struct):
    tag_name: str | UnsetType = UNSET
    target_commitish: str | UnsetType = UNSET
    name: str | UnsetType | None = UNSET
    body: str | UnsetType | None = UNSET
    draft: bool | UnsetType = UNSET
    prerelease: bool | UnsetType = UNSET
    make_latest: _Latest | UnsetType = UNSET


class _Notes(msgspec.Struct):
    tag_name: str
    target_commitish: str | None = None
    previous_tag_name: str | None = None


@routes.post("")
def create_release(owner: str, name: str) -> Response:
    """POST releases: a published one makes its tag where there is none; a draft makes nothing."""
    place = enter(owner, name, "write")
    asked = read_body(_NewRelease)
    target = asked.target_commitish or place.repository.default_branch
    _check(place, asked.tag_name, target, None if asked.draft else 0)
    body = asked.body
    if asked.generate_release_notes:
        body = "\n\n".join(filter(None, (body, _write_notes(place, asked.tag_name, target, None))))
    release = Release(
        id=place.new_id(),
        tag=asked.tag_name,
        target=target,
        name=asked.name,
        body=body,
        draft=asked.draft,
        prerelease=asked.prerelease,
        latest=asked.make_latest != "false" and not asked.prerelease,
        author=place.call.login,
        created_at=place.call.now,
        published_at=None if asked.draft else place.call.now,
    )
    place.put(release.id, release)
    _announce(place, release, "created")
    if not release.draft:
        _publish(place, release)
    return answer(show_release(place, release), 201)


def _check(place: Place, tag: str, target: str, publishing: int | None) -> None:
    """Refuse a tag or target that GitHub refuses; `publishing` is the release's id when it is published."""
    try:
        Tag(tag)
    except InputError as error:
        raise invalid("Release", "tag_name", "custom", "tag_name is not a valid tag") from error
    if place.bare.ref(f"refs/tags/{tag}") is None and place.bare.resolve(target) is None:
        raise invalid("Release", "target_commitish", "invalid")
    others = [one for one in place.all(Release) if one.tag == tag and not one.draft]
    if publishing is not None and any(one.id != publishing for one in others):
        raise invalid("Release", "tag_name", "already_exists")


def _publish(place: Place, release: Release) -> None:
    ref = f"refs/tags/{release.tag}"
    sha = place.bare.resolve(release.target)
    if sha and place.bare.ref(ref) is None:
        refuse_workflows(place, sha)
    if sha and place.bare.update(ref, sha, None):
        publish_move(place, ref, None, sha)
    _announce(place, release, "published")


def _announce(place: Place, release: Release, action: str) -> None:
    publish(place, "release", action, release=show_release(place, release))


def _visible(place: Place, release: Release) -> bool:
    return not release.draft or place.may_push


def find_release(place: Place, key: int) -> Release:
    """Return a release that the viewer may see.

    Raises:
        ApiError: 404.
    """
    release = place.find(Release, key)
    if not _visible(place, release):
        raise not_found()
    return release


@routes.get("")
def list_releases(owner: str, name: str) -> Response:
    """GET releases, the newest first; drafts are shown to those who may push."""
    place = enter(owner, name)
    found = [release for release in place.all(Release) if _visible(place, release)]
    return answer_page(found[::-1], lambda release: show_release(place, release))


@routes.get("/latest")
def read_latest(owner: str, name: str) -> Response:
    """GET releases/latest: the last published that may be it."""
    place = enter(owner, name)
    found = [one for one in place.all(Release) if one.latest and not one.draft and not one.prerelease]
    if not found:
        raise not_found()
    return answer(show_release(place, max(found, key=lambda one: (one.published_at or "", one.id))))


@routes.get("/tags/<path:tag>")
def read_by_tag(owner: str, name: str, tag: str) -> Response:
    """GET releases/tags/{tag}: never a draft."""
    place = enter(owner, name)
    found = [one for one in place.all(Release) if one.tag == tag and not one.draft]
    if not found:
        raise not_found()
    return answer(show_release(place, found[0]))


@routes.get("/<int:key>")
def read_release(owner: str, name: str, key: int) -> Response:
    """GET releases/{id}."""
    place = enter(owner, name)
    return answer(show_release(place, find_release(place, key)))


@routes.patch("/<int:key>")
def edit_release(owner: str, name: str, key: int) -> Response:
    """PATCH releases/{id}; `draft: false` publishes."""
    place = enter(owner, name, "write")
    release = find_release(place, key)
    asked = msgspec.structs.asdict(read_body(_EditedRelease))
    names = {"tag_name": "tag", "target_commitish": "target"}
    changes: dict[str, Any] = {
        names.get(field, field): value for field, value in asked.items() if value is not UNSET
    }
    latest = changes.pop("make_latest", None)
    changed = msgspec.structs.replace(release, **changes)
    publishing = release.draft and not changed.draft
    _check(place, changed.tag, changed.target, None if changed.draft else key)
    wanted = (changed.latest or publishing) if latest is None else latest != "false"
    changed = msgspec.structs.replace(
        changed,
        latest=wanted and not changed.prerelease,
        published_at=place.call.now if publishing else release.published_at,
    )
    place.put(key, changed)
    if publishing:
        _publish(place, changed)
    _announce(place, changed, "edited")
    return answer(show_release(place, changed))


@routes.delete("/<int:key>")
def delete_release(owner: str, name: str, key: int) -> Response:
    """DELETE releases/{id}: its assets go, its tag stays."""
    place = enter(owner, name, "write")
    release = find_release(place, key)
    place.drop(Release, key)
    for asset in place.all(Asset):
        if asset.release == key:
            place.drop(Asset, asset.id)
    _announce(place, release, "deleted")
    return no_content()


@routes.post("/generate-notes")
def generate_notes(owner: str, name: str) -> Response:
    """POST releases/generate-notes: the pull requests merged since the previous tag."""
    place = enter(owner, name, "write")
    asked = read_body(_Notes)
    target = asked.target_commitish or place.repository.default_branch
    text = _write_notes(place, asked.tag_name, target, asked.previous_tag_name)
    return answer({"name": asked.tag_name, "body": text})


def _write_notes(place: Place, tag: str, target: str, previous: str | None) -> str:
    head = place.bare.resolve(f"refs/tags/{tag}") or place.bare.resolve(target)
    if head is None:
        raise invalid("Release", "target_commitish", "invalid")
    if previous is None:
        described = place.bare.git.ask("describe", "--tags", "--abbrev=0", f"--exclude={tag}", head)
        previous = described.text if described.status == 0 else None
    start = place.bare.resolve(f"refs/tags/{previous}") if previous else None
    commits = place.bare.list_commits(head, *([f"^{start}"] if start else []), limit=250)
    found = [re.search(r"\(#(\d+)\)$|^Merge pull request #(\d+) ", commit.title) for commit in commits]
    numbers = [int(match[1] or match[2]) for match in found if match]
    lines = [_line(place, number) for number in dict.fromkeys(numbers)]
    ends = f"{previous}...{tag}" if previous else f"commits/{tag}"
    link = f"**Full Changelog**: {place.page}/{'compare/' if previous else ''}{ends}"
    changes = "## What's Changed\n" + "\n".join(filter(None, lines)) + "\n\n" if any(lines) else ""
    return changes + link


def _line(place: Place, number: int) -> str:
    pull = place.get(Pull, number)
    return f"* {pull.title} by @{pull.user} in {place.page}/pull/{number}" if pull else ""
