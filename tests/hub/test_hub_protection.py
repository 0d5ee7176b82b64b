"""What protected branches refuse besides checks and reviews, pushed to or merged to."""

import pytest

from relauto.errors import InputError
from relauto.git.signer import make_ssh_key
from relauto.model.names import Branch, RepositoryName
from tests.hub.conftest import auth

NAME, MAIN = RepositoryName("acme/stockroom"), Branch("main")


@pytest.fixture
def protect(world):
    return lambda **more: world.hub.protect(NAME, MAIN, **more)


@pytest.fixture
def push(world):
    def run(*refspecs, by="bot"):
        url = f"{world.hub.address}/{NAME}.git"
        return world.clone.ask("push", url, *refspecs, environment=auth(by)).error

    return run


@pytest.fixture
def sign(world, tmp_path):
    """Let the clone's commits be signed by a key that the hub knows as bot's."""
    signer = make_ssh_key(tmp_path / "key", "bot")
    world.hub.add_signing_key("bot", (tmp_path / "key.pub").read_text())
    for name, value in (("gpg.format", "ssh"), ("user.signingKey", signer.key), ("commit.gpgSign", "true")):
        world.clone.run("config", name, value)


def merge_branch(world):
    """Make main's next commit a merge commit in the clone."""
    world.commit("b.txt", "b\n", branch="side")
    world.clone.run("switch", "-q", "main")
    world.clone.run("merge", "-q", "--no-ff", "--no-edit", "side")


def test_refusal_of_classic_protection_is_gh006(protect, world, push):
    protect(locked=True)
    world.commit("b.txt", "b\n")
    said = push("HEAD:main")
    assert "error: GH006: Protected branch update failed for refs/heads/main." in said
    assert "error: Cannot change this locked branch" in said


def test_refusal_of_a_ruleset_is_gh013(protect, world, push):
    protect(methods=["squash"], ruleset=True)
    world.commit("b.txt", "b\n")
    said = push("HEAD:main")
    assert "error: GH013: Repository rule violations found for refs/heads/main." in said
    assert f"Review all repository rules at {world.hub.address}/acme/stockroom/rules?ref=refs%2Fheads" in said
    assert "- Changes must be made through a pull request." in said


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"linear": True}, "This branch must not contain merge commits."),
        ({"pushers": ["rae"]}, "You're not authorized to push to this branch."),
        ({"queue": "squash", "ruleset": True}, "Changes must be made through the merge queue"),
        ({"signatures": True}, "Commits must have verified signatures."),
    ],
)
def test_push_is_refused(protect, world, push, rules, said):
    before = world.bare.read("rev-parse", "main")
    protect(**rules)
    merge_branch(world)
    assert said in push("HEAD:main")
    assert world.bare.read("rev-parse", "main") == before


def test_push_of_signed_linear_commits_by_a_named_person(protect, world, push, sign):
    protect(linear=True, signatures=True, pushers=["bot"])
    commit = world.commit("b.txt", "b\n")
    push("HEAD:main")
    assert world.bare.read("rev-parse", "main") == commit


def test_key_that_nobody_registered_signs_nothing(protect, world, push, sign, tmp_path):
    protect(signatures=True)
    world.clone.run("config", "user.signingKey", make_ssh_key(tmp_path / "other", "x").key)
    world.commit("b.txt", "b\n")
    assert "Commits must have verified signatures." in push("HEAD:main")


def test_api_moves_no_ref_to_what_may_not_be_pushed(protect, world):
    protect(signatures=True)
    head = world.fork("fix")
    answer = world.send("PATCH", "/git/refs/heads/main", {"sha": head}, status=422)
    assert answer["message"] == "Commits must have verified signatures."


def refuse_merge(world, number, method):
    answer = world.ask("PUT", f"/pulls/{number}/merge", {"merge_method": method}, by="bot")
    return answer.status_code, answer.json().get("message", "")


@pytest.mark.parametrize(
    ("rules", "method", "said"),
    [
        ({"linear": True}, "merge", "This branch must not contain merge commits."),
        ({"methods": ["squash"], "ruleset": True}, "rebase", "Rebase merges are not allowed on this branch."),
        ({"signatures": True}, "rebase", "Commits must have verified signatures."),
        ({"signatures": True}, "merge", "Commits must have verified signatures."),
        ({"locked": True}, "squash", "Cannot change this locked branch"),
        ({"pushers": ["rae"]}, "squash", "You're not authorized to push to this branch."),
        ({"queue": "merge", "ruleset": True}, "squash", "Changes must be made through the merge queue"),
    ],
)
def test_merge_is_refused(protect, world, rules, method, said):
    world.fork("fix")
    world.open("fix")
    protect(**rules)
    status, message = refuse_merge(world, 1, method)
    assert status == 405
    assert said in message


def test_squash_by_its_author_is_signed_by_the_hub(protect, world):
    world.fork("fix")
    world.open("fix")
    protect(signatures=True, linear=True)
    assert refuse_merge(world, 1, "squash")[0] == 200
    signers = f"gpg.ssh.allowedSignersFile={world.root / 'signers'}"
    assert world.bare.read("-c", signers, "log", "-1", "--format=%G? %cn", "main") == "G GitHub"


def test_squash_by_another_than_the_author_is_not_signed(protect, world):
    world.fork("fix")
    body = {"head": "fix", "base": "main", "title": "About fix"}
    world.send("POST", "/pulls", body, by="rae", status=201)
    protect(signatures=True)
    assert refuse_merge(world, 1, "squash") == (405, "Commits must have verified signatures.")


def test_merge_of_signed_commits(protect, world, sign):
    world.fork("fix")
    world.open("fix")
    protect(signatures=True)
    assert refuse_merge(world, 1, "merge")[0] == 200


def test_check_that_is_bound_to_an_app_counts_by_it_alone(protect, world):
    head = world.fork("fix")
    world.open("fix")
    world.hub.add_user("other-ci", token="token-of-other-ci", app="other")
    world.hub.add_repository(
        NAME, world.bare.directory, private=False, default_branch=MAIN,
        access={"bot": "write", "ci": "write", "other-ci": "write"},
    )  # fmt: skip
    protect(required_checks=["test"], apps={"test": "relauto-ci"}, ruleset=True)
    run = {"name": "test", "head_sha": head, "conclusion": "success"}
    world.send("POST", "/check-runs", run, by="other-ci", status=201)
    status, message = refuse_merge(world, 1, "merge")
    assert (status, message.splitlines()[-1]) == (405, 'Required status check "test" is expected.')
    world.send("POST", "/check-runs", run, by="ci", status=201)
    assert refuse_merge(world, 1, "merge")[0] == 200


def test_rules_are_told_in_githubs_shapes(protect, world):
    protect(
        required_checks=["test", "lint"], apps={"test": "relauto-ci"}, reviews=2, linear=True, strict=True,
        signatures=True, methods=["squash"], queue="squash", locked=True, ruleset=True,
    )  # fmt: skip
    rules = {rule["type"]: rule.get("parameters") for rule in world.get("/rules/branches/main")}
    assert list(rules) == [
        "deletion", "non_fast_forward", "required_linear_history", "required_signatures",
        "required_status_checks", "pull_request", "merge_queue", "update",
    ]  # fmt: skip
    test, lint = rules["required_status_checks"]["required_status_checks"]
    assert test["integration_id"] > 0
    assert lint == {"context": "lint"}
    assert rules["pull_request"]["allowed_merge_methods"] == ["squash"]
    assert rules["merge_queue"]["merge_method"] == "SQUASH"


RULES = """query($b: String!) { repository(owner: "acme", name: "stockroom") { ref(qualifiedName: $b) {
  refUpdateRule { requiresSignatures requiresLinearHistory requiredStatusCheckContexts viewerCanPush }
  rules(first: 100) { nodes { type parameters { __typename
    ... on PullRequestParameters { allowedMergeMethods requiredApprovingReviewCount }
    ... on MergeQueueParameters { mergeMethod }
    ... on RequiredStatusChecksParameters { requiredStatusChecks { context integrationId } } } } } } } }"""


def ask_rules(world):
    return world.query(RULES, b="refs/heads/main")["data"]["repository"]["ref"]


def test_graphql_tells_rules(protect, world):
    protect(required_checks=["test"], methods=["squash"], queue="squash", ruleset=True)
    told = ask_rules(world)
    assert told["refUpdateRule"] is None
    assert [(rule["type"], rule["parameters"]) for rule in told["rules"]["nodes"]][2:] == [
        (
            "REQUIRED_STATUS_CHECKS",
            {
                "__typename": "RequiredStatusChecksParameters",
                "requiredStatusChecks": [{"context": "test", "integrationId": None}],
            },
        ),
        (
            "PULL_REQUEST",
            {
                "__typename": "PullRequestParameters",
                "allowedMergeMethods": ["squash"],
                "requiredApprovingReviewCount": 0,
            },
        ),
        ("MERGE_QUEUE", {"__typename": "MergeQueueParameters", "mergeMethod": "SQUASH"}),
    ]


def test_graphql_tells_classic_protection_to_everybody(protect, world):
    protect(required_checks=["test"], signatures=True, pushers=["rae"])
    told = ask_rules(world)
    assert told["rules"]["nodes"] == []
    assert told["refUpdateRule"] == {
        "requiresSignatures": True,
        "requiresLinearHistory": False,
        "requiredStatusCheckContexts": ["test"],
        "viewerCanPush": False,
    }


def test_classic_protection_is_told_whole_to_administrators(protect, world):
    protect(required_checks=["t"], signatures=True, linear=True, pushers=["rae"], locked=True)
    told = world.get("/branches/main/protection", by="robin")
    assert told["required_signatures"]["enabled"]
    assert told["required_linear_history"] == {"enabled": True}
    assert told["lock_branch"] == {"enabled": True}
    assert [user["login"] for user in told["restrictions"]["users"]] == ["rae"]


@pytest.mark.parametrize(
    "rules", [{"queue": "merge"}, {"methods": ["merge"]}, {"pushers": [], "ruleset": True}]
)
def test_what_a_system_cannot_say_is_no_protection(protect, rules):
    with pytest.raises(InputError):
        protect(**rules)


def test_review_tells_whether_its_author_may_push(world):
    world.fork("fix")
    world.open("fix")
    for login in ("rae", "stranger"):
        world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by=login)
    asked = """{ repository(owner: "acme", name: "stockroom") { pullRequest(number: 1) {
      reviews(last: 9) { nodes { author { login } authorCanPushToRepository } } } } }"""
    nodes = world.query(asked)["data"]["repository"]["pullRequest"]["reviews"]["nodes"]
    assert [(node["author"]["login"], node["authorCanPushToRepository"]) for node in nodes] == [
        ("rae", True),
        ("stranger", False),
    ]
