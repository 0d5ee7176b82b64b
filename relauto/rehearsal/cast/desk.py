"""The desk issue: what relauto asks there, and what somebody has answered."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.errand import Errand

_BLOCK = re.compile(
    r"^(?P<marks>`{3,})(?P<info>[^\n`]*)\n(?P<code>.*?)^(?P=marks)`*[ \t]*$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class Asked:
    """One command that relauto asks for, and where: `texts` are the other blocks of the same comment."""

    issue: int
    words: tuple[str, ...]
    texts: tuple[str, ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What makes two commands the same: `/approve STEP WHAT`, `/accept COMMIT`, `/tick STEP`."""
        return command_key(self.words)

    def shows(self, digest: str) -> bool:
        """Tell whether the comment shows a text with this SHA-256, with or without its last line break."""
        return any(
            hashlib.sha256(shown.encode()).hexdigest() == digest
            for text in self.texts
            for shown in (text, text.removesuffix("\n"))
        )


def command_key(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a command without the free text at its end."""
    return words[:3] if words[:1] == ("/approve",) else words[:2]


def blocks(body: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a comment as (info string, content)."""
    text = body.replace("\r\n", "\n")
    return [(block["info"].strip(), block["code"]) for block in _BLOCK.finditer(text)]


def asked_commands(comments: list[Json], bot: str, login: str, issue: int) -> list[Asked]:
    """Return the commands that the bot asks for and that `login` has not answered since, oldest first."""
    asked: dict[tuple[str, ...], Asked] = {}
    for comment in comments:
        if comment["user"]["login"] == bot:
            found = blocks(comment["body"])
            texts = tuple(code for info, code in found if info != "relauto-command")
            lines = (line for info, code in found if info == "relauto-command" for line in code.splitlines())
            for words in (tuple(line.split()) for line in lines if line.startswith("/")):
                asked[command_key(words)] = Asked(issue, words, texts)
        elif comment["user"]["login"] == login:
            for line in comment["body"].splitlines():
                asked.pop(command_key(tuple(line.split())), None)
    return list(asked.values())


def read_desk(errand: Errand) -> Iterator[Asked]:
    """Yield what is asked on every open desk issue of the bot and not yet answered by this member.

    Raises:
        ApiError: the API refused.
    """
    for issue in errand.api.pages(f"repos/{errand.ops}/issues", labels="relauto-desk", state="open"):
        ours = issue["user"]["login"] == errand.bot and errand.incident in issue["title"]
        if ours and "pull_request" not in issue:
            address = f"repos/{errand.ops}/issues/{issue['number']}/comments"
            yield from asked_commands(
                list(errand.api.pages(address)), errand.bot, errand.login, issue["number"]
            )


def answer(errand: Errand, issue: int, *lines: str) -> str:
    """Answer on the desk with one comment of these lines; returns it.

    Raises:
        ApiError: the API refused.
    """
    said = "\n".join(lines)
    errand.api.post(f"repos/{errand.ops}/issues/{issue}/comments", {"body": said})
    return said
