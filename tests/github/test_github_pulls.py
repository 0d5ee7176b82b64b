import json

import pytest

from relauto.errors import DecisionError, RemoteError, UnknownOutcomeError
from relauto.github.checks import Check
from relauto.github.faults import RefusedError
from relauto.github.pulls import (
    Review,
    add_labels,
    find_pulls,
    merge_pull,
    open_pull,
    read_pull,
    request_reviewers,
)
from relauto.model.names import Branch, Commit

HEAD, MERGE, OTHER = Commit("a" * 40), Commit("c" * 40), Commit("e" * 40)
FIX, MAIN = Branch("fix/orders"), Branch("main")


@pytest.fixture
def seen(wire, client, say):
    """The pull request as it was looked at before."""
    wire.graphql(say.one_pull())
    found = read_pull(client, 7)
    wire.mock.reset()
    return found


def sent_body(wire, index=-1):
    return json.loads(wire.mock.calls[index].request.body)


def plan_rest(wire, say, found, *, runs=(), statuses=(), reviews=(), rules=(), required=()):
    wire.no_graphql()
    wire.answer("GET", "pulls/7", found)
    wire.answer("GET", "pulls", [found])
    wire.answer("GET", "pulls/7/reviews", list(reviews))
    wire.answer("GET", f"commits/{say.HEAD}/check-runs", {"total_count": len(runs), "check_runs": list(runs)})
    wire.answer("GET", f"commits/{say.HEAD}/status", {"statuses": list(statuses)})
    wire.answer("GET", "rules/branches/main", list(rules))
    checks = {"contexts": list(required), "checks": []}
    wire.answer("GET", "branches/main", {"protected": True, "protection": {"required_status_checks": checks}})


def test_one_read_brings_the_whole_state(wire, client, say):
    contexts = say.commit_node(
        say.run_node("build", "completed", "success", isRequired=True),
        say.status_node("legacy", "error", isRequired=False),
    )
    wire.graphql(say.one_pull(commits={"nodes": [{"commit": contexts}]}, mergeStateStatus="UNSTABLE"))
    found = read_pull(client, 7)
    assert wire.sent() == ["POST /graphql"]
    assert (found.state, found.mergeable, found.merge_state) == ("open", True, "unstable")
    assert found.checks.checks == (
        Check("build", "success", "ci", 15, f"{say.WEB}/runs/build", "check_run", True),
        Check("legacy", "failure", None, None, None, "status", False),
    )
    assert found.labels == ("backport", "sev1")


def test_graphql_and_rest_give_the_same_value(wire, client, open_client, say):
    at = "2026-03-02T03:00:00Z"
    opinions = [
        ("rae-reviewer", "CHANGES_REQUESTED"),
        ("rae-reviewer", "APPROVED"),
        ("robot[bot]", "APPROVED"),
    ]
    contexts = say.commit_node(
        say.run_node("build", "completed", "success", isRequired=True),
        say.run_node("lint", "in_progress", None, isRequired=False),
        say.status_node("legacy", "pending", isRequired=True),
    )
    wire.graphql(
        say.one_pull(
            reviewDecision="APPROVED",
            author=None,
            reviews={
                "totalCount": 3,
                "nodes": [
                    {
                        "author": say.actor(who),
                        "authorCanPushToRepository": True,
                        "state": state,
                        "submittedAt": at,
                        "commit": {"oid": HEAD},
                    }
                    for who, state in opinions
                ],
            },
            reviewRequests={
                "nodes": [
                    {"requestedReviewer": say.actor("tam-noor")},
                    {"requestedReviewer": {"__typename": "Team"}},
                ]
            },
            commits={"nodes": [{"commit": contexts}]},
        )
    )
    by_graphql = read_pull(client, 7)
    wire.mock.reset()
    plan_rest(
        wire,
        say,
        say.pull(user=None, requested_reviewers=[say.user("tam-noor")], requested_teams=[{"slug": "qa"}]),
        runs=[say.run("lint", "in_progress", None), say.run("build", "completed", "success")],
        statuses=[say.status("legacy", "pending")],
        reviews=[
            *(
                {
                    "user": say.user(who),
                    "author_association": "MEMBER",
                    "state": state,
                    "commit_id": HEAD,
                    "submitted_at": at,
                }
                for who, state in opinions
            ),
            {"user": say.user("rae-reviewer"), "state": "COMMENTED", "commit_id": HEAD, "submitted_at": at},
        ],
        required=["build", "legacy"],
    )
    assert read_pull(open_client(), 7) == by_graphql
    assert by_graphql.author == "ghost"
    assert by_graphql.reviews == (
        Review("rae-reviewer", "approved", HEAD, at, counts=True),
        Review("robot[bot]", "approved", HEAD, at, counts=True),
    )


@pytest.mark.parametrize(
    ("node", "rest"),
    [
        (
            {"state": "MERGED", "mergeCommit": {"oid": MERGE}, "mergeable": "UNKNOWN"},
            {"state": "closed", "merged": True, "merge_commit_sha": MERGE, "mergeable": None},
        ),
        ({"state": "CLOSED"}, {"state": "closed"}),
        ({"mergeable": "UNKNOWN"}, {"mergeable": None}),
        (
            {"mergeable": "CONFLICTING", "mergeStateStatus": "DIRTY"},
            {"mergeable": False, "mergeable_state": "dirty"},
        ),
        ({"isDraft": True}, {"draft": True}),
    ],
)
def test_each_state_is_the_same_both_ways(wire, client, open_client, say, node, rest):
    wire.graphql(say.pulls(say.pull_node(**node)))
    by_graphql = find_pulls(client, FIX, MAIN)
    wire.mock.reset()
    plan_rest(wire, say, say.pull(**rest))
    assert find_pulls(open_client(), FIX, MAIN) == by_graphql
    assert len(by_graphql) == 1


def test_an_unmerged_pull_has_no_merge_commit(wire, open_client, say):
    plan_rest(wire, say, say.pull())
    assert read_pull(open_client(), 7).merge_commit is None


def test_forks_with_a_branch_of_that_name_are_left_out(wire, client, say):
    fork = {"nameWithOwner": "mallory/stockroom"}
    wire.graphql(say.pulls(say.pull_node(8, headRepository=fork), say.pull_node(9, headRepository=None)))
    assert find_pulls(client, FIX) == []


def test_the_head_filter_that_github_ignores_is_applied_again(wire, open_client, say):
    plan_rest(wire, say, say.pull())
    wire.mock.remove("GET", "https://api.github.com:443/repos/acme/stockroom/pulls")
    elsewhere = {"ref": "fix/orders", "sha": HEAD, "repo": {"full_name": "mallory/stockroom"}}
    other = {"ref": "another", "sha": HEAD, "repo": {"full_name": "acme/stockroom"}}
    gone = {"ref": "fix/orders", "sha": HEAD, "repo": None}
    listed = [say.pull(10 + index, head=head) for index, head in enumerate((elsewhere, other, gone))]
    wire.answer("GET", "pulls", [say.pull(), *listed])
    assert [pull.number for pull in find_pulls(open_client(), FIX, MAIN)] == [7]


def test_no_base_means_no_variable_for_it(wire, client, say):
    wire.graphql(say.pulls())
    find_pulls(client, FIX)
    assert "base" not in sent_body(wire)["variables"]


@pytest.mark.parametrize(
    "cut",
    [
        {"reviews": {"totalCount": 101, "nodes": []}},
        {"commits": {"nodes": [{"commit": {"oid": "e" * 40, "statusCheckRollup": None}}]}},
    ],
)
def test_a_cut_off_answer_is_read_again_in_full(wire, client, say, cut):
    plan_rest(wire, say, say.pull(title="in full"))
    wire.mock.remove("POST", "https://api.github.com:443/graphql")
    wire.graphql(say.one_pull(**cut))
    assert read_pull(client, 7).title == "in full"


def test_more_than_a_hundred_checks_are_read_by_rest(wire, client, say):
    plan_rest(wire, say, say.pull(), runs=[say.run("build", "completed", "failure")])
    wire.mock.remove("POST", "https://api.github.com:443/graphql")
    contexts = say.commit_node(say.run_node("other", "queued", None), more=True)
    wire.graphql(say.one_pull(commits={"nodes": [{"commit": contexts}]}))
    assert [check.name for check in read_pull(client, 7).checks.checks] == ["build"]


def open_fix(client, **more):
    return open_pull(client, head=FIX, base=MAIN, title="Orders of customer 7", body="Fixes it.", **more)


def test_an_open_pull_is_adopted(wire, client, say):
    wire.graphql(
        say.pulls(say.pull_node(8, state="CLOSED"), say.pull_node(7, author=say.actor("rae-reviewer")))
    )
    assert open_fix(client).number == 7
    assert client.counts.write == 0


def test_a_pull_is_opened_with_one_write(wire, client, say):
    wire.answer("POST", "pulls", say.pull(mergeable=None, mergeable_state="unknown"), 201)
    made = open_fix(client, draft=True, absent=True)
    assert (made.number, made.mergeable, made.checks.checks) == (7, None, ())
    assert sent_body(wire) == {
        "head": "fix/orders",
        "base": "main",
        "title": "Orders of customer 7",
        "body": "Fixes it.",
        "draft": True,
    }


def test_a_lost_answer_adopts_what_was_opened(wire, client, say):
    wire.lose("POST", "pulls")
    wire.graphql(say.pulls(say.pull_node()))
    assert open_fix(client, absent=True).number == 7
    assert client.counts.write == 1


def test_a_lost_request_is_sent_once_more(wire, client, say):
    wire.lose("POST", "pulls")
    wire.answer("POST", "pulls", say.pull(), 201)
    wire.graphql(say.pulls())
    assert open_fix(client, absent=True).number == 7
    assert client.counts.write == 2


def test_a_write_lost_twice_is_not_sent_a_third_time(wire, client, say):
    wire.lose("POST", "pulls")
    wire.graphql(say.pulls())
    with pytest.raises(UnknownOutcomeError):
        open_fix(client, absent=True)
    assert client.counts.write == 2


def test_a_look_that_fails_after_a_lost_write_leaves_it_unknown(wire, client, say):
    wire.lose("POST", "pulls")
    wire.lose("POST", "/graphql")
    with pytest.raises(UnknownOutcomeError, match="could not be looked up"):
        open_fix(client, absent=True)
    assert client.counts.write == 1


def test_already_exists_adopts(wire, client, say):
    errors = [{"message": "A pull request already exists for acme:fix/orders."}]
    wire.refuse("POST", "pulls", 422, "Validation Failed", errors=errors)
    wire.graphql(say.pulls(say.pull_node()))
    assert open_fix(client, absent=True).number == 7


def test_a_branch_that_is_not_seen_yet_is_waited_for(wire, client, clock, say):
    errors = [{"resource": "PullRequest", "field": "head", "code": "invalid"}]
    wire.refuse("POST", "pulls", 422, "Validation Failed", errors=errors)
    wire.refuse("POST", "pulls", 422, "Validation Failed", errors=errors)
    wire.answer("POST", "pulls", say.pull(), 201)
    open_fix(client, absent=True)
    assert clock.slept == [1.0, 2.0]


def test_a_branch_that_stays_unseen_is_refused(wire, client, clock):
    wire.refuse(
        "POST", "pulls", 422, "Validation Failed", errors=[{"message": "No commits between main and fix"}]
    )
    with pytest.raises(RefusedError, match="No commits between"):
        open_fix(client, absent=True)
    assert clock.slept == [1.0, 2.0, 3.0]


def test_labels_that_are_there_are_not_added(wire, client):
    wire.answer("GET", "issues/7/labels", [{"name": "Sev1"}, {"name": "x"}])
    assert add_labels(client, 7, ["sev1"]) == ("Sev1", "x")
    assert client.counts.write == 0


def test_a_label_that_github_left_out_is_told(wire, client):
    wire.answer("POST", "issues/7/labels", [{"name": "x"}])
    with pytest.raises(RemoteError, match="sev1"):
        add_labels(client, 7, ["sev1"], absent=True)


def test_who_has_reviewed_is_not_asked_again(wire, client, say):
    review = {
        "author": say.actor("rae-reviewer"),
        "authorCanPushToRepository": True,
        "state": "APPROVED",
        "submittedAt": None,
        "commit": None,
    }
    wire.graphql(say.one_pull(reviews={"totalCount": 1, "nodes": [review]}))
    assert request_reviewers(client, 7, ["rae-reviewer"]) == ("rae-reviewer",)
    assert client.counts.write == 0


def test_reviewers_are_asked_once_after_a_lost_answer(wire, client, say):
    wire.lose("POST", "pulls/7/requested_reviewers")
    asked = {"nodes": [{"requestedReviewer": say.actor("rae-reviewer")}]}
    wire.graphql(say.one_pull(reviewRequests=asked))
    assert request_reviewers(client, 7, ["rae-reviewer"], absent=True) == ("rae-reviewer",)
    assert client.counts.write == 1


def merge(client, seen, **more):
    return merge_pull(client, seen, head=HEAD, method="squash", **more)


def test_a_merge_is_guarded_by_the_head(wire, client, seen):
    wire.answer("PUT", "pulls/7/merge", {"sha": MERGE, "merged": True, "message": "done"})
    assert merge(client, seen, title="Orders (#7)") == MERGE
    assert sent_body(wire) == {"sha": HEAD, "merge_method": "squash", "commit_title": "Orders (#7)"}


def test_a_lost_merge_is_read_back(wire, client, seen, say):
    wire.answer("PUT", "pulls/7/merge", {}, 502)
    wire.graphql(say.one_pull(state="MERGED", mergeCommit={"oid": MERGE}))
    assert merge(client, seen) == MERGE
    assert wire.sent() == ["PUT pulls/7/merge", "POST /graphql"]


def test_a_merge_that_never_arrived_is_sent_again(wire, client, seen, say):
    wire.lose("PUT", "pulls/7/merge")
    wire.answer("PUT", "pulls/7/merge", {"sha": MERGE, "merged": True})
    wire.graphql(say.one_pull())
    assert merge(client, seen) == MERGE


def test_a_merge_lost_while_the_head_moved_is_for_a_person(wire, client, seen, say):
    wire.lose("PUT", "pulls/7/merge")
    moved = {"nodes": [{"commit": say.commit_node(oid=OTHER)}]}
    wire.graphql(say.one_pull(headRefOid=OTHER, commits=moved))
    with pytest.raises(DecisionError, match=f"was {HEAD} and is {OTHER}"):
        merge(client, seen)


def test_what_is_merged_already_is_left_as_it_is(wire, client, say):
    wire.graphql(say.one_pull(state="MERGED", mergeCommit={"oid": MERGE}))
    assert merge(client, read_pull(client, 7)) == MERGE
    assert client.counts.write == 0


def test_a_closed_pull_is_for_a_person(wire, client, say):
    wire.graphql(say.one_pull(state="CLOSED"))
    with pytest.raises(DecisionError, match="closed without a merge"):
        merge(client, read_pull(client, 7))


def test_405_of_a_pull_that_somebody_merged_is_success(wire, client, seen, say):
    wire.refuse("PUT", "pulls/7/merge", 405, "Pull Request is not mergeable")
    wire.graphql(say.one_pull(state="MERGED", mergeCommit={"oid": MERGE}))
    assert merge(client, seen) == MERGE


@pytest.mark.parametrize(
    ("status", "message", "todo"),
    [
        (409, "Head branch was modified. Review and try the merge again.", "no longer"),
        (405, "Changes must be made through the merge queue", "merge queue"),
        (405, "Squash merges are not allowed on this repository.", "other than squash"),
        (405, "Pull Request is not mergeable", "conflicts"),
        (405, 'Required status check "build" is expected.', "checks"),
    ],
)
def test_a_refused_merge_says_what_to_do(wire, client, clock, seen, say, status, message, todo):
    wire.refuse("PUT", "pulls/7/merge", status, message)
    wire.graphql(say.one_pull())
    with pytest.raises(DecisionError, match=todo):
        merge(client, seen)
    assert client.counts.write == 1
    assert clock.slept == []


def test_a_base_that_moved_is_tried_again_and_not_for_ever(wire, client, clock, seen, say):
    wire.refuse("PUT", "pulls/7/merge", 405, "Base branch was modified. Review and try the merge again.")
    wire.graphql(say.one_pull())
    with pytest.raises(DecisionError, match="base moves"):
        merge(client, seen)
    assert clock.slept == [1, 2, 3]
