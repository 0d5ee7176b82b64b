"""What people write at the desk issue and in QA's issues: one command a line, all else is talk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Verb = Literal[
    "approve", "accept", "tick", "skip", "reopen", "waive", "withdraw", "acknowledge", "fail", "qa"
]

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
}
_FENCE = re.compile(r" {0,3}(?P<bar>`{3,}|~{3,})(?P<info>.*)")
_INDENTED = re.compile(r" {0,3}\t| {4}")


@dataclass(frozen=True)
class Command:
    """One command. For `qa`, `step` is the verdict (`pass` or `fail`) and `subject` the tag.

    For `waive`, `subject` is the gate and `end` until when; for `withdraw`, `subject` is the fix.
    """

    verb: Verb
    step: str = ""
    subject: str = ""
    text: str = ""
    end: str = ""


def parse_commands(comment: str) -> list[Command]:
    """Return the commands of a comment, in order.

    Only what GitHub shows as plain text counts: quoted lines, code and HTML comments hold none.
    """
    return [command for line in _plain_lines(comment) for command in _parse_line(line)]


def _plain_lines(comment: str) -> Iterator[str]:
    bar, hidden = "", False
    # Not splitlines: it also breaks where GitHub shows no line break.
    for line in comment.replace("\r\n", "\n").split("\n"):
        fence = _FENCE.fullmatch(line)
        if bar:
            if fence and fence["bar"].startswith(bar) and not fence["info"].strip():
                bar = ""
        elif not hidden and fence:
            bar = fence["bar"]
        elif hidden or "<!--" in line:
            hidden = line.rfind("-->") < line.rfind("<!--") if "<!--" in line else "-->" not in line
        elif not _INDENTED.match(line):
            yield line.strip()


def _parse_line(line: str) -> list[Command]:
    for verb, form in _FORMS.items():
        matched = form.fullmatch(line)
        if matched:
            parts = {name: (value or "").strip() for name, value in matched.groupdict().items()}
            return [Command(verb, **parts)]
    return []
