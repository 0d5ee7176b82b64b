"""GraphQL: that it says what REST says, and refuses what GitHub refuses."""

import requests

PULL = """query($n: Int!) { repository(owner: "acme", name: "stockroom") { pullRequest(number: $n) {
  number title state merged isDraft headRefName headRefOid baseRefName mergeable mergeStateStatus
  reviewDecision mergeCommit { oid } author { login __typename } labels(first: 9) { nodes { name color } }
  latestReviews(first: 9) { nodes { author { login } state commit { oid } } }
  reviewRequests(first: 9) { nodes { requestedReviewer { ... on Actor { login } } } }
  commits(last: 1) { totalCount nodes { commit { oid statusCheckRollup { state contexts(first: 9) { nodes {
    __typename
    ... on CheckRun { name status conclusion isRequired(pullRequestNumber: $n) checkSuite { app { slug } } }
    ... on StatusContext { context state isRequired(pullRequestNumber: $n) }
  } } } } } }
} } }"""


def read(world, number=1):
    answer = world.query(PULL, n=number)
    assert "errors" not in answer, answer
    return answer["data"]["repository"]["pullRequest"]


def agree(world, number=1):
    """Compare the two interfaces' word on one pull request, and return GraphQL's."""
    pull, node = world.get(f"/pulls/{number}"), read(world, number)
    head = pull["head"]["sha"]
    assert node["state"] == ("MERGED" if pull["merged"] else pull["state"].upper())
    assert (node["headRefOid"], node["headRefName"]) == (head, pull["head"]["ref"])
    assert (node["title"], node["isDraft"], node["merged"]) == (pull["title"], pull["draft"], pull["merged"])
    words = {True: "MERGEABLE", False: "CONFLICTING", None: "UNKNOWN"}
    assert node["mergeable"] == words[pull["mergeable"]]
    assert node["mergeStateStatus"] == pull["mergeable_state"].upper()
    assert (node["mergeCommit"] or {}).get("oid") == (pull["merge_commit_sha"] if pull["merged"] else None)
    assert node["commits"]["totalCount"] == pull["commits"]
    asked = [one["requestedReviewer"]["login"] for one in node["reviewRequests"]["nodes"]]
    assert asked == [one["login"] for one in pull["requested_reviewers"]]
    rollup = node["commits"]["nodes"][0]["commit"]["statusCheckRollup"]
    contexts = rollup["contexts"]["nodes"] if rollup else []
    runs = {one["name"]: one["conclusion"] for one in contexts if one["__typename"] == "CheckRun"}
    listed = world.get(f"/commits/{head}/check-runs")["check_runs"]
    assert runs == {run["name"]: run["conclusion"] and run["conclusion"].upper() for run in listed}
    states = {one["context"]: one["state"] for one in contexts if one["__typename"] == "StatusContext"}
    combined = world.get(f"/commits/{head}/status")
    assert states == {one["context"]: one["state"].upper() for one in combined["statuses"]}
    return node


def test_both_interfaces_agree_all_the_way(world, product):
    name, _, branch = product
    world.hub.protect(name, branch, required_checks=["test"], reviews=1)
    head = world.fork("fix")
    world.open("fix")
    assert agree(world)["reviewDecision"] == "REVIEW_REQUIRED"
    run = {"name": "test", "head_sha": head, "status": "in_progress"}
    made = world.send("POST", "/check-runs", run, by="ci", status=201)
    for state in ("pending", "failure", "success"):
        world.send("POST", f"/statuses/{head}", {"state": state, "context": "lint"}, status=201)
        agree(world)
    world.send("POST", "/pulls/1/requested_reviewers", {"reviewers": ["rae"]}, status=201)
    agree(world)
    world.send("PATCH", f"/check-runs/{made['id']}", {"conclusion": "success"}, by="ci")
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="rae")
    node = agree(world)
    assert (node["reviewDecision"], node["mergeStateStatus"]) == ("APPROVED", "CLEAN")
    rollup = node["commits"]["nodes"][0]["commit"]["statusCheckRollup"]
    assert rollup["state"] == "SUCCESS"
    required = {one.get("name", one.get("context")): one["isRequired"] for one in rollup["contexts"]["nodes"]}
    assert required == {"test": True, "lint": False}
    assert node["latestReviews"]["nodes"] == [
        {"author": {"login": "rae"}, "state": "APPROVED", "commit": {"oid": head}}
    ]
    world.send("PUT", "/pulls/1/merge")
    assert agree(world)["state"] == "MERGED"


def test_faults_are_told_as_github_does(world):
    assert (
        requests.post(f"{world.hub.address}/api/graphql", json={"query": "{}"}, timeout=20).status_code == 401
    )
    assert "errors" in world.query("{ nothing }")
    assert "errors" in world.query("{")
    missing = world.query(PULL, n=9)
    assert missing["data"]["repository"]["pullRequest"] is None
    assert missing["errors"][0]["type"] == "NOT_FOUND"
    unpaged = '{repository(owner:"acme",name:"stockroom"){pullRequests{nodes{number}}}}'
    assert "`first` or `last`" in world.query(unpaged)["errors"][0]["message"]


def test_objects_and_refs_can_be_read_by_name(world):
    head = world.fork("fix")
    text = """{repository(owner: "acme", name: "stockroom") {
      ref(qualifiedName: "refs/heads/fix") { name prefix target { oid ... on Commit { messageHeadline } } }
      object(expression: "fix:new.txt") { ... on Blob { text byteSize } }
      none: object(expression: "nothing") { oid }
      defaultBranchRef { name } }
      rateLimit { limit remaining } viewer { login } }"""
    data = world.query(text)["data"]
    target = {"oid": head, "messageHeadline": "Add new"}
    assert data["repository"] == {
        "ref": {"name": "fix", "prefix": "refs/heads/", "target": target},
        "object": {"text": "new\n", "byteSize": 4},
        "none": None,
        "defaultBranchRef": {"name": "main"},
    }
    assert data["viewer"]["login"] == "bot"
    assert data["rateLimit"]["limit"] == 5000


PAGE = """query { repository(owner: "acme", name: "stockroom") { pullRequest(number: 1) {
  milestone { number title } comments(first: 9) { nodes { author { login } body } }
  commits(last: 1) { nodes { commit { statusCheckRollup { contexts(first: 9) { nodes {
    ... on CheckRun { name title summary } ... on StatusContext { context description }
  } } } } } }
} } }"""


def test_a_pull_requests_page_is_what_rest_says(world):
    head = world.fork("fix")
    world.open("fix")
    assert world.query(PAGE)["data"]["repository"]["pullRequest"]["milestone"] is None
    world.send("POST", "/milestones", {"title": "1.4.3"}, status=201)
    world.send("PATCH", "/issues/1", {"milestone": 1})
    world.send("POST", "/issues/1/comments", {"body": "hi"}, status=201)
    world.send(
        "POST", "/check-runs",
        {"name": "leak", "head_sha": head, "conclusion": "success", "output": {"title": "t", "summary": "s"}},
        by="ci", status=201,
    )  # fmt: skip
    status = {"state": "success", "context": "scope", "description": "fine"}
    world.send("POST", f"/statuses/{head}", status, status=201)
    node = world.query(PAGE)["data"]["repository"]["pullRequest"]
    shown = world.get("/issues/1")["milestone"]
    assert node["milestone"] == {"number": shown["number"], "title": "1.4.3"}
    assert [one["body"] for one in node["comments"]["nodes"]] == ["hi"]
    (commit,) = node["commits"]["nodes"]
    assert commit["commit"]["statusCheckRollup"]["contexts"]["nodes"] == [
        {"name": "leak", "title": "t", "summary": "s"},
        {"context": "scope", "description": "fine"},
    ]
