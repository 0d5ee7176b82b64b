"""The report: one self-contained page, to read on a screen or print. It asks the network for nothing."""

from collections.abc import Sequence
from datetime import datetime

from relauto.comms.board import draw_board
from relauto.comms.rendering import Renderer, shipped
from relauto.model.event import Event
from relauto.model.incident import fold
from relauto.model.playbook import Playbook
from relauto.report.timeline import list_entries, measure_stages
from relauto.settings.options import Contacts


def render_page(
    happened: Sequence[Event],
    playbook: Playbook,
    *,
    now: datetime,
    contacts: Contacts | None = None,
    product: str = "",
    renderer: Renderer | None = None,
) -> str:
    """Return the page, in HTML, for the journal `happened`. Internal: it names the customer.

    Raises:
        InputError: a proof in the journal cannot be read, or a template is at fault.
    """
    board = draw_board(fold(happened), playbook, now, contacts, product)
    return (renderer or shipped()).render(
        "report/page.html",
        board=board,
        story=board.story,
        entries=list_entries(happened),
        stages=measure_stages(happened, playbook, now),
    )
