"""What people write at the desk issue and in QA's issues: one command a line, all else is talk."""

import re
from dataclasses import dataclass
from typing import Literal

Verb = Literal["approve", "accept", "tick", "skip", "reopen", "acknowledge", "qa"]

_FORMS: dict[Verb, re.Pattern[str]] = {
    "approve": re.compile(r"/approve +(?P<step>[a-z-]+\.[a-z-]+) +(?P<subject>[0-9a-f]{7,64})"),
    "accept": re.compile(r"/accept +(?P<subject>[0-9a-f]{7,40})(?: +(?P<text>.+))?"),
    "tick": re.compile(r"/tick +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "skip": re.compile(r"/skip +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "reopen": re.compile(r"/reopen +(?P<step>[a-z-]+\.[a-z-]+) +(?P<text>.+)"),
    "acknowledge": re.compile(r"/acknowledge +(?P<subject>[0-9a-f]{64})(?: +(?P<text>.+))?"),
    "qa": re.compile(r"/qa +(?P<step>pass|fail) +(?P<subject>\S+)(?: +(?P<text>.+))?"),
}


@dataclass(frozen=True)
class Command:
    """One command. For `qa`, `step` is the verdict (`pass` or `fail`) and `subject` the tag."""

    verb: Verb
    step: str = ""
    subject: str = ""
    text: str = ""


def parse_commands(comment: str) -> list[Command]:
    """Return the commands of a comment, in order. Quoted lines and fenced blocks hold none."""
    commands: list[Command] = []
    fenced = False
    for line in comment.splitlines():
        text = line.strip()
        if text.startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced:
            commands.extend(_parse_line(text))
    return commands


def _parse_line(line: str) -> list[Command]:
    for verb, form in _FORMS.items():
        matched = form.fullmatch(line)
        if matched:
            parts = {name: (value or "").strip() for name, value in matched.groupdict().items()}
            return [Command(verb, **parts)]
    return []
