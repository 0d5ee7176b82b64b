"""Every scenario, played whole as the command line plays it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relauto.rehearsal.scenarios import SCENARIOS
from tests.rehearsal.playing import Life, Plays, live

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
