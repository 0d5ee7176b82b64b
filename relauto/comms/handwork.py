"""The exact commands by which a person does in a clone what relauto leaves to people."""

from collections.abc import Sequence
from shlex import quote


def write_cherry_pick(fixes: Sequence[str], *, merges: bool) -> str:
    """Return what picks fixes onto what is checked out; a merge among them by what it changed of main.

    `-m 1` goes for other commits too, from git 2.21: https://git-scm.com/docs/git-cherry-pick
    """
    return f"git cherry-pick -x {'-m 1 ' if merges else ''}{' '.join(fixes)}"


def write_pick_commands(fixes: Sequence[str], onto: str, *, merges: bool) -> str:
    """Return what puts fixes that do not apply onto a branch by hand.

    What stops on the way is settled as git says, and goes on with `git cherry-pick --continue`.
    """
    return "\n".join(
        (
            f"git fetch origin {quote(f'refs/heads/{onto}')}",
            "git switch --detach FETCH_HEAD",
            write_cherry_pick(fixes, merges=merges),
            f"git push origin {quote(f'HEAD:refs/heads/{onto}')}",
        )
    )


def write_fetch_commands(branch: str) -> str:
    """Return what checks out a branch of a draft, as it is on GitHub now."""
    return "\n".join(
        (
            f"git fetch origin {quote(f'+refs/heads/{branch}:{_keep(branch)}')}",
            f"git switch --detach {quote(_keep(branch))}",
        )
    )


def write_push_commands(
    branch: str, rest: Sequence[str] = (), *, merges: bool = False, on_top: bool = False
) -> str:
    """Return what pushes a conflict that is settled in the working tree, then picks what comes behind it.

    Nothing is overwritten that somebody else has pushed since the branch was fetched. With `on_top` picks
    stand on what was settled already, so that what is changed becomes a commit of its own.
    """
    commit = (
        "git diff --quiet HEAD || git commit --all --message 'Settle the conflict'"
        if on_top
        else "git commit --amend --all --no-edit"
    )
    return "\n".join(
        (
            commit,
            *([write_cherry_pick(rest, merges=merges)] if rest else []),
            f"git push {quote(f'--force-with-lease={branch}:{_keep(branch)}')} origin "
            + quote(f"HEAD:refs/heads/{branch}"),
        )
    )


def _keep(branch: str) -> str:
    """Return the ref of a clone that says what was fetched of a branch, which nothing else moves."""
    return f"refs/{branch}"


def indent(lines: str) -> str:
    """Return commands as a message shows them: set in, a line each."""
    return "\n".join(f"  {line}" for line in lines.split("\n"))
