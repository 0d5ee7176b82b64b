"""Nothing is lost between two requests, in this process or another."""

import json
import os
import signal
import subprocess  # noqa: TID251 - a hub that can be killed
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from relauto.errors import InputError
from relauto.hub import Hub


def test_path_goes_on_after_a_restart_before_every_request(world):
    head = world.fork("fix")
    world.restart()
    world.open("fix")
    world.restart()
    world.send("POST", "/pulls/1/reviews", {"event": "APPROVE"}, by="rae")
    world.restart()
    merged = world.send("PUT", "/pulls/1/merge", {"sha": head})["sha"]
    world.restart()
    assert world.send("POST", "/issues", {"title": "x"}, status=201)["number"] == 2
    release = world.send("POST", "/releases", {"tag_name": "v1", "draft": True}, status=201)
    world.restart()
    world.send("PATCH", f"/releases/{release['id']}", {"draft": False})
    assert world.bare.read("rev-parse", "v1") == merged
    ids = [event.id for event in world.hub.events()]
    assert ids == list(range(1, len(ids) + 1))


def test_process_of_its_own_is_killed_and_goes_on(world, tmp_path):
    world.hub.close()
    command = [sys.executable, "-m", "relauto.hub", str(world.root)]
    for turn in (1, 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            facts = json.loads(process.stdout.readline())
            answer = requests.post(
                f"{facts['api']}/repos/acme/stockroom/issues",
                json={"title": "x"},
                headers={"Authorization": "token token-of-bot"},
                timeout=20,
            )
            assert answer.json()["number"] == turn
            os.kill(process.pid, signal.SIGKILL)


def test_taken_port_and_wrong_directory_are_told(world, tmp_path, product, access):
    port = int(world.hub.address.rpartition(":")[2])
    with pytest.raises(InputError, match=str(port)), Hub(tmp_path / "other", port=port):
        pass
    with pytest.raises(InputError, match="not a bare repository"):
        world.hub.add_repository(
            product[0], tmp_path, private=False, default_branch=product[2], access=access
        )


def test_mergeability_is_unknown_at_first_when_asked_to_be(world):
    world.hub.application.background = True
    world.fork("fix")
    assert world.open("fix")["mergeable"] is None
    assert world.get("/pulls/1")["mergeable"] is True
    world.commit("b.txt", "b\n")
    world.push("HEAD:fix")
    known = [world.get("/pulls/1") for _ in range(2)]
    assert [(pull["mergeable"], pull["mergeable_state"]) for pull in known] == [
        (None, "unknown"),
        (True, "clean"),
    ]


def test_of_many_at_once_one_wins_and_none_is_lost(world):
    head = world.fork("fix")
    world.open("fix")
    body = {"ref": "refs/tags/v1", "sha": head}
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: world.ask("POST", "/git/refs", body).status_code, range(8)))
        issues = list(pool.map(lambda _: world.ask("POST", "/issues", {"title": "x"}).json(), range(8)))
        merged = list(pool.map(lambda _: world.ask("PUT", "/pulls/1/merge").status_code, range(8)))
    assert sorted(made) == [201] + [422] * 7
    assert sorted(issue["number"] for issue in issues) == list(range(2, 10))
    assert sorted(merged) == [200] + [405] * 7
