"""`relay.yml`, `events.yml` and `clock.yml`: an incident moves because something happened, or may have."""

from typing import Any

import pytest

from relauto.rehearsal.stockroom import PRODUCT
from tests.workflows.conftest import APP, APP_TOKEN, Relay, Stage
from tests.workflows.machine import Event

pytestmark = pytest.mark.path


def read_relayed(stage: Stage) -> list[Any]:
    told = [each for each in stage.hub.events() if each.name == "repository_dispatch"]
    return [(each.repository, each.payload["action"], each.payload["client_payload"]) for each in told]


PULL = {"action": "closed", "pull_request": {"number": 7, "title": "Heron Foods is down", "merged": True}}


def test_a_relay_tells_an_events_name_and_one_number(stage: Stage, relay: Relay) -> None:
    [job] = relay.start(Event("pull_request_target", PULL))
    assert (job.conclusion, job.environment) == ("success", "relauto-relay"), job.log
    comment = {"action": "created", "issue": {"number": 7}, "comment": {"id": 99, "body": "/status please"}}
    relay.start(Event("issue_comment", comment))
    relay.start(Event("workflow_run", {"action": "completed", "workflow_run": {"head_branch": "fix/heron"}}))
    assert read_relayed(stage) == [
        ("acme/ops", "relauto", {"event": "pull_request", "id": "7"}),
        ("acme/ops", "relauto", {"event": "issue_comment", "id": "99"}),
        ("acme/ops", "relauto", {"event": "workflow_run", "id": ""}),
    ]
    [asked, *_] = relay.machine.minted
    assert {key: value for key, value in asked.items() if key != "private-key"} == {
        "client-id": APP,
        "owner": "acme",
        "repositories": "ops",
        "permission-contents": "write",
    }
    assert APP_TOKEN not in job.log


def test_what_people_say_is_not_told_of_unless_it_is_a_command(stage: Stage, relay: Relay) -> None:
    comment = {"action": "created", "issue": {"number": 7}, "comment": {"id": 99, "body": "Thanks! /status"}}
    assert relay.start(Event("issue_comment", comment)) == []
    assert read_relayed(stage) == []


def test_a_relay_that_is_refused_is_red(stage: Stage, relay: Relay) -> None:
    stage.hub.add_token("relauto-relay[bot]", token="t-read", kind="app", permissions={"contents": "read"})
    relay.machine.tokens = {APP: "t-read"}
    [job] = relay.start(Event("pull_request_target", PULL))
    assert job.conclusion == "failure"
    assert read_relayed(stage) == []


def test_a_notice_has_nothing_and_ends_at_once(relay: Relay) -> None:
    [job] = relay.start(Event("pull_request_review", {"action": "submitted"}), "notice")
    assert (job.conclusion, job.log, job.environment) == ("success", "", "")


def test_word_of_a_relay_brings_the_incident_forward(stage: Stage) -> None:
    stage.open()
    told = {"action": "relauto", "client_payload": {"event": "push", "id": ""}}
    [job] = stage.start("events", Event("repository_dispatch", told))
    assert job.conclusion == "success", job.log
    assert stage.list_incidents() == [job.find("Run relauto").outputs["incidents"]]
    assert "investigate.pr" in job.summary
    assert "pull_request" in [each.name for each in stage.hub.events() if each.repository == str(PRODUCT)]


def test_what_relauto_says_itself_starts_nothing(stage: Stage) -> None:
    said = {"action": "created", "comment": {"id": 1, "body": "x", "user": {"type": "Bot"}}}
    assert stage.start("events", Event("issue_comment", said)) == []


def test_the_clock_makes_good_what_nobody_told_of(stage: Stage) -> None:
    stage.open()
    [job] = stage.start("clock", Event("schedule", {"schedule": "3 * * * *"}))
    assert job.conclusion == "success", job.log
    assert "pull_request" in [each.name for each in stage.hub.events() if each.repository == str(PRODUCT)]
