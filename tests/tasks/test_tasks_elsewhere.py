"""From a fix's branch to the hand-over, against a hub in another process: an address and a token are all."""

import base64
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from relauto.rehearsal.cast.api import Api
from tests.processes import SETTINGS, Desk, Ended, HubProcess
from tests.tasks.elsewhere import Story

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    there, here = tmp_path_factory.mktemp("there"), tmp_path_factory.mktemp("here")
    owner = Desk(there / "work", there / "home")
    with HubProcess(owner, "--sample") as hub:
        trace = here / "trace.txt"
        variables = {"RELAUTO_TOKEN": hub.token("relauto-bot"), "GIT_TRACE": str(trace)}
        engineer = Desk(here / "work", here / "home", variables)
        engineer.folder.mkdir()
        (engineer.folder / "relauto.toml").write_text(SETTINGS.format(**hub.facts))
        story = Story(hub, owner, engineer)
        opened = story.open()
        assert opened.status == 0, opened.err
        yield story


def trace_of(story: Story) -> Path:
    """Return the file in which git records what it starts for the engineer."""
    return Path(story.engineer.variables["GIT_TRACE"])


@pytest.fixture(scope="module")
def finished(story: Story) -> Ended:
    return story.go_on()


def test_whole_path_is_gone_with_an_address_and_a_token_alone(story: Story, finished: Ended) -> None:
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


def test_token_is_written_nowhere(story: Story, finished: Ended) -> None:
    token = story.hub.token("relauto-bot")
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    assert finished.status == 0
    assert "remote-http" in trace_of(story).read_text(), "git's own children are recorded"
    kept = story.hub.root / "tokens"
    here = trace_of(story).parent
    files = [
        Path(folder) / name
        for top in (here, story.owner.folder.parent)
        for folder, _, names in os.walk(top)
        for name in names
        if Path(folder) != kept
    ]
    assert len(files) > 100
    secrets = (token.encode(), basic.encode())
    assert [path for path in files if any(secret in path.read_bytes() for secret in secrets)] == []
    assert [each for each in story.said if token in each.out + each.err or basic in each.out + each.err] == []
