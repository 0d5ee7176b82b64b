"""Who ticked which box of a QA page, told by the versions that its text had."""

from collections.abc import Mapping, Sequence

from relauto.comms.qa_items import read_items

Version = tuple[str, str | None]
"""Who wrote a version of a page, and its text; None where that is not told any more."""


def trace_ticks(asked: str, versions: Sequence[Version], body: str) -> Mapping[str, frozenset[str]]:
    """Return the ticked items of a page, each with the logins one of which ticked it.

    There are several where versions between are not told, and none where it is not known, or where the page
    was `asked` with that tick.

    Args:
        asked: the page as it was asked.
        versions: those that it had, the oldest first; none where there is no history.
        body: the page now.
    """
    told = versions if versions and _may_be(versions[-1][1], body) else ()
    ticked = {item: frozenset[str]() for item, is_ticked in read_items(asked).items() if is_ticked}
    editors: set[str] = set()
    for editor, text in told:
        editors.add(editor)
        if text is not None:
            ticked = _carry(ticked, text, frozenset(editors))
            editors.clear()
    return _carry(ticked, body, frozenset(editors))


def _carry(
    ticked: Mapping[str, frozenset[str]], text: str, editors: frozenset[str]
) -> dict[str, frozenset[str]]:
    return {item: ticked.get(item, editors) for item, is_ticked in read_items(text).items() if is_ticked}


def _may_be(version: str | None, body: str) -> bool:
    """Return whether the newest version is the page as it is: else the history lags behind."""
    return version is None or version.replace("\r\n", "\n") == body.replace("\r\n", "\n")
