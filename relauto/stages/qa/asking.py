"""QA's part of the verification: the page that asks, and the answer read back from its issue."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from relauto.comms.qa_items import read_items
from relauto.comms.qa_page import QaFacts, render_open, render_qa
from relauto.github import issues
from relauto.github.comments import Comment, find_comment, post_comment
from relauto.github.faults import NotFoundError
from relauto.model.event import Body, CandidateRefused, QaAnswered, QaRequested, Said, locate
from relauto.model.facts import Facts, digest_facts
from relauto.model.incident import StepState
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.gates import hold
from relauto.stages.qa.boxes import Boxes, read_boxes, record_boxes
from relauto.stages.qa.carrying import find_carried, list_still
from relauto.stages.qa.issue import (
    digest_candidate,
    find_or_open,
    list_requests,
    look_at_page,
    path_of,
    read_asked,
)
from relauto.stages.qa.verdicts import Verdict, find_verdict, tell_lack
from relauto.stages.step import Observation, Refused, Todo, Waiting
from relauto.stages.texts.qa import gather_facts


def ask(
    bench: Bench,
    place: Place,
    target: Target,
    tag: Tag,
    commit: Commit,
    artifacts: Sequence[dict[str, Any]],
    *,
    green: bool,
) -> Observation | str:
    """Return `passed` when an entitled tester signed this candidate, else what is to be done or awaited.

    `green`: CI has passed, as the page is to say.
    """
    requested = bench.incident.qa_requests.get(tag)
    if requested is None or requested.digest != digest_candidate(commit, artifacts):
        facts = replace(gather_facts(bench, target, tag, commit, artifacts), green=green)
        return _request(bench, place, facts, digest_candidate(commit, artifacts))
    try:
        issue, comments = bench.see("qa", look_at_page(bench, requested.number))
    except NotFoundError:
        return _refuse_lost(place, tag, commit, f"{requested.url} is gone")
    verdict = find_verdict(bench, requested, comments)
    if verdict is None and issue.state == "closed":
        return _refuse_lost(place, tag, commit, f"{requested.url} was closed without a verdict")
    asked = read_asked(bench, tag)
    boxes = read_boxes(bench, requested, asked, issue, comments)
    if verdict is None:
        lacks = map(boxes.describe, boxes.unproved)
        reason = "; ".join([f"{tag}: {tell_lack(bench, requested)} in {requested.url}", *lacks])
        return Waiting("QA", reason, facts=hold(commit, qa="waiting"))
    if not read_items(asked):
        return Refused(
            f"the journal has no page that asked QA to verify {tag}",
            todo="relauto journal.verify, then find out who changed the incident's branch",
        )
    records = list(_list_records(bench, requested, commit, verdict, boxes))
    if verdict.word == "fail":
        return _refuse(requested, commit, verdict, records)
    if boxes.open:
        return _ask_open(bench, requested, commit, verdict, boxes, comments)
    bench.found.extend(records)
    return "passed"


def _list_records(
    bench: Bench, requested: QaRequested, commit: Commit, verdict: Verdict, boxes: Boxes
) -> Iterator[Body | Said]:
    """Yield what the journal does not know of a verdict, and of what is ticked with it."""
    known, _ = bench.incident.qa_answers.get(requested.tag, (None, None))
    if known is None or locate(known.source) != locate(verdict.source):
        answer = QaAnswered(
            place=requested.place,
            tag=requested.tag,
            commit=commit,
            verdict=verdict.word,
            reason=Text(verdict.reason),
            source=verdict.source,
            digest=requested.digest,
        )
        yield Said(verdict.tester, answer)
    checked = record_boxes(requested, commit, boxes)
    if bench.incident.qa_checks.get(requested.tag) != checked:
        yield checked


def _refuse(
    requested: QaRequested, commit: Commit, verdict: Verdict, records: Sequence[Body | Said]
) -> Refused:
    """Return the end of a candidate that a tester refused."""
    reason = Text(f"{verdict.tester}: {verdict.reason or 'no reason given'}")
    burned = CandidateRefused(place=requested.place, tag=requested.tag, commit=commit, reason=reason)
    return Refused(
        f"QA refused {requested.tag}: {verdict.told}",
        todo="attach the fix of the fix: relauto attach --fix BRANCH, then advance",
        records=(*records, burned),
    )


def _refuse_lost(place: Place, tag: Tag, commit: Commit, what: str) -> Refused:
    return Refused(
        f"QA's word on {tag} is lost: {what}",
        todo=f"reopen the issue if it is there, or relauto reopen {place.step} --reason … asks QA again",
        facts=hold(commit, qa="lost"),
    )


def _ask_open(
    bench: Bench,
    requested: QaRequested,
    commit: Commit,
    verdict: Verdict,
    boxes: Boxes,
    comments: Sequence[Comment],
) -> Waiting | Todo:
    """Ask for what is open on a page that was signed, once for each verdict, or wait for it."""
    tag, lacks = requested.tag, [boxes.describe(item) for item in boxes.open]
    shown = digest_facts({"verdict": locate(verdict.source), "refused": dict(boxes.refused)})[:12]
    key = f"{bench.incident.id}:qa-open:{shown}"
    known = bench.incident.record(requested.place)
    is_proved = known is not None and known.state in (StepState.DONE, StepState.LOST)
    if is_proved or find_comment(comments, key):
        reason = f"{tag} is signed, but {', and '.join(lacks)} in {requested.url}"
        return Waiting("QA", reason, facts=hold(commit, qa="waiting"))

    def run(_facts: Facts) -> None:
        text = render_open(tag, verdict.tester, lacks, bench.renderer)
        post_comment(bench.qa, requested.number, key, text, absent=True)

    return Todo(f"ask-open:{tag}:{shown}", f"ask QA for what is open about {tag}", run, changes=("qa",))


def _request(bench: Bench, place: Place, facts: QaFacts, digest: str) -> Todo:
    tag, carried = Tag(facts.tag), find_carried(bench, place, facts)
    asked = [each for each in list_requests(bench, place) if each.digest != digest]
    before = {each.number: (each.tag, each.url) for each in asked}
    facts = replace(facts, carried=carried, earlier=tuple(before.values()))
    page = render_qa("candidate", facts, bench.renderer)
    still = list_still(carried) if carried else ()

    def run(_facts: Facts) -> None:
        issue = find_or_open(bench, tag, digest, page)
        if issue.state == "closed":
            issue = issues.edit_issue(bench.qa, issue.number, state="open")
        requested = QaRequested(place, tag, bench.settings.qa, issue.number, issue.url, digest, still)
        bench.found.append(requested)
        bench.files[path_of(tag)] = page.encode()

    return Todo(f"ask-qa:{tag}", describe_request(bench, tag), run, changes=("qa",))


def describe_request(bench: Bench, tag: Tag) -> str:
    """Return the sentence for the issue that asks QA."""
    return f"ask QA to verify {tag} in an issue of {bench.settings.qa}"
