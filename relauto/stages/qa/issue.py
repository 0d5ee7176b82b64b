"""QA's issue about a candidate: how it is found again, what is read of it, and the page that was asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from relauto.github import issues
from relauto.github.comments import Comment
from relauto.github.faults import NotFoundError
from relauto.github.issues import Issue
from relauto.github.look import Look
from relauto.model.event import QaRequested
from relauto.model.facts import Facts, digest_facts
from relauto.model.names import Tag
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench

LABEL = "relauto-qa"


def digest_candidate(commit: str, artifacts: Sequence[Mapping[str, Any]]) -> str:
    """Return what stands for exactly this commit with exactly these files: a SHA-256, as hex."""
    return digest_facts({"commit": commit, "files": {each["name"]: each["sha256"] for each in artifacts}})


def find_or_open(bench: Bench, tag: Tag, digest: str, page: str) -> Issue:
    """Return the issue that asks about exactly what `digest` stands for, opened with the page if need be."""
    return bench.see("qa", _look_for_issue(bench, tag, digest)) or _open_issue(bench, tag, digest, page)


def read_asked(bench: Bench, tag: str) -> str:
    """Return the page as QA was asked, "" where the journal has none."""
    return bench.journal.rendered("qa/").get(path_of(tag), b"").decode()


def _key(bench: Bench, tag: Tag, digest: str) -> str:
    return f"{bench.incident.id}:qa:{tag}:{digest[:12]}"


def _open_issue(bench: Bench, tag: Tag, digest: str, page: str) -> Issue:
    title, key = f"Verify {tag} of {bench.settings.product}", _key(bench, tag, digest)
    issue = issues.open_issue(bench.qa, key, title=title, body=page, labels=[LABEL], absent=True)
    bench.tell("qa", look_at_page(bench, issue.number), (issue, ()))
    return issue


def _look_for_issue(bench: Bench, tag: Tag, digest: str) -> Look[Issue | None]:
    return issues.look_for_issue(bench.qa, _key(bench, tag, digest), LABEL)


def look_at_page(bench: Bench, number: int) -> Look[tuple[Issue, tuple[Comment, ...]]]:
    """Return the look at an issue of QA's, with who edited its page."""
    return issues.look_at_issue(bench.qa, number, edits=True)


def read_comments(bench: Bench, number: int) -> tuple[Comment, ...]:
    """Return what was said in an issue of QA's; nothing where it is gone."""
    try:
        return bench.see("qa", look_at_page(bench, number))[1]
    except NotFoundError:
        return ()


def list_asked(bench: Bench, target: Target) -> Iterator[QaRequested]:
    """Yield what QA was asked of this round's candidates, burned ones too, until one is released."""
    if not bench.facts("prepare.release", target):
        place = bench.place("prepare.verify", target)
        yield from (asked for asked in bench.incident.qa_requests.values() if asked.place == place)


def list_superseded(bench: Bench, target: Target) -> Iterator[tuple[QaRequested, QaRequested | None]]:
    """Yield what QA was asked in this round and need not answer any more, with what was asked instead.

    That is nothing where the release was given up. Once it is out, nothing is told.
    """
    if bench.facts("prepare.release", target):
        return
    asked = list_requests(bench, bench.place("prepare.verify", target))
    claim = bench.incident.rounds.claim(target)
    newest = None if not asked or (claim and claim.state == "freed") else asked[-1]
    for each in {each.number: each for each in asked}.values():
        if newest is None or each.number != newest.number:
            yield each, newest


def list_requests(bench: Bench, place: Place) -> list[QaRequested]:
    """Return all that QA was asked at a place, in their order: also what was reopened since."""
    bodies = (event.body for event in bench.journal.events())
    return [body for body in bodies if isinstance(body, QaRequested) and body.place == place]


def list_looks(bench: Bench, target: Target) -> Iterator[Look[Any]]:
    """Yield the looks at QA's issues of this round, and the one for an issue that nobody has asked in yet."""
    for asked in list_asked(bench, target):
        yield look_at_page(bench, asked.number)
    yield from (look_at_page(bench, asked.number) for asked, _ in list_superseded(bench, target))
    tag = str(bench.facts("prepare.candidate", target).get("tag", ""))
    published = _find_published(bench, bench.place("prepare.verify", target), tag)
    if published and tag not in bench.incident.qa_requests:
        yield _look_for_issue(bench, Tag(tag), digest_candidate(published["commit"], published["artifacts"]))


def _find_published(bench: Bench, place: Place, tag: str) -> Facts | None:
    """Return commit and files of a candidate that stand published, as the journal knows them."""
    intents = (bench.incident.intents.get((place, f"{deed}:{tag}")) for deed in ("publish", "adopt"))
    return next((intent.facts for intent in intents if intent), None)


def path_of(tag: str) -> str:
    """Return where the page that asked about a candidate lies beside the incident's log."""
    return f"qa/{re.sub(r'[^A-Za-z0-9._-]', '-', tag)}.md"
