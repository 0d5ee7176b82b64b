"""What a branch asks of whoever changes it, as one value: its rulesets and its classic protection.

What could not be read is listed in `unknown` and never taken for "nothing is asked for".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from relauto.github.checks import RequiredCheck

Method = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True)
class BranchRules:
    """Attributes that stand for themselves, and these:

    Attributes:
        approvals: how many approving reviews a pull request needs.
        by_pull: changes come by pull request alone.
        methods: those that merges are restricted to; None where no rule does.
        queue: whether changes come through a merge queue alone.
        locked: only those who may pass over the rules may move it.
        closed: this token may not push to it; classic protection does not say why.
        kept: it cannot be deleted.
        forward: it cannot be moved back.
        protected: whether there is any rule at all.
        unknown: what is asked for and could not be read, or is nothing that relauto judges.
    """

    branch: str
    checks: tuple[RequiredCheck, ...] = ()
    strict: bool = False
    approvals: int = 0
    by_pull: bool = False
    methods: frozenset[Method] | None = None
    linear: bool = False
    signatures: bool = False
    queue: bool = False
    locked: bool = False
    closed: bool = False
    kept: bool = False
    forward: bool = False
    protected: bool = False
    unknown: tuple[str, ...] = field(default=())

    def refuse_push(self) -> str | None:
        """Return why a push to the branch will be refused, None where nothing known refuses it."""
        reasons = (
            (self.queue, "changes come through its merge queue"),
            (self.by_pull, "changes come by pull request"),
            (self.locked, "only those who may pass over its rules may change it"),
            (bool(self.checks), f"{', '.join(check.name for check in self.checks)} must be green before"),
            (self.closed, "its protection does not let this token push"),
        )
        return next((reason for applies, reason in reasons if applies), None)

    def narrow(self, allowed: Iterable[Method], *, own: bool, signed: bool) -> dict[Method, str]:
        """Return each of the `allowed` methods with why the branch refuses it, "" where it does not.

        GitHub signs what it merges or squashes itself, the latter for the pull request's author alone; what
        it rebases is not signed
        (https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/
        managing-protected-branches/about-protected-branches#require-signed-commits).

        Args:
            allowed: what the repository allows.
            own: the pull request is by whoever merges it.
            signed: every commit of the pull request is signed.
        """
        return {method: self._refuse(method, own=own, signed=signed) for method in allowed}

    def _refuse(self, method: Method, *, own: bool, signed: bool) -> str:
        if self.methods is not None and method not in self.methods:
            return f"its rules allow {' and '.join(sorted(self.methods))} alone"
        if self.linear and method == "merge":
            return "its history is linear"
        if not self.signatures:
            return ""
        if method == "rebase":
            return "its commits are signed, and GitHub does not sign what it rebases"
        if method == "squash" and not own:
            return "its commits are signed, and GitHub signs a squash for its author alone"
        if method == "merge" and not signed:
            return "its commits are signed, and the pull request's are not"
        return ""
