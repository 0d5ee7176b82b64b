"""GitHub's three ways to merge, made in the object database of a bare repository.

What each writes is told in GitHub's "About pull request merges": a merge commit has the base's tip first
and the head second; a squash is one commit of the pull request's author; a rebase writes every commit
anew with the merger as committer, whether or not it could be fast-forwarded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from relauto.hub.bare import Bare, CommitData
from relauto.hub.signing import signing_options

WEB_FLOW = ("GitHub", "noreply@github.com")


@dataclass(frozen=True)
class Actor:
    """Who a commit is by, and when: `date` is `seconds zone`."""

    name: str
    email: str
    date: str

    @classmethod
    def at(cls, name: str, email: str, moment: datetime) -> "Actor":
        """Build an actor acting at `moment`."""
        return cls(name, email, f"{int(moment.astimezone(UTC).timestamp())} +0000")


def write_commit(
    bare: Bare,
    tree: str,
    parents: Sequence[str],
    message: str,
    author: Actor,
    committer: Actor,
    *,
    key: Path | None = None,
) -> str:
    """Write a commit object, signed where a key is given, and return its id."""
    environment = {
        "GIT_AUTHOR_NAME": author.name,
        "GIT_AUTHOR_EMAIL": author.email,
        "GIT_AUTHOR_DATE": f"@{author.date}",
        "GIT_COMMITTER_NAME": committer.name,
        "GIT_COMMITTER_EMAIL": committer.email,
        "GIT_COMMITTER_DATE": f"@{committer.date}",
    }
    flags = [flag for parent in parents for flag in ("-p", parent)]
    text = message.rstrip("\n") + "\n"
    before, after = signing_options(key)
    output = bare.git.run(
        "-c",
        "i18n.commitEncoding=utf-8",
        *before,
        "commit-tree",
        *after,
        tree,
        *flags,
        input=text.encode(),
        environment=environment,
    )
    return output.decode().strip()


def merge_trees(bare: Bare, base: str, head: str) -> str | None:
    """Return the tree of the two commits' merge, None when they conflict or are unrelated."""
    answer = bare.git.ask("merge-tree", "--write-tree", "--no-messages", base, head)
    return answer.text.splitlines()[0] if answer.status == 0 else None


def replay(bare: Bare, commit: CommitData, onto: str, committer: Actor) -> str | None:
    """Write `commit` anew on top of `onto`; None on a conflict, `onto` itself when nothing is left of it."""
    old_parent = commit.parents[0] if commit.parents else None
    if old_parent == onto:
        tree: str | None = commit.tree
    elif old_parent is None:
        return None
    else:
        # A commit with the new base's tree and the old parent makes that parent the merge base.
        author = Actor(*WEB_FLOW, "0 +0000")
        stand_in = write_commit(bare, f"{onto}^{{tree}}", [old_parent], "base", author, author)
        tree = merge_trees(bare, stand_in, commit.sha)
    if tree is None:
        return None
    if tree == bare.git.read("rev-parse", f"{onto}^{{tree}}"):
        return onto
    author = Actor(commit.author.name, commit.author.email, commit.author.raw_date)
    return write_commit(bare, tree, [onto], commit.message, author, committer)


def rebase(bare: Bare, base: str, head: str, committer: Actor) -> str | None:
    """Replay the commits of `base..head` but its merges onto `base`; None when one does not apply."""
    listing = bare.git.read("rev-list", "--topo-order", "--reverse", "--no-merges", f"{base}..{head}")
    tip = base
    for commit in bare.commits(listing.splitlines()):
        replayed = replay(bare, commit, tip, committer)
        if replayed is None:
            return None
        tip = replayed
    return tip


def squash_title(title: str, number: int, commits: Sequence[CommitData]) -> str:
    """Return GitHub's default title: the only commit's, else the pull request's, with its number."""
    return f"{commits[0].title if len(commits) == 1 else title} (#{number})"


def squash_message(commits: Sequence[CommitData], author_email: str) -> str:
    """Return GitHub's default body: the only commit's, else every commit's message as a list.

    Authors other than the squash's own are credited in `Co-authored-by` trailers.
    """
    if len(commits) == 1:
        text = commits[0].message.partition("\n")[2].strip("\n")
    else:
        text = "\n\n".join(f"* {commit.message.strip()}" for commit in commits)
    others = {
        f"Co-authored-by: {commit.author.name} <{commit.author.email}>": None
        for commit in commits
        if commit.author.email != author_email and len(commits) > 1
    }
    rule = "\n\n---------\n\n" if others else ""
    return text + rule + "\n".join(others)
