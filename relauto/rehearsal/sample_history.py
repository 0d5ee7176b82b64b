"""A history told as edits, turned into the stream that `git fast-import` reads.

The document (`product/history.yaml`) tells each commit by what it changes. Names, dates and texts are
all in it, so the commit ids are the same on every machine and in every run.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import yaml

from relauto.errors import InputError
from relauto.git.runner import Git

Tree = dict[str, bytes]


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`old` stands exactly once in `file` and becomes `new`."""

    file: str
    old: str
    new: str


class CommitSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One commit; `from_` names its parent, by default the commit before it on the same branch.

    `pick` names the commit it was picked from: author, text and (unless given) edits are that one's.
    """

    name: str
    branch: str
    date: datetime
    author: str = ""
    message: str = ""
    from_: str = msgspec.field(default="", name="from")
    pick: str = ""
    edits: tuple[Edit, ...] = ()
    files: dict[str, str] = {}
    removed: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Story(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A whole history: people by short name, and commits, parents before children."""

    people: dict[str, str]
    commits: tuple[CommitSpec, ...]


def read_story(path: Path) -> Story:
    """Return the history told in a YAML file.

    Raises:
        InputError: it does not have the shape of a story.
    """
    try:
        return msgspec.convert(yaml.safe_load(path.read_text("utf-8")), Story)
    except (yaml.YAMLError, msgspec.ValidationError) as error:
        raise InputError(f"{path.name} does not tell a history: {error}") from error


def read_tree(folder: Path) -> Tree:
    """Return the files below a folder by their path, without what Python caches."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def apply_edits(tree: Mapping[str, bytes], commit: CommitSpec) -> Tree:
    """Return the tree with one commit's edits made.

    Raises:
        InputError: an edit's `old` does not stand exactly once in its file.
    """
    changed = dict(tree)
    for edit in commit.edits:
        old, content = edit.old.encode(), changed.get(edit.file, b"")
        if content.count(old) != 1:
            raise InputError(f"{commit.name}: {edit.old!r} stands {content.count(old)} times in {edit.file}")
        changed[edit.file] = content.replace(old, edit.new.encode())
    changed.update({path: text.encode() for path, text in commit.files.items()})
    for path in commit.removed:
        del changed[path]
    return changed


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)


class Writer:
    """Writes a story into an empty bare repository; `ids` then holds each commit's id by its name."""

    def __init__(self, git: Git, story: Story, base: Tree) -> None:
        self._git = git
        self._people = story.people
        self._commits = story.commits
        self._base = base
        self._told: dict[str, CommitSpec] = {}
        self._trees: dict[str, Tree] = {}
        self._tips: dict[str, str] = {}
        self.ids: dict[str, str] = {}

    def write(self) -> None:
        """Write all commits and tags.

        A pick names the commit that it was picked from, so picks and what stands on them go in a
        second stream, when the ids of the first are known.

        Raises:
            InputError: the story does not hold together.
            GitError: git refused a stream.
        """
        held: dict[str, CommitSpec] = {}
        for commit in self._commits:
            if commit.pick or commit.from_ in held:
                held[commit.name] = commit
        self._send([commit for commit in self._commits if commit.name not in held])
        self._send(list(held.values()))

    def _send(self, commits: list[CommitSpec]) -> None:
        marks = {commit.name: mark for mark, commit in enumerate(commits, 1)}
        stream = b"".join(part for commit in commits for part in self._record(commit, marks))
        asked = b"".join(b"get-mark :%d\n" % mark for mark in marks.values())
        said = self._git.read("fast-import", "--quiet", "--done", input=stream + asked + b"done\n")
        self.ids.update(zip(marks, said.split(), strict=True))

    def _record(self, told: CommitSpec, marks: Mapping[str, int]) -> Iterator[bytes]:
        commit = self._resolve(told)
        parent = commit.from_ or self._tips.get(commit.branch, "")
        tree = apply_edits(self._trees[parent] if parent else self._base, commit)
        self._told[commit.name], self._trees[commit.name] = commit, tree
        self._tips[commit.branch] = commit.name
        committer = self._sign("release" if told.pick else commit.author, told)
        yield f"commit refs/heads/{commit.branch}\nmark :{marks[commit.name]}\n".encode()
        yield f"author {self._sign(commit.author, self._told[told.pick or told.name])}\n".encode()
        yield f"committer {committer}\n".encode() + _data(commit.message.encode())
        if parent:
            yield f"from {self.ids.get(parent) or f':{marks[parent]}'}\n".encode()
        yield b"deleteall\n"
        for path, content in tree.items():
            yield b"M 100644 inline %s\n" % path.encode() + _data(content)
        for tag in commit.tags:
            yield f"tag {tag}\nfrom :{marks[commit.name]}\ntagger {committer}\n".encode()
            yield _data(f"stockroom {tag.removeprefix('v')}\n".encode())

    def _sign(self, person: str, commit: CommitSpec) -> str:
        return f"{self._people[person]} {int(commit.date.timestamp())} +0000"

    def _resolve(self, told: CommitSpec) -> CommitSpec:
        if not told.pick:
            return told
        source = self._told[told.pick]
        return msgspec.structs.replace(
            told,
            author=source.author,
            message=f"{source.message}\n(cherry picked from commit {self.ids[told.pick]})\n",
            edits=told.edits or source.edits,
            files=source.files,
        )
