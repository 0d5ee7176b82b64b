"""What a rehearsal is asked to do."""

from typing import Literal

import msgspec

Scenario = Literal["happy", "qa-fails-first", "conflict"]

SCENARIOS: dict[str, str] = {
    "happy": "one fix, one candidate, one release",
    "qa-fails-first": "QA refuses the first candidate; a second fix follows; the second candidate ships",
    "conflict": "the pick conflicts with the line: relauto stops and says where",
}
"""Every scenario with what it shows."""


class Options(msgspec.Struct, frozen=True):
    """One rehearsal. `repository` is the absolute path of a clone, None for the sample product.

    `absent` are members of the cast who stay away, to see where relauto stops without them.
    """

    repository: str | None = None
    fix: str | None = None
    line: str | None = None
    main: str | None = None
    at: str | None = None
    base: Literal["tip", "tag"] = "tip"
    version: str | None = None
    build: Literal["default", "none"] = "default"
    scenario: str = "happy"
    absent: tuple[str, ...] = ()
