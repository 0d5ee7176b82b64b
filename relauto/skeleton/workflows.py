"""The workflows that an adopter begins with: which of relauto's they call, and what they are told."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Self

import yaml

from relauto.comms.rendering import Markdown
from relauto.errors import FaultsError, InputError
from relauto.model.names import Commit, RepositoryName

FOLDER = ".github/workflows/"
NOTICE = "relauto notice"
"""The name of the workflow in the product's repository whose end the relay listens to."""


@dataclass(frozen=True)
class Pin:
    """Where relauto's own workflows are, and at which commit."""

    repository: str
    commit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the pin in a text such as `acme/relauto@0123…`.

        Raises:
            InputError: it has another form.
        """
        name, _, commit = text.partition("@")
        try:
            return cls(Markdown(RepositoryName(name)), Markdown(Commit(commit)))
        except InputError as error:
            raise InputError(
                f"--workflows cannot be {text!r}",
                todo="write OWNER/NAME@COMMIT: where relauto is, and the full id of the commit to run",
            ) from error


def tell_workflows(pin: Pin, part: str, named: dict[str, str | None], ci: tuple[str, ...]) -> dict[str, Any]:
    """Return what the templates are told.

    Args:
        pin: which workflows are called.
        part: `ops`, or where a relay is: `source` or `qa`.
        named: the repositories (`owner/name`) by part.
        ci: names of the workflows whose end the relay tells of.
    """
    names = [str(each).partition("/")[2] for each in named.values() if each]
    return {
        "workflows": pin,
        "part": part,
        "repositories": [Markdown(each) for each in dict.fromkeys(names)],
        "mirror": Markdown(str(named["source"]).partition("/")[2]),
        "minutes": Markdown(choose_minutes(named["ops"] or "")),
        "ci": Markdown(json.dumps([*ci, NOTICE])),
    }


def choose_minutes(repository: str) -> str:
    """Return the four minutes of the hour at which a repository's clock runs; none is a round one."""
    first = 1 + hashlib.sha256(repository.encode()).digest()[0] % 14
    return ",".join(str(first + quarter) for quarter in (0, 15, 30, 45))


def parse_workflow(text: str, name: str) -> dict[str, Any]:
    """Return a workflow, read as far as a merge can break it.

    Raises:
        FaultsError: it is no YAML, or no workflow.
    """
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise FaultsError(name, [f"not YAML: {' '.join(str(error).split())}"]) from error
    # YAML 1.1 reads the key `on` as a truth.
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("jobs"), dict)
        or not ({"on", True} & told.keys())
    ):
        raise FaultsError(name, ["no workflow: `on` and `jobs` are expected"])
    return told
