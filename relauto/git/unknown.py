"""What is said of a word that stands for no commit or no branch: what it is instead, and what to do now."""

import difflib
import re

from relauto.errors import InputError
from relauto.git.runner import Git

_PART = re.compile(r"[0-9a-f]{4,39}")
_ID = re.compile(r"[0-9a-f]{4,40}")
_PREFIX = re.compile(r"refs/(?:heads|remotes|tags)/")
_REFS = ("refs/heads", "refs/remotes", "refs/tags")
_BRANCHES = _REFS[:2]
_SHOWN = 5
_KINDS = {"blob": "a file", "tree": "a folder", "tag": "a tag of something else"}
# What git says last of whatever is no revision.
_EMPTY = "fatal: Needed a single revision"
_FETCH = "it may be another clone's, or not be fetched yet: git fetch --all"


def refuse_revision(git: Git, word: str, said: str) -> InputError:
    """Return the error for a word that git finds no commit for; `said` is what it says of that."""
    several = _find_beginning(git, word)
    if several:
        return InputError(
            f"{git.directory} has {len(several)} commits whose ids begin with {word!r}",
            todo="\n    ".join(["give more of the id of one:", *_name_commits(git, several)]),
        )
    what = f"{git.directory} has no commit called {word!r}"
    kind = _KINDS.get(git.ask("cat-file", "-t", "--end-of-options", word).text)
    if kind:
        return InputError(f"{what}: that is {kind}", todo="name a commit")
    near = _FETCH if _ID.fullmatch(word) else _suggest(git, word, _REFS)
    return InputError(what, todo=said.removesuffix(_EMPTY).strip() or near or "see: git log --all --oneline")


def refuse_branch(git: Git, word: str) -> InputError:
    """Return the error for a word that no branch is called by, here or at a remote."""
    what = f"{git.directory} has no branch called {word!r}"
    if _exists(git, f"refs/tags/{word}"):
        return InputError(f"{what}: that is a tag", todo=f"make a branch of it: git branch NAME {word}")
    if _ID.fullmatch(word) and _exists(git, f"{word}^{{commit}}"):
        return InputError(f"{what}: that is a commit", todo=f"make a branch of it: git branch NAME {word}")
    return InputError(what, todo=_suggest(git, word, _BRANCHES) or "see: git branch --all")


def _find_beginning(git: Git, word: str) -> list[str]:
    """Return the commits whose ids begin with a word, if there are several."""
    if not _PART.fullmatch(word):
        return []
    ids = git.ask("rev-parse", f"--disambiguate={word}").output
    rows = git.read("cat-file", "--batch-check=%(objecttype) %(objectname)", input=ids).splitlines()
    commits = [each for kind, _, each in (row.partition(" ") for row in rows) if kind == "commit"]
    return commits if len(commits) > 1 else []


def _name_commits(git: Git, commits: list[str]) -> list[str]:
    form = ("log", "--no-walk", "--no-show-signature", "--no-color", "--format=%h %s (%as)")
    named = git.read(*form, *commits[:_SHOWN], "--").splitlines()
    return [*named, *([f"and {len(commits) - _SHOWN} more"] if len(commits) > _SHOWN else [])]


def _exists(git: Git, word: str) -> bool:
    return not git.ask("rev-parse", "--verify", "--quiet", "--end-of-options", word).status


def _suggest(git: Git, word: str, refs: tuple[str, ...]) -> str:
    names = git.read("for-each-ref", "--format=%(refname:short)", *refs).splitlines()
    short = {name.partition("/")[2]: name for name in names if "/" in name} | {name: name for name in names}
    near = [short[match] for match in difflib.get_close_matches(_PREFIX.sub("", word), list(short), n=3)]
    return f"near names: {', '.join(dict.fromkeys(near))}" if near else ""
