"""`relauto bench.cold`: what it measures is what comes over."""

import json

import pytest

from relauto.git.runner import Git
from tests.git.conftest import Clone
from tests.picking.test_picking_pick import TEXT, change

pytestmark = pytest.mark.path


@pytest.fixture
def clone(tmp_path):
    """A product whose history weighs something, and two fixes that people have picked to `release-1`."""
    clone = Clone(tmp_path / "clone")
    clone.commit("First", {"app.py": TEXT})
    for number in range(30):
        # Text that packs badly, so that a whole clone is large.
        noise = "".join(f"{pow(3, number * 997 + row, 2**127 - 1):x}\n" for row in range(2000))
        clone.commit(f"Noise {number}", {f"noise/{number}": noise})
    clone.run("branch", "release-1")
    clone.fixes = [clone.commit(f"Fix {line}", {"app.py": change(TEXT, line, "fixed")}) for line in (3, 12)]
    clone.commit("Other", {"other": "other\n"})
    clone.switch("release-1")
    clone.run("cherry-pick", "-x", clone.fixes[0])
    clone.switch("main")
    return clone


def list_refs(clone):
    return Git(clone.directory).read("show-ref")


@pytest.mark.parametrize("http", [True, False])
def test_each_pick_is_compared_with_a_whole_clone(relauto, clone, tmp_path, http):
    before = list_refs(clone), clone.git.read("count-objects", "-v")
    release = clone.git.read("rev-parse", "release-1")
    row = {"fix": clone.fixes[0], "onto": f"{release}^", "expected": release}
    row["onto"] = clone.git.read("rev-parse", row["onto"])
    (tmp_path / "pairs").write_text(json.dumps(row))
    arguments = ["bench.cold", "--repo", "clone", "--pairs", "pairs", "--json", *(["--http"] if http else [])]
    ended = relauto(*arguments)
    assert ended.status == 0, ended.err
    document = ended.document
    assert (document["picks"], document["different"]) == (1, 0)
    assert document["clone_bytes"] > 500_000
    assert 0 < document["pick_bytes"]["most"] < 0.02 * document["clone_bytes"]
    assert document["share"]["most"] == round(document["pick_bytes"]["most"] / document["clone_bytes"], 6)
    assert "as in a whole clone" in ended.err
    assert (list_refs(clone), clone.git.read("count-objects", "-v")) == before


def test_backports_are_found_by_themselves(relauto, clone):
    ended = relauto("bench.cold", "--repo", "clone", "--dry-run")
    assert (ended.status, ended.out) == (0, "fixes to pick: 1; nothing was done\n")


def test_a_pick_that_takes_too_much_fails(relauto, clone, tmp_path):
    """What takes most of the clone: a fix of all its files."""
    noise = {path.name: path.read_text() for path in (clone.directory / "noise").iterdir()}
    fix = clone.commit("All", {f"noise/{name}": text.replace("7", "8") for name, text in noise.items()})
    row = {"fix": fix, "onto": clone.git.read("rev-parse", "release-1"), "expected": fix}
    (tmp_path / "pairs").write_text(json.dumps(row))
    ended = relauto("bench.cold", "--repo", "clone", "--pairs", "pairs")
    assert ended.status == 1
    assert ended.out.startswith("picks: 1, of them other than in a whole clone: 0; it has ")


@pytest.mark.parametrize(("limit", "what"), [("0", "--limit cannot be 0"), ("x", "")])
def test_a_limit_that_is_none_is_refused(relauto, clone, limit, what):
    ended = relauto("bench.cold", "--repo", "clone", "--limit", limit)
    assert (ended.status, what in ended.err) == (2, True)
