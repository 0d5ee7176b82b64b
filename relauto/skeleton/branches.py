"""The branches of the operations repository that must last, and what their rules forbid."""

from dataclasses import dataclass
from typing import Literal

Rule = Literal["deletion", "non_fast_forward"]


@dataclass(frozen=True)
class Scope:
    """Branches below a prefix: what they hold, and which of GitHub's rules keep that."""

    prefix: str
    text: str
    rules: tuple[Rule, ...]

    @property
    def pattern(self) -> str:
        """The prefix as a ruleset's condition: `**/` stands for any number of folders, `*` for none."""
        return f"refs/heads/{self.prefix}**/*"


SCOPES = (
    Scope("incidents/", "the log of each incident, which is only added to", ("deletion", "non_fast_forward")),
    Scope("words/", "what people said in it, replaced where words have to be erased", ("deletion",)),
    Scope("releases/", "who makes which release of a line", ("deletion", "non_fast_forward")),
)
