"""The texts: QA's pages and the notices' drafts."""

from invoke import Context, task

from relauto.tasks import connect
from relauto.tasks.incident import ID
from relauto.tasks.output import show


@task(positional=[], help={"tag": "the candidate; default: the newest", "id": ID})
def qa_show(_c: Context, tag: str = "", id: str = "") -> None:
    """Show the page that QA was given for a candidate."""
    from relauto.errors import InputError

    with connect.reader(id or None) as reader:
        pages = reader.rendered("qa/")
        asked = [f"qa/{each}.md" for each in reader.incident().qa_requests]
    wanted = f"qa/{tag}.md" if tag else (asked[-1] if asked else "")
    if wanted not in pages:
        known = ", ".join(path[3:-3] for path in sorted(pages)) or "none yet"
        raise InputError(f"QA was given no page for {tag or 'any candidate'}", todo=f"there are: {known}")
    show(pages[wanted].decode())


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
