"""What doctor finds before the first write, in worlds that lack something; it writes nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from relauto.doctor.examination import examine
from relauto.doctor.machine import judge_clock
from relauto.hub.script import Rule
from relauto.journal.branches import SCOPES
from relauto.model.names import Branch
from tests.engine.conftest import ROSTER

pytestmark = pytest.mark.path

SOURCE, OPS, MAIN, LINE, CHECK = "acme/stockroom", "acme/ops", "main", "release-1.0", "unit tests"


@pytest.fixture
def ask(at):
    """Prepare a world, let doctor look at it, and return its findings by check, in words."""

    def run(prepare=None, more="", line=LINE):
        world = at("blank")
        if prepare:
            prepare(world)
        still = world.objects(), world.journal()
        with world.session(more) as session:
            found = list(examine(session, Branch(line) if line else None))
        assert (world.objects(), world.journal(), world.writes) == (*still, 0), "doctor wrote"
        told = {}
        for each in found:
            told.setdefault(each.check, []).append((each.state, each.what))
        return told

    return run


def test_nothing_is_refused_where_all_is_in_place(ask):
    told = ask()
    assert [each for found in told.values() for each in found if each[0] == "refused"] == []
    assert told["git"][0][0] == "ok"
    assert told["token.login"] == [("ok", "acme/stockroom: relauto is relauto-bot")]
    assert told["ops.private"] == [("ok", "acme/ops is private")]
    assert told["base"] == [("ok", "the next release of release-1.0 grows from v1.0.0")]
    assert told["protection.main"] == [("ok", "main asks for the checks unit tests, 1 approval")]
    assert told["merge.release-1.0"] == [("ok", "release-1.0 is merged to by merge or rebase or squash")]


def test_what_a_workflows_own_token_cannot_bring_about_is_told(ask):
    def prepare(world):
        rights = {"contents": "write", "pull_requests": "write"}
        world.hub.add_token("github-actions[bot]", token="own", kind="actions", permissions=rights)
        world.tokens["source"] = "own"

    [(state, what)] = ask(prepare)["token.login"]
    assert state == "warning"
    assert "what it pushes and tags starts no CI" in what


def test_what_cannot_be_read_is_unknown(ask):
    told = ask(lambda world: world.hub.set_faults(Rule(fault="shape", request="GET .*/rulesets")), line=None)
    assert told["tags"][0][0] == "unknown"
    assert told["line"] == [("unknown", "no line was named")]


@pytest.mark.parametrize(
    ("kind", "login", "show", "asked"),
    [
        ("app", "relauto[bot]", "checks", "checks: write"),
        ("app", "relauto[bot]", "comment", ""),
        ("fine_grained", "relauto-bot", "both", "statuses: write"),
    ],
)
def test_right_to_report_is_asked_for_where_checks_are_shown(ask, kind, login, show, asked):
    def prepare(world):
        rights = {"contents": "write", "pull_requests": "write"}
        world.hub.add_token(login, token="it", kind=kind, permissions=rights)
        world.tokens["source"] = "it"

    told = ask(prepare, f'progress.show = "{show}"\n', line=None)["token.source"]
    lacking = [what for _, what in told if "checks: write" in what or "statuses: write" in what]
    assert len(lacking) == bool(asked)
    assert all(asked in what for what in lacking)


@pytest.mark.parametrize(
    ("build", "asked"), [('build = {by = "workflow", workflow = "build.yml"}\n', True), ("", False)]
)
def test_right_to_start_workflows_is_asked_for_where_they_build(ask, build, asked):
    def prepare(world):
        rights = {"contents": "write", "pull_requests": "write"}
        world.hub.add_token("relauto[bot]", token="app", kind="app", permissions=rights)
        world.tokens["source"] = "app"

    told = ask(prepare, build)["token.source"]
    assert any("may lack actions: write" in what for _, what in told) is asked


def test_line_that_is_not_there(ask):
    assert ask(line="release-9")["branch.release-9"] == [
        ("refused", "acme/stockroom has no branch release-9")
    ]


def test_line_without_protection_is_warned_of(ask):
    told = ask(lambda world: world.unprotect())
    assert told["protection.release-1.0"] == [("warning", "nothing protects release-1.0")]


def test_push_that_the_line_refuses(ask):
    told = ask(more='pick.via = "push"\n')
    assert told["pick.release-1.0"] == [
        ("refused", "picks are pushed to release-1.0: changes come by pull request")
    ]


def test_methods_that_do_not_go_together(ask):
    def prepare(world):
        world.hub.protect(SOURCE, LINE, methods=["merge"], linear=True, ruleset=True)

    [(state, what)] = ask(prepare)["merge.release-1.0"]
    assert state == "refused"
    assert "merge: its history is linear" in what
    assert "squash: its rules allow merge alone" in what


def test_everything_that_a_ruleset_asks_for_is_told(ask):
    def prepare(world):
        world.hub.protect(
            SOURCE, LINE, required_checks=[CHECK], reviews=2, methods=["squash"], linear=True,
            queue="squash", ruleset=True,
        )  # fmt: skip

    [(state, what)] = ask(prepare)["protection.release-1.0"]
    assert state == "ok"
    assert what == (
        "release-1.0 asks for the checks unit tests, 2 approvals, merging by squash, linear history, "
        "its merge queue"
    )


def test_roster_that_names_nobody_for_a_door(ask):
    told = ask(lambda world: world.replace_ops({"roster.toml": '[roles]\nRM = ["robin-rm"]\n'}))
    assert told["roster"] == [("refused", "nobody may sign"), ("refused", "nobody may acknowledge")]


def test_login_that_nobody_has(ask):
    roster = '[roles]\nRM = ["robin-rm", "robbin"]\nQA = ["quinn"]\nTAM = ["tam-noor"]\n'
    told = ask(lambda world: world.replace_ops({"roster.toml": roster}))
    assert told["roster"] == [
        ("warning", "GitHub has no account quinn"),
        ("warning", "GitHub has no account robbin"),
        ("refused", "nobody may sign"),
    ]


def test_no_roster_at_all(ask):
    told = ask(lambda world: world.replace_ops({"README.md": "nothing\n"}))
    assert told["roster"][0][0] == "refused"


def test_branches_of_the_journal_that_could_be_lost(ask):
    can = "acme/ops: whoever may push can"
    assert ask()["ops.lasting"] == [
        ("warning", f"{can} delete and rewrite a branch of incidents/"),
        ("warning", f"{can} delete a branch of words/"),
        ("warning", f"{can} delete and rewrite a branch of releases/"),
    ]


def test_words_that_could_not_be_erased(ask):
    def prepare(world):
        for scope in SCOPES:
            world.hub.protect(OPS, scope.probe, ruleset=True)

    assert ask(prepare)["ops.lasting"] == [
        ("ok", "acme/ops: no branch of incidents/ can be deleted or rewritten"),
        ("warning", "acme/ops: words cannot be erased, as rules forbid force pushes to words/"),
        ("ok", "acme/ops: no branch of releases/ can be deleted or rewritten"),
    ]


def test_tags_that_could_be_moved(ask):
    assert ask()["tags"][0][0] == "warning"


NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "state", "what"),
    [
        (60, "ok", "this machine's clock agrees with GitHub's"),
        (61, "warning", "this machine's clock is 61 seconds ahead of GitHub's"),
        (-3600, "warning", "this machine's clock is 3600 seconds behind GitHub's"),
    ],
)
def test_clocks_may_differ_by_a_minute(seconds, state, what):
    found = judge_clock(NOON + timedelta(seconds=seconds), NOON)
    assert (found.state, found.what) == (state, what)


def test_line_that_takes_signed_commits_needs_a_key(ask):
    told = ask(lambda world: world.hub.protect(SOURCE, LINE, signatures=True, ruleset=True))
    assert told["signing.release-1.0"] == [
        ("refused", "release-1.0 takes signed commits alone, and git names no key here")
    ]


@pytest.mark.parametrize(
    ("file", "more", "state", "says"),
    [
        (None, "", "warning", "of each customer only the alias is kept from public texts"),
        (
            "[customers.heron]\nnames = ['Heron Foods']\n",
            "",
            "ok",
            "kept from public texts: 2 terms of 1 customer",
        ),
        ("[customers.heron]\nnames = ['H']\n", "", "refused", "it has fewer than 3 letters"),
        (None, 'guard.customers = "people.toml"\n', "refused", "acme/ops has no people.toml"),
    ],
)
def test_whom_no_text_may_name_is_known(ask, file, more, state, says):
    def prepare(world):
        if file:
            world.replace_ops({"roster.toml": ROSTER, "customers.toml": file})

    ((found, what),) = ask(prepare, more)["customers"]
    assert found == state
    assert says in what
