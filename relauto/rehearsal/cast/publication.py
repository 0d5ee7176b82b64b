"""Releases made by hand: files and their SHA256SUMS under a tag, a draft until all of them are there."""

from collections.abc import Mapping

from relauto.rehearsal.cast.api import Json, sha256
from relauto.rehearsal.cast.errand import Errand
from relauto.rehearsal.cast.facts import SUMS


def find_release(errand: Errand, tag: str) -> Json | None:
    """Return the release of a tag, drafts included, or None.

    Raises:
        ApiError: the API refused.
    """
    listed = errand.api.pages(f"repos/{errand.source}/releases")
    return next((release for release in listed if release["tag_name"] == tag), None)


def write_sums(files: Mapping[str, bytes]) -> bytes:
    """Return the SHA256SUMS of files."""
    return "".join(f"{sha256(content)}  {name}\n" for name, content in files.items()).encode()


def publish_files(errand: Errand, tag: str, files: Mapping[str, bytes], *, prerelease: bool) -> bool:
    """Publish a release with exactly these files, unless it is; say whether anything was done.

    Raises:
        ApiError: the API refused.
    """
    release, address = find_release(errand, tag), f"repos/{errand.source}/releases"
    if release and not release["draft"]:
        return False
    wanted = {"tag_name": tag, "name": tag, "prerelease": prerelease, "make_latest": "false"}
    release = release or errand.api.post(address, {**wanted, "draft": True})
    known = {asset["name"] for asset in release["assets"]}
    for name, content in files.items():
        if name not in known:
            errand.api.upload(release["upload_url"].partition("{")[0], name, content)
    errand.api.patch(f"{address}/{release['id']}", {**wanted, "draft": False})
    return True


def read_files(errand: Errand, release: Json) -> dict[str, bytes]:
    """Return the files of a release by their names, the SHA256SUMS last as they were uploaded.

    Raises:
        ApiError: the API refused.
    """
    found = {asset["name"]: errand.api.download(asset["url"]) for asset in release["assets"]}
    return {name: found[name] for name in sorted(found, key=lambda name: name == SUMS)}
