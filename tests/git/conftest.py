"""A small vocabulary to write real history with, in which nothing depends on the machine."""

import multiprocessing
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from relauto.git.commit import Signature
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.model.names import Commit

_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _hermetic(tmp_path_factory, monkeypatch):
    """A home of its own, no settings of the system, and an editor that always fails."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


class Clone:
    """A clone with a worktree, in which an engineer works; every commit is a minute after the last."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.git = Git(directory)
        self.moment = _START
        self.run("init", "--quiet", "--initial-branch=main", ".")

    def run(self, *arguments: str) -> str:
        return self._dated().read(*arguments)

    def ask(self, *arguments: str):
        return self._dated().ask(*arguments)

    def _dated(self) -> Git:
        date = self.moment.strftime("%Y-%m-%dT%H:%M:%S+02:00")
        identity = {
            f"GIT_{role}_{part}": value
            for role, name in (("AUTHOR", "Ada Engineer"), ("COMMITTER", "Otto Merger"))
            for part, value in (("NAME", name), ("EMAIL", f"{name.split()[0].lower()}@example.com"))
        }
        dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
        return Git(self.directory, {**identity, **dates, "GIT_EDITOR": "false"})

    def commit(self, message: str, files=None, *, allow_empty: bool = False) -> Commit:
        """Commit `files` (path to text or bytes; None deletes) on the branch at hand."""
        self.moment += timedelta(minutes=1)
        for path, content in (files or {}).items():
            self.write(path, content)
        self.run("add", "--all")
        extra = ["--allow-empty"] if allow_empty else []
        self.run("commit", "--quiet", "--cleanup=verbatim", *extra, "-m", message)
        return self.head

    def write(self, path: str, content) -> None:
        target = self.directory / path
        if content is None:
            target.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)

    def switch(self, branch: str, at: str | None = None) -> None:
        """Go to `branch`, making it at `at` if given."""
        self.run("checkout", "--quiet", *(["-b", branch, at] if at else [branch]))

    def merge(self, branch: str, message: str) -> Commit:
        self.moment += timedelta(minutes=1)
        self.run("merge", "--quiet", "--no-ff", "-m", message, branch)
        return self.head

    @property
    def head(self) -> Commit:
        return Commit(self.git.read("rev-parse", "HEAD"))

    def tree(self, revision: str = "HEAD") -> str:
        return self.git.read("rev-parse", f"{revision}^{{tree}}")

    def pick_for_real(self, fix: Commit, onto: Commit, *options: str):
        """Run `git cherry-pick -x`; return (tree, message), or the unmerged paths when it conflicts."""
        self.run("checkout", "--quiet", "--detach", onto)
        answer = self.ask("cherry-pick", "-x", "--keep-redundant-commits", *options, fix)
        if answer.status:
            unmerged = self.git.run("diff", "--name-only", "--diff-filter=U", "-z")
            self.run("cherry-pick", "--abort")
            return {path for path in unmerged.decode("utf-8", "surrogateescape").split("\0") if path}
        return self.tree(), self.git.read("log", "-1", "--format=%B").rstrip("\n")


@pytest.fixture
def clone(tmp_path) -> Clone:
    return Clone(tmp_path / "clone")


@pytest.fixture
def make_clone(tmp_path):
    return lambda name: Clone(tmp_path / name)


@pytest.fixture
def open_repository():
    """Open repositories that are closed when the test ends."""
    opened = []

    def opener(path: Path, **options) -> Repository:
        opened.append(Repository.open(path, **options))
        return opened[-1]

    yield opener
    for repository in opened:
        repository.close()


@pytest.fixture
def repository(clone, open_repository) -> Repository:
    return open_repository(clone.directory)


@pytest.fixture
def committer() -> Signature:
    return Signature("Robin Releases", "robin@example.com", datetime(2026, 3, 2, 3, 0, tzinfo=UTC))


@pytest.fixture
def bare(tmp_path):
    with Repository.init(tmp_path / "bare.git") as repository:
        yield repository


def run_both(deed: Callable[..., None], *given: Any) -> list[int | None]:
    """Let two processes do the same at once, each with a name of its own; return how they ended."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=deed, args=(name, *given)) for name in "xy"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.exitcode for worker in workers]
