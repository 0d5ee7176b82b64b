"""What pull requests show of how far they have come: one comment each, checks, labels, a milestone."""

import pytest

from relauto import engine
from relauto.hub.script import Rule
from relauto.stages.progress.due import describe_showing
from relauto.stages.progress.telling import LEAK, PICK, SCOPE
from tests.engine.agreement import agree
from tests.engine.conftest import BOT, SOURCE
from tests.engine.test_engine_rights import APP, give, hide

pytestmark = pytest.mark.path

MARKER = "<!-- relauto:INC-test:progress -->"


def comments(world, number):
    return list(world.api(BOT).pages(f"repos/{SOURCE}/issues/{number}/comments"))


def shown(world, number):
    """Return the rows of a pull request's one comment."""
    (comment,) = [each for each in comments(world, number) if MARKER in each["body"]]
    rows = [line.strip("| ").split(" | ") for line in comment["body"].split("\n") if line.startswith("| ")]
    return dict(rows[2:])


def label(world, number):
    return [each["name"] for each in world.api(BOT).get(f"repos/{SOURCE}/issues/{number}/labels")]


def reports(world, number):
    """Return what is reported on a pull request's head by name: of statuses, and of check runs."""
    head = world.pull(number)["head"]["sha"]
    statuses = world.api(BOT).get(f"repos/{SOURCE}/commits/{head}/status")["statuses"]
    runs = world.api(BOT).get(f"repos/{SOURCE}/commits/{head}/check-runs")["check_runs"]
    told = {each["context"]: (each["state"], each["description"]) for each in statuses}
    ran = {
        each["name"]: (each["conclusion"], each["output"]["title"])
        for each in runs
        if each["name"].startswith("relauto")
    }
    return told, ran


def mend(world):
    """Push a fix that applies everywhere to the branch of the one that does not."""
    world.push(world.head("fix/crash"), "fix/conflict")
    assert world.pull(1)["head"]["sha"] == world.head("fix/crash")


def test_one_comment_tells_the_whole_way(at):
    world = at("opened")
    agree(world)
    head = world.pull(1)["head"]["sha"]
    assert shown(world, 1) == {
        "this pull request": f"waits at `{head}` for CI and a reviewer",
        "`release-1.0`": "the pick would apply as it is",
        "release from `release-1.0`": "not begun",
    }
    world.decide()
    world.pass_pull(1)
    agree(world)
    assert shown(world, 1)["this pull request"] == f"ready at `{head}`: waits for the approval of its merge"
    world.pass_merge_door()
    link = f"[PR 2]({world.pull(2)['html_url']})"
    assert shown(world, 1)["this pull request"] == f"merged as `{world.head('main')}`"
    assert shown(world, 1)["`release-1.0`"] == f"gets it by {link}"
    assert shown(world, 2)["this pull request"].endswith("for CI and a reviewer")
    world.reach_verify()
    pick = world.head("release-1.0~1")
    assert shown(world, 1)["`release-1.0`"] == f"has it as `{pick}`, by {link}"
    assert shown(world, 2) == {
        "this pull request": f"merged as `{pick}`",
        "release from `release-1.0`": "candidate `v1.0.1-rc1`",
    }
    world.reach_release_door()
    world.reach_send_door()
    assert [shown(world, number)["release from `release-1.0`"] for number in (1, 2)] == [
        "`v1.0.1` is out"
    ] * 2
    assert [len(comments(world, number)) for number in (1, 2)] == [1, 1]


def test_nothing_is_written_while_nothing_changes(at):
    world = at("pick")
    before = comments(world, 1), comments(world, 2)
    agree(world)
    assert world.writes == 0
    assert (comments(world, 1), comments(world, 2)) == before


def test_a_conflict_is_foretold_before_the_merge(at):
    world = at("blank")
    world.open(fix="fix/conflict")
    agree(world)
    assert shown(world, 1)["`release-1.0`"] == "the pick would conflict in `new.txt`"
    mend(world)
    agree(world)
    assert shown(world, 1)["`release-1.0`"] == "the pick would apply as it is"


def test_what_holds_a_pull_request_up_is_told(at):
    world = at("opened")
    world.advance()
    head = world.pull(1)["head"]["sha"]
    world.check(head, "failure")
    agree(world)
    assert shown(world, 1)["this pull request"] == f"held up at `{head}`: a check that is required has failed"
    world.check(head)
    world.review(1, "REQUEST_CHANGES")
    agree(world)
    assert shown(world, 1)["this pull request"] == f"held up at `{head}`: changes are asked for"
    world.close_pull(1)
    agree(world)
    assert shown(world, 1)["this pull request"] == "closed without a merge"


def test_a_comment_of_anybody_else_is_not_taken_for_it(at):
    world = at("opened")
    world.advance(until="investigate.pr")
    (mine,) = comments(world, 1)
    world.api(BOT)._send("DELETE", f"{world.hub.api}/repos/{SOURCE}/issues/comments/{mine['id']}")
    world.api("mallory").post(f"repos/{SOURCE}/issues/1/comments", {"body": f"All is well.\n\n{MARKER}"})
    agree(world)
    assert [each["user"]["login"] for each in comments(world, 1)] == ["mallory", BOT]
    agree(world)
    assert world.writes == 0


def test_one_that_somebody_edited_or_doubled_is_mended(at):
    world = at("merge-door")
    (mine,) = comments(world, 1)
    address = f"repos/{SOURCE}/issues/comments/{mine['id']}"
    world.api("dev").patch(address, {"body": f"nonsense\n{MARKER}"})
    world.api(BOT).post(f"repos/{SOURCE}/issues/1/comments", {"body": mine["body"]})
    agree(world)
    assert [(each["id"], each["body"]) for each in comments(world, 1)] == [(mine["id"], mine["body"])]


def test_two_runs_at_once_leave_one_comment_that_knows_all(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    with world.bench() as bench:

        def be_overtaken(line):
            if line == describe_showing() and not overtaken:
                overtaken.append(line)
                world.pass_pull(2)
                world.advance()

        overtaken = []
        bench.say = be_overtaken
        engine.advance(bench)
    assert [len(comments(world, number)) for number in (1, 2)] == [1, 1]
    assert shown(world, 1)["release from `release-1.0`"] == "candidate `v1.0.1-rc1`"
    assert shown(world, 2)["release from `release-1.0`"] == "candidate `v1.0.1-rc1`"


@pytest.mark.parametrize("fault", ["502-before", "502-after", "reset-after"])
def test_a_comment_whose_answer_is_lost_is_there_once(at, fault):
    world = at("opened")
    world.hub.set_faults(Rule(fault=fault, request="POST .*/issues/1/comments", times=1))
    world.advance()
    assert len(comments(world, 1)) == 1


def test_a_token_that_may_not_comment_stops_nothing(at):
    world = at("opened")
    world.advance()
    (mine,) = comments(world, 1)
    hide(world)
    give(world, "source", without="pull_requests", least=True)
    world.decide()
    world.pass_pull(1)
    (stop,) = world.advance().stops
    assert stop.place.step == "prepare.merge"
    said = [line for line in world.said if line.startswith("pull request #1 cannot show its comment: ")]
    assert len(said) == 1
    assert "pull_requests: write" in said[0]
    assert comments(world, 1) == [mine]


def test_off_shows_nothing_at_all(at):
    world = at("opened")
    agree(world, 'progress.show = "off"\n')
    assert comments(world, 1) == []
    assert describe_showing() not in world.said


def test_checks_are_statuses_where_the_token_is_no_apps(at):
    world, more = at("blank"), 'progress.show = "checks"\n'
    world.open(more, fix="fix/conflict")
    agree(world, more)
    assert reports(world, 1) == (
        {
            SCOPE: ("success", "INC-test: it brings what it is meant to bring, to where that belongs"),
            LEAK: ("success", "INC-test: nothing in it is kept from its readers"),
            PICK: ("failure", "INC-test: release-1.0: the pick conflicts in new.txt"),
        },
        {},
    )
    agree(world, more)
    assert world.writes == 0
    mend(world)
    agree(world, more)
    assert reports(world, 1)[0][PICK] == ("success", "INC-test: release-1.0: the pick applies")
    assert comments(world, 1) == []


def test_checks_are_check_runs_where_it_is_an_apps(at):
    world, more = at("opened"), 'progress.show = "both"\n'
    world.bot = APP
    for part in ("source", "ops", "qa"):
        give(world, part)
    permissions = {"contents": "write", "pull_requests": "write", "statuses": "read", "checks": "write"}
    world.hub.add_token(APP, token="app-for-source", kind="app", permissions=permissions)
    agree(world, more)
    told, ran = reports(world, 1)
    assert told == {}
    assert {name: state for name, (state, _) in ran.items()} == dict.fromkeys((SCOPE, LEAK, PICK), "success")
    assert [each["user"]["login"] for each in comments(world, 1)] == [APP]
    agree(world, more)
    assert world.writes == 0


def test_a_leak_is_no_news_to_everybody(at):
    world, more = at("opened"), 'progress.show = "both"\n'
    world.open_pull("fix/crash")
    world.api("dev").patch(f"repos/{SOURCE}/pulls/1", {"body": "Initech is down"})
    agree(world, more)
    assert reports(world, 1)[0][LEAK] == ("failure", "INC-test: it is held up; its people are told why")
    assert shown(world, 1)["this pull request"].endswith("its people are told why")
    assert "Initech" not in str(comments(world, 1))


def test_another_incidents_report_is_left_alone(at):
    world, more = at("opened"), 'progress.show = "checks"\n'
    world.open_pull("fix/crash")
    head = world.pull(1)["head"]["sha"]
    theirs = {
        "state": "failure",
        "context": PICK,
        "description": "INC-other: release-0.9: the pick conflicts in a",
    }
    world.api(BOT).post(f"repos/{SOURCE}/statuses/{head}", theirs)
    agree(world, more)
    assert reports(world, 1)[0][PICK] == ("failure", theirs["description"])
    assert reports(world, 1)[0][SCOPE][0] == "success"


LABELS = """\
progress.show = "off"
progress.label_open = "in review"
progress.label_merged = "merged"
progress.label_released = "released"
progress.milestone = "Stockroom {version}"
"""


def test_labels_and_milestone_keep_step(at):
    world = at("opened")
    agree(world, LABELS)
    world.api("dev").post(f"repos/{SOURCE}/issues/1/labels", {"labels": ["mine"]})
    assert label(world, 1) == ["in review", "mine"]
    assert world.api(BOT).get(f"repos/{SOURCE}/issues/1")["milestone"]["title"] == "Stockroom 1.0.1"
    world.decide()
    world.pass_pull(1)
    agree(world, LABELS)
    world.approve("prepare.merge")
    agree(world, LABELS)
    assert (label(world, 1), label(world, 2)) == (["mine", "merged"], ["in review"])
    milestones = world.api(BOT).get(f"repos/{SOURCE}/milestones")
    assert [(each["title"], each["open_issues"] + each["closed_issues"]) for each in milestones] == [
        ("Stockroom 1.0.1", 2)
    ]
    assert comments(world, 1) == []


def test_a_label_of_a_later_step_and_a_milestone_of_somebody_are_left(at):
    world = at("opened")
    world.open_pull("fix/crash")
    made = world.api("dev").post(f"repos/{SOURCE}/milestones", {"title": "mine"})
    world.api("dev").patch(f"repos/{SOURCE}/issues/1", {"milestone": made["number"], "labels": ["Released"]})
    agree(world, LABELS)
    assert label(world, 1) == ["Released"]
    assert world.api(BOT).get(f"repos/{SOURCE}/issues/1")["milestone"]["title"] == "mine"


BESIDE = "supported, and not asked for here: "


def test_supported_lines_beside_the_release_are_told_and_hold_nothing_up(at):
    world, more = at("blank"), 'lines = ["release-*", "main"]\nprogress.show = "both"\n'
    world.push(world.head("release-1.0"), "release-1.1")
    world.open(fix="fix/conflict")
    agree(world, more)
    foretold = "the pick would conflict in `new.txt`"
    assert shown(world, 1)["`release-1.1`"] == f"{BESIDE}does not have it, and {foretold}"
    mend(world)
    agree(world, more)
    foretold = "the pick would apply as it is"
    assert [row for row in shown(world, 1).items() if "release-1" in row[0]] == [
        ("`release-1.0`", foretold),
        ("`release-1.1`", f"{BESIDE}does not have it, and {foretold}"),
        ("release from `release-1.0`", "not begun"),
    ]


def test_a_conflict_with_a_line_beside_fails_no_check(at):
    world, more = at("opened"), 'lines = ["release-1.1", "hotfix-*"]\nprogress.show = "checks"\n'
    world.push(world.head("fix/conflict"), "release-1.1")
    agree(world, more)
    state, text = reports(world, 1)[0][PICK]
    assert (state, text.partition("; ")[0]) == ("success", "INC-test: release-1.0: the pick applies")
    assert "release-1.1: " in text


def test_a_supported_line_that_has_what_was_merged_is_told_with_its_commit(at):
    world, more = at("pick"), 'lines = ["release-1.*"]\n'
    world.push(world.head("release-1.0"), "release-1.1")
    agree(world, more)
    assert shown(world, 1)["`release-1.1`"].startswith(f"{BESIDE}does not have it, and ")
    world.push(world.head("main"), "release-1.1")
    agree(world, more)
    assert shown(world, 1)["`release-1.1`"] == f"{BESIDE}has it as `{world.head('main')}`"


def warned(world):
    """Return what the board warns of, and what is on record behind it."""
    with world.bench() as bench:
        behind = [(each.lacking, each.unknown) for each in bench.incident.behind]
    rows = world.rendered("README.md").split("\n")
    return [row.strip("*") for row in rows if row.startswith("**") and "newer" in row], behind


def test_a_newer_line_without_the_fix_is_warned_of_until_it_has_it(at):
    world, more = at("opened"), 'lines = ["release-*"]\n'
    for line in ("release-0.9", "release-1.1", "release-2.0"):
        world.push(world.head("release-1.0"), line)
    world.reach_merge_door(more)
    assert warned(world) == ([], []), "nobody has it before it is merged"
    world.approve("prepare.merge")
    agree(world, more)
    told = (
        "release-1.1 and release-2.0 are supported and newer than release-1.0, and have not got the fix: "
        "who upgrades to them has the fault again."
    )
    assert warned(world) == ([told], [(("release-1.1", "release-2.0"), ())])
    world.push(world.cherry_pick(world.head("main"), "release-1.1", "-x"), "release-1.1")
    agree(world, more)
    told = (
        "release-2.0 is supported and newer than release-1.0, and has not got the fix: who upgrades to it "
        "has the fault again."
    )
    assert warned(world) == ([told], [(("release-2.0",), ())])
    before = world.journal()
    agree(world, more)
    assert world.journal() == before, "what is on record is not told again"
    world.push(world.head("main"), "release-2.0")
    agree(world, more)
    assert warned(world) == ([], [])


OFF = 'progress.show = "off"\n'


@pytest.mark.parametrize("chapter", ["pick", "send-door"])
def test_comparing_lines_asks_nothing_of_github(at, chapter):
    world = at(chapter)
    world.push(world.head("v1.0.0"), "release-1.1")
    world.advance(OFF)
    world.advance(OFF)
    assert warned(world) == ([], []), "no line is called supported"
    plain, more = (world.reads, world.writes), f'lines = ["release-*"]\n{OFF}'
    agree(world, more)
    assert [lacking for lacking, _ in warned(world)[1]] == [("release-1.1",)]
    assert (world.reads, world.writes) == plain
    agree(world, OFF)
    assert warned(world) == ([], [])
