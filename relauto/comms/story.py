"""What a text may tell: the incident's fold as named values, read once, for every template.

Nothing is computed that nobody said: an anticipated timeline is a person's words, or it is unknown
and the text says what it depends on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from relauto.comms import proofs
from relauto.comms.pending import name_unknown
from relauto.model.deadline import earliest_at, executive_needed, outage_end, outage_length, settled_at
from relauto.model.debt import Debt, list_debts
from relauto.model.event import CandidateRefused, NoticeDrafted, Order
from relauto.model.incident import Acceptance, Incident, Note, StepRecord, StepState
from relauto.model.override import Override
from relauto.model.playbook import Playbook
from relauto.model.rounds import Claim, Failure
from relauto.model.target import Place, Target
from relauto.model.words import Text
from relauto.settings.options import Contacts

TIMELINE = "timeline:"
"""How a note of kind `customer` begins that gives the anticipated timeline."""

WAYS: dict[Order, str] = {
    "main-first": "",
    "line-first": "The fix goes to the line first, and the main branch is owed it.",
    "line-only": "The fix goes to the line alone: the main branch never gets it.",
}
"""What each order means for who reads of it."""

_S = TypeVar("_S", bound=msgspec.Struct)


@dataclass(frozen=True)
class LineStory:
    """What is proven on one line in the current round; None or empty where nothing is yet."""

    target: Target
    picks: proofs.Picks
    candidate: proofs.Candidate | None
    verification: proofs.Verification | None
    release: proofs.Published | None
    sent: proofs.Sent | None
    claim: Claim | None = None

    @property
    def stands(self) -> str:
        """How the line is another incident's, as what a sentence says of it; "" where it is ours."""
        if self.claim is None or self.claim.state == "held":
            return ""
        version = self.claim.plan.version if self.claim.plan else ""
        return {
            "awaited": f"waits until the release that {self.claim.holder} makes is out",
            "joined": f"rides on {version}, which {self.claim.holder} makes",
            "freed": f"gets no release: {version} was given up",
        }[self.claim.state]

    @property
    def version(self) -> str:
        """The number of the release on this line, or "" before it is chosen."""
        found = (self.release, self.candidate, self.picks)
        return next((each.version for each in found if each and each.version), "")


@dataclass(frozen=True)
class StepStory:
    """A step as it stands over all its places: `records` by round and place.

    `state` is the least advanced over all rounds, `now` that of the current one, `round` its number.
    `guidance` tells how it is done, `earliest` before when it cannot be, where that is known.
    """

    key: str
    title: str
    roles: tuple[str, ...]
    state: StepState
    now: StepState
    round: int
    records: tuple[tuple[Place, StepRecord], ...]
    automated: bool
    door: bool
    guidance: str
    earliest: datetime | None

    @property
    def current(self) -> tuple[tuple[Place, StepRecord], ...]:
        """The records of the current round."""
        return tuple(pair for pair in self.records if pair[0].round == self.round)


@dataclass(frozen=True)
class RoundStory:
    """A round on one line: `version` is the number that it got, `base` what it grew from.

    `release` is the tag that was published, or "", `sent` the digest of the kit that the customer has, or
    "". `failure` is how it ended, None for the current one.
    """

    number: int
    target: Target
    base: str
    version: str
    release: str
    sent: str
    failure: Failure | None


@dataclass(frozen=True)
class StageStory:
    """A stage and its steps."""

    key: str
    title: str
    steps: tuple[StepStory, ...]


@dataclass(frozen=True)
class Story:
    """Everything a template gets. Moments are UTC; `outage` is a length of time.

    `timeline` and `customer_words` are what a person said to the customer; `unknown_because` is
    what the timeline depends on while nobody gave one. `executive` is the contact once the rule
    asks for it (`executive_needed`: the outage lasts longer than `executive_after`), or None where the
    settings name nobody.
    """

    incident: str
    product: str
    customer: Text
    installed: str
    now: datetime
    outage_started_at: datetime
    escalated_at: datetime
    mitigated_at: datetime | None
    resolved_at: datetime | None
    outage: timedelta
    executive_needed: bool
    executive: str | None
    executive_role: str
    executive_after: timedelta
    desk_url: str
    pulls: tuple[proofs.PullRequest, ...]
    merges: tuple[proofs.Merge, ...]
    qa_decision: Text | None
    lines: tuple[LineStory, ...]
    rounds: tuple[RoundStory, ...]
    stages: tuple[StageStory, ...]
    refused: tuple[CandidateRefused, ...]
    accepted: tuple[Acceptance, ...]
    overrides: tuple[Override, ...]
    notes: tuple[Note, ...]
    notices: tuple[NoticeDrafted, ...]
    timeline: Text | None
    unknown_because: str
    customer_words: Text | None
    order: Order = "main-first"
    order_reason: Text | None = None
    on_behalf: Text | None = None
    debts: tuple[Debt, ...] = ()

    @property
    def way(self) -> str:
        """Where the fix goes, as a sentence; "" where it goes to main first."""
        return WAYS[self.order]

    @property
    def versions(self) -> tuple[str, ...]:
        """The release's number on each line, as far as they are chosen."""
        return tuple(dict.fromkeys(line.version for line in self.lines if line.version))

    @property
    def steps(self) -> tuple[StepStory, ...]:
        """Every step, in the playbook's order."""
        return tuple(step for stage in self.stages for step in stage.steps)

    def step(self, key: str) -> StepStory:
        """Return the step with this key.

        Raises:
            LookupError: the playbook has none.
        """
        for step in self.steps:
            if step.key == key:
                return step
        raise LookupError(key)


def tell(incident: Incident, playbook: Playbook, *, now: datetime, contacts: Contacts, product: str) -> Story:
    """Return the story of an incident as it stands at `now`.

    Raises:
        InputError: a proof in the journal cannot be read.
    """
    opening = incident.opening
    started = opening.outage_started_at
    ended = outage_end(incident)
    needed = executive_needed(started, ended or now, playbook.executive)
    return Story(
        incident=opening.incident,
        product=product,
        customer=opening.customer,
        installed=opening.installed,
        now=now,
        outage_started_at=started,
        escalated_at=opening.escalated_at,
        mitigated_at=ended,
        resolved_at=_resolved_at(incident, playbook),
        outage=outage_length(incident, now),
        executive_needed=needed,
        executive=contacts.executive if needed else None,
        executive_role=playbook.executive.role,
        executive_after=timedelta(minutes=playbook.executive.outage_minutes),
        desk_url=incident.desk.url if incident.desk else "",
        pulls=_prove(incident, proofs.Pulls, "investigate.pr", proofs.Pulls()).pulls,
        merges=_prove(incident, proofs.Merges, "prepare.merge", proofs.Merges()).merged,
        qa_decision=_evidence(incident, "investigate.qa-decision"),
        lines=tuple(_tell_line(incident, target) for target in incident.targets),
        rounds=tuple(tell_rounds(incident)),
        stages=_tell_stages(incident, playbook),
        refused=tuple(incident.refused),
        accepted=tuple(incident.accepted),
        # Accepted commits are told by themselves, with their line.
        overrides=tuple(each for each in incident.overrides if each.kind != "commit accepted"),
        notes=tuple(incident.notes),
        notices=tuple(incident.notices),
        timeline=find_timeline(incident),
        unknown_because=name_unknown(incident, playbook),
        customer_words=find_customer_words(incident),
        order=opening.order,
        order_reason=opening.reason,
        on_behalf=opening.on_behalf,
        debts=list_debts(incident),
    )


def find_timeline(incident: Incident) -> Text | None:
    """Return the newest anticipated timeline that a person gave, or None.

    It is a note of kind `customer` that begins with `timeline:`.
    """
    for note in reversed(incident.notes):
        if note.kind == "customer" and note.text.lower().startswith(TIMELINE):
            return Text(note.text[len(TIMELINE) :].strip())
    return None


def find_customer_words(incident: Incident) -> Text | None:
    """Return the newest note of kind `customer` that is no timeline, or None."""
    for note in reversed(incident.notes):
        if note.kind == "customer" and not note.text.lower().startswith(TIMELINE):
            return note.text
    return None


def find_places(incident: Incident, key: str) -> tuple[tuple[Place, StepRecord], ...]:
    """Return the records of a step, by round and place."""
    found = [(place, record) for place, record in incident.steps.items() if place.step == key]
    return tuple(sorted(found, key=lambda pair: (pair[0].round, str(pair[0]))))


def find_proof(incident: Incident, shape: type[_S], step: str, target: Target | None = None) -> _S | None:
    """Return the proof of a step that is done, at `target` or for the whole incident, else None.

    Raises:
        InputError: the proof cannot be read.
    """
    record = incident.record(incident.place(step, target))
    if record is None or record.state is not StepState.DONE or not record.facts:
        return None
    return proofs.read_proof(shape, record.facts, step)


def _prove(incident: Incident, shape: type[_S], step: str, default: _S, target: Target | None = None) -> _S:
    return find_proof(incident, shape, step, target) or default


def _tell_line(incident: Incident, target: Target) -> LineStory:
    return LineStory(
        target,
        _prove(incident, proofs.Picks, "prepare.pick", proofs.Picks(), target),
        find_proof(incident, proofs.Candidate, "prepare.candidate", target),
        find_proof(incident, proofs.Verification, "prepare.verify", target),
        find_proof(incident, proofs.Published, "prepare.release", target),
        find_proof(incident, proofs.Sent, "deploy.send", target),
        incident.rounds.claim(target),
    )


def tell_rounds(incident: Incident) -> Iterator[RoundStory]:
    """Yield every round on every line, the first first."""
    for number in range(1, incident.round + 1):
        ended = incident.rounds.failures[number - 1] if number < incident.round else None
        for target in incident.targets:
            claim = incident.rounds.claims.get((target, number))
            plan = claim.plan if claim else None
            released = incident.record(Place("prepare.release", target, number))
            sent = incident.record(Place("deploy.send", target, number))
            tag = str(released.facts.get("tag", "")) if released else ""
            digest = str(sent.facts.get("digest", "")) if sent and sent.state is StepState.DONE else ""
            base, version = (plan.base_tag, plan.version) if plan else ("", "")
            yield RoundStory(number, target, base, version, tag, digest, ended)


def list_installed(incident: Incident, target: Target, number: int) -> tuple[str, ...]:
    """Return the versions that the customer may run when the release of a round arrives, newest first.

    Where a release failed nobody says whether the customer kept it or went back.
    """
    told = [each for each in tell_rounds(incident) if each.target == target and each.number < number]
    failed = [each.version for each in told if each.release]
    return tuple(dict.fromkeys([*reversed(failed), incident.opening.installed]))


def _tell_stages(incident: Incident, playbook: Playbook) -> tuple[StageStory, ...]:
    return tuple(
        StageStory(
            stage.key,
            stage.title,
            tuple(
                StepStory(
                    step.key,
                    step.title,
                    step.roles,
                    incident.state(step.key),
                    incident.state(step.key, now=True),
                    incident.place(step.key).round,
                    find_places(incident, step.key),
                    step.automated,
                    step.door,
                    step.guidance,
                    earliest_at(incident, playbook, step),
                )
                for step in stage.steps
            ),
        )
        for stage in playbook.stages
    )


def _evidence(incident: Incident, step: str) -> Text | None:
    record = incident.record(incident.place(step))
    return record.reason if record and record.state is StepState.DONE and record.reason else None


def _resolved_at(incident: Incident, playbook: Playbook) -> datetime | None:
    key = playbook.anchors.get("resolution", "resolve.confirm")
    return settled_at(incident, playbook.step(key))
