"""`pick --forecast`: how a change that is not merged yet would go onto each line; no ref is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relauto.comms.resolved import WEIGHED
from relauto.counting import name_count
from relauto.tasks.commits import describe_commit
from relauto.tasks.output import find_width, say, show, show_json

if TYPE_CHECKING:
    from relauto.errors import Status
    from relauto.git.repository import Repository
    from relauto.model.names import Commit
    from relauto.picking.fanout import Line
    from relauto.picking.outlook import Change, Method, Outlook
    from relauto.tasks.pull_source import PullSource

_PATHS = 3
_METHODS: tuple[Method, ...] = ("squash", "merge", "rebase")
_MADE = {"squash": "as one commit", "merge": "as one merge", "rebase": "as each of its commits"}


@dataclass(frozen=True)
class Asked:
    """What is to be foretold.

    Attributes:
        repository: where it is looked at.
        name: what the change is called.
        method: how it would be merged.
        changes: what main would get.
        patterns: the lines that the settings call supported.
    """

    repository: Repository
    name: str
    method: Method
    changes: tuple[Change, ...]
    patterns: tuple[str, ...]

    @property
    def fixes(self) -> tuple[Commit, ...]:
        """The commits that main would get, in order."""
        return tuple(fix for change in self.changes for fix in change.fixes)


def run_forecast(
    fix: Sequence[str],
    pull: int,
    onto: Sequence[str],
    repo: str,
    method: str,
    resolvers: Sequence[str],
    *,
    json: bool,
) -> Status:
    """Print the forecast, and return the status to end with."""
    from relauto.errors import InputError
    from relauto.picking.lines import find_lines

    if bool(fix) == bool(pull):
        raise InputError("a forecast needs one of --pull and --fix", todo="name a pull request, or a branch")
    with _open(fix, pull, onto, repo, method) as asked:
        patterns = onto or asked.patterns
        lines = find_lines(asked.repository, patterns)
        if not patterns:
            names = ", ".join(line.branch for line in lines)
            say(f"no line was named, and no settings name any; taken are the newest called so: {names}")
        outlooks = _look_ahead(asked, lines, resolvers)
        document = describe_forecast(asked, outlooks)
        if json:
            show_json(document)
        else:
            show("\n".join(draw_forecast(document, find_width())))
    return judge_forecast(outlooks)


def _look_ahead(asked: Asked, lines: Sequence[Line], resolvers: Sequence[str]) -> list[Outlook]:
    from dataclasses import replace
    from functools import partial

    from relauto.clock import SystemClock
    from relauto.git.commit import Signature
    from relauto.picking.fanout import explain_series
    from relauto.picking.outlook import foresee
    from relauto.tasks.explained import remember_explanations
    from relauto.tasks.resolved import find_resolvers

    committer = Signature("relauto", "relauto@localhost", SystemClock().now())
    explain = remember_explanations(asked.repository)
    propose = find_resolvers(asked.repository, resolvers)
    look = partial(foresee, committer=committer, explain=explain, propose=propose)
    outlooks = (look(asked.repository, asked.fixes, line) for line in lines)
    return [replace(each, series=explain_series(each.series, explain)) for each in outlooks]


def refuse_with_forecast(**options: object) -> None:
    """Refuse options that a forecast has no use for, rather than to pass over them.

    Raises:
        InputError: one of them was given.
    """
    from relauto.errors import InputError

    given = [f"--{name}" for name, value in options.items() if value]
    if given:
        raise InputError(f"--forecast takes no {' and no '.join(given)}", todo="leave it out")


def judge_forecast(outlooks: Sequence[Outlook]) -> Status:
    """Return the status: reached where the change applies everywhere, bad input where that cannot be told."""
    from relauto.errors import Status

    states = {outlook.state for outlook in outlooks}
    if "error" in states:
        return Status.BAD_INPUT
    return Status.DECISION if states & {"proposed", "needs", "conflict"} else Status.REACHED


@contextmanager
def _open(fix: Sequence[str], pull: int, onto: Sequence[str], repo: str, method: str) -> Iterator[Asked]:
    from relauto.git.repository import Repository
    from relauto.tasks.local import find_local_settings
    from relauto.tasks.pull_source import open_pull
    from relauto.tasks.values import parse_choice

    chosen = parse_choice("--method", method, _METHODS) if method else None
    if pull:
        with open_pull(pull, repo, onto) as source:
            yield _ask_of_pull(source, chosen)
        return
    settings = find_local_settings()
    with Repository.open(Path(repo or ".")) as repository:
        way = chosen or (settings.pull.method if settings else None) or "squash"
        changes = tuple(_read_word(repository, word, way) for word in fix)
        yield Asked(repository, ", ".join(fix), way, changes, settings.lines if settings else ())


def _ask_of_pull(source: PullSource, method: Method | None) -> Asked:
    from relauto.picking.outlook import Change, read_change

    way = method or source.method or "squash"
    name = f"pull request #{source.number}" + (f", {source.title}" if source.title else "")
    if source.became:
        say(f"pull request #{source.number} is merged: what it became is looked at, not what it would become")
        change = Change(source.head, source.head, source.became.commits)
    else:
        title = f"{source.title} (#{source.number})" if source.title else ""
        change = read_change(source.repository, source.main[1], source.head, method=way, title=title)
    return Asked(source.repository, name, way, (change,), source.patterns)


def _read_word(repository: Repository, word: str, method: Method) -> Change:
    """Return the change that a branch or a range stands for."""
    from relauto.picking.outlook import read_change

    start, dots, end = word.partition("..")
    base = repository.resolve(start) if dots else repository.find_branch(repository.main_branch())[1]
    return read_change(repository, base, repository.resolve(end if dots else word), method=method)


def describe_forecast(asked: Asked, outlooks: Sequence[Outlook]) -> dict[str, Any]:
    """Return the document: that of `pick`, the change, and what is told of each line."""
    from relauto.git.tree import print_path
    from relauto.tasks.pick_output import describe

    repository = asked.repository
    return {
        "change": {
            "name": print_path(asked.name),
            "method": asked.method,
            "heads": [change.head for change in asked.changes],
            "conflicts_with_main": [
                print_path(path) for change in asked.changes for path in change.conflicts
            ],
        },
        "lines": [
            {
                "onto": outlook.series.line.branch,
                "state": outlook.state,
                "needs": [describe_commit(repository, each) for each in outlook.needs],
            }
            for outlook in outlooks
        ],
        "results": describe(repository, [outlook.series for outlook in outlooks], ())["results"],
    }


def draw_forecast(document: dict[str, Any], width: int | None = None) -> Iterator[str]:
    """Yield the lines of the table that tells people the same, in so many characters."""
    from relauto.report.fitting import hang

    change = document["change"]
    yield f"{change['name']}, {_MADE[change['method']]}:"
    if change["conflicts_with_main"]:
        yield f"It conflicts with main itself in {', '.join(change['conflicts_with_main'])}: it will change."
    yield ""
    wide = max(len(line["onto"]) for line in document["lines"])
    for line in document["lines"]:
        results = [each for each in document["results"] if each["onto"] == line["onto"]]
        head = f"  {line['onto']:<{wide}}  {line['state']:<8}  "
        for each in list(_tell(line, results)) or [""]:
            yield from hang(head, each, width)
            head = " " * len(head)


def _tell(line: dict[str, Any], results: list[dict[str, Any]]) -> Iterator[str]:
    proposed = line["state"] == "proposed"
    if proposed:
        names = sorted({name for each in results for name in each["resolvers"]})
        yield f"would be proposed by {', '.join(names)}, for review"
    deed = "would make it clean without any rule, picked first" if proposed else "has to be picked first"
    yield from (f"{_name(each)} {deed}" for each in line["needs"])
    if proposed and line["needs"]:
        yield f"which is likelier: {WEIGHED}"
    for result in results:
        if result["status"] == "error":
            yield result["error"]
        if line["state"] == "conflict":
            yield from _tell_conflicts(result)
        elif proposed and not line["needs"]:
            yield from _tell_explanation(result["explanation"])
    if line["state"] == "clean" and any(each["verdict"] == "changed" for each in results):
        yield "as another patch: look at it"


def _tell_conflicts(result: dict[str, Any]) -> Iterator[str]:
    causes = {cause["path"]: cause for cause in result["causes"]}
    for conflict in result["conflicts"][:_PATHS]:
        yield f"{conflict['path']} ({conflict['kind']})"
        cause = causes.get(conflict["path"], {"line": [], "main": []})
        yield from (f"  changed there by {_name(each)}" for each in cause["line"][:1])
        yield from (f"  changed before on main by {_name(each)}" for each in cause["main"][:1])
    if len(result["conflicts"]) > _PATHS:
        yield f"and {name_count(len(result['conflicts']) - _PATHS, 'more path')}"
    yield from _tell_explanation(result["explanation"])


def _tell_explanation(found: dict[str, Any]) -> Iterator[str]:
    """Yield what was proved of why it conflicts."""
    also = "and" if found["line"] else "it would be clean"
    told = (("it would be clean without", found["line"]), (f"{also} with", found["missing"]))
    part = " (what it did to these files)" if found["in_part"] else ""
    yield from (f"{how} {_name(each)}{part}" for how, commits in told for each in commits)


def _name(commit: dict[str, Any]) -> str:
    pull = f"#{commit['pull']}, " if commit["pull"] else ""
    return f"{pull}{commit['commit'][:10]} {commit['subject']}"
