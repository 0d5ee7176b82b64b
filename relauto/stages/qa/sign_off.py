"""A tester's verdict by a token of their own, and what their page says by now."""

from typing import get_args

from relauto.comms.qa_results import QaResults, tell_results
from relauto.errors import InputError
from relauto.github.faults import NotFoundError
from relauto.model.event import QaAnswered, QaChecked, QaRequested, QaWord
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.qa.boxes import Boxes, read_boxes, record_boxes
from relauto.stages.qa.issue import list_asked, look_at_page, read_asked

_SHORTEST = 7
"""How many digits of a digest name what is signed."""


def find_requested(bench: Bench, tag: str = "") -> tuple[QaRequested, str]:
    """Return what QA was asked about a candidate that still waits for them, with its commit.

    Args:
        bench: the incident's workbench.
        tag: the candidate's; "" where there is one alone.

    Raises:
        InputError: QA was not asked about it, or it is no candidate any more.
    """
    waiting: dict[str, tuple[QaRequested, str]] = {}
    for target in bench.incident.targets:
        candidate = bench.facts("prepare.candidate", target)
        for asked in list_asked(bench, target):
            if asked.tag == candidate.get("tag"):
                waiting[asked.tag] = (asked, str(candidate["commit"]))
    if tag in waiting or (not tag and len(waiting) == 1):
        return waiting[tag or next(iter(waiting))]
    known = ", ".join(waiting) or "none"
    raise InputError(f"QA is not asked about {tag or 'one candidate alone'}", todo=f"it is about: {known}")


def sign(bench: Bench, tag: str, word: str, digest: str, reason: str) -> QaAnswered:
    """Return a verdict on exactly the candidate and the files that `digest` begins to name.

    Raises:
        InputError: QA is not asked about it, the digest is another one, or the word or its reason is missing.
    """
    requested, commit = find_requested(bench, tag)
    said: dict[str, QaWord] = {each: each for each in get_args(QaWord)}
    if len(digest) < _SHORTEST or not requested.digest.startswith(digest):
        raise InputError(
            f"{requested.tag} is at {commit}, and stands with its files for {requested.digest[:12]}, "
            f"not {digest or 'nothing'}",
            todo=f"see {requested.url}, then relauto qa.sign {requested.tag} --digest "
            f"{requested.digest[:12]} --verdict pass or fail",
        )
    if word not in said:
        raise InputError(f"there is no verdict {word!r}", todo="--verdict pass or fail")
    if word == "fail" and not reason.strip():
        raise InputError("--verdict fail needs --reason", todo="say what was different")
    return QaAnswered(
        place=requested.place,
        tag=requested.tag,
        commit=commit,
        verdict=said[word],
        reason=Text(reason),
        source="",
        digest=requested.digest,
    )


def read_results(bench: Bench, tag: str) -> tuple[QaResults, QaChecked | None]:
    """Return what a candidate's page says by now, and what of it the journal does not know yet.

    Raises:
        InputError: QA is not asked about it, or its issue is gone.
    """
    requested, commit = find_requested(bench, tag)
    asked = read_asked(bench, requested.tag)
    boxes = _read_boxes(bench, requested, asked)
    checked = record_boxes(requested, commit, boxes)
    is_new = bench.incident.qa_checks.get(requested.tag) != checked
    if is_new:
        bench.suppose(checked)
    return tell_results(bench.incident, requested.tag, asked, boxes.idle), checked if is_new else None


def _read_boxes(bench: Bench, requested: QaRequested, asked: str) -> Boxes:
    try:
        issue, comments = bench.see("qa", look_at_page(bench, requested.number))
    except NotFoundError as error:
        raise InputError(
            f"{requested.url} is gone", todo=f"relauto reopen {requested.place.step} --reason … asks QA again"
        ) from error
    return read_boxes(bench, requested, asked, issue, comments)
