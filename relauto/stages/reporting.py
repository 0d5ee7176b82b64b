"""What relauto says of a commit under a name of its own, as the token at hand may say it."""

from relauto.github import pull_page
from relauto.github.checks import Check
from relauto.github.pull_page import Report
from relauto.github.repositories import is_app
from relauto.model.names import Commit
from relauto.stages.bench import Bench
from relauto.stages.logins import find_login


def send_report(bench: Bench, commit: Commit, told: Report) -> None:
    """Report on a commit of the product: by a check run where the token is a GitHub App's.

    Raises:
        ForbiddenError: the token may not.
    """
    pull_page.report(bench.source, commit, told, as_app=is_app(find_login(bench, bench.source)))


def is_own(bench: Bench, check: Check) -> bool:
    """Return whether a report by the token at hand takes the place of a check of that name.

    A commit status takes the place of anybody's, a check run that of the same App's alone.
    """
    login = find_login(bench, bench.source)
    if is_app(login):
        return check.kind == "check_run" and check.app == login.removesuffix("[bot]")
    return check.kind == "status"
