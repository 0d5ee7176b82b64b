"""The items of QA's page that machines tick: what CI says by now is shown there, and decided elsewhere.

GitHub takes no condition on a write, so that what somebody ticks between relauto's read and its write is
overwritten. The page's history shows that, and it is put back.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.comms.qa_items import CHECKS, read_items, tick_items
from relauto.comms.qa_merge import mend
from relauto.github import checks, issues
from relauto.github.faults import NotFoundError
from relauto.github.issues import Issue
from relauto.model.event import QaRequested
from relauto.model.names import Commit
from relauto.model.target import Target
from relauto.stages.bench import Bench
from relauto.stages.following import find_required
from relauto.stages.logins import find_login
from relauto.stages.qa.evidence import list_versions
from relauto.stages.qa.issue import list_asked, look_at_page

_ROUNDS = 3
"""How often a page is written in one run, as long as somebody edits it in the same moment."""


def tick_machines(bench: Bench) -> None:
    """Tick on QA's pages what machines say by now, and put back what people ticked meanwhile."""
    for _ in range(_ROUNDS):
        stale = list(_find_stale(bench))
        for each in stale:
            _write(bench, each)
        if not stale:
            return


def _write(bench: Bench, stale: "_Stale") -> None:
    bench.say(stale.sentence)
    with bench.qa.counts.about("notices"):
        issues.change_body(bench.qa, stale.asked.number, stale.correct)
        bench.look("qa")
        try:
            seen, _ = bench.see("qa", look_at_page(bench, stale.asked.number), alone=True)
        except NotFoundError:
            return
    if not seen.edits:
        bench.say(
            f"{stale.asked.url}: its history is not told, so that what somebody ticked there in the moment "
            "in which relauto wrote is lost unseen; look whether your ticks are there"
        )


def describe_stale(bench: Bench) -> list[str]:
    """Return the sentences for what `tick_machines` would do."""
    return [stale.sentence for stale in _find_stale(bench)]


@dataclass(frozen=True)
class _Stale:
    """A page that says otherwise of CI than CI does, or lacks what people ticked. `own` is us."""

    asked: QaRequested
    issue: Issue
    is_green: bool
    own: str

    @property
    def sentence(self) -> str:
        if read_items(self.issue.body).get(CHECKS) is (not self.is_green):
            word = "tick" if self.is_green else "untick"
            return f"{word} on QA's page about {self.asked.tag} that CI is green"
        return f"put back on QA's page about {self.asked.tag} what was ticked while relauto wrote it"

    def correct(self, body: str) -> str:
        """Return the text to be written in place of `body`, of which GitHub may show an older state."""
        past = {edit.text for edit in self.issue.edits} - {self.issue.body}
        # What somebody ticked since then would be gone.
        newest = self.issue.body if body in past else body
        return tick_items(mend(list_versions(self.issue), newest, self.own), {CHECKS: self.is_green})


def _find_stale(bench: Bench) -> Iterator[_Stale]:
    for target in bench.incident.targets:
        candidate = bench.facts("prepare.candidate", target)
        for asked in list_asked(bench, target):
            if candidate.get("tag") == asked.tag:
                yield from _compare(bench, asked, _is_green(bench, target, Commit(str(candidate["commit"]))))


def _is_green(bench: Bench, target: Target, commit: Commit) -> bool:
    found = bench.see("checks", checks.look_at_checks(bench.source, commit))
    return checks.judge(found, find_required(bench, target.branch)).state == "passed"


def _compare(bench: Bench, asked: QaRequested, is_green: bool) -> Iterator[_Stale]:
    try:
        issue, _ = bench.see("qa", look_at_page(bench, asked.number))
    except NotFoundError:
        return
    stale = _Stale(asked, issue, is_green, find_login(bench, bench.qa))
    if stale.correct(issue.body) != issue.body:
        yield stale
