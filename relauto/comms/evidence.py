"""The proof of a step in a few words, with links to where it can be seen."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from relauto.comms import proofs
from relauto.comms.wording import shorten
from relauto.model.incident import StepRecord, StepState
from relauto.model.target import Place

_WORDS_SHOWN = 140


@dataclass(frozen=True)
class Piece:
    """A part of a proof: with `url` a link, with `exact` shown as code, else prose."""

    text: str
    url: str = ""
    exact: bool = False


def summarise(place: Place, record: StepRecord) -> tuple[Piece, ...]:
    """Return what proves, or holds up, a step at a place.

    Raises:
        InputError: the proof cannot be read.
    """
    words = (Piece(_cut(record)),) if record.reason or record.reason.erased else ()
    words = (*words, *_gates(place, record))
    if record.state is StepState.REFUSED:
        return (*words, *_conflicts(record))
    if record.state is not StepState.DONE or not record.facts:
        return words
    summary = _SUMMARIES.get(place.step)
    if summary is None:
        return words
    return (*summary(proofs.read_proof(proofs.PROOFS[place.step], record.facts, place.step)), *words)


def _gates(place: Place, record: StepRecord) -> Iterable[Piece]:
    """Return the gates that hold a step up, as people name them to waive one."""
    held = record.facts.get("gates", {}) if record.state in (StepState.WAITING, StepState.REFUSED) else {}
    closed = (name for name, verdict in held.items() if verdict not in ("passed", "waived", "not needed"))
    return [Piece(f"{place.step}:{name}", exact=True) for name in closed]


def _cut(record: StepRecord) -> str:
    if record.reason.erased:
        return "(erased)"
    text = " ".join(record.reason.split())
    return text if len(text) <= _WORDS_SHOWN else f"{text[: _WORDS_SHOWN - 1]}…"


def _conflicts(record: StepRecord) -> Iterable[Piece]:
    found = proofs.read_proof(proofs.Conflict, record.facts, "a refused pick")
    return [Piece(conflict.path, exact=True) for conflict in found.conflicts]


def _pulls(proof: proofs.Pulls) -> Iterable[Piece]:
    return [Piece(f"PR {pull.number}", pull.url) for pull in proof.pulls]


def _merges(proof: proofs.Merges) -> Iterable[Piece]:
    for merge in proof.merged:
        yield Piece(f"PR {merge.pull}", merge.url)
        yield Piece(shorten(merge.merge_commit), exact=True)


def _picks(proof: proofs.Picks) -> Iterable[Piece]:
    for pick in proof.picks:
        if pick.pull and pick.url:
            yield Piece(f"PR {pick.pull}", pick.url)
        yield Piece(shorten(pick.commit), exact=True)
        yield Piece(pick.verdict or pick.status)


def _candidate(proof: proofs.Candidate) -> Iterable[Piece]:
    return [Piece(proof.tag, proof.url), Piece(shorten(proof.commit), exact=True)]


def _verification(proof: proofs.Verification) -> Iterable[Piece]:
    yield Piece(proof.tag, exact=True)
    yield from (Piece(f"{gate}: {verdict}") for gate, verdict in proof.gates.items())


def _release(proof: proofs.Published) -> Iterable[Piece]:
    return [Piece(proof.tag, proof.url), Piece(shorten(proof.commit), exact=True)]


def _sent(proof: proofs.Sent) -> Iterable[Piece]:
    return [Piece("SHA256SUMS"), Piece(shorten(proof.digest), exact=True)]


def _ported(proof: proofs.Ported) -> Iterable[Piece]:
    yield Piece(proof.branch, exact=True)
    yield from (Piece(f"PR {pull.number}", pull.url) for pull in proof.pulls)


_SUMMARIES: dict[str, Callable[[Any], Iterable[Piece]]] = {
    "investigate.pr": _pulls,
    "prepare.merge": _merges,
    "prepare.pick": _picks,
    "prepare.candidate": _candidate,
    "prepare.verify": _verification,
    "prepare.release": _release,
    "deploy.send": _sent,
    "debt.main": _ported,
    "debt.line": _ported,
}
