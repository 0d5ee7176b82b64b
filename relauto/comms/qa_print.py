"""QA's page as one that is printed: the same words, boxes that show, and who ticked them."""

from markdown_it import MarkdownIt
from markupsafe import Markup

from relauto.comms import neutral
from relauto.comms.qa_items import MACHINE, strip_marks
from relauto.comms.qa_results import QaResults
from relauto.comms.rendering import Renderer, shipped


def render_print(page: str, results: QaResults, renderer: Renderer | None = None) -> str:
    """Return a page as HTML by itself, which asks the network for nothing.

    `page` is the Markdown that QA was given; what was ticked since is in `results`. HTML in it is shown, and
    does nothing.
    """
    told = {each.item: each for each in results.results}

    def mark(item: str, ticked: bool) -> str:
        if item.startswith(MACHINE):
            return _mark_gate(results.machines.get(item, ""))
        known = told.get(item)
        is_ticked = known.state == "ticked" if known else ticked
        return _mark(is_ticked, known.by if known and is_ticked else "")

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    written = markdown.render(strip_marks(page, mark))
    body = Markup(written)  # noqa: S704  # nosec B704 - markdown-it has escaped it
    return (renderer or shipped()).render("qa/print.html", title=f"Verify {results.tag}", body=body)


def _mark_gate(verdict: str) -> str:
    return _mark(
        verdict == "passed", "by a machine" if verdict == "passed" else verdict or "not known by now"
    )


def _mark(is_ticked: bool, word: str) -> str:
    box = "\u2611" if is_ticked else "\u2610"
    return f"{box} ({neutral.inline(word)})" if word else box
