"""The hub fails on purpose, for the API and for git."""

import pytest
import requests

from relauto.errors import InputError
from relauto.hub.outage import switch_outage


def test_refusing_hub_answers_503_to_api_and_git(world):
    world.hub.set_outage("refuse")
    for path in ("/api/v3/user", "/api/graphql", "/acme/stockroom.git/info/refs?service=git-upload-pack"):
        assert requests.get(world.hub.address + path, timeout=20).status_code == 503


def test_silent_hub_closes_the_connection(world):
    world.hub.set_outage("silent")
    with pytest.raises(requests.ConnectionError):
        requests.get(world.hub.address, timeout=20)


def test_outage_outlives_a_restart_and_ends_when_told(world):
    world.hub.set_outage("refuse")
    world.restart()
    assert requests.get(f"{world.hub.api}/rate_limit", timeout=20).status_code == 503
    switch_outage(world.root, "none")
    assert requests.get(f"{world.hub.api}/rate_limit", timeout=20).status_code == 200


def test_unknown_outage_is_refused(world):
    with pytest.raises(InputError, match="there is no outage 'all'"):
        switch_outage(world.root, "all")
