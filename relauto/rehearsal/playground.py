"""The sample product on a hub that stays: an engineer plays relauto's part from elsewhere, alone.

Everything lies below the hub's directory: repositories, the world as JSON, a token file for each
account. Whoever may read that directory can send the cast (`relauto cast ROOT`).
"""

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from relauto.authority import find_authority
from relauto.clock import SystemClock
from relauto.errors import InputError
from relauto.github.client import Address, Client
from relauto.hub.server import Hub
from relauto.hub.setup import find_token, keep_token
from relauto.model.names import RepositoryName
from relauto.rehearsal import stage, stockroom
from relauto.rehearsal.company import Company
from relauto.rehearsal.scenarios import SCENARIOS
from relauto.rehearsal.world import BOT, LOGINS, OPS, PEOPLE, QA, World
from relauto.settings.options import GitHub

_REPOSITORIES = (stockroom.PRODUCT, OPS, QA)


class _Served(msgspec.Struct, frozen=True):
    """Where the hub was served last."""

    api: str
    git: str


@dataclass(frozen=True)
class Playground:
    """The sample product in the directory of a hub that is not being served yet."""

    root: Path

    def build(self) -> World:
        """Put the sample on the hub, unless it is there, with its last release; return what it is about.

        Raises:
            InputError: the directory holds repositories of these names already.
        """
        world = self._read() or self._write()
        tokens = {login: keep_token(self.root, login) for login in LOGINS}
        with Hub(self.root) as hub:
            stage.admit(hub, world, tokens, ops=self._find(OPS), qa=self._find(QA))
            with Client(Address(hub.api), world.product, tokens[BOT], clock=SystemClock()) as client:
                stockroom.publish_base(client, world)
        return world

    def note_address(self, hub: Hub) -> None:
        """Keep where the hub is now, for `hire`."""
        self._served.write_bytes(msgspec.json.encode(_Served(hub.api, hub.address)))

    def hire(self, *, bases: tuple[str, ...] = ()) -> Company:
        """Return the cast of the sample, to be sent to where the hub was served last.

        Raises:
            InputError: there is no sample in the directory, or no certificates where some are named.
        """
        world = self._read()
        if world is None or not self._served.is_file():
            raise InputError(
                f"{self.root} is not the folder of a hub with the sample product",
                todo="start one with `relauto hub ROOT --sample`",
            )
        served = msgspec.json.decode(self._served.read_bytes(), type=_Served)
        tokens = {login: find_token(self.root, login).read_text("utf-8").strip() for login in LOGINS}
        authority = find_authority(GitHub(api=served.api, git=served.git))
        work = self.root / "cast"
        return Company(served.api, served.git, world, tokens, work, frozenset(), bases, authority=authority)

    @property
    def _served(self) -> Path:
        return self.root / "served.json"

    @property
    def _told(self) -> Path:
        return self.root / "sample.json"

    def _find(self, name: RepositoryName) -> Path:
        return self.root / "repositories" / f"{name}.git"

    def _read(self) -> World | None:
        if not self._told.is_file():
            return None
        # The directory may have been moved since.
        found = World.decode(self._told.read_bytes())
        return replace(found, git_directory=self._find(stockroom.PRODUCT))

    def _write(self) -> World:
        begun = self.root / "sample.begun"
        self.root.mkdir(parents=True, exist_ok=True)
        if begun.exists():
            for name in _REPOSITORIES:
                shutil.rmtree(self._find(name), ignore_errors=True)
        elif any(self._find(name).exists() for name in _REPOSITORIES):
            raise InputError(
                f"{self.root} has repositories called {', '.join(_REPOSITORIES)}", todo="name an empty folder"
            )
        begun.touch()
        world = stockroom.make_stockroom(self._find(stockroom.PRODUCT), SCENARIOS["happy"])
        stage.make_offices(world, ops=self._find(OPS), qa=self._find(QA))
        new = self._told.with_suffix(".new")
        new.write_bytes(world.encode())
        new.replace(self._told)
        return world


def explain(root: Path, hub: Hub, world: World) -> str:
    """Return how the sample is played, for whoever reads stderr."""
    keys = {login: find_token(root, login) for login in LOGINS}
    began = datetime.now(UTC) - timedelta(minutes=45)
    return f"""
In a folder of your own, write relauto.toml:

  repositories = {{source = "{world.product}", ops = "{OPS}", qa = "{QA}"}}
  github = {{api = "{hub.api}", git = "{hub.address}"}}

and play relauto's part:

  export RELAUTO_TOKEN=$(cat {keys[BOT]})
  relauto open --customer heron --version {world.installed} --started-at {began:%Y-%m-%dT%H:%MZ} \\
    --line {world.line} --fix {world.fixes[0]}
  relauto advance

The others are played by themselves, each time with what is theirs at that moment:

  relauto cast {root}

or by you, with a token of theirs ({keys[PEOPLE["release-manager"]]} approves)."""
