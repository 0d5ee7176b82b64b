"""The work that every way of picking is given, and the place where it does it."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from relauto.clock import SystemClock
from relauto.errors import InputError
from relauto.git.commit import Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Branch, Commit
from relauto.picking.pick import Status, pick
from relauto.replaying.finding import find_pairs

# git walks by date: a commit that seems older than the history would make a push walk all of it.
COMMITTER = Signature("relauto", "relauto@localhost", SystemClock().now())
_SAMPLED = 20
"""Backports that are tried for each that all are given: those that conflict are not the same work for all."""
_PLAIN = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_NAME": COMMITTER.name for role in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{role}_EMAIL": COMMITTER.email for role in ("AUTHOR", "COMMITTER")},
}
"""git as it comes: what somebody has set up, signing among it, would be measured too."""


@dataclass(frozen=True)
class Job:
    """One pick, and how it ends; `branch` stands at `onto` in the remote."""

    fix: Commit
    onto: Commit
    branch: Branch
    status: Status


@dataclass(frozen=True)
class Place:
    """Where the work is done.

    Attributes:
        source: the repository that is measured; it is only read.
        remote: a bare repository that borrows from it, with the jobs' branches.
        main: the commit of its branch `main`, with what cherry_picker(1) asks for.
        jobs: the work of all: what applies cleanly.
        mixed: the work of those that pick in a row: what applies, what conflicts and what is there already.
    """

    source: Path
    remote: Path
    main: Commit
    jobs: tuple[Job, ...]
    mixed: tuple[Job, ...]


def find_jobs(source: Path, wanted: int, say: Callable[[str], None]) -> list[tuple[Commit, Commit]]:
    """Return backports from all over the history, the newest branch first, as (fix, onto).

    As many of them conflict as of all. They are more than the `wanted` that all are given.

    Raises:
        InputError: there is none.
    """
    with Repository.open(source) as repository:
        found = [(pair.fix, pair.onto) for pair in find_pairs(repository, repository.main_branch(), say)]
    if not found:
        raise InputError(f"no backport was found in {source}", todo="name a pick with --fix and --onto")
    return found[:: max(1, len(found) // (wanted * _SAMPLED))]


def prepare(source: Path, folder: Path, pairs: Sequence[tuple[Commit, Commit]], wanted: int) -> Place:
    """Make the remote, with a branch for each pair; the first that apply cleanly are the work of all.

    Raises:
        InputError: none applies.
    """
    remote = folder / "remote.git"
    with Repository.init(remote, alternates=source) as repository:
        mixed = tuple(_try(repository, pairs))
        clean = (job for job in mixed if job.status == "clean" and _is_alone(repository, job.fix))
        jobs = tuple(islice(clean, wanted))
        if not jobs:
            raise InputError(f"none of the picks applies cleanly in {source}", todo="name others")
        main = _write_main(repository, jobs[0].fix)
        updates = [RefUpdate(f"refs/heads/{job.branch}", None, job.onto) for job in mixed]
        repository.update_refs([RefUpdate("refs/heads/main", None, main), *updates])
    return Place(source, remote, main, jobs, mixed)


def _try(repository: Repository, pairs: Sequence[tuple[Commit, Commit]]) -> Iterator[Job]:
    """Yield the picks that end in some way; where an object is absent, none does."""
    for number, (fix, onto) in enumerate(pairs):
        ended = pick(repository, [fix], onto, committer=COMMITTER, judge=False).status
        if ended != "error":
            yield Job(fix, onto, Branch(f"bench-0.{number}"), ended)


def _is_alone(repository: Repository, fix: Commit) -> bool:
    """Tell whether a commit is no merge, which takes an option with others."""
    return len(repository.commit_object(fix).parents) == 1


def _write_main(repository: Repository, fix: Commit) -> Commit:
    """Write a commit above the fix, with the settings that cherry_picker(1) reads from a commit alone."""
    told = f'check_sha = "{fix}"\ndefault_branch = "main"\nrequire_version_in_branch_name = false\n'
    tree = repository.write_files(repository.commit_object(fix).tree, {".cherry_picker.toml": told.encode()})
    return repository.write_commit(tree, [fix], "Set up cherry_picker", COMMITTER, COMMITTER)


def borrow(source: Path, folder: Path) -> Repository:
    """Return a new bare repository that reads the objects of another."""
    return Repository.init(folder, alternates=source)


def plain_git(directory: Path) -> Git:
    """Return git as it comes, in a directory."""
    return Git(directory, _PLAIN)
