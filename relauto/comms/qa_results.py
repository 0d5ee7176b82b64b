"""What came of QA's look at a candidate: who ticked what, and for each environment, as a matrix."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from relauto.comms.qa_items import CHECKS, MACHINE, read_items
from relauto.comms.rendering import Renderer, shipped
from relauto.model.event import QaRequested, Ticked
from relauto.model.incident import Incident
from relauto.model.target import Place

State = Literal["ticked", "open", "refused", "unknown", "unproved"]
"""How an item stands.

`refused` is ticked by somebody whose tick does not count, `unknown` by nobody knows whom, and `unproved`
without the evidence that it asks for.
"""

_OPEN: Mapping[State, str] = {
    "refused": "open: ticked by {by}, who is not on the roster for it",
    "unknown": "open: ticked, by whom is not known",
    "unproved": "open: ticked by {by}, without the evidence that it asks for",
}

_PARTS = ("new", "regression")


@dataclass(frozen=True)
class Result:
    """One item: `environment` is the one it was asked for, "" where it is about all; `by` who ticked it.

    `evidence` is the address of what shows it.
    """

    item: str
    environment: str
    state: State
    by: str = ""
    evidence: str = ""

    @property
    def told(self) -> str:
        """What the matrix says of it."""
        if self.state == "ticked":
            return self.by or "ticked"
        return _OPEN.get(self.state, "open").format(by=self.by or "one who carried it over")


@dataclass(frozen=True)
class QaResults:
    """All items of a candidate's page, and the verdict: `pass`, `fail` or "", with who gave it and why.

    `machines` are the gates behind the items that machines answer, by the item's id: as they stood when they
    were last looked at, "" where that is not known.
    """

    tag: str
    url: str
    digest: str
    results: tuple[Result, ...]
    verdict: str = ""
    tester: str = ""
    reason: str = ""
    machines: Mapping[str, str] = field(default_factory=dict)

    @property
    def environments(self) -> tuple[str, ...]:
        """The environments that items were asked for, in their order."""
        return tuple(dict.fromkeys(each.environment for each in self.results if each.environment))

    @property
    def common(self) -> tuple[Result, ...]:
        """The items that are about no environment."""
        return tuple(each for each in self.results if not each.environment)

    @property
    def rows(self) -> Mapping[str, Mapping[str, Result]]:
        """The other ones: by step, then by environment."""
        rows: dict[str, dict[str, Result]] = {}
        for each in self.results:
            if each.environment:
                rows.setdefault(each.item.removesuffix(f".{each.environment}"), {})[each.environment] = each
        return rows


def tell_results(
    incident: Incident, tag: str, asked: str, idle: Mapping[str, tuple[State, str]] | None = None
) -> QaResults:
    """Return what the journal knows of a candidate's page; `asked` is that page.

    `idle` are the items that are ticked in a way that does not count: how, and by whom.
    """
    checked, requested = incident.qa_checks.get(tag), incident.qa_requests.get(tag)
    answer, tester = incident.qa_answers.get(tag, (None, None))
    ticked = {each.item: each for each in checked.items} if checked else {}
    return QaResults(
        tag,
        requested.url if requested else "",
        requested.digest if requested else "",
        tuple(_list_results(asked, ticked, idle or {})),
        answer.verdict if answer else "",
        str(tester or ""),
        str(answer.reason) if answer else "",
        dict(_list_gates(incident, requested, asked)),
    )


def _list_gates(incident: Incident, requested: QaRequested | None, asked: str) -> Iterator[tuple[str, str]]:
    """Yield the gate behind each item that machines answer, as it stood for this candidate's commit."""
    gates = _read_gates(incident, requested) if requested else {}
    for item, is_ticked in read_items(asked).items():
        if item.startswith(MACHINE):
            # Of what CI says the page tells only how it was when QA was asked.
            before = "passed" if is_ticked and item != CHECKS else ""
            yield item, gates.get(item.removeprefix(MACHINE), before)


def _read_gates(incident: Incident, requested: QaRequested) -> Mapping[str, str]:
    place = requested.place
    candidate = incident.record(Place("prepare.candidate", place.target, place.round))
    known = incident.record(place)
    if candidate is None or known is None or candidate.facts.get("tag") != requested.tag:
        return {}
    is_about = known.facts.get("commit") == candidate.facts.get("commit")
    return known.facts.get("gates", {}) if is_about else {}


def _list_results(
    asked: str, ticked: Mapping[str, Ticked], idle: Mapping[str, tuple[State, str]]
) -> Iterator[Result]:
    for item in read_items(asked):
        if not item.startswith(MACHINE):
            part, _, rest = item.partition(".")
            environment = rest.partition(".")[2] if part in _PARTS else ""
            if item in ticked:
                known = ticked[item]
                yield Result(item, environment, "ticked", str(known.by), known.evidence)
            else:
                yield Result(item, environment, *idle.get(item, ("open", "")))


def render_results(results: QaResults, renderer: Renderer | None = None) -> str:
    """Return the results as a page."""
    return (renderer or shipped()).render("qa/results.md", results=results)
