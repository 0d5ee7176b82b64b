"""GitHub's auto-merge, switched on by somebody: told, left to GitHub, and followed."""

import pytest

from relauto.errors import DecisionError, Status
from tests.engine.agreement import agree

pytestmark = pytest.mark.path

SOURCE, MAIN, LINE, CHECK = "acme/stockroom", "main", "release-1.0", "unit tests"
ENABLE = 'enablePullRequestAutoMerge(input: {{pullRequestId: "{node}", mergeMethod: {method}}})'
DISABLE = 'disablePullRequestAutoMerge(input: {{pullRequestId: "{node}"}})'
ITSELF = "GitHub will merge pull request #{number} by itself (auto-merge, by dev)"
UNASKED = " without waiting for the approval of prepare.merge; "
SWITCH = "; to have that decided first, switch auto-merge off there"


def only(outcome):
    (stop,) = outcome.stops
    return stop


def switch(world, number, mutation=ENABLE, method="SQUASH", by="dev"):
    """Switch auto-merge on, or with `DISABLE` off, as GitHub's page does."""
    world.hub.add_repository(
        SOURCE, world.root / "product.git", private=False, default_branch=MAIN, allow_auto_merge=True,
        access=dict.fromkeys(("relauto-bot", "ci-runner", "dev", "rae-reviewer", "robin-rm"), "write"),
    )  # fmt: skip
    asked = mutation.format(node=world.pull(number)["node_id"], method=method)
    query = {"query": f"mutation {{ {asked} {{ clientMutationId }} }}"}
    answer, _ = world.api(by)._send("POST", f"{world.hub.address}/api/graphql", query)
    assert "errors" not in answer, answer


def protect(world, branch, **rules):
    world.hub.protect(SOURCE, branch, **{"required_checks": [CHECK], "reviews": 1, **rules})


def test_it_is_told_what_github_still_lacks_and_that_it_waits_for_no_door(at):
    world = at("opened")
    world.advance()
    world.decide()
    switch(world, 1)
    stop = only(agree(world))
    head = world.pull(1)["head"]["sha"][:10]
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.merge", Status.WAITING, "CI and reviewer")
    lacking = f"pull request #1: unit tests has not been reported; 0 of 1 approval of {head}"
    assert stop.reason == f"{ITSELF.format(number=1)}{UNASKED}{lacking}{SWITCH}"
    assert "without waiting for the approval of prepare" in world.rendered("README.md")
    assert not [line for line in world.asked() if line.startswith("/approve")]
    world.pass_pull(1)
    assert world.pull(1)["merged"], "GitHub does not wait"
    assert only(agree(world)).place.step == "prepare.pick"
    proof = world.record("prepare.merge")
    assert (proof.by_others, proof.facts["merged"][0]["merge_commit"]) == (True, world.head(MAIN))


def test_what_lacks_nothing_is_left_to_github_and_not_merged_twice(at):
    world = at("merge-door")
    protect(world, MAIN, strict=True)
    world.commit_on(MAIN, "Go further", {"further.txt": "further\n"})
    switch(world, 1)
    world.approve("prepare.merge")
    stop = only(agree(world))
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.merge", Status.WAITING, "GitHub")
    assert stop.reason == f"{ITSELF.format(number=1)}; it waits for what main asks for", "the door is open"
    protect(world, MAIN)
    world.check(world.pull(1)["head"]["sha"])
    assert only(agree(world)).place.step == "prepare.pick"
    assert world.record("prepare.merge").by_others


def test_an_approval_of_another_head_is_none(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    world.advance(only="investigate.qa-decision")
    commit = world.commit_on("fix/crash", "One more thing", {"more.txt": "more\n"})
    world.push(commit, "fix/crash")
    switch(world, 1)
    assert only(agree(world)).reason.endswith(SWITCH)


@pytest.mark.slow
def test_the_door_is_asked_at_once_auto_merge_is_off_again(at):
    world = at("opened")
    world.advance()
    world.decide()
    switch(world, 1)
    world.check(world.pull(1)["head"]["sha"])
    agree(world)
    switch(world, 1, DISABLE)
    world.review(1)
    stop = only(agree(world))
    assert stop.status is Status.DECISION
    assert stop.reason.startswith("a person must approve: merge pull request #1 to main")
    assert not world.pull(1)["merged"]


def test_a_red_check_is_refused_as_ever_and_told_what_github_does(at):
    world = at("opened")
    world.advance()
    world.decide()
    switch(world, 1)
    world.check(world.pull(1)["head"]["sha"], "failure")
    stop = only(agree(world))
    assert stop.status is Status.DECISION
    failed = f"pull request #1: unit tests is failure on {world.pull(1)['head']['sha'][:10]}"
    assert stop.reason == f"{ITSELF.format(number=1)}{UNASKED}{failed}{SWITCH}"
    assert set(world.record("prepare.merge").facts["gates"]) == {"checks"}, "the gate can still be waived"


def test_a_merge_that_github_refused_relauto_and_then_made_itself_is_not_relautos(at):
    world = at("merge-door")
    protect(world, MAIN, strict=True)
    world.commit_on(MAIN, "Go further", {"further.txt": "further\n"})
    world.approve("prepare.merge")
    with pytest.raises(DecisionError, match="was not merged"):
        world.advance()
    switch(world, 1)
    agree(world)
    protect(world, MAIN)
    world.check(world.pull(1)["head"]["sha"])
    world.advance()
    assert world.record("prepare.merge").by_others


def test_auto_merge_of_a_pick_is_waited_for(at):
    world = at("pick")
    switch(world, 2, method="REBASE")
    stop = only(agree(world))
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.pick", Status.WAITING, "CI and reviewer")
    assert stop.reason.startswith(f"{ITSELF.format(number=2)}; pull request #2: "), "no door is before a pick"
    assert not stop.reason.endswith(SWITCH)
    world.pass_pull(2)
    assert only(agree(world)).place.step == "prepare.verify"
    assert not world.record("prepare.pick").by_others, "relauto made the pick, whoever merged it"


def test_what_was_pushed_to_a_pick_is_told_before_github_merges_it(at):
    world = at("pick")
    head = world.pull(2)["head"]
    world.product.run("branch", "work", head["sha"])
    world.push(world.commit_on("work", "One more thing", {"more.txt": "more\n"}), head["ref"])
    switch(world, 2, method="REBASE")
    stop = only(agree(world))
    assert stop.status is Status.DECISION
    assert stop.reason.startswith(f"{ITSELF.format(number=2)}; pull request #2 is at ")
    assert stop.reason.endswith(f"but the pick is {head['sha'][:10]}")


def test_auto_merge_leads_into_the_queue(at):
    world = at("opened")
    protect(world, MAIN, queue="squash", ruleset=True)
    world.advance()
    world.decide()
    switch(world, 1)
    assert only(agree(world)).reason.endswith(SWITCH)
    world.pass_pull(1)
    stop = only(agree(world))
    assert stop.reason == "pull request #1 is in the merge queue of main (number 1, awaiting checks)"
