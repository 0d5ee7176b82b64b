"""Issues, comments, labels, milestones, and the log of events."""


def test_issues_and_pulls_share_their_numbers(world):
    world.send("POST", "/issues", {"title": "a"}, status=201)
    world.fork("fix")
    assert world.open("fix")["number"] == 2
    assert world.send("POST", "/issues", {"title": "b"}, status=201)["number"] == 3
    listed = world.get("/issues")
    assert [(item["number"], "pull_request" in item) for item in listed] == [
        (3, False),
        (2, True),
        (1, False),
    ]
    assert world.get("/issues/2")["pull_request"]["url"].endswith("/pulls/2")


def test_labels_come_into_being_and_filter_in_any_case(world):
    world.send("POST", "/issues", {"title": "a", "labels": ["Sev1", {"name": "db"}]}, status=201)
    world.send("POST", "/issues", {"title": "b", "labels": ["sev1"]}, by="sam", status=201)
    assert [item["title"] for item in world.get("/issues", labels="SEV1,db")] == ["a"]
    assert world.get("/issues/2")["labels"] == []
    assert [label["name"] for label in world.send("POST", "/issues/2/labels", {"labels": ["sev1"]})] == [
        "Sev1"
    ]
    world.send("POST", "/labels", {"name": "SEV1"}, status=422)
    assert world.send("DELETE", "/issues/2/labels/sev1") == []
    world.send("DELETE", "/issues/2/labels/sev1", status=404)
    assert world.send("PUT", "/issues/2/labels", ["x", "y"])[1]["name"] == "y"


def test_closing_and_reopening_tell_why_and_who(world):
    world.send("POST", "/issues", {"title": "a"}, by="sam", status=201)
    world.send("PATCH", "/issues/1", {"title": "b"}, by="stranger", status=403)
    closed = world.send("PATCH", "/issues/1", {"state": "closed", "state_reason": "not_planned"}, by="sam")
    assert (closed["state_reason"], closed["closed_by"]["login"]) == ("not_planned", "sam")
    assert world.get("/issues") == []
    reopened = world.send("PATCH", "/issues/1", {"state": "open"})
    assert (reopened["state_reason"], reopened["closed_at"]) == ("reopened", None)


def test_comments_belong_to_their_authors(world):
    world.send("POST", "/issues", {"title": "a"}, status=201)
    comment = world.send("POST", "/issues/1/comments", {"body": "hi"}, by="sam", status=201)
    world.send("POST", "/issues/1/comments", {"body": " "}, status=422)
    world.send("POST", "/issues/7/comments", {"body": "x"}, status=404)
    path = f"/issues/comments/{comment['id']}"
    world.send("PATCH", path, {"body": "ha"}, by="tess", status=403)
    assert world.send("PATCH", path, {"body": "ho"}, by="sam")["body"] == "ho"
    assert [one["body"] for one in world.get("/issues/1/comments")] == ["ho"]
    assert world.get("/issues/1")["comments"] == 1
    world.send("DELETE", path, status=204)
    assert world.get("/issues/comments") == []


def test_a_reaction_is_there_once_for_each_person_and_content(world):
    world.send("POST", "/issues", {"title": "a"}, status=201)
    comment = world.send("POST", "/issues/1/comments", {"body": "/status"}, by="sam", status=201)
    path = f"/issues/comments/{comment['id']}/reactions"
    made = world.send("POST", path, {"content": "+1"}, status=201)
    assert world.send("POST", path, {"content": "+1"}) == made
    world.send("POST", path, {"content": "eyes"}, status=201)
    world.send("POST", path, {"content": "+1"}, by="sam", status=201)
    world.send("POST", path, {"content": "thumbs"}, status=422)
    assert [(one["user"]["login"], one["content"]) for one in world.get(path)] == [
        ("bot", "+1"),
        ("bot", "eyes"),
        ("sam", "+1"),
    ]
    (listed,) = world.get("/issues/1/comments")
    assert {kind: listed["reactions"][kind] for kind in ("total_count", "+1", "eyes", "-1")} == {
        "total_count": 3,
        "+1": 2,
        "eyes": 1,
        "-1": 0,
    }


def test_who_put_a_label_and_took_it_away_is_kept_and_announced(world):
    world.fork("fix")
    number = world.open("fix")["number"]
    world.send("POST", f"/issues/{number}/labels", {"labels": ["CherryPick/Approved", "db"]}, by="tess")
    world.send("DELETE", f"/issues/{number}/labels/db", by="rae")
    told = [
        (one["event"], one["label"]["name"], one["actor"]["login"])
        for one in world.get(f"/issues/{number}/events")
    ]
    assert told == [
        ("labeled", "CherryPick/Approved", "tess"),
        ("labeled", "db", "tess"),
        ("unlabeled", "db", "rae"),
    ]
    announced = [
        (event.payload["action"], event.payload["label"]["name"], event.payload["number"])
        for event in world.hub.events()
        if "label" in event.payload
    ]
    assert announced == [
        ("labeled", "CherryPick/Approved", number),
        ("labeled", "db", number),
        ("unlabeled", "db", number),
    ]


def test_all_comments_are_listed_newest_first_where_that_is_asked(world):
    world.send("POST", "/issues", {"title": "a"}, status=201)
    for body in ("one", "two", "three"):
        world.send("POST", "/issues/1/comments", {"body": body}, status=201)
    assert [one["body"] for one in world.get("/issues/comments")] == ["one", "two", "three"]
    newest = world.get("/issues/comments", sort="created", direction="desc", per_page=2)
    assert [one["body"] for one in newest] == ["three", "two"]


def test_milestones_count_their_issues(world):
    made = world.send("POST", "/milestones", {"title": "5.35.4"}, status=201)
    world.send("POST", "/milestones", {"title": "5.35.4"}, status=422)
    world.send("POST", "/issues", {"title": "a", "milestone": made["number"]}, status=201)
    world.send("POST", "/issues", {"title": "a", "milestone": 9}, status=422)
    world.send("PATCH", "/issues/1", {"state": "closed"})
    assert world.get("/milestones/1")["closed_issues"] == 1
    world.send("PATCH", "/milestones/1", {"state": "closed"})
    assert world.get("/milestones") == []


def test_every_effect_is_in_the_log_once(world):
    world.fork("fix")
    world.open("fix")
    world.commit("b.txt", "b\n")
    world.push("HEAD:fix")
    world.send("PUT", "/pulls/1/merge")
    world.send("POST", "/issues", {"title": "a"}, status=201)
    world.send("POST", "/issues/2/comments", {"body": "/approve x"}, by="rae", status=201)
    log = [(event.name, event.payload.get("action"), event.sender) for event in world.hub.events()]
    assert log == [
        ("push", None, "bot"),
        ("create", None, "bot"),
        ("pull_request", "opened", "bot"),
        ("push", None, "bot"),
        ("pull_request", "synchronize", "bot"),
        ("push", None, "bot"),
        ("pull_request", "closed", "bot"),
        ("issues", "opened", "bot"),
        ("issue_comment", "created", "rae"),
    ]
    last = world.hub.events()[-1].payload
    assert (last["comment"]["body"], last["issue"]["number"]) == ("/approve x", 2)
    assert last["repository"]["full_name"] == "acme/stockroom"
