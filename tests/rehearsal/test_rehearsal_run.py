"""Whole rehearsals on the sample product, as the command line plays them."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relauto.git.runner import Git
from relauto.hub.records import Event
from relauto.hub.store import Store
from relauto.journal.log import JournalReader
from tests.rehearsal.ends import compare, read_end, read_record
from tests.rehearsal.playing import Life, Plays, live, play_undisturbed

pytestmark = pytest.mark.slow

LEFT = {
    "summary.json",
    "product.git",
    "ops.git",
    "qa",
    "notices",
    "report",
    "retrospective.md",
    "incident-summary.md",
    "kit",
    ".rehearsal",
}


def read_summary(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "summary.json").read_bytes())
    return found


def read_events(out: Path) -> list[Event]:
    """Return what the hub has logged."""
    store = Store(out / ".rehearsal" / "hub")
    try:
        with store.transaction() as tx:
            return tx.all(Event, "")
    finally:
        store.close()


def digest_folder(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def change_record(out: Path, **changes: Any) -> None:
    record = read_record(out)
    record |= changes
    (out / ".rehearsal" / "rehearsal.json").write_text(json.dumps(record))


def unfinish(out: Path, copy: Path) -> Path:
    """Copy a finished rehearsal as it was just before it noted that it is finished."""
    shutil.copytree(out, copy, symlinks=True)
    change_record(copy, finished=False)
    return copy


def _come_back(out: Path) -> dict[str, Life]:
    """Play with QA away, then with the customer away, then with everybody."""
    lives = {"qa": live(out, "--without", "qa")}
    change_record(out, options=read_record(out)["options"] | {"absent": ["customer"]})
    lives["customer"] = live(out, "--without", "customer")
    change_record(out, options=read_record(out)["options"] | {"absent": []})
    return {**lives, "nobody": live(out)}


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plays]:
    root = tmp_path_factory.getbasetemp()
    with Plays() as plays:
        plays.add("root", lambda: root)
        plays.add("happy", play_undisturbed, root)
        plays.add("conflict", live, root / "conflict", "--scenario", "conflict")
        plays.add("qa-fails-first", live, root / "qa-fails-first", "--scenario", "qa-fails-first")
        plays.add("without", _come_back, root / "without")
        for absent in ("ci", "release-manager"):
            plays.add(absent, live, root / f"without-{absent}", "--without", absent)
        yield plays


@pytest.fixture(scope="module")
def happy(plays: Plays) -> Path:
    life = plays["happy"]
    assert (life.status, life.document.get("stops")) == (0, []), life.said
    out: Path = plays["root"] / "undisturbed"
    return out


def test_happy_rehearsal_leaves_what_it_promises(plays, happy):
    assert {path.name for path in happy.iterdir()} == LEFT
    assert sorted(path.name for path in (happy / "qa").iterdir()) == [
        "pick-release-1.4.md",
        "pr-1.md",
        "production-v1.4.3.md",
        "staging-v1.4.3.md",
        "v1.4.3-rc1.md",
    ]
    assert set(plays["happy"].document["files"]) == {
        str(path)
        for path in happy.rglob("*")
        if not {".rehearsal", "product.git", "ops.git"} & set(path.parts) and path.is_file()
    } | {str(happy / "product.git"), str(happy / "ops.git")}


def test_release_is_the_candidate_commit_by_commit_and_byte_by_byte(happy):
    [target] = read_summary(happy)["targets"]
    git, release = Git(happy / "product.git"), target["release"]
    [candidate] = target["candidates"]
    tagged = [git.read("rev-parse", f"{tag}^{{commit}}") for tag in (release["tag"], candidate["tag"])]
    assert tagged == [release["commit"], candidate["commit"]]
    assert tagged[0] == tagged[1]
    [pick] = target["picks"]
    assert git.ask("merge-base", "--is-ancestor", pick["commit"], release["commit"]).status == 0
    assert f"(cherry picked from commit {pick['fix']})" in git.read(
        "log", "-1", "--format=%B", pick["commit"]
    )

    kit = happy / "kit" / release["tag"]
    sums = (kit / "SHA256SUMS").read_text().split("\n")[:-1]
    digests = {asset["name"]: asset["sha256"] for asset in release["assets"]}
    assert digests.pop("SHA256SUMS") == hashlib.sha256((kit / "SHA256SUMS").read_bytes()).hexdigest()
    assert sums == [f"{digest}  {name}" for name, digest in digests.items()]
    for name, digest in digests.items():
        assert hashlib.sha256((kit / name).read_bytes()).hexdigest() == digest


def test_every_notice_is_a_file_and_the_journal_is_whole(happy):
    summary = read_summary(happy)
    drafted = [notice["path"] for notice in summary["notices"]]
    assert drafted == [f"notices/{path.name}" for path in sorted((happy / "notices").iterdir())]
    assert len({notice["step"] for notice in summary["notices"] if notice["audience"] == "customer"}) == 7
    with JournalReader.open_local(happy / "ops.git", summary["incident"]) as reader:
        assert reader.verify() == ()
        assert {notice.path for notice in reader.incident().notices} == set(drafted)


def test_finished_rehearsal_says_so_and_touches_nothing(happy):
    before = digest_folder(happy)
    life = live(happy)
    assert (life.status, life.document["again"]) == (0, True)
    assert digest_folder(happy) == before


def test_another_advance_on_the_finished_incident_only_reads(happy, tmp_path):
    out = unfinish(happy, tmp_path / "again")
    events, tip = len(read_events(out)), Git(out / "ops.git").read("for-each-ref")
    life = live(out)
    assert (life.status, life.document["again"]) == (0, False), life.said
    requests = read_summary(out)["requests"]
    assert requests["write"] == 0 < requests["read"]
    assert (len(read_events(out)), Git(out / "ops.git").read("for-each-ref")) == (events, tip)
    assert compare(read_end(happy), read_end(out)) == []


def test_tag_that_is_moved_before_the_summary_shows_in_it(happy, tmp_path):
    out = unfinish(happy, tmp_path / "moved")
    git = Git(out / "product.git")
    before, tag = git.read("rev-parse", "v1.4.3^{commit}"), "refs/tags/v1.4.3"
    elsewhere = git.read("rev-parse", "v1.4.3^{commit}~1")
    git.run("update-ref", tag, elsewhere)
    life = live(out)
    assert life.status == 3, life.said
    [stop] = life.document["stops"]
    assert stop["place"].split()[0] == "prepare.release"
    assert before[:10] in stop["reason"]
    assert elsewhere[:10] in stop["reason"]
    summary = read_summary(out)
    assert summary["targets"][0]["release"]["commit"] == elsewhere == git.read("rev-parse", tag)
    assert summary["steps"]["prepare.release"] == "lost"
    assert read_summary(happy)["targets"][0]["release"]["commit"] == before


def test_refused_candidate_is_followed_by_another(plays):
    life, out = plays["qa-fails-first"], plays["root"] / "qa-fails-first"
    assert (life.status, life.document["stops"]) == (0, []), life.said
    [target] = read_summary(out)["targets"]
    first, second = target["candidates"]
    assert [first["tag"], second["tag"]] == ["v1.4.3-rc1", "v1.4.3-rc2"]
    assert (first["verified"], second["verified"]) == (False, True)
    assert "quinn-qa: " in first["gates"]["refused"]
    assert target["release"]["commit"] == second["commit"] != first["commit"]
    assert len(target["fixes"]) == len(target["picks"]) == 2
    pages = {path.name for path in (out / "qa").iterdir()}
    assert {page for page in pages if "rc" in page} == {"v1.4.3-rc1.md", "v1.4.3-rc2.md"}
    assert {"pr-1.md", "pr-3.md"} <= pages
    assert len([path for path in (out / "notices").iterdir() if "candidate.refused" in path.name]) == 1


def test_a_conflict_is_finished_by_a_person_and_released(plays):
    life, out = plays["conflict"], plays["root"] / "conflict"
    assert (life.status, life.document["stops"]) == (0, []), life.said
    [target] = read_summary(out)["targets"]
    [pick] = target["picks"]
    assert (pick["pull"], pick["status"], target["release"]["tag"]) == (2, "resolved", "v1.4.3")
    product = Git(out / "product.git")
    settled = "stockroom/report.py"
    assert product.read("show", f"v1.4.3:{settled}") == product.read(
        "show", f"backport/orders-empty-page:{settled}"
    )
    assert f"(cherry picked from commit {pick['fix']})" in product.read(
        "log", "-1", "--format=%b", pick["commit"]
    )


@pytest.mark.parametrize(
    ("absent", "status", "step", "reason"),
    [
        ("qa", 4, "prepare.verify", "v1.4.3-rc1: no verdict yet"),
        ("ci", 4, "prepare.merge", "pull request #1: unit tests"),
        ("release-manager", 3, "prepare.merge", "a person must approve: merge pull request #1"),
        ("customer", 4, "deploy.send", "v1.4.3: the customer has not acknowledged"),
    ],
)
def test_rehearsal_stops_where_somebody_is_missing(plays, absent, status, step, reason):
    lives = plays["without"] if absent in ("qa", "customer") else {absent: plays[absent]}
    life = lives[absent]
    assert life.status == status, life.said
    [stop] = [stop for stop in life.document["stops"] if stop["status"] == status]
    assert stop["place"].split()[0] == step
    assert stop["reason"].startswith(reason)
    assert stop["todo"]


def test_who_comes_back_finds_everything_as_if_never_away(plays, happy):
    assert plays["without"]["nobody"].status == 0, plays["without"]["nobody"].said
    assert compare(read_end(happy), read_end(plays["root"] / "without")) == []


def test_folder_with_something_else_stays_as_it_is(tmp_path):
    (tmp_path / "diary.txt").write_text("mine\n")
    life = live(tmp_path)
    assert (life.status, life.said.count("relauto: ")) == (2, 1)
    assert "holds something else than a rehearsal" in life.said
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_folder_of_another_rehearsal_stays_as_it_is(happy):
    before = digest_folder(happy)
    life = live(happy, "--scenario", "conflict")
    assert (life.status, life.said.count("relauto: ")) == (2, 1)
    assert "holds a rehearsal of something else: the sample product" in life.said
    assert digest_folder(happy) == before
