"""A pull request as `pick` needs it: through GitHub where there are settings, else by a clone's remote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from relauto.tasks import connect
from relauto.tasks.local import find_local_settings
from relauto.tasks.output import say

if TYPE_CHECKING:
    from relauto.git.mirror import Mirror
    from relauto.git.repository import Repository
    from relauto.model.names import Branch, Commit
    from relauto.picking.became import Became
    from relauto.picking.outlook import Method
    from relauto.session import Session

_HEADS = "refs/heads/*"


@dataclass(frozen=True)
class PullSource:
    """A pull request and where its objects are.

    Attributes:
        repository: holds its head, the branch that it is aimed at, and the lines that were asked for.
        number: its number.
        head: its last head.
        main: the branch that it is aimed at, and its tip.
        title: its title, "" where nobody but git was asked.
        became: what it became on main; None while it is not merged.
        method: how it is merged, as far as the settings say.
        patterns: the lines that the settings call supported.
    """

    repository: Repository
    number: int
    head: Commit
    main: tuple[Branch, Commit]
    title: str = ""
    became: Became | None = None
    method: Method | None = None
    patterns: tuple[str, ...] = ()


@contextmanager
def open_pull(number: int, repo: str, onto: Sequence[str]) -> Iterator[PullSource]:
    """Lend a pull request: of the settings' repository, or of the remote of the clone `repo`.

    Raises:
        InputError: there is no such pull request, or what it became cannot be told.
        RemoteError: the other side was not reached.
    """
    if repo in ("", ".") and find_local_settings():
        with connect.session() as session:
            yield _read_through_github(session, number, onto)
        return
    from relauto.git.mirror import Mirror
    from relauto.git.repository import Repository
    from relauto.session import find_cache
    from relauto.tasks.pick_push import open_remote

    with Repository.open(Path(repo or "."), shallow=True) as clone:
        remote = open_remote(clone, "")
        reference = clone.common
    with Mirror.open(remote.address, cache=find_cache(None), reference=reference, default=True) as mirror:
        yield _read_through_git(mirror, f"{remote.name} ({remote.address.url})", number)


def _read_through_github(session: Session, number: int, onto: Sequence[str]) -> PullSource:
    from relauto.github.pull_reads import read_pull
    from relauto.model.names import Branch, Commit
    from relauto.picking.became import find_became

    pull, settings = read_pull(session.source, number), session.settings
    base, head = Branch(pull.base_ref), Commit(pull.head_sha)
    patterns = onto or settings.lines
    # A pattern of git's own may hold more than a refspec takes.
    refs = [f"refs/heads/{each}" for each in patterns if each.count("*") < 2 and not set(each) & set("?[\\")]
    wanted = [base.ref, f"refs/pull/{number}/head"]
    session.mirror.fetch([*wanted, *(refs if refs and len(refs) == len(patterns) else [_HEADS])])
    repository = session.mirror.repository
    became = find_became(repository, pull.merge_commit, head) if pull.merge_commit else None
    if became and became.shape == "fast-forward":
        became = _read_pushed(session, number)
    say(f"pull request #{number} of {settings.source} is {pull.state}, its head is {head.short}")
    return PullSource(
        repository,
        number,
        head,
        repository.find_branch(base),
        pull.title,
        _require(number, became),
        settings.pull.method,
        settings.lines,
    )


def _read_pushed(session: Session, number: int) -> Became:
    """Return the commits of a pull request whose branch was pushed to main: GitHub alone keeps its first."""
    from relauto.github.pull_reads import read_commits
    from relauto.picking.became import Became

    repository = session.mirror.repository
    read = read_commits(session.source, number)
    return Became("fast-forward", tuple(each for each in read if len(repository.commit(each).parents) < 2))


def _require(number: int, became: Became | None) -> Became | None:
    from relauto.errors import InputError

    if became and not became.commits:
        raise InputError(
            f"what pull request #{number} became cannot be told: {became.evidence}",
            todo="name its commits with --fix",
        )
    return became


def _read_through_git(mirror: Mirror, remote: str, number: int) -> PullSource:
    from relauto.errors import InputError
    from relauto.git.mirror import find_default
    from relauto.model.names import Commit
    from relauto.picking.merged import find_merged

    ref, repository = f"refs/pull/{number}/head", mirror.repository
    mirror.fetch([ref, _HEADS])
    say(f"fetched from {remote} into relauto's cache: {ref}, and its branches; the clone is as it was")
    found, main = repository.refs(ref).get(ref), find_default(repository)
    if found is None or main is None:
        lacks = f"pull request #{number}" if main else "default branch"
        raise InputError(f"{remote} has no {lacks}", todo="name commits with --fix")
    head = Commit(found)
    settings = find_local_settings()
    return PullSource(
        repository,
        number,
        head,
        (_name_default(repository, main), main),
        became=find_merged(repository, main, head, number),
        patterns=settings.lines if settings else (),
    )


def _name_default(repository: Repository, tip: Commit) -> Branch:
    """Return what the default branch is called, as far as its tip tells."""
    from relauto.model.names import Branch

    prefix = "refs/heads/"
    names = [ref.removeprefix(prefix) for ref, at in repository.refs(prefix.rstrip("/")).items() if at == tip]
    usual = [name for name in ("main", "master", "devel") if name in names]
    return Branch((usual or names or ["HEAD"])[0])


def find_pull_fixes(number: int, repo: str) -> tuple[Commit, ...]:
    """Return the commits that a merged pull request became.

    Raises:
        InputError: it is not merged, or what it became cannot be told.
        RemoteError: the other side was not reached.
    """
    from relauto.errors import InputError

    with open_pull(number, repo, ()) as source:
        if source.became is None:
            raise InputError(
                f"pull request #{number} is not merged, so there is nothing to pick yet",
                todo=f"see how it would go: relauto pick --forecast --pull {number}",
            )
        say(f"pull request #{number} became {_phrase(source.became)}")
        return source.became.commits


def _phrase(became: Became) -> str:
    commits = ", ".join(commit.short for commit in became.commits)
    return f"{commits} (proved to be a {became.shape})"
