"""How a prerequisite is weighed: by its size, its age, its author, and where it reaches."""

from datetime import timedelta

from relauto.picking.appraisal import Appraisal, appraise
from tests.picking.test_picking_pick import TEXT, change, line

__all__ = ["line"]
NARROW, OWN = "only files in conflict", "by the fix's author shortly before"


def weigh(repository, fix, *prerequisites):
    return [
        (each.lines, each.taken, each.signs) for each in appraise(repository, fix, prerequisites, ["app.py"])
    ]


def test_a_small_change_of_the_same_files_by_the_same_author_is_taken_often(line, repository):
    narrow = line.commit("Narrow", {"app.py": change(TEXT, 3, "narrow")})
    wide = line.commit("Wide", {"app.py": change(TEXT, 5, "wide"), "read.me": "wide\n"})
    fix = line.commit("Fix", {"app.py": change(TEXT, 7, "fixed\nfixed\nfixed")})
    assert weigh(repository, fix, narrow) == [(2, "often", (NARROW, OWN))]
    assert weigh(repository, fix, wide) == [(6, "often", (OWN,))]


def test_age_counts_against_it(line, repository):
    wide = line.commit("Wide", {"app.py": change(TEXT, 3, "wide"), "read.me": "wide\n"})
    for days, taken in ((14, "often"), (15, "sometimes"), (90, "sometimes"), (91, "seldom")):
        line.switch(f"after-{days}", wide)
        line.moment += timedelta(days=days)
        fix = line.commit("Fix", {"app.py": change(TEXT, 7, "fixed\nfixed\nfixed")})
        ((_, told, _),) = weigh(repository, fix, wide)
        assert (days, told) == (days, taken)
        line.moment -= timedelta(days=days)


def test_size_counts_against_it(line, repository):
    one = line.commit("One", {"app.py": change(TEXT, 3, "one\none\none\none\none\none")})
    fix = line.commit("Fix", {"app.py": change(line.git.read("show", "HEAD:app.py") + "\n", 9, "fixed")})
    larger = "part of a larger change"
    assert weigh(repository, fix, one) == [(7, "seldom", (NARROW, OWN, larger))]
    small = [line.commit(f"Small {number}", {"app.py": f"{number}\n"}) for number in range(3)]
    much = line.commit("Much", {"app.py": TEXT * 20})
    assert {taken for _, taken, _ in weigh(repository, much, *small[1:])} == {"often"}
    assert {taken for _, taken, _ in weigh(repository, much, *small)} == {"seldom"}


def test_nothing_speaks_for_or_against_it():
    plain = Appraisal(lines=30, days=20, is_narrow=False, is_own=False, is_large=False)
    assert (plain.taken, plain.signs) == ("sometimes", ())
