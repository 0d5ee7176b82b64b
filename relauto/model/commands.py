"""What people write at the desk, in QA's issues and at pull requests: one command a line, all else is talk.

A line that comes near a command is told apart from talk, so that whoever wrote it can be told.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "approve",
    "accept",
    "tick",
    "skip",
    "reopen",
    "waive",
    "withdraw",
    "acknowledge",
    "fail",
    "qa",
    "pick",
    "advance",
    "status",
]

REQUESTS: frozenset[Verb] = frozenset({"pick", "advance", "status"})
"""What asks relauto to do or to tell something; the others decide."""

_FORMS: dict[Verb, re.Pattern[str]] = {
    "approve": re.compile(r"/approve +(?P<step>[a-z-]+\.[a-z-]+) +(?P<subject>[0-9a-f]{7,64})"),
    "accept": re.compile(
        r"/accept +(?:(?P<step>[a-z-]+\.[a-z-]+) +)?(?P<subject>[0-9a-f]{7,64})(?: +(?P<text>.+))?"
    ),
    "tick": re.compile(r"/tick +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "skip": re.compile(r"/skip +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "reopen": re.compile(r"/reopen +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "fail": re.compile(r"/fail +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "waive": re.compile(r"/waive +(?P<subject>[a-z.:-]+) +(?P<end>[0-9]\S*) +(?P<text>.+)"),
    "withdraw": re.compile(r"/withdraw +(?P<subject>\S+) +(?P<text>.+)"),
    "acknowledge": re.compile(r"/acknowledge +(?P<subject>[0-9a-f]{64})(?: +(?P<text>.+))?"),
    "qa": re.compile(r"/qa +(?P<step>pass|fail) +(?P<subject>\S+)(?: +(?P<text>.+))?"),
    "pick": re.compile(r"/pick +(?P<subject>\S+)"),
    "advance": re.compile(r"/advance"),
    "status": re.compile(r"/status"),
}
USAGE: dict[Verb, str] = {
    "approve": "/approve STEP SHA",
    "accept": "/accept SHA REASON",
    "tick": "/tick STEP EVIDENCE",
    "skip": "/skip STEP REASON",
    "reopen": "/reopen STEP REASON",
    "fail": "/fail STEP REASON",
    "waive": "/waive GATE UNTIL REASON",
    "withdraw": "/withdraw BRANCH REASON",
    "acknowledge": "/acknowledge SHA256 WORDS",
    "qa": "/qa pass TAG",
    "pick": "/pick LINE",
    "advance": "/advance",
    "status": "/status",
}
"""How each command is written, words in capitals to be replaced."""

_NEARLY = re.compile(r"/(?P<verb>[A-Za-z]+)(?=\s|$)(?P<rest>.*)")
_NEAR = 0.7
"""How like a command's name a word has to be, as difflib measures it: `/aprove` is, `/merge` is like none."""

_SHIELD = " \t>*+`-"
_UNFILLED = re.compile(r"(?:.*\s)?(?P<placeholder>EVIDENCE|REASON|WORDS|WHAT WAS DIFFERENT)")
"""A text that ends as relauto offers it: with what stands there for a person's own words."""

_FENCE = re.compile(r" {0,3}(?P<bar>`{3,}|~{3,})(?P<info>.*)")
_INDENTED = re.compile(r" {0,3}\t| {4}")


@dataclass(frozen=True)
class Command:
    """One command. For `qa`, `step` is the verdict (`pass` or `fail`) and `subject` the tag.

    For `waive`, `subject` is the gate and `end` until when; for `withdraw`, `subject` is the fix; for
    `pick` it is the line.
    """

    verb: Verb
    step: str = ""
    subject: str = ""
    text: str = ""
    end: str = ""


@dataclass(frozen=True)
class Malformed:
    """A line that was meant as a command of `verb` and is none; `words` is what follows its name.

    `shielded`: it is written as a command is, but GitHub shows it as a quote, as code or in a list.
    `unfilled` is the placeholder that it still ends with.
    """

    line: str
    verb: Verb
    words: tuple[str, ...]
    shielded: bool = False
    unfilled: str = ""


def parse_lines(comment: str) -> list[Command | Malformed]:
    """Return the commands of a comment and what comes near one, in order.

    What is quoted beside something of these is only quoted, and left out.
    """
    found: list[Command | Malformed] = []
    for line, plain in _visible_lines(comment):
        found.extend((_parse_line(line) or _parse_nearly(line)) if plain else ())
    return found or _find_shielded(comment)


def _parse_nearly(line: str) -> list[Malformed]:
    nearly = _NEARLY.fullmatch(line)
    near = difflib.get_close_matches(nearly["verb"].lower(), USAGE, 1, _NEAR) if nearly else []
    if nearly is None or not near:
        return []
    verb = next(known for known in USAGE if known == near[0])
    return [Malformed(line, verb, tuple(nearly["rest"].split()))]


def _find_shielded(comment: str) -> list[Command | Malformed]:
    bare = (line.lstrip(_SHIELD).rstrip("` ") for line, _ in _visible_lines(comment))
    return [
        Malformed(line, command.verb, tuple(line.split()[1:]), shielded=True)
        for line in bare
        for command in _parse_line(line)
        # What relauto offers is often quoted as it is, and means nothing.
        if isinstance(command, Command)
    ]


def parse_commands(comment: str) -> list[Command]:
    """Return the commands of a comment, in order.

    Only what GitHub shows as plain text counts: quoted lines, code and HTML comments hold none.
    """
    read = [found for line, plain in _visible_lines(comment) if plain for found in _parse_line(line)]
    return [found for found in read if isinstance(found, Command)]


def _visible_lines(comment: str) -> Iterator[tuple[str, bool]]:
    """Yield each line that is no HTML comment, and whether it may be more than code."""
    bar, hidden = "", False
    # Not splitlines: it also breaks where GitHub shows no line break.
    for line in comment.replace("\r\n", "\n").split("\n"):
        fence = _FENCE.fullmatch(line)
        if bar:
            if fence and fence["bar"].startswith(bar) and not fence["info"].strip():
                bar = ""
            else:
                yield line.strip(), False
        elif not hidden and fence:
            bar = fence["bar"]
        elif hidden or "<!--" in line:
            hidden = line.rfind("-->") < line.rfind("<!--") if "<!--" in line else "-->" not in line
        else:
            yield line.strip(), not _INDENTED.match(line)


def _parse_line(line: str) -> list[Command | Malformed]:
    for verb, form in _FORMS.items():
        matched = form.fullmatch(line)
        if matched:
            parts = {name: (value or "").strip() for name, value in matched.groupdict().items()}
            left = _UNFILLED.fullmatch(parts.get("text", ""))
            if left:
                return [Malformed(line, verb, tuple(line.split()[1:]), unfilled=left["placeholder"])]
            return [Command(verb, **parts)]
    return []
