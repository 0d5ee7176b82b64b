"""The files of releases: uploads, downloads by the API and by their public address."""

import msgspec
from flask import Blueprint, Response, g, request
from msgspec import UNSET, UnsetType
from werkzeug.exceptions import ClientDisconnected

from relauto.hub.http import answer, answer_page, enter, no_content, read_body
from relauto.hub.place import ApiError, Place, invalid, not_found
from relauto.hub.records import Asset, Release
from relauto.hub.routes.releases import find_release
from relauto.hub.views.releases import show_asset, tag_page

routes = Blueprint("assets", __name__)
_API = "/api/v3/repos/<owner>/<name>/releases"


class _EditedAsset(msgspec.Struct):
    name: str | UnsetType = UNSET
    label: str | UnsetType | None = UNSET


def _clean_name(name: str) -> str:
    """Return the name that GitHub gives a file: a dot for what is not a letter, a digit or one of `-_@+`."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_@+.") else "." for sign in name)


@routes.post("/api/uploads/repos/<owner>/<name>/releases/<int:key>/assets")
def upload_asset(owner: str, name: str, key: int) -> Response:
    """POST …/assets?name=…; an upload that breaks off leaves a `starter`."""
    place = enter(owner, name, "write")
    release = find_release(place, key)
    wanted = _clean_name(request.args.get("name", ""))
    if not wanted:
        raise invalid("ReleaseAsset", "name", "missing_field")
    if any(one.release == key and one.name == wanted for one in place.all(Asset)):
        raise invalid("ReleaseAsset", "name", "already_exists")
    data = _receive()
    asset = Asset(
        id=place.new_id(),
        release=key,
        name=wanted,
        label=request.args.get("label"),
        content_type=request.content_type or "application/octet-stream",
        size=len(data) if data is not None else 0,
        digest=None if data is None else f"sha256:{g.files.keep(data)}",
        state="starter" if data is None else "uploaded",
        uploader=place.call.login,
        created_at=place.call.now,
        updated_at=place.call.now,
    )
    place.put(asset.id, asset)
    return answer(show_asset(place, asset, release), 201 if data is not None else 502)


def _receive() -> bytes | None:
    try:
        data = request.get_data()
    except ClientDisconnected:
        return None
    return data if request.content_length in (None, len(data)) else None


def _find(place: Place, key: int) -> tuple[Asset, Release]:
    asset = place.find(Asset, key)
    return asset, find_release(place, asset.release)


@routes.get(f"{_API}/<int:key>/assets")
def list_assets(owner: str, name: str, key: int) -> Response:
    """GET releases/{id}/assets."""
    place = enter(owner, name)
    release = find_release(place, key)
    found = [asset for asset in place.all(Asset) if asset.release == key]
    return answer_page(found, lambda asset: show_asset(place, asset, release))


@routes.get(f"{_API}/assets/<int:key>")
def read_asset(owner: str, name: str, key: int) -> Response:
    """GET releases/assets/{id}; with Accept `application/octet-stream`, its bytes."""
    place = enter(owner, name)
    asset, release = _find(place, key)
    if "application/octet-stream" in request.headers.get("Accept", ""):
        return _send(place, asset)
    return answer(show_asset(place, asset, release))


def _send(place: Place, asset: Asset) -> Response:
    if asset.digest is None:
        raise not_found()
    place.put(asset.id, msgspec.structs.replace(asset, downloads=asset.downloads + 1))
    data = g.files.read(asset.digest.removeprefix("sha256:"))
    disposition = f"attachment; filename={asset.name}"
    return Response(data, headers={"Content-Disposition": disposition}, content_type=asset.content_type)


@routes.patch(f"{_API}/assets/<int:key>")
def edit_asset(owner: str, name: str, key: int) -> Response:
    """PATCH releases/assets/{id}."""
    place = enter(owner, name, "write")
    asset, release = _find(place, key)
    asked = msgspec.structs.asdict(read_body(_EditedAsset))
    changes = {field: value for field, value in asked.items() if value is not UNSET}
    changed = msgspec.structs.replace(asset, **changes, updated_at=place.call.now)
    place.put(key, changed)
    return answer(show_asset(place, changed, release))


@routes.delete(f"{_API}/assets/<int:key>")
def delete_asset(owner: str, name: str, key: int) -> Response:
    """DELETE releases/assets/{id}."""
    place = enter(owner, name, "write")
    asset, _ = _find(place, key)
    place.drop(Asset, asset.id)
    return no_content()


@routes.get("/<owner>/<name>/releases/download/<path:where>")
def download(owner: str, name: str, where: str) -> Response:
    """GET the address for people; a private repository's files need the token here, too."""
    place = enter(owner, name)
    tag, _, file = where.rpartition("/")
    for release in place.all(Release):
        if tag_page(release) == tag and (not release.draft or place.may_push):
            for asset in place.all(Asset):
                if asset.release == release.id and asset.name == file:
                    return _send(place, asset)
    raise ApiError(404, "Not Found")
