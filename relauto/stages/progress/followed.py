"""The pull requests that are followed: of the fixes, of their picks, and of what is owed to a branch.

Which they are is told from the journal once what they brought is on record, and from what the steps have
just looked at before that; nothing is asked of GitHub for it alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, cast

from relauto.github.pull_state import Pull
from relauto.model import debt
from relauto.model.incident import StepState
from relauto.model.names import Branch
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench
from relauto.stages.debt import list_due
from relauto.stages.investigate import find_pull
from relauto.stages.prepare.drafts import Draft
from relauto.stages.prepare.landing import Landing, find_owed, list_landings
from relauto.stages.prepare.pushed import find_draft

Role = Literal["fix", "pick", "port"]


@dataclass(frozen=True)
class Followed:
    """A pull request that is followed.

    Attributes:
        bench: the bench at work in its repository.
        role: a fix's own, a pick's, or that of a fix owed to a branch.
        place: the step that merges it.
        base: the branch that it is aimed at.
        number: its number.
        url: its address.
        pull: how it stands; None once what it brought is on record.
        merged: the commit that landed, in full, once on record.
        landing: the branch that it brings picks to.
    """

    bench: Bench
    role: Role
    place: Place
    base: Branch
    number: int
    url: str
    pull: Pull | None = None
    merged: str = ""
    landing: Landing | None = None

    @cached_property
    def draft(self) -> Draft | None:
        """What a person has to settle in it, where it was opened with a conflict."""
        if self.landing is None or self.pull is None or not self.is_open:
            return None
        return find_draft(self.landing, self.place, self.pull)

    @property
    def is_open(self) -> bool:
        """Whether it can still be merged."""
        return self.pull is not None and self.pull.state == "open"


def list_followed(bench: Bench) -> list[Followed]:
    """Return the pull requests that are followed in this round, each once.

    What rides on another incident's release is followed there.
    """
    if not bench.incident.targets or any(_rides(bench, target) for target in bench.incident.targets):
        return []
    found = [*_list_fixes(bench)]
    for target in bench.incident.targets:
        found += _list_picks(bench, target)
    for place in list_due(bench):
        found += _list_ports(bench, place)
    return list(
        {(str(each.bench.source.repository), each.number): each for each in reversed(found)}.values()
    )[::-1]


def _rides(bench: Bench, target: Target) -> bool:
    claim = bench.incident.rounds.claim(target)
    return claim is not None and claim.state == "joined"


def _list_fixes(bench: Bench) -> Iterator[Followed]:
    place = bench.place("prepare.merge")
    merged = read_entries(bench.facts("prepare.merge"), "merged")
    for each in merged:
        yield Followed(
            bench, "fix", place, bench.home, each["pull"], each["url"], merged=each["merge_commit"]
        )
    for fix in () if merged else bench.incident.current_fixes:
        pull = find_pull(bench, fix)
        if pull:
            yield Followed(bench, "fix", place, bench.home, pull.number, pull.url, pull)


def _list_picks(bench: Bench, target: Target) -> Iterator[Followed]:
    place, facts = bench.place("prepare.pick", target), bench.facts("prepare.pick", target)
    brought = [{"branch": facts["branch"], **each} for each in read_entries(facts, "picks")]
    for each in [*brought, *read_entries(facts, "owed")]:
        if each.get("pull") and each["branch"] != bench.home:
            base = Branch(str(each["branch"]))
            yield Followed(bench, "pick", place, base, each["pull"], each["url"], merged=each["commit"])
    if facts or not bench.facts("prepare.merge"):
        return
    for landing in list_landings(bench, target):
        pull = find_bringing(landing)
        if pull:
            yield Followed(bench, "pick", place, landing.branch, pull.number, pull.url, pull, landing=landing)


def find_bringing(landing: Landing) -> Pull | None:
    """Return the pull request that brings picks to a branch, while there is a branch for it."""
    bench, head = landing.bench, landing.pick_branch
    if landing.via != "pull" or landing.branch == bench.home or bench.ref(head.ref) is None:
        return None
    return bench.find_pull(head, landing.branch)


def _list_ports(bench: Bench, place: Place) -> Iterator[Followed]:
    record = bench.incident.record(place)
    if record and record.state is StepState.DONE:
        base = place.target.branch if place.step == debt.LINE and place.target else bench.main
        held = read_entries(record.facts, "held")
        for each in read_entries(record.facts, "pulls"):
            merged = held[-1]["commit"] if held else ""
            yield Followed(bench.outside(), "port", place, base, each["number"], each["url"], merged=merged)
    elif record is None or record.state not in (StepState.SKIPPED, StepState.WAIVED):
        landing = find_owed(bench, place)
        pull = find_bringing(landing)
        if pull:
            yield Followed(
                landing.bench, "port", place, landing.branch, pull.number, pull.url, pull, landing=landing
            )


def read_entries(facts: Mapping[str, Any], key: str) -> Sequence[Mapping[str, Any]]:
    """Return the entries that a proof lists under a key; none where it lists none."""
    return cast(Sequence[Mapping[str, Any]], facts.get(key, ()))
