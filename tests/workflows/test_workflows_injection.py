"""Hostile texts through every input, event and name: nothing of them is executed, set or taken for an option.

Each text would leave a trace if a shell, the runner, the option parser or an expression took it for more
than a text: a file, an output, a variable, a summary of its own, a run that writes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.workflows.conftest import APP, OPEN, Relay, Stage
from tests.workflows.machine import ROOT, Event, Job

pytestmark = pytest.mark.path

RELAY = ROOT / ".github" / "workflows" / "relay.yml"
TRACE = "relauto-was-here"
TEXTS = {
    "substitution": f"$(touch {TRACE})",
    "backticks": f"`touch {TRACE}`",
    "double quotes": f'"; touch {TRACE}; "',
    "single quotes": f"'; touch {TRACE}; '",
    "line feed": f"x\ntouch {TRACE}\n",
    "carriage return": f"x\r\ntouch {TRACE}\r\n",
    "internal field separator": f'zzz";touch${{IFS}}{TRACE};#',
    "braces": f"${{{{ github.token }}}} {TRACE}",
    "old command": f"::set-output name=status::{TRACE}",
    "command on a line": f"x\n::set-env name=BASH_ENV::{TRACE}\n::add-path::{TRACE}\n::add-mask::a\n",
    "output": f"x\nstatus={TRACE}\nincidents={TRACE}",
    "heredoc": f"x\nghadelimiter\nEOF\nBASH_ENV={TRACE}",
    "option": "--dry-run",
    "option with value": f"--id={TRACE}",
    "json": f'", "only": "{TRACE}", "x": "',
    "arithmetic": f"a[$(touch {TRACE})]",
    "glob": "/*/../*",
    "options of curl": f"-o{TRACE}",
    "percent": f"%0A::set-output name=x::{TRACE}%0D",
    "direction": f"\u202e$(touch {TRACE})\u2066",
}
EVERYTHING = "".join(TEXTS.values())
KNOWN = {"status", "incidents", "handled", "python-path", "token"}
COMMANDS = ("::notice title=", "::error title=", "::warning title=")


def check(machine_folder: Path, jobs: list[Job]) -> None:
    """Fail if a text was more than a text anywhere."""
    assert jobs
    assert list(machine_folder.rglob(f"*{TRACE}*")) == []
    for job in jobs:
        for step in job.steps:
            assert step.outputs.keys() <= KNOWN, step
            assert TRACE not in str(step.outputs), step
        for line in job.log.splitlines():
            assert not line.lstrip().startswith("::") or line.startswith(COMMANDS), line


def poison(text: str) -> Iterator[dict[str, str]]:
    """Yield inputs of `hotfix.yml`, with a text in each place that a text can be put in."""
    yield {**OPEN, "customer": text, "version": text, "line": text, "fix": text}
    yield {**OPEN, "fix": "", "pull": text, "started-at": text}
    yield {"task": text, "id": text}
    yield {"task": "advance", "id": text, "only": text}


def run_hotfix(stage: Stage, text: str) -> None:
    for inputs in poison(text):
        job = stage.dispatch(inputs)
        check(stage.machine.folder, [job])
        assert job.conclusion == "failure", job.log
    assert stage.list_incidents() == []


def make_payload(text: str) -> dict[str, Any]:
    """Return an event in which every text that a stranger chooses is this one."""
    person = {"login": "mallory", "type": "User"}
    branch = {"ref": text, "label": text, "sha": "1" * 40, "repo": {"full_name": text}}
    return {
        "comment": {"id": 99, "body": f"/status {text}", "user": person},
        "issue": {"number": 7, "title": text, "body": text, "milestone": {"title": text}, "user": person},
        "pull_request": {"number": 7, "title": text, "body": text, "head": branch, "base": branch},
        "label": {"name": text, "description": text},
        "milestone": {"title": text, "description": text},
        "review": {"body": text, "user": person},
        "release": {"tag_name": text, "name": text, "body": text},
        "ref": f"refs/heads/{text}",
        "head_commit": {"message": text, "added": [text], "author": {"name": text, "email": text}},
        "workflow_run": {"head_branch": text, "display_title": text, "name": text},
        "context": text,
        "sender": person,
    }


EVENTS = {
    "relay": [
        *(Event("pull_request_target", {"action": "closed"}), Event("issue_comment", {"action": "created"})),
        *(
            Event("workflow_run", {"action": "completed"}),
            Event("status"),
            Event("check_run", {"action": "completed"}),
        ),
    ],
    "events": [
        *(Event("issue_comment", {"action": "created"}), Event("issues", {"action": "labeled"})),
        *(Event("repository_dispatch", {"action": "relauto"}), Event("repository_dispatch", {})),
    ],
    "clock": [Event("schedule")],
    "notice": [Event("pull_request_review"), Event("push"), Event("release")],
}
"""For each workflow that events start, events that do; what a stranger chooses is filled in."""


def run_events(stage: Stage, relay: Relay, name: str, text: str) -> None:
    for event in EVENTS[name]:
        payload = {**make_payload(text), **event.payload}
        if event.name == "repository_dispatch":
            payload |= {"action": payload.get("action", text), "client_payload": {"event": text, "id": text}}
        hostile = Event(event.name, payload)
        jobs = stage.start(name, hostile) if name in ("events", "clock") else relay.start(hostile, name)
        folder = (stage if name in ("events", "clock") else relay).machine.folder
        check(folder, jobs)
        assert {job.conclusion for job in jobs} == {"success"}, [job.log for job in jobs]


def run_relay_itself(relay: Relay, text: str) -> None:
    """What its caller might pass on by a mistake reaches no shell either."""
    told = {"app": APP, "owner": "acme", "repository": "ops", "event": "push", "id": ""}
    for key in ("owner", "repository", "event", "id"):
        jobs = relay.machine.call(RELAY, Event("push"), {**told, key: text}, {"RELAUTO_APP_KEY": "PEM"})
        check(relay.machine.folder, jobs)
        assert [job.conclusion for job in jobs] == ["failure"], jobs[0].log


def test_all_texts_at_once_are_refused_and_do_nothing(stage: Stage) -> None:
    run_hotfix(stage, EVERYTHING)


def test_all_texts_at_once_pass_a_relay_and_the_clock_unheard(stage: Stage, relay: Relay) -> None:
    for name in ("relay", "notice", "clock"):
        run_events(stage, relay, name, EVERYTHING)
    assert TRACE not in str(
        [each.payload for each in stage.hub.events() if each.name == "repository_dispatch"]
    )
    run_relay_itself(relay, EVERYTHING)


def test_all_texts_at_once_are_events_about_nothing(stage: Stage, relay: Relay) -> None:
    stage.open()
    run_events(stage, relay, "events", EVERYTHING)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(len(TEXTS)), ids=TEXTS.keys())
def test_each_text_is_refused_and_does_nothing(stage: Stage, relay: Relay, turn: int) -> None:
    """By itself, as one text could close what another has opened; each workflow of events has its turn."""
    text, name = list(TEXTS.values())[turn], list(EVENTS)[turn % len(EVENTS)]
    run_hotfix(stage, text)
    run_relay_itself(relay, text)
    run_events(stage, relay, name, text)


def test_the_check_sees_what_a_shell_takes_for_more_than_a_text(stage: Stage, tmp_path: Path) -> None:
    """The same texts through a workflow that is written as ours must not be."""
    careless = tmp_path / "careless.yml"
    told = (ROOT / ".github" / "workflows" / "hotfix.yml").read_text()
    careless.write_text(told.replace("case $TASK in", 'eval "x=$TASK" || true; case $TASK in'))
    for text in ("substitution", "backticks"):
        jobs = stage.machine.call(careless, Event("workflow_dispatch"), {"task": TEXTS[text]})
        with pytest.raises(AssertionError):
            check(stage.machine.folder, jobs)
        for path in list(stage.machine.folder.rglob(TRACE)):
            path.unlink()
