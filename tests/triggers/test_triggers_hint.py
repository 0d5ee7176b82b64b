"""What an event hints at. Payloads are foreign text: nothing breaks, and nothing is believed."""

import pytest

from relauto.triggers.hint import Hint, Passed, read_hint

REPOSITORY = {"full_name": "acme/stockroom", "default_branch": "main"}
HEAD, BEFORE = "a" * 40, "b" * 40


def hint(event, action="", **more):
    return Hint(event, action, "acme/stockroom", "main", **more)


@pytest.mark.parametrize(
    ("event", "payload", "expected"),
    [
        (
            "pull_request",
            {"action": "labeled", "number": 7, "pull_request": {"head": {"ref": "fix/x", "sha": HEAD}}},
            hint(
                "pull_request",
                "labeled",
                numbers=frozenset({7}),
                branches=frozenset({"fix/x"}),
                commits=frozenset({HEAD}),
            ),
        ),
        (
            "issue_comment",
            {"action": "created", "issue": {"number": 3}, "comment": {"id": 99, "body": "/advance"}},
            hint("issue_comment", "created", numbers=frozenset({3}), comment=99),
        ),
        (
            "push",
            {"ref": "refs/heads/main", "before": BEFORE, "after": HEAD},
            hint("push", moved=frozenset({"refs/heads/main"})),
        ),
        ("create", {"ref": "v1", "ref_type": "tag"}, hint("create", moved=frozenset({"refs/tags/v1"}))),
        ("delete", {"ref": "x", "ref_type": "branch"}, hint("delete", moved=frozenset({"refs/heads/x"}))),
        (
            "status",
            {"sha": HEAD, "branches": [{"name": "fix/x"}, {"name": None}, "y"]},
            hint("status", commits=frozenset({HEAD}), branches=frozenset({"fix/x"})),
        ),
        (
            "check_run",
            {
                "action": "completed",
                "check_run": {
                    "head_sha": HEAD,
                    "check_suite": {"head_branch": None},
                    "pull_requests": [{"number": 7}],
                },
            },
            hint("check_run", "completed", commits=frozenset({HEAD}), numbers=frozenset({7})),
        ),
        (
            "merge_group",
            {"action": "checks_requested", "merge_group": {"base_ref": "refs/heads/main", "head_sha": HEAD}},
            hint(
                "merge_group",
                "checks_requested",
                commits=frozenset({HEAD}),
                moved=frozenset({"refs/heads/main"}),
            ),
        ),
        ("workflow_dispatch", {"inputs": {"x": "y"}}, hint("workflow_dispatch")),
        ("schedule", {"schedule": "7 * * * *"}, hint("schedule")),
    ],
)
def test_an_event_hints_at_what_it_is_about(event, payload, expected):
    assert read_hint(event, payload | {"repository": REPOSITORY}) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"event": "issue_comment", "id": "99"}, Hint("issue_comment", comment=99)),
        ({"event": "pull_request", "id": 7}, Hint("pull_request", numbers=frozenset({7}))),
        ({"event": "check_run", "id": "7"}, Hint("check_run")),
        ({"event": "push"}, Hint("push")),
        ({"event": "star"}, Passed("star changes nothing here: no step depends on it.")),
        ({"event": "nonsense"}, Passed("relauto knows no event 'nonsense', so nothing is done.")),
        (
            {"event": "repository_dispatch", "id": "1"},
            Passed("repository_dispatch is not relayed itself, so nothing is done."),
        ),
        (
            {"event": "push; rm -rf /"},
            Passed("repository_dispatch names no event in client_payload.event, so nothing is done."),
        ),
        ({}, Passed("repository_dispatch names no event in client_payload.event, so nothing is done.")),
    ],
)
def test_a_relay_tells_the_event_and_an_id_alone(sent, expected):
    payload = {"action": "relauto", "client_payload": sent, "repository": {"full_name": "acme/ops"}}
    assert read_hint("repository_dispatch", payload) == expected


@pytest.mark.parametrize(
    ("event", "payload", "why"),
    [
        ("flood", {}, "relauto knows no event 'flood', so nothing is done."),
        ("star", {"action": "created"}, "star changes nothing here: no step depends on it."),
        (
            "check_run",
            {"action": "created"},
            "check_run 'created' changes nothing here: only completed, rerequested may.",
        ),
        ("check_suite", {}, "check_suite '' changes nothing here: only completed may."),
        (
            "repository_dispatch",
            {"action": "on-demand-test"},
            "repository_dispatch 'on-demand-test' changes nothing here: only 'relauto' may.",
        ),
    ],
)
def test_what_is_passed_over_is_told_with_a_word(event, payload, why):
    assert read_hint(event, payload) == Passed(why)


@pytest.mark.parametrize(
    "payload",
    [
        {"action": ["labeled"], "number": True, "repository": "acme/stockroom"},
        {"action": "labeled", "pull_request": {"head": []}, "repository": {"full_name": 7}},
        {"action": "labeled", "number": "7", "sha": "$(id)", "branches": "all", "check_run": [1]},
        {"action": "labeled", "ref": {"a": 1}, "issue": None, "comment": {"id": 2.5}},
    ],
)
def test_what_is_shaped_otherwise_is_taken_as_not_told(payload):
    told = read_hint("pull_request", payload)
    assert told == Hint("pull_request", "labeled") or isinstance(told, Passed)
