"""Protected branches: whose review and whose check counts, how it is merged, the merge queue."""

import pytest

from relauto.errors import InputError, Status
from relauto.git.runner import Git
from relauto.git.signer import make_ssh_key
from relauto.model.incident import StepState

pytestmark = pytest.mark.path

SOURCE, MAIN, LINE, CHECK = "acme/stockroom", "main", "release-1.0", "unit tests"


def only(outcome):
    (stop,) = outcome.stops
    return stop


def group(world):
    """Return the commit that the queue of main tests."""
    return world.head(
        world.product.read("for-each-ref", "--format=%(refname)", "refs/heads/gh-readonly-queue")
    )


def protect(world, *branches, **rules):
    for branch in branches:
        world.hub.protect(SOURCE, branch, **{"required_checks": [CHECK], **rules})


def reach_review(world):
    """Until the fix's pull request lacks nothing but its review; GitHub asks for none."""
    protect(world, MAIN, LINE)
    world.advance()
    world.decide()
    world.check(world.pull(1)["head"]["sha"])


def test_review_of_somebody_who_may_not_push_is_none(at):
    world = at("opened")
    reach_review(world)
    world.hub.add_user("passer-by", token="token-of-passer-by")
    world.review(1, by="passer-by")
    stop = only(world.advance())
    assert (stop.place.step, stop.whom) == ("prepare.merge", "reviewer")
    assert stop.reason.startswith("pull request #1: 0 of 1 approval of ")
    world.review(1)
    assert only(world.advance()).status is Status.DECISION


def test_request_for_changes_of_somebody_who_may_not_push_stops_nothing(at):
    world = at("merge-door")
    world.hub.add_user("passer-by", token="token-of-passer-by")
    world.review(1, "REQUEST_CHANGES", by="passer-by")
    assert only(world.advance()).reason.startswith("a person must approve: merge pull request #1")


def test_review_of_a_bot_is_none(at):
    world = at("opened")
    reach_review(world)
    world.review(1, by="ci-runner")
    assert only(world.advance()).whom == "reviewer"


def test_check_counts_by_the_app_that_it_is_bound_to(at):
    world = at("merge-door")
    world.hub.add_user("other-ci", token="token-of-other-ci", app="other")
    protect(world, MAIN, apps={CHECK: "other"}, ruleset=True)
    stop = only(world.advance())
    assert (stop.status, stop.whom) == (Status.WAITING, "CI")
    assert stop.reason == "pull request #1: unit tests has not been reported by the App it is bound to"


def test_merge_goes_the_way_that_the_branch_allows(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, methods=["rebase"], linear=True, ruleset=True)
    stop = only(world.advance())
    assert "merge pull request #1 to main (rebase)" in stop.reason
    world.approve("prepare.merge")
    assert only(world.advance()).place.step == "prepare.pick"


def test_pick_keeps_its_trailer_where_the_line_takes_squashes_alone(at):
    world = at("pick")
    protect(world, LINE, reviews=1, methods=["squash"], linear=True, ruleset=True)
    world.reach_verify()
    merged = world.record("prepare.merge").facts["merged"][0]["merge_commit"]
    assert f"(cherry picked from commit {merged})" in world.product.read("log", "-1", "--format=%B", LINE)


def test_way_that_is_set_but_not_allowed_is_told(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, linear=True)
    with pytest.raises(InputError) as caught:
        world.advance('pull.method = "merge"\n')
    assert "main refuses merge: its history is linear" in caught.value.what


def test_push_to_a_line_that_takes_none_is_refused_before_it(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    before = world.head(LINE)
    stop = only(world.advance('pick.via = "push"\n'))
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.DECISION)
    assert stop.reason == f"{LINE} refuses pushes: changes come by pull request"
    assert 'pick.via = "pull"' in stop.todo
    assert world.head(LINE) == before


def test_queue_takes_exactly_the_head_that_was_approved(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    stop = only(world.advance())
    head = world.pull(1)["head"]["sha"]
    assert stop.reason == (
        f"a person must approve: put pull request #1 into the merge queue of main at {head[:10]}"
    )
    world.approve("prepare.merge")
    stop = only(world.advance())
    assert (stop.status, stop.whom) == (Status.WAITING, "CI")
    assert stop.reason == "pull request #1 is in the merge queue of main (number 1, awaiting checks)"
    commit = group(world)
    world.check(commit)
    assert only(world.advance()).place.step == "prepare.pick"
    assert world.record("prepare.merge").facts["merged"][0]["merge_commit"] == commit
    assert not world.record("prepare.merge").by_others


def test_what_the_queue_throws_out_is_refused_until_a_person_says_again(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.check(group(world), "failure")
    stop = only(world.advance())
    assert stop.reason == "pull request #1 was thrown out of the merge queue of main: failed_checks"
    assert world.record("prepare.merge").state is StepState.REFUSED
    assert only(world.advance()).reason == stop.reason
    world.clock.sleep(60)
    world.reopen("prepare.merge")
    world.advance()
    world.approve("prepare.merge")
    assert "is in the merge queue of main" in only(world.advance()).reason


@pytest.mark.slow
def test_what_the_queue_throws_out_in_the_same_run_is_refused_with_the_reason(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.check(group(world), "failure")
    world.advance()
    world.reopen("prepare.merge")
    world.advance()
    world.approve("prepare.merge")
    # No time has passed, so the queue makes the same commit, whose check is red already.
    stop = only(world.advance())
    assert (stop.status, stop.reason) == (
        Status.DECISION,
        "pull request #1 was thrown out of the merge queue of main: failed_checks",
    )
    assert world.record("prepare.merge").state is StepState.REFUSED
    assert only(world.advance()).reason == stop.reason


@pytest.mark.slow
def test_what_was_put_into_the_queue_on_record_alone_is_put_there(at, monkeypatch):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    world.advance()
    world.approve("prepare.merge")
    world.advance()
    world.check(group(world), "failure")
    world.advance()
    world.clock.sleep(60)
    world.reopen("prepare.merge")
    world.advance()
    world.approve("prepare.merge")

    def die(*_args, **_more):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("relauto.stages.queueing.enqueue_pull", die)
        with pytest.raises(KeyboardInterrupt):
            world.advance()
    assert "is in the merge queue of main" in only(world.advance()).reason


def test_queue_of_a_person_is_followed(at):
    world = at("merge-door")
    protect(world, MAIN, reviews=1, queue="squash", ruleset=True)
    node = world.pull(1)["node_id"]
    asked = f'mutation {{ enqueuePullRequest(input: {{pullRequestId: "{node}"}}) {{ clientMutationId }} }}'
    world.api("dev")._send("POST", f"{world.hub.address}/api/graphql", {"query": asked})
    assert "is in the merge queue of main" in only(world.advance()).reason
    world.check(group(world))
    world.advance()
    assert world.record("prepare.merge").by_others


@pytest.mark.slow
def test_pick_goes_through_the_queue_of_the_line(at):
    world = at("pick")
    protect(world, LINE, reviews=1, queue="rebase", ruleset=True)
    world.pass_pull(2)
    stop = only(world.advance())
    assert (stop.place.step, stop.status, stop.whom) == ("prepare.pick", Status.WAITING, "CI")
    world.check(group(world))
    assert only(world.advance()).place.step == "prepare.verify"


def be_signer(world, tmp_path):
    """Let git's settings here name a key, and the hub know it as relauto's."""
    signer = make_ssh_key(tmp_path / "key", "bot")
    world.hub.add_signing_key("relauto-bot", (tmp_path / "key.pub").read_text())
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", signer.key)):
        Git(tmp_path).run("config", "--global", name, value)


def verdicts(world, *revisions):
    signers = f"gpg.ssh.allowedSignersFile={world.root / 'hub' / 'signers'}"
    return world.product.read("-c", signers, "log", "--format=%G?", *revisions).split()


def test_pick_is_signed_where_the_line_asks_for_it(at, tmp_path):
    world = at("merge-door")
    protect(world, LINE, reviews=1, signatures=True, ruleset=True)
    world.approve("prepare.merge")
    before = world.product.read("for-each-ref", "refs/heads")
    stop = only(world.advance())
    assert (stop.place.step, stop.status) == ("prepare.pick", Status.DECISION)
    assert stop.reason == f"{LINE} takes signed commits alone, and git's settings here name no key"
    assert "user.signingKey" in stop.todo
    assert [line for line in world.product.read("for-each-ref", "refs/heads").splitlines()
            if line not in before.splitlines() and "refs/heads/main" not in line] == []  # fmt: skip
    be_signer(world, tmp_path)
    assert only(world.advance()).status is Status.WAITING
    assert verdicts(world, world.pull(2)["head"]["sha"], f"^{LINE}") == ["G", "G"]
    world.reach_verify()
    assert verdicts(world, f"v1.0.0..{LINE}") == ["G", "G", "G"], "a merge keeps the signed commits"
    assert world.record("prepare.pick").facts["picks"][0]["status"] == "clean"


@pytest.mark.slow
def test_tags_are_signed_where_git_says_so(at, tmp_path):
    world = at("pick")
    be_signer(world, tmp_path)
    Git(tmp_path).run("config", "--global", "tag.gpgSign", "true")
    world.reach_verify()
    signers = f"gpg.ssh.allowedSignersFile={world.root / 'hub' / 'signers'}"
    assert world.product.ask("-c", signers, "verify-tag", "v1.0.1-rc1").status == 0


def test_tags_that_nobody_can_sign_are_not_cut(at):
    world = at("pick")
    world.pass_pull(2)
    stop = only(world.advance("signing.tags = true\n"))
    assert (stop.place.step, stop.status) == ("prepare.candidate", Status.DECISION)
    assert stop.reason == "tags are to be signed, and git's settings here name no key"
    assert world.tags() == ["v1.0.0"]
