"""How far back a shallow clone lets histories be read: whether that is far enough for what is asked."""

from dataclasses import dataclass
from datetime import datetime

from relauto.git.repository import Repository
from relauto.model.names import Commit


@dataclass(frozen=True)
class Horizon:
    """What of a line was looked at: its newest `commits`, back to `since`.

    `whole`: nothing before that can hold the fix, since the fix is younger.
    """

    commits: int
    since: datetime
    whole: bool


def find_horizon(repository: Repository, fix: Commit, line: Commit) -> Horizon | None:
    """Return how far `line` can be searched for `fix`; None where no history is cut in between.

    Dates are those of the commits, so a clock that was wrong can make `whole` wrong.

    Raises:
        MissingObjectError: one of the two is absent.
    """
    cuts = repository.cuts
    if not cuts:
        return None
    listed = repository.list_commits(f"{fix}..{line}")
    ends = [repository.moment(commit) for commit in listed if commit in cuts]
    if not ends:
        return None
    return Horizon(len(listed), max(ends), max(ends) <= repository.moment(fix))


def shows_parting(repository: Repository, one: Commit, other: Commit) -> bool:
    """Tell whether it is known where two commits parted, and all that each side's first parents have since.

    Raises:
        MissingObjectError: one of the two is absent.
    """
    cuts = repository.cuts
    if not cuts:
        return True
    if repository.merge_base(one, other) is None:
        return False
    spans = (f"{one}..{other}", f"{other}..{one}")
    return all(cuts.isdisjoint(repository.list_commits("--first-parent", span)) for span in spans)
