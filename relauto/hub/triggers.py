"""What a workflow file says about being dispatched: its name, its inputs, how its runs are called.

Of GitHub's expressions a run's name may hold `inputs.NAME`, `github.event.inputs.NAME`,
`github.ref_name`, `github.actor` and `github.sha`; any other stands for nothing, as an unset one does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from relauto.hub.bare import Bare
from relauto.hub.place import ApiError

_EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@dataclass(frozen=True)
class Trigger:
    """A workflow's `on.workflow_dispatch`. `defaults` has a value for each input that needs none given."""

    name: str
    run_name: str | None
    inputs: tuple[str, ...]
    required: tuple[str, ...]
    defaults: Mapping[str, str]

    def fill(self, given: Mapping[str, str]) -> dict[str, str]:
        """Return the inputs of a run.

        Raises:
            ApiError: 422, one is not declared, or a required one lacks.
        """
        unexpected = sorted(given.keys() - set(self.inputs))
        if unexpected:
            raise ApiError(422, f"Unexpected inputs provided: {unexpected}")
        for name in self.required:
            if name not in given and name not in self.defaults:
                raise ApiError(422, f"Required input '{name}' not provided")
        return {**self.defaults, **given}

    def title(self, inputs: Mapping[str, str], context: Mapping[str, str]) -> str:
        """Return what a run is called: by `run-name`, else as its workflow."""

        def expand(found: re.Match[str]) -> str:
            of, _, name = found[1].removeprefix("github.event.").partition(".")
            return (inputs if of == "inputs" else context if of == "github" else {}).get(name, "")

        return _EXPRESSION.sub(expand, self.run_name) if self.run_name else self.name


def read_trigger(bare: Bare, commit: str, path: str) -> Trigger:
    """Return how the workflow at `path` of a commit is dispatched.

    Raises:
        ApiError: 422, it is not there, or cannot be dispatched.
    """
    refused = ApiError(422, "Workflow does not have 'workflow_dispatch' trigger")
    listed = bare.git.ask("ls-tree", "--object-only", commit, path)
    item = bare.objects([listed.text])[0] if listed.text else None
    if item is None:
        raise refused
    try:
        document = yaml.safe_load(item[2])
    except yaml.YAMLError as error:
        raise refused from error
    # YAML 1.1 reads the key `on` as true.
    events = document.get(True, document.get("on")) if isinstance(document, dict) else None
    named = [events] if isinstance(events, str) else events or ()
    if "workflow_dispatch" not in named:
        raise refused
    dispatch = events["workflow_dispatch"] if isinstance(events, dict) else None
    inputs: dict[str, Any] = (dispatch or {}).get("inputs") or {}
    told = {name: each or {} for name, each in inputs.items()}
    return Trigger(
        name=str(document.get("name") or path),
        run_name=document.get("run-name"),
        inputs=tuple(told),
        required=tuple(name for name, each in told.items() if each.get("required")),
        defaults={name: str(each["default"]) for name, each in told.items() if "default" in each},
    )
