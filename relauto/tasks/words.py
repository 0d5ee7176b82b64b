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
    from datetime import UTC, datetime
    from pathlib import Path

    from relauto.comms.notices import CUSTOMER, NoticeAudience, render_notice
    from relauto.comms.story import tell
    from relauto.errors import InputError
    from relauto.journal.log import require_opened
    from relauto.model.playbook import load_playbook
    from relauto.settings import find_settings, load_settings
    from relauto.stages.outbox import write_notice

    if audience not in ("", "customer", "internal"):
        raise InputError(f"there is no audience {audience!r}", todo="internal or customer")
    chosen: NoticeAudience = (
        "customer" if (audience or step in CUSTOMER) and audience != "internal" else "internal"
    )
    with connect.reader(id or None) as reader:
        incident = require_opened(reader)
    settings = load_settings(find_settings(Path.cwd()))
    now = datetime.now(UTC).replace(microsecond=0)
    story = tell(incident, load_playbook()[0], now=now, contacts=settings.contacts, product=settings.product)
    show(write_notice(render_notice(step, chosen, story), chosen).decode())
