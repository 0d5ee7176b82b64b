"""The items of QA's page that machines tick: what CI says by now is shown there, and decided elsewhere."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from relauto.comms.qa_items import CHECKS, read_items, tick_items
from relauto.github import checks, issues
from relauto.github.faults import NotFoundError
from relauto.github.issues import Comment, Edit, Issue
from relauto.model.event import QaRequested
from relauto.model.names import Commit
from relauto.model.target import Target
from relauto.stages.bench import Bench
from relauto.stages.following import find_required
from relauto.stages.prepare import qa_issue


def tick_machines(bench: Bench) -> None:
    """Tick on QA's pages what machines say by now, or take such a tick back."""
    for stale in list(_find_stale(bench)):
        bench.say(stale.sentence)
        with bench.qa.counts.about("notices"):
            made = issues.change_body(bench.qa, stale.asked.number, stale.correct)
        if made.body == stale.correct(stale.issue.body):
            known = replace(made, edits=(*stale.issue.edits, Edit(bench.login, made.body)))
            bench.tell("qa", qa_issue.look_at_page(bench, made.number), (known, stale.comments))
        bench.look("qa")


def describe_stale(bench: Bench) -> list[str]:
    """Return the sentences for what `tick_machines` would do."""
    return [stale.sentence for stale in _find_stale(bench)]


@dataclass(frozen=True)
class _Stale:
    """A page that says otherwise of CI than CI does, as it was seen, and whether CI is green."""

    asked: QaRequested
    issue: Issue
    comments: tuple[Comment, ...]
    is_green: bool

    @property
    def sentence(self) -> str:
        return f"{'tick' if self.is_green else 'untick'} on QA's page about {self.asked.tag} that CI is green"

    def correct(self, body: str) -> str:
        """Return the text to be written in place of `body`, of which GitHub may show an older state."""
        past = {edit.text for edit in self.issue.edits} - {self.issue.body}
        # What somebody ticked since then would be gone.
        newest = self.issue.body if body in past else body
        return tick_items(newest, {CHECKS: self.is_green})


def _find_stale(bench: Bench) -> Iterator[_Stale]:
    for target in bench.incident.targets:
        candidate = bench.facts("prepare.candidate", target)
        for asked in qa_issue.list_asked(bench, target):
            if candidate.get("tag") == asked.tag:
                yield from _compare(bench, asked, _is_green(bench, target, Commit(str(candidate["commit"]))))


def _is_green(bench: Bench, target: Target, commit: Commit) -> bool:
    found = bench.see("checks", checks.look_at_checks(bench.source, commit))
    return checks.judge(found, find_required(bench, target.branch)).state == "passed"


def _compare(bench: Bench, asked: QaRequested, is_green: bool) -> Iterator[_Stale]:
    try:
        issue, comments = bench.see("qa", qa_issue.look_at_page(bench, asked.number))
    except NotFoundError:
        return
    if read_items(issue.body).get(CHECKS) is (not is_green):
        yield _Stale(asked, issue, comments, is_green)
