"""The items of a QA page: how one is written, and how a page is read back.

An item is a task-list line with a stable id in a comment at its end, then, indented by two spaces,
a fenced block with its commands and a line `Expected: …` if it has commands. One that needs evidence shows
its id in bold before the comment, which no words of people can write.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from relauto.comms import neutral
from relauto.comms.rendering import Markdown
from relauto.comms.wording import format_seconds
from relauto.errors import InputError
from relauto.model.qa import Outcome

MACHINE = "machine."
"""What the ids of items begin with that relauto ticks and nobody else."""

CHECKS = f"{MACHINE}checks"
"""The item that says what CI says."""

# People write behind the comment, which they do not see where the page is shown.
_ITEM = re.compile(r"- \[(?P<mark>[ xX])\] .*<!-- relauto:qa:(?P<id>[a-z0-9.-]+) -->(?P<after>.*)")
_FENCE = re.compile(r"\s*(?P<bar>`{3,}|~{3,})(?P<info>.*)")


@dataclass(frozen=True)
class QaItem:
    """One thing to do or to see, with the command that does it, and what the command must do.

    `evidence`: its tick needs something that shows it. `proof` is the address of what a machine saw.
    """

    id: str
    do: str
    command: str | None = None
    expect: Outcome | None = None
    evidence: bool = False
    proof: str = ""


def format_outcome(expect: Outcome) -> str:
    """Return the words of an `Expected:` line.

    Raises:
        InputError: the expected output cannot be shown as inline code without being changed.
    """
    parts = [f"exit status {expect.status}"]
    if expect.output is not None:
        if not expect.output or set("`\n") & set(expect.output) or not neutral.is_clean(expect.output):
            raise InputError(
                f"the expected output {expect.output!r} of a QA step cannot be shown as it is",
                todo="expect a part of one line, without backticks and control characters",
            )
        parts.append(f"the output contains `{expect.output}`")
    if expect.within is not None:
        parts.append(f"within {format_seconds(expect.within)} seconds")
    return "; ".join(parts)


def format_item(item: QaItem, *, ticked: bool = False) -> Markdown:
    """Return an item as it stands on the page.

    Raises:
        InputError: its command holds characters that cannot be seen, or its expected output is not
            showable.
    """
    shown = [neutral.inline(item.do)]
    shown += [neutral.link("(see)", item.proof)] if item.proof else []
    shown += [_mark_needing(item.id)] if item.evidence else []
    line = f"- [{'x' if ticked else ' '}] {' '.join(shown)} <!-- relauto:qa:{item.id} -->"
    if item.command is None or item.expect is None:
        return Markdown(line)
    try:
        block = neutral.fence(item.command, "sh", 2)
    except ValueError as error:
        raise InputError(
            f"the command of QA step {item.id} cannot be shown as it is: {error}",
            todo="write it without them",
        ) from error
    return Markdown(f"{line}\n\n{block}\n  Expected: {format_outcome(item.expect)}\n")


def _mark_needing(item: str) -> str:
    return f"**(evidence: `{item}`)**"


def list_needing(markdown: str) -> tuple[str, ...]:
    """Return the items of a page that need evidence, by id, in their order."""
    found = (found for _, found in _walk(markdown) if found)
    return tuple(dict.fromkeys(one["id"] for one in found if _mark_needing(one["id"]) in one[0]))


def read_items(markdown: str) -> dict[str, bool]:
    """Return the page's items by id, in their order, and whether each is ticked.

    What stands in fenced blocks is no item. An id that occurs twice counts as ticked only if every
    occurrence is.
    """
    items: dict[str, bool] = {}
    for _, found in _walk(markdown):
        if found:
            items[found["id"]] = found["mark"] != " " and items.get(found["id"], True)
    return items


def read_blocks(markdown: str) -> dict[str, str]:
    """Return what stands on a page about each item, by id: its line without the box, command and outcome."""
    blocks: dict[str, list[str]] = {}
    here: list[str] = []
    for line, found in _walk(markdown):
        if found:
            here = blocks.setdefault(found["id"], [])
            here.append(line.partition("] ")[2])
        elif line.startswith("  "):
            here.append(line)
        elif line:
            here = []
    return {id_: "\n".join(lines) for id_, lines in blocks.items()}


def read_lines(markdown: str) -> dict[str, str]:
    """Return the lines of the items of a page, by id, with their boxes, without a line end."""
    return {found["id"]: found[0] for _, found in _walk(markdown) if found}


def replace_lines(markdown: str, lines: Mapping[str, str]) -> str:
    """Return a page with other lines for some items, by id, and nothing else changed."""

    def write(line: str, found: re.Match[str] | None) -> str:
        wanted = lines.get(found["id"]) if found else None
        return line if found is None or wanted is None else wanted + line[len(found[0]) :]

    return "\n".join(write(line, found) for line, found in _walk(markdown))


def tick_items(markdown: str, ticks: Mapping[str, bool]) -> str:
    """Return a page with some items, by id, ticked or not, and nothing else changed."""

    def set_mark(line: str, found: re.Match[str] | None) -> str:
        wanted = ticks.get(found["id"]) if found else None
        if found is None or wanted is None or wanted == (found["mark"] != " "):
            return line
        return f"{line[: found.start('mark')]}{'x' if wanted else ' '}{line[found.end('mark') :]}"

    return "\n".join(set_mark(line, found) for line, found in _walk(markdown))


def strip_marks(markdown: str, show: Callable[[str, bool], str]) -> str:
    """Return a page whose items have for box and id what `show` makes of id and whether it is ticked."""

    def write(line: str, found: re.Match[str] | None) -> str:
        if found is None:
            return line
        text, _, _ = line[found.end("mark") + 2 : found.start("after")].rpartition("<!--")
        return f"- {show(found['id'], found['mark'] != ' ')} {text.strip()}{found['after'].rstrip()}"

    return "\n".join(write(line, found) for line, found in _walk(markdown))


def _walk(markdown: str) -> Iterator[tuple[str, re.Match[str] | None]]:
    """Yield every line, with the match of one that is an item."""
    bar = ""
    # Not splitlines: it also breaks where GitHub shows no line break.
    for line in markdown.split("\n"):
        plain = line.removesuffix("\r")
        fence = _FENCE.fullmatch(plain)
        found = None
        if fence and not bar:
            bar = fence["bar"]
        elif fence and fence["bar"].startswith(bar) and not fence["info"].strip():
            bar = ""
        elif not bar:
            found = _ITEM.fullmatch(plain)
        yield line, found
