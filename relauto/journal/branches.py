"""The branches of the operations repository that must last, and which of GitHub's rules keep them."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal["deletion", "non_fast_forward"]
_LASTING: tuple[Rule, ...] = ("deletion", "non_fast_forward")


@dataclass(frozen=True)
class Scope:
    """Branches below a prefix.

    Attributes:
        text: what they hold.
        rules: what rules have to forbid there.
        probe: stands for such branches where the rules of one are asked for.
    """

    prefix: str
    text: str
    rules: tuple[Rule, ...]
    probe: str

    @property
    def pattern(self) -> str:
        """The prefix as a ruleset's condition: `**/` stands for any number of folders, `*` for none."""
        return f"refs/heads/{self.prefix}**/*"

    def find_lacking(self, *, kept: bool, forward: bool) -> tuple[str, ...]:
        """Return what can be done to such a branch and must not be, as people say it.

        Args:
            kept: it cannot be deleted.
            forward: it cannot be moved back.
        """
        known = {"deletion": ("delete", kept), "non_fast_forward": ("rewrite", forward)}
        return tuple(known[rule][0] for rule in self.rules if not known[rule][1])

    @property
    def is_replaceable(self) -> bool:
        """Whether a force push has to be let through."""
        return "non_fast_forward" not in self.rules


SCOPES = (
    Scope("incidents/", "the log of each incident, which is only added to", _LASTING, "incidents/INC-0000"),
    Scope(
        "words/",
        "what people said in it, which is replaced where words have to be erased",
        ("deletion",),
        "words/INC-0000",
    ),
    Scope("releases/", "who makes which release of a line", _LASTING, "releases/owner/name/0.0.0"),
)
"""As `relauto.journal.format` and `relauto.journal.releases` name them."""
