"""The boxes of QA's page: by whom they are ticked, as GitHub's history of it tells, and which count."""

from collections.abc import Mapping
from dataclasses import dataclass

from relauto.comms.qa_items import MACHINE, read_items
from relauto.comms.qa_ticks import trace_ticks
from relauto.github.issues import Issue
from relauto.model.event import QaChecked, QaRequested, Ticked
from relauto.model.words import Person
from relauto.stages.bench import Bench


@dataclass(frozen=True)
class Boxes:
    """What is ticked on a page.

    Attributes:
        asked: the ids of all items that people were asked to tick, in their order.
        counted: those ticked by people who may sign, each with who did it; "" where it is not known.
        refused: those ticked by others, each with who did it.
    """

    asked: tuple[str, ...]
    counted: Mapping[str, str]
    refused: Mapping[str, str]

    @property
    def open(self) -> tuple[str, ...]:
        """The items that are not ticked in a way that counts."""
        return tuple(item for item in self.asked if item not in self.counted)

    def describe(self, item: str) -> str:
        """Return why an item is open."""
        if item in self.refused:
            return f"{item} was ticked by {self.refused[item]}, who is not on the roster for it"
        return f"{item} is not ticked"


def read_boxes(bench: Bench, requested: QaRequested, asked: str, issue: Issue) -> Boxes:
    """Return what is ticked in an issue and counts, of what was `asked`: not of what its page says by now."""
    items = [item for item in read_items(asked) if not item.startswith(MACHINE)]
    carried = {each.item: each.by for each in requested.carried}
    versions = [(edit.editor, edit.text) for edit in issue.edits]
    counted: dict[str, str] = {}
    refused: dict[str, str] = {}
    for item, logins in trace_ticks(asked, versions, issue.body).items():
        # Where versions are not told, relauto is among those who may have ticked: it does not.
        people = sorted(logins - {bench.login}) or sorted(logins)
        may = all(_may_tick(bench, requested, item, login) for login in people)
        if item in items:
            (counted if may else refused)[item] = ", ".join(people) or carried.get(item, "")
    return Boxes(tuple(items), counted, refused)


def _may_tick(bench: Bench, requested: QaRequested, item: str, login: str) -> bool:
    """Return whether somebody's tick counts: once it is on record, whatever the roster says by now."""
    known = bench.incident.qa_checks.get(requested.tag)
    if known and known.place == requested.place and Ticked(item, Person(login)) in known.items:
        return True
    return bench.roster.may(login, "sign")


def record_boxes(requested: QaRequested, commit: str, boxes: Boxes) -> QaChecked:
    """Return the record of what is ticked, and counts."""
    items = tuple(Ticked(item, Person(who)) for item, who in boxes.counted.items())
    return QaChecked(requested.place, requested.tag, commit, items)
