"""A bare repository as the hub reads it: refs and objects, one git process for each question."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from relauto.git.errors import MissingObjectError, explain
from relauto.git.runner import Git, GitError

_PERSON = re.compile(r"(?P<name>.*?) ?<(?P<email>[^>]*)> (?P<seconds>-?\d+) (?P<zone>[+-]\d{4})$", re.DOTALL)
_ZERO = "0" * 40


@dataclass(frozen=True)
class Person:
    """An author or committer; `date` is ISO 8601 in UTC, as GitHub shows it."""

    name: str
    email: str
    date: str
    raw_date: str


@dataclass(frozen=True)
class CommitData:
    """A commit object."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    signature: str | None = None

    @property
    def title(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


@dataclass(frozen=True)
class TagData:
    """An annotated tag object."""

    sha: str
    tag: str
    object_sha: str
    object_type: str
    tagger: Person
    message: str


@dataclass(frozen=True)
class Ref:
    """A ref and what it points at; `commit` is the peeled object of an annotated tag, else `sha`."""

    name: str
    sha: str
    kind: str
    commit: str


@dataclass(frozen=True)
class FileChange:
    """One file that differs between two trees; `status` in GitHub's words."""

    path: str
    previous: str | None
    status: str
    blob: str
    additions: int
    deletions: int
    patch: str | None


_STATUS = {"A": "added", "D": "removed", "M": "modified", "R": "renamed", "C": "copied", "T": "changed"}


def _parse_person(line: str) -> Person:
    found = _PERSON.match(line)
    if found is None:
        return Person(line, "", "1970-01-01T00:00:00Z", "0 +0000")
    at = datetime.fromtimestamp(int(found["seconds"]), UTC)
    return Person(
        found["name"],
        found["email"],
        at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        f"{found['seconds']} {found['zone']}",
    )


def _split_object(body: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """Split a commit or tag object into its header lines, continuations joined, and its message."""
    head, _, message = body.partition(b"\n\n")
    headers: list[tuple[str, str]] = []
    for line in head.decode("utf-8", "replace").split("\n"):
        if line.startswith(" ") and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value}\n{line[1:]}")
        else:
            name, _, value = line.partition(" ")
            headers.append((name, value))
    return headers, message


def _decode(message: bytes, encoding: str) -> str:
    try:
        return message.decode(encoding)
    except (LookupError, UnicodeDecodeError):
        return message.decode("utf-8", "replace")


def _parse_commit(sha: str, body: bytes) -> CommitData:
    headers, message = _split_object(body)
    first = dict(reversed(headers))
    return CommitData(
        sha=sha,
        tree=first["tree"],
        parents=tuple(value for name, value in headers if name == "parent"),
        author=_parse_person(first["author"]),
        committer=_parse_person(first["committer"]),
        message=_decode(message, first.get("encoding", "utf-8")).removesuffix("\n"),
        signature=first.get("gpgsig"),
    )


def _parse_changes(listing: bytes) -> Iterable[tuple[str, str, str | None, str, int, int]]:
    """Read `diff-tree --raw --numstat -z`: (letter, path, previous, blob, additions, deletions)."""
    fields = listing.decode("utf-8", "surrogateescape").split("\0")
    at = 0
    raw: list[tuple[str, str, str | None, str]] = []
    counts: list[tuple[int, int]] = []
    while at < len(fields) and fields[at].startswith(":"):
        _, _, _, blob, letter = fields[at].split(" ")
        moved = letter[0] in "RC"
        raw.append((letter[0], fields[at + 2 if moved else at + 1], fields[at + 1] if moved else None, blob))
        at += 3 if moved else 2
    while at < len(fields) and fields[at]:
        plus, minus, path = fields[at].split("\t")
        counts.append((0 if plus == "-" else int(plus), 0 if minus == "-" else int(minus)))
        at += 1 if path else 3
    for (letter, path, previous, blob), (added, removed) in zip(
        raw, counts or [(0, 0)] * len(raw), strict=True
    ):
        yield letter, path, previous, blob, added, removed


class Bare:
    """Reads of one bare repository. A name that is not there is None, never an exception."""

    def __init__(self, git: Git) -> None:
        self.git = git

    def refs(self, *patterns: str) -> list[Ref]:
        """List the refs that match the patterns of git-for-each-ref(1), sorted by name."""
        form = "%(refname) %(objectname) %(objecttype) %(*objectname)"
        listing = self.git.read("for-each-ref", f"--format={form}", *patterns)
        parts = [line.split(" ") for line in listing.splitlines()]
        return [Ref(name, sha, kind, peeled or sha) for name, sha, kind, peeled in parts]

    def ref(self, name: str) -> Ref | None:
        """Return the ref of exactly that name."""
        return next((ref for ref in self.refs(name) if ref.name == name), None)

    def branch(self, name: str) -> str | None:
        """Return the commit at the tip of a branch."""
        ref = self.ref(f"refs/heads/{name}")
        return ref.sha if ref else None

    def tips(self, names: Iterable[str]) -> dict[str, str]:
        """Return the tips of those of the branches that exist, in one process."""
        wanted = sorted({f"refs/heads/{name}" for name in names})
        return {ref.name.removeprefix("refs/heads/"): ref.sha for ref in self.refs(*wanted)} if wanted else {}

    def resolve(self, revision: str) -> str | None:
        """Return the commit that a branch, a tag or a commit id names, in GitHub's order."""
        if not revision or revision.startswith("-") or re.search(r"[\s^~:@{\\?*\[]|\.\.", revision):
            return None
        names = [f"refs/heads/{revision}", f"refs/tags/{revision}"]
        names += [revision] if revision.startswith("refs/") else []
        names += [f"refs/{revision}"] if revision.startswith(("heads/", "tags/")) else []
        names += [revision] if re.fullmatch(r"[0-9a-f]{4,40}", revision) else []
        asked = "".join(f"{name}^{{commit}}\n" for name in names)
        answers = self.git.read("cat-file", "--batch-check", input=asked.encode()).splitlines()
        found = [line.split(" ")[0] for line in answers if line.endswith(tuple("0123456789"))]
        return found[0] if found else None

    def objects(self, ids: Sequence[str]) -> list[tuple[str, str, bytes] | None]:
        """Read objects as (id, type, bytes) in one process, None for one that is absent."""
        if not ids:
            return []
        output = self.git.run("cat-file", "--batch", input="".join(f"{name}\n" for name in ids).encode())
        found: list[tuple[str, str, bytes] | None] = []
        at = 0
        while at < len(output):
            end = output.index(b"\n", at)
            header = output[at:end].decode().split(" ")
            at = end + 1
            if len(header) != 3:
                found.append(None)
                continue
            size = int(header[2])
            found.append((header[0], header[1], output[at : at + size]))
            at += size + 1
        return found

    def commits(self, ids: Sequence[str]) -> list[CommitData]:
        """Read commits that are known to be there."""
        read = self.objects(ids)
        return [_parse_commit(item[0], item[2]) for item in read if item and item[1] == "commit"]

    def commit(self, sha: str) -> CommitData | None:
        """Read one commit by its full id."""
        return next(iter(self.commits([sha])), None)

    def tag_object(self, sha: str) -> TagData | None:
        """Read one annotated tag object by its full id."""
        item = self.objects([sha])[0]
        if item is None or item[1] != "tag":
            return None
        headers, message = _split_object(item[2])
        first = dict(headers)
        tagger = _parse_person(first.get("tagger", " <> 0 +0000"))
        text = message.decode("utf-8", "replace").removesuffix("\n")
        return TagData(sha, first["tag"], first["object"], first["type"], tagger, text)

    def list_commits(
        self, *range_: str, limit: int, skip: int = 0, reverse: bool = False
    ) -> list[CommitData]:
        """Read at most `limit` commits of a range, newest first; `reverse` counts from the oldest."""
        options = ["--topo-order", "--reverse"] if reverse else [f"--max-count={limit}", f"--skip={skip}"]
        ids = self.git.read("rev-list", *options, *range_, "--").splitlines()
        return self.commits(ids[skip : skip + limit] if reverse else ids)

    def count(self, *range_: str) -> int:
        """Count the commits of a range."""
        return int(self.git.read("rev-list", "--count", *range_, "--"))

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the best common ancestor."""
        return self.git.ask("merge-base", one, other).text or None

    def is_ancestor(self, one: str, other: str) -> bool:
        """Tell whether `one` can be reached from `other`; a missing object is in nobody's history."""
        return self.git.ask("merge-base", "--is-ancestor", one, other).status == 0

    def changes(self, base: str | None, head: str, *, patches: bool = True) -> list[FileChange]:
        """List the files that differ between two commits or trees; `base` None is the empty tree.

        Over a clone that lacks the contents of a changed file, no lines are counted and no patch is shown.
        """
        ends = ["--root", "--no-commit-id", head] if base is None else [base, head]
        options = ("diff-tree", "-r", "-z", "--raw", "--no-abbrev")
        answer = self.git.ask(*options, "-M", "--numstat", *ends)
        if answer.status:
            if not isinstance(explain(answer, str(self.git.directory)), MissingObjectError):
                raise GitError(answer)
            answer, patches = self.git.ask(*options, "--no-renames", *ends), False
        rows = list(_parse_changes(answer.output))
        texts = self._patches(ends) if patches and rows else [None] * len(rows)
        if len(texts) != len(rows):
            texts = [None] * len(rows)
        return [
            FileChange(path, previous, _STATUS.get(letter, "changed"), blob, added, removed, text)
            for (letter, path, previous, blob, added, removed), text in zip(rows, texts, strict=True)
        ]

    def _patches(self, ends: list[str]) -> list[str | None]:
        text = self.git.run("diff-tree", "-r", "-M", "-p", *ends).decode("utf-8", "replace")
        parts = re.split(r"^diff --git .*$", text, flags=re.MULTILINE)[1:]
        cut = [part.find("\n@@ ") for part in parts]
        return [
            part[start + 1 :].removesuffix("\n") if start >= 0 else None
            for part, start in zip(parts, cut, strict=True)
        ]

    def update(self, ref: str, new: str | None, old: str | None) -> bool:
        """Move a ref if it still is at `old` (None: absent); `new` None deletes. Say whether it moved."""
        command = f"update {ref}\0{new or _ZERO}\0{old or _ZERO}\0"
        return self.git.ask("update-ref", "-z", "--stdin", input=command.encode()).status == 0
