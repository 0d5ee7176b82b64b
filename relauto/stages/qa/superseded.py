"""QA's issues about candidates that are none any more: each gets a last word and is closed, once."""

from collections.abc import Iterator
from dataclasses import dataclass

from relauto.comms.qa_page import render_closed
from relauto.github import issues
from relauto.github.comments import find_comment, post_comment
from relauto.github.faults import NotFoundError
from relauto.github.issues import Issue
from relauto.model.event import QaRequested
from relauto.stages.bench import Bench
from relauto.stages.qa.issue import list_superseded, look_at_page


def close_superseded(bench: Bench) -> None:
    """Say in QA's issues about earlier candidates where the next one is verified, and close them."""
    for past in list(_find_untold(bench)):
        bench.say(past.sentence)
        with bench.qa.counts.about("notices"):
            # The word comes last: an issue that is open behind it was opened again by somebody.
            if past.issue.state == "open":
                issues.edit_issue(bench.qa, past.issue.number, state="closed", reason="not_planned")
            url = past.next.url if past.next else ""
            text = render_closed(past.asked.tag, past.next.tag if past.next else "", url, bench.renderer)
            post_comment(bench.qa, past.issue.number, past.key, text, absent=True)
        bench.look("qa")


def describe_superseded(bench: Bench) -> list[str]:
    """Return the sentences for what `close_superseded` would do."""
    return [past.sentence for past in _find_untold(bench)]


@dataclass(frozen=True)
class _Past:
    """An issue that asks for what is needed no more, and what QA is asked for instead, if anything."""

    asked: QaRequested
    next: QaRequested | None
    issue: Issue
    key: str

    @property
    def sentence(self) -> str:
        if self.next is None:
            instead = "it is withdrawn"
        elif self.next.tag == self.asked.tag:
            instead = "its files are others"
        else:
            instead = f"{self.next.tag} is verified instead"
        return f"close QA's issue about {self.asked.tag}: {instead}"


def _find_untold(bench: Bench) -> Iterator[_Past]:
    for target in bench.incident.targets:
        for asked, next_ in list(list_superseded(bench, target)):
            try:
                issue, comments = bench.see("qa", look_at_page(bench, asked.number))
            except NotFoundError:
                continue
            key = f"{bench.incident.id}:qa-closed:{next_.number if next_ else 'withdrawn'}"
            if find_comment(comments, key) is None:
                yield _Past(asked, next_, issue, key)
