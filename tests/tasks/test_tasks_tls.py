"""A server with a certificate of an authority of one's own, and proxies on the way to it."""

import base64
import os
import subprocess  # noqa: TID251 - certificates are made by openssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.processes import SETTINGS, Desk, Ended, HubProcess
from tests.proxying import PASSWORD, QUOTED, Proxy
from tests.tasks.elsewhere import FIX, OPEN, Story

pytestmark = pytest.mark.slow

HOST = "github.test"
"""A name of the hub's that only a proxy knows."""

DEAD = "127.0.0.1:9"
VARIABLES = ("RELAUTO_CA", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO")
OPENING = (*OPEN, *FIX, "--dry-run")


def make_certificates(folder: Path) -> None:
    """Write an authority's `ca.pem`, another's `other.pem`; for 127.0.0.1 and HOST `hub.pem`, `hub.key`."""
    (folder / "names").write_text(f"subjectAltName=IP:127.0.0.1,DNS:{HOST}\n")
    key, days = ("-newkey", "rsa:2048", "-nodes"), ("-days", "2")
    signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names", *days)
    for command in (
        ("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Acme", *days),
        (
            "req",
            "-x509",
            *key,
            "-keyout",
            "other.key",
            "-out",
            "other.pem",
            "-subj",
            "/CN=Other",
            "-days",
            "2",
        ),
        ("req", *key, "-keyout", "hub.key", "-out", "hub.csr", "-subj", "/CN=127.0.0.1"),
        ("x509", "-req", "-in", "hub.csr", *signed, "-out", "hub.pem"),
    ):
        subprocess.run(("openssl", *command), cwd=folder, check=True, capture_output=True)


@dataclass
class Place:
    """A hub that speaks TLS, its owner, and the folder of the certificates."""

    root: Path
    hub: HubProcess
    owner: Desk

    @property
    def ca(self) -> str:
        return str(self.root / "ca.pem")

    @property
    def other(self) -> str:
        return str(self.root / "other.pem")

    def seat(self, name: str, host: str = "127.0.0.1", settings: str = SETTINGS) -> Desk:
        """Return the desk of an engineer who knows the hub by the name `host`."""
        home = self.root / name
        engineer = Desk(home / "work", home / "home", {"RELAUTO_TOKEN": self.hub.token("relauto-bot")})
        engineer.folder.mkdir(parents=True)
        facts = {key: str(value).replace("127.0.0.1", host) for key, value in self.hub.facts.items()}
        (engineer.folder / "relauto.toml").write_text(settings.format(**facts))
        return engineer


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    root = tmp_path_factory.mktemp("tls")
    make_certificates(root)
    files = ("--tls-cert", str(root / "hub.pem"), "--tls-key", str(root / "hub.key"))
    owner = Desk(root / "there", root / "home-there", {"RELAUTO_CA": str(root / "ca.pem")})
    with HubProcess(owner, "--sample", *files) as hub:
        assert hub.facts["api"].startswith("https://")
        yield Place(root, hub, owner)


@pytest.fixture(scope="module")
def engineer(place: Place) -> Desk:
    return place.seat("here")


@pytest.fixture(scope="module")
def remote(place: Place) -> Desk:
    """An engineer whom only a proxy connects with the hub."""
    return place.seat("remote", HOST)


def check_secrecy(ended: Ended) -> None:
    """Make sure that no password of a proxy was told, in whatever form."""
    forms = (PASSWORD, QUOTED, base64.b64encode(f"erin:{PASSWORD}".encode()).decode())
    assert not any(form in ended.out + ended.err for form in forms)


# Certificates


def test_without_the_authority_it_is_told_what_to_set(engineer: Desk) -> None:
    ended = engineer.run(*OPENING)
    assert (ended.status, ended.out) == (5, "")
    assert "its certificate is not trusted" in ended.err
    assert (
        "by github.ca in relauto.toml, or by RELAUTO_CA; the API, uploads and git all go by it" in ended.err
    )


@pytest.mark.parametrize("name", VARIABLES)
def test_each_variable_is_enough_for_the_api_and_git(place: Place, engineer: Desk, name: str) -> None:
    ended = engineer.run(*OPENING, **{name: place.ca})
    assert (ended.status, ended.err) == (0, "")


def test_variable_of_relauto_goes_before_those_of_others(place: Place, engineer: Desk) -> None:
    others = dict.fromkeys(VARIABLES[1:], place.other)
    ended = engineer.run(*OPENING, **others, RELAUTO_CA=place.ca)
    assert (ended.status, ended.err) == (0, "")


def test_setting_goes_before_all_and_lies_beside_the_settings(place: Place) -> None:
    engineer = place.seat("set", settings=SETTINGS.replace("git =", 'ca = "../../ca.pem", git ='))
    (engineer.folder / "below").mkdir()
    below = Desk(engineer.folder / "below", engineer.home, engineer.variables)
    ended = below.run(*OPENING, **dict.fromkeys(VARIABLES, place.other))
    assert (ended.status, ended.err) == (0, "")


def test_wrong_authority_is_told_by_name(place: Place, engineer: Desk) -> None:
    ended = engineer.run(*OPENING, SSL_CERT_FILE=place.other)
    assert (ended.status, ended.out) == (5, "")
    assert f"{place.other} is trusted alone, as SSL_CERT_FILE says" in ended.err


@pytest.mark.parametrize(
    ("file", "why"), [("absent.pem", "No such file or directory"), ("names", "it holds no certificate (PEM)")]
)
def test_what_is_no_authority_is_refused_before_the_first_request(
    place: Place, engineer: Desk, file: str, why: str
) -> None:
    path = place.root / file
    ended = engineer.run(*OPENING, RELAUTO_CA=str(path), HTTPS_PROXY=f"http://{DEAD}")
    assert (ended.status, ended.out) == (2, "")
    assert f"{path}, which RELAUTO_CA names, cannot be used as a certificate authority: {why}" in ended.err


def test_doctor_says_which_authority_is_in_force(place: Place, engineer: Desk) -> None:
    ended = engineer.run("doctor", SSL_CERT_FILE=place.ca, GIT_SSL_CAINFO=place.other)
    assert f"certificates are checked by {place.ca} alone (SSL_CERT_FILE), for the API and git" in ended.out


# Proxies


def test_proxy_carries_api_and_git(place: Place, remote: Desk) -> None:
    with Proxy(names={HOST: "127.0.0.1"}) as proxy:
        ended = remote.run(*OPENING, RELAUTO_CA=place.ca, HTTPS_PROXY=f"http://{proxy.place}")
    assert (ended.status, ended.err) == (0, "")
    assert {target.partition(":")[0] for target in proxy.asked} == {HOST}


def test_no_proxy_goes_around_it(place: Place, engineer: Desk) -> None:
    around = {"HTTPS_PROXY": f"http://{DEAD}", "NO_PROXY": "127.0.0.1"}
    assert engineer.run(*OPENING, RELAUTO_CA=place.ca, **around).status == 0


def test_dead_proxy_is_told_by_name(place: Place, engineer: Desk) -> None:
    ended = engineer.run(*OPENING, RELAUTO_CA=place.ca, HTTPS_PROXY=f"http://erin:{QUOTED}@{DEAD}")
    assert (ended.status, ended.out) == (5, "")
    assert f"the proxy {DEAD} (HTTPS_PROXY) does not let it through" in ended.err
    check_secrecy(ended)


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        (Proxy(password="another"), "407 Proxy Authentication Required"),
        (Proxy(password=PASSWORD, refusal=502), "502 Bad Gateway"),
    ],
    ids=["407", "502"],
)
def test_proxy_that_refuses_is_told_without_its_password(
    place: Place, engineer: Desk, proxy: Proxy, told: str
) -> None:
    with proxy:
        ended = engineer.run(*OPENING, RELAUTO_CA=place.ca, HTTPS_PROXY=proxy.address)
    assert (ended.status, ended.out) == (5, "")
    assert told in ended.err
    assert f"the proxy {proxy.place} (HTTPS_PROXY) does not let it through" in ended.err
    check_secrecy(ended)


def test_what_is_no_proxy_is_bad_input(place: Place, engineer: Desk) -> None:
    ended = engineer.run(*OPENING, RELAUTO_CA=place.ca, HTTPS_PROXY=f"erin:{QUOTED}@{DEAD}")
    assert (ended.status, ended.out) == (2, "")
    assert "HTTPS_PROXY does not hold the address of a proxy that can be used" in ended.err
    check_secrecy(ended)


# The whole path, with its uploads, and the cast


def test_whole_path_is_gone_by_way_of_a_proxy_that_asks_for_a_password(place: Place) -> None:
    with Proxy(password=PASSWORD, names={HOST: "127.0.0.1"}) as proxy:
        engineer = place.seat("story", HOST)
        engineer.variables |= {"RELAUTO_CA": place.ca, "HTTPS_PROXY": proxy.address}
        story = Story(place.hub, place.owner, engineer)
        assert story.open().status == 0, story.said[-1].err
        finished = story.go_on()
        assert (finished.status, finished.out) == (0, "every automated step is done\n"), finished.err
    for ended in story.said:
        check_secrecy(ended)
    top = engineer.folder.parent
    files = [Path(folder) / name for folder, _, names in os.walk(top) for name in names]
    assert len(files) > 50
    assert [path for path in files if PASSWORD.encode() in path.read_bytes()] == []
    assert [path for path in files if QUOTED.encode() in path.read_bytes()] == []
