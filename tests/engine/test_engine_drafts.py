"""A pick that conflicts becomes a draft, which a person finishes with the commands that stand in it."""

import re
import subprocess  # noqa: TID251 - a person types what stands in the pull request

import pytest

from relauto.comms.resolved import WEIGHED
from relauto.errors import InputError, Status
from relauto.git.runner import Git
from relauto.stages.progress.telling import PICK
from tests.engine.agreement import agree
from tests.engine.conftest import CHECK, LINE, ROSTER, SOURCE
from tests.engine.test_engine_leaks import CUSTOMERS
from tests.engine.test_engine_progress import label, reports, shown
from tests.engine.test_engine_rights import give

pytestmark = pytest.mark.path

CONFLICT = "relauto / conflict"
BRANCH = "relauto/pick/release-1.0/inc-test-1"
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def only(outcome, step="prepare.pick", status=Status.DECISION):
    (stop,) = outcome.stops
    assert (stop.place.step, stop.status) == (step, status), stop
    return stop


def reach_draft(world, more=""):
    world.open(more, fix="fix/conflict")
    world.reach_merge_door(more)
    world.approve("prepare.merge")
    return only(agree(world, more))


def commands(world, number=2):
    """Return the commands that a pull request's text tells: those before the person's work, those behind."""
    before, behind = _FENCED.findall(world.pull(number)["body"])
    return before, behind


class Person:
    """Somebody with a fresh clone of the product, who types what stands in the pull request."""

    def __init__(self, world):
        self.folder = world.root / f"clone-of-dev-{len(list(world.root.glob('clone-of-dev-*')))}"
        url = f"{world.hub.address.replace('://', '://x:token-of-dev@')}/{SOURCE}.git"
        Git(world.root).run("clone", "--quiet", url, str(self.folder))
        self.git = Git(self.folder)
        for name, value in (("user.name", "Dana Dev"), ("user.email", "dana@acme.example")):
            self.git.run("config", name, value)

    def type(self, lines):
        ended = subprocess.run(
            ["sh", "-e", "-c", lines], cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stderr

    def edit(self, path, text):
        (self.folder / path).write_text(text)


def finish(world, text="newer\n", number=2):
    before, behind = commands(world, number)
    person = Person(world)
    person.type(before)
    person.edit("new.txt", text)
    person.type(behind)
    return settle(world, number)


def settle(world, number=2):
    """Return a pull request's head once the hub has taken note of what was pushed."""
    return world.pull(number)["head"]["sha"]


def test_the_draft_tells_what_conflicts_and_cannot_be_merged(at):
    world = at("blank")
    stop = reach_draft(world)
    merged, head = world.head("main"), world.head(BRANCH)
    assert stop.reason == (
        f"{merged[:10]} conflicts with release-1.0 in new.txt (modify/delete): "
        "pull request #2 waits for a person to settle it"
    )
    pull = world.pull(2)
    assert (pull["draft"], pull["base"]["ref"], pull["head"]["sha"]) == (True, "release-1.0", head)
    assert label(world, 2) == ["conflict"]
    told = {CONFLICT: ("failure", "INC-test: a person has to settle the conflict in new.txt (modify/delete)")}
    assert reports(world, 2)[0] == told
    assert f"(cherry picked from commit {merged})" in world.product.read("log", "-1", "--format=%b", head)
    assert world.product.read("show", f"{head}~:VERSION") == "1.0.1", "the number is below it"
    again = only(agree(world))
    assert (again.reason, world.head(BRANCH), world.writes) == (stop.reason, head, 0)


def test_the_commands_in_it_finish_it_and_the_path_goes_on(at):
    world = at("blank")
    reach_draft(world)
    marked = world.head(BRANCH)
    head = finish(world)
    assert head != marked
    stop = only(agree(world))
    assert stop.reason == f"pull request #2 was settled as {head[:10]}: a person has to accept that"
    assert reports(world, 2)[0][CONFLICT][0] == "failure"
    assert f"/accept {head} REASON" in world.asked()
    assert any("git range-diff" in comment for comment in world.desk())
    world.answer(f"/accept {head} I settled it", by="dev")
    assert only(agree(world)).reason == stop.reason, "who is not on the roster for it accepts nothing"
    world.answer(f"/accept {head} read it")
    only(agree(world), status=Status.WAITING)
    assert (world.pull(2)["draft"], label(world, 2)) == (False, [])
    assert reports(world, 2)[0][CONFLICT] == ("success", "INC-test: no conflict is left in it")
    world.pass_pull(2)
    only(agree(world), "prepare.verify", Status.WAITING)
    record = world.record("prepare.pick")
    (told,) = record.facts["picks"]
    assert (told["status"], told["pull"], told["found_by"], record.by_others) == (
        "resolved",
        2,
        "trailer",
        True,
    )
    assert world.product.read("show", "v1.0.1-rc1:new.txt") == "newer"
    assert world.product.read("show", "v1.0.1-rc1:VERSION") == "1.0.1"


@pytest.mark.parametrize("method", ["squash", "merge", "rebase"])
@pytest.mark.slow
def test_a_person_may_merge_it_in_any_way(at, method):
    world = at("blank")
    reach_draft(world)
    head = finish(world)
    only(agree(world))
    world.answer(f"/accept {head} read it")
    only(agree(world), status=Status.WAITING)
    world.pass_pull(2)
    world.merge(2, method)
    only(agree(world), "prepare.verify", Status.WAITING)


@pytest.mark.slow
def test_what_settles_it_may_come_on_top(at):
    world = at("blank")
    world.commit_on("release-1.0", "Have it too", {"new.txt": "of the line\n"})
    reach_draft(world)
    marked = world.head(BRANCH)
    assert "<<<<<<< release-1.0" in world.product.read("show", f"{marked}:new.txt")
    person = Person(world)
    person.type(commands(world)[0])
    person.edit("new.txt", "both\n")
    person.type(f"git commit -qam Settle; git push -q origin HEAD:refs/heads/{BRANCH}")
    head = settle(world)
    only(agree(world))
    assert "both" in next(each for each in world.desk() if "git range-diff" in each)
    world.answer(f"/accept {head} read it")
    only(agree(world), status=Status.WAITING)
    world.pass_pull(2)
    agree(world)
    assert world.product.read("log", "--format=%s", f"{marked}~..release-1.0").count("\n") == 0, "squashed"
    assert world.product.read("show", "release-1.0:new.txt") == "both"


def test_markers_that_are_left_are_told_and_nothing_is_accepted(at):
    world = at("blank")
    reach_draft(world)
    left = "<<<<<<< ours\nnew\n=======\nnewer\n>>>>>>> theirs\n"
    head = finish(world, left)
    stop = only(agree(world))
    fault = f"{head[:10]} leaves conflict markers in new.txt"
    assert stop.reason == f"pull request #2 is not settled: {fault}"
    assert reports(world, 2)[0][CONFLICT] == ("failure", f"INC-test: {fault}")
    world.answer(f"/accept {head} it is fine")
    assert only(agree(world)).reason == stop.reason
    again = finish(world)
    assert again != head
    assert (
        only(agree(world)).reason
        == f"pull request #2 was settled as {again[:10]}: a person has to accept that"
    )


def test_what_lacks_the_fix_is_no_settlement(at):
    world = at("blank")
    reach_draft(world)
    person = Person(world)
    person.type(commands(world)[0])
    person.edit("new.txt", "something else\n")
    person.type(f"git commit -qa --amend -m Mine; git push -qf origin HEAD:refs/heads/{BRANCH}")
    merged, head = world.head("main"), settle(world)
    stop = only(agree(world))
    assert f"{head[:10]} lacks {merged[:10]}" in stop.reason


def test_markers_that_somebody_merged_all_the_same_stop_the_release(at):
    world = at("blank")
    world.commit_on("release-1.0", "Have it too", {"new.txt": "of the line\n"})
    reach_draft(world)
    world.product.run("update-ref", "refs/heads/release-1.0", world.head(BRANCH))
    stop = only(agree(world))
    made = world.head("release-1.0")
    assert stop.reason.startswith(f"{made[:10]}, which brought ")
    assert stop.reason.endswith("left conflict markers in new.txt")
    world.commit_on("release-1.0", "Take them out", {"new.txt": "both\n"})
    assert "in which nobody has settled the conflict" in only(agree(world)).reason
    world.answer(f"/accept {made} they are taken out behind it")
    only(agree(world), "prepare.verify")


def test_a_person_who_was_faster_keeps_what_they_pushed(at):
    world = at("blank")
    reach_draft(world)
    before, behind = commands(world)
    late = Person(world)
    late.type(before)
    theirs = finish(world)
    late.edit("new.txt", "mine\n")
    with pytest.raises(AssertionError, match="stale info"):
        late.type(behind)
    assert world.head(BRANCH) == theirs


def reach_draft_of_two(world, more=""):
    """Until the draft, #3, stands in which one fix conflicts, and another is behind it; return both."""
    world.open(more, fix="fix/conflict")
    world.attach("fix/crash")
    world.advance(more)
    world.decide()
    for number in (1, 2):
        world.pass_pull(number)
    world.advance(more)
    world.approve("prepare.merge")
    world.advance(more)
    world.approve("prepare.merge")
    only(agree(world, more))
    return world.head("main~1"), world.head("main")


@pytest.mark.parametrize(("method", "options"), [("squash", "-x"), ("merge", "-x -m 1")])
def test_several_fixes_behind_a_conflict_are_picked_by_the_person_too(at, method, options):
    world, more = at("blank"), f'pull.method = "{method}"\n'
    first, second = reach_draft_of_two(world, more)
    assert f"git cherry-pick {options} {second}" in commands(world, 3)[1]
    before, behind = commands(world, 3)
    person = Person(world)
    person.type(before)
    person.edit("new.txt", "newer\n")
    person.type(behind)
    head = settle(world, 3)
    only(agree(world, more))
    world.answer(f"/accept {head} read it")
    only(agree(world, more), status=Status.WAITING)
    world.pass_pull(3)
    only(agree(world, more), "prepare.verify", Status.WAITING)
    told = [(each["fix"], each["status"]) for each in world.record("prepare.pick").facts["picks"]]
    assert told == [(first, "resolved"), (second, "resolved")]


def test_the_commands_for_another_push_leave_the_picks_that_are_there(at):
    world = at("blank")
    first, second = reach_draft_of_two(world)
    assert "end with the last command alone" in world.pull(3)["body"]
    before, behind = commands(world, 3)
    person = Person(world)
    person.type(before)
    person.edit("new.txt", "<<<<<<< ours\nnew\n=======\nnewer\n>>>>>>> theirs\n")
    person.type(behind)
    settle(world, 3)
    stop = only(agree(world))
    assert second not in stop.todo
    again, more = stop.todo.split("\n  (edit the files until no conflict marker is left)\n")
    person = Person(world)
    person.type(again.split("\n", 1)[1])
    person.edit("new.txt", "newer\n")
    person.type(more)
    head = settle(world, 3)
    assert only(agree(world)).reason == (
        f"pull request #3 was settled as {head[:10]}: a person has to accept that"
    )
    world.answer(f"/accept {head} read it")
    only(agree(world), status=Status.WAITING)
    world.pass_pull(3)
    only(agree(world), "prepare.verify", Status.WAITING)
    told = [(each["fix"], each["status"]) for each in world.record("prepare.pick").facts["picks"]]
    assert told == [(first, "resolved"), (second, "resolved")]
    assert world.product.read("show", "v1.0.1-rc1:new.txt") == "newer"


def test_with_stop_nothing_is_pushed_and_the_commands_are_told(at):
    world = at("blank")
    stop = reach_draft(world, 'pick.conflicts = "stop"\n')
    merged = world.head("main")
    assert stop.reason == f"{merged[:10]} conflicts with release-1.0 in new.txt (modify/delete)"
    assert f"  git cherry-pick -x {merged}\n" in stop.todo
    assert world.product.read("for-each-ref", "refs/heads/relauto") == ""


def test_a_token_that_may_not_report_opens_the_draft_all_the_same(at):
    world = at("blank")
    give(world, "source", without="checks", least=True)
    stop = reach_draft(world)
    assert "waits for a person" in stop.reason
    assert (world.pull(2)["draft"], reports(world, 2)[0]) == (True, {})
    assert any("cannot be marked as failing" in line for line in world.said)


def accept_settled(world, more):
    """Until a person has settled the draft, and another has accepted that; nobody has looked since."""
    reach_draft(world, more)
    head = finish(world)
    only(agree(world, more))
    world.answer(f"/accept {head} read it")
    return head


@pytest.mark.parametrize("show", ["comment", "off"])
def test_the_report_is_lifted_before_it_can_hold_up_the_merge(at, show):
    world, more = at("blank"), f'progress.show = "{show}"\n'
    world.hub.protect(SOURCE, LINE, required_checks=[CHECK, CONFLICT], reviews=1)
    accept_settled(world, more)
    stop = only(agree(world, more), status=Status.WAITING)
    assert stop.whom == "CI and reviewer"
    assert reports(world, 2)[0][CONFLICT] == ("success", "INC-test: no conflict is left in it")
    world.pass_pull(2)
    only(agree(world, more), "prepare.verify", Status.WAITING)


@pytest.mark.parametrize("first", ["status", "check run"])
def test_a_token_lifts_its_own_report_and_tells_of_others(at, first):
    world = at("blank")

    def go_by(kind):
        world.tokens.clear()
        if kind == "check run":
            give(world, "source", besides={"checks": "write"})

    go_by(first)
    accept_settled(world, "")
    go_by("check run" if first == "status" else "status")
    only(agree(world), status=Status.WAITING)
    statuses, runs = reports(world, 2)
    states = (statuses[CONFLICT][0], runs[CONFLICT][0])
    assert states == (("failure", "success") if first == "status" else ("success", "failure"))
    told = "pull request #2 is still marked as failing by another token; an advance with that one lifts it"
    assert told in world.said
    go_by(first)
    only(agree(world), status=Status.WAITING)
    statuses, runs = reports(world, 2)
    assert (statuses[CONFLICT][0], runs[CONFLICT][0]) == ("success", "success")


def test_what_is_merged_in_the_same_run_keeps_no_red_report(at):
    world, more = at("blank"), 'progress.show = "off"\nchecks.required = []\npull.approvals = 0\n'
    world.unprotect()
    world.open(more, fix="fix/conflict")
    world.advance(more)
    world.decide()
    world.advance(more)
    world.approve("prepare.merge")
    only(agree(world, more))
    head = finish(world)
    only(agree(world, more))
    assert reports(world, 2)[0][CONFLICT][0] == "failure"
    world.answer(f"/accept {head} read it")
    agree(world, more)
    assert (world.pull(2)["merged"], reports(world, 2)[0][CONFLICT][0]) == (True, "success")


def test_a_path_that_was_let_pass_in_the_text_alone_is_not_in_the_report(at):
    world = at("blank")
    world.replace_ops({"roster.toml": ROSTER, "customers.toml": CUSTOMERS})
    world.commit_on("main", "Go on", {"globex.txt": "one\n"})
    world.product.run("branch", "--force", "fix/conflict", "main")
    world.commit_on("fix/conflict", "Fix it", {"globex.txt": "two\n"})
    world.open(fix="fix/conflict", customer="initech")
    for _ in range(12):
        (stop,) = world.advance().stops
        if world.pulls() and world.pulls()[0]["draft"]:
            break
        if ":leak" in stop.todo:
            world.answer(f"/waive {stop.place.step}:leak 400h it is no customer")
        elif stop.place.step == "prepare.merge" and stop.status is Status.DECISION:
            world.approve("prepare.merge")
        elif stop.place.step == "investigate.qa-decision":
            world.decide()
        else:
            world.pass_pull(1)
    told = reports(world, 2)[0][CONFLICT]
    assert told == ("failure", "INC-test: a person has to settle the conflict")


def test_a_wide_conflict_is_told_in_part_and_asked_about_all_the_same(at):
    world = at("blank")
    names = [f"{number:02}-{'long' * 50}.txt" for number in range(45)]
    world.commit_on("main", "Go on", dict.fromkeys(names, "one\n"))
    world.product.run("branch", "--force", "fix/conflict", "main")
    world.commit_on("fix/conflict", "Fix what the line lacks", dict.fromkeys(names, "two\n"))
    told = reach_draft(world).reason
    assert [name in told for name in names] == [True] * 4 + [False] * 41
    assert "(modify/delete); and 41 more: pull request #2 waits for a person" in told
    body = world.pull(2)["body"]
    assert "| and 5 more | | | |" in body
    assert [name in body for name in names] == [True] * 40 + [False] * 5
    person, (before, behind) = Person(world), commands(world)
    person.type(before)
    person.edit(names[0], "".join(f"line {number}\n" for number in range(20_000)))
    person.type(behind)
    head = settle(world)
    assert only(agree(world)).reason == (
        f"pull request #2 was settled as {head[:10]}: a person has to accept that"
    )
    asked = world.desk()[-1]
    assert "| was in conflict besides | and 5 more |" in asked
    assert (len(asked) <= 65_536, " more lines" in asked) == (True, True)


def test_a_subject_of_any_length_leaves_room_in_the_text_of_a_draft(at):
    world, long = at("blank"), "Go on and on " * 3_000
    world.commit_on("main", "Start", {"new.txt": "one\n"})
    world.commit_on("main", long, {"new.txt": "two\n"})
    world.product.run("branch", "--force", "fix/conflict", "main")
    world.commit_on("fix/conflict", "Fix what the line lacks", {"new.txt": "three\n"})
    reach_draft(world)
    body = world.pull(2)["body"]
    kept = "Go on and on " * 9 + "Go"
    assert (body.count(f"{kept}…"), body.count(kept)) == (1, 1)
    assert len(body) < 10_000


ADJACENT = 'pick.resolvers = ["adjacent"]\n'
NUMBERS = "".join(f"line {number}\n" for number in range(1, 21))


def reach_proposal(world):
    """Until the draft stands in which a rule has settled that fix and line change lines side by side."""
    world.commit_on("release-1.0", "Change the next", {"app.txt": NUMBERS.replace("line 6\n", "line six\n")})
    world.open(ADJACENT)
    world.reach_merge_door(ADJACENT)
    world.approve("prepare.merge")
    return only(agree(world, ADJACENT))


@pytest.mark.parametrize(
    ("more", "told", "reported"),
    [
        (
            "",
            "; `adjacent` would propose a merge, for review",
            ", and rules would propose a merge, for review",
        ),
        ('pick.conflicts = "stop"\n', "", ""),
        ('pick.via = "push"\n', "", ""),
    ],
    ids=["draft", "stop", "push"],
)
def test_what_rules_will_make_of_a_conflict_is_foretold_where_they_are_asked(at, more, told, reported):
    world, more = at("blank"), f'{ADJACENT}progress.show = "both"\n{more}'
    world.commit_on("release-1.0", "Change the next", {"app.txt": NUMBERS.replace("line 6\n", "line six\n")})
    world.open(more)
    agree(world, more)
    assert shown(world, 1)["`release-1.0`"] == f"the pick would conflict in `app.txt`{told}"
    assert reports(world, 1)[0][PICK] == (
        "failure",
        f"INC-test: release-1.0: the pick conflicts in app.txt{reported}",
    )


def test_what_would_do_instead_stands_in_the_draft_of_what_rules_made(at):
    """The fix is beside what an earlier change of main did, which the line lacks."""
    world = at("blank")
    early = world.commit_on("main", "Prepare it (#7)", {"app.txt": NUMBERS.replace("line 6\n", "line six\n")})
    world.product.run("branch", "fix/beside", "main")
    world.commit_on(
        "fix/beside", "Fix it", {"app.txt": NUMBERS.replace("line 5\nline 6\n", "fixed\nline six\n")}
    )
    world.open(ADJACENT, fix="fix/beside")
    world.reach_merge_door(ADJACENT)
    world.approve("prepare.merge")
    only(agree(world, ADJACENT))
    body = world.pull(2)["body"]
    assert body[body.index("### How it was settled") : body.index("Which of the two")] == (
        "### How it was settled\n\n```text\n  app.txt, from line 5, by adjacent (high)\n"
        "    before | line 5\n    before | line six\n    line   | line 5\n    line   | line 6\n"
        "    fix    | fixed\n    fix    | line six\n    result | fixed\n    result | line 6\n```\n\n"
        "Without any rule the fix applies once these earlier changes are picked first, in this order. That"
        " was tried; whether they belong there is for people to decide.\n\n"
        f"- `{early}` Prepare it (#\u200b7): `relauto attach --pull 7`\n\n"
        "What is attached is picked as a fix of its own. relauto then opens another pull request, and closes"
        " this one unless somebody has pushed to it.\n\n"
    )
    assert f"Which of the two is likelier: {WEIGHED}.\n" in body


def test_what_rules_make_of_a_conflict_waits_for_a_person(at):
    world = at("blank")
    stop = reach_proposal(world)
    head = world.head(BRANCH)
    assert stop.reason == (
        f"pull request #2 was settled by adjacent as {head[:10]}: a person has to accept that"
    )
    assert "line five\nline six\n" in world.product.read("show", f"{head}:app.txt")
    assert reports(world, 2)[0][CONFLICT][0] == "failure"
    body = world.pull(2)["body"]
    assert "  app.txt, from line 5, by adjacent (" in body
    assert "    result | line five\n" in body
    assert "It would apply without these commits of `release-1.0`, which was tried" in body
    assert "Which of the two is likelier" not in body
    world.answer(f"/accept {head} both belong there")
    only(agree(world, ADJACENT), status=Status.WAITING)
    assert not world.pull(2)["draft"]
    world.pass_pull(2)
    only(agree(world, ADJACENT), "prepare.verify")
    (told,) = world.record("prepare.pick").facts["picks"]
    assert (told["status"], told["found_by"]) == ("resolved", "trailer")
    assert world.product.read("log", "--format=%s", "v1.0.0..release-1.0").split("\n") == [
        "Fix the crash (#1)",
        "Bump version to 1.0.1",
        "Change the next",
    ]


def test_what_rules_made_may_be_changed_by_a_person(at):
    world = at("blank")
    reach_proposal(world)
    before, behind = commands(world)
    person = Person(world)
    person.type(before)
    person.edit("app.txt", NUMBERS.replace("line 5\nline 6\n", "line five\nline 6, too\n"))
    person.type(behind)
    head = settle(world)
    stop = only(agree(world, ADJACENT))
    assert stop.reason == f"pull request #2 was settled as {head[:10]}: a person has to accept that"


def test_a_rule_of_another_name_is_a_setting_to_correct(at):
    world = at("blank")
    world.open(fix="fix/conflict")
    world.reach_merge_door()
    world.approve("prepare.merge")
    with pytest.raises(InputError, match="there is no resolver 'guess'"):
        world.advance('pick.resolvers = ["guess"]\n')
