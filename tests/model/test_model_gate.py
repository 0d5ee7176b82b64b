"""Gates by name, and a waiver for exactly one commit until a moment."""

from datetime import UTC, datetime, timedelta

import pytest

from relauto.errors import InputError
from relauto.model.gate import GATES, Gate, Waiver, find_waiver, list_permitted, parse_gate
from relauto.model.moment import parse_end
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PLACE = Place("prepare.verify", Target("acme/stockroom", "release-1.0"))
WAIVER = Waiver(PLACE, "qa", "a" * 40, NOW + timedelta(hours=4), Text("night"), Person("robin-rm"))


@pytest.mark.parametrize("name", ["prepare.verify:qa", "qa"])
def test_a_gate_is_named_whole_or_by_the_name_that_only_it_has(name):
    assert parse_gate(name) == Gate("prepare.verify", "qa")


@pytest.mark.parametrize("step", ["prepare.merge", "prepare.pick", "prepare.verify"])
def test_checks_are_a_gate_of_each_step_that_waits_for_them(step):
    assert str(parse_gate(f"{step}:checks")) == f"{step}:checks"


@pytest.mark.parametrize("step", [step for step in GATES if step != "prepare.merge"])
def test_leaks_are_a_gate_of_each_step_that_writes_texts(step):
    assert str(parse_gate(f"{step}:leak")) == f"{step}:leak"


def test_a_gate_of_many_lines_lets_pass_what_any_standing_waiver_is_about():
    def waive(commit, gate="leak", hours=4, step="prepare.pick"):
        return Waiver(Place(step), gate, commit, NOW + timedelta(hours=hours), Text("x"), Person("robin-rm"))

    waivers = [
        waive("aa-bb"),
        waive("cc", step="investigate.pr"),
        waive("dd", gate="qa"),
        waive("ee", hours=0),
    ]
    assert list_permitted(waivers, "leak", NOW) == {"aa", "bb", "cc"}


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("checks", "names 3 gates"),
        ("reviews", "names 2 gates"),
        ("quality", "there is no gate"),
        ("prepare.verify", "there is no gate"),
        ("contained", "cannot be waived"),
        ("prepare.verify:contained", "cannot be waived"),
    ],
)
def test_what_is_no_gate_that_can_be_waived(name, says):
    with pytest.raises(InputError, match=says):
        parse_gate(name)


def test_a_waiver_counts_for_its_gate_commit_and_time():
    def found(place=PLACE, gate="qa", commit="a" * 40, now=NOW):
        return find_waiver([WAIVER], place, gate, commit, now)

    assert found() is WAIVER
    assert found(now=WAIVER.until - timedelta(seconds=1)) is WAIVER
    assert found(now=WAIVER.until) is None
    assert found(gate="checks") is None
    assert found(commit="b" * 40) is None
    assert found(place=Place("prepare.verify", PLACE.target, 2)) is None


def test_the_newest_waiver_is_the_one_that_counts():
    longer = Waiver(PLACE, "qa", "a" * 40, NOW + timedelta(hours=9), Text("more"), Person("sasha-rm"))
    assert find_waiver([WAIVER, longer], PLACE, "qa", "a" * 40, NOW) is longer


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("4h", NOW + timedelta(hours=4)),
        ("90s", NOW + timedelta(seconds=90)),
        ("2026-03-02T13:00Z", NOW + timedelta(hours=1)),
        ("2026-03-02T13:00", NOW + timedelta(hours=1)),
        ("2026-03-02T15:00+02:00", NOW + timedelta(hours=1)),
    ],
)
def test_an_end_is_a_length_of_time_or_a_moment(text, end):
    assert parse_end(text, NOW) == end


@pytest.mark.parametrize("text", ["", " ", "soon", "0h", "2026-03-02T12:00Z", "2025-01-01", "9" * 30 + "d"])
def test_an_end_that_is_none_or_over(text):
    with pytest.raises(InputError):
        parse_end(text, NOW)
