"""Files that people name: over https alone, without credentials, no larger than told."""

import pytest
import requests
import responses

from relauto.errors import InputError, RemoteError
from relauto.stages.building.fetching import read_source

URL = "https://ci.acme.example/job/7/app.bin"
DATA = b"bytes"


@pytest.fixture
def web():
    with responses.RequestsMock() as mock:
        yield mock


def test_a_file_of_this_machine(tmp_path):
    (tmp_path / "app.bin").write_bytes(DATA)
    assert read_source(str(tmp_path / "app.bin")) == ("app.bin", DATA)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_source(str(tmp_path / "app.bin"))


def test_an_address_is_followed_over_https(web):
    web.get(URL, status=302, headers={"Location": "https://files.acme.example/x?signed=1"})
    web.get("https://files.acme.example/x?signed=1", body=DATA)
    assert read_source(URL) == ("app.bin", DATA)


def test_no_credentials_are_sent_from_anywhere(web, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine ci.acme.example login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    web.get(URL, status=302, headers={"Location": f"{URL}?2", "Set-Cookie": "a=b"})
    web.get(f"{URL}?2", body=DATA)
    read_source(URL)
    for call in web.calls:
        assert not {"authorization", "cookie"} & {name.lower() for name in call.request.headers}


@pytest.mark.parametrize(
    "address",
    ["http://ci.acme.example/app.bin", "https://me:secret@ci.acme.example/app.bin", "file:///etc/passwd"],
)
def test_another_kind_of_address_is_refused_and_no_secret_told(address):
    with pytest.raises(InputError) as caught:
        read_source(address)
    assert "is not an address of https without credentials" in caught.value.what
    assert "secret" not in str(caught.value)


def test_a_redirect_to_plain_http_is_refused(web):
    web.get(URL, status=302, headers={"Location": "http://ci.acme.example/app.bin"})
    with pytest.raises(InputError, match="not an address of https"):
        read_source(URL)


def test_redirects_without_end(web):
    web.get(URL, status=302, headers={"Location": URL})
    with pytest.raises(RemoteError, match="sends on and on"):
        read_source(URL)


def test_what_is_too_large_is_not_read_to_its_end(web):
    web.get(URL, body=DATA * 100)
    with pytest.raises(InputError, match="larger than 99 bytes"):
        read_source(URL, largest=99)


@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_answer_that_is_not_the_file(web, status):
    web.get(f"{URL}?token=secret", status=status)
    with pytest.raises(RemoteError) as caught:
        read_source(f"{URL}?token=secret")
    assert caught.value.what == f"{URL} answered {status}, not with the file"


def test_no_answer(web):
    web.get(URL, body=requests.ConnectionError("no"))
    with pytest.raises(RemoteError, match="could not be fetched"):
        read_source(URL)
