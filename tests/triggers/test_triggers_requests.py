"""What people ask for by comments and labels: done once, by who may, and answered where they asked."""

import re
from datetime import timedelta

import pytest

from relauto.errors import Status
from relauto.triggers.attendance import attend
from relauto.triggers.attended import find_status
from relauto.triggers.hint import Hint
from relauto.triggers.requests import EDITED, ELSEWHERE
from tests.engine.conftest import BOT, OPS, QA, SOURCE

pytestmark = pytest.mark.path

CLOCK = Hint("schedule")
LABELS = """
[[pick_labels]]
name = "CherryPick/Approved"
line = "release-1.0"
[[pick_labels]]
name = "ship"
line = "release-{milestone}"
"""
ANSWER = re.compile(r"<!-- relauto:(asked|labelled|INC-test:answer):")
MARKER = re.compile(r"\n\n<!-- relauto:\S+ -->\n")


def look(world, hint=CLOCK, more=""):
    with world.session(more) as session:
        attended = attend(session, hint)
    if attended:
        with world.bench(more):
            pass
    return attended


def write(world, number, body, by="dev", repository=SOURCE):
    return world.api(by).post(f"repos/{repository}/issues/{number}/comments", {"body": body})["id"]


def told(world, number, repository=SOURCE):
    """Return what relauto answered at an issue or a pull request, markers aside."""
    listed = world.api(BOT).pages(f"repos/{repository}/issues/{number}/comments")
    return [MARKER.sub("", one["body"]) for one in listed if ANSWER.search(one["body"])]


def shown(world, comment, repository=SOURCE):
    found = world.api(BOT).get(f"repos/{repository}/issues/comments/{comment}")["reactions"]
    return [kind for kind, count in found.items() if kind not in ("url", "total_count") and count]


def put_label(world, number, label, by="dev"):
    world.api(by).post(f"repos/{SOURCE}/issues/{number}/labels", {"labels": [label]})


def fixes(world):
    return [str(fix) for fix in world.incident.fixes]


def again(world, hint=CLOCK, more=""):
    """Look again, from nothing, and see that nothing is done twice."""
    before = seen(world)
    look(world, hint, more)
    assert seen(world) == before


def seen(world):
    comments = [list(world.api(BOT).pages(f"repos/{each}/issues/comments")) for each in (SOURCE, OPS, QA)]
    return world.journal(), comments


def test_a_status_asked_at_a_pull_request_is_answered_for_everybody(at):
    world = at("merge-door")
    comment = write(world, 1, "How far is it?\n\n/status")
    look(world)
    (answer,) = told(world, 1)
    assert answer.startswith(
        "dev: `/status` counts.\n\n- `INC-test`: `prepare.merge` waits for a decision\n\n| step | state |"
    )
    assert "| `investigate.pr` | done |" in answer
    assert "Initech" not in answer
    assert OPS not in answer
    assert shown(world, comment) == ["+1"]
    again(world)


def test_who_is_on_no_roster_is_answered_once_at_a_pull_request_and_gets_reactions_after_that(at):
    world = at("merge-door")
    comments = [write(world, 1, f"/pick release-{number}.0", by="mallory") for number in range(30)]
    before = world.journal()
    look(world)
    refused = "does not count: mallory is not on the roster for it."
    assert told(world, 1) == [f"mallory: `/pick release-0.0` {refused}"]
    assert [shown(world, each) for each in comments] == [["confused"]] * 30
    again(world)
    comments.append(write(world, 1, "/status\n\n/advance", by="Mallory".lower()))
    look(world)
    assert (len(told(world, 1)), shown(world, comments[-1])) == (1, ["confused"])
    world.clock.moment += timedelta(days=2)
    write(world, 1, "/advance", by="mallory")
    look(world)
    assert len(told(world, 1)) == 1, "found again at the pull request itself"
    assert world.journal() == before
    for _ in range(3):
        write(world, 1, "/status")
    look(world)
    assert len(told(world, 1)) == 4, "who is on the roster is answered each time"


def test_who_is_on_no_roster_is_answered_once_at_the_desk_and_in_qas_issue(at):
    world = at("verify")
    for repository, number in ((OPS, world.incident.desk.number), (QA, world.qa_issue()["number"])):
        comments = [write(world, number, "/advance", by="mallory", repository=repository) for _ in range(5)]
        look(world)
        ours = [each for each in told(world, number, repository) if each.startswith("mallory")]
        assert ours == ["mallory: `/advance` does not count: mallory is not on the roster for it."]
        assert [shown(world, each, repository) for each in comments] == [["confused"]] * 5
        again(world)


def test_who_repeats_every_answer_is_answered_once(at):
    world = at("merge-door")
    write(world, 1, "/pick release-1.0", by="mallory")
    for _ in range(5):
        look(world)
        write(world, 1, f"{told(world, 1)[-1]}\n\n/pick release-1.0", by="mallory")
    assert len(told(world, 1)) == 1


def test_nobody_elses_comment_is_taken_for_an_answer(at):
    world = at("merge-door")
    comment = write(world, 1, "/status")
    write(world, 1, f"Not today. <!-- relauto:asked:{comment} -->", by="mallory")
    look(world)
    assert len(told(world, 1)) == 2
    assert shown(world, comment) == ["+1"]
    again(world)


def test_a_status_asked_at_the_desk_is_answered_with_the_board(at):
    world = at("merge-door")
    comment = write(world, world.incident.desk.number, "/status", repository=OPS)
    look(world)
    answer = told(world, world.incident.desk.number, OPS)[-1]
    assert answer.startswith("dev: `/status` counts.\n\n- **robin-rm, ")
    assert "<details><summary>The board</summary>" in answer
    assert "Initech" in answer
    assert shown(world, comment, OPS) == ["+1"]
    again(world)


def test_an_approval_gets_a_reaction_and_an_outcome(at):
    world = at("merge-door")
    world.approve("prepare.merge")
    (attended,) = look(world)
    assert world.pull(1)["merged"]
    answer = told(world, world.incident.desk.number, OPS)[-1]
    begun = r"robin-rm: `/approve prepare\.merge [0-9a-f]{40}` counts\.\n\n- \*\*CI and reviewer\*\*: `prep"
    assert re.match(begun, answer), answer
    assert attended.status is Status.WAITING
    again(world)


def test_an_answer_that_does_not_count_gets_a_reaction_and_is_told_once(at):
    world = at("merge-door")
    number = world.incident.desk.number
    comment = write(world, number, f"/approve prepare.merge {'0' * 40}", by="mallory", repository=OPS)
    before = len(told(world, number, OPS))
    look(world)
    said = [each for each in told(world, number, OPS)[before:] if each.startswith("mallory")]
    assert [each.split(". ")[0] for each in said] == ["mallory: `/approve prepare.merge` does not count"]
    assert shown(world, comment, OPS) == ["confused"]
    again(world)


def test_a_verdict_of_qas_is_answered_in_qas_issue(at):
    world = at("verify")
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    number = world.qa_issue()["number"]
    comment = write(world, number, "/qa pass v1.0.1-rc1", by="quinn-qa", repository=QA)
    look(world, Hint("issue_comment", "created", str(QA), numbers=frozenset({number})))
    (answer,) = told(world, number, QA)[-1:]
    assert answer.startswith(
        "quinn-qa: `/qa pass v1.0.1-rc1` counts.\n\n- `INC-test`: `prepare.release` waits"
    )
    assert "Initech" not in answer
    assert shown(world, comment, QA) == ["+1"]


def test_a_verdict_that_cannot_count_yet_is_seen(at):
    world = at("verify")
    number = world.qa_issue()["number"]
    comment = write(world, number, "/qa pass v1.0.1-rc1", by="quinn-qa", repository=QA)
    look(world)
    assert shown(world, comment, QA) == ["eyes"]
    world.check(world.head("v1.0.1-rc1"))
    world.tick_all()
    look(world)
    assert shown(world, comment, QA) == ["+1", "eyes"]


@pytest.mark.parametrize(
    ("line", "by", "why"),
    [
        ("/status", "mallory", "mallory is not on the roster for it"),
        ("/pick release-1.0", "quinn-qa", "quinn-qa is not on the roster for it"),
        (f"/approve prepare.merge {'0' * 40}", "robin-rm", ELSEWHERE),
        ("/pick", "dev", "the form is /pick LINE, on a line by itself"),
        ("/advance now", "dev", "the form is /advance, on a line by itself"),
    ],
)  # fmt: skip
def test_what_does_not_count_at_a_pull_request_is_told_with_the_reason(at, line, by, why):
    world = at("merge-door")
    comment = write(world, 1, line, by=by)
    look(world)
    said = line if why.startswith("the form") else " ".join(line.split()[:3])
    assert told(world, 1) == [f"{by}: `{said}` does not count: {why}."]
    assert shown(world, comment) == ["confused"]
    assert fixes(world) == ["fix/crash"]
    again(world)


@pytest.mark.parametrize(
    ("body", "by"),
    [
        ("> /status", "dev"),
        ("/retest", "dev"),
        ("/approve", "mallory"),
        ("/pick", "mallory"),
        ("please /status", "dev"),
        ("```\n/advance\n```", "dev"),
        ("/advance", BOT),
    ],
)
def test_what_is_said_to_others_or_to_nobody_is_left_alone(at, body, by):
    world = at("merge-door")
    comment = write(world, 1, body, by=by)
    look(world)
    assert told(world, 1) == []
    assert shown(world, comment) == []


def test_a_pull_request_is_picked_by_a_command_once(at):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    comment = write(world, number, "/pick release-1.0")
    look(world, Hint("issue_comment", "created", str(SOURCE), numbers=frozenset({number}), comment=comment))
    assert fixes(world) == ["fix/crash", f"#{number}"]
    (answer,) = told(world, number)
    assert answer.startswith(
        "dev: `/pick release-1.0` counts: this pull request goes to release-1.0 with INC-test.\n\n- "
    )
    assert shown(world, comment) == ["+1"]
    world.answer(f"/withdraw #{number} it is another one's")
    look(world)
    assert fixes(world) == ["fix/crash"]
    again(world)
    assert fixes(world) == ["fix/crash"], "what was asked for once is not done again"


def test_a_relayed_comment_is_looked_up_and_concerns_nobody_else(at):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    comment = write(world, number, "Looks good.")
    assert look(world, Hint("issue_comment", comment=comment)) == []
    asked = write(world, 1, "/advance")
    (attended,) = look(world, Hint("issue_comment", comment=asked))
    assert attended.incident == "INC-test"
    assert told(world, 1) == ["dev: `/advance` counts.\n\n- `INC-test`: `prepare.merge` waits for a decision"]


def test_a_pick_of_what_goes_there_already_says_so(at):
    world = at("merge-door")
    write(world, 1, "/pick release-1.0")
    look(world)
    assert told(world, 1)[0].startswith(
        "dev: `/pick release-1.0` counts: this pull request goes to release-1.0 with"
    )
    assert fixes(world) == ["fix/crash"]


def test_a_pull_request_that_cannot_carry_a_fix_is_refused(at):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    world.close_pull(number)
    write(world, number, "/pick release-1.0")
    look(world)
    assert told(world, number) == [
        f"dev: `/pick release-1.0` does not count: pull request #\u200b{number} was closed without a merge."
    ]
    assert fixes(world) == ["fix/crash"]


WAITS = (
    "waits: no incident is open whose fix goes to release-1.0; one that is opened with this pull request "
    "within 24 hours takes it up."
)


def ask_early(at, by_label):
    """Return a world without an incident, in which somebody asked for a pick and was told that it waits."""
    world = at("blank")
    number = world.open_pull("fix/crash")
    comment = None if by_label else write(world, number, "/pick release-1.0")
    if by_label:
        put_label(world, number, "CherryPick/Approved")
    said = "the label CherryPick/Approved" if by_label else "/pick release-1.0"
    for _ in range(2):
        look(world, CLOCK, LABELS)
        assert told(world, number) == [f"dev: `{said}` {WAITS}"], "it is told once"
        world.clock.sleep(3600)
    return world, number, comment


@pytest.mark.parametrize("by_label", [True, False])
@pytest.mark.parametrize("opened", ["pull", "branch"])
def test_what_was_asked_for_before_the_incident_is_taken_up_when_it_is_opened_with_that(at, opened, by_label):
    world, number, comment = ask_early(at, by_label)
    world.open(**({"fix": None, "pull": number} if opened == "pull" else {"fix": "fix/crash"}))
    look(world, CLOCK, LABELS)
    assert len(fixes(world)) == 1
    answer = told(world, number)[1]
    assert "counts: this pull request goes to release-1.0 with INC-test.\n\n- " in answer
    if comment:
        assert shown(world, comment) == ["+1", "eyes"]
    again(world, CLOCK, LABELS)


@pytest.mark.parametrize("by_label", [True, False])
def test_what_was_asked_for_before_an_incident_about_something_else_is_asked_for_again(at, by_label):
    world, number, comment = ask_early(at, by_label)
    world.open(fix="fix/series")
    look(world, CLOCK, LABELS)
    assert fixes(world) == ["fix/series"]
    assert told(world, number)[1].endswith(
        "does not count: INC-test was opened later, without this pull request; if it is to go there, ask for "
        "it again."
    )
    if comment:
        assert shown(world, comment) == ["confused", "eyes"]
    again(world, CLOCK, LABELS)
    world.clock.sleep(60)
    write(world, number, "/pick release-1.0")
    look(world, CLOCK, LABELS)
    assert fixes(world) == ["fix/series", f"#{number}"]


def test_what_waited_for_a_day_is_over(at):
    world, number, comment = ask_early(at, by_label=False)
    world.clock.sleep(timedelta(hours=23).total_seconds())
    world.open()
    look(world)
    assert len(told(world, number)) == 1
    assert shown(world, comment) == ["eyes"]


def test_an_edited_request_does_not_count(at):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    comment = write(world, number, "Fine.")
    world.clock.sleep(60)
    world.api("dev").patch(f"repos/{SOURCE}/issues/comments/{comment}", {"body": "/pick release-1.0"})
    look(world)
    assert told(world, number) == [f"dev: `/pick release-1.0` does not count: {EDITED}."]
    assert fixes(world) == ["fix/crash"]


def test_a_name_that_nobody_may_read_is_not_repeated(at):
    world = at("merge-door")
    write(world, 1, "/pick Initech")
    look(world)
    assert told(world, 1) == ["dev: `/pick` does not count: it cannot be answered here."]


def test_what_was_said_long_ago_is_over(at):
    world = at("merge-door")
    write(world, 1, "/status")
    world.clock.sleep(timedelta(hours=25).total_seconds())
    look(world)
    assert told(world, 1) == []


@pytest.mark.parametrize("hinted", [True, False])
def test_a_pull_request_is_picked_by_a_label_of_somebody_on_the_roster(at, hinted):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    put_label(world, number, "cherrypick/approved")
    hint = Hint("pull_request", "labeled", str(SOURCE), numbers=frozenset({number})) if hinted else CLOCK
    look(world, hint, LABELS)
    assert fixes(world) == ["fix/crash", f"#{number}"]
    (answer,) = told(world, number)
    assert answer.startswith(
        "dev: `the label CherryPick/Approved` counts: this pull request goes to release-1.0 with INC-test."
    )
    again(world, hint, LABELS)


def test_a_label_may_leave_the_line_to_the_milestone(at):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    put_label(world, number, "ship")
    look(world, CLOCK, LABELS)
    why = "the pull request has no milestone, which would say for which line it is"
    assert told(world, number) == [f"dev: `the label ship` does not count: {why}."]
    milestone = world.api("dev").post(f"repos/{SOURCE}/milestones", {"title": "1.0"})["number"]
    world.api("dev").patch(f"repos/{SOURCE}/issues/{number}", {"milestone": milestone})
    world.api("dev")._send("DELETE", f"{world.hub.api}/repos/{SOURCE}/issues/{number}/labels/ship", None)
    put_label(world, number, "ship")
    look(world, CLOCK, LABELS)
    assert fixes(world) == ["fix/crash", f"#{number}"]


@pytest.mark.parametrize(("by", "more"), [("mallory", LABELS), ("dev", "")])
def test_a_label_of_somebody_else_or_without_a_meaning_changes_nothing(at, by, more):
    world = at("merge-door")
    number = world.open_pull("fix/series")
    put_label(world, number, "CherryPick/Approved", by=by)
    look(world, CLOCK, more)
    assert fixes(world) == ["fix/crash"]
    why = "mallory is not on the roster for it"
    assert told(world, number) == (
        [f"mallory: `the label CherryPick/Approved` does not count: {why}."] if more else []
    )


def test_without_an_incident_a_request_is_answered_all_the_same(at):
    world = at("blank")
    number = world.open_pull("fix/series")
    write(world, number, "/status")
    assert look(world) == []
    assert told(world, number) == ["dev: `/status` does not count: no open incident has this pull request."]


def test_the_status_of_a_run_is_that_of_the_gravest(at):
    world = at("merge-door")
    assert find_status(look(world)) is Status.DECISION
