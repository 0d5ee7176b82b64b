"""QA's page as a person reads it: items with a box and an id, commands, and what is expected of them.

Whatever cannot be read with one meaning is refused: an item without id, an id twice, a command
without expectation, parts that GitHub would not show.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_ITEM = re.compile(r"- \[(?P<box>[ xX])\] (?P<text>.+?) ?<!-- relauto:qa:(?P<id>[a-z0-9.-]+) -->\s*")
_BOX = re.compile(r"\s*(?:[-*+]|\d+[.)]) \[[ xX]\]")
_FENCE = re.compile(r"(?P<indent> *)(?P<marks>`{3,}|~{3,})(?P<info>[^`]*)")
_EXPECTED = re.compile(
    r"exit status (?P<status>\d+)(?:; the output contains `(?P<output>[^`]+)`)?"
    r"(?:; within (?P<within>\d+(?:\.\d+)?) seconds?)?"
)
_ID = re.compile(r"(?:machine|old|new|regression|build|evidence)\.[a-z0-9][a-z0-9.-]*|sign-off")
_COMMENT = re.compile(r"<!--.*?-->")


class PageError(Exception):
    """The page does not have one clear meaning."""


@dataclass(frozen=True)
class Expected:
    """What a command must do."""

    status: int
    output: str = ""
    within: float | None = None


@dataclass(frozen=True)
class Item:
    """One item of the page; `command` and `expected` are both there or both not."""

    id: str
    text: str
    ticked: bool
    command: str = ""
    expected: Expected | None = None

    @property
    def kind(self) -> str:
        """What the id begins with, such as `old`, `new`, `build` or `sign-off`."""
        return self.id.partition(".")[0]


@dataclass(frozen=True)
class _Line:
    """A line of the page outside of fences, or a whole fenced block (`code` is then not None)."""

    text: str
    info: str = ""
    indent: int = 0
    code: str | None = None


def parse_page(body: str) -> list[Item]:
    """Return the items of a page in their order.

    Raises:
        PageError: a part has no clear meaning, or old, new or sign-off are missing.
    """
    items: list[Item] = []
    for line in _lines(body):
        if line.code is not None:
            _take_code(items, line)
        else:
            _take_text(items, line.text)
    _check_whole(items)
    return items


def prose(body: str) -> list[str]:
    """Return the lines of a page outside of code blocks.

    Raises:
        PageError: a code block is not closed.
    """
    return [line.text for line in _lines(body) if line.code is None]


def _lines(body: str) -> Iterator[_Line]:
    # Not splitlines: it also breaks where GitHub shows no line break (U+2028 and the like).
    lines = iter(body.replace("\r\n", "\n").split("\n"))
    for line in lines:
        fence = _FENCE.fullmatch(line)
        if fence is None:
            yield _Line(line)
            continue
        indent, marks = len(fence["indent"]), fence["marks"]
        code = []
        for inner in lines:
            if _closes(inner, marks):
                break
            code.append(inner[min(indent, len(inner) - len(inner.lstrip(" "))) :])
        else:
            raise PageError("a code block is not closed")
        yield _Line(line, fence["info"].strip(), indent, "\n".join(code))


def _closes(line: str, marks: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(marks) and set(stripped) == {marks[0]}


def _take_text(items: list[Item], text: str) -> None:
    found = _ITEM.fullmatch(text)
    if found:
        if not _ID.fullmatch(found["id"]):
            raise PageError(f"{found['id']!r} is no id of an item")
        items.append(Item(found["id"], found["text"], found["box"] != " "))
    elif _BOX.match(text):
        raise PageError(f"an item has no id: {text.strip()[:80]}")
    elif "<!--" in _COMMENT.sub("", text):
        raise PageError("a part of the page is hidden in a comment")
    elif text.startswith(" ") and text.strip().startswith("Expected:"):
        _take_expected(items, text.strip().removeprefix("Expected:").strip())


def _take_code(items: list[Item], block: _Line) -> None:
    if block.indent < 2 or not items or block.info != "sh":
        return
    if items[-1].command:
        raise PageError(f"{items[-1].id} has two commands")
    if not (block.code or "").strip():
        raise PageError(f"{items[-1].id} has an empty command")
    items[-1] = replace(items[-1], command=block.code or "")


def _take_expected(items: list[Item], text: str) -> None:
    found = _EXPECTED.fullmatch(text)
    if not items or items[-1].expected or not items[-1].command or not found:
        raise PageError(f"{items[-1].id if items else 'the head'} expects what cannot be checked: {text}")
    within = float(found["within"]) if found["within"] else None
    items[-1] = replace(items[-1], expected=Expected(int(found["status"]), found["output"] or "", within))


def _check_whole(items: list[Item]) -> None:
    ids = [item.id for item in items]
    for item in items:
        if ids.count(item.id) > 1:
            raise PageError(f"the id {item.id} is there twice")
        if bool(item.command) != bool(item.expected):
            raise PageError(f"{item.id} does not say what is expected")
        if item.kind in ("old", "new", "regression") and not item.command:
            raise PageError(f"{item.id} has no command")
    missing = {"old", "new", "sign-off"} - {item.kind for item in items}
    if missing:
        raise PageError(f"the page has no item of the kind {', '.join(sorted(missing))}")


def tick(body: str, ids: set[str]) -> str:
    """Return the page with the boxes of these items ticked and nothing else changed."""
    lines = body.split("\n")
    fence = ""
    for place, line in enumerate(lines):
        text = line.removesuffix("\r")
        if fence:
            fence = "" if _closes(text, fence) else fence
        elif opened := _FENCE.fullmatch(text):
            fence = opened["marks"]
        elif (found := _ITEM.fullmatch(text)) and found["id"] in ids:
            lines[place] = line.replace("- [ ]", "- [x]", 1)
    return "\n".join(lines)
