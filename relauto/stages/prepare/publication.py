"""A GitHub release with its assets: draft first, all assets, then published, then compared by digest."""

from collections.abc import Mapping, Sequence
from typing import Any

from relauto.errors import DecisionError
from relauto.github import releases
from relauto.github.releases import Asset, Release
from relauto.model.names import Commit, Tag
from relauto.stages.bench import Bench
from relauto.stages.prepare.artifacts import SUMS, Artifact, write_sums


def find_release(bench: Bench, tag: Tag) -> Release | None:
    """Return the release of a tag, drafts included."""
    found = bench.remember("releases", "all", lambda: releases.list_releases(bench.source))
    return releases.choose_release(found, tag)


def is_published(
    release: Release | None, described: Sequence[Mapping[str, Any]], *, prerelease: bool
) -> bool:
    """Return whether a release is public, of its kind, and holds exactly these bytes under these names."""
    if release is None or release.draft or release.prerelease != prerelease:
        return False
    held = {asset.name: asset.digest for asset in release.assets if asset.state == "uploaded"}
    return all(held.get(each["name"]) == f"sha256:{each['sha256']}" for each in _with_sums(described))


def publish(
    bench: Bench,
    tag: Tag,
    commit: Commit,
    artifacts: Sequence[Artifact],
    *,
    title: str,
    body: str,
    prerelease: bool,
    latest: bool = False,
) -> None:
    """Bring the release of `tag` to exactly these assets and publish it; what is there already stays."""
    make_latest: releases.MakeLatest = "true" if latest else "false"
    release = find_release(bench, tag) or releases.create_release(
        bench.source,
        tag=tag,
        commit=commit,
        name=title,
        body=body,
        draft=True,
        prerelease=prerelease,
        make_latest=make_latest,
        absent=True,
    )
    for artifact in with_sums(artifacts):
        releases.upload_asset(bench.source, release, artifact.name, artifact.content)
    if release.draft or release.prerelease != prerelease:
        releases.publish_release(bench.source, release, prerelease=prerelease, make_latest=make_latest)


def with_sums(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """Return the artifacts and their SHA256SUMS; nothing when there are none."""
    if not artifacts:
        return []
    return [*artifacts, Artifact(SUMS, write_sums([artifact.describe() for artifact in artifacts]))]


def _with_sums(described: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    if not described:
        return []
    return [*described, Artifact(SUMS, write_sums(described)).describe()]


def download(bench: Bench, tag: Tag, described: Sequence[Mapping[str, Any]]) -> list[Artifact]:
    """Return the artifacts of a tag's release, each compared with the digest that was verified.

    Raises:
        DecisionError: the release no longer holds one of them, or holds other bytes under its name.
        RemoteError: one could not be read.
    """
    release = find_release(bench, tag)
    held = {asset.name: asset for asset in release.assets} if release else {}
    return [_download_one(bench, tag, held.get(each["name"]), each) for each in described]


def _download_one(bench: Bench, tag: Tag, asset: Asset | None, described: Mapping[str, Any]) -> Artifact:
    if asset is not None:
        artifact = Artifact(described["name"], releases.download_asset(bench.source, asset))
        if artifact.sha256 == described["sha256"]:
            return artifact
    raise DecisionError(
        f"the release of {tag} no longer holds the {described['name']} that was verified",
        todo="find out who changed it; relauto reopen prepare.verify has it built and verified anew",
    )
