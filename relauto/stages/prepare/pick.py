"""`prepare.pick`: every fix is on the release's branch, and so is the number where files carry it.

What is there already is adopted, whoever put it there.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from relauto.git.became import find_became
from relauto.git.presence import Presence
from relauto.github.pull_state import Pull
from relauto.model.event import Facts
from relauto.model.incident import StepState
from relauto.model.names import Commit
from relauto.model.target import Place
from relauto.stages.bench import Bench, require_target
from relauto.stages.prepare.bump import find_bumps
from relauto.stages.prepare.landing import Landing, list_landings
from relauto.stages.step import Observation, Proved, Refused

Found = Mapping[Commit, Presence]


@dataclass(frozen=True)
class PickFix:
    """The fix is on every branch that shall hold it: by trailer, patch-id or tree."""

    key: str = "prepare.pick"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for each commit of each fix on each branch, then at the pick's branch and pull request."""
        target = require_target(place)
        series = _list_series(bench)
        if isinstance(series, Refused):
            return series
        landed: list[tuple[Landing, Found]] = []
        for landing in list_landings(bench, target):
            found = landing.find(series)
            missing = [commit for commit, presence in found.items() if presence is None]
            if missing or landing.lacks_number():
                return landing.bring(place, missing)
            landed.append((landing, {commit: there for commit, there in found.items() if there}))
        return _prove(bench, place, landed)


def _list_series(bench: Bench) -> list[Commit] | Refused:
    merged = bench.facts("prepare.merge").get("merged", ())
    series: list[Commit] = []
    for each in merged:  # type: ignore[attr-defined]
        became = find_became(bench.product, Commit(each["merge_commit"]), Commit(each["head"]))
        if not became.commits:
            return Refused(
                f"pull request #{each['pull']} cannot be told apart on {bench.main}: {became.evidence}",
                todo="pick by hand and push to the line; relauto recognises it",
            )
        series.extend(became.commits)
    if not series:
        return Refused("no fix is merged yet", todo="advance prepare.merge first")
    return series


def _prove(bench: Bench, place: Place, landed: list[tuple[Landing, Found]]) -> Proved:
    landing, found = landed[0]
    known = bench.incident.record(place)
    if known and known.state is StepState.DONE and _stands(known.facts, found):
        return Proved(known.facts, known.by_others)
    made = {
        each["fix"]: each
        for (where, action), intent in bench.incident.intents.items()
        if where == place and landing.made_here(action)
        for each in intent.facts.get("picks", ())
    }
    pull = None if bench.settings.pick.via == "push" else landing.pull
    bumps = find_bumps(bench, landing.target, landing.head)
    return Proved(
        {
            "picks": [
                _describe(bench, landing, fix, there, made.get(fix), pull) for fix, there in found.items()
            ],
            "owed": [
                {"branch": other.branch, "fix": fix, "commit": there.commit or ""}
                for other, elsewhere in landed[1:]
                for fix, there in elsewhere.items()
            ],
            "bump": bumps[-1] if bumps else None,
            "bumps": bumps,
            "branch": landing.branch,
            "version": bench.plan(landing.target).version,
            "merge": pull.merge_commit if pull else None,
        },
        by_others=not made,
    )


def _describe(
    bench: Bench, landing: Landing, fix: Commit, there: Presence, ours: Facts | None, pull: Pull | None
) -> Facts:
    return {
        "fix": fix,
        "pull": pull.number if pull and ours else None,
        "url": pull.url if pull and ours else None,
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
