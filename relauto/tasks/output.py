"""Printing: results on stdout, progress on stderr, JSON documents with their schema.

This is the one place where words leave, so it is where the audience is minded. On a terminal relauto
talks to its own people. In a workflow the log belongs to the repository that the workflow runs in:
unless GitHub says that this one is private, everybody reads along, and only what
`relauto.model.audience` lets through is printed.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, wraps
from io import TextIOWrapper
from types import TracebackType
from typing import TYPE_CHECKING, Any, ParamSpec

from relauto.redaction import redact
from relauto.surroundings import is_workflow

if TYPE_CHECKING:
    from relauto.model.audience import Public

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The runner takes a line that begins so for a command to itself.
_COMMAND = re.compile(r"^(\s*)(::|##\[)", re.MULTILINE)
_SILENT = "what relauto says is for its own people, and this log is public"
_P = ParamSpec("_P")

_invented: list[bool] = []


def say(sentence: str) -> None:
    """Tell progress on stderr; control and direction characters in foreign text do no harm."""
    text = phrase(sentence)
    if text:
        print(text, file=sys.stderr, flush=True)


class _Teller(logging.Handler):
    """Tells what a lower layer noticed and has nobody to tell it to."""

    def emit(self, record: logging.LogRecord) -> None:
        say(record.getMessage())


_TELLER = _Teller(logging.WARNING)
_MUTE = logging.NullHandler()


def tell_warnings() -> None:
    """Tell from now on what the layers below notice by the way, as progress is told, and they alone.

    Libraries warn of addresses and bodies; without a handler of the root's, Python prints that as it is.
    What the encoding of a terminal lacks is escaped.
    """
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    logging.getLogger("relauto").addHandler(_TELLER)
    logging.getLogger().addHandler(_MUTE)


def show(text: str) -> None:
    """Print a result on stdout."""
    print((phrase(text) or _SILENT).rstrip("\n"))


def find_width() -> int | None:
    """Return the characters in a line of the terminal that results go to; None where it is none."""
    from shutil import get_terminal_size

    return get_terminal_size().columns if sys.stdout.isatty() else None


def show_json(document: Mapping[str, Any]) -> None:
    """Print a document on stdout, its schema first."""
    import msgspec

    content = redact(msgspec.json.encode({"schema": 1, **document}, enc_hook=str).decode()).encode()
    if is_public():
        content = msgspec.json.encode(_public().reduce_document(msgspec.json.decode(content)))
    print(msgspec.json.format(content).decode())


def phrase(text: str) -> str:
    """Return a text as it may be printed here; "" where nothing of it may."""
    text = redact(text)
    if is_public():
        return _public().reduce(text)
    shown = _UNPRINTABLE.sub("�", text)
    return _COMMAND.sub("\\1\u2060\\2", shown) if is_workflow() else shown


def phrase_end(text: str, status: int) -> str:
    """Return the last words of a task that ended with `status`, as they may be printed here."""
    if not is_public():
        return phrase(text)
    told = " ".join(phrase(text).split("\n")).strip()
    return f"relauto: {told + ': ' if told else ''}ended with status {status}; {_SILENT}"


def show_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print the traceback of a bug on stderr, without secrets: what an error says may hold one."""
    told = "".join(traceback.format_exception(kind, error, trace))
    sys.stderr.write(redact(told))


def is_public() -> bool:
    """Return whether everybody may read what is printed, and it is about somebody."""
    return is_workflow() and not _invented and _is_readable(*map(os.environ.get, _TOLD))


_TOLD = ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN", "GH_TOKEN", "RELAUTO_TOKEN")


def about_nobody(task: Callable[_P, None]) -> Callable[_P, None]:
    """Let a task talk freely, for it tells of an invented company and of no customer."""

    @wraps(task)
    def run(*arguments: _P.args, **options: _P.kwargs) -> None:
        with invented():
            task(*arguments, **options)

    run.about_nobody = True  # type: ignore[attr-defined]  # functions may carry more
    return run


@contextmanager
def invented(tells: bool = True) -> Iterator[None]:
    """Let everything be said within, if it `tells` of nobody."""
    _invented.extend([True] * tells)
    try:
        yield
    finally:
        if tells:
            _invented.pop()


@cache
def _is_readable(api: str | None, repository: str | None, *tokens: str | None) -> bool:
    """Return whether a repository may be read by people who are not ours: yes, unless GitHub says no."""
    from relauto.authority import find_authority
    from relauto.clock import SystemClock
    from relauto.errors import RelautoError
    from relauto.github.client import Address, Client
    from relauto.github.repositories import read_repository
    from relauto.model.names import RepositoryName
    from relauto.settings.options import GitHub

    token = next((each for each in tokens if each), "")
    try:
        github = GitHub(api=api) if api else GitHub()
        where = Address(github.api, find_authority(github))
        with Client(where, RepositoryName(repository or ""), token, clock=SystemClock()) as client:
            return not read_repository(client).closed
    except RelautoError:
        return True


@cache
def _public() -> Public:
    from relauto.model.audience import Public
    from relauto.model.debt import LINE, MAIN
    from relauto.model.playbook import load_playbook

    return Public(frozenset({MAIN, LINE, *(step.key for step in load_playbook()[0].steps)}))
