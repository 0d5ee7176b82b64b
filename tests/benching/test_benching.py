"""What picks cost: the same work for all, and ratios of what was measured side by side."""

from collections import Counter
from pathlib import Path

import pytest

from relauto.benching import cherry_picker, rounds, scaling, work
from relauto.benching.contenders import Contender, Timed
from relauto.benching.rounds import BUDGETS, Budget, Measured, measure
from relauto.benching.work import Job, Place, find_jobs, prepare
from relauto.errors import InputError
from relauto.git.commit import Signature
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.pick import Pick, pick
from relauto.replaying.pairs import Pair
from tests.replaying.conftest import History


@pytest.fixture
def product(tmp_path: Path) -> History:
    """Two fixes that apply to a line, and one that does not."""
    history = History(tmp_path / "product")
    history.fix("Stop the crash on start", 3, "one")
    history.fix("Stop it otherwise", 9, "two")
    history.fix("Stop it for good", 9, "three")
    history.fix("Say why", 30, "four")
    history.fix("[line] Stop the crash on start", 3, "one", "line")
    history.fix("[line] Stop it for good", 9, "adapted", "line")
    history.fix("[line] Say why", 30, "four", "line")
    return history


def silent(sentence: str) -> None:
    assert sentence


@pytest.fixture
def place(product: History, tmp_path: Path) -> Place:
    return prepare(product.directory, tmp_path / "place", find_jobs(product.directory, 5, silent), 5)


def list_state(history: History) -> list[str]:
    """Return all that a measurement could leave in a repository."""
    files = [str(each) for each in history.directory.rglob("*") if ".git/index" not in str(each)]
    return [*sorted(files), history.run("for-each-ref"), history.run("config", "--list", "--local")]


def test_the_work_is_what_applies_cleanly(product: History, place: Place) -> None:
    fixes = {product.run("log", "-1", "--format=%s", job.fix) for job in place.jobs}
    assert fixes == {"Stop the crash on start", "Say why"}


def test_those_that_pick_in_a_row_are_also_given_what_conflicts_and_what_is_there(
    product: History, tmp_path: Path
) -> None:
    there = product.run("log", "-1", "--format=%H", "main")
    pairs = find_jobs(product.directory, 5, silent)
    pairs.append((Commit(there), Commit(product.run("rev-parse", "line"))))
    place = prepare(product.directory, tmp_path / "place", pairs, 5)
    assert {(product.run("log", "-1", "--format=%s", job.fix), job.status) for job in place.mixed} == {
        ("Stop the crash on start", "clean"),
        ("Stop it for good", "conflict"),
        ("Say why", "clean"),
        ("Say why", "already"),
    }
    with Repository.open(place.remote) as remote:
        refs = {name: tip for name, tip in remote.refs("refs/heads").items() if "bench" in name}
    assert refs == {f"refs/heads/{job.branch}": job.onto for job in place.mixed}


@pytest.mark.parametrize(("count", "step"), [(3, 1), (39, 1), (40, 2), (61, 3), (100, 5)])
def test_a_long_history_is_sampled_all_over(
    product: History, monkeypatch: pytest.MonkeyPatch, count: int, step: int
) -> None:
    commits = [Commit(f"{number:040x}") for number in range(count)]
    monkeypatch.setattr(work, "find_pairs", lambda *_: (Pair(each, each, each) for each in commits))
    found = find_jobs(product.directory, 1, silent)
    assert found == [(each, each) for each in commits[::step]]


def test_without_work_there_is_nothing_to_measure(product: History, tmp_path: Path) -> None:
    fix = product.fix("Stop it once more", 9, "five")
    line = product.run("rev-parse", "line")
    with pytest.raises(InputError, match="none of the picks applies cleanly"):
        prepare(product.directory, tmp_path / "place", [(fix, type(fix)(line))], 5)
    empty = History(tmp_path / "empty")
    with pytest.raises(InputError, match="no backport was found"):
        find_jobs(empty.directory, 5, silent)


def test_all_do_the_same_work_and_only_read_the_repository(
    product: History, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cherry_picker, "is_installed", lambda: False)
    before = list_state(product)
    told: list[str] = []
    measured = measure(place, 2, told.append)
    assert told == ["round 1 of 2", "round 2 of 2"]
    assert measured.differing == set()
    assert measured.names() == [
        "git merge-tree, in a row",
        "relauto, in a row",
        "git merge-tree, as in the history",
        "relauto, as in the history",
        "git merge-tree",
        "relauto, single",
        "relauto, push",
        "git worktree",
        "git worktree, push",
    ]
    counts = [2, 2, 3, 3, 2, 2, 2, 2, 2]
    assert [[len(each) for each in one.values()] for one in measured.rounds] == [counts] * 2
    ratios = {budget.what: measured.ratio(budget) for budget in BUDGETS}
    assert {what for what, ratio in ratios.items() if ratio is None} == {
        "cherry-picker",
        "cherry-picker, with the push",
    }
    assert list_state(product) == before


@pytest.mark.slow
def test_cherry_picker_makes_the_same_trees(product: History, place: Place) -> None:
    before = list_state(product)
    measured = measure(place, 2, silent)
    assert measured.names()[-2:] == ["cherry-picker", "cherry-picker, push"]
    assert measured.differing == set()
    assert list_state(product) == before


class Wrong(Contender):
    """Makes another tree."""

    name = "wrong"

    def time(self, job: Job) -> Timed:
        return Timed(1.0, job.fix)


def test_another_tree_is_told(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "_HERE", (rounds.Raw, Wrong))
    monkeypatch.setattr(cherry_picker, "is_installed", lambda: False)
    assert rounds.measure(place, 1, silent).differing == {"wrong"}


MEASURED = Measured([{"a": [1.0, 4.0], "b": [1.0, 2.0]}, {"a": [3.0, 6.0], "b": [1.0, 2.0]}])


@pytest.mark.parametrize(
    ("budget", "ratio", "kept"),
    [
        (Budget("each", "a", "b", most=2.5), 2.5, True),
        (Budget("each", "a", "b", most=2.4), 2.5, False),
        (Budget("each", "a", "b", least=2.5), 2.5, True),
        (Budget("each", "a", "b", least=2.6), 2.5, False),
        (Budget("sum", "a", "b", in_sum=True, most=2), (5 / 3 + 9 / 3) / 2, False),
    ],
)
def test_ratios_are_of_what_was_measured_side_by_side(budget: Budget, ratio: float, kept: bool) -> None:
    found = MEASURED.ratio(budget)
    assert found == pytest.approx(ratio)
    assert budget.is_kept(found) == kept


def test_what_was_not_measured_has_no_ratio() -> None:
    assert MEASURED.ratio(Budget("none", "c", "b", least=2)) is None
    assert MEASURED.median("a") == 3.5


def test_growth_is_measured_in_repositories_made_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    picked: list[tuple[str, int, str]] = []

    def note(repository: Repository, fixes: list[Commit], onto: Commit, *, committer: Signature) -> Pick:
        made = pick(repository, fixes, onto, committer=committer)
        files = repository.git.read("ls-tree", "-r", "--name-only", made.commits[-1]).splitlines()
        picked.append((repository.common.name, len(files), onto))
        return made

    monkeypatch.setattr(scaling, "pick", note)
    assert list(scaling.measure_lines(tmp_path, (1, 3))) == [1, 3]
    assert list(scaling.measure_files(tmp_path, (7, 250))) == [7, 250]
    counts = Counter((name, files) for name, files, _ in picked)
    # The first of each is not counted, since it starts the processes.
    assert counts == {("lines-1", 1001): 2, ("lines-3", 1001): 4, ("files-7", 8): 11, ("files-250", 251): 11}
    assert len({onto for _, _, onto in picked}) == 11 + 11 + 4
