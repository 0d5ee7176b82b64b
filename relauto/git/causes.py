"""Why a pick conflicts: the commits, on the line and on main, that changed what the fix changes too."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from relauto.git.hunks import OPTIONS, Hunk, Span, find_regions, parse_hunk, read_hunks, trace_back
from relauto.git.merge import Conflict, Stage
from relauto.git.presence import find_mainline
from relauto.git.repository import Repository
from relauto.git.tree import find_entry
from relauto.model.names import Commit


@dataclass(frozen=True)
class Causes:
    """Who changed the lines of a conflict, newest first.

    `line`: commits that the fix's parent has not; `main`: commits that the line has not, from before the
    fix. A merge stands for what it brought.
    """

    path: str
    line: tuple[Commit, ...]
    main: tuple[Commit, ...]


@dataclass(frozen=True)
class Change:
    """What a commit did to a file; `born`: it made it."""

    commit: Commit
    hunks: tuple[Hunk, ...]
    born: bool


def find_causes(repository: Repository, fix: Commit, tip: Commit, conflict: Conflict) -> Causes:
    """Return the commits that changed the lines in conflict since the line and main parted.

    Where there are no lines to look at (a file that one side lacks, one that is not text, a submodule),
    those that changed the file.

    Args:
        repository: where both are.
        fix: the commit that does not apply.
        tip: the commit that it was picked onto.
        conflict: one path of it.

    Raises:
        MissingObjectError: a file's content is absent.
        GitError: git failed.
    """
    base = find_mainline(repository, fix, 1)
    if base is None:
        return Causes(conflict.path, list_touching(repository, conflict.path, tip, fix), ())
    here = _find_path(repository, tip, conflict.path, conflict.ours)
    if here is None:
        here = _find_earlier_path(repository, base, fix, conflict)
    spans = _find_spans(repository, conflict)
    if spans is None:
        line = list_touching(repository, here, tip, base)
    else:
        line = trace(read_history(repository, here, tip, base), [hunk.new for hunk in spans])
    return Causes(conflict.path, line, find_earlier(repository, fix, tip, conflict))


def find_earlier(
    repository: Repository, fix: Commit, tip: Commit, conflict: Conflict, *, timeout: float | None = None
) -> tuple[Commit, ...]:
    """Return the commits from before `fix` that `tip` has not and that changed the lines in conflict.

    Args:
        repository: where both are.
        fix: the commit that does not apply.
        tip: the tip of the line; what conflicts may be something else that was picked onto it.
        conflict: one path of it.
        timeout: seconds that git may take to read the file's history.

    Raises:
        MissingObjectError: a file's content is absent.
        GitError: git failed, or took longer.
    """
    base = find_mainline(repository, fix, 1)
    if base is None:
        return ()
    path = _find_earlier_path(repository, base, fix, conflict)
    spans = _find_spans(repository, conflict)
    if spans is None:
        return list_touching(repository, path, base, tip, timeout=timeout)
    history = read_history(repository, path, base, tip, timeout=timeout)
    return trace(history, [hunk.old for hunk in spans])


def _find_spans(repository: Repository, conflict: Conflict) -> list[Hunk] | None:
    """Return the line's own changes that are in conflict; None where there are no lines to look at."""
    if not (conflict.base and conflict.ours and conflict.theirs and conflict.kind == "content"):
        return None
    ours = read_hunks(repository, conflict.base.id, conflict.ours.id)
    regions = find_regions(ours, read_hunks(repository, conflict.base.id, conflict.theirs.id))
    return [hunk for region in regions for hunk in region.ours]


def _find_earlier_path(repository: Repository, base: Commit, fix: Commit, conflict: Conflict) -> str:
    """Return what the file is called below the fix: fix and line may each have renamed it."""
    found = _find_path(repository, base, conflict.path, conflict.base)
    if found is None and conflict.base:
        found = next(_list_paths(repository, base, fix, conflict.base.id), None)
    return found or conflict.path


def _find_path(repository: Repository, commit: Commit, path: str, side: Stage | None) -> str | None:
    """Return a conflict's path where a commit has that side of it there, or should have nothing."""
    if side is None:
        return path
    entry = find_entry(repository.store, repository.commit_object(commit).tree, path)
    return path if entry and entry.id == side.id else None


def _list_paths(repository: Repository, base: Commit, fix: Commit, blob: str) -> Iterator[str]:
    """Yield the paths whose content the fix took away or changed from `blob`."""
    raw = repository.git.run("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", base, fix)
    fields = raw.decode("utf-8", "surrogateescape").split("\0")
    for facts, path in zip(fields[::2], fields[1::2], strict=False):
        if facts.split(" ")[2] == blob:
            yield path


def list_touching(
    repository: Repository, path: str, tip: Commit, without: Commit, *, timeout: float | None = None
) -> tuple[Commit, ...]:
    """Return the commits of `without..tip`, newest first, that changed a path; only the first, if it is new.

    What else a commit did to a file that is not there on the other side is no cause: its coming is.
    """
    options = ("--first-parent", "-m", "--no-renames", "--format=%x00%H", "--name-status")
    listed = _read_log(repository, path, *options, f"{without}..{tip}", timeout=timeout)
    found = []
    for row in listed.decode("utf-8", "surrogateescape").split("\0")[1:]:
        commit, _, status = row.partition("\n")
        if status.strip().startswith("A"):
            return (Commit(commit),)
        found.append(Commit(commit))
    return tuple(found)


def read_history(
    repository: Repository, path: str, tip: Commit, without: Commit, *, timeout: float | None = None
) -> list[Change]:
    """Return what the commits of `without..tip`, newest first, did to a file, across its renames."""
    options = ("--first-parent", "-m", "--follow", "-p", *OPTIONS, "--format=%x00%H")
    return list(parse_history(_read_log(repository, path, *options, f"{without}..{tip}", timeout=timeout)))


def _read_log(repository: Repository, path: str, *options: str, timeout: float | None) -> bytes:
    answer = repository.git.ask("--literal-pathspecs", "log", *options, "--", path, timeout=timeout)
    if answer.status:
        raise repository.explain(answer)
    return answer.output


def parse_history(output: bytes) -> Iterator[Change]:
    """Yield the changes that a `git log -p --format=%x00%H` printed."""
    commit: Commit | None = None
    hunks: list[Hunk] = []
    born = False
    for line in output.split(b"\n"):
        if line.startswith(b"\0"):
            if commit:
                yield Change(commit, tuple(hunks), born)
            commit, hunks, born = Commit(line[1:].decode("ascii")), [], False
        elif line.startswith(b"new file mode "):
            born = True
        else:
            hunk = parse_hunk(line)
            hunks += [hunk] if hunk else []
    if commit:
        yield Change(commit, tuple(hunks), born)


def trace(history: Sequence[Change], spans: Sequence[Span]) -> tuple[Commit, ...]:
    """Return the commits of a file's history that changed some lines; `spans` are of its last state."""
    found = []
    for change in history if spans else ():
        spans, met = trace_back(spans, change.hunks)
        if met:
            found.append(change.commit)
        if change.born:
            break
    return tuple(found)
