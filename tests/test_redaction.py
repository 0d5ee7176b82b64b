"""Secrets leave no text as they are."""

import base64
from urllib.parse import quote

import pytest

from relauto import redaction

SECRET = "s3cret/with+signs=1"


@pytest.fixture(autouse=True)
def known(monkeypatch):
    monkeypatch.setattr(redaction, "_known", {})
    redaction.learn(SECRET)


@pytest.mark.parametrize(
    "form",
    [
        SECRET,
        quote(SECRET, safe=""),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(f"x-access-token:{SECRET}".encode()).decode(),
    ],
)
def test_learnt_secret_goes_in_every_form(form):
    assert redaction.redact(f"before {form} after") == "before *** after"
    assert redaction.holds_secret(form)
    assert redaction.holds_known(b"\0" + form.encode())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Basic abcdef==", "Authorization: Basic ***"),
        ("authorization: bearer xyz", "authorization: bearer ***"),
        ("https://me:pw@host/x and ssh://git@host", "https://***@host/x and ssh://***@host"),
        (f"ghs_{'A1' * 15} gone", "*** gone"),
        (f"github_pat_{'A1_' * 10}", "***"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "***"),
        ("the token is refused", "the token is refused"),
    ],
)
def test_what_looks_like_a_secret_goes(text, left):
    assert redaction.redact(text) == left


def test_short_words_are_no_secrets():
    redaction.learn("word")
    assert redaction.redact("a word") == "a word"


def test_programs_get_no_variable_that_could_hold_a_secret():
    given = {
        "PATH": "/bin",
        "GH_TOKEN": "x",
        "MY_PASSWORD": "x",
        "GIT_CONFIG_VALUE_0": "x",
        "CAST_X": "x",
        "GITHUB_ENV": "/tmp/env",
        "GITHUB_PATH": "/tmp/path",
        "GITHUB_OUTPUT": "/tmp/output",
        "GITHUB_STATE": "/tmp/state",
        "GITHUB_STEP_SUMMARY": "/tmp/summary",
        "ACTIONS_CACHE_URL": "https://cache.example",
        "ACTIONS_RUNTIME_URL": "https://runtime.example",
        "GITHUB_SHA": "abc",
        "NOTE": f"so {SECRET}",
    }
    assert redaction.strip_environment(given) == {"PATH": "/bin", "GITHUB_SHA": "abc"}


def test_a_token_of_the_environment_is_known_under_any_other_name():
    given = {"NPM_TOKEN": "npm-token-value", "DEPLOY": "x:npm-token-value", "PATH": "/bin"}
    redaction.learn_tokens(given)
    assert redaction.strip_environment(given) == {"PATH": "/bin"}
