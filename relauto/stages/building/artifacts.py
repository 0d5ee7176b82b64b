"""A candidate's artifacts: built once from its tag, then only ever copied, by digest."""

import hashlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relauto.command import run_command
from relauto.counting import name_count
from relauto.errors import DecisionError, InputError
from relauto.git.runner import GitError
from relauto.model.names import Commit
from relauto.model.target import Target
from relauto.stages.bench import Bench

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Artifact:
    """A built file: its name, bytes and SHA-256 in hex."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    def describe(self) -> dict[str, Any]:
        """Return name, digest and size as the journal keeps them."""
        return {"name": self.name, "sha256": self.sha256, "size": len(self.content)}


@dataclass(frozen=True)
class Built:
    """What a build left, and what the artifact said when asked for its version (None: not asked)."""

    artifacts: tuple[Artifact, ...]
    said: str | None


def build_artifacts(bench: Bench, target: Target, commit: Commit) -> Built:
    """Build the candidate at `commit` as the settings say: a command, or a source archive.

    Raises:
        InputError: objects that the artifact needs are missing, or the build left nothing.
        DecisionError: a command failed, or the artifact names another version.
    """
    build = bench.settings.build
    if build.none:
        return Built((), None)
    if build.command is None:
        return Built((make_archive(bench, target, commit),), None)
    _fill(bench, commit)
    with bench.workplace() as folder:
        bench.product.export(commit, folder)
        run_command(build.command, folder, timeout=build.timeout)
        files = _collect(folder, build.artifacts)
        said = _ask_version(bench, target, folder, files)
        return Built(tuple(Artifact(path.name, path.read_bytes()) for path in files), said)


def make_archive(bench: Bench, target: Target, commit: Commit) -> Artifact:
    """Return the source archive of `commit`: the same bytes wherever it is made.

    Raises:
        InputError: objects that it needs are missing.
    """
    _fill(bench, commit)
    name = name_archive(bench, target)
    return Artifact(name, bench.product.archive(commit, f"{name.removesuffix('.tar.gz')}/"))


def name_archive(bench: Bench, target: Target) -> str:
    """Return the file name of a target's source archive."""
    return f"{bench.settings.source.partition('/')[2]}-{bench.plan(target).version}.tar.gz"


def _fill(bench: Bench, commit: Commit) -> None:
    try:
        bench.mirror.fill(commit)
    except GitError:
        # A remote that lacks files itself cannot send them; they are named below.
        bench.say(f"{bench.source.repository} did not send every file of {commit.short}")
    missing = bench.product.missing_objects(commit)
    if missing:
        listed = ", ".join(each.path for each in missing[:3])
        raise InputError(
            f"this clone lacks {name_count(len(missing), 'file')} of {commit.short} ({listed}); no artifact "
            "is made",
            todo="fetch them, or go on without an artifact: --build none",
        )


def ask_version(bench: Bench, target: Target, artifacts: Sequence[Artifact]) -> str | None:
    """Return what artifacts that others made say when asked for their version (None: not asked).

    Raises:
        DecisionError: one names another version, or cannot be asked.
    """
    with bench.workplace() as folder:
        files = [folder / artifact.name for artifact in artifacts]
        for path, artifact in zip(files, artifacts, strict=True):
            path.write_bytes(artifact.content)
            path.chmod(0o755)
        return _ask_version(bench, target, folder, files)


def _collect(folder: Path, globs: Sequence[str]) -> list[Path]:
    files = sorted({path for pattern in globs for path in folder.glob(pattern) if path.is_file()})
    if not files:
        raise InputError(
            f"the build left no file that matches {', '.join(globs)}", todo="correct build.artifacts"
        )
    return files


def _ask_version(bench: Bench, target: Target, folder: Path, files: Sequence[Path]) -> str | None:
    command = bench.settings.build.version_command
    if command is None:
        return None
    version = bench.plan(target).version
    said = ""
    for path in files:
        asked = command.replace("{artifact}", shlex.quote(str(path.relative_to(folder))))
        said = run_command(asked, folder, timeout=bench.settings.build.timeout)
        if not re.search(rf"(?<![\w.]){re.escape(version)}(?![\w]|\.\d)", said):
            raise DecisionError(
                f"{path.name} says that it is {said!r}, not {version}",
                todo="see version_files in the settings; then attach a fix or raise the number by hand",
            )
    return said


def write_sums(described: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the SHA256SUMS file of artifacts, as `sha256sum -c` reads it; empty without artifacts."""
    return "".join(f"{each['sha256']}  {each['name']}\n" for each in described).encode()


def digest_kit(described: Sequence[Mapping[str, Any]], tag: str, commit: str) -> str:
    """Return what stands for a kit: the SHA-256 of its SHA256SUMS.

    Where nothing was built it is the SHA-256 of the line `<commit>  <tag>`.
    """
    content = write_sums(described) or f"{commit}  {tag}\n".encode()
    return hashlib.sha256(content).hexdigest()
