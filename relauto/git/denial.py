"""What the host of a repository refuses for rights: told from git's words, said in ours."""

import re
from typing import Literal
from urllib.parse import urlsplit

from relauto.errors import CHECK_NAME, RENEW_TOKEN, RUN_AGAIN, UNARCHIVE, Status
from relauto.git.address import Address
from relauto.git.errors import UnreachableError
from relauto.git.runner import Answer

Deed = Literal["fetch", "push"]

_RIGHTS: dict[Deed, str] = {"fetch": "contents: read", "push": "contents: write"}

# GitHub sends these as the text of a 401, 403 or 404; git shows the text, the number, or that it may not
# ask for a password.
_UNTAKEN = re.compile(
    r"(?i)could not read (username|password)|authentication failed|invalid username or|returned error: 401"
)
_ARCHIVED = re.compile(r"(?i)\barchived so it is read-only")
_FORBIDDEN = re.compile(r"(?i)returned error: 403|^remote: permission to .* denied to", re.MULTILINE)
_UNSEEN = re.compile(
    r"(?i)^remote: repository not found|returned error: 404|repository .* not found", re.MULTILINE
)
_SAID = re.compile(
    r"^remote: (?!permission to |write access to repository)(.*\w.*)$", re.IGNORECASE | re.MULTILINE
)
_OUTCOME = re.compile(r"^[ +\-*!=]\t", re.MULTILINE)
_WORKFLOW = re.compile(r"refusing to allow .* workflow `([^`]+)` without `(workflows?)` (scope|permission)")


class DeniedError(UnreachableError):
    """The host let nobody in with this token, or not for that; nothing was sent.

    To be settled by the user, so that it is no failure of the other side.
    """

    status = Status.BAD_INPUT


def find_denial(address: Address, deed: Deed, answer: Answer) -> DeniedError | None:
    """Return the error for a git process that the host refused for rights, None for any other."""
    if not urlsplit(address.url).scheme.startswith("http"):
        return None
    name, said = name_repository(address), answer.error
    new = _WORKFLOW.search(f"{answer.text}\n{said}")
    if new:
        return _deny_workflow(name, *new.groups())
    if was_let_in(answer):
        return None
    if _ARCHIVED.search(said):
        return DeniedError(f"{name} is archived, so nobody can push to it", todo=UNARCHIVE)
    if _FORBIDDEN.search(said):
        words = " ".join(_SAID.findall(said))
        why = f"its host says {words!r}" if words else f"it lacks {_RIGHTS[deed]}"
        return DeniedError(
            f"{name}: the token may not {deed} (git {deed}): {why}",
            todo=f"give the token {_RIGHTS[deed]} (and its account the role for it), {RUN_AGAIN}",
        )
    if _UNTAKEN.search(said):
        why = "it is wrong, revoked, or has expired" if address.token else "none was given"
        return DeniedError(f"{name}: its host does not take the token (git {deed}); {why}", todo=RENEW_TOKEN)
    return _miss(name) if _UNSEEN.search(said) else None


def was_let_in(answer: Answer) -> bool:
    """Return whether a push was, so that each ref has a fate of its own."""
    return bool(_OUTCOME.search(answer.text))


def name_repository(address: Address) -> str:
    """Return a repository's name as its host has it: the path of its URL."""
    return urlsplit(address.url).path.strip("/").removesuffix(".git")


def _miss(name: str) -> DeniedError:
    return DeniedError(
        f"{name} was not found: there is no such repository, or the token may not see it",
        todo=CHECK_NAME,
    )


def _deny_workflow(name: str, path: str, right: str, kind: str) -> DeniedError:
    missing = f"the scope {right}" if kind == "scope" else f"{right}: write"
    return DeniedError(
        f"{name}: the token may not push {path}, which is a workflow file: it lacks {missing}",
        todo=f"give the token {missing} (a workflow's own GITHUB_TOKEN can never have it), {RUN_AGAIN}",
    )
