"""One fault of a journal, as a value."""

from dataclasses import dataclass

RESTORE = "put the branch back to a commit from before this one, or find out who wrote it and why"
WHOLE_COPY = (
    "compare with another clone that has the events, and put the branch back to a commit that is whole"
)


@dataclass(frozen=True)
class Fault:
    """What is wrong, where, and what to do about it."""

    place: str
    what: str
    todo: str = WHOLE_COPY

    def __str__(self) -> str:
        return f"{self.place}: {self.what}\n  {self.todo}"
