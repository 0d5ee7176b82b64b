"""`replay`: what a history has picked before, picked again and compared with what people committed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from invoke import Context, task

from relauto.counting import name_count
from relauto.tasks.output import about_nobody, find_width, say, show, show_json
from relauto.tasks.resolved import KNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from relauto.replaying.pairs import Pair
    from relauto.replaying.tally import Tally

_EVERY = 100
_TOLD = 20


@task(
    positional=[],
    help={
        "repo": "a clone or a bare repository, only read; default: this folder",
        "main": "the main branch; default: as the repository tells",
        "pairs": 'JSON lines {"fix", "onto", "expected"} instead of a search; full commit ids',
        "limit": "at most so many backports, the newest branch first; 0 for all",
        "resolvers": f"rules that may resolve conflicts: {KNOWN}, or all; repeat it or put commas between",
        "explain": "look for the causes of each conflict, for up to two seconds; --no-explain leaves it out",
        "html": "write the page with the distribution to this file",
        "dry-run": "write no page",
        "json": "print one JSON document",
    },
    iterable=["resolvers"],
)
@about_nobody
def replay(
    c: Context,
    repo: str = ".",
    main: str = "",
    pairs: str = "",
    limit: int = 0,
    resolvers: list[str] | None = None,
    explain: bool = True,
    html: str = "",
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Pick again what a history has picked before; compare.

    Backports are found on all branches beside main: by `cherry picked from`, the number of a pull request,
    the subject, or the same patch. Each is picked onto the commit that people picked onto, in memory, and the
    tree compared with what they committed; so is what resolvers make of conflicts. Why one conflicts is
    proved where it can be, whatever resolvers made of it: it is clean once earlier commits of main are picked
    first, or without what the line changed. Nothing is fetched, and nothing written to the repository.
    """
    from pathlib import Path
    from time import perf_counter

    from relauto.report.replay import draw_replay, render_replay

    started = perf_counter()
    path = Path(repo).resolve()
    _check(limit, pairs, main, html)
    tally = _replay(path, main, pairs, limit, resolvers or [], explain=explain)
    seconds = perf_counter() - started
    if html:
        page = render_replay(tally, seconds, _name(path))
        _write(Path(html), page, dry=dry_run or c.config.run.dry)
    if json:
        show_json(tally.describe(seconds))
    else:
        show(draw_replay(tally, seconds, find_width()))


def _check(limit: int, pairs: str, main: str, html: str) -> None:
    from pathlib import Path

    from relauto.errors import InputError

    if limit < 0:
        raise InputError(f"--limit cannot be {limit}", todo="give 1 or more, or leave it out for all")
    if pairs and main:
        raise InputError("--main is for the search, which --pairs replaces", todo="leave one of them out")
    if html and not Path(html).resolve().parent.is_dir():
        raise InputError(
            f"{html} cannot be written: there is no such folder",
            todo="make the folder, or name another place with --html",
        )


def _replay(path: Path, main: str, pairs: str, limit: int, resolvers: list[str], *, explain: bool) -> Tally:
    """Return what all pairs add up to; tell on the way how it stands, and what could not be picked.

    Raises:
        InputError: there is nothing to replay.
    """
    from contextlib import closing
    from itertools import islice

    from relauto.errors import InputError
    from relauto.replaying.replay import replay as run
    from relauto.replaying.tally import Tally
    from relauto.resolving.names import parse_resolvers

    tally, names = Tally(), parse_resolvers(resolvers)
    chosen = islice(_list_pairs(path, main, pairs), limit or None)
    with closing(run(path, chosen, resolvers=names, explain=explain)) as outcomes:
        for outcome in outcomes:
            tally.add(outcome)
            if outcome.error and tally.results["error"] <= _TOLD:
                say(f"{outcome.pair.fix} onto {outcome.pair.onto}: {outcome.error}")
                if tally.results["error"] == _TOLD:
                    say("what else cannot be picked is counted alone")
            if tally.pairs % _EVERY == 0:
                conflicts = name_count(tally.results["conflict"], "conflict")
                say(f"{tally.pairs} backports: {tally.share('exact'):.1f} % exact, {conflicts}")
    if not tally.pairs:
        raise InputError(
            f"no backport was found in {path}", todo="name the main branch with --main, or give --pairs"
        )
    return tally


def _list_pairs(path: Path, main: str, pairs: str) -> Iterator[Pair]:
    from pathlib import Path

    from relauto.git.repository import Repository
    from relauto.model.names import Branch
    from relauto.replaying.finding import find_pairs
    from relauto.replaying.pairs import read_pairs

    if pairs:
        yield from read_pairs(Path(pairs))
        return
    with Repository.open(path) as repository:
        yield from find_pairs(repository, Branch(main) if main else repository.main_branch(), say)


def _name(path: Path) -> str:
    return (path.parent if path.name == ".git" else path).name.removesuffix(".git")


def _write(page: Path, content: str, *, dry: bool) -> None:
    from relauto.errors import InputError

    if dry:
        say(f"would write {page}")
        return
    try:
        page.write_text(content, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{page} cannot be written: {error.strerror}", todo="name another place with --html"
        ) from error
