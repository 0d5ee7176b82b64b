"""Files that others put on a candidate's prerelease: whose are taken over, and what becomes of the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath

from relauto.errors import DecisionError
from relauto.github.assets import download_asset
from relauto.github.releases import Asset, Release
from relauto.github.workflows import Run
from relauto.model.facts import Facts
from relauto.model.names import Commit, Tag
from relauto.model.target import Target
from relauto.stages.bench import Bench
from relauto.stages.building import workflow
from relauto.stages.building.artifacts import (
    SUMS,
    Artifact,
    ask_version,
    make_archive,
    name_archive,
    write_sums,
)
from relauto.stages.building.publication import (
    ask_about_files,
    complete_release,
    download_assets,
    find_digest,
    find_release,
    read_release,
)
from relauto.stages.step import Refused, Todo, Waiting


@dataclass(frozen=True)
class Files:
    """The release that holds files of others which may be taken over, and who made them."""

    release: Release
    origin: str

    @property
    def assets(self) -> list[Asset]:
        """The files themselves, without their SHA256SUMS."""
        return list_files(self.release)


def list_files(release: Release) -> list[Asset]:
    """Return a release's files without their SHA256SUMS."""
    return [asset for asset in release.assets if asset.name != SUMS]


def find_files(
    bench: Bench, target: Target, tag: Tag, commit: Commit, *, run: Run | None = None
) -> Files | Waiting | Refused | None:
    """Return the files of others for a candidate that relauto has not built; None when there are none.

    `run` is the workflow's run that was to make them, and has ended well.
    """
    release = read_release(bench, tag) if find_release(bench, tag) else None
    if release is None or (release.draft and not release.assets):
        return None
    if not release.draft and not release.prerelease:
        return Refused(
            f"{release.by} published {release.tag} as a final release, but it is a candidate",
            todo="mark it as a prerelease on GitHub",
        )
    assets = list_files(release)
    if not assets and bench.settings.build.way != "none":
        return None
    origins = {asset: _trust(bench, target, release, asset, commit, run) for asset in assets}
    strangers = [asset for asset, origin in origins.items() if not origin]
    if strangers:
        return ask_about_files(bench, release, commit, strangers)
    made = set(origins.values()) or {"none"}
    files = Files(release, made.pop() if len(made) == 1 else "adopted")
    return _find_lack(bench, files) or files


def _trust(
    bench: Bench, target: Target, release: Release, asset: Asset, commit: Commit, run: Run | None
) -> str:
    """Return why a file may be promoted: who made it; empty when nothing speaks for it."""
    if run is not None and asset.by in (workflow.ACTIONS, *bench.settings.build.adopt):
        return "workflow"
    if asset.state != "uploaded" or asset.by in bench.settings.build.adopt:
        return "adopted"
    digest = find_digest(bench, asset)
    if bench.incident.accepts(release.tag, asset.name, digest):
        return "attached"
    if bench.settings.build.way == "archive" and asset.name == name_archive(bench, target):
        again = bench.remember("refs", ("archive", commit), lambda: make_archive(bench, target, commit))
        return "archive" if again.sha256 == digest else ""
    return ""


def _find_lack(bench: Bench, files: Files) -> Waiting | None:
    release = files.release
    unfinished = [asset.name for asset in release.assets if asset.state != "uploaded"]
    if unfinished:
        return Waiting(release.by, f"{release.tag}: the upload of {', '.join(unfinished)} has not ended")
    names = [asset.name for asset in files.assets]
    lacking = find_unmatched(bench.settings.build.artifacts, names)
    if lacking:
        return Waiting(release.by, f"{release.tag} has {', '.join(names)}, but no {', '.join(lacking)} yet")
    if release.draft and files.origin != "attached":
        return Waiting(release.by, f"the release of {release.tag} with {', '.join(names)} is still a draft")
    return None


def find_unmatched(globs: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the globs, by their last part, that none of the names matches."""
    wanted = [PurePosixPath(glob).name for glob in globs]
    return [glob for glob in wanted if not any(fnmatch(name, glob) for name in names)]


def take_over(bench: Bench, target: Target, tag: Tag, commit: Commit, files: Files) -> Todo:
    """Return the write that takes files of others over as the candidate's artifacts."""
    artifacts: list[Artifact] = []

    def prepare() -> Facts:
        artifacts.extend(_put_in_order(bench, files, download_assets(bench, files.assets)))
        return {
            "commit": commit,
            "artifacts": [each.describe() for each in artifacts],
            "said": ask_version(bench, target, artifacts),
            "origin": files.origin,
        }

    def run(_facts: Facts) -> None:
        complete_release(bench, files.release, artifacts)

    return Todo(f"adopt:{tag}", describe_adoption(files), run, prepare=prepare, changes=("releases",))


def describe_adoption(files: Files) -> str:
    """Return the sentence for files that are taken over."""
    if not files.assets:
        return f"take over {files.release.tag}, a prerelease without files by {files.release.by}"
    names = ", ".join(asset.name for asset in files.assets)
    makers = ", ".join(dict.fromkeys(asset.by for asset in files.assets))
    return f"take over {names} of {files.release.tag}, uploaded by {makers}"


def _put_in_order(bench: Bench, files: Files, artifacts: list[Artifact]) -> list[Artifact]:
    """Return artifacts in the order of the SHA256SUMS that lies beside them, else by name.

    Raises:
        DecisionError: that file says something else than the artifacts are.
    """
    by_name = sorted(artifacts, key=lambda artifact: artifact.name)
    sums = [asset for asset in files.release.assets if asset.name == SUMS]
    if not sums:
        return by_name
    said = download_asset(bench.source, sums[0])
    order = [line.rpartition("  ")[2] for line in said.decode("utf-8", "replace").splitlines()]
    ordered = sorted(by_name, key=lambda one: order.index(one.name) if one.name in order else len(order))
    ours = write_sums([artifact.describe() for artifact in ordered])
    if said != ours:
        raise DecisionError(
            f"{SUMS} of {files.release.tag} (by {sums[0].by}) says\n{said.decode('utf-8', 'replace')}"
            f"but the files beside it are\n{ours.decode()}",
            todo=f"correct or delete {SUMS}; relauto writes it where it is absent",
        )
    return ordered
