"""A GitHub release with its assets: draft first, all assets, then published, then compared by digest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from relauto.comms.desk import Shown, accept_command
from relauto.counting import name_count
from relauto.errors import DecisionError
from relauto.github import releases
from relauto.github.assets import download_asset, read_digest, upload_asset
from relauto.github.releases import Asset, Release
from relauto.model.names import Commit, Tag
from relauto.stages.bench import Bench
from relauto.stages.building.artifacts import SUMS, Artifact, write_sums
from relauto.stages.step import Question, Refused


def find_release(bench: Bench, tag: Tag) -> Release | None:
    """Return the release of a tag, drafts included: what it holds, not yet where to send or fetch it."""
    return bench.see("releases", releases.look_at_release(bench.source, tag, bench.login))


def read_release(bench: Bench, tag: Tag) -> Release | None:
    """Return the release of a tag with its address for uploads and its files' ids, drafts included."""
    return bench.remember("releases", ("whole", tag), lambda: releases.find_release(bench.source, tag))


@dataclass(frozen=True)
class Difference:
    """How a release is not what it should be: names that lack, sentences on other bytes, files too many."""

    missing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()
    extra: tuple[Asset, ...] = ()

    def describe(self) -> str:
        """Return both sides in a sentence: what should be there, and what is."""
        lacking = [f"{name} is not there" for name in self.missing]
        more = [f"{asset.name} (by {asset.by}) is no part of it" for asset in self.extra]
        return "; ".join((*self.other, *lacking, *more))


def compare_release(bench: Bench, release: Release, described: Sequence[Mapping[str, Any]]) -> Difference:
    """Compare what a release holds with the files described and their SHA256SUMS, by digest.

    What a broken upload left counts as missing; a file that a person accepted is not too many.
    """
    held = {asset.name: asset for asset in release.assets if asset.state == "uploaded"}
    wanted = {each["name"]: str(each["sha256"]) for each in describe_with_sums(described)}
    other = [
        f"{name} (by {asset.by}) is {digest[:12]}, not {wanted[name][:12]}"
        for name, asset in held.items()
        if name in wanted and (digest := find_digest(bench, asset)) != wanted[name]
    ]
    extra = [
        asset
        for name, asset in held.items()
        if name not in wanted and not bench.incident.accepts(release.tag, name, find_digest(bench, asset))
    ]
    return Difference(tuple(name for name in wanted if name not in held), tuple(other), tuple(extra))


def is_complete(bench: Bench, release: Release, described: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether a final release is public and holds exactly the files described."""
    return (
        not release.draft
        and not release.prerelease
        and compare_release(bench, release, described) == Difference()
    )


def find_digest(bench: Bench, asset: Asset) -> str:
    """Return the SHA-256 of an asset as hex, read from its bytes where GitHub does not tell it."""
    return bench.remember("releases", ("digest", asset), lambda: read_digest(bench.source, asset))


def ask_about_files(bench: Bench, release: Release, commit: Commit, assets: Sequence[Asset]) -> Refused:
    """Return the refusal of files that relauto did not make, with the question to people about them."""
    described: list[dict[str, Any]] = [
        {
            "tag": release.tag,
            "commit": commit,
            "name": asset.name,
            "sha256": find_digest(bench, asset),
            "size": asset.size,
        }
        for asset in assets
    ]
    listed = "".join(f"\n  {one.name} {name_count(one.size, 'byte')}, by {one.by}" for one in assets)
    count = name_count(len(assets), "file is", "files are")
    return Refused(
        f"{count} in the release of {release.tag} without being known to relauto:{listed}",
        todo="accept each at the desk, or delete what does not belong there (see build.adopt)",
        facts={"files": described},
        question=Question(
            "accept",
            "prepare.files",
            commit,
            tuple(
                Shown(f"{one.name}, {name_count(one.size, 'byte')}, by {one.by}", each["sha256"])
                for one, each in zip(assets, described, strict=True)
            ),
            tuple(accept_command(each["sha256"]) for each in described),
        ),
    )


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
    release = open_release(
        bench, tag, commit, title=title, body=body, prerelease=prerelease, make_latest=make_latest
    )
    complete_release(bench, release, artifacts, prerelease=prerelease, make_latest=make_latest)


def open_release(
    bench: Bench,
    tag: Tag,
    commit: Commit,
    *,
    title: str,
    body: str,
    prerelease: bool,
    make_latest: releases.MakeLatest = "false",
) -> Release:
    """Return the release of `tag`, whoever made it, or make a draft of it."""
    known = read_release(bench, tag) if find_release(bench, tag) else None
    return known or releases.create_release(
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


def complete_release(
    bench: Bench,
    release: Release,
    artifacts: Sequence[Artifact],
    *,
    prerelease: bool = True,
    make_latest: releases.MakeLatest = "false",
) -> None:
    """Put what a release lacks of artifacts and SHA256SUMS into it, then publish it."""
    for artifact in with_sums(artifacts):
        upload_asset(bench.source, release, artifact.name, artifact.content)
    # It is for the files that a release is a draft first.
    with bench.source.counts.about("assets" if artifacts else "path"):
        releases.publish_release(bench.source, release, prerelease=prerelease, make_latest=make_latest)


def with_sums(artifacts: Sequence[Artifact]) -> list[Artifact]:
    """Return the artifacts and their SHA256SUMS; nothing when there are none."""
    if not artifacts:
        return []
    return [*artifacts, Artifact(SUMS, write_sums([artifact.describe() for artifact in artifacts]))]


def describe_with_sums(described: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return descriptions of artifacts and of their SHA256SUMS; nothing when there are none."""
    if not described:
        return []
    return [*described, Artifact(SUMS, write_sums(described)).describe()]


def download_assets(bench: Bench, assets: Sequence[Asset]) -> list[Artifact]:
    """Return the bytes of assets.

    Raises:
        RemoteError: one could not be read, or was not what GitHub says it is.
    """
    return [Artifact(asset.name, download_asset(bench.source, asset)) for asset in assets]


def download(bench: Bench, tag: Tag, described: Sequence[Mapping[str, Any]]) -> list[Artifact]:
    """Return the artifacts of a tag's release, each compared with the digest that was verified.

    Raises:
        DecisionError: the release no longer holds one of them, or holds other bytes under its name.
        RemoteError: one could not be read.
    """
    with bench.source.counts.about("assets"):
        release = read_release(bench, tag)
    held = {asset.name: asset for asset in release.assets} if release else {}
    return [_download_one(bench, tag, held.get(each["name"]), each) for each in described]


def _download_one(bench: Bench, tag: Tag, asset: Asset | None, described: Mapping[str, Any]) -> Artifact:
    if asset is not None:
        artifact = Artifact(described["name"], download_asset(bench.source, asset))
        if artifact.sha256 == described["sha256"]:
            return artifact
    raise DecisionError(
        f"the release of {tag} no longer holds the {described['name']} that was verified",
        todo="find out who changed it; relauto reopen prepare.verify has it built and verified anew",
    )
