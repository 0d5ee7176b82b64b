"""Where `pick` finds the objects: a clone on this machine, or what it needs of a repository elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from relauto.tasks.output import say

if TYPE_CHECKING:
    from relauto.git.repository import Repository
    from relauto.model.names import Commit
    from relauto.picking.cold import ColdClone, Cost
    from relauto.picking.fanout import Line, Series
    from relauto.picking.pick_branches import Placed

_LITTLE = 5000
"""Bytes below which megabytes would say nothing."""


@dataclass(frozen=True)
class Source:
    """An open repository; `cold` when it is the part of one elsewhere that was fetched for this pick."""

    repository: Repository
    cold: ColdClone | None = None

    def publish(self, placed: Iterable[Placed]) -> None:
        """Put the branches that were made or renewed where the lines are, if that is elsewhere.

        Raises:
            RemoteError: they were not taken, or it is not known whether they were.
        """
        moved = [each.branch for each in placed if each.state in ("created", "renewed")]
        if self.cold and moved:
            self.cold.publish(moved)

    def fill(self, commit: Commit) -> None:
        """Fetch every file of a commit that is not here, if the lines are elsewhere.

        Raises:
            UnreachableError: the remote was not reached, or let nobody in.
            GitError: git failed otherwise.
        """
        if self.cold:
            self.cold.fill(commit)

    def fetch_causes(self, series: Sequence[Series]) -> None:
        """Fetch what telling the causes of conflicts takes, if that is elsewhere; say if it is too much."""
        if self.cold:
            stuck = [(each.fix, one.line) for one in series for each in one.picked if each.pick.conflicts]
            if stuck:
                _fetch_sides(self.cold, stuck)

    def fetch_branches(self, series: Sequence[Series]) -> None:
        """Fetch the branches for picks as deep as these reach, if they are elsewhere.

        Until what fixes need first is known they came only as deep as what was named.
        """
        if self.cold and any(one.along for one in series):
            self.cold.fetch_picks(max(len(one.fixes) for one in series))

    def describe(self, series: Sequence[Series]) -> dict[str, Any]:
        """Return what the document says of where the objects came from; nothing of a whole clone."""
        looked = [
            {"fix": fix, "onto": line, "commits": found.commits, "since": found.since, "whole": found.whole}
            for fix, line, found in _look(self.repository, series)
        ]
        told: dict[str, Any] = {"looked": looked} if self.repository.cuts else {}
        if self.cold:
            picked, causes = self.cold.cost_of_pick, self.cold.cost_of_causes
            told["fetched"] = {
                "packs": picked.packs,
                "bytes": picked.bytes,
                "filtered": self.cold.filtered,
                "causes": {"packs": causes.packs, "bytes": causes.bytes},
            }
        return told

    def tell(self, series: Sequence[Series]) -> Iterator[str]:
        """Yield the sentences that say the same to people."""
        for fix, line, found in _look(self.repository, series):
            count = "the last commit" if found.commits == 1 else f"the last {found.commits} commits"
            text = f"{line}: whether {fix.short} is there already was looked for in {count}"
            yield f"{text}, back to {found.since:%Y-%m-%d}" + ("" if found.whole else "; the fix is older")
        if self.cold:
            yield _tell_cost(self.cold, along=any(one.along for one in series))


def _fetch_sides(cold: ColdClone, stuck: Sequence[tuple[Commit, Line]]) -> None:
    """Fetch the histories of fixes that conflict, and of the lines, within one bound for all."""
    from relauto.errors import RelautoError
    from relauto.picking.cold_history import Bound, fetch_sides

    cold.end_pick()
    bound = Bound(before=cold.cost.bytes)
    for fix, line in stuck:
        try:
            whole = fetch_sides(cold, fix, line.branch, line.tip, bound)
        except RelautoError as error:
            say(f"{line.branch}: why {fix.short} conflicts was not looked for: {error.what}")
            continue
        if not whole:
            say(
                f"{line.branch}: why {fix.short} conflicts takes more of the history than is fetched for that"
                f" ({bound.bytes / 1e6:.0f} MB, {bound.seconds:.0f} seconds)\n"
                f"  run: git clone --bare --filter=blob:none {cold.url} clone.git\n"
                f"  then: relauto pick --repo clone.git --fetch --fix {fix} --onto {line.branch}"
            )


def refuse_with_remote(options: Mapping[str, object]) -> None:
    """Refuse options that are for a repository on this machine.

    Raises:
        InputError: one of them is given.
    """
    from relauto.errors import InputError

    given = [name for name, value in options.items() if value]
    if given:
        raise InputError(
            f"{given[0]} is for a repository on this machine, and --from names one elsewhere",
            todo="leave one of them out",
        )


def refuse_pull(remote: str, number: int, lines: Sequence[str]) -> None:
    """Refuse a pull request of a repository of which next to nothing is here.

    Raises:
        InputError: one is named.
    """
    from shlex import join, quote

    from relauto.errors import InputError

    if number:
        onto = [word for line in lines for word in ("--onto", line)]
        raise InputError(
            f"what pull request #{number} became is proved from the history of main, which --from leaves out",
            todo=f"name what was merged with --fix, or run: git clone --bare {quote(remote)} clone.git\n"
            f"  then: {join(['relauto', 'pick', '--repo', 'clone.git', '--pull', str(number), *onto])}",
        )


@contextmanager
def open_source(
    repo: str, remote: str, fixes: Sequence[str], lines: Sequence[str], *, fetch: bool, write: bool
) -> Iterator[Source]:
    """Open the clone `repo`, or, where a `remote` is named, fetch what a pick needs of that.

    With `fetch`, a shallow or partial clone gets what the pick lacks; with `write`, branches for picks come.

    Raises:
        InputError: there is no such repository, or nothing of such a name in it.
    """
    from pathlib import Path

    from relauto.errors import InputError
    from relauto.git.repository import Repository
    from relauto.picking.deepening import deepen, find_promisor

    if "://" in repo:
        raise InputError(f"--repo takes a folder, and {repo} is none", todo="give the URL with --from")
    if not remote:
        path, promisor = Path(repo or "."), None
        if fetch:
            with Repository.open(path, shallow=True) as repository:
                promisor = find_promisor(repository)
                if repository.cuts:
                    deepen(repository, fixes, lines)
        with Repository.open(path, remote=promisor, shallow=True) as repository:
            yield Source(repository)
    else:
        with _open_cold(remote, fixes, lines, picks=write) as cold:
            yield Source(cold.repository, cold)


@contextmanager
def _open_cold(
    remote: str, fixes: Sequence[str], lines: Sequence[str], *, picks: bool
) -> Iterator[ColdClone]:
    import platformdirs

    from relauto.authority import find_authority
    from relauto.errors import InputError
    from relauto.git.address import Address
    from relauto.picking.cold_opening import open_cold
    from relauto.settings.options import GitHub
    from relauto.settings.tokens import find_host_token

    if not fixes or not lines:
        what, option = ("a fix", "--fix") if not fixes else ("a line", "--onto")
        raise InputError(f"there is nothing to fetch: {what} has to be named", todo=f"name it with {option}")
    address = Address(remote, find_host_token(remote), find_authority(GitHub()))
    cache = platformdirs.user_cache_path("relauto")
    with open_cold(address, cache=cache, fixes=fixes, lines=lines, picks=picks) as cold:
        yield cold


def _look(repository: Repository, series: Sequence[Series]) -> Iterator[tuple[Any, ...]]:
    """Yield, for each fix that was not found on a line whose history is cut, how far it was looked for."""
    from relauto.picking.horizon import find_horizon

    for one in series:
        for picked in one.picked:
            known = picked.pick.presence and picked.pick.presence.commit
            if not known and (found := find_horizon(repository, picked.fix, one.line.tip)):
                yield picked.fix, one.line.branch, found


def _phrase_cost(cost: Cost) -> str:
    # What was broken off has come all the same, and counts as no pack.
    packs = {0: "a pack that was broken off", 1: "one pack"}.get(cost.packs, f"{cost.packs} packs")
    size = f"{cost.bytes / 1e6:.2f} MB" if cost.bytes > _LITTLE else f"{cost.bytes} bytes"
    return f"{size} in {packs}"


def _tell_cost(cold: ColdClone, *, along: bool) -> str:
    picked, causes = cold.cost_of_pick, cold.cost_of_causes
    told = f"fetched {_phrase_cost(picked)}" if picked.packs else "nothing had to be fetched"
    if cold.looks_for_causes:
        what = "tell why it conflicts and pick what it needs first" if along else "tell why it conflicts"
        told += f", and to {what} {_phrase_cost(causes)}" if causes.bytes else f", and nothing to {what}"
    return told if cold.filtered else f"{told}; the server leaves nothing out, so whole commits came"
