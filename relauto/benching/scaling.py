"""What a pick costs by the number of lines, and of files in the tree: in repositories made for it."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from relauto.benching.work import COMMITTER
from relauto.git.repository import Repository
from relauto.git.tree import Entry, serialize_tree
from relauto.model.names import Commit
from relauto.picking.pick import pick

LINES = (1, 10, 100)
FILES = (100, 1_000, 10_000, 100_000)
_FOLDER = 100
"""Files in one folder."""
_TEXT = "".join(f"line {number}\n" for number in range(40))


def measure_lines(folder: Path, counts: Sequence[int]) -> dict[int, float]:
    """Return the median seconds of a pick onto so many lines, one after the other, of 1,000 files."""
    return {count: median(_time(folder / f"lines-{count}", 1_000, count)) for count in counts}


def measure_files(folder: Path, counts: Sequence[int]) -> dict[int, float]:
    """Return the median seconds of a pick onto ten lines, in trees of so many files."""
    return {count: median(_time(folder / f"files-{count}", count, 10)) for count in counts}


def _time(folder: Path, files: int, lines: int) -> Iterator[float]:
    """Yield how long a pick takes onto each of some lines, which changed the file of the fix elsewhere."""
    with Repository.init(folder) as repository:
        base = _commit(repository, _write_tree(repository, files))
        fix = _change(repository, base, 3, "fixed")
        tips = [_change(repository, base, 30, f"line {number}") for number in range(lines + 1)]
        for number, tip in enumerate(tips):
            started = perf_counter()
            made = pick(repository, [fix], tip, committer=COMMITTER)
            seconds = perf_counter() - started
            if made.status != "clean":
                raise AssertionError(f"a pick that cannot conflict ended as {made.status}: {made.error}")
            # The first starts the processes.
            if number:
                yield seconds


def _write_tree(repository: Repository, files: int) -> str:
    """Write a tree with so many files, and the file that is changed."""
    store = repository.store
    root = {}
    for number in range(-(-files // _FOLDER)):
        blob = store.write("blob", b"%d\n" % number)
        names = range(min(_FOLDER, files - number * _FOLDER))
        content = serialize_tree({f"{name:02}": Entry("100644", blob) for name in names})
        root[f"{number:04}"] = Entry("40000", store.write("tree", content))
    root["app.py"] = Entry("100644", store.write("blob", _TEXT.encode()))
    return store.write("tree", serialize_tree(root))


def _change(repository: Repository, base: Commit, number: int, to: str) -> Commit:
    text = _TEXT.replace(f"line {number}\n", f"{to}\n")
    tree = repository.write_files(repository.commit_object(base).tree, {"app.py": text.encode()})
    return _commit(repository, tree, base)


def _commit(repository: Repository, tree: str, *parents: Commit) -> Commit:
    return repository.write_commit(tree, parents, "Bench", COMMITTER, COMMITTER)
