"""What is said when the host of a repository refuses git for rights."""

import pytest

from relauto.errors import CHECK_NAME, RENEW_TOKEN, Status
from relauto.git.address import Address
from relauto.git.denial import find_denial
from relauto.git.runner import Answer

URL = "https://github.com/acme/ops.git"
FATAL = f"fatal: unable to access '{URL}/': The requested URL returned error: "
REJECTED = "!\tabc:refs/heads/main\t[remote rejected] ({})\n"
GIVE = "give the token {} (and its account the role for it), then run again: what was done stays done"


def deny(error, deed="push", output="", url=URL):
    return find_denial(Address(url, "t0ken"), deed, Answer(f"{deed} origin", 128, output.encode(), error))


@pytest.mark.parametrize(
    ("deed", "error", "what", "todo"),
    [
        (
            "push",
            f"remote: Permission to acme/ops.git denied to relauto[bot].\n{FATAL}403",
            "acme/ops: the token may not push (git push): it lacks contents: write",
            GIVE.format("contents: write"),
        ),
        (
            "fetch",
            f"remote: Write access to repository not granted.\n{FATAL}403",
            "acme/ops: the token may not fetch (git fetch): it lacks contents: read",
            GIVE.format("contents: read"),
        ),
        (
            "fetch",
            f"remote: The organization has enabled SAML SSO.\n{FATAL}403",
            (
                "acme/ops: the token may not fetch (git fetch):"
                " its host says 'The organization has enabled SAML SSO.'"
            ),
            GIVE.format("contents: read"),
        ),
        (
            "fetch",
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled",
            "acme/ops: its host does not take the token (git fetch); it is wrong, revoked, or has expired",
            RENEW_TOKEN,
        ),
        (
            "fetch",
            f"remote: Repository not found.\nfatal: repository '{URL}/' not found",
            "acme/ops was not found: there is no such repository, or the token may not see it",
            CHECK_NAME,
        ),
        (
            "push",
            f"remote: This repository was archived so it is read-only.\n{FATAL}403",
            "acme/ops is archived, so nobody can push to it",
            "unarchive it on GitHub, or name another repository in the settings",
        ),
    ],
)
def test_what_was_refused_is_said(deed, error, what, todo):
    denial = deny(error, deed)
    assert (denial.what, denial.todo, denial.status) == (what, todo, Status.BAD_INPUT)


@pytest.mark.parametrize(
    ("who", "right", "missing"),
    [
        ("a Personal Access Token", "`workflow` scope", "the scope workflow"),
        ("a GitHub App", "`workflows` permission", "workflows: write"),
    ],
)
def test_a_workflow_file_is_named(who, right, missing):
    reason = (
        f"refusing to allow {who} to create or update workflow `.github/workflows/ci.yml` without {right}"
    )
    denial = deny("error: failed to push some refs", output=REJECTED.format(reason))
    assert denial.what == (
        "acme/ops: the token may not push .github/workflows/ci.yml, which is a workflow file:"
        f" it lacks {missing}"
    )


@pytest.mark.parametrize(
    ("error", "output", "url"),
    [
        ("fatal: unable to access: Could not resolve host: github.com", "", URL),
        (f"{FATAL}503", "", URL),
        ("error: failed to push some refs", REJECTED.format("stale info"), URL),
        (f"remote: hook: {FATAL}403", REJECTED.format("hook declined"), URL),
        ("git@github.com: Permission denied (publickey).", "", "git@github.com:acme/ops.git"),
    ],
)
def test_other_failures_are_no_denials(error, output, url):
    assert deny(error, output=output, url=url) is None


def test_the_token_is_not_shown():
    assert "t0ken" not in str(deny(f"remote: denied t0ke\n{FATAL}403"))
