"""What relauto's own writes of a QA page took away from people who edited it in the same moment."""

from collections.abc import Sequence

from relauto.comms.qa_items import MACHINE, read_items, read_lines, replace_lines, tick_items
from relauto.comms.qa_ticks import Version, is_newest

_Lines = dict[str, str]


def mend(versions: Sequence[Version], body: str, own: str) -> str:
    """Return a page with what people changed at its items and a write of `own` undid; else as it is.

    A write undoes what came between the version that it was made from and itself. What was changed again
    since then stands as it is.

    Args:
        versions: those that the page had, the oldest first.
        body: the page now.
        own: relauto's login.
    """
    undone: _Lines = {}
    put_back: _Lines = {}
    for at, (editor, text) in enumerate(versions):
        if text is None:
            continue
        lines = _read(text)
        undone = {item: line for item, line in undone.items() if lines.get(item) == line}
        theirs = _find_undone(versions, at) if editor == own else None
        if theirs is not None:
            changed = {item: line for item, line in _read(theirs).items() if line != lines.get(item, line)}
            put_back |= changed
            undone |= {item: lines[item] for item in changed}
            if at == len(versions) - 1 and is_newest(text, body):
                # Nothing came after it, so that their page stands as a whole, with what machines say by now.
                return tick_items(theirs, _read_machines(body))
    now = _read(body)
    return replace_lines(
        body, {item: put_back[item] for item, line in undone.items() if now.get(item) == line}
    )


def _find_undone(versions: Sequence[Version], at: int) -> str | None:
    """Return the last page of others between the one that a write was made from and that write."""
    written, own = _read(versions[at][1] or ""), versions[at][0]
    for before in range(at - 1, -1, -1):
        text = versions[before][1]
        if text is not None and _read(text) == written:
            between = [text for editor, text in versions[before + 1 : at] if editor != own and text]
            return between[-1] if between else None
    return None


def _read(text: str) -> _Lines:
    return {item: line for item, line in read_lines(text).items() if not item.startswith(MACHINE)}


def _read_machines(text: str) -> dict[str, bool]:
    return {item: is_ticked for item, is_ticked in read_items(text).items() if item.startswith(MACHINE)}
