"""A history as the search for backports reads it: main as an index, the other branches commit by commit."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from relauto.git.message import find_pull
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.picking.words import strip_subject

_FORM = "%H%x00%P%x00%ct%x00%B"


@dataclass(frozen=True)
class Entry:
    """One commit as `git log` lists it; `seconds` is when it was committed, since 1970."""

    id: Commit
    parents: tuple[Commit, ...]
    seconds: int
    message: str

    @property
    def subject(self) -> str:
        """The first paragraph of the message, on one line."""
        return " ".join(self.message.lstrip("\n").partition("\n\n")[0].split())


@dataclass
class Main:
    """What is looked for on main. Of two commits with one subject or pull request, neither is known by it.

    Attributes:
        seconds: when each commit was committed.
        pulls: the commit that each pull request became.
        subjects: the commit with each subject (`relauto.picking.words.strip_subject`), by its hash.
    """

    seconds: dict[bytes, int] = field(default_factory=dict)
    pulls: dict[int, bytes | None] = field(default_factory=dict)
    subjects: dict[int, bytes | None] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Take a commit in."""
        key = bytes.fromhex(entry.id)
        self.seconds[key] = entry.seconds
        pull, subject = find_pull(entry.subject), strip_subject(entry.subject)
        if pull is not None:
            self.pulls[pull] = None if pull in self.pulls else key
        if subject:
            told = hash(subject)
            self.subjects[told] = None if told in self.subjects else key


def read_main(repository: Repository, main: Commit) -> Main:
    """Return the index of the history of `main`."""
    index = Main()
    for entry in read_entries(repository, str(main)):
        index.add(entry)
    return index


def read_entries(repository: Repository, *arguments: str) -> Iterator[Entry]:
    """Yield the commits that git-log(1) lists for `arguments`, as they come."""

    options = ("-z", "--no-show-signature", "--no-color", f"--format={_FORM}")
    fields = repository.stream("log", *options, *arguments, "--")
    for commit, parents, seconds, message in _group(fields, 4):
        yield Entry(
            Commit(commit.decode("ascii")),
            tuple(Commit(parent) for parent in parents.decode("ascii").split()),
            int(seconds),
            message.decode("utf-8", "replace"),
        )


def list_lines(repository: Repository, main: Branch) -> list[Commit]:
    """Return the tips of all branches beside `main`, here and as remotes have them, the newest first."""
    listed = repository.git.read(
        "for-each-ref",
        "--sort=-committerdate",
        "--format=%(objectname) %(refname)",
        "refs/heads",
        "refs/remotes",
    )
    rows = (row.partition(" ") for row in listed.splitlines())
    tips = [Commit(tip) for tip, _, ref in rows if not _is_main(ref, main)]
    return list(dict.fromkeys(tips))


def _is_main(ref: str, main: Branch) -> bool:
    """Tell whether a ref is a copy of `main`, or of what a remote calls its HEAD."""
    _, kind, name = ref.split("/", 2)
    name = name.partition("/")[2] if kind == "remotes" else name
    return name in (main, "HEAD")


def _group(fields: Iterable[bytes], size: int) -> Iterator[tuple[bytes, ...]]:
    each = iter(fields)
    return zip(*[each] * size, strict=True)
