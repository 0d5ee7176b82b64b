"""Killed, interrupted, out of room, its hub restarted: a rehearsal that is started again ends the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rehearsal.ends import compare, read_end
from tests.rehearsal.kill_matrix import plan_kills
from tests.rehearsal.playing import Kill, Life, Plays, live

SEED = 7


def _survive(out: Path) -> dict[str, Life]:
    """Play one rehearsal through everything that can befall its process, one life each."""
    moments = plan_kills(SEED, "moment", 2)
    return {
        "no room": live(out, room=60_000),
        "early": live(out, **next(moments)),
        "answer lost": live(out, kill=vars(Kill("write", 2, "after"))),
        "interrupted": live(out, until="prepare.merge: merge"),
        "pushed": live(out, kill=vars(Kill("write", 3, "after"))),
        "late": live(out, seconds=next(moments)["seconds"] + 4),
        "last": live(out),
    }


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plays]:
    root = tmp_path_factory.mktemp("kill")
    with Plays() as plays:
        plays.add("root", lambda: root)
        plays.add("survivor", _survive, root / "survivor")
        plays.add("undisturbed", live, root / "undisturbed")
        plays.add("restarted", live, root / "restarted", restarted=True)
        yield plays


def test_hub_that_is_new_for_every_request_leads_to_the_same_end(plays):
    for name in ("undisturbed", "restarted"):
        assert plays[name].status == 0, plays[name].said
    ends = [read_end(plays["root"] / name) for name in ("undisturbed", "restarted")]
    assert compare(*ends) == []
    assert len(ends[0]["journal"]["notices"]) == len(set(ends[0]["journal"]["notices"])) > 0


def test_killed_rehearsal_that_is_started_again_ends_the_same(plays):
    lives = plays["survivor"]
    assert [lives[name].killed for name in ("early", "answer lost", "pushed", "late")] == [True] * 4
    assert lives["last"].status == 0, lives["last"].said
    ends = [read_end(plays["root"] / name) for name in ("undisturbed", "survivor")]
    assert plays["undisturbed"].status == 0
    assert compare(*ends) == []


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [("no room", 2, "hub.sqlite cannot be written"), ("interrupted", 130, "run again to go on")],
)
def test_what_stops_a_rehearsal_is_told_in_one_message(plays, name, status, sentence):
    life = plays["survivor"][name]
    assert life.status == status, life.said
    assert "Traceback" not in life.said
    told = [line for line in life.said.splitlines() if line.startswith("relauto: ")]
    assert len(told) == 1
    assert sentence in life.said[life.said.index(told[0]) :]
