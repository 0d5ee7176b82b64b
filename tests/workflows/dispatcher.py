"""What GitHub does between an event and a job: which workflows of which repository an event starts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from relauto.hub.records import Event as Happened
from tests.workflows.machine import Event, Job, Machine, read_workflow

_TARGETED = {"pull_request": "pull_request_target"}
"""Workflows see an event of this name under another, too."""


@dataclass
class Dispatcher:
    """The repositories with workflows: for each its machine, the folder of its workflows, and its secrets.

    `jobs` are all that were run, with the names of their workflows; `actor` is whom nothing is started for.
    """

    places: Mapping[str, tuple[Machine, Path, Mapping[str, str]]]
    jobs: list[tuple[str, Job]] = field(default_factory=list)

    def deliver(self, happened: list[Happened]) -> int:
        """Start what these events start; return how many jobs were run.

        Of runs that would wait for each other only the last is run, as GitHub cancels the others.
        """
        started: dict[tuple[str, ...], tuple[Machine, Path, Event, Mapping[str, str]]] = {}
        for each in happened:
            if each.repository is None or each.repository.lower() not in self.places:
                continue
            machine, folder, secrets = self.places[each.repository.lower()]
            for path, event in _find_workflows(folder, each.name, each.payload):
                key = (path.name, event.name, *_list_group(event))
                started.pop(key, None)
                started[key] = (machine, path, event, secrets)
        ran = [(path.name, job) for machine, path, event, secrets in started.values()
               for job in machine.start(path, event, secrets)]  # fmt: skip
        self.jobs += ran
        ended = {name for name, _ in ran if name == "relauto-notice.yml"}
        for repository, (machine, folder, secrets) in self.places.items():
            told = {"action": "completed", "repository": {"full_name": repository, "default_branch": "main"}}
            for path, event in _find_workflows(folder, "workflow_run", told) if ended else ():
                self.jobs += [(path.name, job) for job in machine.start(path, event, secrets)]
        return len(ran)


def _list_group(event: Event) -> Iterator[str]:
    """Yield what the concurrency groups of our workflows are made of."""
    for path in ("comment.id", "issue.number", "pull_request.number", "client_payload.id"):
        found: Any = event.payload
        for key in path.split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        yield str(found)


def _find_workflows(folder: Path, name: str, payload: Mapping[str, Any]) -> Iterator[tuple[Path, Event]]:
    for path in sorted(folder.glob("*.yml")):
        told = read_workflow(path)["on"]
        for known in {name, _TARGETED.get(name, name)} & told.keys():
            if _listens(told[known] or {}, payload):
                yield path, Event(known, payload)


def _listens(told: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
    if "tags" in told and not str(payload.get("ref", "")).startswith("refs/tags/"):
        return False
    return payload.get("action") in told["types"] if "types" in told else True
