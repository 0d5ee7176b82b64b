"""What an adopter begins with says every option, and each of its examples can be switched on."""

import re
import tomllib

import msgspec
import pytest
import yaml

from relauto.errors import FaultsError, InputError
from relauto.guard.customers import KINDS, parse_customers
from relauto.model.roster import ROLES, parse_roster
from relauto.settings.file import parse_settings
from relauto.settings.options import GitHub, Settings
from relauto.skeleton.answers import Answers, gather_answers, parse_roles
from relauto.skeleton.drafts import draft_files
from relauto.skeleton.options import write_value
from relauto.skeleton.workflows import choose_minutes, parse_workflow

ANSWERS = Answers(source="acme/stockroom", ops="acme/ops")
FULL = Answers(
    source="acme/stockroom",
    ops="acme/ops",
    qa="acme/qa",
    line="release-1.4",
    checks=("unit tests", 'a "quoted" one'),
    roles={"RM": ("robin", "sasha"), "QA": ("quinn",)},
    api="https://github.example/api/v3",
    git="https://github.example",
)


def switch_on(text: str) -> str:
    """Take every option, table and example out of its comment."""
    return re.sub(r"^# (\w+ = |\[)", r"\1", text, flags=re.MULTILINE)


def test_the_settings_say_what_was_answered_and_nothing_else() -> None:
    settings = parse_settings(draft_files(FULL)["relauto.toml"], "relauto.toml")
    assert settings == parse_settings(
        """
        repositories = {source = "acme/stockroom", ops = "acme/ops", qa = "acme/qa"}
        github = {api = "https://github.example/api/v3", git = "https://github.example"}
        checks = {required = ["unit tests", 'a "quoted" one']}
        """,
        "expected",
    )


def test_without_answers_everything_is_as_relauto_has_it() -> None:
    settings = parse_settings(draft_files(ANSWERS)["relauto.toml"], "relauto.toml")
    assert settings == parse_settings(
        'repositories = {source = "acme/stockroom", ops = "acme/ops"}', "expected"
    )
    assert settings.github == GitHub()


def test_every_option_of_the_settings_stands_there_with_a_value_that_is_taken() -> None:
    text = switch_on(draft_files(ANSWERS)["relauto.toml"])
    parse_settings(text, "relauto.toml")
    told = tomllib.loads(text)
    whole = msgspec.to_builtins(parse_settings('repositories = {source = "a/b", ops = "a/c"}', "least"))
    assert set(told) == set(whole) == set(Settings.__struct_fields__)
    for name, options in whole.items():
        if isinstance(options, dict):
            assert set(told[name]) == set(options), name
    assert set(told["version_files"][0]) == {"path", "pattern"}
    assert set(told["pick_labels"][0]) == {"name", "line"}
    assert set(told["path_policies"][0]) == {"pattern", "take", "command"}


def test_the_roster_names_who_was_told_and_every_role() -> None:
    text = draft_files(FULL)["roster.toml"]
    assert parse_roster(text, "roster.toml").roles == {"QA": ("quinn",), "RM": ("robin", "sasha")}
    assert set(parse_roster(switch_on(text), "roster.toml").roles) == set(ROLES)


def test_the_customers_file_names_nobody_and_has_an_example_of_every_list() -> None:
    text = draft_files(FULL)["customers.toml"]
    assert parse_customers(text, "customers.toml") == {}
    shown = switch_on(text).replace("[customers]\n", "")
    assert set(parse_customers(shown, "customers.toml")) == {"heron"}
    assert set(tomllib.loads(shown)["customers"]["heron"]) == set(KINDS)


def test_the_page_names_the_line_and_the_branches() -> None:
    page = draft_files(FULL)["README.md"]
    assert "relauto doctor --line release-1.4\n" in page
    assert "| `incidents/` |" in page
    assert "| `words/` |" in page
    assert "| `releases/` |" in page


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        (Answers(source="acme", ops="acme/ops"), "repositories.source"),
        (Answers(source="acme/stockroom", ops="acme/ops", api="ftp://x"), "github.api"),
        (
            Answers(source="acme/stockroom", ops="acme/ops", roles={"RM": ("ci[bot]",)}),
            "bots answer for nothing",
        ),
    ],
)
def test_an_answer_that_makes_an_unreadable_file_is_refused(answers: Answers, fault: str) -> None:
    with pytest.raises(FaultsError, match=fault):
        draft_files(answers)


def test_answers_come_from_the_call_then_from_before_then_from_the_settings() -> None:
    settings = parse_settings('repositories = {source = "a/one", ops = "a/ops", qa = "a/qa"}', "there")
    before = Answers(
        source="a/two", ops="a/ops", line="release-1", roles={"RM": ("robin",), "QA": ("quinn",)}
    )
    told = {"source": "a/three", "line": "", "checks": (), "roles": {"RM": ("sasha",)}}
    assert gather_answers({}, None, settings) == Answers(source="a/one", ops="a/ops", qa="a/qa")
    assert gather_answers(told, before, settings) == Answers(
        source="a/three", ops="a/ops", line="release-1", roles={"RM": ("sasha",), "QA": ("quinn",)}
    )


def test_what_nobody_said_is_asked_for_once_and_by_name() -> None:
    with pytest.raises(InputError, match=r"^init needs --source OWNER/NAME and --ops OWNER/NAME\n"):
        gather_answers({}, None, None)


@pytest.mark.parametrize("told", ["RM", "RM=", "=robin", "XX=robin", "RM=ro bin", "RM=ro\nbin"])
def test_a_role_of_another_form_is_refused(told: str) -> None:
    with pytest.raises(InputError, match="--role cannot be"):
        parse_roles([told])


def test_values_are_written_as_toml_reads_them() -> None:
    for value in ("plain", 'q"uo\\te', "tab\tand\x7f", "Łódź", True, 3, 2.5, ("a", "b")):
        read = tomllib.loads(f"x = {write_value(value)}")["x"]
        assert read == (list(value) if isinstance(value, tuple) else value)


PIN = f"acme/relauto@{'0123456789' * 4}"


def test_workflows_are_written_once_it_is_said_which_are_called() -> None:
    pinned = msgspec.structs.replace(FULL, workflows=PIN)
    assert set(draft_files(pinned)) - set(draft_files(FULL)) == {
        ".github/workflows/relauto-hotfix.yml",
        ".github/workflows/relauto-door.yml",
        ".github/workflows/relauto-events.yml",
        ".github/workflows/relauto-clock.yml",
    }
    assert set(draft_files(pinned, "source")) == {
        ".github/workflows/relauto-relay.yml",
        ".github/workflows/relauto-notice.yml",
    }
    assert set(draft_files(pinned, "qa")) == {".github/workflows/relauto-relay.yml"}


def test_a_workflow_calls_relautos_at_the_commit_and_names_the_repositories() -> None:
    pinned = msgspec.structs.replace(FULL, workflows=PIN)
    for name in ("hotfix", "door", "events", "clock"):
        job = yaml.safe_load(draft_files(pinned)[f".github/workflows/relauto-{name}.yml"])["jobs"]["relauto"]
        assert job["uses"] == f"acme/relauto/.github/workflows/{name}.yml@{'0123456789' * 4}"
        assert job["with"]["repositories"].split() == ["stockroom", "ops", "qa"]
        assert job["with"]["mirror"] == "stockroom"


def test_a_relay_names_nobody_and_listens_to_the_workflows_that_were_named() -> None:
    answers = Answers(source="acme/stockroom", workflows=PIN, ci=('Unit "tests"', "Lint"))
    text = draft_files(answers, "source")[".github/workflows/relauto-relay.yml"]
    assert "acme/ops" not in text
    assert yaml.safe_load(text)[True]["workflow_run"]["workflows"] == [
        'Unit "tests"',
        "Lint",
        "relauto notice",
    ]
    notice = yaml.safe_load(draft_files(answers, "source")[".github/workflows/relauto-notice.yml"])
    assert (notice["name"], notice["permissions"]) == ("relauto notice", {})


def test_the_clock_runs_four_times_an_hour_and_at_no_round_minute() -> None:
    for name in ("acme/ops", "b/c", "d/e", "x/y"):
        minutes = [int(each) for each in choose_minutes(name).split(",")]
        assert [each - minutes[0] for each in minutes] == [0, 15, 30, 45]
        assert 1 <= minutes[0] <= 14
    assert choose_minutes("acme/ops") != choose_minutes("x/y")


@pytest.mark.parametrize(
    "told", ["acme/relauto", "acme/relauto@main", f"relauto@{'1' * 40}", f"a/b@{'1' * 39}"]
)
def test_workflows_at_no_commit_are_refused(told: str) -> None:
    with pytest.raises(InputError, match="--workflows cannot be"):
        gather_answers({"source": "a/b", "ops": "a/c", "workflows": told}, None, None)


@pytest.mark.parametrize("text", ["a: [", "- a", "on: push", "jobs: {}", "on: push\njobs: 1"])
def test_what_is_no_workflow_is_refused(text: str) -> None:
    with pytest.raises(FaultsError, match=r"^ci\.yml"):
        parse_workflow(text, "ci.yml")
