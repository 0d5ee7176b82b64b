"""The files of a release: put there once, and taken only whole."""

from __future__ import annotations

import hashlib
import re
from types import NoneType
from typing import TYPE_CHECKING

from relauto.counting import name_count
from relauto.errors import DecisionError, InputError, RemoteError
from relauto.github.ensure import ensure
from relauto.github.releases import Asset, Release

if TYPE_CHECKING:
    from relauto.github.client import Client

# GitHub renames what has other characters, or a full stop at either end.
_ASSET_NAME = re.compile(r"[A-Za-z0-9_+-]([A-Za-z0-9._+-]*[A-Za-z0-9_+-])?")


def digest_bytes(data: bytes) -> str:
    """Return a digest as GitHub writes it, `sha256:HEX`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def check_asset(name: str, data: bytes) -> None:
    """Refuse what GitHub would not take, or not under that name.

    Raises:
        InputError: the name is one that GitHub would change, or the file is empty.
    """
    if not _ASSET_NAME.fullmatch(name) or not data:
        raise InputError(
            f"{name!r} ({name_count(len(data), 'byte')}) cannot be an asset",
            todo="use letters, digits, full stops, - and _ in its name, and give it content",
        )


def upload_asset(client: Client, release: Release, name: str, data: bytes) -> Asset:
    """Put a file into a release, unless it is there already; `release.assets` is the first look.

    What an upload that broke has left is deleted. So is another file of that name, but only while
    the release is a draft.

    Raises:
        InputError: the name is one that GitHub would change, or the file is empty.
        DecisionError: a published release has another file of that name.
        RemoteError: GitHub stored something else than was sent.
        RefusedError, UnknownOutcomeError: see `ensure`.
    """
    check_asset(name, data)

    def settle(assets: tuple[Asset, ...]) -> Asset | None:
        found = next((asset for asset in assets if asset.name == name), None)
        return _settle(client, release, found, data) if found else None

    def look() -> Asset | None:
        return settle(tuple(client.read_all(f"releases/{release.id}/assets", Asset)))

    found = settle(release.assets)
    if found is not None:
        return found
    made = ensure(look, lambda: client.upload(release.upload_url, name, data, Asset), absent=True)
    if made.name != name or made.state != "uploaded" or not _has_content(client, made, data):
        raise RemoteError(
            f"{name} of {release.tag} was stored as {_show(made)}, sent was {_describe(data)}",
            todo="delete the file from the release, then run again",
        )
    return made


def _settle(client: Client, release: Release, found: Asset, data: bytes) -> Asset | None:
    if found.state == "uploaded" and _has_content(client, found, data):
        return found
    if found.state == "uploaded" and not release.draft:
        raise DecisionError(
            f"the published release {release.tag} has {_show(found)}, ours is {_describe(data)}",
            todo="find out who put it there; a published asset is never replaced",
        )
    client.write("DELETE", f"releases/assets/{found.id}", None, NoneType)
    return None


def _has_content(client: Client, asset: Asset, data: bytes) -> bool:
    if asset.size != len(data):
        return False
    if asset.digest is None:
        return client.download(f"releases/assets/{asset.id}") == data
    return asset.digest == digest_bytes(data)


def _show(asset: Asset) -> str:
    return f"{asset.name} ({asset.state}, {name_count(asset.size, 'byte')}, {asset.digest or 'no digest'})"


def _describe(data: bytes) -> str:
    return f"{name_count(len(data), 'byte')}, {digest_bytes(data)}"


def read_digest(client: Client, asset: Asset) -> str:
    """Return the SHA-256 of an asset as hex: as GitHub tells it, else of its bytes.

    Raises:
        RemoteError: it cannot be read.
    """
    told = asset.digest or digest_bytes(download_asset(client, asset))
    return told.removeprefix("sha256:")


def download_asset(client: Client, asset: Asset) -> bytes:
    """Return an asset's bytes, once they are what GitHub says they are.

    Raises:
        RemoteError: they differ in size or digest, or the upload never ended.
    """
    if asset.state != "uploaded":
        raise RemoteError(
            f"{asset.name} is incomplete: its upload never ended ({asset.state})",
            todo="delete it from its release and upload it anew, then run again",
        )
    data = client.download(f"releases/assets/{asset.id}")
    if len(data) != asset.size or asset.digest not in (None, digest_bytes(data)):
        raise RemoteError(
            f"the download of {_show(asset)} brought {_describe(data)}",
            todo="run again; where it stays so, upload the file anew",
        )
    return data
