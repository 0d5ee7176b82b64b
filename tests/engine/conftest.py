"""A small product with its people on a hub, made once and copied, so that a test reads as a story."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from relauto import engine, recording
from relauto.clock import ManualClock
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.git.runner import Git
from relauto.hub.server import Hub
from relauto.model.incident import Incident, StepRecord
from relauto.model.names import Branch, RepositoryName
from relauto.model.target import Place, Target
from relauto.opening import Request, make_attachment, open_incident
from relauto.rehearsal.cast.api import Api
from relauto.session import Session, Tokens
from relauto.settings.file import parse_settings
from relauto.settings.options import Settings
from relauto.stages.bench import Bench
from relauto.stages.people import decisions

SOURCE, OPS, QA = RepositoryName("acme/stockroom"), RepositoryName("acme/ops"), RepositoryName("acme/qa")
MAIN, LINE = Branch("main"), Branch("release-1.0")
CHECK = "unit tests"
BOT, CI = "relauto-bot", "ci-runner"
PEOPLE = ("dev", "rae-reviewer", "robin-rm", "sasha-rm", "quinn-qa", "tam-noor", "mallory")
INCIDENT = "INC-test"
EVIDENCE = "https://ci.acme.example/logs/7"
TARGET = Target(SOURCE, LINE)
ROSTER = """\
[roles]
RM = ["robin-rm", "sasha-rm", "ci-runner", "relauto-bot"]
QA = ["quinn-qa"]
TAM = ["tam-noor"]
DE = ["dev"]
"""
SETTINGS = f"""\
repositories.source = "{SOURCE}"
repositories.ops = "{OPS}"
repositories.qa = "{QA}"
version_files = [{{path = "VERSION"}}]
"""
_WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Dana Dev"), ("EMAIL", "dana@acme.example"), ("DATE", "1767225600 +0000"))
}
_ASKED = re.compile(r"^```relauto-command\n(.*?)^```", re.MULTILINE | re.DOTALL)


def write_product(directory: Path) -> None:
    """Write the product: `release-1.0` stands at its last release, main went on, three fixes wait."""
    directory.mkdir(parents=True)
    work = Engineer(directory)
    work.git.run("init", "--quiet", "--initial-branch=main", ".")
    numbers = "".join(f"line {number}\n" for number in range(1, 21))
    work.commit("Begin", {"app.txt": numbers, "VERSION": "1.0.0\n"})
    work.git.run("tag", "--annotate", "--message", "1.0.0", "v1.0.0")
    work.git.run("branch", "release-1.0")
    work.commit("Go on", {"new.txt": "new\n"})
    work.branch("fix/crash", "main")
    work.commit("Fix the crash", {"app.txt": numbers.replace("line 5\n", "line five\n")})
    work.branch("fix/series", "main")
    work.commit("Fix one half", {"app.txt": numbers.replace("line 9\n", "line nine\n")})
    work.commit("Fix the other half", {"half.txt": "half\n"})
    work.branch("fix/again", "main")
    work.commit("Fix the fix", {"app.txt": numbers.replace("line 15\n", "line fifteen\n")})
    work.branch("fix/conflict", "main")
    work.commit("Fix what the line lacks", {"new.txt": "newer\n"})
    work.git.run("checkout", "--quiet", "--detach")


@dataclass(frozen=True)
class Engineer:
    """Somebody with a working tree."""

    directory: Path

    @property
    def git(self) -> Git:
        return Git(self.directory, _WHO)

    def branch(self, name: str, at: str) -> None:
        self.git.run("checkout", "--quiet", "-B", name, at)

    def commit(self, message: str, files: dict[str, str]) -> str:
        for path, text in files.items():
            (self.directory / path).parent.mkdir(parents=True, exist_ok=True)
            (self.directory / path).write_text(text)
        self.git.run("add", "--all")
        self.git.run("commit", "--quiet", "-m", message)
        return self.git.read("rev-parse", "HEAD")


def write_ops(directory: Path, scratch: Path) -> None:
    scratch.mkdir()
    work = Engineer(scratch)
    work.git.run("init", "--quiet", "--initial-branch=main", ".")
    work.commit("Set up", {"roster.toml": ROSTER})
    work.git.run("clone", "--quiet", "--bare", str(scratch), str(directory))


@dataclass
class World:
    """The hub over the folder `root`, and everybody's hands. `say` is what relauto said, in order.

    relauto works as `bot`, by the token of each part in `tokens` where that names one.
    """

    root: Path
    hub: Hub
    clock: ManualClock
    bot: str = BOT
    tokens: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    incident: Incident = field(default_factory=Incident)
    reads: int = 0
    writes: int = 0
    incident_id: str = INCIDENT

    # What there is.

    @property
    def product(self) -> Git:
        return Git(self.root / "product.git", _WHO)

    def head(self, ref: str) -> str:
        return self.product.read("rev-parse", f"{ref}^{{commit}}")

    def tags(self) -> list[str]:
        return self.product.read("tag", "--list").split()

    def objects(self) -> str:
        return self.product.read("rev-list", "--objects", "--all") + self.product.read("for-each-ref")

    def journal(self) -> str:
        return Git(self.root / "ops.git").read("for-each-ref", "--format=%(refname) %(objectname)")

    def record(self, step: str) -> StepRecord | None:
        target = TARGET if step.startswith(("prepare.pick", "prepare.c", "prepare.v", "prepare.r")) else None
        target = TARGET if step.startswith("deploy.") else target
        return self.incident.record(self.incident.place(step, target))

    def pull(self, number: int) -> dict[str, Any]:
        return dict(self.api(BOT).get(f"repos/{SOURCE}/pulls/{number}"))

    def pulls(self) -> list[dict[str, Any]]:
        return list(self.api(BOT).pages(f"repos/{SOURCE}/pulls", state="all"))

    def desk(self) -> list[str]:
        """Return what relauto wrote at the desk."""
        if self.incident.desk is None:
            return []
        number = self.incident.desk.number
        listed = self.api(BOT).pages(f"repos/{OPS}/issues/{number}/comments")
        return [comment["body"] for comment in listed if comment["user"]["login"] == self.bot]

    def asked(self) -> list[str]:
        """Return the commands that relauto asked for at the desk."""
        blocks = [block for comment in self.desk() for block in _ASKED.findall(comment)]
        return [line for block in blocks for line in block.splitlines()]

    # What people do.

    def api(self, login: str) -> Api:
        return Api(self.hub.api, f"token-of-{login}")

    def open_pull(self, head: str, base: str = MAIN, by: str = "dev") -> int:
        body = {"title": f"About {head}", "head": head, "base": base}
        return int(self.api(by).post(f"repos/{SOURCE}/pulls", body)["number"])

    def close_pull(self, number: int) -> None:
        self.api("dev").patch(f"repos/{SOURCE}/pulls/{number}", {"state": "closed"})

    def check(self, commit: str, conclusion: str = "success", name: str = CHECK) -> None:
        run = {"name": name, "head_sha": commit, "status": "completed", "conclusion": conclusion}
        self.api(CI).post(f"repos/{SOURCE}/check-runs", run)

    def review(self, number: int, event: str = "APPROVE", by: str = "rae-reviewer") -> None:
        head = self.pull(number)["head"]["sha"]
        body = {"commit_id": head, "event": event, "body": "Read."}
        self.api(by).post(f"repos/{SOURCE}/pulls/{number}/reviews", body)

    def pass_pull(self, number: int) -> None:
        """Let CI and the reviewer say yes to a pull request's head."""
        self.check(self.pull(number)["head"]["sha"])
        self.review(number)

    def merge(self, number: int, method: str = "squash", by: str = "dev") -> str:
        address = f"{self.hub.api}/repos/{SOURCE}/pulls/{number}/merge"
        done, _ = self.api(by)._send("PUT", address, {"merge_method": method})
        return str(done["sha"])

    def answer(self, line: str, by: str = "robin-rm") -> None:
        number = self.incident.desk.number if self.incident.desk else 0
        self.api(by).post(f"repos/{OPS}/issues/{number}/comments", {"body": line})

    def approve(self, step: str, subject: str = "", by: str = "robin-rm") -> None:
        """Answer at a step's door, by default what was asked there last."""
        asked = [line.split() for line in self.asked() if line.startswith(f"/approve {step} ")]
        self.answer(f"/approve {step} {subject or asked[-1][2]}", by=by)

    def acknowledge(self) -> None:
        """Pass on that the customer has the kit which was handed over last."""
        asked = [line for line in self.asked() if line.startswith("/acknowledge")]
        self.answer(asked[-1].replace("WORDS", "got it"), by="tam-noor")

    def decide(self, decision: str = "yes: to be sure") -> None:
        self.answer(f"/tick investigate.qa-decision {decision}")

    def rendered(self, path: str) -> str:
        """Return a file for people, which lies beside the incident's log."""
        return Git(self.root / "ops.git").read("show", f"words/{INCIDENT}:{path}")

    def qa_issue(self) -> dict[str, Any]:
        return next(self.api("quinn-qa").pages(f"repos/{QA}/issues", labels="relauto-qa"))

    def tick_all(self, evidence: str = EVIDENCE) -> None:
        issue = self.qa_issue()
        ticked = issue["body"].replace("- [ ] ", "- [x] ").replace(")** <!--", f")** {evidence} <!--")
        self.api("quinn-qa").patch(f"repos/{QA}/issues/{issue['number']}", {"body": ticked})

    def answer_qa(self, line: str, by: str = "quinn-qa") -> None:
        number = self.qa_issue()["number"]
        self.api(by).post(f"repos/{QA}/issues/{number}/comments", {"body": line})

    def commit_on(self, ref: str, message: str, files: dict[str, str]) -> str:
        """Commit on a branch of the product without asking anybody's leave."""
        with self._checkout(ref) as work:
            commit = work.commit(message, files)
        self.product.run("update-ref", f"refs/heads/{ref}", commit)
        return commit

    def cherry_pick(self, commit: str, onto: str, *options: str) -> str:
        with self._checkout(onto) as work:
            work.git.run("cherry-pick", *options, commit)
            made = work.git.read("rev-parse", "HEAD")
        self.product.run("update-ref", f"refs/heads/{onto}", made)
        return made

    def replace_ops(self, files: dict[str, str]) -> None:
        """Make the default branch of the ops repository hold these files alone."""
        folder = self.root / "ops-work"
        shutil.rmtree(folder, ignore_errors=True)
        Git(self.root).run("clone", "--quiet", str(self.root / "ops.git"), str(folder))
        work = Engineer(folder)
        work.git.run("rm", "--quiet", "-r", ".")
        work.commit("Change", files)
        work.git.run("push", "--quiet", "origin", "HEAD:main")

    def enlist(self, roles: str) -> None:
        """Change the roster's roles."""
        self.replace_ops({"roster.toml": f"[roles]\n{roles}"})

    @contextmanager
    def _checkout(self, ref: str) -> Iterator[Engineer]:
        folder = self.root / "work"
        self.product.run("worktree", "add", "--quiet", "--force", "--detach", str(folder), ref)
        try:
            yield Engineer(folder)
        finally:
            self.product.run("worktree", "remove", "--force", str(folder))

    def push(self, commit: str, branch: str) -> None:
        """Push to a branch as the developer, through the hub, which takes note of it."""
        url = f"{self.hub.address.replace('://', '://x:token-of-dev@')}/{SOURCE}.git"
        self.product.run("push", "--quiet", "--force", url, f"{commit}:refs/heads/{branch}")

    def unprotect(self) -> None:
        for branch in (MAIN, LINE):
            self.hub.unprotect(SOURCE, branch)

    # What relauto does.

    def settings(self, more: str = "") -> Settings:
        here = f"""
github.api = "{self.hub.api}"
github.git = "{self.hub.address}"
cache.directory = "{self.root / "cache"}"
"""
        return parse_settings(SETTINGS + here + more, "the test's settings")

    @contextmanager
    def session(self, more: str = "") -> Iterator[Session]:
        tokens = {part: self.tokens.get(part, f"token-of-{BOT}") for part in ("source", "ops", "qa")}
        with Session(
            self.settings(more),
            Tokens(**tokens),
            clock=self.clock,
            say=self.said.append,
            committer=(self.bot, f"{self.bot}@users.noreply.github.com"),
        ) as session:
            yield session
            self.reads, self.writes = session.counts.read, session.counts.write

    @contextmanager
    def bench(self, more: str = "") -> Iterator[Bench]:
        with self.session(more) as session, session.bench(INCIDENT) as bench:
            yield bench
            self.incident = bench.incident

    def request(self, **changed: Any) -> Request:
        told: dict[str, Any] = {
            "customer": "Initech",
            "installed": "1.0.0",
            "started_at": datetime(2026, 3, 2, 2, 30, tzinfo=UTC),
            "line": str(LINE),
            "fix": "fix/crash",
            "incident": INCIDENT,
        }
        return Request(**(told | changed))

    def open(self, more: str = "", **changed: Any) -> None:
        with self.session(more) as session:
            open_incident(session, self.request(**changed))

    def advance(self, more: str = "", *, until: str | None = None, only: str | None = None) -> Outcome:
        """Run relauto once, from nothing, as a process of its own would."""
        self.said.clear()
        with self.bench(more) as bench:
            return engine.advance(bench, until=until, only=only)

    def attach(self, branch: str | None = None, pull: int | None = None, more: str = "") -> None:
        with self.bench(more) as bench:
            engine.refresh(bench)
            recording.record(bench, make_attachment(branch, pull, None))

    def abandon_desk(self) -> None:
        with self.bench() as bench:
            recording.record(bench, decisions.abandon_desk(bench, "desk", "somebody deleted it"))

    def reopen(self, step: str) -> None:
        self.answer(f"/reopen {step} it was a mistake")

    # How far they come together.

    def reach_merge_door(self, more: str = "") -> None:
        self.advance(more)
        self.decide()
        self.pass_pull(1)
        stop = only_stop(self.advance(more))
        assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION), stop

    def reach_pick(self, more: str = "") -> None:
        """Until the fix is merged and the pick's pull request, #2, waits for its people."""
        self.reach_merge_door(more)
        self.pass_merge_door(more)

    def pass_merge_door(self, more: str = "") -> None:
        self.approve("prepare.merge")
        stop = only_stop(self.advance(more))
        assert (stop.place.step, stop.status) == ("prepare.pick", Status.WAITING), stop

    def reach_verify(self, more: str = "", pull: int = 2) -> None:
        """Until the candidate is cut and published, and CI and QA are waited for."""
        self.pass_pull(pull)
        stop = only_stop(self.advance(more))
        assert (stop.place.step, stop.status) == ("prepare.verify", Status.WAITING), stop

    def reach_release_door(self, tag: str = "v1.0.1-rc1") -> None:
        self.check(self.head(tag))
        self.tick_all()
        self.answer_qa(f"/qa pass {tag}")
        stop = only_stop(self.advance())
        assert (stop.place.step, stop.status) == ("prepare.release", Status.DECISION), stop

    def reach_send_door(self) -> None:
        self.approve("prepare.release")
        stop = only_stop(self.advance())
        assert (stop.place.step, stop.status) == ("deploy.send", Status.DECISION), stop

    def finish(self) -> None:
        self.approve("deploy.send")
        stop = only_stop(self.advance())
        assert (stop.status, stop.whom) == (Status.WAITING, "customer"), stop
        self.acknowledge()
        assert self.advance().status is Status.REACHED


def only_stop(outcome: Outcome) -> engine.Stop:
    assert len(outcome.stops) == 1, outcome
    assert outcome.status is outcome.stops[0].status
    return outcome.stops[0]


def seat(hub: Hub) -> None:
    for login in (BOT, CI, *PEOPLE):
        hub.add_user(login, token=f"token-of-{login}", app="acme-ci" if login == CI else None)


def serve(hub: Hub, root: Path) -> None:
    access: Any = dict.fromkeys((BOT, CI, *PEOPLE), "write")
    for name, folder in ((SOURCE, "product.git"), (OPS, "ops.git"), (QA, "qa.git")):
        hub.add_repository(name, root / folder, private=name != SOURCE, default_branch=MAIN, access=access)


def enter(root: Path, port: int = 0) -> World:
    clock = ManualClock()
    hub = Hub(root / "hub", port=port, clock=clock)
    serve(hub, root)
    hub.start()
    return World(root, hub, clock)


Reach = Callable[[World], None]


@dataclass
class Worlds:
    """Worlds that have come so far, each kept as a folder of which tests get copies.

    All are served on one port, one after the other: what a door shows holds the hub's address.
    """

    root: Path
    port: int
    kept: dict[str, tuple[Path, Incident, datetime]] = field(default_factory=dict)

    def keep(self, name: str, before: str, reach: Reach) -> None:
        folder = self.root / name
        world = self.copy(before, folder)
        try:
            reach(world)
        except BaseException:
            world.hub.close()
            shutil.rmtree(folder)
            raise
        world.hub.close()
        shutil.rmtree(folder / "cache", ignore_errors=True)
        for repository in folder.glob("*.git"):
            # Copied by each test: a pack is one file, and its objects would be hundreds.
            Git(repository).run("repack", "-a", "-d", "-q", "--keep-unreachable")
        self.kept[name] = (folder, world.incident, world.clock.moment)

    def copy(self, name: str, folder: Path) -> World:
        came_from, incident, moment = self.kept[name]
        shutil.copytree(came_from, folder)
        world = enter(folder, self.port)
        world.clock.moment = moment
        world.incident = incident
        return world


STORY: tuple[tuple[str, Reach], ...] = (
    ("opened", World.open),
    ("merge-door", World.reach_merge_door),
    ("pick", World.pass_merge_door),
    ("verify", World.reach_verify),
    ("release-door", World.reach_release_door),
    ("send-door", World.reach_send_door),
    ("finished", World.finish),
)


def _write_blank(root: Path) -> int:
    write_product(root / "worktree")
    Git(root).run("clone", "--quiet", "--bare", str(root / "worktree"), str(root / "product.git"))
    shutil.rmtree(root / "worktree")
    write_ops(root / "ops.git", root / "worktree")
    shutil.rmtree(root / "worktree")
    Git(root).run("init", "--quiet", "--bare", "--initial-branch=main", "qa.git")
    world = enter(root)
    seat(world.hub)
    for branch in (MAIN, LINE):
        world.hub.protect(SOURCE, branch, required_checks=[CHECK], reviews=1)
    world.hub.close()
    return int(world.hub.address.rpartition(":")[2])


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Worlds:
    """The story so far, chapter by chapter: each is played once, from a copy of the one before."""
    root = tmp_path_factory.mktemp("worlds")
    with pytest.MonkeyPatch.context() as patch:
        _be_hermetic(patch, root)
        blank = root / "blank"
        blank.mkdir()
        port = _write_blank(blank)
    return Worlds(root, port, {"blank": (blank, Incident(), ManualClock().moment)})


def _be_hermetic(patch: pytest.MonkeyPatch, home: Path) -> None:
    machine = ("CI", "GITHUB_ACTIONS")
    for name in [name for name in os.environ if name.startswith(("GIT_", "RELAUTO_")) or name in machine]:
        patch.delenv(name)
    # Nothing here outlives the machine, so git need not wait for the disk.
    (home / ".gitconfig").write_text("[core]\n\tfsync = none\n[gc]\n\tauto = 0\n[init]\n\ttemplateDir =\n")
    patch.setenv("HOME", str(home))
    patch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    patch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _be_hermetic(monkeypatch, tmp_path)


@pytest.fixture
def at(worlds: Worlds, tmp_path: Path) -> Iterator[Callable[[str], World]]:
    """Give a world of its own at a chapter of the story: `at("verify")`."""
    lent: list[World] = []

    def lend(chapter: str) -> World:
        before = "blank"
        for name, reach in STORY:
            if chapter == "blank":
                break
            if name not in worlds.kept:
                worlds.keep(name, before, reach)
            before = name
            if name == chapter:
                break
        world = worlds.copy(chapter, tmp_path / f"world-{len(lent)}")
        lent.append(world)
        return world

    yield lend
    for world in lent:
        world.hub.close()


@pytest.fixture
def place() -> Callable[[str], Place]:
    return lambda step: Place(step, TARGET)
