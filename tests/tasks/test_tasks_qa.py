"""QA at a terminal: the page, what it says by now, and a verdict by a token of one's own."""

from typing import Any

import pytest

from relauto.git.runner import Git
from tests.tasks.test_tasks_story import CHECK, OPS, World, incident, world

pytestmark = pytest.mark.path

__all__ = ["incident", "world"]

TAG = "v1.0.1-rc1"


@pytest.fixture
def asked(world: World, incident: str) -> World:
    """Bring the incident to where QA is asked about its first candidate."""
    stranger = Git(world.root / "product" / "bare.git").read("rev-parse", "release-1.0")
    world.run("advance")
    world.run("tick", "investigate.qa-decision", "--evidence", "yes: to be sure", by="robin-rm")
    head = world.pass_pull(1)
    world.run("advance")
    world.run("approve", "prepare.merge", "--subject", head, by="robin-rm")
    world.run("advance")
    world.pass_pull(2)
    world.run("advance")
    world.run("accept", stranger, "--reason", "it ships too", by="robin-rm")
    ended = world.run("advance", "--json")
    assert [stop["place"] for stop in ended.document["stops"]] == ["prepare.verify on acme/till@release-1.0"]
    return world


def read_issue(world: World) -> dict[str, Any]:
    return next(world.api("quinn-qa").pages(f"repos/{OPS}/issues", labels="relauto-qa"))


def tick(world: World, *items: str, by: str = "quinn-qa") -> None:
    issue = read_issue(world)
    lines = issue["body"].split("\n")
    ticked = [
        line.replace("- [ ]", "- [x]", 1) if any(f"relauto:qa:{item} " in line for item in items) else line
        for line in lines
    ]
    world.api(by).patch(f"repos/{OPS}/issues/{issue['number']}", {"body": "\n".join(ticked)})


def test_what_the_page_says_goes_on_record_and_is_shown(asked: World) -> None:
    tick(asked, "build.commit", "old.pick-1-commit")
    tick(asked, "new.pick-1-commit", by="mallory")
    told = asked.dry("qa.sync").out
    assert told == f"would record what is ticked about {TAG}\n"
    document = asked.run("qa.sync", "--json").document
    states = {each["item"]: (each["state"], each["by"]) for each in document["items"]}
    assert states["build.commit"] == ("ticked", "quinn-qa")
    assert states["new.pick-1-commit"] == ("refused", "mallory")
    assert states["sign-off"] == ("open", "")
    assert (document["tag"], document["verdict"], document["recorded"]) == (TAG, "", True)
    assert not asked.run("qa.sync", "--json").document["recorded"], "once"
    shown = asked.run("qa.sync", "--tag", TAG).out
    assert (
        f"# What QA found on {TAG}\n\nNo verdict yet in [QA's issue]({read_issue(asked)['html_url']})."
        in shown
    )
    assert "| `new.pick-1-commit` | open: ticked by mallory, who is not on the roster for it |" in shown
    known = asked.run("qa.show", "--results").out
    assert "| `build.commit` | quinn-qa |" in known
    assert "| `new.pick-1-commit` | open |" in known
    assert asked.run("qa.show").out.startswith(f"# Verify {TAG}\n")
    assert asked.run("qa.sync", "--tag", "v9").status == 2


def test_the_printed_page_shows_what_ci_says_by_now(asked: World) -> None:
    def print_checks() -> str:
        lines = asked.run("qa.show", "--html").out.split("\n")
        return next(line for line in lines if "CI is green at its commit" in line).strip()

    commit = Git(asked.root / "product" / "bare.git").read("rev-parse", f"{TAG}^{{commit}}")
    see = f'<a href="{asked.hub.address}/acme/till/commit/{commit}/checks">(see)</a>'
    assert print_checks() == f"<li>\u2610 (pending) CI is green at its commit {see}</li>"
    run = {"name": CHECK, "head_sha": commit, "status": "completed", "conclusion": "success"}
    asked.api("ci-runner").post("repos/acme/till/check-runs", run)
    asked.run("advance")
    assert print_checks() == f"<li>\u2611 (by a machine) CI is green at its commit {see}</li>"


def test_a_verdict_is_given_for_exactly_what_is_shown(asked: World) -> None:
    digest = asked.run("qa.sync", "--json").document["digest"]
    shown = asked.run("qa.sign", TAG, by="quinn-qa")
    assert (shown.status, shown.out) == (2, "")
    assert f"relauto qa.sign {TAG} --digest {digest[:12]} --verdict pass or fail" in shown.err
    signing = ("qa.sign", TAG, "--digest", digest[:12], "--verdict")
    assert asked.run("qa.sign", TAG, "--digest", "0" * 12, "--verdict", "pass", by="quinn-qa").status == 2
    assert asked.run(*signing, "maybe", by="quinn-qa").status == 2
    assert asked.run(*signing, "fail", by="quinn-qa").status == 2
    refused = asked.run(*signing, "pass", by="robin-rm")
    assert (refused.status, "robin-rm may not sign" in refused.err) == (3, True)
    asked.dry(*signing, "pass", by="quinn-qa")
    assert asked.run(*signing, "pass", by="quinn-qa").out == f"quinn-qa says pass to {TAG} ({digest[:12]})\n"
    stop = asked.run("advance", "--json").document["stops"][0]
    assert f"{TAG} is signed, but" in stop["reason"] or "unit tests" in stop["reason"]
