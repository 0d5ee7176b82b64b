"""`bench.picks`: what picks cost, beside other ways of picking and beside the budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.counting import name_count
from relauto.errors import Status
from relauto.tasks.output import about_nobody, say, show, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from relauto.benching.rounds import Budget, Measured
    from relauto.benching.work import Place
    from relauto.model.names import Commit

_GRAPHS = {
    True: "the repository has a commit-graph",
    False: "the repository has no commit-graph; with one (git commit-graph write --reachable) picks that"
    " conflict cost less",
}
_ABSENT = "not measured: cherry-picker is not installed (pip install 'relauto[bench]')"


@task(
    positional=[],
    iterable=["fix", "onto"],
    help={
        "repo": "a clone or a bare repository, only read; default: this folder",
        "fix": "a commit to pick; repeat it for each; default: backports in the history",
        "onto": "a branch or a commit to pick each fix onto; repeat it for each",
        "picks": "at most so many picks",
        "rounds": "how often all take turns",
        "lines": "the most lines of the repositories that are made to measure growth: 1, 10 or 100",
        "files": "files of the largest tree among them: 100 to 100000",
        "dry-run": "measure nothing",
        "json": "print one JSON document",
    },
)
@about_nobody
def picks(
    c: Context,
    repo: str = ".",
    fix: list[str] | None = None,
    onto: list[str] | None = None,
    picks: int = 10,
    rounds: int = 3,
    lines: int = 100,
    files: int = 100_000,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Measure picks beside merge-tree, worktrees and cherry-picker.

    All do the same picks in turns, in temporary copies that borrow the objects of the repository, and what
    each makes is compared; of those that apply cleanly, and by merge-tree and relauto also of as many that
    conflict as the history has. Then a pick is measured by the number of lines and of files. It ends with 1
    where a budget is not kept, or another tree is made.
    """
    import os
    import tempfile
    from pathlib import Path

    from relauto.benching.rounds import measure
    from relauto.benching.scaling import FILES, LINES, measure_files, measure_lines
    from relauto.benching.work import prepare
    from relauto.git.commit_graph import has_graph
    from relauto.git.repository import list_object_directories

    _check(picks, rounds)
    if dry_run or c.config.run.dry:
        show(f"would measure {name_count(picks, 'pick')} in {name_count(rounds, 'round')}; nothing was done")
        return
    with tempfile.TemporaryDirectory(prefix="relauto-bench-") as folder:
        place = prepare(Path(repo).resolve(), Path(folder), _choose(Path(repo), fix, onto, picks), picks)
        measured = measure(place, rounds, say)
        grown = {
            "lines": measure_lines(Path(folder), [count for count in LINES if count <= lines]),
            "files": measure_files(Path(folder), [count for count in FILES if count <= files]),
        }
    document = _describe(place, measured, grown) | {
        "commit_graph": has_graph(list_object_directories(place.source)),
        "load": round(os.getloadavg()[0], 1),
    }
    if json:
        show_json(document)
    else:
        show("\n".join(_tell(document)))
    kept = all(each["kept"] is not False for each in document["ratios"]) and not measured.differing
    raise SystemExit(int(Status.REACHED if kept else Status.BUG))


def _check(picks: int, rounds: int) -> None:
    from relauto.errors import InputError

    for name, number in (("picks", picks), ("rounds", rounds)):
        if number < 1:
            raise InputError(f"--{name} cannot be {number}", todo="give 1 or more")


def _choose(
    path: Path, fixes: list[str] | None, ontos: list[str] | None, wanted: int
) -> list[tuple[Commit, Commit]]:
    from relauto.benching.work import find_jobs
    from relauto.errors import InputError
    from relauto.git.repository import Repository

    if bool(fixes) != bool(ontos):
        raise InputError("--fix and --onto go together", todo="give both, or neither")
    if not fixes or not ontos:
        return find_jobs(path, wanted, say)
    with Repository.open(path) as repository:
        return [(repository.resolve(fix), repository.resolve(onto)) for fix in fixes for onto in ontos]


def _describe(place: Place, measured: Measured, grown: dict[str, dict[int, float]]) -> dict[str, Any]:
    from collections import Counter

    from relauto.benching.rounds import BUDGETS

    return {
        "picks": [{"fix": job.fix, "onto": job.onto} for job in place.jobs],
        "mixed": dict(Counter(job.status for job in place.mixed).most_common()),
        "rounds": len(measured.rounds),
        "median_ms": {name: round(measured.median(name) * 1000, 3) for name in measured.names()},
        "ratios": [_describe_ratio(measured, budget) for budget in BUDGETS],
        "differing": sorted(measured.differing),
        "by_lines_ms": {str(count): round(each * 1000, 3) for count, each in grown["lines"].items()},
        "by_files_ms": {str(count): round(each * 1000, 3) for count, each in grown["files"].items()},
    }


def _describe_ratio(measured: Measured, budget: Budget) -> dict[str, Any]:
    ratio = measured.ratio(budget)
    bound = budget.most is not None or budget.least is not None
    return {
        "what": budget.what,
        "of": budget.of,
        "by": budget.by,
        "ratio": None if ratio is None else round(ratio, 2),
        "most": budget.most,
        "least": budget.least,
        "kept": budget.is_kept(ratio) if bound and ratio is not None else None,
    }


def _tell(document: dict[str, Any]) -> list[str]:
    picks, rounds = name_count(len(document["picks"]), "pick"), name_count(document["rounds"], "round")
    lines = [f"{picks}, {rounds}; load of the machine {document['load']}"]
    mixed = ", ".join(f"{count} {status}" for status, count in document["mixed"].items())
    lines += [_GRAPHS[document["commit_graph"]], f"as in the history: {mixed}"]
    lines += [f"  {name}: {each:.1f} ms" for name, each in document["median_ms"].items()]
    lines += [f"{each['what']}: {_tell_ratio(each)}" for each in document["ratios"]]
    for word in ("lines", "files"):
        grown = document[f"by_{word}_ms"].items()
        told = ", ".join(f"{int(count):,}: {each:.1f} ms" for count, each in grown)
        lines.append(f"a pick by {word}: {told}")
    lines += [f"{name} made another tree than git merge-tree" for name in document["differing"]]
    return lines


def _tell_ratio(row: dict[str, Any]) -> str:
    if row["ratio"] is None:
        return _ABSENT
    told = f"{row['ratio']:.2f} times {row['by']}"
    if row["kept"] is None:
        return told
    bound = f"at most {row['most']:g}" if row["most"] else f"at least {row['least']:g}"
    return f"{told} ({bound}: {'kept' if row['kept'] else 'NOT KEPT'})"
