import pytest

from relauto.errors import RemoteError
from relauto.github.checks import Check, Checks, RequiredCheck, judge, look_at_checks, required_checks
from relauto.github.faults import ForbiddenError
from relauto.model.names import Branch, Commit

HEAD = Commit("a" * 40)
BUILD = RequiredCheck("build")


def check(name="build", state="success", app_id=15, **more):
    return Check(name, state, "ci", app_id, None, "check_run", **more)


def judged(*checks, required=(BUILD,)):
    return judge(Checks(HEAD, checks), required)


@pytest.mark.parametrize("state", ["success", "skipped", "neutral"])
def test_states_that_pass(state):
    assert judged(check(state=state)).state == "passed"


@pytest.mark.parametrize(
    "state", ["failure", "cancelled", "timed_out", "action_required", "stale", "startup_failure", "brand_new"]
)
def test_states_that_fail_whatever_they_are_called(state):
    verdict = judged(check(state=state))
    assert verdict.state == "failed"
    assert f"build is {state}" in verdict.reasons[0]


def test_absent_is_pending():
    assert judged(check("lint")).reasons == ("build has not been reported",)
    assert judged().state == "pending"


def test_one_failure_outweighs_what_is_pending():
    verdict = judged(
        check(state="pending"), check("lint", "failure"), required=(BUILD, RequiredCheck("lint"))
    )
    assert verdict.state == "failed"
    assert verdict.reasons == ("build is pending", "lint is failure")


def test_a_check_and_a_status_of_one_name_are_both_required():
    status = Check("build", "pending", None, None, None, "status")
    assert judged(check(), status).state == "pending"


def test_a_check_by_another_app_does_not_count():
    verdict = judged(check(app_id=99), required=(RequiredCheck("build", 15),))
    assert verdict.state == "pending"
    assert "by the App" in verdict.reasons[0]


def test_nothing_required_is_passed_whatever_else_fails():
    assert judged(check(state="failure"), required=()).state == "passed"


def test_what_github_flags_as_required_counts_unlisted():
    assert judged(check(state="failure", required=True), required=()).state == "failed"


def test_checks_are_the_same_both_ways(wire, client, open_client, say):
    contexts = [
        say.run_node("build", "completed", "timed_out"),
        say.run_node("lint", "queued", None),
        say.status_node("legacy", "expected"),
    ]
    wire.graphql({"repository": {"object": say.commit_node(*contexts)}})
    by_graphql = look_at_checks(client, HEAD).read()
    wire.mock.reset()
    wire.no_graphql()
    runs = [say.run("build", "completed", "timed_out"), say.run("lint", "queued", None)]
    second = f'<https://api.github.com/repos/acme/stockroom/commits/{HEAD}/check-runs?page=2>; rel="next"'
    path = f"commits/{HEAD}/check-runs"
    wire.answer("GET", path, {"total_count": 2, "check_runs": runs[:1]}, headers={"Link": second})
    wire.answer("GET", path, {"total_count": 2, "check_runs": runs[1:]})
    wire.answer("GET", f"commits/{HEAD}/status", {"statuses": [say.status("legacy", "pending")]})
    assert look_at_checks(open_client(), HEAD).read() == by_graphql
    assert [one.state for one in by_graphql.checks] == ["timed_out", "pending", "pending"]


def test_a_commit_without_checks_has_none(wire, client, say):
    wire.graphql({"repository": {"object": say.commit_node()}})
    assert look_at_checks(client, HEAD).read() == Checks(HEAD, ())


@pytest.mark.parametrize("found", [None, {"__typename": "Tag"}, {"oid": "b" * 40}])
def test_another_object_is_not_a_commit_without_checks(wire, client, found):
    wire.graphql({"repository": {"object": found}})
    with pytest.raises(RemoteError, match="has no commit"):
        look_at_checks(client, HEAD).read()


RULE = {
    "type": "required_status_checks",
    "parameters": {"required_status_checks": [{"context": "build", "integration_id": 15}]},
}


def test_rulesets_and_classic_protection_are_joined(wire, client):
    wire.answer("GET", "rules/branches/release/5.35", [RULE, {"type": "deletion"}])
    classic = {"contexts": ["lint", "legacy"], "checks": [{"context": "lint", "app_id": -1}]}
    protection = {"enabled": True, "required_status_checks": classic}
    wire.answer("GET", "branches/release/5.35", {"protected": True, "protection": protection})
    assert required_checks(client, Branch("release/5.35")) == (
        RequiredCheck("build", 15),
        RequiredCheck("legacy"),
        RequiredCheck("lint"),
    )


def test_an_unprotected_branch_requires_nothing(wire, client):
    wire.answer("GET", "rules/branches/main", [])
    wire.answer("GET", "branches/main", {"protected": False})
    assert required_checks(client, Branch("main")) == ()


def test_protection_that_cannot_be_read_is_not_none(wire, client):
    wire.answer("GET", "rules/branches/main", [])
    wire.answer("GET", "branches/main", {"protected": True})
    with pytest.raises(RemoteError, match="cannot be read"):
        required_checks(client, Branch("main"))


def test_rules_that_cannot_be_read_are_not_none(wire, client):
    wire.refuse("GET", "rules/branches/main", 403, "Resource not accessible by integration")
    with pytest.raises(ForbiddenError):
        required_checks(client, Branch("main"))
