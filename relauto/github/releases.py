"""Releases: found with drafts, filled while still a draft, published last.

GitHub finds a draft neither by its tag nor by any other name, and lets two drafts of one tag stand
side by side; so a release is looked for in the whole list. Where a tag exists already, GitHub ignores
the commit a release is made with: compare the tag itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import msgspec

from relauto.errors import DecisionError, RemoteError
from relauto.github.connections import PageInfo
from relauto.github.ensure import ensure
from relauto.github.look import CutOffError, Look
from relauto.github.people import ActorNode, name_actor
from relauto.github.queries import RELEASE
from relauto.model.names import Commit, Tag

if TYPE_CHECKING:
    from relauto.github.client import Client

MakeLatest = Literal["true", "false", "legacy"]
"""What may become "Latest"; a dot release of an old line must not, and GitHub's default is true."""


@dataclass(frozen=True)
class Account:
    """An account of GitHub; an App's login ends with `[bot]`."""

    login: str


@dataclass(frozen=True)
class Asset:
    """A file of a release. `state` is `uploaded`, or `starter` for what a broken upload leaves.

    `size` is in bytes; `digest` is `sha256:HEX`, or None from a server that does not tell it;
    `uploader` is None where the account is gone.
    """

    id: int
    name: str
    state: str
    size: int
    digest: str | None = None
    uploader: Account | None = None

    @property
    def by(self) -> str:
        """The login of who uploaded it."""
        return self.uploader.login if self.uploader else "a deleted account"


@dataclass(frozen=True)
class Release:
    """A release with all its assets; `by` is the login of who made it."""

    id: int
    tag: Tag
    name: str
    draft: bool
    prerelease: bool
    assets: tuple[Asset, ...]
    url: str
    upload_url: str
    body: str
    by: str = ""


class _RestRelease(msgspec.Struct, frozen=True):
    id: int
    tag_name: str
    name: str | None
    draft: bool
    prerelease: bool
    assets: list[Asset]
    html_url: str
    upload_url: str
    body: str | None = None
    author: Account | None = None

    def release(self) -> Release:
        return Release(
            id=self.id,
            tag=Tag(self.tag_name),
            name=self.name or "",
            draft=self.draft,
            prerelease=self.prerelease,
            assets=tuple(self.assets),
            url=self.html_url,
            upload_url=self.upload_url.partition("{")[0],
            body=self.body or "",
            by=self.author.login if self.author else "a deleted account",
        )


class _AssetNode(msgspec.Struct, frozen=True, rename="camel"):
    name: str
    size: int
    digest: str | None
    uploaded_by: ActorNode | None

    def asset(self) -> Asset:
        uploader = Account(self.uploaded_by.name) if self.uploaded_by else None
        return Asset(0, self.name, "uploaded", self.size, self.digest, uploader)


class _Assets(msgspec.Struct, frozen=True, rename="camel"):
    page_info: PageInfo
    nodes: list[_AssetNode]


class _ReleaseNode(msgspec.Struct, frozen=True, rename="camel"):
    database_id: int
    tag_name: str
    name: str | None
    description: str | None
    is_draft: bool
    is_prerelease: bool
    url: str
    author: ActorNode | None
    release_assets: _Assets

    def release(self) -> Release:
        """Return the value.

        Raises:
            CutOffError: not every file is told, or one has no digest.
        """
        files = self.release_assets
        if files.page_info.has_next_page or any(not one.digest for one in files.nodes):
            raise CutOffError
        return Release(
            id=self.database_id,
            tag=Tag(self.tag_name),
            name=self.name or "",
            draft=self.is_draft,
            prerelease=self.is_prerelease,
            assets=tuple(one.asset() for one in files.nodes),
            url=self.url,
            upload_url="",
            body=self.description or "",
            by=name_actor(self.author),
        )


def find_release(client: Client, tag: Tag) -> Release | None:
    """Return the release of a tag, draft or published, or None.

    Raises:
        DecisionError: there is more than one.
        RemoteError: the list cannot be read.
    """
    return choose_release(list_releases(client), tag)


def look_at_release(client: Client, tag: Tag, own: str) -> Look[Release | None]:
    """Return the look at a tag's release, to be had alone or with others.

    GraphQL tells neither a file's id nor whether its upload ended, and calls an App's account a User's. So
    it is enough only for a published release that, with all its files, is of the login `own`: a file with a
    digest is whole. Everything else is read by REST.
    """

    def settle(answer: msgspec.Raw) -> Release | None:
        if bytes(answer) == b"null":
            return None
        release = client.decode(answer, _ReleaseNode, "GraphQL Release").release()
        makers = {release.by, *(asset.by for asset in release.assets)}
        if release.draft or makers != {own}:
            raise CutOffError
        return release

    def watch(release: Release | None) -> list[str]:
        return [] if release and not release.draft else ["releases?per_page=100"]

    return Look(client, RELEASE, {"tag": tag}, settle, lambda: find_release(client, tag), watch)


def look_at_files(client: Client, tag: Tag) -> Look[tuple[Asset, ...]]:
    """Return the look at the files of a tag's release, whoever made it; empty where there is none."""

    def settle(answer: msgspec.Raw) -> tuple[Asset, ...]:
        if bytes(answer) == b"null":
            return ()
        return client.decode(answer, _ReleaseNode, "GraphQL Release").release().assets

    def read() -> tuple[Asset, ...]:
        release = find_release(client, tag)
        return release.assets if release else ()

    return Look(client, RELEASE._replace(name="Files"), {"tag": tag}, settle, read)


def list_releases(client: Client) -> tuple[Release, ...]:
    """Return every release, drafts included, newest first: one request for each hundred.

    Raises:
        RemoteError: the list cannot be read.
    """
    return tuple(one.release() for one in client.read_all("releases", _RestRelease))


def choose_release(releases: Iterable[Release], tag: Tag) -> Release | None:
    """Return the release of a tag among those listed, draft or published, or None.

    Raises:
        DecisionError: there is more than one; a draft has no claim on its tag, so GitHub lets that be.
    """
    found = [release for release in releases if release.tag == tag]
    if len(found) > 1:
        shown = ", ".join(f"{one.url} ({'draft' if one.draft else 'published'})" for one in found)
        raise DecisionError(
            f"there are {len(found)} releases for {tag}: {shown}", todo="delete the wrong one"
        )
    return found[0] if found else None


def create_release(
    client: Client,
    *,
    tag: Tag,
    commit: Commit,
    name: str,
    body: str,
    draft: bool,
    prerelease: bool,
    make_latest: MakeLatest,
    absent: bool = False,
) -> Release:
    """Make a release, or return the one that the tag has, whoever made it and whatever it says.

    Args:
        commit: where the tag goes if it does not exist; GitHub ignores it otherwise.
        absent: the caller has just looked (`find_release`), and there was none.

    Raises:
        DecisionError: the tag has more than one release.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    wanted = {
        "tag_name": tag,
        "target_commitish": commit,
        "name": name,
        "body": body,
        "draft": draft,
        "prerelease": prerelease,
        "make_latest": make_latest,
    }
    return ensure(
        lambda: find_release(client, tag),
        lambda: client.write("POST", "releases", wanted, _RestRelease).release(),
        absent=absent,
        doubles=client.clock,
    )


def publish_release(
    client: Client, release: Release, *, prerelease: bool, make_latest: MakeLatest
) -> Release:
    """Make a draft public, or a prerelease final; one that is so already is left as it is.

    Raises:
        RemoteError: GitHub accepted it, and it is not so all the same.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    path = f"releases/{release.id}"
    wanted = {"draft": False, "prerelease": prerelease, "make_latest": make_latest}

    def is_done(one: Release) -> bool:
        return not one.draft and one.prerelease == prerelease

    def look() -> Release | None:
        found = client.read(path, _RestRelease).release()
        return found if is_done(found) else None

    if is_done(release):
        return release
    made = ensure(look, lambda: client.write("PATCH", path, wanted, _RestRelease).release(), absent=True)
    if not is_done(made):
        raise RemoteError(
            f"GitHub took the publication of {release.tag}, but it is not published",
            todo="look at the release on GitHub, then run again",
        )
    return made
