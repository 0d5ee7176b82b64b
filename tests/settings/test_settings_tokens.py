"""Tokens: which part's is taken, and to which host one goes."""

import pytest

from relauto.errors import InputError
from relauto.settings.options import GitHub
from relauto.settings.tokens import find_host_token, read_token

SERVER = GitHub(api="https://api.acme.example:8443", git="https://Git.acme.example")


def test_the_token_of_a_part_comes_before_the_shared_ones():
    shared = {"GITHUB_TOKEN": "4", "GH_TOKEN": "3"}
    assert read_token("ops", {**shared, "RELAUTO_TOKEN": "2", "RELAUTO_OPS_TOKEN": "1"}) == "1"
    assert read_token("ops", {**shared, "RELAUTO_TOKEN": "2", "RELAUTO_QA_TOKEN": "1"}) == "2"
    assert read_token("ops", shared) == "3"
    assert read_token("ops", {"GITHUB_TOKEN": "4", "GH_TOKEN": ""}) == "4"
    with pytest.raises(InputError, match="no token for the qa repository") as caught:
        read_token("qa", {})
    assert "RELAUTO_QA_TOKEN" in caught.value.todo


@pytest.mark.parametrize(
    ("url", "trusted", "token"),
    [
        ("https://git.other.example/a/b.git", None, "own"),
        ("https://github.com/a/b.git", None, "own"),
        ("git@github.com:a/b.git", None, None),
        ("/srv/b.git", None, None),
        ("https://github.com/a/b.git", GitHub(), "own"),
        ("https://github.com/a/b.git", SERVER, "own"),
        ("https://git.acme.example/a/b.git", SERVER, "own"),
        ("https://api.acme.example:8443/a/b.git", SERVER, "own"),
        ("https://git.acme.example:8443/a/b.git", SERVER, None),
        ("https://git.acme.example.evil.example/a/b.git", SERVER, None),
        ("https://git.other.example/a/b.git", GitHub(), None),
        ("http://127.0.0.1:8971/a/b.git", GitHub(), None),
        ("https://ghe.example/a/b.git", GitHub(), "gh"),
        ("ssh://git@github.com/a/b.git", GitHub(), None),
    ],
)
def test_which_token_goes_to_which_host(url, trusted, token):
    known = {"RELAUTO_TOKEN": "own", "GH_TOKEN": "gh", "GH_HOST": "ghe.example"}
    assert find_host_token(url, trusted, known) == token
