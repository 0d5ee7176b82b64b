"""Killed, interrupted, out of room, its hub restarted: a rehearsal that is started again ends the same."""

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relauto.journal.log import JournalReader
from relauto.stages.outbox import find_owed
from tests.rehearsal.ends import compare, read_end, read_record
from tests.rehearsal.playing import Kill, Life, Plays, live, play_undisturbed

pytestmark = pytest.mark.slow

SEED = 7
KILLED = ("early", "pull request opened", "pick pushed", "late")


def _survive(out: Path) -> dict[str, Life]:
    """Play one rehearsal through everything that can befall its process, one life each."""
    chance = random.Random(SEED)
    deaths: dict[str, dict[str, Any]] = {
        "no room": {"room": 60_000},
        "early": {"seconds": chance.uniform(0.3, 2.0)},
        "pull request opened": {"kill": vars(Kill("/acme/stockroom/pulls", 1, "after"))},
        "interrupted": {"until": "prepare.merge: merge"},
        "pick pushed": {"kill": vars(Kill("/acme/stockroom.git/git-receive-pack", 1, "after"))},
        "late": {"kill": vars(Kill("request", chance.randint(5, 45), chance.choice(("before", "after"))))},
        "last": {},
    }
    return {name: live(out, **death) for name, death in deaths.items()}


@pytest.fixture(scope="module")
def plays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plays]:
    root = tmp_path_factory.getbasetemp()
    with Plays() as plays:
        plays.add("root", lambda: root)
        plays.add("survivor", _survive, root / "survivor")
        plays.add("undisturbed", play_undisturbed, root)
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
    assert [lives[name].killed for name in KILLED] == [True] * 4
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


def test_draft_is_owed_from_its_proof_until_it_is_in_the_log(plays):
    assert plays["undisturbed"].status == 0
    out = plays["root"] / "undisturbed"
    with JournalReader.open_local(out / "ops.git", read_record(out)["incident"]) as reader:
        events = reader.events()
    drafted = [event.body.place.step for event in events if event.body.kind == "notice.drafted"]
    owed = [[draft.place.step for draft in find_owed(events[:end])] for end in range(len(events) + 1)]
    assert (owed[0], owed[-1]) == ([], [])
    told = {step for steps in owed for step in steps}
    assert told == set(drafted)
    for step in told:
        ends = [end for end, steps in enumerate(owed) if step in steps]
        assert ends == list(range(ends[0], ends[-1] + 1))
        last = events[ends[-1]].body
        assert (last.kind, last.place.step) == ("notice.drafted", step)


def test_comparison_sees_what_is_lost_and_what_is_doubled(plays):
    assert plays["undisturbed"].status == 0
    end = read_end(plays["root"] / "undisturbed")
    other = copy.deepcopy(end)
    issue = other["hub"]["acme/qa"]["Issue"][0]
    other["hub"]["acme/qa"]["Issue"].append(issue)
    [said] = [said for said in other["journal"]["said"] if "kit.acknowledged" in said]
    del other["journal"]["said"][said]
    found = compare(end, other)
    assert len(found) == 2
    assert found[0].startswith("/hub/acme/qa/Issue: doubled")
    assert "lost: 1 became None" in found[1]
