"""From a fix's branch to the hand-over, against a hub in another process: an address and tokens are all.

Every token and every customer's term is a canary here: after the whole path no token stands anywhere in the
world but where its owner keeps it, and no term where the public or QA reads.
"""

import base64
import gzip
import os
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest

from relauto.git.runner import Git
from relauto.guard.customers import parse_customers
from relauto.guard.guard import Guard, Passage
from relauto.hub import records
from relauto.hub.store import Store
from relauto.hub.tokens import put_token
from relauto.rehearsal.cast.api import Api
from tests.processes import SETTINGS, Desk, Ended, HubProcess

pytestmark = pytest.mark.slow

OPEN = ("open", "--customer", "zanzaquokka", "--version", "1.4.2", "--started-at", "2026-03-01T02:10Z")
FIX = ("--line", "release-1.4", "--fix", "fix/orders-page-boundary")
TURNS = 20
PARTS = ("source", "ops", "qa")
CUSTOMERS = """\
[customers.zanzaquokka]
names = ["Zanzaquokka Wombatworks GmbH"]
aliases = ["ZQW-North"]
domains = ["zanzaquokka.example"]
hosts = ["db01.wombat-internal.example"]
addresses = ["203.0.113.77"]
people = ["Quirina Wombatson"]
contracts = ["ZQ-2026-00042"]
"""
SAID = (
    "Zanzaquokka Wombatworks GmbH (ZQW-North, contract ZQ-2026-00042): Quirina Wombatson sees it on "
    "db01.wombat-internal.example, 203.0.113.77"
)
HOOK = """\
import sys
def note(event, args):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system"):
        with open({log!r}, "a") as file:
            file.write(repr(args[1] if len(args) > 1 else args[0]) + "\\n")
sys.addaudithook(note)
"""
"""Writes down the arguments of every process that is started."""


@dataclass
class Story:
    """An engineer at one desk, the hub and its cast at another; `said` is all that the engineer was told."""

    hub: HubProcess
    owner: Desk
    engineer: Desk
    trace: Path
    started: Path
    tokens: dict[str, str]
    said: list[Ended] = field(default_factory=list)

    def run(self, *arguments: str, **more: str) -> Ended:
        ended = self.engineer.run(*arguments, **more)
        self.said.append(ended)
        return ended

    def run_as(self, login: str, *arguments: str) -> Ended:
        token = self.hub.token(login)
        return self.run(*arguments, **{f"RELAUTO_{part.upper()}_TOKEN": token for part in PARTS})

    def go_on(self) -> Ended:
        """Advance and let the cast act until everything is done or nothing moves."""
        for _ in range(TURNS):
            ended = self.run("advance")
            if ended.status not in (3, 4):
                return ended
            self.owner.run("cast", "hub")
        return ended

    def repository(self, name: str) -> Git:
        return Git(self.hub.root / "repositories" / f"{name}.git")


def add_tokens(hub: HubProcess) -> dict[str, str]:
    """Give relauto's login a token of its own for each part."""
    store = Store(hub.root)
    made = {part: f"ghp_{secrets.token_hex(18)}" for part in PARTS}
    try:
        with store.transaction() as tx:
            for token in made.values():
                put_token(tx, "relauto-bot", token, "classic", scopes=("repo", "workflow"))
    finally:
        store.close()
    return made


def add_customers(ops: Git, scratch: Path) -> None:
    Git(scratch).run("clone", "--quiet", str(ops.directory), "ops")
    (scratch / "ops" / "customers.toml").write_text(CUSTOMERS)
    work = Git(scratch / "ops")
    work.run("add", "customers.toml")
    who = ("-c", "user.name=Robin", "-c", "user.email=robin@acme.example")
    work.run(*who, "commit", "--quiet", "--message", "Name the customers")
    work.run("push", "--quiet", "origin", "HEAD")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    there, here = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("here")
    owner = Desk(there / "work", there / "home")
    with HubProcess(owner, "--sample") as hub:
        trace, started = here / "trace.txt", here / "started.txt"
        hooks = tmp_path_factory.mktemp("hooks")
        (hooks / "sitecustomize.py").write_text(HOOK.format(log=str(started)))
        root = Path(__file__).parents[2]
        tokens = add_tokens(hub)
        variables = {
            **{f"RELAUTO_{part.upper()}_TOKEN": token for part, token in tokens.items()},
            **{f"GIT_TRACE{kind}": str(trace) for kind in ("", "2_EVENT", "_CURL")},
            "GIT_TRACE2_CONFIG_PARAMS": "http.*",
            "GIT_TRACE_REDACT": "0",
            "PYTHONPATH": f"{hooks}{os.pathsep}{root}",
        }
        engineer = Desk(here / "work", here / "home", variables)
        engineer.folder.mkdir()
        (engineer.folder / "relauto.toml").write_text(SETTINGS.format(**hub.facts))
        story = Story(hub, owner, engineer, trace, started, tokens)
        add_customers(story.repository("acme/ops"), tmp_path_factory.mktemp("scratch"))
        instruction = root / "relauto/rehearsal/product/qa.yaml"
        opened = story.run(*OPEN, *FIX, "--instruction", str(instruction))
        assert opened.status == 0, opened.err
        yield story


@pytest.fixture(scope="module")
def finished(story: Story) -> Ended:
    for kind in ("customer", "decision"):
        noted = story.run_as("robin-rm", "note", f"{SAID}; with {story.tokens['ops']}", "--kind", kind)
        assert noted.status == 0, noted.err
    return story.go_on()


def test_whole_path_is_gone_with_an_address_and_tokens_alone(story: Story, finished: Ended) -> None:
    assert (finished.status, finished.out) == (0, "every automated step is done\n"), finished.err
    steps = story.run("status", "--json").document["steps"]
    assert {
        step: steps[step] for step in ("prepare.merge", "prepare.pick", "prepare.release", "deploy.send")
    } == {
        "prepare.merge": "done",
        "prepare.pick": "done",
        "prepare.release": "done",
        "deploy.send": "done",
    }


def test_release_is_on_the_hub(story: Story, finished: Ended) -> None:
    assert finished.status == 0
    api = Api(story.hub.facts["api"], story.hub.token("tam-noor"))
    release = api.get("repos/acme/stockroom/releases/tags/v1.4.3")
    assert (release["draft"], [each["name"] for each in release["assets"]]) == (
        False,
        ["stockroom.pyz", "SHA256SUMS"],
    )


def test_nothing_but_the_settings_lies_where_the_engineer_works(story: Story, finished: Ended) -> None:
    assert finished.status == 0
    assert [path.name for path in story.engineer.folder.iterdir()] == ["relauto.toml"]


def list_forms(token: str) -> list[bytes]:
    """Return a token as it is, and as it travels."""
    basic = base64.b64encode(f"x-access-token:{token}".encode())
    return [token.encode(), basic, base64.b64encode(token.encode()), quote(token, safe="").encode()]


def read_world(tops: list[Path], kept: Path) -> Iterator[tuple[str, bytes]]:
    """Yield everything that lies in folders, packed or not, but for what owners keep their tokens in."""
    for top in tops:
        for folder, _, names in os.walk(top):
            here = Path(folder)
            if here == kept:
                continue
            for path in (here / name for name in names):
                yield str(path), path.read_bytes()
                yield from unpack(path)
            if {"HEAD", "objects"} <= {each.name for each in here.iterdir()}:
                yield f"{here}: objects", Git(here).run("cat-file", "--batch-all-objects", "--batch")


def unpack(path: Path) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from ((f"{path}: {name}", packed.read(name)) for name in packed.namelist())
    elif path.suffix == ".gz":
        yield f"{path}: unpacked", gzip.decompress(path.read_bytes())


def test_no_token_is_written_anywhere(story: Story, finished: Ended) -> None:
    assert finished.status == 0
    kept = story.hub.root / "tokens"
    owned = [path.read_text().strip() for path in kept.iterdir()]
    tops = [story.trace.parent, story.owner.folder.parent]
    secrets_ = [form for token in (*story.tokens.values(), *owned) for form in list_forms(token)]
    world = list(read_world(tops, kept))
    assert len(world) > 100
    assert any(b"Confirm the candidate" in content or b"Verify v1.4.3-rc1" in content for _, content in world)
    assert [name for name, content in world if any(secret in content for secret in secrets_)] == []


def test_no_token_is_said_or_given_as_an_argument(story: Story, finished: Ended) -> None:
    assert finished.status == 0
    assert "remote-http" in story.trace.read_text(), "git's own children are recorded"
    assert "'fetch'" in story.started.read_text(), "relauto's own children are recorded"
    told = "".join(each.out + each.err for each in story.said)
    shown = [told, story.trace.read_text(), story.started.read_text(), story.hub.said]
    secrets_ = [form.decode() for token in story.tokens.values() for form in list_forms(token)]
    assert [secret for secret in secrets_ if any(secret in text for text in shown)] == []


def test_what_a_person_pasted_is_on_record_without_the_token(story: Story, finished: Ended) -> None:
    assert finished.status == 0
    ops = story.repository("acme/ops")
    (journal,) = ops.read("for-each-ref", "--format=%(refname)", "refs/heads/words").split()
    words = ops.read("grep", "--text", "-h", "with \\*\\*\\*", journal)
    assert SAID in words


def read_records(hub: HubProcess, name: str) -> Iterator[tuple[str, str]]:
    """Yield every record that the hub keeps of a repository, as text."""
    store = Store(hub.root)
    try:
        with store.transaction() as tx:
            for kind in records.Record.__subclasses__():
                for each in tx.all(kind, name):
                    yield kind.__name__, msgspec.json.encode(each).decode()
    finally:
        store.close()


@pytest.mark.parametrize("name", ["acme/stockroom", "acme/qa"])
def test_customer_is_named_nowhere_but_in_ops(story: Story, finished: Ended, name: str) -> None:
    assert finished.status == 0
    guard = Guard()
    guard.learn(parse_customers(CUSTOMERS, "customers.toml"))
    git = story.repository(name)
    passages = [Passage(kind, text) for kind, text in read_records(story.hub, name)]
    passages.append(Passage("refs", git.read("for-each-ref")))
    for kind in ("commit", "tag", "blob", "tree"):
        listed = git.read("cat-file", "--batch-all-objects", "--batch-check", "--unordered").splitlines()
        for each in [line.split()[0] for line in listed if line.split()[1] == kind]:
            content = git.run("cat-file", kind, each)
            passages.append(Passage(f"{kind} {each}", content.decode("utf-8", "replace")))
    assert len(passages) > 5
    assert guard.find(passages) == ()
    journal = [Passage("ops", SAID)]
    assert len(guard.find(journal)) > 4, "the guard sees them where they are"
