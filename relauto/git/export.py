"""The files of a commit, on disk or as an archive, and what is missing to make them."""

import gzip
from dataclasses import dataclass
from pathlib import Path

from relauto.errors import InputError
from relauto.git.address import Address
from relauto.git.errors import MissingObjectError
from relauto.git.objects import ObjectStore
from relauto.git.refusals import find_refusal
from relauto.git.runner import Git
from relauto.git.tree import Entry, walk_files
from relauto.model.names import Commit


@dataclass(frozen=True)
class MissingObject:
    """An object that a commit needs and the repository lacks; `path` is empty when not known."""

    id: str
    path: str


def find_missing(git: Git, commit: Commit) -> tuple[MissingObject, ...]:
    """Return the files and directories of `commit` whose objects are absent, without asking a network."""
    listed = git.read("rev-list", "--objects", "--no-walk", "--missing=print", commit)
    absent = {line[1:] for line in listed.splitlines() if line.startswith("?")}
    if not absent:
        return ()
    # The listing ends with an error at a missing directory; what it printed before still names it.
    rows = git.ask("ls-tree", "-r", "-t", "-z", commit).output.decode("utf-8", "surrogateescape")
    paths: dict[str, str] = {}
    for row in filter(None, rows.split("\0")):
        facts, _, path = row.partition("\t")
        paths.setdefault(facts.split(" ")[2], path)
    return tuple(MissingObject(object_id, paths.get(object_id, "")) for object_id in sorted(absent))


def export_files(store: ObjectStore, tree: str, destination: Path) -> None:
    """Write the files of `tree` into `destination`, byte for byte as committed.

    No attribute, filter or line-ending setting is applied, and submodules are left out.

    Raises:
        InputError: `destination` holds something, or a path or link would lead out of it.
        MissingObjectError: a file's content is absent.
    """
    destination.mkdir(parents=True, exist_ok=True)
    if any(destination.iterdir()):
        raise InputError(f"{destination} is not empty", todo="name a folder that is empty or not there")
    links = []
    for path, entry in walk_files(store, tree):
        target = _place(destination, path)
        if entry.is_link:
            links.append((target, entry))
        elif not entry.is_module:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(store.read(entry.id, "blob"))
            target.chmod(0o755 if entry.is_executable else 0o644)
    # Links last, so that no file is ever written through one.
    for target, entry in links:
        _link(store, destination, target, entry)


def _place(destination: Path, path: str) -> Path:
    if any(part in ("", ".", "..") for part in path.split("/")):
        raise InputError(
            f"a tree holds the path {path!r}, which leads out of it",
            todo="take it out of the tree; no file is written outside of the folder",
        )
    return destination / path


def _link(store: ObjectStore, destination: Path, target: Path, entry: Entry) -> None:
    aim = store.read(entry.id, "blob").decode("utf-8", "surrogateescape")
    if not (target.parent / aim).resolve().is_relative_to(destination.resolve()):
        raise InputError(
            f"the link {target.name} points out of the tree, to {aim}",
            todo="let it point into the tree, or take it out; no file is read outside of the folder",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(aim)


def make_archive(git: Git, commit: Commit, prefix: str, remote: Address | None = None) -> bytes:
    """Return a .tar.gz of `commit` with every path under `prefix/`: the same bytes each time.

    It is git-archive(1), so `export-ignore` and `export-subst` of the tree's own attributes count;
    times are those of the commit, and the gzip header carries neither name nor time.

    Raises:
        MissingObjectError: a file's content is absent.
        UnreachableError: it was to come from the remote, which was not reached or let nobody in.
    """
    top = prefix.rstrip("/") + "/" if prefix else ""
    answer = git.ask("archive", "--format=tar", f"--prefix={top}", commit)
    if answer.status:
        refusal = find_refusal(remote, "fetch", answer) if remote else None
        if refusal:
            raise refusal
        missing = find_missing(git, commit)
        if missing:
            raise MissingObjectError(missing[0].id, str(git.directory))
        raise InputError(f"{commit} of {git.directory} cannot be archived: {answer.error}")
    return gzip.compress(answer.output, mtime=0)
