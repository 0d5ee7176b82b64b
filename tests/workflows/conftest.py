"""The sample product on a hub, and a machine that runs workflows in its operations repository."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relauto.git.commit import Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.hub.server import Hub
from relauto.hub.setup import find_token
from relauto.model.names import Branch, Commit
from relauto.rehearsal.company import Company
from relauto.rehearsal.playground import Playground
from relauto.rehearsal.world import BOT, OPS, World
from tests.workflows.machine import Machine

MAIN = Branch("main")
MOMENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
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

    def list_incidents(self) -> list[str]:
        with Repository.open(self.machine.git) as repository:
            return sorted(ref.rpartition("/")[2] for ref in repository.refs("refs/heads/incidents/"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    root = tmp_path / "hub"
    playground = Playground(root)
    world = playground.build()
    ops = root / "repositories" / f"{OPS}.git"
    with Hub(root) as hub:
        playground.note_address(hub)
        address = f'github = {{api = "{hub.api}", git = "{hub.address}"}}\n'
        write_files(ops, {"relauto.toml": address + world.settings, "customers.toml": CUSTOMERS})
        machine = Machine(tmp_path / "machine", str(OPS), ops, hub.api)
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
