"""An ops repository to write to, and people who write."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relauto.clock import ManualClock
from relauto.git.address import Address
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.journal.log import Journal, JournalReader
from relauto.model.event import IncidentOpened, NoteAdded
from relauto.model.names import Branch
from relauto.model.target import Target
from relauto.model.words import Text

INCIDENT = "INC-7f3k"
BRANCH = f"refs/heads/incidents/{INCIDENT}"
WORDS = f"refs/heads/words/{INCIDENT}"
NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
LINE = Target("acme/stockroom", "release-1.4")

Open = Callable[..., Journal]


class Story:
    """What happens in the tests, in few words."""

    incident = INCIDENT
    branch = BRANCH
    words = WORDS
    night = NIGHT
    line = LINE

    def opening(self, customer: str = "Umbrella") -> IncidentOpened:
        return IncidentOpened(
            INCIDENT, Text(customer), "1.4.2", NIGHT, NIGHT, (LINE,), "a" * 64, "b" * 64, "0.1"
        )

    def note(self, text: str) -> NoteAdded:
        return NoteAdded("decision", Text(text), NIGHT)

    def notes(self, journal: JournalReader) -> list[str]:
        return [str(found.text) for found in journal.incident().notes]


@pytest.fixture
def story() -> Story:
    return Story()


@pytest.fixture(autouse=True)
def _sealed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_CONFIG_GLOBAL", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ops(tmp_path: Path) -> Path:
    path = tmp_path / "ops.git"
    Repository.init(path, default_branch=Branch("main")).close()
    return path


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def open_journal(ops: Path, tmp_path: Path, clock: ManualClock) -> Iterator[Open]:
    """Opens the journal as somebody, each on a machine (a cache) of their own."""
    opened: list[Journal] = []

    def open_as(actor: str = "robin-rm", *, machine: str | None = None) -> Journal:
        cache = tmp_path / "machines" / (machine or actor)
        journal = Journal.open(Address(str(ops)), INCIDENT, cache=cache, clock=clock, actor=actor)
        opened.append(journal)
        return journal

    yield open_as
    for journal in opened:
        journal.close()


@pytest.fixture
def change(ops: Path) -> Callable[..., None]:
    """Commits to a branch of the journal as somebody who is not relauto, or not the one they say."""

    def commit(
        files: dict[str, bytes | None],
        branch: str = BRANCH,
        who: str = "Sam <sam@example.com>",
        message: str = "edit",
    ) -> None:
        git = Git(ops)
        rows = [f"commit {branch}\ncommitter {who} 1772420400 +0000\ndata {len(message)}\n{message}\n"]
        rows += [f"from {git.read('rev-parse', branch)}\n"]
        stream = "".join(rows).encode()
        for path, content in files.items():
            if content is None:
                stream += f"D {path}\n".encode()
            else:
                stream += f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n"
        git.run("fast-import", "--quiet", "--date-format=raw", input=stream)

    return commit
