"""The boxes of QA's page: by whom they are ticked, as GitHub's history of it tells, and which count."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relauto.comms.qa_items import MACHINE, list_needing, read_items
from relauto.comms.qa_results import State
from relauto.comms.qa_ticks import UNKNOWN, trace_ticks
from relauto.github.comments import Comment
from relauto.github.issues import Issue
from relauto.model.event import QaChecked, QaRequested, Ticked
from relauto.model.words import Person
from relauto.stages.bench import Bench
from relauto.stages.logins import find_login
from relauto.stages.qa.evidence import find_evidence, list_versions


@dataclass(frozen=True)
class Boxes:
    """What is ticked on a page.

    Attributes:
        asked: the ids of all items that people were asked to tick, in their order.
        ticked: those ticked by people who may sign, each with who did it, and where its evidence is; the
            login is "" where the page was asked with the tick, and nobody knows whose it was.
        refused: those ticked by others, each with who did it; "" where that may have been anybody.
        bare: those whose evidence is asked for and not there, ticked or not.
    """

    asked: tuple[str, ...]
    ticked: Mapping[str, Ticked]
    refused: Mapping[str, str]
    bare: tuple[str, ...] = ()

    @property
    def done(self) -> tuple[Ticked, ...]:
        """The items that are ticked in a way that counts, with the evidence that they ask for."""
        return tuple(each for each in self.ticked.values() if each.item not in self.bare)

    @property
    def open(self) -> tuple[str, ...]:
        """All other ones."""
        done = {each.item for each in self.done}
        return tuple(item for item in self.asked if item not in done)

    @property
    def unproved(self) -> tuple[str, ...]:
        """The items that are ticked without their evidence."""
        return tuple(item for item in self.ticked if item in self.bare)

    @property
    def idle(self) -> Mapping[str, tuple[State, str]]:
        """The items whose tick does not count: how, and whose it is."""
        idle: dict[str, tuple[State, str]] = {
            item: ("refused" if who else "unknown", who) for item, who in self.refused.items()
        }
        return idle | {item: ("unproved", str(self.ticked[item].by)) for item in self.unproved}

    def describe(self, item: str) -> str:
        """Return why an item is open."""
        if item in self.unproved:
            return f"{item} is ticked without its evidence"
        also = ", and has no evidence" if item in self.bare else ""
        if item not in self.refused:
            return f"{item} is not ticked{also}"
        if not self.refused[item]:
            return f"{item} is ticked, by whom is not known: untick it and tick it again{also}"
        return f"{item} was ticked by {self.refused[item]}, who is not on the roster for it{also}"


def read_boxes(
    bench: Bench, requested: QaRequested, asked: str, issue: Issue, comments: Sequence[Comment]
) -> Boxes:
    """Return what is ticked in an issue and counts, of what was `asked`: not of what its page says by now."""
    items = [item for item in read_items(asked) if not item.startswith(MACHINE)]
    carried = {each.item: each for each in requested.carried}
    shown = find_evidence(bench, requested, asked, issue, comments)
    ticked: dict[str, Ticked] = {}
    refused: dict[str, str] = {}
    own = find_login(bench, bench.qa)
    for item, logins in trace_ticks(asked, list_versions(issue), issue.body, own).items():
        # Where versions are not told, relauto is among those who may have ticked: it does not.
        people = sorted(logins - {own}) or sorted(logins)
        if item not in items:
            continue
        if not all(_may_tick(bench, requested, item, login) for login in people):
            refused[item] = "" if UNKNOWN in people else ", ".join(people)
            continue
        still = carried.get(item, Ticked(item)) if not people else Ticked(item, Person(", ".join(people)))
        ticked[item] = Ticked(item, still.by, shown.get(item, still.evidence))
    done = {item for item, each in ticked.items() if each.evidence} | set(shown)
    return Boxes(tuple(items), ticked, refused, tuple(x for x in list_needing(asked) if x not in done))


def _may_tick(bench: Bench, requested: QaRequested, item: str, login: str) -> bool:
    """Return whether somebody's tick counts: once it is on record, whatever the roster says by now."""
    known = bench.incident.qa_checks.get(requested.tag)
    if known and known.place == requested.place and (item, login) in [(x.item, x.by) for x in known.items]:
        return True
    return login != UNKNOWN and bench.roster.may(login, "sign")


def record_boxes(requested: QaRequested, commit: str, boxes: Boxes) -> QaChecked:
    """Return the record of what is ticked, and counts."""
    return QaChecked(requested.place, requested.tag, commit, boxes.done)
