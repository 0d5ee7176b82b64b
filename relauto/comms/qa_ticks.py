"""Who ticked which box of a QA page, and who put a link there, told by the versions that its text had."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from relauto.comms.qa_evidence import list_linked
from relauto.comms.qa_items import read_items

T = TypeVar("T", bound=Hashable)

Version = tuple[str, str | None]
"""Who wrote a version of a page, and its text; None where that is not told any more."""

UNKNOWN = ""
"""Stands for a login that is not told."""


def trace_ticks(
    asked: str, versions: Sequence[Version], body: str, own: str | None = None
) -> Mapping[str, frozenset[str]]:
    """Return the ticked items of a page, each with the logins one of which ticked it.

    There are several where versions between are not told, `UNKNOWN` is among them where it may have been
    anybody, and there is none where the page was `asked` with that tick. What relauto undid and put back is
    of who did it first.

    Args:
        asked: the page as it was asked.
        versions: those that it had, the oldest first; none where there is no history.
        body: the page now.
        own: relauto's login.
    """
    return _trace(_list_ticked, asked, versions, body, own)


def trace_links(
    asked: str, versions: Sequence[Version], body: str, own: str | None = None
) -> Mapping[tuple[str, str], frozenset[str]]:
    """Return the links that people put at items, after the item's id, each with who did, as `trace_ticks`.

    They come as they stand on the page. One that replaces another is of who replaced it.
    """
    return _trace(lambda text: list_linked(asked, text), asked, versions, body, own)


def _list_ticked(text: str) -> Iterable[str]:
    return [item for item, is_ticked in read_items(text).items() if is_ticked]


def _trace(
    read: Callable[[str], Iterable[T]], asked: str, versions: Sequence[Version], body: str, own: str | None
) -> dict[T, frozenset[str]]:
    is_told = versions and is_newest(versions[-1][1], body)
    held = {each: frozenset[str]() for each in read(asked)}
    undone: dict[T, frozenset[str]] = {}
    editors: set[str] = set()
    for editor, text in versions if is_told else [(UNKNOWN, None)]:
        editors.add(editor)
        if text is None:
            continue
        is_own = editors == {own}
        before = undone | held if is_own else held
        now = {each: before.get(each, frozenset(editors)) for each in read(text)}
        gone = before if is_own else undone
        undone, held = {each: who for each, who in gone.items() if each not in now}, now
        editors.clear()
    return {each: held.get(each, frozenset(editors)) for each in read(body)}


def is_newest(version: str | None, body: str) -> bool:
    """Return whether a version is the page as it is: where the newest is not, the history lags behind."""
    return version is None or version.replace("\r\n", "\n") == body.replace("\r\n", "\n")
