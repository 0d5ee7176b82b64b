"""`on-event` and `clock.check`: an event is a hint to look, and what comes of it is told for its readers."""

import json

import pytest

from relauto.git.runner import Git
from tests.tasks.test_tasks_story import LOGINS, OPS, SOURCE, incident, world

pytestmark = pytest.mark.path

__all__ = ["incident", "world"]

REPOSITORY = {"full_name": SOURCE, "default_branch": "main"}
OPENED = {"action": "opened", "number": 1, "pull_request": {"head": {"ref": "fix/sell"}}}


@pytest.fixture
def runner(world, monkeypatch):
    """A workflow's step in a repository, with the files that the runner gives it."""

    def run_in(repository, event, payload):
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_REPOSITORY", repository)
        monkeypatch.setenv("GITHUB_API_URL", world.hub.api)
        monkeypatch.setenv("GITHUB_TOKEN", "token-of-relauto-bot")
        monkeypatch.setenv("GITHUB_EVENT_NAME", event)
        for name in ("EVENT_PATH", "OUTPUT", "STEP_SUMMARY"):
            monkeypatch.setenv(f"GITHUB_{name}", str(world.root / name))
        (world.root / "EVENT_PATH").write_text(json.dumps(payload))

    return run_in


def hand_over(world, event, payload, *options):
    """Hand an event over as a person would try it out."""
    file = world.root / "payload.json"
    file.write_text(json.dumps({"repository": REPOSITORY, **payload}))
    return world.run("on-event", "--event", event, "--payload", str(file), *options)


def read_outputs(world):
    lines = (world.root / "OUTPUT").read_text().splitlines()
    return dict(zip([line.partition("<<")[0] for line in lines[::3]], lines[1::3], strict=True))


def test_an_event_brings_its_incident_forward_and_ends_0_while_others_must_act(world, incident):
    ended = hand_over(world, "push", {"ref": "refs/heads/fix/sell"}, "--json")
    assert ended.status == 0, ended.err
    told = ended.document
    assert (told["event"], told["handled"], told["status"]) == ("push", True, 4)
    (one,) = told["incidents"]
    assert (one["incident"], one["error"]) == (incident, None)
    assert "investigate.pr: open a pull request from fix/sell to main" in one["said"]
    assert [pull["head"]["ref"] for pull in world.pulls()] == ["fix/sell"]


def test_an_event_that_comes_again_changes_nothing(world, incident):
    hand_over(world, "push", {"ref": "refs/heads/fix/sell"})
    before = world.seen()
    for event, payload in (("push", {"ref": "refs/heads/fix/sell"}), ("pull_request", OPENED)):
        again = hand_over(world, event, payload)
        assert again.status == 0
        assert again.out.startswith(f"{incident} prepare.merge: pull request #1: unit tests has not been")
    assert world.seen() == before


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("push", {"ref": "refs/heads/else"}),
        ("pull_request", {"action": "opened", "number": 77, "pull_request": {"head": {"ref": "else"}}}),
        ("check_run", {"action": "completed", "check_run": {"head_sha": "c" * 40}}),
        ("release", {"action": "published", "repository": {"full_name": "other/product"}}),
        ("issues", {"action": "closed", "issue": {"number": 9}, "repository": {"full_name": OPS}}),
        ("push", {"ref": "refs/heads/incidents/INC-aaaa", "repository": {"full_name": OPS}}),
    ],
)
def test_what_concerns_no_incident_is_left_alone(world, incident, event, payload):
    before = world.seen()
    ended = hand_over(world, event, payload)
    assert (ended.status, ended.out) == (0, "no open incident is concerned\n")
    assert world.seen() == before


def test_an_event_that_is_passed_over_needs_neither_settings_nor_token(world, monkeypatch):
    (world.root / "relauto.toml").unlink()
    ended = hand_over(world, "star", {"action": "created"})
    assert (ended.status, ended.out) == (0, "star changes nothing here: no step depends on it.\n")


def test_a_dry_run_lists_what_would_be_written(world, incident):
    file = world.root / "payload.json"
    file.write_text(json.dumps({"repository": REPOSITORY, "ref": "refs/heads/fix/sell"}))
    ended = world.dry("on-event", "--event", "push", "--payload", str(file))
    assert ended.status == 0
    assert f"{incident}: would investigate.pr: open a pull request from fix/sell to main" in ended.out


def test_the_clock_makes_good_what_was_missed(world, incident):
    assert world.run("clock.check").status == 0
    assert len(world.pulls()) == 1


@pytest.mark.parametrize("content", ["", "[]", '{"a": ', "\udcff"])
def test_a_payload_that_is_none_is_the_callers_fault(world, content):
    file = world.root / "payload.json"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))
    ended = world.run("on-event", "--event", "push", "--payload", str(file))
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(f"relauto: {file} is no payload of an event: ")


def test_without_an_event_the_names_of_the_variables_are_told(world):
    ended = world.run("on-event")
    assert ended.status == 2
    assert "GITHUB_EVENT_NAME and GITHUB_EVENT_PATH" in ended.err


def test_one_incident_that_cannot_be_read_keeps_no_other_from_going_on(world, incident):
    Git(world.root / "ops" / "bare.git").run("branch", "incidents/INC-0000", "main")
    ended = hand_over(world, "push", {"ref": "refs/heads/fix/sell"})
    assert ended.status == 2, ended.err
    assert ended.out.startswith("INC-0000: the journal is damaged at meta.json: the file is not there\n")
    assert len(world.pulls()) == 1, "the other one went on"


def test_a_private_run_tells_its_people_everything(world, incident, runner):
    runner(OPS, "workflow_dispatch", {"repository": {"full_name": OPS}})
    ended = world.run("on-event")
    assert ended.status == 0, ended.err
    assert read_outputs(world) == {"handled": "true", "status": "4", "incidents": incident}
    summary = (world.root / "STEP_SUMMARY").read_text()
    assert summary.startswith(f"# relauto: workflow\\_dispatch\n\n## {incident}\n\n- **")
    assert "1. investigate.pr: open a pull request from fix/sell to main" in summary
    assert "at heron" in summary, "the board"
    assert f"::notice title={incident} prepare.merge::prepare.merge: pull request #1: unit" in ended.err


def test_a_public_run_tells_everybody_steps_and_states_alone(world, incident, runner):
    runner(SOURCE, "push", {"repository": REPOSITORY, "ref": "refs/heads/fix/sell"})
    ended = world.run("on-event")
    assert ended.status == 0, ended.err
    summary = (world.root / "STEP_SUMMARY").read_text()
    told = summary + ended.out + ended.err + (world.root / "OUTPUT").read_text()
    assert [word for word in ("heron", OPS, "fix/sell", "minute", *LOGINS) if word in told] == []
    assert f"## {incident}\n\n| step | state |\n| --- | --- |\n" in summary
    assert "| `investigate.pr` | done |" in summary
    assert "- `prepare.merge` waits for others" in summary


def write_templates(world, **texts):
    """Give the adopter templates of their own."""
    for name, text in texts.items():
        path = world.root / "own" / "report" / f"{name.replace('_', '-')}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    settings = world.root / "relauto.toml"
    settings.write_text(f'templates_dir = "{world.root / "own"}"\n{settings.read_text()}')


NAMES = "{% for each in attended %}{{ each.incident }}{% endfor %}"


def test_a_runs_summary_is_made_of_the_adopters_own_templates(world, incident, runner):
    write_templates(world, run=f"Ours: {NAMES}", run_public=f"Everybody's: {NAMES}")
    runner(OPS, "workflow_dispatch", {"repository": {"full_name": OPS}})
    assert world.run("on-event").status == 0
    assert (world.root / "STEP_SUMMARY").read_text() == f"Ours: {incident}\n"
    (world.root / "STEP_SUMMARY").unlink()
    runner(SOURCE, "push", {"repository": REPOSITORY, "ref": "refs/heads/fix/sell"})
    assert world.run("on-event").status == 0
    assert (world.root / "STEP_SUMMARY").read_text() == f"Everybody's: {incident}\n"


def test_a_template_that_fails_takes_nothing_away_from_what_was_done(world, incident, runner):
    write_templates(
        world, run="{{ nobody.knows }}", run_public="{% for each in attended %}{{ each.board / 2 }}"
    )
    runner(OPS, "workflow_dispatch", {"repository": {"full_name": OPS}})
    ended = world.run("on-event")
    assert ended.status == 0, ended.err
    assert read_outputs(world) == {"handled": "true", "status": "4", "incidents": incident}
    assert f"::notice title={incident} prepare.merge::prepare.merge: pull request #1: unit" in ended.err
    why = "template report/run.md, line 1: 'nobody' is undefined"
    remedy = "correct the template, or remove it to use ours"
    assert f"the summary is made of relauto's own template: {why}; {remedy}\n" in ended.err
    summary = (world.root / "STEP_SUMMARY").read_text()
    assert summary.startswith(f"# relauto: workflow\\_dispatch\n\n## {incident}\n\n- **")
    assert summary.endswith(f"\n\nAn own template of this summary fails: {why}.\n")
    (world.root / "STEP_SUMMARY").unlink()
    runner(SOURCE, "push", {"repository": REPOSITORY, "ref": "refs/heads/fix/sell"})
    ended = world.run("on-event")
    assert ended.status == 0, ended.err
    summary = (world.root / "STEP_SUMMARY").read_text()
    assert summary.endswith("\n\nAn own template of this summary fails.\n")
    assert "| `investigate.pr` | done |" in summary
    assert "heron" not in summary + ended.err


def test_a_template_for_everybody_that_names_a_customer_is_not_shown(world, incident, runner):
    write_templates(world, run_public="{% for each in attended %}{{ each.board }}{% endfor %}")
    runner(SOURCE, "push", {"repository": REPOSITORY, "ref": "refs/heads/fix/sell"})
    assert world.run("on-event").status == 0
    summary = (world.root / "STEP_SUMMARY").read_text()
    assert "heron" not in summary
    assert "| `investigate.pr` | done |" in summary


def test_a_summary_is_cut_to_what_github_takes(world, incident, runner):
    runner(OPS, "workflow_dispatch", {"repository": {"full_name": OPS}})
    (world.root / "STEP_SUMMARY").write_text("x" * (1_048_576 - 500) + "\n")
    assert world.run("on-event").status == 0
    summary = (world.root / "STEP_SUMMARY").read_text()
    assert 1_048_000 < len(summary.encode()) <= 1_048_576
    assert summary.endswith("\n\nThe rest is left out: a summary is at most 1 MiB.\n")
