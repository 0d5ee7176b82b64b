"""`bench`: what relauto costs, measured on a repository of yours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from invoke import Context, task

from relauto.counting import name_count
from relauto.tasks.output import about_nobody, say, show, show_json

if TYPE_CHECKING:
    from pathlib import Path

    from relauto.model.names import Branch
    from relauto.replaying.cold import ColdPick
    from relauto.replaying.pairs import Pair

_LIMIT = 0.02


@task(
    positional=[],
    help={
        "repo": "a clone or a bare repository; it is only read",
        "main": "the main branch; default: what the repository says",
        "pairs": "JSON lines of fix, onto, expected; else backports are looked for in the history",
        "limit": "how many to pick, spread over all; default: 20",
        "http": "serve it over HTTP; else git reads it from the disk by its own protocol",
        "dry-run": "tell only how many would be picked",
        "json": "print one JSON document",
    },
)
@about_nobody
def cold(
    c: Context,
    repo: str = ".",
    main: str = "",
    pairs: str = "",
    limit: int = 20,
    http: bool = False,
    dry_run: bool = False,
    json: bool = False,
) -> None:
    """Pick with nothing here but a URL, and compare with a whole clone.

    A copy that borrows the repository's objects is served on this machine, and each pick begins with an
    empty cache. It ends with 1 where a pick takes 2 % of the clone's bytes or more, or makes another tree.
    """
    import tempfile
    from pathlib import Path

    from relauto.errors import InputError
    from relauto.replaying.cold import pick_cold, serve_copy, weigh_clone

    if limit < 1:
        raise InputError(f"--limit cannot be {limit}", todo="give 1 or more")
    branch, chosen = _choose(Path(repo).resolve(), main, pairs, limit)
    if dry_run or c.config.run.dry:
        show(f"fixes to pick: {len(chosen)}; nothing was done")
        return
    with tempfile.TemporaryDirectory(prefix="relauto-served-") as folder:
        served = serve_copy(Path(repo).resolve(), Path(folder, "served.git"), branch, chosen)
        whole = weigh_clone(f"file://{served}")
        say(f"a whole clone is {whole / 1e6:.1f} MB")
        with _serve(served, branch, http=http) as url:
            picks = list(_follow(pick_cold(url, served, branch, chosen), whole))
    document = _sum_up(picks, whole)
    show_json(document) if json else show(_phrase(document))
    raise SystemExit(int(document["different"] > 0 or document["share"]["most"] >= _LIMIT))


def _choose(repo: Path, main: str, file: str, limit: int) -> tuple[Branch, list[Pair]]:
    """Return the main branch and pairs spread evenly over all that there are.

    Raises:
        InputError: there is none.
    """
    from pathlib import Path

    from relauto.errors import InputError
    from relauto.git.repository import Repository
    from relauto.model.names import Branch
    from relauto.replaying.finding import find_pairs
    from relauto.replaying.pairs import read_pairs

    with Repository.open(repo) as repository:
        branch = Branch(main) if main else repository.main_branch()
        found = list(read_pairs(Path(file)) if file else find_pairs(repository, branch, say))
    if not found:
        raise InputError(f"no backport was found in {repo}", todo="name the main branch with --main")
    step = max(1, len(found) // limit)
    return branch, found[::step][:limit]


@contextmanager
def _serve(served: Path, main: Branch, *, http: bool) -> Iterator[str]:
    from relauto.hub.server import Hub
    from relauto.model.names import RepositoryName

    if not http:
        yield f"file://{served}"
        return
    name = RepositoryName("bench/product")
    with Hub(served.parent / "hub") as hub:
        hub.add_repository(name, served, private=False, default_branch=main, access={})
        yield f"{hub.address}/{name}.git"


def _follow(picks: Iterator[ColdPick], whole: int) -> Iterator[ColdPick]:
    for each in picks:
        how = "as in a whole clone" if each.same else "NOT as in a whole clone"
        share = f"{each.bytes / 1e6:.2f} MB, {100 * each.bytes / whole:.2f} %"
        said = f"{each.status}, {how}, {share} in {name_count(each.packs, 'pack')}, {each.seconds:.1f} s"
        say(f"{each.pair.fix.short} onto {each.pair.onto.short}: {said}")
        yield each


def _sum_up(picks: Sequence[ColdPick], whole: int) -> dict[str, Any]:
    from statistics import median

    sizes = [each.bytes for each in picks]
    return {
        "picks": len(picks),
        "different": sum(not each.same for each in picks),
        "clone_bytes": whole,
        "pick_bytes": {"median": int(median(sizes)), "most": max(sizes)},
        "share": {"median": round(median(sizes) / whole, 6), "most": round(max(sizes) / whole, 6)},
        "packs": {"median": median(each.packs for each in picks), "most": max(each.packs for each in picks)},
        "seconds": {"median": round(median(each.seconds for each in picks), 3)},
    }


def _phrase(document: dict[str, Any]) -> str:
    size, share = document["pick_bytes"], document["share"]
    middle = f"{size['median'] / 1e6:.2f} MB in the median ({100 * share['median']:.2f} %)"
    most = f"{size['most'] / 1e6:.2f} MB at most ({100 * share['most']:.2f} %)"
    return (
        f"picks: {document['picks']}, of them other than in a whole clone: {document['different']}; it has"
        f" {document['clone_bytes'] / 1e6:.1f} MB, each pick fetched {middle}, {most}"
    )
