"""Pull requests: following the branches, merging in all three ways, and every refusal."""

import pytest
import requests


def test_merge_commit_is_what_git_would_make(world):
    head = world.fork("fix")
    world.open("fix")
    world.clone.run("switch", "-q", "main")
    world.commit("a.txt", "one\ntwo\nthree\nfour\n", "Move main")
    assert world.push("HEAD:main") == 0
    base = world.clone.read("rev-parse", "HEAD")
    world.clone.run("merge", "-q", "--no-ff", "-m", "local", head)

    merged = world.send("PUT", "/pulls/1/merge", {"sha": head})["sha"]

    assert world.bare.read("rev-parse", "main") == merged
    assert world.bare.read("rev-list", "-1", "--parents", merged).split()[1:] == [base, head]
    assert world.bare.read("rev-parse", f"{merged}^{{tree}}") == world.clone.read("rev-parse", "HEAD^{tree}")
    message = world.bare.read("log", "-1", "--format=%B", merged).strip()
    assert message == "Merge pull request #1 from acme/fix\n\nAbout fix"
    assert world.bare.read("log", "-1", "--format=%an %cn", merged) == "bot GitHub"
    pull = world.get("/pulls/1")
    assert (pull["merged"], pull["state"], pull["merge_commit_sha"]) == (True, "closed", merged)
    assert pull["merged_by"]["login"] == "bot"


def test_squash_of_two_commits_is_one_on_the_base(world):
    world.fork("fix", message="Part one")
    world.commit("b.txt", "b\n", "Part two\n\nWhy.")
    world.push("HEAD:fix")
    base = world.bare.read("rev-parse", "main")
    world.open("fix")
    merged = world.send("PUT", "/pulls/1/merge", {"merge_method": "squash"})["sha"]
    assert world.bare.read("rev-list", "-1", "--parents", merged).split()[1:] == [base]
    assert world.bare.read("rev-parse", f"{merged}^{{tree}}") == world.clone.read("rev-parse", "HEAD^{tree}")
    message = world.bare.read("log", "-1", "--format=%B", merged)
    assert message.startswith("About fix (#1)\n\n* Part one\n\n* Part two\n\nWhy.\n")
    assert "Co-authored-by: Ann Author <ann@example.com>" in message
    assert world.bare.read("log", "-1", "--format=%an", merged) == "bot"


def test_squash_of_one_commit_takes_its_message_or_the_one_given(world):
    world.fork("fix", message="The title\n\nThe body.")
    world.open("fix")
    merged = world.send("PUT", "/pulls/1/merge", {"merge_method": "squash"})["sha"]
    assert world.bare.read("log", "-1", "--format=%B", merged).strip() == "The title (#1)\n\nThe body."
    world.fork("two", path="two.txt")
    world.open("two")
    order = {"merge_method": "squash", "commit_title": "Mine", "commit_message": "Because"}
    merged = world.send("PUT", "/pulls/2/merge", order)["sha"]
    assert world.bare.read("log", "-1", "--format=%B", merged).strip() == "Mine\n\nBecause"


def test_rebase_writes_every_commit_anew(world):
    world.fork("fix", message="Part one")
    head = world.commit("b.txt", "b\n", "Part two")
    world.push("HEAD:fix")
    world.clone.run("switch", "-q", "main")
    world.commit("a.txt", "one\n", "Move main")
    world.push("HEAD:main")
    base = world.clone.read("rev-parse", "HEAD")
    world.open("fix")
    merged = world.send("PUT", "/pulls/1/merge", {"merge_method": "rebase"})["sha"]
    subjects = world.bare.read("log", "--format=%s %an %cn", f"{base}..{merged}")
    assert subjects.splitlines() == ["Part two Ann Author bot", "Part one Ann Author bot"]
    world.clone.run("rebase", "-q", "main", "fix")
    assert world.bare.read("rev-parse", f"{merged}^{{tree}}") == world.clone.read("rev-parse", "HEAD^{tree}")
    by_commit = world.get(f"/commits/{merged}~0/pulls", status=422)
    assert "No commit found" in by_commit["message"]
    assert [pull["number"] for pull in world.get(f"/commits/{merged}/pulls")] == [1]
    first = world.bare.read("rev-parse", f"{merged}^")
    assert [pull["number"] for pull in world.get(f"/commits/{first}/pulls")] == [1]
    assert merged != head


def test_rebase_commits_even_where_it_could_fast_forward(world):
    head = world.fork("fix")
    world.open("fix")
    merged = world.send("PUT", "/pulls/1/merge", {"merge_method": "rebase"})["sha"]
    assert merged != head
    assert world.bare.read("rev-parse", f"{merged}^{{tree}}") == world.bare.read(
        "rev-parse", f"{head}^{{tree}}"
    )


def test_conflict_cannot_be_merged(world):
    world.fork("fix", path="a.txt", text="mine\n")
    world.clone.run("switch", "-q", "main")
    world.commit("a.txt", "theirs\n")
    world.push("HEAD:main")
    pull = world.open("fix")
    assert (pull["mergeable"], pull["mergeable_state"]) == (False, "dirty")
    for method in ("merge", "squash", "rebase"):
        refused = world.send("PUT", "/pulls/1/merge", {"merge_method": method}, status=405)
        assert refused["message"] == "Pull Request is not mergeable"
    assert world.get("/pulls/1")["merged"] is False


def test_moved_head_is_a_conflict_and_moves_nothing(world):
    old = world.fork("fix")
    world.open("fix")
    world.commit("b.txt", "b\n")
    world.push("HEAD:fix")
    before = world.bare.read("rev-parse", "main")
    world.send("PUT", "/pulls/1/merge", {"sha": old}, status=409)
    assert world.bare.read("rev-parse", "main") == before


def test_merging_twice_and_bad_methods_are_refused(world):
    world.fork("fix")
    world.open("fix")
    world.send("PUT", "/pulls/1/merge", {"merge_method": "octopus"}, status=422)
    world.send("PUT", "/pulls/1/merge", {"merge_method": 5}, status=422)
    world.send("PUT", "/pulls/1/merge")
    world.send("PUT", "/pulls/1/merge", status=405)
    world.send("PUT", "/pulls/9/merge", status=404)


def test_method_that_is_off_is_refused(world, product, access):
    name, path, branch = product
    world.hub.add_repository(
        name, path, private=False, default_branch=branch, access=access, allow_squash=False
    )
    world.fork("fix")
    world.open("fix")
    refused = world.send("PUT", "/pulls/1/merge", {"merge_method": "squash"}, status=405)
    assert refused["message"] == "Squash merges are not allowed on this repository."
    world.send("PUT", "/pulls/1/merge", {"merge_method": "rebase"})


def test_push_of_the_head_to_the_base_merges_the_pull(world):
    head = world.fork("fix")
    world.open("fix")
    assert world.push("HEAD:main") == 0
    pull = world.get("/pulls/1")
    assert (pull["merged"], pull["merge_commit_sha"]) == (True, head)


def test_pull_follows_refs_that_move_behind_the_hubs_back(world):
    world.fork("fix")
    world.open("fix")
    world.clone.run("commit", "-q", "--amend", "-m", "Other")
    other = world.clone.read("rev-parse", "HEAD")
    world.clone.run("push", "-q", "-f", str(world.bare.directory), "HEAD:fix")
    assert world.get("/pulls/1")["head"]["sha"] == other
    assert world.bare.read("rev-parse", "refs/pull/1/head") == other
    world.bare.run("update-ref", "-d", "refs/heads/fix")
    assert world.get("/pulls/1")["state"] == "closed"


def test_opening_is_refused_as_github_does(world):
    world.fork("fix")
    world.send("POST", "/pulls", {"head": "nope", "base": "main", "title": "x"}, status=422)
    world.send("POST", "/pulls", {"head": "fix", "base": "nope", "title": "x"}, status=422)
    world.send("POST", "/pulls", {"head": "fix", "base": "main"}, status=422)
    world.open("fix")
    twice = world.send("POST", "/pulls", {"head": "acme:fix", "base": "main", "title": "x"}, status=422)
    assert twice["errors"][0]["message"] == "A pull request already exists for acme:fix."
    none = world.send("POST", "/pulls", {"head": "main", "base": "fix", "title": "x"}, status=422)
    assert none["errors"][0]["message"] == "No commits between fix and main"


def test_head_without_owner_filters_nothing(world):
    for name in ("one", "two"):
        world.fork(name, path=name)
        world.open(name)
    assert [pull["number"] for pull in world.get("/pulls", head="one")] == [2, 1]
    assert [pull["number"] for pull in world.get("/pulls", head="acme:one")] == [1]
    assert world.get("/pulls", state="closed") == []


def test_required_checks_and_reviews_block(world, product):
    name, _, branch = product
    world.hub.protect(name, branch, required_checks=["test"], reviews=1)
    head = world.fork("fix")
    assert world.open("fix")["mergeable_state"] == "blocked"
    refused = world.send("PUT", "/pulls/1/merge", status=405)
    assert 'Required status check "test" is expected.' in refused["message"]
    assert "At least 1 approving review is required" in refused["message"]
    world.send(
        "POST",
        "/check-runs",
        {"name": "test", "head_sha": head, "conclusion": "skipped"},
        by="ci",
        status=201,
    )
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, status=422)
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="sam")
    assert world.get("/pulls/1")["mergeable_state"] == "blocked"
    world.send("POST", "/pulls/1/reviews", {"event": "REQUEST_CHANGES", "body": "no"}, by="rae")
    world.send("PUT", "/pulls/1/merge", status=405)
    review = world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="rae")
    assert review["commit_id"] == head
    assert world.get("/pulls/1")["mergeable_state"] == "clean"
    world.send("PUT", "/pulls/1/merge")


def test_one_name_twice_must_pass_twice(world, product):
    name, _, branch = product
    world.hub.protect(name, branch, required_checks=["test"])
    head = world.fork("fix")
    world.open("fix")
    run = {"name": "test", "head_sha": head, "conclusion": "success"}
    world.send("POST", "/check-runs", run, by="ci", status=201)
    world.send("POST", f"/statuses/{head}", {"state": "failure", "context": "test"}, status=201)
    world.send("PUT", "/pulls/1/merge", status=405)
    world.send("POST", f"/statuses/{head}", {"state": "success", "context": "test"}, status=201)
    world.send("PUT", "/pulls/1/merge")


def test_behind_draft_and_unstable(world, product):
    name, _, branch = product
    world.hub.protect(name, branch, strict=True)
    head = world.fork("fix")
    world.open("fix", draft=True)
    assert world.get("/pulls/1")["mergeable_state"] == "draft"
    world.send("PUT", "/pulls/1/merge", status=405)
    world.fork("other", path="other")
    world.open("other")
    world.send("POST", f"/statuses/{world.clone.read('rev-parse', 'HEAD')}", {"state": "pending"}, status=201)
    assert world.get("/pulls/2")["mergeable_state"] == "unstable"
    world.send("PUT", "/pulls/2/merge")
    world.fork("late", path="late")
    world.clone.run("reset", "-q", "--hard", head)
    world.commit("late", "late\n")
    world.push("+HEAD:late")
    assert world.open("late")["mergeable_state"] == "behind"
    world.send("PUT", "/pulls/3/merge", status=405)
    world.send("PUT", "/pulls/3/update-branch", {"expected_head_sha": head}, status=422)
    world.send("PUT", "/pulls/3/update-branch", {}, status=202)
    world.send("PUT", "/pulls/3/merge")


def test_review_stays_with_its_commit(world):
    old = world.fork("fix")
    world.open("fix")
    world.send("POST", "/pulls/1/requested_reviewers", {"reviewers": ["rae"]}, status=201)
    pending = world.send("POST", "/pulls/1/reviews", {"body": "later"}, by="rae")
    assert world.get("/pulls/1/reviews") == []
    world.get(f"/pulls/1/reviews/{pending['id']}", status=404)
    world.send("POST", f"/pulls/1/reviews/{pending['id']}/events", {"event": "APPROVE"}, by="rae")
    assert world.get("/pulls/1/requested_reviewers")["users"] == []
    world.commit("b.txt", "b\n")
    world.push("HEAD:fix")
    assert [review["commit_id"] for review in world.get("/pulls/1/reviews")] == [old]
    world.send("PUT", f"/pulls/1/reviews/{pending['id']}/dismissals", {"message": "stale"}, by="robin")
    assert world.get("/pulls/1/reviews")[0]["state"] == "DISMISSED"


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
def test_hub_that_dies_after_the_ref_moved_finds_the_pull_merged(world, method, monkeypatch):
    from relauto.hub import merges

    world.fork("fix")
    world.open("fix")
    died = []

    def die(*arguments):
        died.append(arguments)
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(merges, "finish_merge", die)
        response = requests.put(
            f"{world.hub.api}/repos/acme/stockroom/pulls/1/merge",
            json={"merge_method": method},
            headers={"Authorization": "token token-of-bot"},
            timeout=20,
        )
        assert (response.status_code, len(died)) == (500, 1)
    world.restart()
    pull = world.get("/pulls/1")
    assert (pull["merged"], pull["merge_commit_sha"]) == (True, world.bare.read("rev-parse", "main"))


READY = """mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) {
  pullRequest { number isDraft } } }"""
NODE = 'query { repository(owner: "acme", name: "stockroom") { pullRequest(number: 1) { id } } }'


def test_a_draft_is_made_ready_once(world):
    world.fork("fix")
    assert world.open("fix", draft=True)["draft"]
    node = world.query(NODE)["data"]["repository"]["pullRequest"]["id"]
    told = world.query(READY, id=node)["data"]["markPullRequestReadyForReview"]
    assert told == {"pullRequest": {"number": 1, "isDraft": False}}
    assert not world.get("/pulls/1")["draft"]
    [error] = world.query(READY, id=node)["errors"]
    assert (error["type"], "not in draft state" in error["message"]) == ("UNPROCESSABLE", True)
