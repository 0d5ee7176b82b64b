"""What one check found, as a value."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "refused", "unknown"]


@dataclass(frozen=True)
class Finding:
    """`refused`: as things stand the path will stop there. `check` is the check's name, for programs."""

    check: str
    state: State
    what: str
    todo: str = ""

    def __str__(self) -> str:
        """Write it for people."""
        told = f"{self.state:<8} {self.check}: {self.what}"
        return f"{told}\n           {self.todo}" if self.todo else told
