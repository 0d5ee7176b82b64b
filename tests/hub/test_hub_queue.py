"""The merge queue and auto-merge of the hub."""

import pytest

from relauto.model.names import Branch, RepositoryName

NAME, MAIN = RepositoryName("acme/stockroom"), Branch("main")
ENQUEUE = """mutation($id: ID!, $head: GitObjectID) { enqueuePullRequest(
  input: {pullRequestId: $id, expectedHeadOid: $head}) { mergeQueueEntry { position state } } }"""
ENABLE = """mutation($id: ID!) { enablePullRequestAutoMerge(
  input: {pullRequestId: $id, mergeMethod: SQUASH}) {
  pullRequest { number autoMergeRequest { mergeMethod } } } }"""
LOOK = """query($n: Int!) { repository(owner: "acme", name: "stockroom") { pullRequest(number: $n) {
  id state isInMergeQueue isMergeQueueEnabled mergeQueueEntry { position state headCommit { oid } }
  mergeCommit { oid } mergedBy { login }
  timelineItems(last: 1, itemTypes: [ADDED_TO_MERGE_QUEUE_EVENT, REMOVED_FROM_MERGE_QUEUE_EVENT]) { nodes {
    __typename ... on RemovedFromMergeQueueEvent { reason } } } } } }"""


@pytest.fixture
def queued(world):
    """Main has a queue that merges by squash and needs `test`; its pull request #1 is green."""
    head = world.fork("fix")
    world.open("fix")
    world.hub.protect(NAME, MAIN, required_checks=["test"], queue="squash", ruleset=True)
    report(world, head)
    return head


def report(world, commit, conclusion="success"):
    run = {"name": "test", "head_sha": commit, "conclusion": conclusion}
    world.send("POST", "/check-runs", run, by="ci", status=201)


def look(world, number=1):
    return world.query(LOOK, n=number)["data"]["repository"]["pullRequest"]


def enqueue(world, number=1, by="bot", **more):
    return world.query(ENQUEUE, by=by, id=look(world, number)["id"], **more)


def group(world):
    refs = world.get("/git/matching-refs/heads/gh-readonly-queue/")
    return [(ref["ref"], ref["object"]["sha"]) for ref in refs]


def test_group_is_made_on_a_branch_of_the_queue(world, queued):
    base = world.bare.read("rev-parse", "main")
    told = enqueue(world, head=queued)["data"]["enqueuePullRequest"]["mergeQueueEntry"]
    assert told == {"position": 1, "state": "AWAITING_CHECKS"}
    [(ref, commit)] = group(world)
    assert ref == f"refs/heads/gh-readonly-queue/main/pr-1-{base}"
    assert look(world)["mergeQueueEntry"]["headCommit"]["oid"] == commit
    assert world.bare.read("rev-parse", f"{commit}^") == base


def test_green_group_becomes_the_base(world, queued):
    enqueue(world)
    [(_, commit)] = group(world)
    report(world, commit)
    seen = look(world)
    assert (seen["state"], seen["mergeCommit"]["oid"], seen["mergedBy"]["login"]) == ("MERGED", commit, "bot")
    assert world.bare.read("rev-parse", "main") == commit
    assert group(world) == []


def test_red_group_is_thrown_out(world, queued):
    enqueue(world)
    [(_, commit)] = group(world)
    report(world, commit, "failure")
    seen = look(world)
    assert (seen["state"], seen["isInMergeQueue"], seen["isMergeQueueEnabled"]) == ("OPEN", False, True)
    assert seen["timelineItems"]["nodes"] == [
        {"__typename": "RemovedFromMergeQueueEvent", "reason": "failed_checks"}
    ]
    assert group(world) == []


def test_second_in_line_is_made_on_the_first(world, queued):
    second = world.fork("two", path="two.txt")
    world.open("two")
    report(world, second)
    enqueue(world)
    enqueue(world, 2)
    assert look(world, 2)["mergeQueueEntry"]["position"] == 2
    [(_, first)] = group(world)
    report(world, first)
    [(_, next_)] = group(world)
    assert world.bare.read("rev-parse", f"{next_}^") == first


def test_push_takes_a_pull_request_out(world, queued):
    enqueue(world)
    world.commit("more.txt", "more\n")
    world.push("HEAD:refs/heads/fix")
    assert not look(world)["isInMergeQueue"]
    assert group(world) == []


@pytest.mark.parametrize(
    ("by", "head", "said", "kind"),
    [
        ("bot", "b" * 40, "Head branch was modified. Review and try again.", "UNPROCESSABLE"),
        ("sam", None, "sam does not have the correct permissions to execute the mutation", "FORBIDDEN"),
    ],
)
def test_enqueuing_is_refused(world, queued, by, head, said, kind):
    [error] = enqueue(world, by=by, head=head)["errors"]
    assert (error["message"], error["type"]) == (said, kind)


def test_nothing_is_enqueued_before_its_checks(world):
    world.fork("fix")
    world.open("fix")
    world.hub.protect(NAME, MAIN, required_checks=["test"], queue="squash", ruleset=True)
    [error] = enqueue(world)["errors"]
    assert 'Required status check "test" is expected.' in error["message"]


@pytest.fixture
def willing(world):
    world.hub.add_repository(
        NAME, world.bare.directory, private=False, default_branch=MAIN, allow_auto_merge=True,
        access={"bot": "write", "rae": "write", "ci": "write"},
    )  # fmt: skip
    world.hub.protect(NAME, MAIN, required_checks=["test"], reviews=1)
    head = world.fork("fix")
    world.open("fix")
    return head


def test_auto_merge_waits_for_all_that_is_required(world, willing):
    told = world.query(ENABLE, id=look(world)["id"])["data"]["enablePullRequestAutoMerge"]["pullRequest"]
    assert told == {"number": 1, "autoMergeRequest": {"mergeMethod": "SQUASH"}}
    assert world.get("/pulls/1")["auto_merge"]["enabled_by"]["login"] == "bot"
    report(world, willing)
    assert look(world)["state"] == "OPEN"
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="rae")
    assert look(world)["state"] == "MERGED"
    assert world.get("/pulls/1")["merged_by"]["login"] == "bot"


def test_auto_merge_that_is_not_allowed(world):
    world.fork("fix")
    world.open("fix")
    [error] = world.query(ENABLE, id=look(world)["id"])["errors"]
    assert error["message"] == "Auto merge is not allowed for this repository"


def test_auto_merge_of_what_can_be_merged_now(world, willing):
    report(world, willing)
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="rae")
    [error] = world.query(ENABLE, id=look(world)["id"])["errors"]
    assert error["message"] == "Pull request is in clean status"
