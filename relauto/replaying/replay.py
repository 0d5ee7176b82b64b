"""Picks pairs again, in memory, on all cores."""

import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from relauto.errors import RelautoError
from relauto.git.commit import Signature
from relauto.git.merge import Merge
from relauto.git.repository import Repository
from relauto.picking.pick import Pick, pick
from relauto.replaying.batches import batch
from relauto.replaying.conflicts import Explained, explain_conflict
from relauto.replaying.judging import Judged, Verdict, judge_proposal
from relauto.replaying.pairs import Pair
from relauto.resolving.proposal import propose
from relauto.workers import count_cores, start_workers

Result = Literal["exact", "conflict", "already", "error"] | Verdict

# Picks are never pushed; with one committer and one moment a second replay makes the same commits.
_COMMITTER = Signature("relauto", "relauto@localhost", datetime(2000, 1, 1, tzinfo=UTC))
_BATCH = 25


@dataclass(frozen=True)
class Outcome:
    """How one pair ended.

    Attributes:
        pair: which.
        result: `exact`: the tree that people committed; `clean_differs`: it applies and the tree is another;
            `already`: the line had it; `conflict`; `error`: something is absent, or git failed; where
            resolvers settled a conflict, what `relauto.replaying.judging` says of it.
        kinds: of a conflict, the kind of each path.
        error: what failed.
        milliseconds: how long the pick took; None where there was none.
        judged: how what resolvers made of a conflict compares; None where they made nothing.
        explained: why it conflicts; None where it does not, or nobody asked.
    """

    pair: Pair
    result: Result
    kinds: tuple[str, ...] = ()
    error: str = ""
    milliseconds: float | None = None
    judged: Judged | None = None
    explained: Explained | None = None


def replay(
    path: Path,
    pairs: Iterable[Pair],
    *,
    resolvers: Sequence[str] = (),
    explain: bool = False,
    workers: int = 0,
) -> Generator[Outcome, None, None]:
    """Yield how each pair ends, in their order.

    Objects that picks make go to a temporary folder; the repository is only read, and of it what `fix` and
    `onto` reach, with the tree's id of `expected`; its trees, where resolvers settled a conflict or there are
    prerequisites, to compare with what these give. Nothing is fetched. Only some pairs are held at a time.

    Args:
        path: the repository.
        pairs: what to pick.
        resolvers: those that are on (`relauto.resolving.names`).
        explain: whether to look for the causes of conflicts, of those that resolvers settled too, which takes
            up to two seconds for each.
        workers: processes that pick; 0 for one for each core.

    Raises:
        InputError: the repository cannot be opened, or a process that picks was killed.
    """
    # What a worker that is ended was about to write may come while it is cleared.
    with tempfile.TemporaryDirectory(prefix="relauto-replay-", ignore_cleanup_errors=True) as root:
        _prepare(path, Path(root))
        work = partial(_replay_batch, path, root, resolvers, explain)
        parts = batch(pairs, _BATCH)
        if workers == 1:
            yield from chain.from_iterable(map(work, parts))
            return
        count = workers or count_cores()
        with start_workers(count) as pool:
            for part in _spread(pool, work, parts, 2 * count):
                yield from part


def _spread(
    pool: ProcessPoolExecutor, work: partial[list[Outcome]], parts: Iterable[list[Pair]], ahead: int
) -> Iterator[list[Outcome]]:
    """Yield the results of `parts` in their order, having handed out at most `ahead` of them."""
    waiting: deque[Future[list[Outcome]]] = deque()
    for part in parts:
        waiting.append(pool.submit(work, part))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _prepare(path: Path, root: Path) -> None:
    """Make the repository that all others borrow from; it borrows from `path`, and has an index of history.

    What looks for a fix on a line walks that history, several times as fast with a commit-graph; where one
    cannot be written, for a commit is absent, it walks without.
    """
    with Repository.open(path) as source, _borrow(path, root) as shared:
        tips = {*source.refs("refs/heads").values(), *source.refs("refs/remotes").values()}
        rows = "".join(f"{tip}\n" for tip in sorted(tips)).encode()
        shared.git.ask("commit-graph", "write", "--stdin-commits", "--no-progress", input=rows)


def _replay_batch(
    path: Path, root: str, resolvers: Sequence[str], explain: bool, pairs: list[Pair]
) -> list[Outcome]:
    """Pick in a repository of its own, which borrows from `path` and is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=root) as folder, _borrow(_place(root), Path(folder)) as repository:
        outcomes = [_replay_pair(repository, pair, path, resolvers) for pair in pairs]
        return [_explain(repository, each) for each in outcomes] if explain else outcomes


def _borrow(path: Path, folder: Path) -> Repository:
    return Repository.init(_place(folder), alternates=path)


def _place(folder: Path | str) -> Path:
    return Path(folder) / "objects.git"


def _replay_pair(repository: Repository, pair: Pair, path: Path, resolvers: Sequence[str]) -> Outcome:
    try:
        expected = repository.commit_object(pair.expected).tree
        picked = pick(repository, [pair.fix], pair.onto, committer=_COMMITTER, judge=False)
        judged = _resolve(repository, pair, picked, expected, resolvers)
    except RelautoError as error:
        return Outcome(pair, "error", error=_name_place(error.what, repository, path))
    return Outcome(
        pair,
        judged.verdict if judged else _judge(picked, expected),
        tuple(conflict.kind for conflict in picked.conflicts),
        _name_place(picked.error or "", repository, path),
        picked.seconds * 1000,
        judged,
    )


def _resolve(
    repository: Repository, pair: Pair, picked: Pick, expected: str, resolvers: Sequence[str]
) -> Judged | None:
    """Return how what resolvers make of a conflict compares; they see nothing of what people committed."""
    if picked.status != "conflict" or not resolvers:
        return None
    merged = Merge(picked.marked_tree or "", picked.conflicts)
    proposal = propose(repository, pair.fix, pair.onto, merged, resolvers)
    return judge_proposal(repository, proposal, expected) if proposal else None


def _explain(repository: Repository, outcome: Outcome) -> Outcome:
    """Tell why a pick conflicts, whatever resolvers made of it."""
    return (
        replace(outcome, explained=explain_conflict(repository, outcome.pair)) if outcome.kinds else outcome
    )


def _judge(picked: Pick, expected: str) -> Result:
    if picked.status in ("already", "conflict", "error"):
        return picked.status
    return "exact" if picked.tree == expected else "clean_differs"


def _name_place(error: str, repository: Repository, path: Path) -> str:
    """Return what failed as said of the repository that is replayed, not of the one that borrows from it."""
    return error.replace(str(repository.common), str(path))
