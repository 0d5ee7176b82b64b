"""Every example of an event that npm's `@octokit/webhooks-examples` has, through the whole of `on-event`.

The package is large, so it is not shipped: `RELAUTO_WEBHOOKS` names its `api.github.com/index.json`.
"""

import json
import os
from pathlib import Path

import pytest

from relauto.triggers.catalogue import KINDS, explain_pass
from tests.tasks.test_tasks_story import SOURCE, incident, world

__all__ = ["incident", "world"]

# Read before the environment of tests is made empty.
EXAMPLES = os.environ.get("RELAUTO_WEBHOOKS")

LOOKED = {
    "branch_protection_rule": {"created", "deleted", "edited"},
    "check_run": {"completed", "rerequested"},
    "check_suite": {"completed"},
    "create": {""},
    "delete": {""},
    "issue_comment": {"created", "deleted", "edited"},
    "issues": {
        "closed",
        "deleted",
        "demilestoned",
        "edited",
        "labeled",
        "milestoned",
        "reopened",
        "transferred",
        "unlabeled",
    },
    "merge_group": {"checks_requested"},
    "pull_request": {
        "auto_merge_disabled",
        "auto_merge_enabled",
        "closed",
        "converted_to_draft",
        "dequeued",
        "edited",
        "enqueued",
        "labeled",
        "merged",
        "opened",
        "ready_for_review",
        "reopened",
        "synchronize",
        "unlabeled",
    },
    "pull_request_review": {"dismissed", "edited", "submitted"},
    "push": {""},
    "release": {"created", "deleted", "edited", "prereleased", "published", "released", "unpublished"},
    "status": {""},
    "workflow_dispatch": {""},
    "workflow_run": {"completed"},
}
"""What of GitHub's examples relauto looks at, by event and action; it passes over all others with a word."""

ANYWHERE = {"branch_protection_rule", "release", "workflow_dispatch"}
"""Events that are about any incident of their repository."""


def read_corpus():
    if not EXAMPLES:
        pytest.skip("RELAUTO_WEBHOOKS does not name GitHub's examples of events")
    return json.loads(Path(EXAMPLES).read_text("utf-8"))


def run_example(world, event, payload):
    if "repository" in payload:
        payload["repository"] = payload["repository"] | {"full_name": SOURCE}
    file = world.root / "payload.json"
    file.write_text(json.dumps(payload))
    ended = world.run("on-event", "--event", event, "--payload", str(file), "--json")
    assert ended.status == 0, f"{event}: {ended.err}"
    return ended.document


@pytest.mark.contract
def test_every_kind_of_event_and_action_is_in_the_catalogue():
    corpus = read_corpus()
    assert len(corpus) == 58
    assert set(KINDS) - {"schedule"} == {each["name"] for each in corpus}
    looked = {
        each["name"]: {action for action in each["actions"] or [""] if not explain_pass(each["name"], action)}
        for each in corpus
        if each["name"] != "repository_dispatch"
    }
    assert {name: actions for name, actions in looked.items() if actions} == LOOKED


@pytest.mark.contract
def test_every_example_of_an_event_ends_as_the_catalogue_says(world, incident):
    reached = {True: set(), False: set()}
    for event, examples in [(each["name"], each["examples"]) for each in read_corpus()]:
        for payload in examples:
            told = run_example(world, event, payload)
            action = payload.get("action", "")
            assert told["handled"] == (action in LOOKED.get(event, ())), f"{event} {action}"
            if told["handled"]:
                reached[bool(told["incidents"])].add(event)
            else:
                assert told["why"].startswith(f"{event} ")
    assert reached[True] >= ANYWHERE, "the incident was looked at"
    assert {"issues", "check_suite"} <= reached[False], "others were told apart"
