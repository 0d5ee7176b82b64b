"""The three-way update of one file: what was written last, what is there, and what would be written now."""

from dataclasses import dataclass
from typing import Literal

from relauto.errors import FaultsError
from relauto.git.texts import merge_texts
from relauto.skeleton.drafts import Draft, check

State = Literal["new", "same", "renewed", "kept", "merged", "left", "gone"]

_TOLD: dict[State, str] = {
    "new": "written",
    "same": "as it should be",
    "renewed": "renewed; you had not changed it",
    "kept": "left as you changed it; there is nothing new",
    "merged": "what is new was merged into what you changed",
    "gone": "not written again; you removed it",
}


@dataclass(frozen=True)
class Update:
    """What becomes of one file.

    Attributes:
        state: `new`, `renewed` and `merged` are written; `left` stays as it is, with a proposal beside.
        text: what is to be written at `path`, None where nothing is.
        proposal: what is to be written at `proposal_path`, None where nothing is.
        why: of `left`, why it could not be merged.
    """

    path: str
    state: State
    text: str | None = None
    proposal: str | None = None
    why: str = ""

    @property
    def proposal_path(self) -> str:
        """Where a proposal lies: beside the file."""
        return f"{self.path}.proposed"

    def __str__(self) -> str:
        """Say it in one sentence."""
        if self.state == "left":
            told = f"left as it is: {self.why}; take from {self.proposal_path} what you want, then remove it"
        else:
            told = _TOLD[self.state]
        return f"{self.path}: {told}"


def settle(draft: Draft, base: str | None, mine: str | None, new: str) -> Update:
    """Return what becomes of a file.

    Args:
        draft: which file it is.
        base: what was written last, None where nothing was.
        mine: what is there, None where nothing is.
        new: what would be written for somebody who has nothing yet.
    """
    if mine is None:
        return Update(draft.path, "new", new) if base is None else Update(draft.path, "gone")
    if mine == new:
        return Update(draft.path, "same")
    if base is None:
        return Update(draft.path, "left", proposal=new, why="it is not relauto's")
    if mine == base:
        return Update(draft.path, "renewed", new)
    if new == base:
        return Update(draft.path, "kept")
    return _merge(draft, base, mine, new)


def _merge(draft: Draft, base: str, mine: str, new: str) -> Update:
    merged = merge_texts(mine, base, new)
    if merged is None:
        return Update(draft.path, "left", proposal=new, why="what you changed is what is new")
    if merged == mine:
        return Update(draft.path, "kept")
    try:
        check(draft, merged)
    except FaultsError as error:
        return Update(
            draft.path, "left", proposal=new, why=f"merged it could not be read ({error.faults[0]})"
        )
    return Update(draft.path, "merged", merged)
