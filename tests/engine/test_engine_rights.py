"""relauto under tokens of every kind: what they let it do, and what it says where they do not."""

import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from relauto import engine
from relauto.errors import InputError, RelautoError, Status
from relauto.git.runner import Git
from relauto.github.needs import find_need, list_rights
from relauto.model.names import Branch, RepositoryName

pytestmark = pytest.mark.path

PARTS = {"source": "acme/stockroom", "ops": "acme/ops", "qa": "acme/qa"}
APP = "relauto[bot]"


def give(world, part, kind="app", login=APP, without="", least=False, besides=(), **more):
    """Let relauto go by a token that has what the path needs in a part's repository, or lacks one thing."""
    given = {name: access for name, access in list_rights(part) if name != "metadata"} | dict(besides)
    if without:
        given.pop(without)
    if least:
        given[without] = "read"
    token = f"{kind}-for-{part}"
    rights = {"permissions": given} if kind != "classic" else {}
    only = {"repositories": [RepositoryName(PARTS[part])]} if kind != "classic" else {}
    world.hub.add_token(login, token=token, kind=kind, **rights, **only, **more)
    world.tokens[part] = token


def hide(world, *, archived=()):
    """Make all repositories private, so that reading needs permissions, too."""
    folders = {"source": "product.git", "ops": "ops.git", "qa": "qa.git"}
    people = ("relauto-bot", "ci-runner", "dev", "rae-reviewer", "robin-rm", "quinn-qa", "tam-noor")
    for part, name in PARTS.items():
        world.hub.add_repository(
            RepositoryName(name),
            world.root / folders[part],
            private=True,
            default_branch=Branch("main"),
            access=dict.fromkeys(people, "write"),
            archived=part in archived,
        )


def be_an_app(world):
    world.bot = APP
    for part in PARTS:
        give(world, part)


@pytest.fixture
def hidden(at):
    def enter(chapter):
        world = at(chapter)
        hide(world)
        return world

    return enter


def refused(world, act):
    """Return what relauto says when it is refused; nothing of a token is ever in it."""
    with pytest.raises(RelautoError) as caught:
        act()
    said = str(caught.value)
    assert not any(token in said for token in world.tokens.values())
    return caught.value.status, said.replace("\n  ", " | ")


def count_unknown(counts):
    return [
        row.endpoint
        for row in counts.table()
        if not row.endpoint.startswith("GraphQL ") and find_need(row.endpoint) is None
    ]


@pytest.mark.slow
def test_an_app_goes_the_whole_way_as_a_bot(hidden):
    world = hidden("blank")
    be_an_app(world)
    world.open()
    world.reach_merge_door()
    world.pass_merge_door()
    world.reach_verify()
    world.reach_release_door()
    world.reach_send_door()
    world.finish()
    assert {pull["user"]["login"] for pull in world.pulls()} == {APP}
    ops = Git(world.root / "ops.git")
    written = set(ops.read("log", "--format=%ae", "--all", "--not", "main").split())
    assert APP in written
    # In the log itself a digest stands for who writes, so that the name can be erased.
    assert all(re.fullmatch(r"[0-9a-f]{64}", writer) for writer in written - {APP})


def test_a_workflows_own_token_is_a_bot_too(hidden):
    world = hidden("opened")
    give(world, "source", "actions", "github-actions[bot]")
    give(world, "ops", "actions", "github-actions[bot]")
    world.bot = "github-actions[bot]"
    world.advance()
    assert world.pull(1)["user"]["login"] == world.bot


def test_a_classic_token_with_the_scope_repo_is_enough(hidden):
    world = hidden("opened")
    for part in PARTS:
        give(world, part, "classic", world.bot, scopes=["repo"])
    stop = world.advance().stops[0]
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.WAITING)


@pytest.mark.parametrize("chapter", ["opened", "pick", "release-door"])
def test_every_request_of_the_path_is_known_with_what_it_needs(at, chapter):
    world = at(chapter)
    people = {
        "pick": lambda: world.pass_pull(2),
        "release-door": lambda: world.approve("prepare.release"),
    }
    people.get(chapter, world.journal)()
    with world.bench() as bench:
        engine.advance(bench)
        assert count_unknown(bench.source.counts) == ["GET /user"]


# What is taken away where, whether reading is left, at which chapter, and what cannot be done then.
LACKING = [
    ("source", "contents", False, "blank", "fetch (git fetch): it lacks contents: read"),
    (
        "source",
        "contents",
        True,
        "merge-door",
        "merge: GitHub tells how to those alone that have contents: write",
    ),
    (
        "source",
        "pull_requests",
        False,
        "opened",
        "list pull requests (GraphQL Pulls): it lacks pull_requests: read",
    ),
    (
        "source",
        "pull_requests",
        True,
        "opened",
        "open a pull request (POST pulls): it lacks pull_requests: write",
    ),
    (
        "source",
        "checks",
        False,
        "merge-door",
        "read checks (GraphQL Pulls): it lacks checks: read and statuses: read",
    ),
    ("ops", "contents", False, "opened", "fetch (git fetch): it lacks contents: read"),
    ("ops", "contents", True, "blank", "push (git push): it lacks contents: write"),
    ("ops", "issues", False, "opened", "list issues (GraphQL Issues): it lacks issues: read"),
    ("ops", "issues", True, "opened", "open an issue (POST issues): it lacks issues: write"),
    ("qa", "issues", True, "pick", "open an issue (POST issues): it lacks issues: write"),
]


@pytest.mark.parametrize(("part", "permission", "least", "chapter", "what"), LACKING)
def test_the_right_that_is_missing_is_named(hidden, part, permission, least, chapter, what):
    world = hidden(chapter)
    give(world, part, without=permission, least=least)
    if chapter == "merge-door":
        world.approve("prepare.merge")
    if chapter == "pick":
        world.pass_pull(2)
    status, said = refused(world, world.open if chapter == "blank" else world.advance)
    assert status is Status.BAD_INPUT
    assert said.startswith(f"{PARTS[part]}: the token may not {what}")
    assert "| give the token " in said
    # With the right, the same command goes on from there.
    give(world, part)
    world.open() if chapter == "blank" else world.advance()


def test_a_fine_grained_token_cannot_read_check_runs(hidden):
    world = hidden("merge-door")
    given = {name: access for name, access in list_rights("source") if name not in ("metadata", "checks")}
    world.hub.add_token(world.bot, token="fine-t0ken", kind="fine_grained", permissions=given)
    world.tokens["source"] = "fine-t0ken"
    status, said = refused(world, world.advance)
    assert status is Status.BAD_INPUT
    assert "use a GitHub App's token, or a classic one with repo" in said


@pytest.mark.parametrize("part", PARTS)
def test_a_wrong_token_is_told_with_its_repository(hidden, part):
    world = hidden("pick")
    world.pass_pull(2)
    world.tokens[part] = "guessed"
    status, said = refused(world, world.advance)
    assert status is Status.BAD_INPUT
    assert said.startswith(f"{PARTS[part]}: ")
    assert "does not take the token" in said
    assert "wrong, revoked, or has expired | set a valid one in the environment" in said


def test_a_scope_too_narrow_is_told(hidden):
    world = hidden("opened")
    give(world, "ops", "classic", world.bot, scopes=["public_repo"])
    status, said = refused(world, world.advance)
    assert status is Status.BAD_INPUT
    assert said.startswith("acme/ops was not found: there is no such repository, or the token may not see it")
    assert "a classic one with the scope repo" in said


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ('repositories.source = "acme/none"', "acme/none"),
        ('repositories.ops = "acme/none"', "acme/none"),
    ],
)
def test_a_repository_that_is_not_there_is_named(at, monkeypatch, more, name):
    world = at("blank")
    settings = world.settings()
    part = more.split(" ")[0].rpartition(".")[2]
    named = replace(settings, repositories=replace(settings.repositories, **{part: name}))
    monkeypatch.setattr(world, "settings", lambda _more="": named)
    status, said = refused(world, world.open)
    assert status is Status.BAD_INPUT
    assert said.startswith(f"{name} was not found: there is no such repository, or the token may not see it")


@pytest.mark.parametrize(
    ("archived", "chapter", "what"),
    [
        ("source", "blank", "acme/stockroom is archived: nothing can be released from it"),
        ("source", "opened", "acme/stockroom is archived, so nobody can open a pull request (POST pulls)"),
        ("ops", "blank", "acme/ops is archived, so nobody can push to it"),
        ("qa", "pick", "acme/qa is archived, so nobody can open an issue (POST issues)"),
    ],
)
def test_an_archived_repository_is_named(at, archived, chapter, what):
    world = at(chapter)
    if chapter == "pick":
        world.pass_pull(2)
    hide(world, archived=[archived])
    before = world.journal()
    status, said = refused(world, world.open if chapter == "blank" else world.advance)
    assert status is Status.BAD_INPUT
    assert said == f"{what} | unarchive it on GitHub, or name another repository in the settings"
    if chapter == "blank":
        assert world.journal() == before


@pytest.mark.slow
def test_a_token_that_expires_half_way_is_renewed_and_nothing_is_done_twice(hidden, monkeypatch):
    """Each look at the clock takes a second, so that a token ends in the middle of things, anywhere."""
    world = hidden("blank")
    world.bot = APP
    now = world.clock.now

    def tick():
        world.clock.moment += timedelta(seconds=1)
        return now()

    monkeypatch.setattr(world.clock, "now", tick)
    ends = []

    def go(act):
        for life in range(8, 120, 8):
            for part in PARTS:
                give(world, part, expires_at=world.clock.moment + timedelta(seconds=life))
            try:
                return act()
            except RelautoError as error:
                ends.append(error)
        raise AssertionError(ends)

    go(world.open)
    assert only(go(world.advance)).status is Status.WAITING
    world.decide()
    world.pass_pull(1)
    stop = only(go(world.advance))
    assert (stop.place.step, stop.status) == ("prepare.merge", Status.DECISION)
    assert len(ends) > 3, "it did expire"
    assert [end.what for end in ends if "it is wrong, revoked, or has expired" not in end.what] == []
    assert {end.status for end in ends} == {Status.BAD_INPUT}
    assert {end.what.partition(":")[0] for end in ends} >= {"acme/ops", "acme/stockroom"}
    assert len(world.pulls()) == 1
    asked = world.asked()
    assert len([line for line in asked if line.startswith("/approve prepare.merge")]) == 1


def only(outcome):
    (stop,) = outcome.stops
    return stop


def test_no_token_is_told_before_anything_is_asked(at):
    world = at("opened")
    world.tokens = dict.fromkeys(PARTS, "")
    with pytest.raises(InputError, match="there is no token for acme/stockroom"):
        world.advance()


@pytest.mark.parametrize(
    ("permissions", "archived", "what"),
    [
        ({"contents": "write"}, (), None),
        ({"contents": "read"}, (), "the token may not push (git push): it lacks contents: write"),
        ({"contents": "write"}, ("source",), "acme/stockroom is archived, so nobody can push to it"),
    ],
)
def test_whether_git_lets_it_push_is_found_out_without_a_push(at, permissions, archived, what):
    world = at("opened")
    hide(world, archived=archived)
    world.hub.add_token(APP, token="t0ken", kind="app", permissions=permissions)
    world.tokens["source"] = "t0ken"
    before = world.objects()
    with world.session() as session:
        denial = session.mirror.find_push_denial()
    assert (what in denial.what) if what else denial is None
    assert world.objects() == before
