"""From a person's word to a commit: branches, remote-tracking branches, tags, ids, in that order."""

import re
from collections.abc import Mapping

from relauto.errors import InputError
from relauto.git.errors import explain
from relauto.git.runner import Git
from relauto.git.unknown import refuse_branch, refuse_revision
from relauto.model.names import Branch, Commit

_GLOB = re.compile(r"[*?\[\\\s~^:]")
_PATTERN = re.compile(r"[*?\[]")
_REMOTE = re.compile(r"refs/remotes/[^/]+/(.+)")
_USUAL_MAIN = ("main", "master", "devel")


def resolve(git: Git, revision: str) -> Commit:
    """Return the commit that `revision` means.

    A name is looked for in refs/heads, then in the remote-tracking branches of every remote, then
    among the tags; anything else is asked of git-rev-parse(1).

    Raises:
        InputError: nothing or something else is called so, several ids begin so, or remotes differ.
    """
    _refuse_option(revision)
    found = _find_ref(git, revision, f"refs/tags/{revision}")
    if found:
        return found[1]
    answer = git.ask("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if answer.status:
        raise refuse_revision(git, revision, answer.error)
    return Commit(answer.text)


def find_branch(git: Git, name: str) -> tuple[Branch, Commit]:
    """Return the branch called `name`, here or as a remote has it, and the commit at its tip.

    `name` may name the remote too, as in `origin/release-5.35`.

    Raises:
        InputError: there is none, or remotes differ.
    """
    _refuse_option(name)
    found = _find_ref(git, name, f"refs/remotes/{name}")
    if not found:
        raise refuse_branch(git, name)
    ref, commit = found
    return Branch(_name_branch(ref)), commit


def find_branches(git: Git, pattern: str) -> list[tuple[Branch, Commit]]:
    """Return the branches that a pattern of git's matches, here or at a remote, in order of their versions.

    `*` stands for anything but a slash, as in `release-*`. A name without a pattern is that branch.

    Raises:
        InputError: there is none, or remotes differ.
    """
    if not _PATTERN.search(pattern):
        return [find_branch(git, pattern)]
    _refuse_option(pattern)
    found = _list_commits(git, "--sort=version:refname", f"refs/heads/{pattern}", f"refs/remotes/*/{pattern}")
    names = dict.fromkeys(_name_branch(ref) for ref in found)
    chosen = {name: _choose(found, name) for name in names if name != "HEAD"}
    branches = [(Branch(name), ref[1]) for name, ref in chosen.items() if ref]
    if not branches:
        raise InputError(
            f"{git.directory} has no branch that matches {pattern!r}", todo="see: git branch --all"
        )
    return branches


def _name_branch(ref: str) -> str:
    remote = _REMOTE.fullmatch(ref)
    return remote[1] if remote else ref.removeprefix("refs/heads/")


def find_main(git: Git, *, bare: bool) -> Branch:
    """Return the main branch: origin/HEAD, else HEAD of a bare repository, else main, master or devel.

    Raises:
        InputError: none of these exists.
    """
    words = [git.ask("symbolic-ref", "--quiet", "refs/remotes/origin/HEAD").text]
    if bare:
        words.append(git.ask("symbolic-ref", "--quiet", "HEAD").text)
    for word in (*words, *(f"refs/heads/{name}" for name in _USUAL_MAIN)):
        name = word.removeprefix("refs/remotes/origin/").removeprefix("refs/heads/")
        if word and _find_ref(git, name):
            return Branch(name)
    raise InputError(f"{git.directory} does not say which branch is its main one", todo="name it with --main")


def _refuse_option(word: str) -> None:
    if not word or word.startswith("-") or "\0" in word or "\n" in word:
        raise InputError(f"{word!r} is not a revision")


def _find_ref(git: Git, name: str, *last: str) -> tuple[str, Commit] | None:
    """Return the first of refs/heads, remotes and `last` that has `name` on a commit, with that commit."""
    if _GLOB.search(name):
        return None
    found = _list_commits(git, f"refs/heads/{name}", f"refs/remotes/*/{name}", *last)
    return _choose(found, name, *last)


def _choose(found: Mapping[str, Commit], name: str, *last: str) -> tuple[str, Commit] | None:
    heads = f"refs/heads/{name}"
    if heads in found:
        return heads, found[heads]
    remote = {ref: commit for ref, commit in found.items() if _is_remote(ref, name)}
    if remote:
        _refuse_ambiguous(name, remote)
        return next(iter(remote.items()))
    return next(((ref, found[ref]) for ref in last if ref in found), None)


def _is_remote(ref: str, name: str) -> bool:
    match = _REMOTE.fullmatch(ref)
    return bool(match) and match[1] == name if match else False


def _refuse_ambiguous(name: str, remote: Mapping[str, Commit]) -> None:
    if len(set(remote.values())) > 1:
        listed = ", ".join(f"{ref.removeprefix('refs/remotes/')} ({remote[ref].short})" for ref in remote)
        raise InputError(f"{name!r} is ambiguous: {listed}", todo="name the remote too, or give a commit id")


def _list_commits(git: Git, *arguments: str) -> dict[str, Commit]:
    form = "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"
    commits = {}
    answer = git.ask("for-each-ref", form, *arguments)
    if answer.status:
        raise explain(answer, str(git.directory))
    for line in answer.text.splitlines():
        kind, own, below_kind, below, ref = line.split(" ", 4)
        if "commit" in (kind, below_kind):
            commits[ref] = Commit(own if kind == "commit" else below)
    return commits
