"""Errors on purpose end a task with one message, under `relauto` and under plain `inv` alike.

Invoke prints the message of its own `Exit` and ends with its code; any other exception keeps its
traceback.
"""

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from invoke import Collection
from invoke.exceptions import Exit

from relauto.errors import RelautoError
from relauto.tasks import output
from relauto.tasks.stopping import Stopped, heed_signals


class Refusal(Exit):
    """A task ended with an error that its user can act on, kept in `error`."""

    def __init__(self, error: RelautoError) -> None:
        super().__init__(
            message=output.phrase_end(f"relauto: {error}", int(error.status)), code=int(error.status)
        )
        self.error = error


def guard_tasks(collection: Collection) -> None:
    """Let the tasks of a collection and of those below it end with `Refusal` for each `RelautoError`."""
    for task in collection.tasks.values():
        task.body = _guard(task.body)
    for below in collection.collections.values():
        guard_tasks(below)


def _guard(body: Callable[..., None]) -> Callable[..., None]:
    @wraps(body)
    def run(*arguments: Any, **options: Any) -> None:
        with heed_signals(), output.invented(getattr(body, "about_nobody", False)):
            try:
                body(*arguments, **options)
            except RelautoError as error:
                raise Refusal(error) from error
            except Stopped as stop:
                _tell_stop(stop)
                raise
            except Exception as error:
                if not output.is_public():
                    # Under plain `inv`, too, what the traceback says is told without secrets.
                    sys.excepthook = output.show_bug
                    raise
                # A traceback shows values; its kind is all that everybody may know.
                told = output.phrase_end(f"a bug of relauto's own ({type(error).__name__})", 1)
                raise Exit(message=told, code=1) from None

    return run


def _tell_stop(stop: Stopped) -> None:
    what = f"relauto: stopped by {stop.signal.name}; run again to go on: what was done stays done"
    with suppress(OSError):
        # After SIGHUP there may be no terminal left.
        print(output.phrase_end(what, int(stop.status)), file=sys.stderr, flush=True)
