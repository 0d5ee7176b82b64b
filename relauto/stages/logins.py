"""As whom relauto works in each repository: a token of its own there may be another login's."""

from relauto.github.client import Client
from relauto.github.repositories import read_login
from relauto.stages.bench import Bench


def find_login(bench: Bench, client: Client) -> str:
    """Return the login behind a repository's token, asked for where that is not the operations repository's.

    Raises:
        TokenError: GitHub does not take the token.
        RemoteError: it is not told.
    """
    if client.token == bench.ops.token:
        return bench.login
    return bench.remember("pages", ("login", client.repository), lambda: read_login(client))


def list_writers(bench: Bench) -> frozenset[str]:
    """Return the logins whose comments can be relauto's: those that have written in the journal."""
    return frozenset({bench.login, *(str(event.actor) for event in bench.journal.events())})
