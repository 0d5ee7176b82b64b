"""What a rehearsal plays on: the product, who works on it, and how it is released."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from relauto.model.names import Branch, Commit, RepositoryName

OPS = RepositoryName("acme/ops")
QA = RepositoryName("acme/qa")
CHECK = "unit tests"

BOT = "relauto-bot"
PEOPLE = {
    "reviewer": "rae-reviewer",
    "ci": "ci-runner",
    "qa": "quinn-qa",
    "release-manager": "robin-rm",
    "customer": "tam-noor",
    "engineer": "dana-engineer",
    "second-manager": "sasha-rm",
}
"""The cast: login by part. The account manager speaks for the customer."""

LOGINS = (BOT, *PEOPLE.values())
"""Everybody who has an account: relauto's own, and the cast."""

ROSTER = """\
# Who may answer for what in this rehearsal.
[roles]
RM = ["robin-rm", "sasha-rm"]
QA = ["quinn-qa"]
TAM = ["tam-noor"]
DE = ["rae-reviewer", "dana-engineer"]

[deeds]
open = ["relauto-bot"]
"""


@dataclass(frozen=True)
class World:
    """A product as a rehearsal finds it.

    `fixes` are branches, tried one after the other; `line_head` is where the line stands at the start;
    `settings` is the project's relauto.toml without the address of GitHub; `check_command` is what CI
    runs, None where the history has nothing to run; `reference` is a clone whose objects are borrowed.
    """

    product: RepositoryName
    git_directory: Path
    main: Branch
    line: Branch
    line_head: Commit
    fixes: tuple[Branch, ...]
    base_tag: str
    installed: str
    settings: str
    instruction: str | None
    check_command: str | None
    build_command: str | None = None
    reference: Path | None = None

    def encode(self) -> bytes:
        """Return the world as JSON."""
        return msgspec.json.encode(self, enc_hook=str)

    @classmethod
    def decode(cls, content: bytes) -> "World":
        """Return the world that `encode` wrote."""
        return msgspec.json.decode(content, type=cls, dec_hook=lambda kind, value: kind(value))
