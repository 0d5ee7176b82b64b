"""What a push would bring: names of refs, messages, names of files, and the lines that are new in them."""

import re
from collections.abc import Iterator, Sequence

from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.guard.guard import Passage
from relauto.model.names import Commit

# Whatever a person has configured, a patch is written so that it can be read, of every file and in full.
_PATCH = (
    "--patch",
    "--unified=0",
    "--no-color",
    "--no-ext-diff",
    "--no-textconv",
    "--no-renames",
    "--text",
    "--src-prefix=a/",
    "--dst-prefix=b/",
)
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def list_pushed(
    repository: Repository, updates: Sequence[RefUpdate], known: Sequence[str] = ("--all",)
) -> Iterator[Passage]:
    """Yield the passages of a push to a remote that holds `known`: commits, or `--all` refs of this copy."""
    for update in updates:
        if update.new is None:
            continue
        yield Passage("the name of a branch or tag", update.ref.removeprefix("refs/"))
        head = update.new
        if repository.git.read("cat-file", "-t", head) == "tag":
            message = repository.store.read(head, "tag").decode("utf-8", "replace").partition("\n\n")[2]
            yield Passage("the message of a tag", message, 1)
            head = repository.git.read("rev-parse", f"{head}^{{}}")
        yield from list_brought(repository, head, known)


def list_brought(repository: Repository, head: str, known: Sequence[str]) -> Iterator[Passage]:
    """Yield the passages that `head` brings to whoever holds `known`.

    Each commit counts by itself: what a later one takes out again stays in the history. Of merges, which
    repeat what they merge, the outcome counts.

    Raises:
        MissingObjectError: a commit, or a file's content, is absent.
        UnreachableError: a file's content did not come from the remote.
    """
    beyond = [head, "--not", *known]
    commits = repository.list_commits(*beyond)
    if not commits:
        return
    for commit in commits:
        yield Passage(f"the message of commit {commit.short}", repository.commit(commit).message, 1)
    named = _ask(repository, "log", "--format=", "--name-only", "-z", "--no-renames", "--no-merges", *beyond)
    for path in dict.fromkeys(name for name in named.split(b"\0") if name):
        yield Passage("the name of a file", path.decode("utf-8", "replace"))
    yield from read_added(_ask(repository, "log", "--format=", "--no-merges", *_PATCH, *beyond))
    if any(len(repository.commit(commit).parents) > 1 for commit in commits):
        yield from _list_outcome(repository, head, known)


def _ask(repository: Repository, *arguments: str) -> bytes:
    answer = repository.git.ask(*arguments)
    if answer.status:
        raise repository.explain(answer)
    return answer.output


def _list_outcome(repository: Repository, head: str, known: Sequence[str]) -> Iterator[Passage]:
    heads = [Commit(each) for each in known if not each.startswith("-")]
    base = repository.merge_base(heads[0], Commit(head)) if heads else None
    if base:
        yield from read_added(_ask(repository, "diff", *_PATCH, base, head))


def read_added(patch: bytes) -> Iterator[Passage]:
    """Yield the lines that a patch without context adds, a passage for each run of them."""
    path, lines = "", iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"+++ "):
            path = line[4:].decode("utf-8", "replace").rstrip("\t").strip('"').removeprefix("b/")
        hunk = _HUNK.match(line)
        if not hunk:
            continue
        gone, first, come = (int(each) if each is not None else 1 for each in hunk.groups())
        added = []
        while gone or come:
            shown = next(lines)
            if shown.startswith(b"-"):
                gone -= 1
            elif shown.startswith(b"+"):
                come -= 1
                added.append(shown[1:].decode("utf-8", "replace"))
        if added:
            yield Passage(path, "\n".join(added), first)
