"""The live run against a server in another process, which plays GitHub: an address and tokens are all."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from relauto.errors import Status
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.refs import RefUpdate
from relauto.git.repository import Repository
from relauto.github.faults import NoReplyError, Problem, RefusedError
from relauto.model.names import Branch
from relauto.rehearsal.cast.api import Api
from relauto.rehearsal.live.facts import Fact, Verdict, draw_facts
from relauto.rehearsal.live.place import MARKER, find_git
from relauto.rehearsal.live.probes import Seen, UntriedError, judge
from relauto.rehearsal.live.run import Played, choose_status
from tests.processes import Desk, Ended, HubProcess

MOMENT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SETUP = """\
[accounts.ada]
[accounts.grace]
[accounts.linus]

[repositories."acme/sandbox"]
access = {ada = "write", grace = "write", linus = "read"}

[repositories."acme/sandbox-ops"]
private = true
access = {ada = "write", grace = "write"}

[repositories."acme/product"]
private = true
access = {ada = "write", grace = "write"}
"""
CALL = ("rehearse", "--json", "--ops", "acme/sandbox-ops", "--github")
ALONE = {
    "pushed branches are seen by the API": "confirmed",
    "GraphQL and REST name the same login": "confirmed",
    "a pull request is not opened twice": "confirmed",
    "a merge at another head is refused": "confirmed",
    "a commit status shows on the pull request": "confirmed",
    "an edited comment shows as edited": "confirmed",
    "what an unprotected branch requires can be read": "confirmed",
    "a published file has its SHA-256": "confirmed",
    "publishing leaves the tag where it was": "confirmed",
    "a repeated read is answered with 304": "confirmed",
    "a fetch can leave out what files hold": "confirmed",
    "checks and reviews show in one look at a pull request": "not tried",
    "what was merged is the head that was approved": "not tried",
    "the merge commit stays after the merge": "not tried",
    "the release's tag is at the candidate's commit": "not tried",
    "the release's files have the candidate's SHA-256": "not tried",
}


def make_repository(path: Path, files: dict[str, bytes]) -> None:
    with Repository.init(path, default_branch=Branch("main")) as repository:
        tree = repository.write_files(EMPTY_TREE, files)
        author = Signature("Ada", "ada@acme.example", MOMENT)
        commit = repository.write_commit(tree, [], "Begin\n", author, author)
        repository.update_refs([RefUpdate("refs/heads/main", None, commit)])


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    there = tmp_path_factory.mktemp("there")
    owner = Desk(there / "work", there / "home")
    root = owner.folder / "hub" / "repositories" / "acme"
    for name, files in (("sandbox", MARKER), ("sandbox-ops", MARKER), ("product", "README.md")):
        make_repository(root / f"{name}.git", {files: b"Here.\n"})
    (owner.folder / "setup.toml").write_text(SETUP)
    with HubProcess(owner, "--setup", "setup.toml") as served:
        yield served


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "work", tmp_path / "home")


def run(desk: Desk, hub: HubProcess, *more: str, source: str = "acme/sandbox", **tokens: str) -> Ended:
    return desk.run(*CALL, source, "--api", hub.facts["api"], *more, **tokens)


def verdicts(document: Any) -> dict[str, str]:
    return {fact["name"]: fact["verdict"] for fact in document["facts"]}


def list_refs(hub: HubProcess, name: str) -> list[str]:
    with Repository.open(hub.root / "repositories" / f"{name}.git") as repository:
        return sorted(ref for ref in repository.refs() if not ref.startswith("refs/pull/"))


def test_facts_are_drawn_with_their_sums() -> None:
    facts = [Fact("a", "confirmed", "seen"), Fact("bc", "not tried", "nobody there")]
    assert draw_facts(facts) == (
        "confirmed  a   seen\nnot tried  bc  nobody there\n1 confirmed, 0 refuted, 1 not tried"
    )


def refuse() -> Seen:
    raise RefusedError("GitHub refused it", status=422, problem=Problem("no"), todo="ask")


def be_away() -> Seen:
    raise NoReplyError("no answer")


def not_reach() -> Seen:
    raise UntriedError("nobody was there")


@pytest.mark.parametrize(
    ("probe", "fact"),
    [
        (lambda: Seen(True, "seen"), Fact("it", "confirmed", "seen")),
        (lambda: Seen(False, "otherwise"), Fact("it", "refuted", "otherwise")),
        (refuse, Fact("it", "refuted", "GitHub refused it")),
        (be_away, Fact("it", "not tried", "no answer")),
        (not_reach, Fact("it", "not tried", "nobody was there")),
    ],
)
def test_only_what_was_seen_is_confirmed(probe: Callable[[], Seen], fact: Fact) -> None:
    assert judge("it", probe) == fact


@pytest.mark.parametrize(
    ("played", "verdict", "status"),
    [
        (Played(), "confirmed", Status.REACHED),
        (Played(), "refuted", Status.REMOTE),
        (Played(alone=True, status=Status.WAITING), "confirmed", Status.DECISION),
        (Played(status=Status.WAITING), "confirmed", Status.WAITING),
        (Played(alone=True, status=Status.WAITING), "refuted", Status.REMOTE),
        (Played(failed="broken", status=Status.BAD_INPUT), "refuted", Status.BAD_INPUT),
        (Played(failed="the cast failed", status=Status.BUG), "confirmed", Status.REMOTE),
    ],
)
def test_status_is_0_only_where_nothing_is_refuted(played: Played, verdict: Verdict, status: Status) -> None:
    assert choose_status(played, [Fact("it", verdict, "")]) is status


@pytest.mark.parametrize(
    ("api", "git"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://github.acme.example/api/v3", "https://github.acme.example"),
        ("https://api.acme.ghe.com", "https://acme.ghe.com"),
        ("http://127.0.0.1:8080/api/v3", "http://127.0.0.1:8080"),
    ],
)
def test_git_is_found_from_the_api(api: str, git: str) -> None:
    assert find_git(api) == git


@pytest.mark.slow
def test_without_a_token_it_is_skipped(hub: HubProcess, desk: Desk) -> None:
    ended = run(desk, hub)
    assert (ended.status, ended.document) == (
        0,
        {
            "schema": 1,
            "skipped": True,
            "reason": "there is no token for the source repository; set one of RELAUTO_SOURCE_TOKEN, "
            "RELAUTO_TOKEN, GH_TOKEN, GITHUB_TOKEN in the environment",
            "repository": "acme/sandbox",
        },
    )


@pytest.mark.slow
def test_without_the_marker_it_is_refused_and_nothing_is_written(hub: HubProcess, desk: Desk) -> None:
    ended = run(desk, hub, source="acme/product", GH_TOKEN=hub.token("ada"))
    assert (ended.status, MARKER in ended.err) == (2, True), ended.err
    assert list_refs(hub, "acme/product") == ["refs/heads/main"]
    assert list_refs(hub, "acme/sandbox-ops") == ["refs/heads/main"]


@pytest.mark.slow
def test_a_public_repository_holds_no_journal(hub: HubProcess, desk: Desk) -> None:
    before = list_refs(hub, "acme/sandbox")
    options = ("rehearse", "--github", "acme/sandbox", "--api", hub.facts["api"])
    ended = desk.run(*options, GH_TOKEN=hub.token("ada"))
    assert (ended.status, "--ops" in ended.err) == (2, True), ended.err
    assert list_refs(hub, "acme/sandbox") == before


@pytest.mark.slow
def test_one_account_twice_is_refused(hub: HubProcess, desk: Desk) -> None:
    token = hub.token("ada")
    ended = run(desk, hub, GH_TOKEN=token, RELAUTO_REVIEWER_TOKEN=token)
    assert (ended.status, "second account" in ended.err) == (2, True), ended.err


@pytest.mark.slow
def test_a_second_person_who_may_not_write_is_refused(hub: HubProcess, desk: Desk) -> None:
    before = list_refs(hub, "acme/sandbox")
    ended = run(desk, hub, GH_TOKEN=hub.token("ada"), RELAUTO_REVIEWER_TOKEN=hub.token("linus"))
    assert (ended.status, "linus, whose token" in ended.err) == (2, True), ended.err
    assert list_refs(hub, "acme/sandbox") == before


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--github", "acme/sandbox", "--line", "main"), ("--clean",)])
def test_options_of_another_rehearsal_are_refused(desk: Desk, options: tuple[str, ...]) -> None:
    assert desk.run("rehearse", *options).status == 2


@pytest.mark.slow
def test_alone_it_stops_at_the_review_and_says_what_was_not_tried(hub: HubProcess, desk: Desk) -> None:
    ended = run(desk, hub, RELAUTO_TOKEN=hub.token("ada"))
    assert ended.status == 3, ended.err
    assert verdicts(ended.document) == ALONE, ended.document
    assert [stop["place"] for stop in ended.document["stops"]] == ["prepare.merge"]
    assert "0 of 1 approval" in ended.document["stops"][0]["reason"]
    run_id = ended.document["incident"].removeprefix("INC-")
    assert f"refs/heads/relauto-live/{run_id}/main" in ended.document["left"]


@pytest.mark.slow
def test_together_they_go_the_whole_path_and_clean_up(hub: HubProcess, desk: Desk) -> None:
    before = list_refs(hub, "acme/sandbox")
    tokens = {"RELAUTO_TOKEN": hub.token("ada"), "RELAUTO_REVIEWER_TOKEN": hub.token("grace")}
    ended = run(desk, hub, "--clean", **tokens)
    assert ended.status == 0, ended.err + ended.out
    assert verdicts(ended.document) == dict.fromkeys(ALONE, "confirmed"), ended.document
    assert list_refs(hub, "acme/sandbox") == before
    api = Api(hub.facts["api"], hub.token("grace"))
    run_id = ended.document["incident"].removeprefix("INC-")
    open_issues = [each["title"] for each in api.pages("repos/acme/sandbox-ops/issues", state="open")]
    releases = [each["tag_name"] for each in api.pages("repos/acme/sandbox/releases")]
    assert [name for name in open_issues + releases if run_id in name] == []
