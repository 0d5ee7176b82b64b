"""Every scenario, played whole as the command line plays it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relauto.git.runner import Git
from relauto.journal.log import JournalReader, list_local_incidents
from relauto.rehearsal.scenarios import SCENARIOS
from tests.rehearsal.playing import Kill, Life, Plays, live

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def plays(root: Path) -> Iterator[Plays]:
    with Plays() as plays:
        for name in SCENARIOS:
            plays.add(name, live, root / name, "--scenario", name)
        yield plays


def read_steps(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_bytes())["steps"]
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_ends_as_told(plays, name):
    life: Life = plays[name]
    assert life.status == SCENARIOS[name].ends, life.said


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_moment_of_a_scenario_has_happened(plays, root, name):
    assert isinstance(plays[name], Life)
    folder = root / name / ".rehearsal" / "moments"
    happened = {path.name for path in folder.iterdir()} if folder.exists() else set()
    assert happened == {moment.name for moment in SCENARIOS[name].moments}


def test_candidate_whose_tag_was_deleted_is_lost_and_cut_again(plays, root):
    said = plays["rc-deleted"].said
    assert "git push origin :refs/tags/v1.4.3-rc1" in said
    assert read_steps(root / "rc-deleted")["prepare.release"] == "done"


def read_release(out: Path) -> dict[str, Any]:
    """Return where a rehearsal ended, without who did what: steps, trees of branches and tags, digests."""
    git, summary = Git(out / "product.git"), json.loads((out / "summary.json").read_bytes())
    [target] = summary["targets"]
    refs = ("main", "release-1.4", "v1.4.2", "v1.4.3-rc1", "v1.4.3")
    return {
        "steps": summary["steps"],
        "trees": {ref: git.read("rev-parse", f"{ref}^{{tree}}") for ref in refs},
        "tags": git.read("tag", "--list").split(),
        "assets": target["release"]["assets"],
        "candidates": [(each["tag"], each["gates"]) for each in target["candidates"]],
        "accepted": target["accepted"],
    }


def test_what_people_do_by_hand_ends_as_the_happy_path(plays, root):
    assert (plays["by-hand"].status, plays["happy"].status) == (0, 0)
    assert read_release(root / "by-hand") == read_release(root / "happy")


def test_what_people_do_by_hand_survives_a_kill_in_each_of_their_moments(plays, root, tmp_path):
    """Killed while a pick is pushed, a build published and a release made by hand: each goes on."""
    out, options = tmp_path / "killed", ("--scenario", "by-hand")
    deaths = (
        Kill("/acme/stockroom.git/git-receive-pack", 1, "after"),
        Kill("/assets", 1, "after"),
        Kill("/acme/stockroom/releases", 1, "after"),
    )
    assert [live(out, *options, kill=vars(kill)).killed for kill in deaths] == [True] * 3
    last = live(out, *options)
    assert last.status == 0, last.said
    assert plays["happy"].status == 0
    assert read_release(out) == read_release(root / "happy")


def test_what_people_did_by_hand_is_recorded_as_by_others(plays, root):
    assert plays["by-hand"].status == 0
    [incident] = list_local_incidents(root / "by-hand" / "ops.git")
    with JournalReader.open_local(root / "by-hand" / "ops.git", incident) as reader:
        steps = reader.incident().steps
    assert {place.step for place, record in steps.items() if record.by_others} == {
        "investigate.pr",
        "prepare.pick",
        "prepare.verify",
        "prepare.release",
    }


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ci-red", "prepare.merge is refused: pull request #1: unit tests is failure"),
        ("ci-flaky", "prepare.verify on acme/stockroom@release-1.4 is refused: the checks of v1.4.3-rc1"),
        ("fix-reverted", "prepare.merge is lost: the proof is gone: it was proved (merged 1 "),
        ("rc-deleted", "prepare.candidate on acme/stockroom@release-1.4 is lost: the proof is gone"),
    ],
)
def test_scenario_shows_why_it_stopped(plays, name, told):
    assert told in plays[name].said


def test_fix_that_was_mended_after_red_is_the_fix_that_ships(plays, root):
    """The unfinished test came and went: the release has the tree of the happy path."""
    trees = {
        name: Git(root / name / "product.git").read("rev-parse", "v1.4.3^{tree}")
        for name in ("happy", "ci-red", "ci-flaky", "fix-reverted", "rc-deleted")
        if plays[name].status == 0
    }
    assert len(trees) == 5
    assert len(set(trees.values())) == 1


def test_fix_made_on_the_line_ships_as_the_happy_path_does_and_main_gets_it(plays, root):
    assert (plays["line-first"].status, plays["happy"].status) == (0, 0)
    git = {name: Git(root / name / "product.git") for name in ("line-first", "happy")}
    trees = {name: each.read("rev-parse", "v1.4.3^{tree}", "main^{tree}") for name, each in git.items()}
    assert trees["line-first"] == trees["happy"]
    merged = git["line-first"].read("log", "-1", "--format=%B", "main")
    assert "(cherry picked from commit " in merged
    said = plays["line-first"].said
    assert said.index("debt.main: push relauto/pick/main/") < said.index("prepare.release")


def test_release_that_does_not_help_is_followed_by_another(plays, root):
    assert plays["production-fails"].status == 0
    document = json.loads((root / "production-fails" / "summary.json").read_bytes())
    (target,) = document["targets"]
    assert document["round"] == 2
    told = [(each["base_tag"], each["release"], each["kit"], each["failed"]) for each in target["rounds"]]
    assert told == [
        ("v1.4.2", "v1.4.3", "kit/v1.4.3", "deploy.verify-production"),
        ("v1.4.3", "v1.4.4", "kit/v1.4.4", None),
    ]
    notes = [
        (root / "production-fails" / each["kit"] / "UPGRADE.md").read_text() for each in target["rounds"]
    ]
    assert [each.splitlines()[0] for each in notes] == [
        "# Stockroom: from 1.4.2 to 1.4.3",
        "# Stockroom: from 1.4.3 or 1.4.2 to 1.4.4",
    ]
    assert [each["tag"] for each in target["candidates"]] == ["v1.4.3-rc1", "v1.4.4-rc1"]
    assert len({pick["fix"] for pick in target["picks"]}) == len(target["picks"]) == 2
    drafted = [notice["step"] for notice in document["notices"] if notice["audience"] == "customer"]
    assert drafted.count("prepare.reply") == 2
    assert drafted.count("release.failed") == 1


def test_line_is_one_incidents_at_a_time(plays, root):
    life = plays["two-incidents"]
    assert life.status == 0
    assert "is not opened: INC-" in life.said
    assert "-joins ends reached" in life.said
    assert "-waits ends reached" in life.said
    out = root / "two-incidents"
    document = json.loads((out / "summary.json").read_bytes())
    incident = document["incident"]
    ops, product = Git(out / "ops.git"), Git(out / "product.git")
    records = {
        version: json.loads(ops.read("show", f"releases/acme/stockroom/{version}:record.json"))
        for version in ("1.4.3", "1.4.4")
    }
    assert [(each["incident"], each["joined"]) for each in records.values()] == [
        (incident, [f"{incident}-joins"]),
        (f"{incident}-waits", []),
    ]
    assert product.read("merge-base", "v1.4.3", "v1.4.4") == product.read("rev-parse", "v1.4.3^{commit}")
    assert "see the list of items" in product.read("show", "v1.4.3:stockroom/store.py")
    assert "see the list of customers" not in product.read("show", "v1.4.3:stockroom/store.py")
    assert "see the list of customers" in product.read("show", "v1.4.4:stockroom/store.py")


def test_what_was_said_while_github_was_away_is_on_record_once(plays, root):
    said = plays["github-away"].said
    assert said.count("recorded what was unpushed") == 2
    with_tick, happy = read_steps(root / "github-away"), read_steps(root / "happy")
    assert with_tick == {**happy, "escalate.call": "done"}
    assert list((root / "github-away" / ".rehearsal" / "cache" / "unpushed").rglob("*.json")) == []


def test_embargoed_fix_is_public_with_its_release_and_not_before(plays, root):
    assert (plays["embargoed"].status, plays["happy"].status) == (0, 0)
    public = Git(root / "embargoed" / "product.git")
    assert public.read("tag", "--list", "v1.4.3*").split() == ["v1.4.3"], "the candidate stays private"
    assert "fix/orders-in-private" not in public.read("for-each-ref")
    assert public.read("rev-parse", "main^{tree}") == Git(root / "happy" / "product.git").read(
        "rev-parse", "main^{tree}"
    )
    for branch in ("main", "release-1.4"):
        assert "(cherry picked from commit " in public.read("log", "-1", "--format=%B", branch)
    assert "acme-security" not in public.read("log", "--all", "--format=%an %ae %cn %ce %B")
    said = plays["embargoed"].said
    assert said.index("prepare.release on acme/stockroom@release-1.4: done") < said.index("debt.line on")
