"""`rehearse --github`: what is printed of a live run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relauto.tasks.output import find_width, say, show, show_json

if TYPE_CHECKING:
    from relauto.rehearsal.live.run import Played
    from relauto.settings.options import GitHub


def rehearse_live(source: str, ops: str, api: str, *, clean: bool, json: bool) -> None:
    """Play the path on a sandbox repository, print what came of it, and end with its status."""
    import os

    from relauto.clock import SystemClock
    from relauto.rehearsal.live.run import rehearse_live as run

    played = run(find_github(api), source, ops or None, os.environ, clean=clean, clock=SystemClock(), say=say)
    if json:
        _show_document(played)
    else:
        show(describe(played))
    raise SystemExit(int(played.status))


def find_github(api: str) -> GitHub:
    """Return where GitHub is: at `api` where it is given, else as the settings here say, else github.com."""
    from pathlib import Path

    from relauto.rehearsal.live.place import find_git
    from relauto.settings import file
    from relauto.settings.options import GitHub

    if api:
        return GitHub(api=api.rstrip("/"), git=find_git(api.rstrip("/")))
    return file.find_github(Path.cwd())


def _show_document(played: Played) -> None:
    if played.skipped:
        show_json({"skipped": True, "reason": played.skipped, "repository": played.repository})
        return
    stops = [
        {"place": str(stop.place), "status": int(stop.status), "reason": stop.reason, "todo": stop.todo}
        for stop in played.stops
    ]
    facts = [{"name": fact.name, "verdict": fact.verdict, "evidence": fact.evidence} for fact in played.facts]
    show_json(
        {
            "skipped": False,
            "reason": None,
            "repository": played.repository,
            "ops": played.ops,
            "incident": played.incident,
            "status": int(played.status),
            "stops": stops,
            "failed": played.failed or None,
            "facts": facts,
            "left": played.left,
            "removed": played.removed,
        }
    )


def describe(played: Played) -> str:
    """Return how a live run ended, what it found out and what it left."""
    from relauto.rehearsal.live.facts import draw_facts
    from relauto.rehearsal.live.place import SECOND

    if played.skipped:
        return f"skipped: {played.skipped}"
    lines = [f"{played.incident} on {played.repository}: {_describe_end(played)}"]
    for stop in played.stops:
        lines += [f"  {stop.place}: {stop.reason}", f"    {stop.todo}"]
    if played.alone and played.stops:
        lines.append(f"  a second person is missing: set {SECOND} to a token of another account")
    lines += ["", draw_facts(played.facts, find_width()), ""]
    lines += [f"removed: {what}" for what in played.removed]
    lines += [f"left: {what}" for what in played.left]
    return "\n".join(lines)


def _describe_end(played: Played) -> str:
    if played.failed:
        return f"broken off: {played.failed}"
    return "stopped" if played.stops else "it went the whole path"
