"""The cast against the embedded GitHub: they do what holds and refuse the rest."""

import hashlib
import json
import re
from typing import Any

import pytest

from relauto.rehearsal.cast.api import Api, ApiError
from relauto.rehearsal.sample import FIXES

pytestmark = pytest.mark.path

FIX = FIXES["default"][0]
OPS, QA, SOURCE, CHECK = "acme/ops", "acme/qa", "acme/stockroom", "unit-tests"
CI = "machine.checks"
"""The item that relauto ticks itself, once CI is green."""


def reviews(world: Any, number: int) -> list[tuple[str, str, str]]:
    listed = world.bot.pages(f"repos/{SOURCE}/pulls/{number}/reviews")
    return [(each["user"]["login"], each["state"], each["commit_id"]) for each in listed]


def spoil(world: Any, branch: str, path: str, content: bytes, *, parent: str) -> str:
    """Commit a file onto a new branch; returns the commit."""
    git = world.git
    blob = git.run("hash-object", "-w", "--stdin", input=content).decode().strip()
    index = {"GIT_INDEX_FILE": str(world.root / "index")}
    git.run("read-tree", parent, environment=index)
    git.run("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}", environment=index)
    tree = git.run("write-tree", environment=index).decode().strip()
    commit = world.commit(tree, parent)
    git.run("update-ref", f"refs/heads/{branch}", commit)
    return str(commit)


def test_the_reviewer_approves_the_exact_head_once(world: Any) -> None:
    pull = world.propose(FIX)
    head = pull["head"]["sha"]
    assert world.send("rae-reviewer") == [f"#{pull['number']} at {head[:10]}: approved"]
    assert world.send("rae-reviewer") == []
    assert reviews(world, pull["number"]) == [("rae-reviewer", "APPROVED", head)]


def test_the_reviewer_leaves_their_own_and_other_branches_alone(world: Any) -> None:
    own = {"title": "Mine", "head": FIX, "base": "main"}
    Api(world.hub.api, "token-of-rae-reviewer").post(f"repos/{SOURCE}/pulls", own)
    world.git.run("branch", "elsewhere", "main")
    pull = world.propose(FIXES["conflict"][0], base="elsewhere")
    assert world.send("rae-reviewer") == []
    assert len(world.send("rae-reviewer", bases=["elsewhere"])) == 1
    assert [state for _, state, _ in reviews(world, pull["number"])] == ["APPROVED"]


def test_conflict_markers_are_sent_back(world: Any) -> None:
    head = spoil(world, "fix/left", "notes.md", b"<<<<<<< ours\na\n=======\nb\n>>>>>>> x\n", parent="main")
    pull = world.propose("fix/left")
    world.send("rae-reviewer")
    assert reviews(world, pull["number"]) == [("rae-reviewer", "CHANGES_REQUESTED", head)]


def test_the_check_runs_the_tests_of_heads_and_of_new_candidates(world: Any) -> None:
    head = world.propose(FIX)["head"]["sha"]
    broken = spoil(world, "fix/broken", "stockroom/pages.py", b"raise RuntimeError\n", parent="main")
    world.propose("fix/broken")
    commit = world.cut("v1.4.3-rc1", world.sample.line)
    assert len(world.send("ci-runner")) == 3
    assert world.checks(head) == [(CHECK, "success")]
    assert world.checks(broken) == [(CHECK, "failure")]
    assert world.checks(commit) == [(CHECK, "success")]
    assert world.checks(world.sample.commits["release-1.4.0"]) == []
    assert world.send("ci-runner") == []


def test_a_check_that_was_only_announced_is_completed(world: Any) -> None:
    head = world.propose(FIX)["head"]["sha"]
    runner = Api(world.hub.api, "token-of-ci-runner")
    runner.post(f"repos/{SOURCE}/check-runs", {"name": CHECK, "head_sha": head, "status": "queued"})
    world.send("ci-runner")
    assert world.checks(head) == [(CHECK, "success")]


@pytest.mark.parametrize("borrowed", [False, True])
def test_without_a_command_changed_files_are_read(world: Any, borrowed: bool) -> None:
    product = str(world.sample.git_directory) if borrowed else None
    good = world.propose(FIX)["head"]["sha"]
    bad = spoil(world, "fix/syntax", "stockroom/pages.py", b"def page(:\n", parent="main")
    was = spoil(world, "old/syntax", "stockroom/pages.py", b"def page(::\n", parent=bad)
    for branch in ("fix/syntax", "old/syntax"):
        world.propose(branch)
    world.send("ci-runner", check={"name": CHECK, "command": None}, product_path=product)
    assert [world.checks(commit)[0][1] for commit in (good, bad, was)] == ["success", "failure", "success"]
    run = next(iter(world.bot.pages(f"repos/{SOURCE}/commits/{bad}/check-runs", "check_runs")))
    assert "No tests were run" in run["output"]["summary"]
    assert "SyntaxError" in run["output"]["summary"]


def lay_out(world: Any, tree: str, tag: str = "v1.4.3-rc1") -> tuple[bytes, bytes]:
    """Publish the old build and a candidate with this tree; returns both builds."""
    old = world.build("v1.4.2")
    world.cut(tag, tree)
    new = world.build(tag)
    world.publish("v1.4.2", {"stockroom.pyz": old})
    world.publish(tag, {"stockroom.pyz": new}, prerelease=True)
    return old, new


def list_open(world: Any, number: int) -> list[str]:
    body = world.bot.get(f"repos/{QA}/issues/{number}")["body"]
    return re.findall(r"^- \[ \] .*<!-- relauto:qa:(\S+) -->", body, re.MULTILINE)


def test_qa_passes_a_candidate_that_does_what_the_page_says(world: Any) -> None:
    old, new = lay_out(world, world.fixed_tree(FIX))
    number = world.ask_qa("v1.4.3-rc1", old=old, new=new)
    assert world.send("quinn-qa") == [f"#{number}: /qa pass v1.4.3-rc1"]
    evidence, word = world.words(QA, number, "quinn-qa")
    assert word == "/qa pass v1.4.3-rc1"
    assert "IndexError: list index out of range" in evidence
    assert list_open(world, number) == [CI]
    assert world.send("quinn-qa") == []


def test_qa_refuses_the_half_fix_and_leaves_its_boxes_open(world: Any) -> None:
    old, new = lay_out(world, world.fixed_tree(FIXES["qa-fails-first"][0]))
    number = world.ask_qa("v1.4.3-rc1", old=old, new=new)
    (said,) = world.send("quinn-qa")
    assert said == f"#{number}: /qa fail v1.4.3-rc1 new.last-page-served (exit status 1 instead of 0)"
    assert list_open(world, number) == [CI, "new.last-page-served", "sign-off"]


@pytest.mark.slow
def test_qa_refuses_when_the_defect_does_not_show_on_the_old_build(world: Any) -> None:
    tree = world.fixed_tree(FIX)
    world.cut("v1.4.3-rc1", tree)
    new = world.build("v1.4.3-rc1")
    for tag in ("v1.4.2", "v1.4.3-rc1"):
        world.publish(tag, {"stockroom.pyz": new})
    world.ask_qa("v1.4.3-rc1", old=new, new=new)
    (said,) = world.send("quinn-qa")
    assert "/qa fail v1.4.3-rc1 old.orders-complete (exit status 0 instead of 1)" in said


@pytest.mark.slow
def test_qa_refuses_files_that_are_not_what_the_page_says(world: Any) -> None:
    old, new = lay_out(world, world.fixed_tree(FIX))
    world.ask_qa("v1.4.3-rc1", old=old, new=new + b"x")
    (said,) = world.send("quinn-qa")
    assert "/qa fail v1.4.3-rc1" in said
    assert "the page: no file that is named has the digest" in said
    assert "build.candidate-digest-1" in said


def test_qa_follows_no_page_of_somebody_else(world: Any) -> None:
    trap = world.root / "trap"
    page = world.page("v1.4.2", b"", b"").replace("python3", f"touch {trap};")
    number = world.ask_qa("v1.4.2", old=b"", new=b"", author="mallory", page=page)
    assert world.send("quinn-qa") == [f"#{number} was not asked by relauto-bot: left alone"]
    assert world.words(QA, number, "quinn-qa") == []
    assert not trap.exists()


def test_qa_refuses_a_page_without_one_meaning_and_a_tag_that_is_not_there(world: Any) -> None:
    world.ask_qa("v1.4.2", old=b"", new=b"", page="- [ ] do it\n")
    world.ask_qa("v9.9.9-rc1", old=b"", new=b"", page=world.page("v1.4.2", b"", b""))
    said = sorted(world.send("quinn-qa"))
    assert "the page cannot be followed: an item has no id" in said[0]
    assert "the tag v9.9.9-rc1 is not there" in said[1]


def test_qa_of_a_product_without_files_asks_git(world: Any) -> None:
    commit = world.cut("v1.4.3-rc1", world.fixed_tree(FIX))
    probe = f"git -C product.git merge-base --is-ancestor {commit}"
    page = "".join(
        f"- [ ] x <!-- relauto:qa:{id_} -->\n\n  ```sh\n  {probe} {tag}\n  ```\n"
        f"  Expected: exit status {status}\n\n"
        for id_, tag, status in (("old.has", "v1.4.2", 1), ("new.has", "v1.4.3-rc1", 0))
    )
    page += f"- [ ] v1.4.3-rc1 is {commit} <!-- relauto:qa:build.commit -->\n"
    page += "- [ ] s <!-- relauto:qa:sign-off -->\n"
    number = world.ask_qa("v1.4.3-rc1", old=b"", new=b"", page=page)
    told = str(world.sample.git_directory)
    assert world.send("quinn-qa", product_path=told) == [f"#{number}: /qa pass v1.4.3-rc1"]


def test_a_merge_is_approved_when_it_is_green_and_read(world: Any) -> None:
    head = world.propose(FIX)["head"]["sha"]
    desk = world.open_desk(f"/approve prepare.merge {head}", f"/approve prepare.merge {'0' * 40}")
    (first, second) = world.send("robin-rm")
    assert f"{CHECK} is not green" in first
    assert "no open pull request has this head" in second
    world.send("ci-runner")
    assert "nobody has approved this head" in world.send("robin-rm")[0]
    world.send("rae-reviewer")
    assert world.send("robin-rm")[0] == f"/approve prepare.merge {head}"
    assert world.words(OPS, desk, "robin-rm") == [f"/approve prepare.merge {head}"]
    assert len(world.send("robin-rm")) == 1


def test_only_what_stood_on_the_line_is_accepted(world: Any) -> None:
    stood = world.sample.unreleased[0]
    stranger = world.commit(f"{world.sample.line}^{{tree}}", world.sample.line, "Slipped in\n")
    world.open_desk(f"/accept {stood} ships with this release", f"/accept {stranger} ships with this release")
    accepted, left = world.send("robin-rm")
    assert (
        accepted
        == f"/accept {stood} stood on release-1.4 before the incident: Answer HEAD as GET is answered"
    )
    assert f"left alone: /accept {stranger}" in left


def test_the_decision_is_ticked_as_told_and_nothing_else(world: Any) -> None:
    world.open_desk("/tick investigate.qa-decision yes: x", "/tick retro.meeting held")
    decided, left = world.send("robin-rm", qa_decision="no: it is documentation")
    assert decided == "/tick investigate.qa-decision no: it is documentation"
    assert left == "left alone: /tick retro.meeting: there is no evidence for it"


def test_a_text_is_approved_when_it_is_shown(world: Any) -> None:
    text = "Dear customer, the fix is on its way."
    digest = hashlib.sha256(text.encode()).hexdigest()
    world.open_desk(f"/approve prepare.reply {digest}", f"/approve prepare.reply {'a' * 64}", text=text)
    approved, left = world.send("robin-rm")
    assert approved == f"/approve prepare.reply {digest}"
    assert "the comment does not show that text" in left


def test_commands_of_somebody_else_are_not_answered(world: Any) -> None:
    desk = world.open_desk("/tick investigate.qa-decision yes: x")
    world.send("robin-rm")
    fake = f"```relauto-command\n/accept {world.sample.unreleased[0]} x\n```"
    Api(world.hub.api, "token-of-mallory").post(f"repos/{OPS}/issues/{desk}/comments", {"body": fake})
    assert world.send("robin-rm") == []


def test_release_hand_over_and_receipt(world: Any) -> None:
    old, new = lay_out(world, world.fixed_tree(FIX))
    commit = world.git.read("rev-parse", "v1.4.3-rc1^{commit}")
    desk = world.open_desk(f"/approve prepare.release {commit}")
    assert "is not green" in world.send("robin-rm")[0]
    world.send("ci-runner")
    assert "QA has not passed it" in world.send("robin-rm")[0]
    world.ask_qa("v1.4.3-rc1", old=old, new=new)
    world.send("quinn-qa")
    assert world.send("robin-rm") == [f"/approve prepare.release {commit}"]

    sums = hashlib.sha256(f"{hashlib.sha256(new).hexdigest()}  stockroom.pyz\n".encode()).hexdigest()
    world.ask(desk, f"/approve deploy.send {sums}", f"/acknowledge {sums} received and verified")
    assert "no published release has this digest" in world.send("robin-rm")[0]
    assert "not acknowledged" in world.send("tam-noor")[0]
    world.git.run("tag", "v1.4.3", commit)
    world.publish("v1.4.3", {"stockroom.pyz": new})
    assert world.send("robin-rm") == [f"/approve deploy.send {sums}"]
    (receipt,) = world.send("tam-noor")
    assert receipt == f"/acknowledge {sums} received and verified by the customer: v1.4.3, 2 files"
    assert world.words(OPS, desk, "tam-noor") == [receipt]
    assert world.send("tam-noor") == []


def test_a_release_without_files_is_known_by_its_commit(world: Any) -> None:
    commit = world.cut("v1.4.3", world.sample.line)
    world.bot.post(f"repos/{SOURCE}/releases", {"tag_name": "v1.4.3", "name": "v1.4.3"})
    digest = hashlib.sha256(f"{commit}  v1.4.3\n".encode()).hexdigest()
    world.open_desk(f"/approve deploy.send {digest}")
    assert world.send("robin-rm") == [f"/approve deploy.send {digest}"]


def test_a_member_is_a_process_that_reports_in_one_line(world: Any) -> None:
    world.propose(FIX)
    status, said, _ = world.run_process("reviewer", "rae-reviewer")
    assert status == 0
    assert json.loads(said)["role"] == "reviewer"
    assert json.loads(said)["did"][0].endswith("approved")


def test_a_refusal_of_the_api_is_told_in_one_sentence(world: Any) -> None:
    status, said, wrong = world.run_process("ci", "nobody")
    assert (status, said) == (1, "")
    assert wrong.startswith("ci: GET ")
    assert "401" in wrong
    with pytest.raises(ApiError) as raised:
        world.bot.get("repos/acme/absent")
    assert raised.value.status == 404
