"""One incident through the tasks, against the hub: settings in a file, tokens in the environment."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relauto.git.runner import Git
from relauto.hub.records import Access
from relauto.hub.server import Hub
from relauto.model.event import LinesCompared
from relauto.model.names import Branch, RepositoryName
from relauto.model.target import Target
from relauto.recording import record
from relauto.rehearsal.cast.api import Api
from relauto.tasks import connect

pytestmark = pytest.mark.path

SOURCE, OPS = RepositoryName("acme/till"), RepositoryName("acme/ops")
CHECK = "unit tests"
LOGINS = ("relauto-bot", "ci-runner", "rae-reviewer", "robin-rm", "sasha-rm", "quinn-qa", "mallory")
ROSTER = """\
roles = { RM = ["robin-rm", "sasha-rm"], QA = ["quinn-qa"], DE = ["rae-reviewer"] }
deeds = { open = ["relauto-bot"] }
"""
OPEN = ("open", "--customer", "heron", "--version", "1.0.0", "--started-at", "2026-03-01T02:10Z")
WHO = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Dana Dev"), ("EMAIL", "dana@acme.example"), ("DATE", "1767225600 +0000"))
}


def write_repository(directory: Path, commits: dict[str, dict[str, str]], tag: str = "") -> None:
    """Make a bare repository: on `main` the first commit, then each further one on the branch it names."""
    directory.mkdir()
    git = Git(directory, WHO)
    git.run("init", "--quiet", "--initial-branch=main", "work")
    work = Git(directory / "work", WHO)
    for branch, files in commits.items():
        if branch != "main":
            work.run("checkout", "--quiet", "-b", branch, "main")
        for name, text in files.items():
            (work.directory / name).write_text(text)
        work.run("add", "--all")
        work.run("commit", "--quiet", "--allow-empty", "--message", f"Go on with {branch}")
        if tag and branch == "main":
            work.run("tag", "--annotate", "--message", tag, tag)
    git.run("clone", "--quiet", "--bare", "work", "bare.git")


@dataclass
class World:
    """A hub with a product, and a folder with its settings in which tasks are run."""

    hub: Hub
    root: Path
    relauto: Callable[..., Any]
    patch: pytest.MonkeyPatch

    def run(self, *arguments: str, by: str = "relauto-bot") -> Any:
        self.patch.setenv("RELAUTO_TOKEN", f"token-of-{by}")
        return self.relauto(*arguments)

    def api(self, login: str) -> Api:
        return Api(self.hub.api, f"token-of-{login}")

    def pulls(self) -> list[dict[str, Any]]:
        return list(self.api("relauto-bot").pages(f"repos/{SOURCE}/pulls", state="all"))

    def pass_pull(self, number: int) -> str:
        head = str(self.api("relauto-bot").get(f"repos/{SOURCE}/pulls/{number}")["head"]["sha"])
        run = {"name": CHECK, "head_sha": head, "status": "completed", "conclusion": "success"}
        self.api("ci-runner").post(f"repos/{SOURCE}/check-runs", run)
        review = {"commit_id": head, "event": "APPROVE", "body": "Read."}
        self.api("rae-reviewer").post(f"repos/{SOURCE}/pulls/{number}/reviews", review)
        return head

    def switch_auto_merge(self, number: int, by: str) -> None:
        """Have GitHub merge a pull request by itself, as its page does."""
        main = Branch("main")
        self.hub.add_repository(
            SOURCE,
            self.root / "product" / "bare.git",
            private=False,
            default_branch=main,
            allow_auto_merge=True,
            access=dict.fromkeys(LOGINS, "write"),
        )
        self.hub.protect(SOURCE, main, required_checks=[CHECK], reviews=1)
        node = self.api(by).get(f"repos/{SOURCE}/pulls/{number}")["node_id"]
        wish = f'{{pullRequestId: "{node}", mergeMethod: SQUASH}}'
        query = f"mutation {{ enablePullRequestAutoMerge(input: {wish}) {{ clientMutationId }} }}"
        answer, _ = self.api(by)._send("POST", f"{self.hub.address}/api/graphql", {"query": query})
        assert "errors" not in answer, answer

    def seen(self) -> tuple[Any, ...]:
        """Return everything that a write would change."""
        refs = [
            Git(self.root / name / "bare.git").read("for-each-ref", "--format=%(refname) %(objectname)")
            for name in ("product", "ops")
        ]
        issues = list(self.api("relauto-bot").pages(f"repos/{OPS}/issues", state="all"))
        comments = list(self.api("relauto-bot").pages(f"repos/{OPS}/issues/comments"))
        return refs, self.pulls(), issues, comments

    def dry(self, *arguments: str, by: str = "relauto-bot") -> Any:
        """Run a task as a dry run, in both of its spellings; nothing may have changed."""
        before = self.seen()
        ended = self.run(*arguments, "--dry-run", by=by)
        again = self.run("--dry", *arguments, by=by)
        assert (ended.status, ended.out) == (again.status, again.out)
        assert self.seen() == before
        return ended


def settings(hub: Hub, root: Path) -> str:
    return f"""\
repositories = {{source = "{SOURCE}", ops = "{OPS}"}}
checks.required = ["{CHECK}"]
github = {{api = "{hub.api}", git = "{hub.address}"}}
cache.directory = "{root / "cache"}"
"""


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the first world keeps its repositories for the others, which copy them."""
    return tmp_path_factory.mktemp("kept") / "till"


@pytest.fixture
def world(
    kept: Path, tmp_path: Path, relauto: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    product: dict[str, dict[str, str]] = {
        "main": {"till.txt": "open\nsell\nclose\n"},
        "release-1.0": {"line.txt": "1.0\n"},
        "fix/sell": {"till.txt": "open\nsell well\nclose\n"},
    }
    if not kept.is_dir():
        kept.mkdir()
        write_repository(kept / "product", product, tag="v1.0.0")
        write_repository(kept / "ops", {"main": {"roster.toml": ROSTER}})
    for name in ("product", "ops"):
        shutil.copytree(kept / name, tmp_path / name)
    with Hub(tmp_path / "hub") as hub:
        for login in LOGINS:
            hub.add_user(login, token=f"token-of-{login}", app="acme-ci" if login == "ci-runner" else None)
        for name, folder in ((SOURCE, "product"), (OPS, "ops")):
            hub.add_repository(
                name,
                tmp_path / folder / "bare.git",
                private=name == OPS,
                default_branch=Branch("main"),
                access=dict.fromkeys(LOGINS, "write"),
            )
        (tmp_path / "relauto.toml").write_text(settings(hub, tmp_path))
        yield World(hub, tmp_path, relauto, monkeypatch)


@pytest.fixture
def incident(world: World) -> str:
    """Open the incident; returns its id."""
    ended = world.run(*OPEN, "--line", "release-1.0", "--fix", "fix/sell", "--json", by="rae-reviewer")
    assert ended.status == 0, ended.err
    return str(ended.document["incident"])


def test_without_a_token_the_names_of_the_variables_are_told(world: World) -> None:
    ended = world.relauto("advance")
    assert (ended.status, ended.out) == (2, "")
    assert "RELAUTO_SOURCE_TOKEN, RELAUTO_TOKEN, GH_TOKEN, GITHUB_TOKEN" in ended.err


def test_a_wrong_token_is_told_with_its_repository_and_never_shown(world: World) -> None:
    ended = world.run("advance", by="nobody-known")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith(
        "relauto: acme/ops: GitHub does not take the token (GET contents/relauto.toml"
    )
    assert "it is wrong, revoked, or has expired\n  set a valid one in the environment" in ended.err
    assert "nobody-known" not in ended.err


def test_a_right_that_is_missing_is_told(world: World, incident: str) -> None:
    permissions: dict[str, Access] = {"contents": "write"}
    world.hub.add_token("relauto[bot]", token="token-of-app", kind="app", permissions=permissions)
    ended = world.run("advance", by="app")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.endswith(
        "relauto: acme/ops: the token may not list issues (GraphQL Issues): it lacks issues: read\n"
        "  give the token issues: read, then run again: what was done stays done\n"
    )


def test_an_ops_repository_that_is_not_there_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAUTO_OPS", "acme/none")
    ended = world.run("advance")
    assert (ended.status, ended.out) == (2, "")
    assert ended.err.startswith("relauto: acme/none was not found: there is no such repository, or the token")


def test_without_settings_it_is_told_where_they_were_looked_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world.root / "empty").mkdir()
    (world.root / "relauto.toml").unlink()
    monkeypatch.chdir(world.root / "empty")
    ended = world.run("advance")
    assert ended.status == 2
    assert ended.err.startswith(f"relauto: there is no relauto.toml in {world.root / 'empty'} or above it\n")


def test_every_fault_of_the_settings_is_told_at_once(world: World) -> None:
    (world.root / "relauto.toml").write_text("repositories.source = 'no name'\npulls.labels = []\n")
    ended = world.run("advance")
    assert ended.status == 2
    assert [
        word for word in ("repositories.ops", "repositories.source", "pulls") if word not in ended.err
    ] == []


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (("open",), "open needs --customer, --version, --started-at, --line"),
        ((*OPEN, "--line", "release-1.0", "--fix", "fix/sell", "--pull", "1"), "one of --fix and --pull"),
        ((*OPEN, "--line", "release-9.9", "--fix", "fix/sell"), "has no branch release-9.9"),
        ((*OPEN, "--line", "release-1.0", "--fix", "fix/none"), "has no branch fix/none"),
        ((*OPEN, "--line", "release-1.0", "--fix", "fix/sell", "--instruction", "no.yaml"), "no.yaml"),
        (("advance",), "there is no incident yet"),
        (("status", "--id", "INC-none"), "there is no incident INC-none"),
    ],
)
def test_what_cannot_be_done_is_told_and_writes_nothing(
    world: World, arguments: tuple[str, ...], what: str
) -> None:
    before = world.seen()
    ended = world.run(*arguments, by="rae-reviewer")
    assert (ended.status, ended.out) == (2, "")
    assert what in ended.err
    assert world.seen() == before


def test_an_incident_may_be_opened_before_its_fix_is_there(world: World) -> None:
    assert world.run(*OPEN, "--line", "release-1.0", by="rae-reviewer").status == 0
    ended = world.run("advance")
    assert (ended.status, ended.out) == (
        3,
        "investigate.pr: no fix is attached yet\n  relauto attach --fix BRANCH, or --pull N\n",
    )
    assert world.run("attach", "--fix", "fix/sell", by="rae-reviewer").status == 0
    assert world.run("advance").status == 4


def test_an_incident_is_opened_once_it_is_meant(world: World) -> None:
    opened = (*OPEN, "--line", "release-1.0", "--fix", "fix/sell")
    assert world.dry(*opened, by="rae-reviewer").out.startswith(
        "would open an incident: acme/till@release-1.0, v1.0.0 to 1.0.1"
    )
    refused = world.run(*opened, by="mallory")
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == (
        "relauto: mallory may not open: they are not on the roster for it\n"
        "  ask one of: robin-rm, sasha-rm, rae-reviewer, relauto-bot\n"
    )
    ended = world.run(*opened, by="rae-reviewer")
    assert ended.status == 0
    assert ended.out.startswith("INC-")
    assert world.run("status", "--json").document["targets"] == [
        {"repository": "acme/till", "line": "release-1.0"}
    ]


def test_newer_lines_without_the_fix_are_told_where_one_looks_for_what_is_next(
    world: World, incident: str
) -> None:
    target = Target(str(SOURCE), "release-1.0")
    for task in ("status", "next"):
        assert world.run(task, "--json").document["behind"] == []
    with connect.bench(incident) as bench:
        record(bench, LinesCompared(target, 1, ("release-1.1",), ("release-2.0",)))
    for task in ("status", "next"):
        assert world.run(task, "--json").document["behind"] == [
            {"line": "release-1.0", "lacking": ["release-1.1"], "unknown": ["release-2.0"]}
        ]
        told = [line.strip("*") for line in world.run(task).out.splitlines() if "newer" in line]
        assert " ".join(told) == (
            "release-1.1 is supported and newer than release-1.0, and has not got the fix: "
            "who upgrades to it has the fault again. "
            "Whether release-2.0, supported and newer than release-1.0, got the fix cannot be told."
        )


def test_a_fix_goes_through_its_first_door(world: World, incident: str) -> None:
    would = world.dry("advance").out
    assert would.splitlines()[:2] == [
        "would open the incident's desk, an issue of acme/ops",
        "would investigate.pr: open a pull request from fix/sell to main",
    ]
    assert world.run("plan").out == would

    asked = world.run("advance", "--json")
    assert asked.document["incident"] == incident
    assert asked.status == asked.document["status"] == max(stop["status"] for stop in asked.document["stops"])
    assert [pull["head"]["ref"] for pull in world.pulls()] == ["fix/sell"]

    decision = ("tick", "investigate.qa-decision", "--evidence", "no: the customer tries it first")
    refused = world.run(*decision)
    assert (refused.status, refused.out) == (3, "")
    assert "relauto-bot may not tick" in refused.err
    assert world.dry(*decision, by="robin-rm").out.startswith("would record: investigate.qa-decision is done")
    assert world.run(*decision, by="robin-rm").status == 0

    head = world.pass_pull(1)
    assert world.run("advance").status == 3
    shown = world.run("approve", "prepare.merge", by="robin-rm")
    assert (shown.status, shown.out) == (2, "")
    assert f"relauto approve prepare.merge --subject {head}" in shown.err
    other = world.run("approve", "prepare.merge", "--subject", "0" * 40, by="robin-rm")
    assert (other.status, head in other.err) == (2, True)
    approval = ("approve", "prepare.merge", "--subject", head)
    assert world.run(*approval, by="quinn-qa").status == 3
    world.dry(*approval, by="robin-rm")
    assert world.run(*approval, by="robin-rm").out == f"robin-rm approved prepare.merge: {head}\n"

    assert "would prepare.merge: merge pull request #1 to main" in world.dry("advance").out
    assert world.run("advance", "--until", "prepare.merge").status == 0
    assert world.pulls()[-1]["merged_at"]
    steps = world.run("status", "--json").document["steps"]
    assert (steps["prepare.merge"], steps["prepare.pick"]) == ("done", "open")


@pytest.mark.slow
def test_auto_merge_is_told_with_what_it_does_not_wait_for(world: World, incident: str) -> None:
    assert world.run("advance").status == 4
    decision = ("tick", "investigate.qa-decision", "--evidence", "no: the customer tries it first")
    assert world.run(*decision, by="robin-rm").status == 0
    world.switch_auto_merge(1, by="rae-reviewer")
    told = (
        "prepare.merge: GitHub will merge pull request #1 by itself (auto-merge, by rae-reviewer) without "
        "waiting for the approval of prepare.merge; pull request #1: unit tests has not been reported;"
    )
    assert told in world.dry("advance").out
    ended = world.run("advance")
    assert (ended.status, told in ended.out) == (4, True), ended.out
    assert "(auto-merge, by rae-reviewer) without waiting for the approval" in world.run("status").out
    assert world.run("advance", "--json").document["stops"][0]["whom"] == "CI and reviewer"
    world.pass_pull(1)
    after = world.run("advance")
    assert "prepare.merge: done (by others)" in after.out + after.err


def test_people_put_things_on_record(world: World, incident: str) -> None:
    note = ("note", "the till sells again", "--kind", "mitigated", "--at", "2026-03-01T03:00Z")
    assert world.dry(*note, by="robin-rm").out.startswith("would record: noted (mitigated)")
    assert world.run(*note, by="robin-rm").status == 0
    bad = world.run("note", "hm", "--kind", "guess", by="robin-rm")
    assert (bad.status, "there are: mitigated, regression, decision, customer" in bad.err) == (2, True)
    skip = ("skip", "escalate.call", "--reason", "they are in the call")
    assert world.run("skip", "escalate.call", by="robin-rm").status == 2
    assert world.run(*skip, by="quinn-qa").status == 3
    world.dry(*skip, by="robin-rm")
    assert world.run(*skip, by="robin-rm").status == 0
    assert world.run("status", "--json").document["steps"]["escalate.call"] == "skipped"
    reopen = ("reopen", "escalate.call", "--reason", "they left")
    world.dry(*reopen, by="robin-rm")
    assert world.run(*reopen, by="robin-rm").status == 0
    assert world.run("status", "--json").document["steps"]["escalate.call"] == "open"
    unknown = world.run("tick", "escalate.nothing", "--evidence", "done", by="robin-rm")
    assert (unknown.status, unknown.out) == (2, "")
    whole = world.run("journal.verify", "--json").document
    assert (whole["incident"], whole["faults"]) == (incident, [])
    assert world.run("status").out.startswith(f"# {incident}: till 1.0.0 at heron\n")


def test_another_fix_is_attached(world: World, incident: str) -> None:
    unknown = world.dry("attach", "--pull", "7", by="rae-reviewer")
    assert (unknown.status, unknown.out) == (2, "")
    body = {"title": "Sell better", "head": "fix/sell", "base": "main"}
    number = str(world.api("rae-reviewer").post(f"repos/{SOURCE}/pulls", body)["number"])
    attach = ("attach", "--pull", number)
    assert world.run(*attach, by="mallory").status == 3
    assert (
        world.dry(*attach, by="rae-reviewer").out
        == f"would attach #{number} to {incident}; nothing was written\n"
    )
    assert world.run(*attach, by="rae-reviewer").status == 0
    assert len(world.run("status", "--json").document["fixes"]) == 2
    assert world.run("attach").status == 2


@pytest.mark.slow
def test_a_file_is_attached_to_a_candidate(world: World, incident: str) -> None:
    with (world.root / "relauto.toml").open("a") as settings:
        settings.write('pick.via = "push"\nbuild.by = "attach"\n')
    world.run("advance")
    head = world.pass_pull(1)
    world.run("advance")
    world.run("approve", "prepare.merge", "--subject", head, by="robin-rm")
    world.run("advance", "--until", "prepare.candidate")
    (world.root / "till.bin").write_bytes(b"built elsewhere\n")
    digest = hashlib.sha256(b"built elsewhere\n").hexdigest()
    attach = ("candidate.attach", "v1.0.1-rc1", "till.bin", "--sha256", digest, "--reason", "from the vendor")
    assert world.run(*attach, by="quinn-qa").status == 3
    assert world.run(*attach[:3], by="robin-rm").status == 2
    shown = f"till.bin ({digest[:12]}, 16 bytes) to v1.0.1-rc1"
    assert world.dry(*attach, by="robin-rm").out == f"would attach {shown}; nothing was written\n"
    assert world.run(*attach, by="robin-rm").out == f"attached {shown}\n"
    (release,) = world.api("robin-rm").pages(f"repos/{SOURCE}/releases")
    assert (release["draft"], release["prerelease"]) == (True, True)
    assert [(one["name"], one["digest"]) for one in release["assets"]] == [("till.bin", f"sha256:{digest}")]
    document = world.run(*attach, "--json", by="robin-rm").document
    assert document == {
        "schema": 1,
        "tag": "v1.0.1-rc1",
        "commit": Git(world.root / "product" / "bare.git").read("rev-parse", "release-1.0"),
        "file": {"name": "till.bin", "sha256": digest, "size": 16},
        "written": True,
    }
    assert incident


@pytest.mark.slow
def test_a_bump_of_its_own_is_told_before_and_when_it_is_opened(world: World, incident: str) -> None:
    with (world.root / "relauto.toml").open("a") as settings:
        settings.write('pick.bump = "own"\nversion_files = [{path = "line.txt"}]\n')
    world.run("advance")
    head = world.pass_pull(1)
    world.run("advance")
    world.run("approve", "prepare.merge", "--subject", head, by="robin-rm")
    world.run("advance")
    head = world.pass_pull(2)
    branch = f"relauto/bump/release-1.0/{incident.lower()}-1.0.1"
    place = "prepare.pick on acme/till@release-1.0"
    told = [
        f"{place}: merge pull request #2 to release-1.0 (rebase) at {head[:10]}",
        f"{place}: push {branch} with the version bump of release-1.0, and open its pull request",
    ]
    shown = "show at the pull requests how far they have come"
    assert [line for line in world.dry("advance").out.splitlines() if line.startswith("would ")] == [
        f"would {line}" for line in [*told, shown]
    ]
    ended = world.run("advance")
    assert (ended.status, [line for line in ended.err.splitlines() if line in told]) == (4, told)
    assert (
        "prepare.pick on acme/till@release-1.0: pull request #3: unit tests has not been reported"
        in ended.out
    )
    assert world.pulls()[0]["title"] == "[release-1.0] Bump version to 1.0.1"


def test_a_second_incident_is_told_of_the_first_and_of_both_ways_on(world: World, incident: str) -> None:
    second = (*OPEN, "--line", "release-1.0", "--fix", "fix/sell")
    before = world.seen()
    ended = world.run(*second)
    assert (ended.status, ended.out) == (3, "")
    assert f"{incident} is making 1.0.1 from release-1.0 of acme/till" in ended.err
    assert f"relauto open … --join {incident}" in ended.err
    assert f"relauto open … --wait-for {incident}" in ended.err
    assert world.run(*second, "--join", incident, "--wait-for", incident).status == 2
    assert world.seen() == before
    assert world.dry(*second, "--wait-for", incident).out.endswith("v1.0.0 to 1.0.2; nothing was done\n")
    other = world.run(*second, "--wait-for", incident, "--json").document["incident"]
    join = ("join", incident, "--id", other)
    assert world.dry(*join, by="robin-rm").out.startswith(f"would record: the fix of {other} goes into 1.0.1")
    assert world.run(*join, by="quinn-qa").status == 3
    assert world.run(*join, by="robin-rm").status == 0
    # It is the fix that the first incident has: nothing is attached twice.
    assert world.run("status", "--json", "--id", incident).document["fixes"] == ["fix/sell"]
    assert "rides on 1.0.1" in world.run("status", "--id", other).out


def test_a_version_is_given_up_by_who_may(world: World, incident: str) -> None:
    free = ("release.free", "1.0.1", "--reason", "a workaround helps")
    assert world.run("release.free", "1.0.1").status == 2
    assert world.run(*free, by="quinn-qa").status == 3
    assert world.dry(*free, by="robin-rm").out == (
        f"1.0.1 of release-1.0 would be given up by {incident}; the line is free\n"
    )
    assert world.run(*free, by="robin-rm").status == 0
    again = world.run(*OPEN, "--line", "release-1.0", "--fix", "fix/sell")
    assert again.status == 0, again.err


def test_a_release_fails_by_its_own_task(world: World, incident: str) -> None:
    fail = ("fail", "deploy.verify-production", "--reason", "it hangs")
    assert world.run("fail", "deploy.verify-production", by="robin-rm").status == 2
    ended = world.run(*fail, by="robin-rm")
    assert (ended.status, ended.out) == (2, "")
    assert "nothing is released from release-1.0 in round 1" in ended.err
    told = world.run("status", "--json").document
    assert told["round"] == 1
    assert told["rounds"] == [
        {
            "round": 1,
            "line": "release-1.0",
            "base_tag": "v1.0.0",
            "version": "1.0.1",
            "release": None,
            "handed_over": None,
            "failed": None,
        }
    ]
    assert world.run("next", "--json").document["round"] == 1


DECISIONS = [
    (("note", "we wait", "--kind", "decision"), "note.added", "quinn-qa"),
    (
        ("waive", "prepare.merge:reviews", "--reason", "it is night", "--expires", "2099-01-01"),
        "gate.waived",
        "robin-rm",
    ),
    (("tick", "escalate.call", "--evidence", "in the call"), "step.ticked", "rae-reviewer"),
    (("reopen", "escalate.call", "--reason", "again"), "step.reopened", "robin-rm"),
    (("skip", "escalate.call", "--reason", "nobody calls"), "step.skipped", "robin-rm"),
    (("withdraw", "--fix", "fix/sell", "--reason", "wrong"), "fix.withdrawn", "rae-reviewer"),
]


@pytest.fixture
def waiting(world: World, incident: str) -> World:
    """Let the fix's pull request wait for CI and a reviewer."""
    assert world.run("advance", "--json").document["stops"][-1]["whom"] == "CI and reviewer", incident
    return world


@pytest.mark.slow
def test_decisions_are_told_as_documents_or_only_foreseen(waiting: World) -> None:
    for decision, kind, by in DECISIONS:
        refused = waiting.run(*decision, by="mallory")
        assert (refused.status, refused.out) == (3, ""), decision
        assert "mallory may not" in refused.err
        assert by in refused.err.partition("ask one of: ")[2]
        foreseen = waiting.dry(*decision, "--json", by=by).document
        assert (foreseen["recorded"], foreseen["events"]) == (False, [kind])
        made = waiting.run(*decision, "--json", by=by).document
        assert made == {**foreseen, "recorded": True}
        assert (made["schema"], made["by"]) == (1, by)


CANNOT_BE = [
    (("waive", "prepare.merge:reviews", "--expires", "4h"), 2, "needs --reason"),
    (("waive", "prepare.merge:reviews", "--reason", "x"), 2, "needs --expires"),
    (
        ("waive", "prepare.merge:reviews", "--reason", "x", "--expires", "2020-01-01"),
        2,
        "is over already",
    ),
    (("waive", "checks", "--reason", "x", "--expires", "4h"), 2, "names 3 gates"),
    (("waive", "contained", "--reason", "x", "--expires", "4h"), 2, "cannot be waived"),
    (("waive", "qa", "--reason", "x", "--expires", "4h"), 2, "prepare.verify:qa holds nothing up"),
    (("withdraw", "--fix", "fix/none", "--reason", "x"), 2, "attached: fix/sell"),
    (("withdraw", "--reason", "x"), 2, "needs one of --fix and --pull"),
    (("accept", "prepare.merge", "--reason", "x"), 2, "prepare.merge is not lost: it is waiting"),
    (("accept", "0" * 40, "--reason", "x"), 2, "nothing asks for"),
    (("reopen", "desk", "--reason", "x"), 2, "the desk is there"),
]


def test_decisions_that_cannot_be_made(waiting: World) -> None:
    before = waiting.seen()
    for arguments, status, says in CANNOT_BE:
        ended = waiting.run(*arguments, by="robin-rm")
        assert (ended.status, ended.out) == (status, ""), arguments
        assert says in ended.err
        assert waiting.seen() == before, arguments


def test_an_approval_is_told_as_a_document(waiting: World) -> None:
    head = waiting.pass_pull(1)
    waiting.run("advance")
    made = waiting.run("approve", "prepare.merge", "--subject", head, "--json", by="robin-rm").document
    assert made == {
        "schema": 1,
        "incident": made["incident"],
        "by": "robin-rm",
        "recorded": True,
        "events": ["door.approved"],
        "what": f"robin-rm approved prepare.merge: {head}",
    }


def test_a_desk_that_is_gone_ends_as_a_decision_with_a_way_forward(waiting: World) -> None:
    (desk,) = waiting.api("relauto-bot").pages(f"repos/{OPS}/issues", state="all")
    waiting.hub.delete_issue(OPS, desk["number"])
    lost = waiting.run("advance")
    assert (lost.status, "relauto reopen desk" in lost.err) == (3, True)
    again = ("reopen", "desk", "--reason", "somebody deleted it")
    assert waiting.run(*again, by="quinn-qa").status == 3
    assert waiting.run(*again, by="robin-rm").status == 0
    assert waiting.run("advance").status != 5
    assert len(list(waiting.api("relauto-bot").pages(f"repos/{OPS}/issues", state="all"))) == 1


def test_doctor_ends_3_where_something_would_be_refused(world: World) -> None:
    before = world.seen()
    ended = world.run("doctor", "--line", "release-9", "--json")
    refused = [check for check in ended.document["checks"] if check["state"] == "refused"]
    told = {check["check"]: check["what"] for check in refused}
    assert (ended.status, ended.document["refused"]) == (3, len(refused))
    assert told["branch.release-9"] == f"{SOURCE} has no branch release-9"
    assert world.seen() == before


def test_doctor_tells_people_each_check_with_what_to_do(world: World) -> None:
    lines = world.run("doctor", "--line", "release-1.0").out.splitlines()
    assert "ok       base: the next release of release-1.0 grows from v1.0.0" in lines
    assert lines[-1].startswith(f"{sum(not line.startswith(' ') for line in lines) - 1} checks")


def test_words_are_erased_by_who_may_and_the_rest_is_named(world: World, incident: str) -> None:
    said = "Maria Lopez rang from the cold store"
    assert world.run("note", said, by="robin-rm").status == 0
    redact = ("journal.redact", "--text", "maria lopez")
    assert world.run(*redact, by="robin-rm").status == 2, "no reason"
    assert world.run("journal.redact", "--reason", "asked for", by="robin-rm").status == 2, "nothing named"
    asked = (*redact, "--reason", "asked for")
    assert world.run(*asked, by="quinn-qa").status == 3
    shown = world.dry(*asked, by="robin-rm").out
    assert f"(note.added), text: {said}\n" in shown
    assert f"{incident}: all this would be erased; nothing was written\n" in shown
    assert list(world.root.rglob("answers/*.json"))
    told = world.run(*asked, "--json", by="robin-rm").document
    (erased,) = told["erased"]
    assert (erased.keys(), told["recorded"], "README.md" in told["pages"]) == ({"digest", "uses"}, True, True)
    assert [each.partition(" ")[0] for each in told["remains"]] == [
        "pages",
        "comments,",
        "commits",
        "mails",
        "clones",
    ]
    assert (told["look"], list(world.root.rglob("answers/*.json"))) == ([], [])
    board = world.run("status")
    assert (board.status, "Maria" in board.out) == (0, False)
    verified = world.run("journal.verify", "--json").document
    assert verified["faults"] == []
    assert verified["erased"][-1].partition("UTC: ")[2].startswith("robin-rm erased text of event ")
    assert "robin-rm erased text of event" in world.run("journal.verify").out
    nothing = world.run(*asked, by="robin-rm")
    assert (nothing.status, "nothing of what is chosen is in the journal" in nothing.err) == (2, True)
