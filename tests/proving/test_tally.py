"""The closing line, the status and the command that repeats a failing run."""

from relauto.proving.tally import Run, Tally

IDENTICAL = Run("3.17.reset-after")
DOUBLED = Run("3.18.500-after", ["/hub/acme/qa/Issue: doubled [1]"])
LOST = Run("3.19.401", ["/refs/product: lost refs/tags/v1.4.3"])
UNFIRED = Run("3.20.hang-before", unfired=True)
BROKEN = Run("3.21.stale", fault="it ended 5 three times")


def count(*runs: Run) -> Tally:
    tally = Tally("inv prove.faults --case")
    for run in runs:
        tally.add(run)
    return tally


def test_identical_runs_succeed() -> None:
    tally = count(IDENTICAL, IDENTICAL)
    assert (tally.succeeded, tally.describe()) == (True, "2 runs, 2 identical, 0 lost, 0 doubled")


def test_no_run_proves_nothing() -> None:
    assert (count().succeeded, count().describe()) == (False, "0 runs, 0 identical, 0 lost, 0 doubled")


def test_what_is_missing_twice_or_unfired_fails() -> None:
    tally = count(IDENTICAL, DOUBLED, LOST, UNFIRED, BROKEN)
    assert (tally.succeeded, tally.describe()) == (False, "5 runs, 1 identical, 3 lost, 1 doubled")


def test_a_failing_run_says_how_it_is_repeated() -> None:
    assert count().explain(DOUBLED) == [
        "3.18.500-after is not identical:",
        "  /hub/acme/qa/Issue: doubled [1]",
        "  repeat it: inv prove.faults --case 3.18.500-after",
    ]
    assert count().explain(UNFIRED)[1] == "  what was to disturb it did not happen"
    assert count().explain(BROKEN)[1] == "  it ended 5 three times"


def test_runs_that_only_go_together_are_repeated_together() -> None:
    tally = Tally("relauto prove.journal --seed 1", together=True)
    assert tally.explain(LOST)[-1] == "  repeat it: relauto prove.journal --seed 1"
