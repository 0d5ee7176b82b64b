"""A fix that rides on another incident's release: stages 4 and 5 are done there, and proved from there.

The incident that joined keeps its own journal, desk, customer and notices. It looks at the holder's
journal for what is done, and at git for whether the release really holds its fix.
"""

from collections.abc import Iterator

from relauto.errors import InputError
from relauto.model.event import FixAttached, ReleaseJoined
from relauto.model.facts import Facts
from relauto.model.incident import Fix, Incident, StepState
from relauto.model.names import Commit, Tag
from relauto.model.rounds import Claim
from relauto.model.target import Place, Target
from relauto.picking.presence import find_presence
from relauto.stages.bench import Bench
from relauto.stages.claims import Line, require_rival
from relauto.stages.step import Observation, Proved, Refused, Waiting

_OF_FIXES = {"investigate.pr": "pulls", "prepare.merge": "merged"}
_RIDDEN = (
    *_OF_FIXES,
    "investigate.qa-decision",
    "prepare.pick",
    "prepare.candidate",
    "prepare.verify",
    "prepare.release",
)


def observe(bench: Bench, place: Place) -> Observation | None:
    """Return where a step stands at the incident whose release this one rides on; None where it does not."""
    target = place.target or bench.incident.targets[0]
    claim = bench.incident.rounds.claim(target)
    if claim is None or claim.state != "joined" or place.step not in _RIDDEN:
        return None
    theirs = read_holder(bench, claim)
    record = theirs.record(Place(place.step, place.target, claim.holder_round))
    if record is None or record.state is not StepState.DONE:
        known = bench.incident.record(place)
        if known and known.state is StepState.DONE and _is_out(bench, target):
            return Proved(known.facts, known.by_others)
        return _explain(claim, theirs, target, place)
    facts = _keep_own(bench, place.step, theirs, record.facts)
    if facts is None:
        reason = f"{claim.holder} has yet to take up the fix of {bench.incident.id}"
        return Waiting(claim.holder, reason, elsewhere=True)
    lacking = _find_lacking(bench, record.facts) if place.step == "prepare.release" else []
    if lacking:
        return Refused(
            f"{record.facts['tag']} of {claim.holder} does not hold {', '.join(lacking)}",
            todo=f"find out at {claim.holder} what became of it; relauto fail begins a round of your own",
        )
    return Proved(facts, by_others=True)


def join(bench: Bench, target: Target, line: Line, holder: str) -> ReleaseJoined:
    """Return the event by which this incident's fix goes into the release that `holder` is making.

    Raises:
        InputError: it is making none from this line, or in another way than this incident would, or this
            incident makes one itself.
    """
    require_rival(line, holder)
    claim = bench.incident.rounds.claim(target)
    if claim and claim.plan and claim.state == "held":
        raise InputError(
            f"{bench.incident.id} makes {claim.plan.version} itself",
            todo=f"give it up first: relauto release.free {claim.plan.version} --reason …",
        )
    with bench.visit(holder) as theirs:
        opening = bench.incident.opening
        refuse_other_way(theirs.incident, opening.base, opening.order, opening.visibility)
        return ReleaseJoined(theirs.plan(target), bench.incident.round, holder, theirs.incident.round)


def refuse_other_way(holder: Incident, base: str, order: str, visibility: str) -> None:
    """Refuse to put a fix into a release that is made in another way than is asked for.

    Raises:
        InputError: it grows from another base, or its fixes go in another order.
    """
    made = holder.opening
    if (made.base, made.order, made.visibility) != (base, order, visibility):
        way = f"--base {made.base} --order {made.order} --visibility {made.visibility}"
        raise InputError(
            f"{made.incident} makes its release by {way}, and all its fixes go so",
            todo=f"go along with that, or --wait-for {made.incident}",
        )


def find_unattached(bench: Bench) -> Iterator[tuple[Claim, FixAttached]]:
    """Yield the fixes of this incident that the incident it rides on does not know yet."""
    for target in bench.incident.targets:
        claim = bench.incident.rounds.claim(target)
        if claim is None or claim.state != "joined":
            continue
        known = {(fix.branch, fix.pull) for fix in read_holder(bench, claim).fixes}
        for fix in bench.incident.current_fixes:
            if (fix.branch, fix.pull) not in known:
                yield claim, _attach(bench, fix)


def register(bench: Bench) -> None:
    """Put on the record of each release that this incident rides on that it does.

    Raises:
        DecisionError: the holder gave it up.
        RemoteError: it could not be written.
    """
    for target in bench.incident.targets:
        claim = bench.incident.rounds.claim(target)
        if claim and claim.plan and claim.state == "joined":
            bench.releases.join(target.repository, claim.plan.version, bench.incident.id, claim.holder)


def describe_attaching(claim: Claim, attached: FixAttached) -> str:
    """Return the sentence for a fix that is attached to the incident whose release it rides on."""
    name = f"#{attached.pull}" if attached.pull is not None else attached.branch
    return f"attach {name} to {claim.holder}, whose release it rides on"


def read_holder(bench: Bench, claim: Claim) -> Incident:
    """Return the incident that another one rides on, as its journal says now."""

    def read() -> Incident:
        with bench.visit(claim.holder) as theirs:
            return theirs.journal.incident()

    return bench.remember("refs", ("holder", claim.holder), read)


def _attach(bench: Bench, fix: Fix) -> FixAttached:
    return FixAttached(branch=fix.branch, pull=fix.pull, instruction=fix.instruction, of=bench.incident.id)


def _explain(claim: Claim, theirs: Incident, target: Target, place: Place) -> Waiting | Refused:
    held = theirs.rounds.claims.get((target, claim.holder_round))
    if held and held.state == "freed":
        return Refused(
            f"{claim.holder} gave up the release that this fix rides on",
            todo="relauto advance claims the line for this incident, as soon as nobody else has it",
        )
    state = theirs.state(place.step)
    reason = f"{claim.holder} makes the release, and its {place.step} is {state}"
    return Waiting(claim.holder, reason, elsewhere=True)


def _keep_own(bench: Bench, step: str, theirs: Incident, facts: Facts) -> Facts | None:
    """Return a proof as far as it is about this incident's fix; None where it is not about it."""
    mine = {(fix.branch, fix.pull) for fix in bench.incident.current_fixes}
    names = {str(fix) for fix in theirs.fixes if (fix.branch, fix.pull) in mine}
    if len(names) < len(mine):
        return None
    if step not in _OF_FIXES:
        return facts
    if step == "prepare.merge":
        opened = bench.facts("investigate.pr").get("pulls", ())
        names = {str(pull["number"]) for pull in opened}
    key = _OF_FIXES[step]
    own = [each for each in facts[key] if str(each.get("fix", each.get("pull"))) in names]
    return {**facts, key: own} if len(own) == len(mine) else None


def _find_lacking(bench: Bench, released: Facts) -> list[str]:
    tag, commit = Tag(str(released["tag"])), Commit(str(released["commit"]))
    if bench.outside().tags().get(tag) != commit:
        return [f"its commit {commit.short}"]
    merged = bench.facts("prepare.merge").get("merged", ())
    fixes = [Commit(each["merge_commit"]) for each in merged]
    return [fix.short for fix in fixes if find_presence(bench.product, fix, commit, series=fixes) is None]


def _is_out(bench: Bench, target: Target) -> bool:
    """Return whether the release that was ridden on is out: the holder's steps change nothing then."""
    released = bench.facts("prepare.release", target)
    return bool(released) and bench.outside().tags().get(Tag(str(released["tag"]))) == released["commit"]
