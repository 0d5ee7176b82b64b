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
        known = told.get(item)
        is_ticked = known.state == "ticked" if known else ticked
        who = "by a machine" if item.startswith(MACHINE) else known.by if known else ""
        return f"\u2611 ({neutral.inline(who)})" if is_ticked and who else "\u2611" if is_ticked else "\u2610"

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    written = markdown.render(strip_marks(page, mark))
    body = Markup(written)  # noqa: S704  # nosec B704 - markdown-it has escaped it
    return (renderer or shipped()).render("qa/print.html", title=f"Verify {results.tag}", body=body)
