"""`on-event` and `clock.check`: what a workflow runs when something happened, or may have."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks import connect, runner
from relauto.tasks.incident import DRY, JSON, describe_stop
from relauto.tasks.output import is_public, show, show_json

if TYPE_CHECKING:
    from relauto.errors import RelautoError
    from relauto.session import Session
    from relauto.triggers.attendance import Expected
    from relauto.triggers.attended import Attended
    from relauto.triggers.hint import Hint


@task(
    name="on-event",
    positional=[],
    help={
        "event": "its name; default: GITHUB_EVENT_NAME",
        "payload": "file with its payload (JSON); default: GITHUB_EVENT_PATH",
        "dry-run": DRY,
        "json": JSON,
    },
)
def on_event(
    c: Context, event: str = "", payload: str = "", dry_run: bool = False, json: bool = False
) -> None:
    """Look at what an event of GitHub may be about, and bring it forward."""
    from relauto.errors import InputError
    from relauto.triggers.hint import Passed, read_hint

    name, path = event or os.environ.get("GITHUB_EVENT_NAME"), payload or os.environ.get("GITHUB_EVENT_PATH")
    if not (name and path):
        raise InputError(
            "on-event needs --event and --payload where GITHUB_EVENT_NAME and GITHUB_EVENT_PATH are not set",
            todo="in a workflow they are set by GitHub",
        )
    hint = read_hint(name, _load(path))
    if isinstance(hint, Passed):
        _pass(name, hint.why, json=json)
    else:
        _attend(hint, dry=dry_run or c.config.run.dry, json=json)


@task(positional=[], help={"dry-run": DRY, "json": JSON})
def check(c: Context, dry_run: bool = False, json: bool = False) -> None:
    """Make good what was missed: look at every open incident, and say what is due."""
    from relauto.triggers.catalogue import CLOCK
    from relauto.triggers.hint import Hint

    _attend(Hint(CLOCK), dry=dry_run or c.config.run.dry, json=json)


def _load(path: str) -> dict[str, Any]:
    """Return a payload.

    Raises:
        InputError: the file cannot be read, or holds no JSON object.
    """
    from pathlib import Path

    import msgspec

    from relauto.errors import InputError

    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path} is no payload of an event: {error}", todo="name a file with a JSON object"
        ) from error


def _pass(event: str, why: str, *, json: bool) -> None:
    runner.write_outputs({"handled": "false", "status": "0", "incidents": ""})
    runner.write_summary(f"{why}\n")
    if json:
        show_json({"event": event, "handled": False, "why": why, "status": 0, "incidents": []})
    else:
        show(why)


def _attend(hint: Hint, *, dry: bool, json: bool) -> None:
    from relauto.triggers import attendance
    from relauto.triggers.attended import find_failure

    with connect.session() as session:
        if dry:
            _foresee(attendance.foresee(session, hint), json=json)
            return
        attended = attendance.attend(session, hint)
        _account(session, hint, attended)
    if json:
        show_json(_describe(hint, attended))
    else:
        _tell(attended)
    failure = find_failure(attended)
    if failure:
        raise failure


def _foresee(expected: Expected, *, json: bool) -> None:
    if json:
        told = [{"incident": name, "writes": each.writes} for name, each in expected.incidents]
        show_json({"incidents": told, "answers": expected.answers})
        return
    lines = [f"{name}: would {sentence}" for name, each in expected.incidents for sentence in each.writes]
    lines += [f"would {sentence}" for sentence in expected.answers]
    show("\n".join(lines) or "nothing would be written")


def _account(session: Session, hint: Hint, attended: list[Attended]) -> None:
    """Tell the workflow's run what came of it, as everybody who sees the run may read it."""
    from relauto.triggers.account import tell_run

    status = min((each.status for each in attended), default=0)
    runner.write_outputs(
        {
            "handled": "true",
            "status": str(int(status)),
            "incidents": " ".join(one.incident for one in attended),
        }
    )
    runner.write_summary(tell_run(session, f"relauto: {hint}", attended, public=is_public()))
    for each in attended:
        for stop in each.stops:
            runner.annotate("notice", f"{each.incident} {stop.place}", f"{stop.place}: {stop.reason}")
        if each.late:
            runner.annotate("warning", each.incident, f"{each.incident}: overdue: {', '.join(each.late)}")
        if each.error:
            runner.annotate("error", each.incident, f"{each.incident}: {each.error}")


def _tell(attended: list[Attended]) -> None:
    for each in attended:
        for stop in each.stops:
            show(f"{each.incident} {stop.place}: {stop.reason}\n  {stop.todo}")
        if each.error:
            show(f"{each.incident}: {each.error}")
        elif not each.stops:
            show(f"{each.incident}: every automated step is done")
        if each.late:
            show(f"{each.incident} overdue: {', '.join(each.late)}")
    if not attended:
        show("no open incident is concerned")


def _describe(hint: Hint, attended: list[Attended]) -> dict[str, Any]:
    from relauto.triggers.attended import find_status

    told = [
        {
            "incident": each.incident,
            "status": int(each.status),
            "said": each.said,
            "overdue": each.late,
            "stops": [describe_stop(stop) for stop in each.stops],
            "error": _describe_error(each.error),
        }
        for each in attended
    ]
    status = int(find_status(attended))
    return {"event": hint.event, "handled": True, "status": status, "incidents": told}


def _describe_error(error: RelautoError | None) -> dict[str, str] | None:
    return {"what": error.what, "todo": error.todo} if error else None
