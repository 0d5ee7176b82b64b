"""The backports in a history: commits of other branches that were made from commits of main."""

import posixpath
from collections.abc import Callable, Iterable, Iterator

from relauto.counting import name_count
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.picking.alike import split_names
from relauto.replaying.batches import batch
from relauto.replaying.history import Entry, Main, list_lines, read_entries, read_main
from relauto.replaying.matching import match
from relauto.replaying.pairs import Pair
from relauto.replaying.patches import NAMES, Leftover, find_same_patches

_BATCH = 500


def find_pairs(repository: Repository, main: Branch, say: Callable[[str], None]) -> Iterator[Pair]:
    """Yield the backports on all branches beside `main`, as they are found: by their messages, then by patch.

    A commit counts once, on the newest branch that holds it. Its fix is a commit of main that the branch
    does not hold and that is no younger; a pull request or a subject counts only where both commits touch
    a file of the same name.

    Args:
        repository: where the history is; it is only read.
        main: the main branch.
        say: told what is at hand.

    Raises:
        InputError: there is no such branch.
    """
    name, tip = repository.find_branch(main)
    say(f"reading {name}")
    index = read_main(repository, tip)
    lines = list_lines(repository, name)
    others = name_count(len(lines), "other branch", "other branches")
    say(f"{name_count(len(index.seconds), 'commit')} on {name}, {others}")
    leftovers: list[Leftover] = []
    yield from _find_told(repository, index, tip, lines, leftovers)
    nameless = name_count(len(leftovers), "commit that names", "commits that name")
    say(f"comparing the patches of {nameless} nothing")
    yield from find_same_patches(repository, tip, index, leftovers, say)


def _find_told(
    repository: Repository, main: Main, tip: Commit, lines: Iterable[Commit], leftovers: list[Leftover]
) -> Iterator[Pair]:
    """Yield what messages tell; what is left, and has one parent, goes to `leftovers`."""
    seen: set[bytes] = set()
    for line in lines:
        entries = read_entries(repository, "--no-merges", str(line), f"^{tip}")
        for part in batch(_drop_seen(entries, seen), _BATCH):
            pairs = [match(main, entry) for entry in part]
            told = keep_alike(repository, _keep_absent(repository, [pair for pair in pairs if pair], line))
            yield from told
            known = {pair.expected for pair in told}
            leftovers += [
                Leftover(entry.id, entry.parents[0], entry.seconds, line)
                for entry in part
                if entry.id not in known and len(entry.parents) == 1
            ]


def _drop_seen(entries: Iterable[Entry], seen: set[bytes]) -> Iterator[Entry]:
    for entry in entries:
        key = bytes.fromhex(entry.id)
        if key not in seen:
            seen.add(key)
            yield entry


def _keep_absent(repository: Repository, pairs: list[Pair], line: Commit) -> list[Pair]:
    """Return the pairs whose fix is not itself in the history of `line`."""
    if not pairs:
        return []
    rows = "".join(f"{pair.fix}\n" for pair in pairs) + f"^{line}\n"
    absent = set(repository.git.read("rev-list", "--stdin", input=rows.encode()).splitlines())
    return [pair for pair in pairs if pair.fix in absent]


def keep_alike(repository: Repository, pairs: list[Pair]) -> list[Pair]:
    """Return the pairs that a trailer shows, and those whose commits share the name of a file."""
    doubted = [pair for pair in pairs if pair.by != "trailer"]
    touched = _list_names(repository, {commit for pair in doubted for commit in (pair.fix, pair.expected)})
    return [pair for pair in pairs if pair.by == "trailer" or touched[pair.fix] & touched[pair.expected]]


def _list_names(repository: Repository, commits: Iterable[Commit]) -> dict[Commit, frozenset[str]]:
    """Return the names, without folders, of the files that each commit changes against its first parent."""
    rows = "".join(f"{commit}\n" for commit in commits)
    if not rows:
        return {}
    options = ("--no-walk=unsorted", "--stdin", "--diff-merges=first-parent", *NAMES)
    fields = repository.stream("log", *options, input=rows.encode())
    return {commit: frozenset(map(posixpath.basename, files)) for commit, files in split_names(fields)}
