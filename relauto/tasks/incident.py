"""The incident's own tasks: open it, see it, bring it forward."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.tasks import away, connect, runner
from relauto.tasks.output import show, show_json

if TYPE_CHECKING:
    from relauto.comms.story import RoundStory
    from relauto.engine import Outcome, Stop
    from relauto.model.deadline import Overdue
    from relauto.model.event import Order, Plan
    from relauto.model.incident import Incident

ID = "the incident; default: the only one, or RELAUTO_INCIDENT"
ORDERS: tuple[Order, ...] = ("main-first", "line-first", "line-only")
DRY = "list what would be written, and write nothing"
JSON = "print one JSON document"


@task(
    name="open",
    positional=[],
    help={
        "customer": "alias of the customer; stays in the ops repository",
        "version": "the version that the customer runs",
        "started-at": "when the outage began, such as 2026-03-01T02:10Z",
        "line": "the release line that the fix goes to",
        "fix": "the fix's branch; without it and --pull a fix is attached later",
        "pull": "the fix's pull request",
        "instruction": "file with QA's instruction (YAML)",
        "base": "tip of the line (default), or the last final tag on an emergency branch: tag",
        "order": "main-first (default), line-first (main is owed the fix) or line-only (needs --reason)",
        "visibility": "open, or embargoed: in private until the release (then --base tag, line-first)",
        "reason": "why the order is no other one",
        "join": "put the fix into the release that this incident is making from the line",
        "wait-for": "make a release after the one that this incident is making from the line",
        "dry-run": DRY,
        "json": "print one JSON document",
    },
)
def open_(
    c: Context,
    customer: str = "",
    version: str = "",
    started_at: str = "",
    line: str = "",
    fix: str = "",
    pull: int = 0,
    instruction: str = "",
    base: str = "",
    order: str = "",
    reason: str = "",
    visibility: str = "open",
    join: str = "",
    wait_for: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Open an incident: a customer is down, and a fix has to reach them."""
    from relauto.opening import Request, find_opener, open_incident, preview_incident
    from relauto.tasks.values import parse_choice, parse_moment

    needed = {"--customer": customer, "--version": version, "--started-at": started_at, "--line": line}
    _check_call(needed, two_fixes=bool(fix and pull), two_places=bool(join and wait_for))
    hidden = visibility == "embargoed"
    with connect.session() as session:
        opener = find_opener(session, os.environ)
        request = Request(
            customer=customer,
            installed=version,
            started_at=parse_moment(started_at, session.clock.now()),
            line=line,
            fix=fix or None,
            pull=pull or None,
            instruction=_read_instruction(instruction),
            base=parse_choice("--base", base or ("tag" if hidden else "tip"), ("tip", "tag")),
            order=parse_choice("--order", order or ("line-first" if hidden else "main-first"), ORDERS),
            reason=reason or None,
            visibility=parse_choice("--visibility", visibility, ("open", "embargoed")),
            join=join or None,
            wait_for=wait_for or None,
            on_behalf=opener,
        )
        session.roster.require(opener, "open")
        if dry_run or c.config.run.dry:
            _show_plan(preview_incident(session, request))
            return
        _show_opened(open_incident(session, request), json=json)


def _show_plan(plan: Plan) -> None:
    show(f"would open an incident: {plan.target}, {plan.base_tag} to {plan.version}; nothing was done")


def _show_opened(incident: str, *, json: bool) -> None:
    runner.write_outputs({"incidents": incident})
    if json:
        show_json({"incident": incident})
    else:
        show(f"{incident} is open; `relauto advance --id {incident}` goes on")


def _check_call(needed: Mapping[str, str], *, two_fixes: bool, two_places: bool) -> None:
    """Refuse a call of `open` that says too little, or two things of which one can be.

    Raises:
        InputError: it does.
    """
    from relauto.errors import InputError

    missing = [name for name, value in needed.items() if not value]
    if missing:
        raise InputError(f"open needs {', '.join(missing)}", todo="see relauto --help open")
    if two_fixes:
        raise InputError("open takes one of --fix and --pull", todo="attach the other one afterwards")
    if two_places:
        raise InputError(
            "open takes one of --join and --wait-for", todo="choose: in that release, or after it"
        )


def _read_instruction(path: str) -> str | None:
    from pathlib import Path

    from relauto.errors import InputError

    try:
        return Path(path).read_text("utf-8") if path else None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", todo="name a file with --instruction") from error


@task(
    positional=[],
    help={
        "fix": "the fix's branch",
        "pull": "the fix's pull request",
        "instruction": "file with QA's instruction",
        "id": ID,
        "dry-run": DRY,
    },
)
def attach(
    c: Context,
    fix: str = "",
    pull: int = 0,
    instruction: str = "",
    id: str = "",
    dry_run: bool = False,
) -> None:
    """Attach a further fix to an incident."""
    from relauto import recording
    from relauto.errors import InputError
    from relauto.opening import check_pull, make_attachment
    from relauto.stages.claims import check_home
    from relauto.stages.rounds import refuse_late_fix

    if bool(fix) == bool(pull):
        raise InputError("attach needs one of --fix and --pull", todo="name a branch or a pull request")
    text = _read_instruction(instruction)
    with connect.bench(id or None) as bench:
        refuse_late_fix(bench.incident)
        bench.roster.require(bench.login, "open")
        attached = make_attachment(fix or None, pull or None, text)
        if pull and not check_home(bench):
            check_pull(bench.source, bench.home, pull)
        if dry_run or c.config.run.dry:
            show(f"would attach {fix or f'#{pull}'} to {bench.incident.id}; nothing was written")
            return
        recording.record(bench, attached)
        show(f"{fix or f'#{pull}'} is attached to {bench.incident.id}; `relauto advance` goes on")


@task(positional=[], help={"id": ID, "json": "print one JSON document"})
def status(_c: Context, id: str = "", json: bool = False) -> None:
    """Show the board: every step, what is next, who must act."""
    from relauto.comms.board import draw_board, render_board
    from relauto.journal.log import require_opened
    from relauto.model.playbook import load_playbook

    with connect.reader(id or None) as reader:
        incident = require_opened(reader)
        waiting = away.list_unpushed(incident.id)
        playbook, _ = load_playbook()
        if json:
            told = _describe(incident, [step.key for step in playbook.steps])
            late = [_describe_overdue(each) for each in draw_board(incident, playbook).late]
            show_json({**told, "overdue": late, "unpushed": away.describe_unpushed(waiting)})
        else:
            show(render_board(incident, playbook))
            away.show_unpushed(waiting)


def _describe_round(told: RoundStory) -> dict[str, Any]:
    failure = told.failure
    return {
        "round": told.number,
        "line": told.target.line,
        "base_tag": told.base,
        "version": told.version,
        "release": told.release or None,
        "handed_over": told.sent or None,
        "failed": {"step": failure.place.step, "at": failure.at} if failure else None,
    }


def _describe_behind(incident: Incident) -> list[dict[str, Any]]:
    """Return the supported lines that are newer than one that gets the fix, and lack it or may."""
    return [
        {"line": each.target.line, "lacking": list(each.lacking), "unknown": list(each.unknown)}
        for each in incident.behind
    ]


def _describe(incident: Incident, keys: list[str]) -> dict[str, Any]:
    from relauto.comms.story import tell_rounds
    from relauto.model.debt import list_debts

    return {
        "incident": incident.id,
        "targets": [{"repository": each.repository, "line": each.line} for each in incident.targets],
        "round": incident.round,
        "order": incident.opening.order,
        "reason": incident.opening.reason,
        "on_behalf": incident.opening.on_behalf or None,
        "rounds": [_describe_round(each) for each in tell_rounds(incident)],
        "fixes": [str(fix) for fix in incident.fixes],
        "overrides": [
            {
                "kind": each.kind,
                "what": each.what,
                "actor": each.actor,
                "at": each.at,
                "reason": each.reason,
                "until": each.until,
                "against": each.against,
            }
            for each in incident.overrides
        ],
        "debts": [
            {
                "place": str(debt.place),
                "to": debt.to,
                "state": debt.state.value,
                "reason": debt.record.reason if debt.record else "",
            }
            for debt in list_debts(incident)
        ],
        "behind": _describe_behind(incident),
        "steps": {key: incident.state(key).value for key in keys},
        "sequence": incident.sequence,
    }


@task(name="next", positional=[], help={"id": ID, "json": "print one JSON document"})
def next_(_c: Context, id: str = "", json: bool = False) -> None:
    """Say what happens next and who must act, from the journal."""
    from relauto.comms.board import draw_board
    from relauto.journal.log import require_opened
    from relauto.model.playbook import load_playbook

    with connect.reader(id or None) as reader:
        incident = require_opened(reader)
        board = draw_board(incident, load_playbook()[0])
    waiting = away.list_unpushed(board.story.incident)
    if json:
        turns = [
            {
                "place": turn.place,
                "state": turn.state,
                "who": turn.who,
                "reason": turn.reason,
                "guidance": turn.guidance,
            }
            for turn in board.turns
        ]
        told = {
            "incident": board.story.incident,
            "round": board.story.rounds[-1].number,
            "next": turns,
            "overdue": [_describe_overdue(each) for each in board.late],
            "behind": _describe_behind(incident),
        }
        show_json({**told, "unpushed": away.describe_unpushed(waiting)})
        return
    away.show_unpushed(waiting)
    for turn in board.turns:
        show(
            f"{turn.place} ({turn.state}): {turn.title}\n  who: {turn.who}"
            + "".join(f"\n  {told}" for told in (turn.reason, turn.guidance) if told)
        )
    for sentence in board.warnings:
        show(sentence)
    if board.late:
        show(f"overdue: {', '.join(each.step.key for each in board.late)}")


def _describe_overdue(late: Overdue) -> dict[str, Any]:
    return {"step": late.step.key, "due": late.due, "begun": late.begun or None}


@task(positional=[], help={"id": ID, "json": "print one JSON document"})
def plan(_c: Context, id: str = "", json: bool = False) -> None:
    """List what advance would write now, up to the next wait, and write nothing."""
    _plan(id, json=json)


def _plan(id_: str, *, until: str = "", only: str = "", json: bool) -> None:
    from relauto import foresight

    with connect.bench(id_ or None) as bench:
        foreseen = foresight.foresee(bench, until=until or None, only=only or None, first=away.suppose)
    if json:
        show_json({"writes": list(foreseen.writes), "stop": foreseen.stop, "status": int(foreseen.status)})
        return
    for sentence in foreseen.writes:
        show(f"would {sentence}")
    show(f"then: {foreseen.stop}" if foreseen.stop else "then: nothing more is to be done")


@task(
    positional=[],
    help={
        "until": "the last step to settle",
        "only": "the only step to settle",
        "wait": "go on waiting for others for so long, such as 30m",
        "id": ID,
        "dry-run": DRY,
        "json": "print one JSON document",
    },
)
def advance(
    c: Context,
    until: str = "",
    only: str = "",
    wait: str = "",
    id: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Bring the incident as far as it can go now; safe to run again."""
    from relauto import engine
    from relauto.github.counts import describe_requests
    from relauto.tasks.values import parse_duration

    if dry_run or c.config.run.dry:
        _plan(id, until=until, only=only, json=json)
        return
    patience = parse_duration(wait) if wait else 0.0
    with connect.bench(id or None) as bench:
        away.settle(bench)
        outcome = engine.follow(bench, until=until or None, only=only or None, patience=patience)
        requests = describe_requests(bench.source.counts)
    if json:
        show_json(
            {
                "incident": bench.incident.id,
                "status": int(outcome.status),
                "stops": [describe_stop(stop) for stop in outcome.stops],
                "requests": requests,
            }
        )
    else:
        _tell(outcome)
    raise SystemExit(int(outcome.status))


def describe_stop(stop: Stop) -> dict[str, Any]:
    """Return where `advance` ended, for a JSON document."""
    return {
        "place": str(stop.place),
        "status": int(stop.status),
        "reason": stop.reason,
        "todo": stop.todo,
        "whom": stop.whom,
    }


def _tell(outcome: Outcome) -> None:
    if not outcome.stops:
        show("every automated step is done")
    for stop in outcome.stops:
        show(f"{stop.place}: {stop.reason}\n  {stop.todo}")
