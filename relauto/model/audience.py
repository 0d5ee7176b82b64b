"""What may be said where everybody reads along.

A log of a public repository's workflow is a public text. What relauto has to say in one is made of
people's words, names and reasons, and no list of forbidden words is ever complete. So the rule is
the other way round: of what was to be said only words of a closed vocabulary remain: the keys of
the playbook's steps, their states, and the opaque ids of incidents.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from relauto.model.incident import StepState

WITHHELD = "withheld"
"""What stands for a value that the public may not read."""

_KEY = re.compile(r"(?<![\w.-])[a-z]+\.[a-z]+(?:-[a-z]+)*(?![\w-])")
_INCIDENT = re.compile(r"(?<![\w-])INC-[a-z0-9]{4,12}(?![\w-])")
# A state counts where relauto puts one: behind a place, in brackets, or as a row's first cell.
_STATE = re.compile(r"(?:: |\(|^\| \S )(?P<state>[a-z]+)(?=$| \(by others\)$|\)| \|)")
_NAME = re.compile(r"[a-z][a-z_-]*")


@dataclass(frozen=True)
class Public:
    """The public, which may read the step keys in `keys` and nothing that a person wrote."""

    keys: Collection[str]

    def reduce(self, text: str) -> str:
        """Return what of a text may be read, a line for each line that has anything; "" for none."""
        return "\n".join(line for line in map(self._reduce_line, text.splitlines()) if line)

    def reduce_document(self, value: Any) -> Any:
        """Return a JSON document of which numbers, truth values and known words remain."""
        if isinstance(value, Mapping):
            return {
                key: self.reduce_document(each)
                for key, each in value.items()
                if _NAME.fullmatch(key) or key in self.keys
            }
        if isinstance(value, list | tuple):
            return [self.reduce_document(each) for each in value]
        if isinstance(value, str):
            return self._reduce_word(value)
        return value if value is None or isinstance(value, int | float) else WITHHELD

    def _reduce_line(self, line: str) -> str:
        found = [each for each in _KEY.findall(line) if each in self.keys][:1]
        states = [each["state"] for each in _STATE.finditer(line) if each["state"] in list(StepState)][:1]
        ids = _INCIDENT.findall(line)[:1]
        if not found:
            return " ".join(ids)
        return " ".join([*ids, found[0] + (f": {states[0]}" if states else "")])

    def _reduce_word(self, word: str) -> str:
        if not word or word in list(StepState) or _INCIDENT.fullmatch(word):
            return word
        place = _KEY.match(word)
        return place[0] if place and place[0] in self.keys else WITHHELD
