"""Releases and their assets."""

from typing import Any

from relauto.hub.graph.common import Info, Node, connect, order, show_actor
from relauto.hub.graph.objects import show_object
from relauto.hub.place import Place
from relauto.hub.records import Asset, Release
from relauto.hub.views.releases import show_asset, show_release


def find_release(place: Place, tag: str) -> Node | None:
    """Show the release of a tag; a draft only where nothing is published for it."""
    found = [one for one in _visible_releases(place) if one.tag == tag]
    found.sort(key=lambda one: one.draft)
    return _show_release(place, found[0]) if found else None


def _visible_releases(place: Place) -> list[Release]:
    return [one for one in place.all(Release) if not one.draft or place.may_push]


def list_releases(
    place: Place,
    info: Info,
    orderBy: dict[str, str] | None = None,
    **args: Any,
) -> Node:
    """Show the releases, the oldest first unless another order is asked for."""
    found = order(_visible_releases(place), orderBy)
    return connect(found, lambda one: _show_release(place, one))(info, **args)


def _show_release(place: Place, release: Release) -> Node:
    rest = show_release(place, release)
    assets = [asset for asset in place.all(Asset) if asset.release == release.id]
    latest = [one for one in place.all(Release) if one.latest and not one.draft]
    sha = place.bare.resolve(f"refs/tags/{release.tag}")

    def show_file(asset: Asset) -> Node:
        view = show_asset(place, asset, release)
        return {
            "id": view["node_id"],
            "name": asset.name,
            "size": asset.size,
            "contentType": asset.content_type,
            "digest": view["digest"],
            "uploadedBy": show_actor(place.call, asset.uploader),
            "downloadUrl": view["browser_download_url"],
            "url": view["url"],
        }

    return {
        "id": rest["node_id"],
        "databaseId": release.id,
        "tagName": release.tag,
        "name": release.name,
        "description": release.body,
        "isDraft": release.draft,
        "isPrerelease": release.prerelease,
        "isLatest": bool(latest) and latest[-1].id == release.id,
        "url": rest["html_url"],
        "createdAt": release.created_at,
        "publishedAt": release.published_at,
        "author": show_actor(place.call, release.author),
        "tagCommit": lambda _: show_object(place, sha) if sha else None,
        "releaseAssets": lambda info, name=None, **args: connect(
            [asset for asset in assets if name in (None, asset.name)], show_file
        )(info, **args),
    }
