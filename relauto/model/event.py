"""Everything that can happen in an incident: a closed set of event kinds, each with a version.

A kind's name is `noun.participle`. A kind's version rises when its fields change in a way that an
older reader would misread; readers refuse versions they do not know. Free text and people's names
are of the types `Text` and `Person`: in the log they are salted digests, the words themselves lie
beside it (`relauto.journal`), so that they can be erased without breaking the chain.
"""

from datetime import datetime
from typing import ClassVar, Literal
from urllib.parse import urlsplit

import msgspec

from relauto.model.facts import Facts
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text


class Body(msgspec.Struct, frozen=True):
    """What happened. Subclasses are the kinds."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1


class Plan(msgspec.Struct, frozen=True):
    """What a target's release grows from and which number it gets; settled anew for every round."""

    target: Target
    base_tag: str
    base_commit: str
    head: str
    version: str


Order = Literal["main-first", "line-first", "line-only"]
"""Where a fix goes first: to main, then picked; to the line, and owed to main; to the line alone."""

Visibility = Literal["open", "embargoed"]
"""Whether the public may see the work before the release."""


class IncidentOpened(Body, frozen=True):
    """The incident begins; what it was opened with is fixed here.

    `reason` says why the order is no other one. `private` is the repository in which embargoed work is
    done until the release; "" where that is the targets' own. `on_behalf` is who had it opened, as GitHub
    says, by a token of somebody else's; None where the actor did it for themselves. That approves nothing.
    """

    kind = "incident.opened"
    version = 2
    incident: str
    customer: Text
    installed: str
    outage_started_at: datetime
    escalated_at: datetime
    targets: tuple[Target, ...]
    playbook_digest: str
    settings_digest: str
    relauto: str
    base: Literal["tip", "tag"] = "tip"
    plans: tuple[Plan, ...] = ()
    order: Order = "main-first"
    reason: Text | None = None
    visibility: Visibility = "open"
    private: str = ""
    on_behalf: Person | None = None


class RoundStarted(Body, frozen=True):
    """The release did not help: `place` failed, and stages 4 to 6 begin anew as round `round`."""

    kind = "round.started"
    round: int
    place: Place
    reason: Text
    source: str = ""


class PlanSettled(Body, frozen=True):
    """A round's release has its number, claimed in the release record, and what it grows from."""

    kind = "plan.settled"
    plan: Plan
    round: int


class ReleaseAwaited(Body, frozen=True):
    """The line is another incident's until its release is out or given up; ours comes after it."""

    kind = "release.awaited"
    target: Target
    holder: str
    round: int


class ReleaseJoined(Body, frozen=True):
    """The fix rides on the release that another incident makes in its round `holder_round`."""

    kind = "release.joined"
    plan: Plan
    round: int
    holder: str
    holder_round: int


class ReleaseFreed(Body, frozen=True):
    """The incident gave up the version that it held, and its line."""

    kind = "release.freed"
    target: Target
    release: str
    reason: Text


class LinesCompared(Body, frozen=True):
    """Which supported lines newer than a target's lack the fix of a round that the target gets.

    Of those that are `unknown` it could not be told. What was told before of the same no longer holds.
    """

    kind = "lines.compared"
    target: Target
    round: int
    lacking: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


class FixAttached(Body, frozen=True):
    """A change that shall reach the customer: a branch or a pull request of the source repository.

    `of` is the incident that brought it, where that rides on this one's release; `source` is where somebody
    asked for it at the pull request.
    """

    kind = "fix.attached"
    branch: str | None = None
    pull: int | None = None
    instruction: Text | None = None
    of: str = ""
    source: str = ""


class FixWithdrawn(Body, frozen=True):
    """A change that was attached shall not reach the customer after all: named as it was attached."""

    kind = "fix.withdrawn"
    reason: Text
    branch: str | None = None
    pull: int | None = None
    source: str = ""


class DeskIntended(Body, frozen=True):
    """A run is about to open the desk: of several at once the one whose `attempt` is on record opens it.

    `run` names it at random. A further attempt is made where nothing came of the one before.
    """

    kind = "desk.intended"
    run: str
    attempt: int = 1


class DeskOpened(Body, frozen=True):
    """The issue in the ops repository at which people answer."""

    kind = "desk.opened"
    number: int
    url: str


class DeskAbandoned(Body, frozen=True):
    """The desk's issue is gone, and a person lets another be opened."""

    kind = "desk.abandoned"
    reason: Text


class StepIntended(Body, frozen=True):
    """A write is about to be made; recorded before it."""

    kind = "step.intended"
    place: Place
    action: str
    facts: Facts = {}


class StepProved(Body, frozen=True):
    """A step is done, with the facts that git and GitHub gave as proof."""

    kind = "step.proved"
    place: Place
    facts: Facts
    by: Literal["relauto", "others"] = "relauto"


class StepWaiting(Body, frozen=True):
    """A step cannot go on before `whom` has acted; `facts` is what they were asked about, if anything.

    `whom` is roles, or the logins of those who are entitled.
    """

    kind = "step.waiting"
    version = 2
    place: Place
    whom: Text
    reason: Text
    facts: Facts = {}


class StepRefused(Body, frozen=True):
    """A step must not be done as things stand; `objectors` are the reviewers who object, joined by ", "."""

    kind = "step.refused"
    place: Place
    reason: Text
    facts: Facts = {}
    objectors: Text = Text()


class StepLost(Body, frozen=True):
    """The proof of a step that was done is gone; `shown` is the digest of what stands there now."""

    kind = "step.lost"
    place: Place
    reason: Text
    shown: str = ""


class StepAccepted(Body, frozen=True):
    """A person lets a lost step count as done although its proof is gone.

    Only as it stands: `shown` is the digest of what they saw there (`digest_facts`).
    """

    kind = "step.accepted"
    place: Place
    shown: str
    reason: Text
    source: str = ""


class StepReopened(Body, frozen=True):
    """A person lets a lost, refused, skipped or ticked step be done again."""

    kind = "step.reopened"
    place: Place
    reason: Text
    source: str = ""


class StepTicked(Body, frozen=True):
    """A person says that a step is done, with evidence.

    `happened_at` is when they said so, where that was before the journal could be reached.
    """

    kind = "step.ticked"
    place: Place
    evidence: Text
    source: str = ""
    happened_at: datetime | None = None


class StepSkipped(Body, frozen=True):
    """A person says that a step will not be done, with a reason."""

    kind = "step.skipped"
    place: Place
    reason: Text
    source: str = ""


class DoorReached(Body, frozen=True):
    """A step waits for approval of exactly `subject`; `facts` is what was shown with it.

    So many different `people` have to say yes, none longer than so many `hours` ago (0: whenever);
    `whom` names those who were entitled to.
    """

    kind = "door.reached"
    place: Place
    subject: str
    facts: Facts
    people: int = 1
    hours: float = 0
    whom: Text = Text()


class DoorApproved(Body, frozen=True):
    """An entitled person approved `subject`; `source` is where GitHub holds the answer.

    `shown` is the digest of the facts that they were shown (`digest_facts`), `given_at` when GitHub
    says that they answered, where that is not now.
    """

    kind = "door.approved"
    place: Place
    subject: str
    source: str
    shown: str = ""
    given_at: datetime | None = None


class GateWaived(Body, frozen=True):
    """An entitled person lets a gate of a step stand open for exactly one commit, until a moment.

    `objections` are those that were shown to them, each by when GitHub says that it was made; `against`
    is whose they are, joined by ", ".
    """

    kind = "gate.waived"
    place: Place
    gate: str
    commit: str
    until: datetime
    reason: Text
    source: str = ""
    objections: tuple[str, ...] = ()
    against: Text = Text()


class AnswerRefused(Body, frozen=True):
    """What `author` answered does not count, and never will: `reason` is told to them.

    `instead` is what they may have meant, one command a line.
    """

    kind = "answer.refused"
    author: Person
    command: Text
    reason: Text
    source: str
    instead: Text = Text()


class CommitAccepted(Body, frozen=True):
    """An entitled person accepts that a commit ships although it is not part of the fix."""

    kind = "commit.accepted"
    target: Target
    commit: str
    reason: Text
    source: str


class BuildStarted(Body, frozen=True):
    """A workflow builds a candidate; `run` is its run's id, of which there is one for each dispatch."""

    kind = "build.started"
    place: Place
    tag: str
    commit: str
    workflow: str
    run: int
    url: str


class FileAccepted(Body, frozen=True):
    """An entitled person takes a file that relauto did not make, under the release of `tag`, for good.

    `sha256` is 64 hex digits, `size` in bytes. `origin` is where they had it from: an address, a file's
    name, or the release that it was found in.
    """

    kind = "file.accepted"
    place: Place
    tag: str
    commit: str
    name: str
    sha256: str
    size: int
    origin: Text
    reason: Text
    source: str = ""


class CandidateRefused(Body, frozen=True):
    """A candidate is burned: it will never become the release."""

    kind = "candidate.refused"
    place: Place
    tag: str
    commit: str
    reason: Text


class Ticked(msgspec.Struct, frozen=True):
    """An item of QA's page that is ticked, and who did it; "" where that is not known.

    `evidence` is the address of what shows it, "" where none was asked for.
    """

    item: str
    by: Person = Person()
    evidence: str = ""


class QaRequested(Body, frozen=True):
    """QA was asked to verify a candidate, in issue `number` of `repository`.

    `digest` stands for the candidate's commit and files (`digest_candidate`). `carried` are the items that
    were ticked already, as they still stand from an earlier candidate.
    """

    kind = "qa.requested"
    place: Place
    tag: str
    repository: str
    number: int
    url: str
    digest: str = ""
    carried: tuple[Ticked, ...] = ()


QaWord = Literal["pass", "fail"]
"""What a tester can say of a candidate."""


class QaAnswered(Body, frozen=True):
    """An entitled tester's verdict on exactly one candidate.

    `digest` is that of what they were asked about; `source` is "" where they gave it by a token of their own.
    """

    kind = "qa.answered"
    place: Place
    tag: str
    commit: str
    verdict: QaWord
    reason: Text
    source: str
    digest: str = ""


class QaChecked(Body, frozen=True):
    """What was ticked on QA's page about a candidate, as it counts."""

    kind = "qa.checked"
    place: Place
    tag: str
    commit: str
    items: tuple[Ticked, ...]


class QaRevoked(Body, frozen=True):
    """A verdict that had counted counts no longer, and never will: the `comment` that gave it was edited.

    `author`, `command`, `reason` and `instead` are those of an answer that is refused.
    """

    kind = "qa.revoked"
    tag: str
    author: Person
    command: Text
    reason: Text
    comment: str
    instead: Text = Text()


class KitAcknowledged(Body, frozen=True):
    """The customer has the kit whose SHA256SUMS file has this digest (64 hex digits)."""

    kind = "kit.acknowledged"
    place: Place
    digest: str
    reason: Text
    source: str


class NoticeDrafted(Body, frozen=True):
    """A text was written into the outbox; nothing was sent. `digest` is the text's SHA-256."""

    kind = "notice.drafted"
    place: Place
    number: int
    audience: str
    path: str
    digest: str


NoteKind = Literal["mitigated", "regression", "decision", "customer"]
"""What a note is about."""


class NoteAdded(Body, frozen=True):
    """Something a person wants on record, at the moment it happened."""

    kind = "note.added"
    note: NoteKind
    text: Text
    happened_at: datetime
    source: str = ""


class WordsErased(Body, frozen=True):
    """Words of people were erased, for good: `digests` stood for them in the log, and still do.

    `pages` are the rendered files, by path, in which they stood and no longer stand.
    """

    kind = "words.erased"
    digests: tuple[str, ...]
    reason: Text
    pages: tuple[str, ...] = ()


KINDS: dict[str, type[Body]] = {body.kind: body for body in Body.__subclasses__()}
"""Every kind by its name."""


class StepWaiting1(msgspec.Struct, frozen=True):
    """`step.waiting` with `whom` in clear."""

    place: Place
    whom: str
    reason: Text
    facts: Facts = {}

    def renew(self) -> StepWaiting:
        """Return the same in today's version."""
        return StepWaiting(self.place, Text(self.whom), self.reason, self.facts)


Former = StepWaiting1
"""A kind as older versions wrote it, which `renew` turns into today's; the next one joins this by `|`."""

FORMER: dict[tuple[str, int], type[Former]] = {("step.waiting", 1): StepWaiting1}
"""Older versions of kinds that are still read, by name and version."""


class Event(msgspec.Struct, frozen=True):
    """One entry of the journal: `sequence` counts from 1, `at` is the writer's clock in UTC."""

    sequence: int
    id: str
    at: datetime
    actor: Person
    body: Body


def locate(source: str) -> str:
    """Return what stays of an address when the server's name changes: path and fragment."""
    parts = urlsplit(source)
    return parts.path + (f"#{parts.fragment}" if parts.fragment else "")


class Said(msgspec.Struct, frozen=True):
    """Something that another person than the journal's writer did, as GitHub authenticated them."""

    actor: Person
    body: Body
