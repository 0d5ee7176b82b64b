"""What a fetch asks a remote for: fixes and lines as refspecs, and how deep."""

import re
from datetime import UTC, datetime

from relauto.errors import InputError
from relauto.git.mirror import widen
from relauto.git.refs import check_ref
from relauto.model.names import Branch

_ID = re.compile(r"[0-9a-f]{40}")
_GLOB = re.compile(r"[*?\[]")
_PULL = re.compile(r"(?:refs/)?(pull/\d+/(?:head|merge))")
_COUNTED = re.compile(r"[~^]|@\{")
_FIXES = "refs/relauto/fixes"


def is_id(word: str) -> bool:
    """Tell whether a word is a full commit id."""
    return bool(_ID.fullmatch(word))


def since(moment: datetime) -> str:
    """Return the option of git-fetch(1) by which a history ends with what is as old."""
    return f"--shallow-since={moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def point_at_line(line: str) -> str:
    """Return the refspec that brings a branch, or those that a pattern matches.

    Raises:
        InputError: it cannot be the name of a branch.
    """
    glob = _GLOB.search(line)
    ref = f"{Branch(line[: glob.start()] + 'x').ref[:-1]}*" if glob else Branch(line).ref
    return f"+{ref}:{ref}"


def point_at_picks(line: str) -> list[str]:
    """Return the refspecs that bring the branches for picks onto a line, where there are any."""
    glob = _GLOB.search(line)
    below = line[: glob.start()] if glob else f"{line}/"
    refs = (f"refs/heads/relauto/{kind}/{below}*" for kind in ("pick", "review"))
    return [f"+{ref}:{ref}" for ref in refs]


def point_at_fix(word: str) -> list[str]:
    """Return the refspecs that bring a fix, whatever it is called.

    Raises:
        InputError: it cannot be asked for by that.
    """
    if is_id(word):
        return [f"+{word}:{_FIXES}/{word}"]
    if _COUNTED.search(word):
        raise InputError(
            f"{word} counts from another commit, and a remote is asked for what has a name",
            todo="name it by its full id, or by a branch or a tag",
        )
    if pull := _PULL.fullmatch(word):
        return [f"+refs/{pull[1]}:refs/remotes/{pull[1]}"]
    if word.startswith("refs/"):
        return [f"+{check_ref(word)}:{word}"]
    refs = [widen(check_ref(f"refs/{kind}/{word}")) for kind in ("heads", "tags")]
    return [f"+{ref}:{ref}" for ref in refs]
