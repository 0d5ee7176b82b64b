"""Words of other people, made harmless for the place they are shown in.

A commit's subject, a reason or a customer's words may hold mentions (`@login` pings), issue
references, links, HTML, terminal escapes, bidirectional controls, commands of GitHub Actions' log
(`::error::`, `##[group]`), task-list markers and relauto's own markers. None of them survives: the
text is shown, it does nothing. What was meant to be read stays readable.
"""

import re
import unicodedata
from urllib.parse import quote as percent_encode
from urllib.parse import urlsplit

BREAK = "\u200b"
"""A zero-width space: it separates what would otherwise be read together, and is not seen."""

MOST = 1000
"""Characters of one line of somebody's words that are shown; more are nobody's sentence."""

_ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]?")
_DROPPED = frozenset({"Cc", "Cf", "Cs", "Co"})
_READ_RAW = r"(?P<log>:)(?=:)|(?P<group>\#\#)(?=\[)|(?P<marker><)(?=[!/?a-zA-Z])"
_COMMAND = re.compile(_READ_RAW)
_SPLIT = re.compile(
    _READ_RAW + r"|(?P<mention>@)(?=\w)|(?P<reference>\#|GH-)(?=\d)"
    r"|(?P<scheme>:)(?=//)|(?P<mail>mailto:)|(?P<host>www)(?=\.)",
    re.IGNORECASE,
)
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OPENER = re.compile(r"^(?:(\d+)([.)])(?=\s|$)|([#+=:/-]))")


def plain(text: str) -> str:
    """Return `text` as one line without controls: for subjects and titles, which no one renders."""
    # Most texts are plain as they are: nothing that is printable is dropped, and blanks are the only space.
    if text.isprintable():
        return " ".join(text.split())
    spaced = "".join(" " if char.isspace() else char for char in _ANSI.sub("", text))
    shown = "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED)
    return " ".join(shown.split())


def shorten(text: str, most: int) -> str:
    """Return `text` as one line of at most `most` characters; an ellipsis stands for what is left out."""
    line = plain(text)
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def defuse(text: str) -> str:
    """Return `text` as one line in which nothing pings, links, or is taken for a command or marker.

    Of a line longer than `MOST` characters the beginning is shown.
    """
    return _SPLIT.sub(lambda found: found.group() + BREAK, shorten(text, MOST))


def inline(text: str) -> str:
    """Return `text` as one line of Markdown prose that shows exactly its words."""
    escaped = _SPECIAL.sub(lambda found: "\\" + found.group(), defuse(text))
    escaped = escaped.translate(_ENTITIES)
    return _OPENER.sub(lambda found: f"{found[1] or ''}\\{found[2] or found[3]}", escaped)


def code(text: str) -> str:
    """Return `text` as inline code, safe in a table's cell too; empty text becomes a dash.

    Mentions, references and links do nothing inside code, so ids and addresses stay copyable.
    """
    shown = _COMMAND.sub(lambda found: found.group() + BREAK, plain(text)).replace("|", "\\|")
    if not shown:
        return "-"
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown[0] == "`" or shown[-1] == "`" else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def quote(text: str) -> str:
    """Return `text` as a block quotation, its lines kept."""
    lines = [inline(line) for line in re.split(r"[\r\n\v\f\x85\u2028\u2029]+", text)]
    return "\n".join(f"> {line}" for line in lines if line) or "> (no words)"


def link(text: str, url: str) -> str:
    """Return a Markdown link for an address that GitHub gave; anything but http(s) is shown as code."""
    target = web_address(url)
    return f"[{inline(text)}]({target})" if target else code(text)


def web_address(url: str) -> str:
    """Return an http(s) address with everything encoded that could end it early, or "" if it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or plain(url) != url:
        return ""
    return percent_encode(url, safe="/:?#=&%+,;@!$~._-")


def is_clean(text: str) -> bool:
    """Tell whether every character of `text` is seen as it is: no controls but line feeds, no escapes."""
    return all(char == "\n" or unicodedata.category(char) not in _DROPPED for char in text)


def fence(text: str, info: str = "", indent: int = 0) -> str:
    """Return `text`, unchanged, as a fenced block; `indent` is in spaces. For commands to be copied.

    Raises:
        ValueError: the text has characters that are not seen, so it cannot be shown as it is.
    """
    if not is_clean(text):
        raise ValueError("it has characters that are not seen (controls or bidirectional marks)")
    return block(text, info, indent)


def reveal(text: str) -> str:
    """Return somebody's lines with everything in them seen, and nothing taken for a marker of ours."""
    shown = "".join(
        char if char in "\n\t" or unicodedata.category(char) not in _DROPPED else "\ufffd" for char in text
    )
    return _COMMAND.sub(lambda found: found.group() + BREAK, shown)


def listing(text: str, info: str = "") -> str:
    """Return somebody's lines as a fenced block, with everything in them seen."""
    return block(reveal(text), info)


def block(text: str, info: str = "", indent: int = 0) -> str:
    """Return a text that was rendered here, unchanged, as a fenced block."""
    bar = "`" * max(3, _longest_run(text) + 1)
    margin = " " * indent
    lines = [f"{bar}{info}", *text.rstrip("\n").split("\n"), bar]
    return "\n".join(margin + line if line else "" for line in lines)


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
