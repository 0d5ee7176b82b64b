"""What QA is asked to do: written by a person, checked when it is read.

The document is YAML. `{build}` in a command becomes the folder of the build it is run on (`old`
or `candidate`), `{old}` and `{candidate}` become the two tags.
"""

from typing import Annotated, Literal

import msgspec
import yaml

from relauto.errors import FaultsError

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a command must do: its exit status, a text in its output, seconds at most."""

    status: int = 0
    output: str | None = None
    within: float | None = None


class QaStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do. `before` is what the old build does where it shows the defect.

    `paths` are globs of what it rests on in the product, where `*` stands for `/`, too: what QA saw of it on
    a candidate still stands on the next one when nothing there has changed. Without them it never does.
    With `evidence` a tick is not enough: what was seen has to be attached.
    """

    id: Id
    do: Line
    run: str
    expect: Outcome
    before: Outcome | None = None
    paths: tuple[Line, ...] = ()
    evidence: bool = False


class TestServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The server to verify on."""

    edition: str = "as the customer runs it"
    database: str = "none"
    replicas: int = 1
    configuration: dict[str, str] = {}


class QaInstruction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything QA needs besides the build itself."""

    summary: Line
    steps: Annotated[tuple[QaStep, ...], msgspec.Meta(min_length=1)]
    environment: TestServer = TestServer()
    regression: tuple[QaStep, ...] = ()
    evidence: tuple[Line, ...] = ()


Audience = Literal["pr", "pick", "candidate", "staging", "production"]


def parse_instruction(text: str, source: str) -> QaInstruction:
    """Return the instruction written in `text`; `source` names it in messages.

    Raises:
        FaultsError: it is no YAML, has unknown keys or values of the wrong shape, repeats an id,
            or no step says what the old build does.
    """
    try:
        instruction = msgspec.convert(yaml.safe_load(text), QaInstruction)
    except yaml.YAMLError as error:
        raise FaultsError(f"QA instruction {source}", [f"not YAML: {error}"]) from error
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # YAML can write half a character
        raise FaultsError(f"QA instruction {source}", [str(error)]) from error
    ids = [step.id for step in (*instruction.steps, *instruction.regression)]
    faults = [f"the id {id_!r} is used twice" for id_ in sorted({id_ for id_ in ids if ids.count(id_) > 1})]
    if not any(step.before for step in instruction.steps):
        faults.append("no step has `before`: how the defect shows on the old build must be said")
    if faults:
        raise FaultsError(f"QA instruction {source}", faults)
    return instruction
