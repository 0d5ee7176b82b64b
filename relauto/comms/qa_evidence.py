"""What counts as evidence on a QA page: a link at an item, or in a comment that names the item's id."""

import re
from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from relauto.comms.qa_items import read_blocks

_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`|]+")
_HIDDEN = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ID = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")


def list_linked(asked: str, page: str) -> tuple[tuple[str, str], ...]:
    """Return the links that a page holds at its items and was not `asked` with, each after its item's id."""
    known = {item: set(_LINK.findall(block)) for item, block in read_blocks(asked).items()}
    return tuple(
        (item, link)
        for item, block in read_blocks(page).items()
        for link in dict.fromkeys(_LINK.findall(block))
        if link not in known.get(item, ())
    )


def list_shown(comment: str, items: Iterable[str]) -> frozenset[str]:
    """Return those of the items, by id, that a comment names and holds evidence of.

    That is a link, as an attachment is one, or a block of output that was pasted. What is quoted or hidden
    names nothing and shows nothing.
    """
    names: set[str] = set()
    is_shown = False
    for token in _walk(MarkdownIt("commonmark").parse(comment)):
        content = _HIDDEN.sub("", token.content)
        is_pasted = token.type in ("fence", "code_block")
        addresses = str(token.attrs.get("href") or token.attrs.get("src") or "")
        is_shown |= bool(content.strip() if is_pasted else _LINK.search(f"{content} {addresses}"))
        if token.type in ("text", "code_inline"):
            names |= set(_ID.findall(content))
    return frozenset(names) & frozenset(items) if is_shown else frozenset()


def _walk(tokens: Iterable[Token]) -> Iterator[Token]:
    """Yield the tokens of a text and of its lines, without what is quoted."""
    quoted = 0
    for token in tokens:
        quoted += token.nesting if token.type.startswith("blockquote") else 0
        if not quoted:
            yield from token.children or [token]
