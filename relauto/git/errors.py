"""What can go wrong with git beyond a plain failure, split by what the caller does next."""

import re
from collections.abc import Mapping

from relauto.errors import AwayError, InputError, RemoteError, UnknownOutcomeError
from relauto.git.runner import Answer, GitError

_ABSENT = re.compile(
    r"(?:unable to read|could not (?:read|fetch)|bad object|missing object)\b[^\n]*?\b([0-9a-f]{40})\b",
    re.IGNORECASE,
)


class MissingObjectError(InputError):
    """The repository names an object that it does not hold: a partial or a damaged clone."""

    def __init__(self, object_id: str, where: str, *, kind: str = "object", asked: str = "") -> None:
        self.object_id = object_id
        what = f"{where} lacks the {kind} {object_id}"
        todo = "the clone is partial or damaged: run again with a full clone (git fetch --refetch)"
        if asked:
            what, todo = (
                f"{what}, and {asked} did not give it",
                "run again: the connection may have broken off",
            )
        super().__init__(what, todo=todo)


def explain(answer: Answer, where: str, *, asked: str = "") -> MissingObjectError | GitError:
    """Return the error for a git process that failed: an absent object where git names one.

    `asked` is the URL of the remote that git asks for what is absent, if it asks any.
    """
    absent = _ABSENT.search(answer.error)
    if not absent:
        return GitError(answer)
    # git names the commit where it was asked for that commit's tree.
    kind = "tree of" if "unable to read tree" in answer.error else "object"
    return MissingObjectError(absent[1], where, kind=kind, asked=asked)


class RefMovedError(RemoteError):
    """A ref of a local repository was not at the value that was to be replaced; nothing was changed."""


class UnreachableError(AwayError):
    """The host of a repository was not reached or let nobody in; nothing was sent."""


class PushRejectedError(RemoteError):
    """The other side accepted no ref of a push. `reasons` says why, by ref, in the words of git."""

    def __init__(self, url: str, reasons: Mapping[str, str]) -> None:
        self.reasons = dict(reasons)
        lines = "".join(f"\n  - {ref}: {reason}" for ref, reason in self.reasons.items())
        super().__init__(
            f"{url} rejected the push:{lines}", todo="fetch, compare with what was expected, then decide"
        )


class PushUnknownError(UnknownOutcomeError):
    """The connection broke during a push, so the refs may or may not have moved."""
