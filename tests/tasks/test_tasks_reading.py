"""What is read in a clone of the ops repository that a rehearsal left; no token, no settings of one's own."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relauto.git.runner import Git
from relauto.rehearsal.options import Options
from relauto.rehearsal.run import Rehearsed, rehearse
from relauto.tasks.rehearsal import describe

pytestmark = pytest.mark.path

Relauto = Callable[..., Any]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    return rehearse(Options(), tmp_path_factory.mktemp("rehearsed") / "out", lambda _: None)


@pytest.fixture
def clone(rehearsed: Rehearsed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Clone ops and stand in it."""
    Git(tmp_path).run("clone", "--quiet", str(rehearsed.folder / "ops.git"), "ops")
    monkeypatch.chdir(tmp_path / "ops")
    return Git(tmp_path / "ops")


def test_the_summary_names_every_file_that_is_left(rehearsed: Rehearsed) -> None:
    told = describe(rehearsed).splitlines()
    assert told[0].startswith(f"{rehearsed.incident}: released and acknowledged by the customer")
    begin = told.index(f"It left in {rehearsed.folder} (begin with report/index.html):")
    assert [line.split()[0] for line in told[1:begin] if line][:2] == ["requests", "path"]
    assert all((rehearsed.folder / line.strip()).exists() for line in told[begin + 1 :])
    left = {path.name for path in rehearsed.folder.iterdir() if path.name != ".rehearsal"}
    assert {line.strip().partition("/")[0] for line in told[begin + 1 :]} == left


def test_a_finished_rehearsal_says_so(relauto: Relauto, rehearsed: Rehearsed) -> None:
    ended = relauto("rehearse", "--out", str(rehearsed.folder), "--json")
    assert (ended.status, ended.document["again"], ended.document["stops"]) == (0, True, [])
    other = relauto("rehearse", "--out", str(rehearsed.folder), "--scenario", "conflict")
    assert (other.status, other.out) == (2, "")
    assert "holds a rehearsal of something else" in other.err


def test_the_board_is_read_without_a_token(relauto: Relauto, rehearsed: Rehearsed, clone: Git) -> None:
    ended = relauto("status")
    assert ended.status == 0
    assert ended.out.startswith(f"# {rehearsed.incident}: ")
    assert ended.err == "read from this clone, as of its last fetch\n"


def test_the_board_as_json_has_every_step(relauto: Relauto, clone: Git) -> None:
    document = relauto("status", "--json").document
    assert document["schema"] == 1
    assert document["steps"]["deploy.send"] == "done"
    assert document["steps"]["resolve.confirm"] == "open"
    assert document["targets"] == [{"repository": "acme/stockroom", "line": "release-1.4"}]


EARLY = ("escalate.", "gather.", "review.")


def test_next_names_who_must_act(relauto: Relauto, clone: Git) -> None:
    document = relauto("next", "--json").document
    turns, late = document["next"], [each["step"] for each in document["overdue"]]
    assert relauto("status", "--json").document["overdue"] == document["overdue"]
    early = [step for step in relauto("status", "--json").document["steps"] if step.startswith(EARLY)]
    assert [step for step in late if step.startswith(EARLY)] == early[1:], "all but the channel"
    assert {turn["place"].partition(" ")[0]: turn["who"] for turn in turns}[
        "deploy.upgrade-staging"
    ] == "TAM, CRE"
    assert relauto("next").out.startswith(
        "escalate.people (open): Bring in the people\n"
        "  who: CSM, TAM, DE\n"
        "  Call the TAM, the leaders of development and somebody who watches over level 1 and 2 incidents. "
        "The leaders add whoever the problem needs.\n"
    )
    assert [*(f"{turn['place']} ({turn['state']})" for turn in turns), "overdue"] == [
        line.partition(":")[0] for line in relauto("next").out.splitlines() if not line.startswith(" ")
    ]


def test_a_journal_that_is_whole_is_told_so(relauto: Relauto, rehearsed: Rehearsed, clone: Git) -> None:
    ended = relauto("journal.verify")
    assert ended.status == 0
    assert re.fullmatch(
        rf"""{rehearsed.incident}: \d+ events, whole
Not proved by this:
  who wrote an event: commits here are not signed, and whoever may push can name anybody
  who pushed it: GitHub's own record of pushes to the branch says so
  that an answer says the same on GitHub: the event names the address
  that the log was not replaced whole before this repository fetched it for the first time
""",
        ended.out,
    )


def test_a_journal_that_was_cut_is_told_and_ends_with_3(
    relauto: Relauto, rehearsed: Rehearsed, clone: Git
) -> None:
    ref = f"refs/remotes/origin/incidents/{rehearsed.incident}"
    tree = clone.read("rev-parse", f"{ref}^{{tree}}")
    who = {
        "GIT_AUTHOR_NAME": "x",
        "GIT_AUTHOR_EMAIL": "x",
        "GIT_COMMITTER_NAME": "x",
        "GIT_COMMITTER_EMAIL": "x",
    }
    forged = clone.read("commit-tree", tree, "-p", f"{ref}~5", "-m", "Cut", environment=who)
    clone.run("update-ref", ref, forged)
    ended = relauto("journal.verify", "--json")
    assert ended.status == 3
    assert ended.document["faults"]


def test_qa_is_shown_the_page_of_the_newest_candidate(
    relauto: Relauto, rehearsed: Rehearsed, clone: Git
) -> None:
    page = (rehearsed.folder / "qa" / "v1.4.3-rc1.md").read_text()
    shown = relauto("qa.show")
    assert (shown.status, shown.out.rstrip()) == (0, page.rstrip())
    assert relauto("qa.show", "--tag", "v1.4.3-rc1").out == shown.out
    missing = relauto("qa.show", "--tag", "v9")
    assert (missing.status, ", v1.4.3-rc1" in missing.err) == (2, True)


def test_a_notice_is_rendered_from_todays_facts(relauto: Relauto, rehearsed: Rehearsed, clone: Git) -> None:
    customer = relauto("notice.preview", "deploy.reply")
    assert customer.status == 0
    assert customer.out.startswith("Audience: customer\n")
    assert "State: draft, not sent" in customer.out
    (drafted,) = (rehearsed.folder / "notices").glob("*-deploy.reply-customer.md")
    assert customer.out.splitlines()[3] == drafted.read_text().splitlines()[3]
    internal = relauto("notice.preview", "prepare.release")
    assert internal.out.startswith("Audience: internal\n")
    assert relauto("notice.preview", "deploy.reply", "--audience", "everybody").status == 2


def test_another_incident_than_there_is_cannot_be_read(
    relauto: Relauto, clone: Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert relauto("status", "--id", "INC-none").status == 2
    monkeypatch.setenv("RELAUTO_INCIDENT", "INC-none")
    ended = relauto("next")
    assert (ended.status, "there is no incident INC-none" in ended.err) == (2, True)
