"""The texts: the notices' drafts."""

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import ID
from relauto.tasks.output import show


@task(
    positional=["step"],
    help={"step": "the step", "audience": "internal or customer; default: as the step has", "id": ID},
)
def notice_preview(_c: Context, step: str, audience: str = "", id: str = "") -> None:
    """Render a notice from today's facts; nothing is written."""
    from relauto.clock import SystemClock
    from relauto.preview import choose_audience, preview_notice
    from relauto.tasks.local import load_local

    chosen = choose_audience(step, audience)
    with connect.reader(id or None) as reader:
        show(preview_notice(reader, load_local(), step, chosen, now=SystemClock().now()))
