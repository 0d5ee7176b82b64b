"""Tokens of GitHub's kinds from a hub's set-up."""

import pytest
import requests

from relauto.clock import ManualClock
from relauto.errors import FaultsError
from relauto.hub import Hub
from relauto.hub.setup import apply_setup, find_token, read_setup

SETUP = """\
[accounts.dev]
kind = "classic"
scopes = ["repo"]
[accounts.dora]
kind = "fine_grained"
permissions = {issues = "write"}
repositories = ["acme/ops"]
[accounts."relauto[bot]"]
kind = "app"
permissions = {contents = "read"}
[repositories."acme/ops"]
private = true
access = {dev = "write", dora = "write"}
"""


@pytest.fixture
def ask(tmp_path):
    (tmp_path / "setup.toml").write_text(SETUP)
    with Hub(tmp_path / "hub", clock=ManualClock()) as hub:
        for _ in range(2):
            apply_setup(hub, tmp_path / "hub", read_setup(tmp_path / "setup.toml"))

        def send(login, verb, path, body=None):
            token = find_token(tmp_path / "hub", login).read_text().strip()
            headers = {"Authorization": f"Bearer {token}"}
            return requests.request(
                verb, f"{hub.api}/repos/acme/ops{path}", json=body, headers=headers, timeout=20
            )

        yield send


def test_an_account_gets_a_token_of_its_kind(ask):
    assert ask("dev", "GET", "").headers["X-OAuth-Scopes"] == "repo"
    assert ask("dora", "POST", "/issues", {"title": "x"}).status_code == 201
    assert ask("dora", "GET", "/branches").status_code == 403
    assert ask("relauto[bot]", "GET", "/branches").status_code == 200
    refused = ask("relauto[bot]", "POST", "/issues", {"title": "x"})
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write"


def test_what_is_no_token_of_githubs_is_a_fault(tmp_path):
    wrong = SETUP.replace('issues = "write"', 'checks = "read"')
    (tmp_path / "setup.toml").write_text(wrong.replace('kind = "app"', 'kind = "classic"'))
    with pytest.raises(FaultsError) as caught:
        read_setup(tmp_path / "setup.toml")
    assert caught.value.faults == (
        "accounts.dora: a token of kind fine_grained cannot have the permission checks",
        "accounts.relauto[bot]: a token of kind classic has no permissions",
    )
