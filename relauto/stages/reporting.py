"""What relauto says of a commit under a name of its own, as the token at hand may say it."""

from relauto.github import pull_page
from relauto.github.pull_page import Report
from relauto.github.repositories import is_app, read_login
from relauto.model.names import Commit
from relauto.stages.bench import Bench


def send_report(bench: Bench, commit: Commit, told: Report) -> None:
    """Report on a commit of the product: by a check run where the token is a GitHub App's.

    Raises:
        ForbiddenError: the token may not.
    """
    pull_page.report(bench.source, commit, told, as_app=is_app(_find_login(bench)))


def _find_login(bench: Bench) -> str:
    """Return whose token works in the product's repository: a bot's is a GitHub App's."""
    if bench.source.token == bench.ops.token:
        return bench.login
    return bench.remember("pages", "login", lambda: read_login(bench.source))
