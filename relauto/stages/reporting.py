"""What relauto says of a commit under a name of its own, as the token at hand may say it."""

from relauto.github import pull_page
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
