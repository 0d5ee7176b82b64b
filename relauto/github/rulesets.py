"""Rulesets of a repository: made where none of that name is there, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from relauto.github.ensure import ensure

if TYPE_CHECKING:
    from relauto.github.client import Client


@dataclass(frozen=True)
class RulesetFacts:
    """A ruleset by its name, and whether it is in force: one may be disabled, or only be tried."""

    name: str
    active: bool


class _Listed(msgspec.Struct, frozen=True):
    name: str
    enforcement: str


def ensure_ruleset(client: Client, name: str, pattern: str, rules: Sequence[str]) -> RulesetFacts:
    """Return the repository's ruleset of that name; a new one puts `rules` on the refs that match `pattern`.

    (https://docs.github.com/en/rest/repos/rules#create-a-repository-ruleset)

    Args:
        client: of a token that may administrate the repository.
        pattern: as `refs/heads/incidents/**/*`.
        rules: types of rules without parameters, as `deletion`.

    Raises:
        ForbiddenError: the token may not, or GitHub gives rulesets to another plan alone.
        NotFoundError: the server knows no rulesets.
        UnknownOutcomeError: see `ensure`.
    """

    def look() -> RulesetFacts | None:
        found = client.read_all("rulesets", _Listed, includes_parents=False)
        return next((_tell(each) for each in found if each.name == name), None)

    def send() -> RulesetFacts:
        wanted = {
            "name": name,
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": [pattern], "exclude": []}},
            "rules": [{"type": rule} for rule in rules],
        }
        return _tell(client.write("POST", "rulesets", wanted, _Listed))

    return ensure(look, send)


def _tell(found: _Listed) -> RulesetFacts:
    return RulesetFacts(found.name, found.enforcement == "active")
