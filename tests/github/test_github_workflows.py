"""Dispatches and runs: the id where GitHub tells it, and what an older server says instead."""

import json
from datetime import UTC, datetime

import pytest

from relauto.errors import UnknownOutcomeError
from relauto.github.faults import NotFoundError, RefusedError
from relauto.github.workflows import Run, dispatch, list_runs, read_run

PATH = "actions/workflows/build.yml/dispatches"
INPUTS = {"tag": "v1.0.1-rc1", "nonce": "abc"}
STARTED = datetime(2026, 3, 2, 3, 5, tzinfo=UTC)


def run(number=7, **changes):
    answer = {
        "id": number,
        "name": "Build",
        "display_title": "Build v1.0.1-rc1 (abc)",
        "status": "queued",
        "conclusion": None,
        "head_sha": "a" * 40,
        "head_branch": "v1.0.1-rc1",
        "created_at": "2026-03-02T03:00:00Z",
        "run_started_at": "2026-03-02T03:05:00Z",
        "html_url": f"https://github.com/acme/stockroom/actions/runs/{number}",
    }
    return {**answer, **changes}


def bodies(wire):
    return [json.loads(call.request.body) for call in wire.mock.calls]


def test_the_run_is_told(wire, client):
    wire.answer("POST", PATH, {"workflow_run_id": 7, "run_url": "x", "html_url": "y"})
    assert dispatch(client, "build.yml", "v1.0.1-rc1", INPUTS) == 7
    assert bodies(wire) == [{"ref": "v1.0.1-rc1", "inputs": INPUTS, "return_run_details": True}]


def test_a_server_that_ignores_the_wish_tells_nothing(wire, client):
    wire.answer("POST", PATH, status=204)
    assert dispatch(client, "build.yml", "v1.0.1-rc1", INPUTS) is None


def test_a_server_that_refuses_the_wish_is_asked_without_it(wire, client):
    wire.refuse("POST", PATH, 400, "Invalid request")
    wire.answer("POST", PATH, status=204)
    assert dispatch(client, "build.yml", "v1.0.1-rc1", INPUTS) is None
    assert bodies(wire)[1] == {"ref": "v1.0.1-rc1", "inputs": INPUTS}


@pytest.mark.parametrize(("status", "error"), [(404, NotFoundError), (422, RefusedError)])
def test_a_refusal_is_sent_once(wire, client, status, error):
    wire.refuse("POST", PATH, status, "Unexpected inputs provided: ['nonce']")
    with pytest.raises(error):
        dispatch(client, "build.yml", "v1.0.1-rc1", INPUTS)
    assert len(wire.sent()) == 1


def test_a_lost_dispatch_is_not_sent_again(wire, client):
    wire.lose("POST", PATH)
    with pytest.raises(UnknownOutcomeError):
        dispatch(client, "build.yml", "v1.0.1-rc1", INPUTS)
    assert len(wire.sent()) == 1


def test_runs_are_listed_by_tag_event_and_moment(wire, client):
    wire.answer(
        "GET", "actions/workflows/build.yml/runs", {"total_count": 2, "workflow_runs": [run(8), run()]}
    )
    found = list_runs(client, "build.yml", "v1.0.1-rc1", datetime(2026, 3, 2, 2, 50, tzinfo=UTC))
    assert [one.id for one in found] == [8, 7]
    assert wire.mock.calls[0].request.params == {
        "per_page": "100",
        "event": "workflow_dispatch",
        "branch": "v1.0.1-rc1",
        "created": ">=2026-03-02T02:50:00Z",
    }


def test_a_run_as_it_stands(wire, client):
    wire.answer("GET", "actions/runs/7", run(status="completed", conclusion="failure"))
    assert read_run(client, 7) == Run(
        id=7,
        title="Build v1.0.1-rc1 (abc)",
        status="completed",
        conclusion="failure",
        head="a" * 40,
        started_at=STARTED,
        url="https://github.com/acme/stockroom/actions/runs/7",
    )
