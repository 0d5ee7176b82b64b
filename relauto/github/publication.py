"""A candidate's files, published by a workflow of the product as the prerelease of its tag."""

from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from relauto.errors import DecisionError
from relauto.github.assets import check_asset, upload_asset
from relauto.github.client import Client
from relauto.github.releases import Release, create_release, publish_release
from relauto.model.names import Commit, Tag


class _Commit(msgspec.Struct, frozen=True):
    sha: str


def publish_files(client: Client, tag: Tag, commit: Commit, files: Mapping[str, bytes]) -> Release:
    """Publish files by name as the prerelease of a tag, all at once; what is there already is left as it is.

    Raises:
        InputError: a name is one that GitHub would change, or a file is empty.
        DecisionError: the tag is at another commit, or its release has another file of that name.
        NotFoundError: there is no such tag.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    for name, data in files.items():
        check_asset(name, data)
    found = client.read(f"commits/tags/{quote(tag, safe='/')}", _Commit).sha
    if found != commit:
        raise DecisionError(
            f"{tag} is at {found}, and the files were built from {commit}",
            todo="find out who moved the tag; nothing was published",
        )
    release = create_release(
        client,
        tag=tag,
        commit=commit,
        name=str(tag),
        body="",
        draft=True,
        prerelease=True,
        make_latest="false",
    )
    for name, data in files.items():
        upload_asset(client, release, name, data)
    return publish_release(client, release, prerelease=True, make_latest="false")
