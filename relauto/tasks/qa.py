"""QA's part at a terminal: the page, what it says by now, and the verdict by a token of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks import away, connect
from relauto.tasks.incident import DRY, ID, JSON
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.comms.qa_results import QaResults


@task(
    name="show",
    positional=[],
    help={
        "tag": "the candidate; default: the newest",
        "html": "show the page as HTML, to print, with who ticked what",
        "results": "show who ticked what, as the journal knows it, and not the page",
        "id": ID,
    },
)
def show_(_c: Context, tag: str = "", html: bool = False, results: bool = False, id: str = "") -> None:
    """Show the page that QA was given for a candidate."""
    from relauto.comms.qa_print import render_print
    from relauto.comms.qa_results import render_results, tell_results
    from relauto.errors import InputError

    with connect.reader(id or None) as reader:
        pages, incident = reader.rendered("qa/"), reader.incident()
    chosen = tag or next(reversed(incident.qa_requests), "")
    page = pages.get(f"qa/{chosen}.md")
    if page is None:
        known = ", ".join(path[3:-3] for path in sorted(pages)) or "none yet"
        raise InputError(f"QA was given no page for {tag or 'any candidate'}", todo=f"there are: {known}")
    text = page.decode()
    told = tell_results(incident, chosen, text)
    show(render_print(text, told) if html else render_results(told) if results else text)


@task(
    positional=[],
    help={
        "tag": "the candidate; default: the one that QA is asked about",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def sync(c: Context, tag: str = "", id: str = "", dry_run: bool = False, json: bool = False) -> None:
    """Put on record what QA's issue says by now, and show who ticked what and what is open."""
    from relauto import engine, foresight, recording
    from relauto.stages.qa import sign_off

    dry = dry_run or c.config.run.dry
    with connect.bench(id or None) as bench:
        if dry:
            writes = foresight.foresee_refresh(bench)
        else:
            away.settle(bench)
            engine.refresh(bench)
        results, news = sign_off.read_results(bench, tag)
        if dry:
            writes += [f"record what is ticked about {results.tag}"] if news else []
        elif news:
            recording.record(bench, news)
        incident = bench.incident.id
    if json:
        show_json({"incident": incident, **_describe(results), "recorded": bool(news) and not dry})
    elif dry:
        show("\n".join(f"would {sentence}" for sentence in writes) or "nothing would be written")
    else:
        show(_print(results))


@task(
    positional=["tag"],
    help={
        "tag": "the candidate",
        "verdict": "pass or fail",
        "digest": "what stands for its commit and files, as shown; without it, show it",
        "reason": "what was different",
        "id": ID,
        "dry-run": DRY,
        "json": JSON,
    },
)
def sign(
    c: Context,
    tag: str,
    verdict: str = "",
    digest: str = "",
    reason: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Give QA's verdict on exactly one candidate; the page's items have to be ticked all the same."""
    from relauto.stages.qa import sign_off
    from relauto.tasks import people

    with connect.bench(id or None) as bench:
        body = sign_off.sign(bench, tag, verdict, digest, reason)
        sentence = f"{bench.login} says {body.verdict} to {tag} ({body.digest[:12]})"
        sentence += f": {reason}" if reason else ""
        people.put_on_record(bench, "sign", [body], sentence, dry=dry_run or c.config.run.dry, json=json)


def _print(results: QaResults) -> str:
    from relauto.comms.qa_results import render_results

    return render_results(results)


def _describe(results: QaResults) -> dict[str, Any]:
    items = [
        {"item": each.item, "environment": each.environment, "state": each.state, "by": each.by}
        for each in results.results
    ]
    verdict = {"verdict": results.verdict, "by": results.tester, "reason": results.reason}
    return {"tag": results.tag, "issue": results.url, "digest": results.digest, **verdict, "items": items}
