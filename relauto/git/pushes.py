"""Pushes that move each ref only from where it was seen, and what git says became of them."""

import re
from collections.abc import Sequence

from relauto.git.address import Address
from relauto.git.errors import PushRejectedError, PushUnknownError
from relauto.git.refs import RefUpdate
from relauto.git.refusals import find_refusal
from relauto.git.runner import Answer, Git

_OPTIONS = ("--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no")
_OUTCOME = re.compile(r"^([ +\-*!=])\t([^\t]*):(refs/[^\t]*)\t(.*)$", re.MULTILINE)
_UNSETTLED = "[remote failure]"


def ask_push(git: Git, to: str, updates: Sequence[RefUpdate], *, atomic: bool = True) -> Answer:
    """Push, all or none where that is `atomic`, and return how git ended, whatever it was."""
    together = ["--atomic"] if atomic else []
    leases = [f"--force-with-lease={update.ref}:{update.old or ''}" for update in updates]
    specs = [f"{update.new or ''}:{update.ref}" for update in updates]
    return git.ask("push", *_OPTIONS, *together, *leases, to, *specs)


def parse_outcomes(output: str) -> dict[str, tuple[str, str]]:
    """Return flag and summary by remote ref of what `git push --porcelain` printed."""
    return {found[3]: (found[1], found[4]) for found in _OUTCOME.finditer(output)}


def judge_push(address: Address, updates: Sequence[RefUpdate], answer: Answer) -> None:
    """Raise unless a push that was to be all or none moved all.

    Raises:
        PushRejectedError: the remote has other values, or forbids one; nothing was moved.
        DeniedError: the token is not taken, or lacks a right; nothing was moved.
        UnreachableError: the remote was not reached; nothing was sent.
        PushUnknownError: the connection broke; look before anything is sent again.
    """
    outcomes = parse_outcomes(answer.text)
    accepted = all(outcomes.get(update.ref, ("!",))[0] != "!" for update in updates)
    if answer.status == 0 and accepted:
        return
    if refusal := find_refusal(address, "push", answer):
        raise refusal
    reasons = {ref: summary for ref, (flag, summary) in outcomes.items() if flag == "!"}
    if reasons and not any(_UNSETTLED in reason for reason in reasons.values()):
        raise PushRejectedError(address.url, reasons)
    raise PushUnknownError(
        f"the push to {address.url} broke off: {answer.error or answer.text or 'nothing was printed'}",
        todo="fetch and look what the remote has before anything is sent again",
    )
