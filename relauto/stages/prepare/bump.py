"""The version number in the files that carry it, raised to the final number before a candidate is cut.

The bump often precedes the fix (facts: five of six dot releases of a large server product), so a
file that carries the number already is left alone.
"""

import re

from relauto.errors import InputError
from relauto.git.commit import Signature
from relauto.model.names import Commit
from relauto.model.target import Target
from relauto.settings.candidates import VersionFile
from relauto.stages.bench import Bench

_NUMBER = r"\d+(?:\.\d+)+(?:[-._]?[A-Za-z]+[-._]?\d*)?"


def is_bumped(bench: Bench, target: Target, commit: Commit) -> bool:
    """Return whether every version file carries the release's number at a commit."""
    return not _changes(bench, target, commit)


def bump_files(bench: Bench, target: Target, parent: Commit, signature: Signature) -> Commit | None:
    """Write the commit that raises the number on top of `parent`; None when there is nothing to raise."""
    changes = _changes(bench, target, parent)
    if not changes:
        return None
    subject = f"Bump version to {bench.plan(target).version}"
    tree = bench.product.write_files(bench.product.commit(parent).tree, changes)
    return bench.product.write_commit(tree, [parent], f"{subject}\n", signature, signature)


def find_bumps(bench: Bench, target: Target, line: Commit) -> list[str]:
    """Return the commits since the base that change the number in version files alone, oldest first."""
    paths = {file.path for file in bench.settings.version_files}
    if not paths:
        return []
    span = f"{bench.plan(target).base_commit}..{line}"
    found = []
    for commit in bench.product.list_commits(span, "--", *sorted(paths)):
        parents = bench.product.commit(commit).parents
        changed = bench.product.changed_paths(parents[0], commit) if len(parents) == 1 else ()
        files = [file for file in bench.settings.version_files if file.path in changed]
        if paths.issuperset(changed) and all(_is_raised(bench, parents[0], commit, file) for file in files):
            found.append(str(commit))
    return found


def _is_raised(bench: Bench, parent: Commit, commit: Commit, file: VersionFile) -> bool:
    """Return whether a version file differs in its number alone."""
    before, after = bench.product.read_file(parent, file.path), bench.product.read_file(commit, file.path)
    if before is None or after is None:
        return False
    try:
        return raise_number(before, file, "0.0") == raise_number(after, file, "0.0")
    except InputError:
        return False


def _changes(bench: Bench, target: Target, commit: Commit) -> dict[str, bytes]:
    version = bench.plan(target).version
    changes = {}
    for file in bench.settings.version_files:
        content = bench.product.read_file(commit, file.path)
        if content is None:
            raise InputError(
                f"{target.line} has no file {file.path} at {commit.short}",
                todo="correct version_files in the settings",
            )
        raised = raise_number(content, file, version)
        if raised != content:
            changes[file.path] = raised
    return changes


def raise_number(content: bytes, file: VersionFile, version: str) -> bytes:
    """Return a version file's content with `version` where its pattern has the number.

    Raises:
        InputError: no line of the file matches the pattern.
    """
    before, _, after = file.pattern.partition("{version}")
    pattern = re.compile(
        rf"^(?P<before>\s*{re.escape(before)}){_NUMBER}(?P<after>{re.escape(after)}.*)$".encode(),
        re.MULTILINE,
    )
    raised, count = pattern.subn(rb"\g<before>" + version.encode() + rb"\g<after>", content, count=1)
    if not count:
        raise InputError(
            f"{file.path} has no line that matches {file.pattern!r}",
            todo="correct version_files in the settings",
        )
    return raised
