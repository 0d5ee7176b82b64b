"""From an empty repository to an open incident: `init` through GitHub, then `doctor`, then `open`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.hub import Hub
from relauto.hub.script import Rule
from relauto.journal.branches import SCOPES
from relauto.model.names import Branch, RepositoryName
from relauto.rehearsal.scenarios import SCENARIOS
from relauto.rehearsal.stockroom import make_stockroom
from relauto.settings.file import parse_settings
from tests.tasks.conftest import Ended, Relauto

pytestmark = pytest.mark.path

OPS, SOURCE = RepositoryName("acme/ops"), RepositoryName("acme/stockroom")
MAIN = Branch("main")
PEOPLE = ("robin", "sasha", "quinn", "tam")
ROLES = ("RM=robin", "RM=sasha", "QA=quinn", "TAM=tam")
WRITTEN = [".relauto-init.json", "README.md", "customers.toml", "relauto.toml", "roster.toml"]
CUSTOMER = '\n[customers.heron]\nnames = ["Heron Foods GmbH"]\n'
OPEN = ("open", "--customer", "heron", "--version", "1.4.2", "--started-at", "2026-03-01T02:10Z")
FIX = ("--line", "release-1.4", "--fix", "fix/orders-page-boundary")


@dataclass
class World:
    hub: Hub
    ops: Git
    relauto: Relauto

    def init(self, *arguments: str) -> Ended:
        where = ("--ops", str(OPS), "--api", self.hub.api, "--git", self.hub.address)
        return self.relauto("init", *where, *arguments)

    def begin(self, *arguments: str) -> Ended:
        roles = [word for role in ROLES for word in ("--role", role)]
        return self.init("--source", str(SOURCE), "--line", "release-1.4", *roles, *arguments)

    def send(self, verb: str, path: str, body: object = None) -> requests.Response:
        """Ask the API for something in the operations repository, as robin."""
        headers = {"Authorization": "Bearer token-of-robin"}
        return requests.request(
            verb, f"{self.hub.api}/repos/{OPS}/{path}", json=body, headers=headers, timeout=20
        )

    def read(self, path: str, branch: str = "main") -> str:
        return self.ops.run("show", f"{branch}:{path}").decode()

    def list_refs(self) -> list[str]:
        return self.ops.read("for-each-ref", "--format=%(objectname) %(refname)").splitlines()

    def edit(self, change: Callable[[str], str], path: str) -> None:
        """Commit a change of a file to main, as somebody does on GitHub's pages."""
        clone = Path("clone")
        Git(Path.cwd()).run("clone", "-q", str(self.ops.directory), "clone")
        (clone / path).write_text(change((clone / path).read_text()))
        names = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
        git = Git(clone, {f"GIT_{name}": "x" for name in names})
        git.run("commit", "-qam", f"Change {path}")
        git.run("push", "-q", "origin", "main")


@pytest.fixture
def world(tmp_path: Path, relauto: Relauto, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    make_stockroom(tmp_path / "product.git", SCENARIOS["happy"])
    Repository.init(tmp_path / "ops.git", default_branch=MAIN).close()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("RELAUTO_TOKEN", "token-of-robin")
    with Hub(tmp_path / "hub") as hub:
        for login in PEOPLE:
            hub.add_user(login, token=f"token-of-{login}")
        access = dict.fromkeys(PEOPLE, "write") | {"robin": "admin"}
        hub.add_repository(
            SOURCE, tmp_path / "product.git", private=False, default_branch=MAIN, access=access
        )
        hub.add_repository(OPS, tmp_path / "ops.git", private=True, default_branch=MAIN, access=access)
        yield World(hub, Git(tmp_path / "ops.git"), relauto)


def test_from_an_empty_repository_to_an_open_incident(world: World) -> None:
    ended = world.begin()
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "relauto.toml: written",
        "roster.toml: written",
        "customers.toml: written",
        "README.md: written",
        "written to main in its first commit",
        "branches incidents/: kept by a ruleset",
        "branches words/: kept by a ruleset",
        "branches releases/: kept by a ruleset",
    ]
    assert world.ops.read("log", "--format=%an %s", "main") == "robin Write what relauto begins with"
    assert sorted(world.ops.read("ls-tree", "--name-only", "main").splitlines()) == WRITTEN
    Path("relauto.toml").write_text(world.read("relauto.toml"))
    world.edit(lambda text: text + CUSTOMER, "customers.toml")

    found = world.relauto("doctor", "--line", "release-1.4", "--json").document["checks"]
    about = {"settings", "roster", "customers", "ops.private", "ops.lasting"}
    assert [(each["check"], each["state"]) for each in found if each["check"] in about] == [
        ("settings", "ok"),
        ("ops.private", "ok"),
        ("ops.lasting", "ok"),
        ("ops.lasting", "ok"),
        ("ops.lasting", "ok"),
        ("roster", "ok"),
        ("customers", "ok"),
    ]
    opened = world.relauto(*OPEN, *FIX, "--json")
    assert opened.status == 0, opened.err
    incident = opened.document["incident"]
    for branch in (f"incidents/{incident}", f"words/{incident}"):
        assert world.send("DELETE", f"git/refs/heads/{branch}").status_code == 422
        assert world.ops.ask("rev-parse", f"refs/heads/{branch}").status == 0


def test_again_nothing_is_asked_written_or_set(world: World) -> None:
    world.begin()
    before = world.list_refs()
    ended = world.init()
    assert ended.out.splitlines() == [
        "relauto.toml: as it should be",
        "roster.toml: as it should be",
        "customers.toml: as it should be",
        "README.md: as it should be",
        "nothing is to be written",
        "branches incidents/: kept by rules already",
        "branches words/: kept by rules already",
        "branches releases/: kept by rules already",
    ]
    assert world.list_refs() == before


def test_what_is_new_is_proposed_once_and_merged_with_what_was_changed(world: World) -> None:
    world.begin()
    world.edit(lambda text: text.replace("# approvals = 1", "approvals = 2"), "relauto.toml")
    first = world.init("--check", "unit tests", "--json").document
    assert (first["pull"], first["written"]) == (1, [".relauto-init.json", "relauto.toml"])
    before = world.list_refs()
    [branch] = [ref.partition(" refs/heads/")[2] for ref in before if "relauto/init-" in ref]
    settings = parse_settings(world.read("relauto.toml", branch), branch)
    assert (settings.pull.approvals, settings.checks.required) == (2, ("unit tests",))
    assert world.init("--check", "unit tests", "--json").document == first
    assert world.list_refs() == before


def test_what_was_declined_is_not_proposed_again(world: World) -> None:
    world.begin()
    world.init("--check", "unit tests")
    assert world.send("PATCH", "pulls/1", {"state": "closed"}).status_code == 200
    ended = world.init("--check", "unit tests")
    assert "proposed before in #1, which is closed" in ended.out


def test_a_public_repository_is_refused_and_untouched(world: World) -> None:
    world.hub.add_repository(
        OPS, world.ops.directory, private=False, default_branch=MAIN, access={"robin": "admin"}
    )
    ended = world.begin()
    assert (ended.status, ended.err.splitlines()[0]) == (
        2,
        "relauto: acme/ops is public, and customers' names are to stand in it",
    )
    assert world.list_refs() == []


def test_a_dry_run_writes_and_sets_nothing(world: World) -> None:
    ended = world.begin("--dry-run")
    assert "would be branches words/: kept by a ruleset" in ended.out.splitlines()
    assert world.list_refs() == []
    assert "branches words/: kept by a ruleset" in world.begin().out.splitlines()


def test_rules_that_the_token_may_not_set_are_told_and_end_with_a_decision(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELAUTO_TOKEN", "token-of-sasha")
    ended = world.begin("--json")
    assert (ended.status, ended.document["written"]) == (3, WRITTEN)
    assert [(each["prefix"], each["state"]) for each in ended.document["branches"]] == [
        (scope.prefix, "lacking") for scope in SCOPES
    ]
    assert "the token may not make a ruleset (POST rulesets)" in ended.document["branches"][0]["why"]


def test_an_answer_that_is_lost_makes_no_second_ruleset(world: World) -> None:
    world.hub.set_faults(Rule(fault="502-after", request="POST .*/rulesets"))
    world.begin()
    assert [line for line in world.begin().out.splitlines() if "branches" in line] == [
        f"branches {scope.prefix}: kept by rules already" for scope in SCOPES
    ]


def test_a_ruleset_that_somebody_switched_off_is_told_and_left(world: World) -> None:
    asked = {"name": "relauto: words/", "enforcement": "disabled", "rules": [{"type": "deletion"}]}
    assert world.send("POST", "rulesets", asked).status_code == 201
    ended = world.begin()
    assert ended.status == 3
    assert ended.out.splitlines()[-3:] == [
        "branches incidents/: kept by a ruleset",
        "branches words/: not kept: the ruleset 'relauto: words/' is there, and somebody has switched it off",
        "branches releases/: kept by a ruleset",
    ]


def test_a_relay_is_proposed_to_the_product_once(world: World) -> None:
    world.begin()
    told = ("--relay", "source", "--source", str(SOURCE), "--workflows", f"acme/relauto@{'1' * 40}")
    before = world.list_refs()
    ended = world.init(*told)
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines()[:2] == [
        ".github/workflows/relauto-relay.yml: written",
        ".github/workflows/relauto-notice.yml: written",
    ]
    assert "proposed in #1: " in ended.out
    product = Git(Path("product.git"))
    [branch] = product.read("for-each-ref", "--format=%(refname)", "refs/heads/relauto/").splitlines()
    added = product.read("diff", "--name-only", "main", branch).splitlines()
    assert added == [
        ".github/workflows/relauto-notice.yml",
        ".github/workflows/relauto-relay.yml",
        ".relauto-init.json",
    ]
    assert "acme/ops" not in product.read("show", f"{branch}:.relauto-init.json")
    assert world.init(*told).out.splitlines()[-1] == ended.out.splitlines()[-1]
    assert world.list_refs() == before
