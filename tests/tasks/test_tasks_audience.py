"""What relauto prints in a workflow is for whoever may read the repository that the workflow runs in."""

import logging

import pytest

from relauto.git.runner import Git
from relauto.tasks import output
from tests.tasks.test_tasks_story import CHECK, LOGINS, OPEN, OPS, SOURCE, incident, world

pytestmark = pytest.mark.path

__all__ = ["incident", "world"]

WORDS = "they lose money by the minute"
SECRETS = ("heron", OPS, "acme/", WORDS, "fix/sell", "minute", *LOGINS)


@pytest.fixture
def workflow(world, monkeypatch):
    """Run in a workflow of a repository."""

    def run_in(repository, token="token-of-relauto-bot"):
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_REPOSITORY", repository)
        monkeypatch.setenv("GITHUB_API_URL", world.hub.api)
        monkeypatch.setenv("GITHUB_TOKEN", token)

    return run_in


class Listener:
    """Runs tasks, and remembers all that they printed."""

    def __init__(self, world):
        self.world, self.heard = world, ""

    def run(self, *arguments, by="relauto-bot"):
        ended = self.world.run(*arguments, by=by)
        self.heard += ended.out + ended.err
        return ended

    def approve(self, step, by="robin-rm"):
        with pytest.MonkeyPatch.context() as patch:
            patch.delenv("GITHUB_ACTIONS")
            shown = self.world.run("approve", step, by=by).err
        subject = shown.split("--subject ")[1].split()[0]
        assert self.run("approve", step, "--subject", subject, by=by).status == 0


def find_secrets(text):
    return [word for word in SECRETS if word in text]


@pytest.mark.slow
def test_the_whole_way_says_nothing_of_the_customer_in_a_public_log(world, workflow):
    workflow(SOURCE)
    relauto = Listener(world)
    assert relauto.run(*OPEN, "--line", "release-1.0", "--fix", "fix/sell").status == 0
    assert relauto.run("plan").status == 0
    assert relauto.run("advance").status == 4
    for by in ("robin-rm", "quinn-qa"):
        relauto.run("note", f"heron says: {WORDS}", "--kind", "customer", by=by)
        relauto.run("tick", "investigate.qa-decision", "--evidence", f"no: {WORDS}", by=by)
    world.pass_pull(1)
    relauto.run("advance")
    relauto.run("approve", "prepare.merge", by="robin-rm")
    relauto.approve("prepare.merge")
    relauto.run("advance")
    world.pass_pull(2)
    relauto.run("advance")
    product = Git(world.root / "product" / "bare.git")
    before, tagged = product.read("rev-parse", "release-1.0~1", "v1.0.1-rc1^{commit}").split()
    (desk,) = world.api("robin-rm").pages(f"repos/{OPS}/issues", state="all")
    said = {"body": f"/accept {before} {WORDS}"}
    world.api("robin-rm").post(f"repos/{OPS}/issues/{desk['number']}/comments", said)
    done = {"name": CHECK, "head_sha": tagged, "status": "completed", "conclusion": "success"}
    world.api("ci-runner").post(f"repos/{SOURCE}/check-runs", done)
    relauto.run("advance", "--json")
    relauto.approve("prepare.release")
    relauto.approve("prepare.release", by="sasha-rm")
    assert relauto.run("advance").status == 3
    for asked in ("status", "next", "plan"):
        relauto.run(asked)
        relauto.run(asked, "--json")
    relauto.run("skip", "escalate.call", "--reason", WORDS, by="quinn-qa")
    relauto.run("open", "--customer", "heron", "--line", "heron")
    relauto.run("heron")
    assert "v1.0.1" in product.read("tag", "--list").split()
    assert find_secrets(relauto.heard) == []
    assert "prepare.release: done" in relauto.heard.splitlines(), "what may be said is said"


def test_a_private_log_says_everything(world, incident, workflow):
    workflow(OPS)
    assert "heron" in world.run("status").out


@pytest.mark.parametrize(
    ("repository", "token"), [("acme/none", "token-of-relauto-bot"), ("", ""), (OPS, "wrong")]
)
def test_what_is_not_known_to_be_private_is_public(world, incident, workflow, repository, token):
    workflow(repository, token)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("RELAUTO_TOKEN", raising=False)
        assert output.is_public()
    assert "heron" not in world.run("status").out


def test_a_bug_shows_its_kind_alone_in_a_public_log(world, incident, workflow, monkeypatch):
    workflow(SOURCE)
    monkeypatch.setattr("relauto.engine.follow", lambda *_, **__: 1 / int(WORDS == ""))
    ended = world.run("advance")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == (
        "relauto: ended with status 1; what relauto says is for its own people, and this log is public\n"
    )


def test_what_lower_layers_notice_is_told_after_the_readers_are_known(world, incident, workflow, capsys):
    workflow(OPS)
    assert world.run("next").status == 0
    logging.getLogger("relauto.git.locks").warning("a lock file was deleted")
    logging.getLogger("urllib3.connectionpool").warning("Retrying %s", OPS)
    assert capsys.readouterr().err == "a lock file was deleted\n"


def test_an_invented_company_may_be_told_of(world, workflow):
    workflow(SOURCE)
    ended = world.run("rehearse", "--dry-run", "--out", "invented")
    assert ended.out.startswith("would rehearse into ")


def test_foreign_words_are_no_commands_to_the_runner(world, workflow, capsys):
    workflow(OPS)
    output.show("::add-mask::x\n  ::error::y\n##[group]z\na::b")
    assert capsys.readouterr().out.splitlines() == [
        "\u2060::add-mask::x",
        "  \u2060::error::y",
        "\u2060##[group]z",
        "a::b",
    ]
