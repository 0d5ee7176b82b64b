"""Releases and their assets."""

from urllib.parse import quote

from relauto.hub.place import Place
from relauto.hub.records import Asset, Release
from relauto.hub.views.common import Json, node_id, show_user


def tag_page(release: Release) -> str:
    """Return the name under which a release's page and files lie; a draft's is not its tag yet."""
    return f"untagged-{release.id:x}" if release.draft else release.tag


def show_asset(place: Place, asset: Asset, release: Release) -> Json:
    """Show an asset (`release-asset`)."""
    return {
        "id": asset.id,
        "node_id": node_id("ReleaseAsset", asset.id),
        "url": f"{place.url}/releases/assets/{asset.id}",
        "browser_download_url": f"{place.page}/releases/download/{quote(tag_page(release))}/{asset.name}",
        "name": asset.name,
        "label": asset.label,
        "state": asset.state,
        "content_type": asset.content_type,
        "size": asset.size,
        "digest": asset.digest,
        "download_count": asset.downloads,
        "uploader": show_user(place.call, asset.uploader),
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
    }


def show_release(place: Place, release: Release) -> Json:
    """Show a release (`release`)."""
    url = f"{place.url}/releases/{release.id}"
    uploads = f"{place.call.host}/api/uploads/repos/{place.name}/releases/{release.id}/assets"
    assets = [asset for asset in place.all(Asset) if asset.release == release.id]
    balls = None if release.draft else f"{place.url}/%s/{release.tag}"
    return {
        "id": release.id,
        "node_id": node_id("Release", release.id),
        "url": url,
        "assets_url": f"{url}/assets",
        "upload_url": f"{uploads}{{?name,label}}",
        "html_url": f"{place.page}/releases/tag/{quote(tag_page(release))}",
        "tarball_url": balls % "tarball" if balls else None,
        "zipball_url": balls % "zipball" if balls else None,
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "body": release.body,
        "draft": release.draft,
        "prerelease": release.prerelease,
        "immutable": False,
        "created_at": release.created_at,
        "updated_at": release.published_at or release.created_at,
        "published_at": release.published_at,
        "author": show_user(place.call, release.author),
        "assets": [show_asset(place, asset, release) for asset in assets],
    }
