"""A server with a certificate of an authority of one's own, and proxies on the way to it."""

import subprocess  # noqa: TID251 - certificates are made by openssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import SETTINGS, Desk, HubProcess

pytestmark = pytest.mark.slow

OPEN = ("open", "--customer", "heron", "--version", "1.4.2", "--started-at", "2026-03-01T02:10Z")
FIX = ("--line", "release-1.4", "--fix", "fix/orders-page-boundary", "--dry-run")
DEAD = "http://127.0.0.1:9"


def make_certificates(folder: Path) -> None:
    """Write an authority's `ca.pem`, and `hub.pem` with `hub.key` for 127.0.0.1."""
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    key = ("-newkey", "rsa:2048", "-nodes")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", "-days", "2")
    for command in (
        ("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Acme", "-days", "2"),
        ("req", *key, "-keyout", "hub.key", "-out", "hub.csr", "-subj", "/CN=127.0.0.1"),
        ("x509", "-req", "-in", "hub.csr", *signed, "-out", "hub.pem"),
    ):
        subprocess.run(("openssl", *command), cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def engineer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """An engineer whose hub speaks TLS; the authority's file is `ca.pem` above their folder."""
    root = tmp_path_factory.mktemp("tls")
    make_certificates(root)
    files = ("--tls-cert", str(root / "hub.pem"), "--tls-key", str(root / "hub.key"))
    with HubProcess(Desk(root / "there", root / "home-there"), "--sample", *files) as hub:
        here = Desk(root / "here", root / "home", {"RELAUTO_TOKEN": hub.token("relauto-bot")})
        here.folder.mkdir()
        (here.folder / "relauto.toml").write_text(SETTINGS.format(**hub.facts))
        assert hub.facts["api"].startswith("https://")
        yield here


def trust(engineer: Desk, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, str(engineer.folder.parent / "ca.pem"))


@pytest.mark.parametrize("names", [(), ("REQUESTS_CA_BUNDLE",)])
def test_without_the_authority_it_is_told_what_to_set(engineer: Desk, names: tuple[str, ...]) -> None:
    ended = engineer.run(*OPEN, *FIX, **trust(engineer, *names))
    assert (ended.status, ended.out) == (5, "")
    assert "REQUESTS_CA_BUNDLE for the API and in GIT_SSL_CAINFO for git" in ended.err


def test_with_it_api_and_git_are_trusted(engineer: Desk) -> None:
    ended = engineer.run(*OPEN, *FIX, **trust(engineer, "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO"))
    assert (ended.status, ended.err) == (0, "")


def test_dead_proxy_is_told_and_no_proxy_goes_around_it(engineer: Desk) -> None:
    known = trust(engineer, "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO")
    ended = engineer.run(*OPEN, *FIX, **known, HTTPS_PROXY=DEAD)
    assert (ended.status, ended.out) == (5, "")
    assert "the proxy in HTTPS_PROXY does not let it through" in ended.err
    assert engineer.run(*OPEN, *FIX, **known, HTTPS_PROXY=DEAD, NO_PROXY="127.0.0.1").status == 0
