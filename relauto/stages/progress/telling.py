"""What is told of a followed pull request: a pure value, made of what the journal, git and GitHub say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from relauto.comms.neutral import shorten
from relauto.comms.progress import Link, ProgressText, Shipping, Way, render_progress
from relauto.git.errors import MissingObjectError
from relauto.git.runner import GitError
from relauto.github.pull_page import DESCRIPTION, Report
from relauto.github.pull_state import Pull
from relauto.guard.guard import Passage
from relauto.model import debt
from relauto.model.names import Branch, Commit
from relauto.model.target import Target
from relauto.picking.forecast import Forecast, forecast
from relauto.stages.bench import Bench
from relauto.stages.debt import list_due
from relauto.stages.following import follow_pull
from relauto.stages.investigate import refuse_base, refuse_foreign
from relauto.stages.leaks import read_brought
from relauto.stages.prepare.drafts import CONFLICT, NO_CONFLICT
from relauto.stages.prepare.landing import Via, find_owed, list_landings
from relauto.stages.prepare.proposing import find_resolvers
from relauto.stages.prepare.pushed import refuse_pushed
from relauto.stages.progress.followed import Followed, find_bringing, read_entries
from relauto.stages.step import Refused, Waiting
from relauto.stages.supported import find_beside, list_beside

SCOPE, LEAK, PICK = "relauto / scope", "relauto / leak", "relauto / pick forecast"

_PASSED = {
    SCOPE: "it brings what it is meant to bring, to where that belongs",
    LEAK: "nothing in it is kept from its readers",
    CONFLICT: NO_CONFLICT,
}
_SAID = {
    "clean": "the pick applies",
    "already": "the change is there",
    "conflict": "the pick conflicts in {}",
    "proposed": "the pick conflicts in {}, and rules would propose a merge, for review",
    "unknown": "whether the pick applies cannot be told",
    "open": "the pick is under way",
    "there": "the pick is there",
}
_STOPPING = ("conflict", "proposed", "unknown")
_Step = Literal["open", "merged", "released"]


@dataclass(frozen=True)
class Told:
    """What a pull request shall show.

    Attributes:
        comment: the text of its comment, None where there shall be none.
        reports: what is reported on its head; nothing once it is merged.
        step: how far it has come, by which its label is chosen.
        milestone: the title of its milestone, None for any.
    """

    comment: str | None
    reports: tuple[Report, ...]
    step: _Step | None
    milestone: str | None


@dataclass(frozen=True)
class Tags:
    """Tags that are about to be put: a candidate's, a release's."""

    candidate: str = ""
    release: str = ""


_NONE = Tags()


def tell(followed: Followed, tags: Tags = _NONE) -> Told:
    """Return what a pull request shall show now, or with these tags. The guard refuses nothing of it."""
    bench, settings = followed.bench, followed.bench.settings.progress
    reports = tuple(_list_reports(followed)) if followed.is_open else ()
    text = _write_text(followed, reports, tags)
    comment = render_progress(text, bench.renderer) if settings.is_comment else None
    if comment and bench.guard.find([Passage("its text", comment, 1)]):
        comment = None
    shown = [
        each
        for each in reports
        if (settings.is_checks or (followed.draft and each.name == CONFLICT))
        and not bench.guard.find([Passage("its text", each.text)])
    ]
    return Told(comment, tuple(shown), _find_step(text), _name_milestone(followed))


def _name_milestone(followed: Followed) -> str | None:
    bench = followed.bench
    pattern, target = bench.settings.progress.milestone, bench.incident.targets[0]
    claim = bench.incident.rounds.claim(target)
    if pattern is None or claim is None or claim.plan is None:
        return None
    return pattern.replace("{version}", claim.plan.version)


def _find_step(text: ProgressText) -> _Step | None:
    if text.state == "closed":
        return None
    if text.state != "merged":
        return "open"
    shipped = [bool(shipping.release) for shipping in text.shippings]
    return "released" if shipped and all(shipped) else "merged"


def _write_text(followed: Followed, reports: Sequence[Report], tags: Tags) -> ProgressText:
    pull = followed.pull
    merged = followed.merged or (str(pull.merge_commit or "") if pull else "")
    failed = {each.name for each in reports if each.state == "failure"}
    held = _list_holds(followed, failed)
    return ProgressText(
        incident=followed.bench.incident.id,
        state=("queued" if pull.queued else pull.state) if pull else "merged",
        head=pull.head_sha if pull else "",
        merged=merged,
        lacking=() if held or not followed.is_open else _list_lacking(followed),
        held=held,
        has_door=followed.role == "fix",
        ways=tuple(_list_ways(followed, merged)) if followed.role == "fix" else (),
        shippings=tuple(_list_shippings(followed.bench, tags)) if followed.role != "port" else (),
    )


def _list_holds(followed: Followed, failed: set[str]) -> tuple[str, ...]:
    pull = followed.pull
    if pull is None or not followed.is_open:
        return ()
    if LEAK in failed:
        return ("its people are told why",)
    if SCOPE in failed:
        return ("it brings what does not belong there",)
    if CONFLICT in failed:
        return ("a conflict in it is not settled and accepted yet",)
    found = _follow(followed, pull)
    if not isinstance(found, Refused):
        return ()
    if pull.mergeable is False:
        return (f"it conflicts with {pull.base_ref}",)
    return ("changes are asked for" if found.objectors else "a check that is required has failed",)


def _list_lacking(followed: Followed) -> tuple[str, ...]:
    found = _follow(followed, followed.pull) if followed.pull else None
    return () if found is None or isinstance(found, Refused) else tuple(found.whom.split(" and "))


def _follow(followed: Followed, pull: Pull) -> Waiting | Refused | None:
    bench = followed.bench
    return follow_pull(bench, followed.place, pull, bench.rules_of(followed.base))


def _list_shippings(bench: Bench, tags: Tags) -> Iterator[Shipping]:
    for target in bench.incident.targets:
        cut, out = bench.facts("prepare.candidate", target), bench.facts("prepare.release", target)
        candidate, release = tags.candidate or cut.get("tag", ""), tags.release or out.get("tag", "")
        yield Shipping(target.line, str(candidate), str(release))


# What a fix's pull request says of the other branches.


def _list_ways(followed: Followed, merged: str) -> Iterator[Way]:
    bench = followed.bench
    wanted = list(_list_wanted(followed, merged))
    yield from wanted
    known = {way.branch for way in wanted}
    for branch, tip in list_beside(bench).items():
        if branch not in known:
            yield _look_beside(followed, merged, branch, tip)


def _list_wanted(followed: Followed, merged: str) -> Iterator[Way]:
    """Yield the branches that shall get the fix."""
    bench = followed.bench
    for target in bench.incident.targets:
        facts = bench.facts("prepare.pick", target)
        if facts:
            yield from _list_held(bench, target)
            continue
        for landing in list_landings(bench, target):
            if landing.branch == bench.home:
                continue
            pull = find_bringing(landing) if merged else None
            if pull and pull.state == "open":
                yield Way(landing.branch, "open", pull=Link(pull.number, pull.url))
            else:
                yield _foresee(followed, merged, landing.branch, landing.head, landing.via)
    if bench.public is None:
        yield from _list_owed(followed, merged)


def _list_held(bench: Bench, target: Target) -> Iterator[Way]:
    facts = bench.facts("prepare.pick", target)
    picks = [{"branch": facts["branch"], **each} for each in read_entries(facts, "picks")]
    last = {each["branch"]: each for each in [*picks, *read_entries(facts, "owed")]}
    for branch, each in last.items():
        if branch != bench.home:
            link = Link(each["pull"], each["url"]) if each.get("pull") else None
            yield Way(branch, "there", pull=link, commit=each["commit"])


def _list_owed(followed: Followed, merged: str) -> Iterator[Way]:
    """Yield how main stands where the fix went to the line first."""
    bench = followed.bench
    owed = debt.find_debt(bench.incident, debt.MAIN)
    if owed is None:
        return
    record, place = owed.record, owed.place
    held = read_entries(record.facts, "held") if record and owed.paid else ()
    if held:
        pulls = read_entries(record.facts, "pulls") if record else ()
        link = Link(pulls[-1]["number"], pulls[-1]["url"]) if pulls else None
        yield Way(bench.main, "there", pull=link, commit=held[-1]["commit"])
        return
    landing = find_owed(bench, place)
    pull = find_bringing(landing) if place in set(list_due(bench)) else None
    if pull and pull.state == "open":
        yield Way(landing.branch, "open", pull=Link(pull.number, pull.url))
    else:
        yield _foresee(followed, merged, landing.branch, landing.head, landing.via)


def _look_beside(followed: Followed, merged: str, branch: Branch, tip: Commit) -> Way:
    """Tell of a line that is supported whether it has the fix, and what picking it there would do."""
    try:
        known = find_beside(followed.bench, Commit(merged), tip) if merged else None
    except (MissingObjectError, GitError):
        return Way(branch, "unknown", beside=True)
    if known:
        return Way(branch, "there", commit=known.commit or "", beside=True)
    return replace(_foresee(followed, merged, branch, tip, followed.bench.settings.pick.via), beside=True)


def _foresee(followed: Followed, merged: str, branch: Branch, onto: Commit, via: Via) -> Way:
    found = _forecast(followed, merged, onto, via)
    return Way(branch, found.state, found.paths, found.resolvers)


def _forecast(followed: Followed, merged: str, onto: Commit, via: Via) -> Forecast:
    """Tell what picking a pull request's change would do: what it has brought, or is about to bring."""
    bench, pull = followed.bench, followed.pull
    head = Commit(merged) if merged else pull.head_sha if pull else None
    home = bench.ref(followed.base.ref)
    if head is None or home is None:
        return Forecast("unknown")

    def look() -> Forecast:
        propose = find_resolvers(bench, via)
        return forecast(bench.product, head, onto, since=None if merged else home, propose=propose)

    return bench.remember("refs", ("forecast", head, onto, via), look)


# What is reported on the head of one that is open.


def _list_reports(followed: Followed) -> Iterator[Report]:
    yield _report(followed, SCOPE, _judge_scope(followed))
    yield _report(followed, LEAK, _judge_leak(followed))
    if followed.role == "fix":
        yield _report_picks(followed)
    else:
        yield _report(followed, CONFLICT, followed.draft.tell_lack() if followed.draft else "")


def _report(followed: Followed, name: str, fault: str) -> Report:
    text = shorten(f"{followed.bench.incident.id}: {fault or _PASSED[name]}", DESCRIPTION)
    return Report(name, "failure" if fault else "success", text)


def _judge_scope(followed: Followed) -> str:
    pull = followed.pull
    if pull is None:
        return ""
    if followed.role == "fix":
        refused = refuse_base(followed.bench, pull) or refuse_foreign(followed.bench, pull.head_sha)
    else:
        refused = refuse_pushed(followed.landing, followed.place, pull) if followed.landing else None
    return refused.reason if refused else ""


def _judge_leak(followed: Followed) -> str:
    bench, pull = followed.bench, followed.pull
    if pull is None:
        return ""
    onto = bench.ref(followed.base.ref)
    told = [Passage("its title", pull.title), Passage("its text", pull.body, 1)]
    leaks = bench.guard.find([*told, *read_brought(bench, pull.head_sha, onto)])
    return "it is held up; its people are told why" if leaks else ""


def _report_picks(followed: Followed) -> Report:
    ways = list(_list_ways(followed, ""))
    told = "; ".join(f"{way.branch}: {_SAID[way.state].format(', '.join(way.paths))}" for way in ways)
    fine = all(way.beside or way.state not in _STOPPING for way in ways)
    text = f"{followed.bench.incident.id}: {told or 'no other branch shall get it'}"
    return Report(PICK, "success" if fine else "failure", shorten(text, DESCRIPTION))
