"""The sample product on a hub, and a machine that runs workflows in its operations repository."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from relauto.git.commit import Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.hub.server import Hub
from relauto.hub.setup import find_token
from relauto.model.names import Branch, Commit
from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.company import Company
from relauto.rehearsal.playground import Playground
from relauto.rehearsal.stockroom import PRODUCT
from relauto.rehearsal.world import BOT, OPS, QA, ROSTER, World
from relauto.skeleton.answers import Answers
from relauto.skeleton.drafts import Part, draft_files
from relauto.skeleton.folder import write_texts
from tests.processes import Desk
from tests.workflows.machine import Event, Job, Machine

MAIN = Branch("main")
APP, APP_TOKEN = "Iv1.relay", "token-of-the-relay"
OPEN = {
    "task": "open",
    "customer": "heron",
    "version": "1.4.2",
    "started-at": "2026-03-01T02:10Z",
    "line": "release-1.4",
    "fix": "fix/orders-page-boundary",
}
MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
PIN = f"acme/relauto@{'1' * 40}"
ANSWERS = Answers(source=str(PRODUCT), ops=str(OPS), qa=str(QA), workflows=PIN)
STRICT = ROSTER.partition("[deeds]")[0]
"""The roster without relauto itself: a bot opens nothing."""

CUSTOMERS = '[customers.heron]\nnames = ["Heron Foods GmbH"]\n'


@dataclass
class Stage:
    """The sample's hub while it is served, its cast, and the machine of the operations repository."""

    root: Path
    hub: Hub
    world: World
    cast: Company
    machine: Machine

    def token(self, login: str = BOT) -> str:
        return find_token(self.root, login).read_text().strip()

    def start(self, name: str, event: Event, secrets: dict[str, str] | None = None) -> list[Job]:
        """Run one of the workflows that `init` writes, as an event of ops starts it."""
        told = {"RELAUTO_TOKEN": self.token()} if secrets is None else secrets
        return self.machine.start(self.folder / f"relauto-{name}.yml", event, told)

    def dispatch(self, inputs: dict[str, Any], by: str = "robin-rm", **secrets: str) -> Job:
        """Start `relauto-hotfix.yml` by hand, as somebody does on the Actions page."""
        told = {key: str(value).lower() if value is True else value for key, value in inputs.items()}
        asked = {"ref": "main", "inputs": told, "return_run_details": True}
        api = Api(self.hub.api, self.token(by))
        made = api.post(f"repos/{OPS}/actions/workflows/relauto-hotfix.yml/dispatches", asked)
        event = Event("workflow_dispatch", {"inputs": told}, by, made["workflow_run_id"])
        [job] = self.start("hotfix", event, secrets or None)
        return job

    def open(self) -> None:
        """Open the incident of the sample from a machine of robin's, so that nothing has happened since."""
        desk = Desk(
            self.root.parent / "desk", self.root.parent / "home", {"RELAUTO_TOKEN": self.token("robin-rm")}
        )
        desk.folder.mkdir()
        address = f'github = {{api = "{self.hub.api}", git = "{self.hub.address}"}}\n'
        (desk.folder / "relauto.toml").write_text(address + self.world.settings)
        ended = desk.run("open", *(f"--{key}={value}" for key, value in OPEN.items() if key != "task"))
        assert ended.status == 0, ended.err

    @property
    def folder(self) -> Path:
        return self.root.parent / "written" / ".github" / "workflows"

    def list_incidents(self) -> list[str]:
        with Repository.open(self.machine.git) as repository:
            return sorted(ref.rpartition("/")[2] for ref in repository.refs("refs/heads/incidents/"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with set_stage(tmp_path) as made:
        yield made


@contextmanager
def set_stage(folder: Path, port: int = 0) -> Iterator[Stage]:
    """Lend a stage of its own below a folder, on a port of its own or the one that is given."""
    root = folder / "hub"
    playground = Playground(root)
    world = playground.build()
    ops = root / "repositories" / f"{OPS}.git"
    with Hub(root, port=port) as hub:
        playground.note_address(hub)
        address = f'github = {{api = "{hub.api}", git = "{hub.address}"}}\n'
        settings = {
            "relauto.toml": address + world.settings,
            "customers.toml": CUSTOMERS,
            "roster.toml": STRICT,
        }
        written = {path: text for path, text in draft_files(ANSWERS).items() if path.endswith(".yml")}
        write_files(ops, settings | written)
        write_texts(folder / "written", written)
        machine = Machine(folder / "machine", str(OPS), ops, hub.api)
        yield Stage(root, hub, world, playground.hire(), machine)


def write_files(git: Path, files: dict[str, str]) -> None:
    """Commit files to main, as somebody does on GitHub's pages."""
    author = Signature("Robin", "robin@acme.example", MOMENT)
    with Repository.open(git) as repository:
        head = Commit(repository.refs(MAIN.ref)[MAIN.ref])
        content = {path: text.encode() for path, text in files.items()}
        tree = repository.write_files(repository.commit_object(head).tree, content)
        commit = repository.write_commit(tree, [head], "Change settings\n", author, author)
        repository.update_refs([RefUpdate(MAIN.ref, head, commit)])


@dataclass
class Relay:
    """A product's, or QA's, repository with the relay that `init --relay` writes."""

    machine: Machine
    folder: Path

    def start(self, event: Event, name: str = "relay") -> list[Job]:
        return self.machine.start(self.folder / f"relauto-{name}.yml", event, {"RELAUTO_APP_KEY": "PEM"})


def make_relay(stage: Stage, repository: str, part: Part) -> Relay:
    folder = stage.root.parent / part
    write_texts(folder, draft_files(ANSWERS, part))
    machine = replace(
        stage.machine,
        folder=stage.root.parent / f"machine-{part}",
        repository=repository,
        git=stage.root / "repositories" / f"{repository}.git",
        tokens={APP: APP_TOKEN},
        variables={"RELAUTO_RELAY_APP": APP, "RELAUTO_OPS_OWNER": "acme", "RELAUTO_OPS_NAME": "ops"},
        minted=[],
    )
    return Relay(machine, folder / ".github" / "workflows")


@pytest.fixture
def relay(stage: Stage) -> Relay:
    return admit_relay(stage)


def admit_relay(stage: Stage) -> Relay:
    """Return the relay of the product, whose App may write contents of ops and nothing else anywhere."""
    stage.hub.add_token(
        "relauto-relay[bot]",
        token=APP_TOKEN,
        kind="app",
        repositories=[OPS],
        permissions={"contents": "write"},
    )
    return make_relay(stage, str(PRODUCT), "source")
