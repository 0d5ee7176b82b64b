"""A candidate's scope is closed only when everything in it has a reason."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from relauto.model.scope import judge_scope


@dataclass(frozen=True)
class Entry:
    commit: str
    parents: tuple[str, ...] = ("base",)


def judge(*entries, picks=(), bumps=(), accepted=()):
    return judge_scope(entries, picks=picks, bumps=bumps, accepted=accepted)


@st.composite
def histories(draw):
    """Commits oldest first, each with parents among those before, and who is what."""
    entries, reasons = [], {}
    for number in range(draw(st.integers(0, 8))):
        before = [entry.commit for entry in entries] + ["base", "elsewhere"]
        parents = tuple(draw(st.lists(st.sampled_from(before), min_size=1, max_size=3, unique=True)))
        entry = Entry(f"c{number}", parents)
        reasons[entry.commit] = draw(st.sampled_from(["picks", "bumps", "accepted", "none"]))
        entries.append(entry)
    return entries, reasons


def verdict_of(entries, reasons):
    sets = {kind: [c for c, why in reasons.items() if why == kind] for kind in ("picks", "bumps", "accepted")}
    return judge_scope(entries, **sets)


@given(histories())
def test_every_commit_is_counted_once_in_its_order(history):
    entries, reasons = history
    verdict = verdict_of(entries, reasons)
    parts = (verdict.picks, verdict.bumps, verdict.accepted, verdict.strangers)
    order = [entry.commit for entry in entries]
    assert sorted(commit for part in parts for commit in part) == sorted(order)
    assert all(list(part) == sorted(part, key=order.index) for part in parts)


@given(histories())
def test_a_commit_without_a_reason_makes_it_open(history):
    entries, reasons = history
    verdict = verdict_of(entries, reasons)
    unnamed = {
        entry.commit for entry in entries if len(entry.parents) < 2 and reasons[entry.commit] == "none"
    }
    assert unnamed <= set(verdict.strangers)
    assert verdict.closed is (verdict.strangers == ())


@given(histories(), st.data())
def test_a_stranger_anywhere_makes_it_open(history, data):
    entries, reasons = history
    where = data.draw(st.integers(0, len(entries)))
    entries.insert(where, Entry("stranger"))
    assert "stranger" in verdict_of(entries, reasons).strangers


@given(histories())
def test_a_merge_never_hides_a_stranger(history):
    entries, reasons = history
    verdict = verdict_of(entries, reasons)
    for entry in entries:
        joins_stranger = set(entry.parents) & set(verdict.strangers)
        if len(entry.parents) > 1 and joins_stranger and reasons[entry.commit] == "none":
            assert entry.commit in verdict.strangers


def test_a_merge_has_the_reason_of_what_it_joins():
    picked, merge = Entry("p"), Entry("m", ("base", "p"))
    assert judge(picked, merge, picks=["p"]).picks == ("p", "m")
    assert judge(picked, merge, accepted=["p"]).accepted == ("p", "m")
    assert judge(picked, merge).strangers == ("p", "m")


def test_a_merge_of_nothing_inside_is_a_stranger():
    assert judge(Entry("m", ("base", "elsewhere"))).strangers == ("m",)


def test_who_is_pick_and_accepted_is_pick():
    assert judge(Entry("p"), picks=["p"], accepted=["p"]).picks == ("p",)


def test_nothing_is_closed():
    assert judge().closed
