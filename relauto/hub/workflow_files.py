"""Workflow files: only a token with a right of its own may bring new ones.

As in GitHub's "Scopes for OAuth apps": no such right is needed for a file that stands, path and content,
on another branch. A merge asks for it whatever the branches hold.
"""

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from relauto.git.runner import Git
from relauto.hub.bare import Bare
from relauto.hub.packets import Move, find_pack
from relauto.hub.place import ApiError, Place
from relauto.hub.records import Token

_FOLDER = ".github/workflows/"
_WORDS = {
    "classic": ("a Personal Access Token", "`workflow` scope"),
    "fine_grained": ("a Personal Access Token", "`workflows` permission"),
}
_APP_WORDS = ("a GitHub App", "`workflows` permission")


def refuse_workflows(place: Place, new: str, beside: Iterable[str] | None = None) -> None:
    """Refuse a move of a ref by the API that brings a workflow file which the token may not bring.

    Args:
        place: the repository.
        new: the commit that the ref is to have.
        beside: commits whose workflow files are known; by default those at the branches' tips.

    Raises:
        ApiError: 403.
    """
    token = _find_unfit(place)
    known = _list_tips(place.bare) if beside is None else beside
    path = _find_new(place.bare, [new], known) if token else None
    if token and path:
        headers = {"X-Accepted-GitHub-Permissions": "contents=write,workflows=write"}
        if token.kind == "classic":
            headers = {"X-Accepted-OAuth-Scopes": "workflow"}
        raise ApiError(403, _refusal(token, path), headers=headers)


def refuse_pushed_workflows(place: Place, moves: Sequence[Move], body: bytes) -> str | None:
    """Return why a push is refused for its workflow files, None when it is not."""
    token = _find_unfit(place)
    tips = [move.new for move in moves if move.new]
    if token is None or not tips:
        return None
    with tempfile.TemporaryDirectory() as folder:
        bare = _unpack(place, find_pack(body), Path(folder))
        path = _find_new(bare, tips, _list_tips(place.bare))
    return _refusal(token, path) if path else None


def _find_unfit(place: Place) -> Token | None:
    token = place.call.token
    if token is None or token.kind == "full":
        return None
    fit = "workflow" in token.scopes or token.permissions.get("workflows") in ("write", "admin")
    return None if fit else token


def _refusal(token: Token, path: str) -> str:
    who, right = _WORDS.get(token.kind, _APP_WORDS)
    return f"refusing to allow {who} to create or update workflow `{path}` without {right}"


def _unpack(place: Place, pack: bytes, folder: Path) -> Bare:
    """Return the repository as it would be with what a push brings, which stays in `folder`."""
    directory = Path(place.repository.git_directory)
    objects = place.bare.git.read("rev-parse", "--path-format=absolute", "--git-path", "objects")
    git = Git(directory, {"GIT_OBJECT_DIRECTORY": str(folder), "GIT_ALTERNATE_OBJECT_DIRECTORIES": objects})
    if pack:
        git.run("index-pack", "--stdin", "--fix-thin", input=pack)
    return Bare(git)


def _list_tips(bare: Bare) -> list[str]:
    return [ref.sha for ref in bare.refs("refs/heads/")]


def _find_new(bare: Bare, tips: Iterable[str], known: Iterable[str]) -> str | None:
    """Return the first workflow file of `tips` that none of `known` has."""
    brought = {file for tip in tips for file in _list_files(bare, tip)}
    if brought:
        brought -= {file for commit in known for file in _list_files(bare, commit)}
    return min(brought)[0] if brought else None


def _list_files(bare: Bare, commit: str) -> set[tuple[str, str]]:
    listing = bare.git.ask("ls-tree", "-r", "-z", commit, "--", _FOLDER)
    rows = [row.split("\t", 1) for row in listing.text.split("\0") if row]
    return {(path, head.split(" ")[2]) for head, path in rows}
