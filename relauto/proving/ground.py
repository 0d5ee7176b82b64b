"""The ground that a matrix is played on: a rehearsal's folder that is kept, and restored as often as needed.

It is always played at the same place and on the same port: paths and addresses are on record in what is
kept. What is kept has its objects packed and is linked, not copied, where git never writes twice.
"""

import json
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from msgspec import structs

from relauto.clock import Clock, ManualClock
from relauto.git.runner import Git
from relauto.git.signer import Signing
from relauto.hub.server import Hub
from relauto.opening import Request
from relauto.rehearsal import stage, stockroom
from relauto.rehearsal.company import Company
from relauto.rehearsal.folder import Folder, Record
from relauto.rehearsal.options import Options
from relauto.rehearsal.world import BOT, World
from relauto.session import TIMEOUTS, Session, Timeouts, Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

INCIDENT = "INC-pr5f"


@dataclass(eq=False)
class Ground:
    """The sample product's world under a folder `root`, served on one port for as long as this is open.

    Attributes:
        root: what is played lies in `live`, what is kept in `kept`.
        options: how it is rehearsed.
        clock: the time of relauto and of the hub; it stands still but for the pauses that are passed over.
    """

    root: Path
    options: Options = field(default_factory=Options)
    clock: ManualClock = field(default_factory=ManualClock)

    def __post_init__(self) -> None:
        # Bound and not listening, the port is nobody else's between two hubs.
        self._claim = socket.socket()
        self._claim.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._claim.bind(("127.0.0.1", 0))
        self.folder = Folder(self.root.resolve() / "live")
        self.record = Record(1, self.options, INCIDENT, "", port=self._claim.getsockname()[1])
        self._world: World | None = None

    def __enter__(self) -> "Ground":
        return self

    def __exit__(self, *_: object) -> None:
        self._claim.close()

    @property
    def world(self) -> World:
        """Who and what is there; known once it was built."""
        return cast("World", self._world)  # nobody asks before build()

    def build(self) -> None:
        """Write the sample's repositories, seat everybody, and publish the release that is in use."""
        self.folder.write(self.record)
        world = stage.build(self.folder, self.record)
        self._world = replace(world, settings=self._build_once(world))
        with self.serve() as hub:
            stage.seat(hub, self.world, self.folder, self.record)
            with closing(self.connect()) as session:
                stockroom.publish_base(session.source, self.world)
            hub.keep_past()

    def _build_once(self, world: World) -> str:
        """Return settings by which the product is built the first time, and brought from there ever after."""
        built, command = self.root.resolve() / "built", world.build_command
        once = f"cp -r '{built}' dist 2>/dev/null || {{ {command} && cp -r dist '{built}'; }}"
        return world.settings.replace(f'command = "{command}"', f"command = {json.dumps(once)}")

    @contextmanager
    def serve(self, wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None) -> Iterator[Hub]:
        """Serve what is there from a thread; `wrap` is put around the application."""
        private = self.folder.private / "hub"
        with Hub(private, port=self.record.port, clock=self.clock, wrap=wrap) as hub:
            yield hub

    def connect(
        self,
        *,
        login: str = BOT,
        cache: Path | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts = TIMEOUTS,
    ) -> Session:
        """Return a session, relauto's own by default, as each call makes a new one.

        With a `cache` of its own it is one on another machine.
        """
        token = self.tokens[login]
        settings = stage.read_settings(self.folder, self.world, self.address)
        if cache:
            settings = structs.replace(settings, cache=structs.replace(settings.cache, directory=str(cache)))
        return Session(
            settings,
            Tokens(token, token, token),
            clock=clock or self.clock,
            say=lambda _: None,
            committer=(BOT, f"{BOT}@users.noreply.github.com"),
            signing=Signing(),
            timeouts=timeouts,
        )

    @property
    def address(self) -> str:
        """Where the hub is whenever it is served."""
        return f"http://127.0.0.1:{self.record.port}"

    @property
    def tokens(self) -> dict[str, str]:
        """Everybody's token."""
        return stage.name_tokens(self.record)

    def company(self) -> Company:
        """Return the cast."""
        work = self.folder.private / "cast"
        return Company(f"{self.address}/api/v3", self.address, self.world, self.tokens, work, frozenset())

    def request(self) -> Request:
        """Return what the incident is opened with."""
        return stage.make_request(self.world, self.record, self.clock.now())

    def keep(self, name: str) -> Path:
        """Keep what is there, while no hub serves it, and return where."""
        for config in self.folder.path.rglob("config"):
            if (config.parent / "objects").is_dir() and "past" not in config.parts:
                Git(config.parent).run("repack", "-a", "-d", "-q", "--no-write-bitmap-index")
        kept = self.root.resolve() / "kept" / name
        _copy(self.folder.path, kept)
        return kept

    def restore(self, kept: Path) -> None:
        """Make what is there equal to what was kept."""
        shutil.rmtree(self.folder.path, ignore_errors=True)
        _copy(kept, self.folder.path)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=_place)


def _place(source: str, target: str) -> None:
    # What lies among a repository's objects is written once; a link saves its bytes.
    (os.link if "/objects/" in source else shutil.copy2)(source, target)
