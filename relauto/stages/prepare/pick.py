"""`prepare.pick`: every fix is on the release's branch, and so is the number where files carry it.

What is there already is adopted, whoever put it there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key

from relauto.git.scope import list_brought
from relauto.github import pull_reads
from relauto.github.pull_state import Pull
from relauto.model.facts import Facts
from relauto.model.incident import StepState
from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.picking.became import find_became
from relauto.picking.presence import Presence
from relauto.stages.bench import Bench, require_target
from relauto.stages.claims import check_claim
from relauto.stages.prepare.bringing import bring
from relauto.stages.prepare.bump import find_bumps
from relauto.stages.prepare.heads import fetch_head
from relauto.stages.prepare.landing import Landing, list_landings
from relauto.stages.prepare.pushed import list_made, list_pushed
from relauto.stages.prepare.settlement import refuse_unsettled
from relauto.stages.step import Observation, Proved, Refused

Found = Mapping[Commit, Presence]


@dataclass(frozen=True)
class PickFix:
    """The fix is on every branch that shall hold it: by trailer, patch-id or tree."""

    key: str = "prepare.pick"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each commit of each fix on each branch, then at the pick's branch and pull request."""
        target = require_target(place)
        known = bench.incident.record(place)
        settled = known is not None and known.state is StepState.DONE
        if known and settled and bench.facts("prepare.release", target):
            return Proved(known.facts, known.by_others)
        stopped = check_claim(bench, target)
        if stopped:
            return stopped
        # A line that holds a candidate may go on to its next number.
        numbered = settled and bool(bench.facts("prepare.candidate", target))
        series = list_series(bench)
        if isinstance(series, Refused):
            return series
        landed: list[tuple[Landing, Found]] = []
        for landing in list_landings(bench, target):
            found = landing.find(list(series))
            missing = [commit for commit, presence in found.items() if presence is None]
            if missing or (not numbered and landing.lacks_number()):
                return bring(landing, place, missing)
            there = {commit: presence for commit, presence in found.items() if presence}
            unsettled = refuse_unsettled(place, landing, there)
            if unsettled:
                return unsettled
            landed.append((landing, there))
        return _prove(bench, place, series, landed)


def list_series(bench: Bench, number: int | None = None) -> dict[Commit, Facts] | Refused:
    """Return the commits that the fixes became on the branch they went to first, in order of their merges.

    They are the fixes of round `number`, else of the current one. Each comes with what is proved about
    the merge that brought it.
    """
    series: dict[Commit, Facts] = {}
    for each in _list_merged(bench, number):
        fetch_head(bench, each["pull"], Commit(each["head"]))
        became = find_became(bench.product, Commit(each["merge_commit"]), Commit(each["head"]))
        commits = became.commits
        if became.shape == "fast-forward":
            commits = _list_pushed(bench, each["pull"])
        if not commits:
            return Refused(
                f"pull request #{each['pull']} cannot be told apart on {bench.home}: {became.evidence}",
                todo="pick by hand and push to the line; relauto recognises it",
            )
        series |= dict.fromkeys(commits, each)
    if not series:
        return Refused("no fix is merged yet", todo="advance prepare.merge first")
    return series


def _list_merged(bench: Bench, number: int | None) -> list[Facts]:
    """Return what is proved about each merge of a round, oldest first: what came later may build on it."""
    known = bench.incident.record(Place("prepare.merge", None, number or bench.incident.round))
    merged = known.facts.get("merged", ()) if known and known.state is StepState.DONE else ()

    def compare(one: Facts, other: Facts) -> int:
        first, second = Commit(one["merge_commit"]), Commit(other["merge_commit"])
        return 0 if first == second else -1 if bench.product.is_ancestor(first, second) else 1

    return sorted(merged, key=cmp_to_key(compare))


def _list_pushed(bench: Bench, pull: int) -> tuple[Commit, ...]:
    """Return the commits of a pull request whose branch was pushed to main: git cannot tell its first."""
    read = bench.remember("pulls", ("commits", pull), lambda: pull_reads.read_commits(bench.source, pull))
    return tuple(commit for commit in read if len(bench.product.commit(commit).parents) < 2)


def _prove(
    bench: Bench, place: Place, series: Mapping[Commit, Facts], landed: list[tuple[Landing, Found]]
) -> Proved:
    landing, found = landed[0]
    known = bench.incident.record(place)
    if known and known.state is StepState.DONE and _stands(known.facts, found):
        return Proved(known.facts, known.by_others)
    content = describe_content(bench, place, series, landing, found)
    by_others = all(each["made"] is None for each in content["picks"])
    return Proved(
        content
        | {
            "owed": [
                {"branch": other.branch, "fix": fix, "commit": there.commit or "", **_name_pull(place, other)}
                for other, elsewhere in landed[1:]
                for fix, there in elsewhere.items()
            ],
            "branch": landing.branch,
            "version": bench.plan(landing.target).version,
        },
        by_others=bench.is_by_others("prepare.merge") if landing.branch == bench.home else by_others,
    )


def _name_pull(place: Place, landing: Landing) -> Facts:
    """Return the pull request of relauto's that brought picks to a branch that was owed them, if one did."""
    pulls = [pull for _, pull in list_made(landing, place) if pull]
    made = [pull for pull in pulls if pull.head_ref == landing.pick_branch]
    return {"pull": made[-1].number, "url": made[-1].url} if made else {}


def describe_content(
    bench: Bench, place: Place, series: Mapping[Commit, Facts], landing: Landing, found: Found
) -> Facts:
    """Return what a branch holds of a release by now: each pick, each bump, and what came along with them."""
    made = list(_list_landed(place, landing))
    picked = {each["fix"]: (each, pull) for facts, pull in made for each in facts.get("picks", ())}
    settled = _list_settled(made)
    at_home = landing.branch == bench.home
    bumps = find_bumps(bench, landing.target, landing.head)
    return {
        "picks": [
            _describe(bench, landing, fix, there, *picked.get(fix, (None, None)))
            | settled.get(fix, {})
            | ({key: series[fix][key] for key in ("pull", "url")} if at_home else {})
            for fix, there in found.items()
        ],
        "carried": list(_list_carried(bench, found)) if at_home else [],
        "bump": bumps[-1] if bumps else None,
        "bumps": bumps,
        "merges": [str(pull.merge_commit) for _, pull in made if pull and _joins(bench, pull)],
    }


def _list_landed(place: Place, landing: Landing) -> Iterator[tuple[Facts, Pull | None]]:
    """Yield what runs made for a branch, with the pull request that it came by: of each what was pushed."""
    seen: set[int] = set()
    for intent, pull in list_made(landing, place):
        if pull is None:
            yield intent.facts, None
        elif pull.number not in seen:
            seen.add(pull.number)
            yield list_pushed(landing, place, pull)[-1], pull


def _list_settled(made: Sequence[tuple[Facts, Pull | None]]) -> dict[str, Facts]:
    """Return what is said of the fixes that people made apply, in a pull request that was merged."""
    return {
        fix: {"status": "resolved", "pull": pull.number, "url": pull.url}
        for facts, pull in made
        if pull and pull.state == "merged" and "unsettled" in facts
        for fix in (facts["unsettled"]["fix"], *facts["unsettled"]["rest"])
    }


def _list_carried(bench: Bench, found: Found) -> Iterator[Commit]:
    """Yield the commits that merges of fixes brought to the branch along with themselves."""
    main = bench.ref(bench.main.ref)
    for fix in found:
        yield from list_brought(bench.product, fix, main or fix)


def _joins(bench: Bench, pull: Pull) -> bool:
    """Return whether a pull request landed by a merge commit; after a rebase its last commit is any."""
    return pull.merge_commit is not None and len(bench.product.commit(pull.merge_commit).parents) > 1


def _describe(
    bench: Bench, landing: Landing, fix: Commit, there: Presence, ours: Facts | None, pull: Pull | None
) -> Facts:
    return {
        "fix": fix,
        "pull": pull.number if pull else None,
        "url": pull.url if pull else None,
        "commit": there.commit or "",
        "tree": ours["tree"] if ours else bench.product.commit(there.commit or landing.head).tree,
        "status": "clean" if ours else "already",
        "verdict": (ours["verdict"] or "") if ours else "",
        "found_by": there.by,
        "made": ours["commit"] if ours else None,
    }


def _stands(facts: Facts, found: Found) -> bool:
    told = {each["fix"]: each["commit"] for each in facts.get("picks", ())}
    return told == {str(fix): str(there.commit or "") for fix, there in found.items()}
