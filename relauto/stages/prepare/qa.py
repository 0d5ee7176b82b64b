"""QA's part of the verification: the issue that asks, and the answer read back from it."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from relauto.comms.qa_items import read_items
from relauto.github import issues
from relauto.github.faults import NotFoundError
from relauto.github.issues import Comment, Issue
from relauto.github.look import Look
from relauto.model.commands import Command
from relauto.model.event import (
    CandidateRefused,
    QaAnswered,
    QaRequested,
    Said,
    locate,
)
from relauto.model.facts import Facts
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text
from relauto.stages import texts
from relauto.stages.bench import Bench
from relauto.stages.gates import hold
from relauto.stages.prepare.verdicts import find_verdict, tell_lack
from relauto.stages.step import Observation, Refused, Todo, Waiting

LABEL = "relauto-qa"


def ask(
    bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit, artifacts: Sequence[dict[str, Any]]
) -> Observation | str:
    """Return `passed` when an entitled tester signed this candidate, else what is to be done or awaited."""
    requested = bench.incident.qa_requests.get(tag)
    if requested is None:
        return _request(bench, place, target, tag, commit, artifacts)
    try:
        issue, comments = bench.see("qa", issues.look_at_issue(bench.qa, requested.number))
    except NotFoundError:
        return _refuse_lost(place, tag, commit, f"{requested.url} is gone")
    verdict = find_verdict(bench, tag, comments)
    if verdict is None and issue.state == "closed":
        return _refuse_lost(place, tag, commit, f"{requested.url} was closed without a verdict")
    if verdict is None:
        reason = f"{tag}: {tell_lack(bench, requested)} in {requested.url}"
        return Waiting("QA", reason, facts=hold(commit, qa="waiting"))
    comment, command = verdict
    answer = QaAnswered(
        place=place,
        tag=tag,
        commit=commit,
        verdict=_verdict(command),
        reason=Text(command.text),
        source=comment.url,
    )
    known, _ = bench.incident.qa_answers.get(tag, (None, None))
    is_new = known is None or locate(known.source) != locate(comment.url)
    records = (Said(Person(comment.author), answer),) if is_new else ()
    if answer.verdict == "fail":
        reason = f"{comment.author}: {command.text or 'no reason given'}"
        return Refused(
            f"QA refused {tag}: {command.text or 'no reason given'} ({comment.author}, {comment.url})",
            todo="attach the fix of the fix: relauto attach --fix BRANCH, then advance",
            records=(*records, CandidateRefused(place=place, tag=tag, commit=commit, reason=Text(reason))),
        )
    return _check_boxes(bench, tag, commit, issue, requested, records)


def _refuse_lost(place: Place, tag: Tag, commit: Commit, what: str) -> Refused:
    return Refused(
        f"QA's word on {tag} is lost: {what}",
        todo=f"reopen the issue if it is there, or relauto reopen {place.step} --reason … asks QA again",
        facts=hold(commit, qa="lost"),
    )


def _verdict(command: Command) -> Any:
    return command.step


def _check_boxes(
    bench: Bench, tag: Tag, commit: Commit, issue: Issue, requested: QaRequested, records: tuple[Said, ...]
) -> Observation | str:
    # What was asked counts, not what the page says by now: an item that is gone is not ticked.
    asked = read_items(bench.journal.rendered("qa/").get(_page_path(tag), b"").decode())
    if not asked:
        return Refused(
            f"the journal has no page that asked QA to verify {tag}",
            todo="relauto journal.verify, then find out who changed the incident's branch",
        )
    items = dict.fromkeys(asked, False) | read_items(issue.body)
    open_items = [item for item, ticked in items.items() if not ticked]
    if open_items:
        reason = f"{tag} is signed, but {', '.join(open_items)} is not ticked in {requested.url}"
        return Waiting("QA", reason, facts=hold(commit, qa="waiting"))
    bench.found.extend(records)
    return "passed"


def _request(
    bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit, artifacts: Sequence[dict[str, Any]]
) -> Observation:
    page = texts.qa_page(bench, target, tag, commit, artifacts)
    if isinstance(page, Refused):
        return page

    def run(_facts: Facts) -> None:
        issue = bench.see("qa", _look_for_issue(bench, tag)) or _open_issue(bench, tag, page)
        if issue.state == "closed":
            issue = issues.edit_issue(bench.qa, issue.number, state="open")
        bench.found.append(
            QaRequested(
                place=place, tag=tag, repository=bench.settings.qa, number=issue.number, url=issue.url
            )
        )
        bench.files[_page_path(tag)] = page.encode()

    return Todo(f"ask-qa:{tag}", describe_request(bench, tag), run, changes=("qa",))


def _key(bench: Bench, tag: Tag) -> str:
    return f"{bench.incident.id}:qa:{tag}"


def _open_issue(bench: Bench, tag: Tag, page: str) -> Issue:
    title = f"Verify {tag} of {bench.settings.product}"
    issue = issues.open_issue(bench.qa, _key(bench, tag), title=title, body=page, labels=[LABEL], absent=True)
    bench.tell("qa", issues.look_at_issue(bench.qa, issue.number), (issue, ()))
    return issue


def _look_for_issue(bench: Bench, tag: Tag) -> Look[Issue | None]:
    return issues.look_for_issue(bench.qa, _key(bench, tag), LABEL)


def read_comments(bench: Bench, number: int) -> tuple[Comment, ...]:
    """Return what was said in an issue of QA's; nothing where it is gone."""
    try:
        return bench.see("qa", issues.look_at_issue(bench.qa, number))[1]
    except NotFoundError:
        return ()


def list_asked(bench: Bench, target: Target) -> Iterator[QaRequested]:
    """Yield what QA was asked of this round's candidates, burned ones too, until one is released."""
    if not bench.facts("prepare.release", target):
        place = bench.place("prepare.verify", target)
        yield from (asked for asked in bench.incident.qa_requests.values() if asked.place == place)


def look_at_issue(bench: Bench, tag: Tag) -> Look[Any]:
    """Return the look at QA's issue about a candidate, or the one for it while nobody was asked."""
    asked = bench.incident.qa_requests.get(tag)
    return issues.look_at_issue(bench.qa, asked.number) if asked else _look_for_issue(bench, tag)


def _page_path(tag: Tag) -> str:
    return f"qa/{re.sub(r'[^A-Za-z0-9._-]', '-', tag)}.md"


def describe_request(bench: Bench, tag: Tag) -> str:
    """Return the sentence for the issue that asks QA."""
    return f"ask QA to verify {tag} in an issue of {bench.settings.qa}"
