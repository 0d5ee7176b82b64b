"""Signatures are those that git verifies; who signs is what git's own settings say."""

import subprocess  # noqa: TID251 - gpg makes a key for the test
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relauto.errors import InputError
from relauto.git.commit import EMPTY_TREE, Signature
from relauto.git.repository import Repository
from relauto.git.runner import Git
from relauto.git.signer import Signer, Signing, find_signing, make_ssh_key
from relauto.model.names import Commit, Tag

WHO = Signature("Bo Bot", "bot@acme.example", datetime(2026, 3, 2, 3, 0, tzinfo=UTC))


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def signer(tmp_path):
    made = make_ssh_key(tmp_path / "key", "bot")
    (tmp_path / "signers").write_text(f"bot {(tmp_path / 'key.pub').read_text()}")
    Git(tmp_path).run("config", "--global", "gpg.ssh.allowedSignersFile", str(tmp_path / "signers"))
    return made


@pytest.fixture
def repository(tmp_path):
    with Repository.init(tmp_path / "repository.git") as opened:
        yield opened


def grow(repository):
    """Write a series of three, and return its first and its last."""
    made = []
    for name in ("one", "two", "three"):
        parents = made[-1:]
        tree = repository.write_files(EMPTY_TREE, {name: name.encode()})
        made.append(repository.write_commit(tree, parents, f"{name}\n\nWith a body.\n", WHO, WHO))
    return made[0], made[-1]


def test_series_is_signed_as_git_verifies_it(repository, signer):
    base, head = grow(repository)
    became = repository.rewrite(base, head, signer)
    signed = became[head]
    assert repository.git.read("log", "--format=%G? %GS %s", f"{base}..{signed}") == "G bot three\nG bot two"
    assert repository.git.ask("fsck", "--strict", signed).status == 0
    assert repository.is_signed(signed)
    assert not repository.is_signed(base)


def test_signatures_taken_away_leave_what_was_signed(repository, signer):
    base, head = grow(repository)
    signed = repository.rewrite(base, head, signer)[head]
    assert repository.rewrite(base, signed, None)[signed] == head


def test_tag_is_signed_as_git_verifies_it(repository, signer):
    _, head = grow(repository)
    made = repository.write_tag(Tag("v1"), head, "v1\n", WHO, signer)
    repository.git.run("update-ref", "refs/tags/v1", made)
    assert repository.git.ask("verify-tag", "v1").status == 0
    assert repository.tags() == {Tag("v1"): head}


def test_another_key_is_not_taken_for_it(repository, signer, tmp_path):
    base, head = grow(repository)
    other = make_ssh_key(tmp_path / "other", "mallory")
    signed = repository.rewrite(base, head, other)[head]
    assert repository.git.ask("verify-commit", signed).status != 0


def test_gpg_signs_as_git_verifies_it(repository, tmp_path, monkeypatch):
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    command = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "bot@acme.example"]
    if subprocess.run([*command, "ed25519"], capture_output=True, check=False).returncode:
        pytest.skip("this machine's gpg makes no key")
    base, head = grow(repository)
    signed = repository.rewrite(base, head, Signer("openpgp", "gpg", "bot@acme.example"))[head]
    assert repository.git.ask("verify-commit", signed).status == 0
    subprocess.run(["gpgconf", "--kill", "all"], capture_output=True, check=False)


def test_signer_that_cannot_sign_is_told(repository, tmp_path):
    base, head = grow(repository)
    with pytest.raises(InputError, match="could not sign with"):
        repository.rewrite(base, head, Signer("ssh", "ssh-keygen", str(tmp_path / "nothing")))
    with pytest.raises(InputError, match="could not sign with"):
        repository.rewrite(base, head, Signer("ssh", "no-such-program", "key"))


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({}, Signing()),
        ({"commit.gpgSign": "true"}, Signing(commits=True)),
        (
            {"user.signingKey": "ABCD", "tag.gpgSign": "yes"},
            Signing(Signer("openpgp", "gpg", "ABCD"), tags=True),
        ),
        (
            {"user.signingKey": "~/key", "gpg.format": "ssh"},
            Signing(Signer("ssh", "ssh-keygen", "HOME/key")),
        ),
        (
            {"user.signingKey": "ssh-ed25519 AAAA", "gpg.format": "ssh", "gpg.ssh.program": "other"},
            Signing(Signer("ssh", "other", "ssh-ed25519 AAAA")),
        ),
        ({"user.signingKey": "A", "gpg.format": "x509"}, Signing(Signer("x509", "gpgsm", "A"))),
        ({"user.signingKey": "A", "gpg.program": "gpg2"}, Signing(Signer("openpgp", "gpg2", "A"))),
    ],
)
def test_git_says_who_signs(tmp_path, config, expected):
    for name, value in config.items():
        Git(tmp_path).run("config", "--global", name, value)
    found = find_signing(Git(tmp_path))
    if found.signer:
        key = found.signer.key.replace(str(tmp_path), "HOME")
        found = Signing(Signer(found.signer.format, found.signer.program, key), found.commits, found.tags)
    assert found == expected


def test_series_of_nothing_becomes_nothing(repository, signer):
    _, head = grow(repository)
    assert repository.rewrite(head, Commit(head), signer) == {}
