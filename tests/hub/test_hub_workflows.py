"""Workflows: what may be dispatched, with which inputs, and what its runs are called."""

import pytest

BUILD = """\
name: Build
run-name: ${{ inputs.tag }} for ${{ github.actor }} (${{ github.event.inputs.nonce }}) ${{ env.none }}
on:
  push:
  workflow_dispatch:
    inputs:
      tag: {required: true}
      nonce: {required: true, default: zero}
      note:
"""


@pytest.fixture
def dispatch(world):
    (world.clone.directory / ".github/workflows").mkdir(parents=True)
    world.commit(".github/workflows/build.yml", BUILD, "Build")
    world.commit(".github/workflows/plain.yml", "name: Plain\non: [push, workflow_dispatch]\n", "Plain")
    world.commit(".github/workflows/push.yml", "on: push\n", "Push")
    world.push("HEAD:main", "HEAD:refs/tags/v1", "HEAD~3:refs/tags/v0")

    def send(file="build.yml", ref="v1", status=200, **inputs):
        body = {"ref": ref, "inputs": inputs, "return_run_details": True}
        return world.send("POST", f"/actions/workflows/{file}/dispatches", body, status=status)

    return send


def test_a_run_is_called_as_its_run_name_says(world, dispatch):
    made = dispatch(tag="v1", nonce="abc")
    run = world.get(f"/actions/runs/{made['workflow_run_id']}")
    assert (run["display_title"], run["name"]) == ("v1 for bot (abc) ", "Build")
    assert (run["head_branch"], run["head_sha"]) == ("v1", world.bare.read("rev-parse", "v1"))
    assert world.get(f"/actions/runs/{dispatch(tag='v1')['workflow_run_id']}")["display_title"] == (
        "v1 for bot (zero) "
    )


def test_a_run_without_a_run_name_is_called_as_its_workflow(world, dispatch):
    made = dispatch("plain.yml")
    assert world.get(f"/actions/runs/{made['workflow_run_id']}")["display_title"] == "Plain"


@pytest.mark.parametrize(
    ("file", "ref", "inputs", "said"),
    [
        ("build.yml", "v1", {"tag": "v1", "colour": "red"}, "Unexpected inputs provided: ['colour']"),
        ("build.yml", "v1", {}, "Required input 'tag' not provided"),
        ("push.yml", "v1", {}, "Workflow does not have 'workflow_dispatch' trigger"),
        ("build.yml", "v0", {"tag": "v0"}, "Workflow does not have 'workflow_dispatch' trigger"),
        ("build.yml", "v9", {"tag": "v9"}, "No ref found for: v9"),
    ],
)
def test_what_cannot_be_dispatched_is_refused(dispatch, file, ref, inputs, said):
    assert dispatch(file, ref, 422, **inputs)["message"] == said


def test_a_run_again_keeps_its_id_and_counts_its_attempts(world, dispatch):
    run = dispatch("plain.yml")["workflow_run_id"]
    own = f"{world.hub.address}/_hub/repos/acme/stockroom/runs/{run}"
    world.send("POST", own, {"status": "completed", "conclusion": "failure"})
    began = world.get(f"/actions/runs/{run}")["run_started_at"]
    world.clock.sleep(60)
    assert world.send("POST", own, {"status": "in_progress"})["run_attempt"] == 2
    again = world.get(f"/actions/runs/{run}")
    assert again["run_started_at"] > began
    assert (again["created_at"], again["conclusion"]) == (began, None)


def test_an_event_of_ones_own_is_announced_as_it_was_told(world):
    told = {"event_type": "relauto", "client_payload": {"event": "pull_request", "id": "7"}}
    world.send("POST", "/dispatches", told, status=204)
    event = world.hub.events()[-1]
    assert (event.name, event.payload["action"], event.payload["client_payload"]) == (
        "repository_dispatch",
        "relauto",
        told["client_payload"],
    )
    assert event.payload["branch"] == "main"


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"event_type": ""},
        {"event_type": "x" * 101},
        {"event_type": "x", "client_payload": dict.fromkeys("abcdefghijk")},
    ],
)
def test_an_event_of_another_form_is_refused(world, told):
    world.send("POST", "/dispatches", told, status=422)
