"""The code broken on purpose, to show that a matrix sees it: what holds a safeguard up is taken away.

A breakage is of this process alone.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType, SimpleNamespace
from typing import Any

from relauto.errors import InputError
from relauto.git import runner
from relauto.github import client, ensure, retry
from relauto.journal import releases, snapshot


def _retry_blindly() -> None:
    """Send a write again whose outcome is unknown, as PyGithub does by itself."""
    client.send_write = retry.repeat_read  # type: ignore[attr-defined]  # not its own name


def _look_never() -> None:
    """Take what was not answered for what did not happen."""
    setattr(ensure, "_look_after", lambda _error, _look: None)  # noqa: B010 - mypy would take it for a fault


def _push_over() -> None:
    """Push whatever the other side has by now, instead of from the old value alone."""
    ask = runner.Git.ask

    def force(self: runner.Git, *arguments: str, **more: Any) -> runner.Answer:
        leased = any(each.startswith("--force-with-lease=") for each in arguments)
        kept = [each for each in arguments if not each.startswith("--force-with-lease=")]
        return ask(self, *kept[:1], *(["--force"] if leased else []), *kept[1:], **more)

    runner.Git.ask = force  # type: ignore[method-assign]  # that is the sabotage


def _write_alike() -> None:
    """Give all events and claims the same id, so that two writers at once make one and the same commit."""
    alike = SimpleNamespace(token_hex=lambda size: "0" * 2 * size)
    for module in (snapshot, releases):
        setattr(module, "secrets", alike)  # noqa: B010 - mypy would take it for a fault


SABOTAGES: Mapping[str, Callable[[], None]] = MappingProxyType(
    {
        "blind-retry": _retry_blindly,
        "no-look": _look_never,
        "no-lease": _push_over,
        "no-nonce": _write_alike,
    }
)
"""Each breakage by its name."""


def check_sabotage(name: str) -> None:
    """Refuse what is no breakage; none is one.

    Raises:
        InputError: there is none of that name.
    """
    if name and name not in SABOTAGES:
        raise InputError(f"there is no sabotage {name!r}", todo=f"there are: {', '.join(SABOTAGES)}")


def break_code(name: str) -> None:
    """Break the code of this process in one way; an empty name breaks nothing."""
    if name:
        SABOTAGES[name]()
