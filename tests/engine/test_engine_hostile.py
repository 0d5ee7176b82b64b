"""Names and words that somebody chose to do harm go the whole way and do nothing."""

import pytest

from relauto.errors import InputError, Status
from relauto.rehearsal.cast.api import ApiError
from tests.engine.conftest import SOURCE, only_stop

pytestmark = pytest.mark.path

SUBJECT = (
    "Fix `rm -rf` ${{ secrets.TOKEN }} {{ 7*191 }} <script>alert(1)</script> @acme/everyone \x1b[31mred "
    "::set-output name=x::y fixes #1 \u202egnp.exe " + "long " * 20_000
)


def bring_hostile_fix(world):
    text = world.product.read("show", "main:app.txt").replace("line 5\n", "line five\n") + "\n"
    world.product.run("branch", "fix/hostile", "main")
    world.commit_on("fix/hostile", SUBJECT + "\n\n" + "body " * 5_000, {"app.txt": text})


def check_harmless(text):
    assert "1337" not in text, "a template ran"
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "<script" not in text
    assert "@acme" not in text, "a mention would call people"
    assert "::set-output" not in text


@pytest.mark.slow
def test_subject_of_100_000_characters_with_everything_in_it(at):
    world = at("blank")
    bring_hostile_fix(world)
    world.open(fix="fix/hostile")
    world.reach_merge_door()
    title = world.pull(1)["title"]
    assert len(title) == 256
    assert "\x1b" not in title
    world.pass_merge_door()
    assert len(world.pull(2)["title"]) <= 256
    check_harmless(world.pull(2)["body"])
    world.reach_verify()
    check_harmless(world.qa_issue()["body"])
    world.reach_release_door()
    world.reach_send_door()
    release = world.api("dev").get(f"repos/{SOURCE}/releases/tags/v1.0.1")
    check_harmless(release["body"])
    for comment in world.desk():
        check_harmless(comment)
    world.finish()
    for notice in world.incident.notices:
        check_harmless(world.rendered(notice.path))


def test_pull_request_with_the_longest_title_and_body_that_github_takes(at):
    world = at("blank")
    bring_hostile_fix(world)
    body = "`{{ 7*191 }}` <img src=x onerror=alert(1)> ${{ github.token }}\n" * 1_000
    made = {"title": ("{{ 7*191 }} @acme/everyone " * 20)[:256], "head": "fix/hostile", "base": "main"}
    world.api("dev").post(f"repos/{SOURCE}/pulls", {**made, "body": body[:65_536]})
    world.open(fix=None, pull=1)
    world.reach_merge_door()
    for comment in world.desk():
        check_harmless(comment)
    with pytest.raises(ApiError, match="maximum is 256"):
        world.api("dev").patch(f"repos/{SOURCE}/pulls/1", {"title": "x" * 257})
    with pytest.raises(ApiError, match="maximum is 65536"):
        world.api("dev").patch(f"repos/{SOURCE}/pulls/1", {"body": "x" * 100_000})


@pytest.mark.parametrize("name", ["--upload-pack=touch /tmp/x", "-f", "a..b", "x\ny", "HEAD^{/fix}", "@{-1}"])
@pytest.mark.parametrize("option", ["fix", "line"])
def test_branch_that_git_would_take_for_something_else(at, name, option):
    world = at("blank")
    before = world.objects()
    with pytest.raises(InputError, match="is not a branch name that git accepts"):
        world.open(**{option: name})
    assert world.objects() == before
    assert world.writes == 0


def test_branch_with_shell_in_its_name(at):
    world = at("blank")
    name = 'fix/";echo${IFS}pwned;#$(id)`id`'
    world.product.run("branch", name, "fix/crash")
    world.open(fix=name)
    world.reach_merge_door()
    assert world.pull(1)["head"]["ref"] == name
    stop = only_stop(world.advance())
    assert stop.status is Status.DECISION
