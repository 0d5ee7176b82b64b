"""How far back a shallow clone lets a line be searched for a fix."""

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
