import pytest
import requests

from relauto.errors import DecisionError, InputError, RemoteError, UnknownOutcomeError
from relauto.github.assets import digest_bytes, download_asset, upload_asset
from relauto.github.releases import Asset

DATA = b"\x00\xff\x80 not text \xc3\xa9"
UPLOADS = "https://uploads.github.com:443/repos/acme/stockroom/releases/3/assets"


def asset(number=1, name="stockroom.pyz", state="uploaded", data=DATA, **more):
    answer = {"id": number, "name": name, "state": state, "size": len(data), "digest": digest_bytes(data)}
    return {**answer, **more}


def test_a_file_goes_to_the_uploads_host_byte_for_byte(wire, client, draft):
    release = draft()
    wire.mock.add("POST", UPLOADS, json=asset(), status=201)
    assert upload_asset(client, release, "stockroom.pyz", DATA).digest == digest_bytes(DATA)
    sent = wire.mock.calls[-1].request
    assert sent.params == {"name": "stockroom.pyz"}
    assert sent.headers["Authorization"] == "token t0ken"
    assert sent.headers["Content-Type"] == "application/octet-stream"


def test_an_upload_address_elsewhere_never_gets_the_token(client, draft):
    release = draft(upload_url="https://uploads.evil.example/repos/acme/stockroom/releases/3/assets")
    with pytest.raises(RemoteError, match="does not belong"):
        upload_asset(client, release, "stockroom.pyz", DATA)


def test_a_file_that_is_there_is_not_sent_again(client, draft):
    release = draft(assets=[asset()])
    assert upload_asset(client, release, "stockroom.pyz", DATA).id == 1
    assert client.counts.write == 0


def test_without_a_digest_the_bytes_are_compared(wire, client, draft):
    release = draft(draft=False, assets=[asset(digest=None)])
    wire.answer("GET", "releases/assets/1", body=DATA)
    assert upload_asset(client, release, "stockroom.pyz", DATA).id == 1


@pytest.mark.parametrize("failure", [requests.ReadTimeout(), 502, '{"id": 1, "na'])
def test_a_lost_upload_that_arrived_is_kept(wire, client, draft, failure):
    release = draft()
    if isinstance(failure, int):
        wire.mock.add("POST", UPLOADS, json={"message": "bad gateway"}, status=failure)
    else:
        wire.mock.add("POST", UPLOADS, body=failure, status=201, content_type="application/json")
    wire.answer("GET", "releases/3/assets", [asset()])
    assert upload_asset(client, release, "stockroom.pyz", DATA).id == 1
    assert client.counts.write == 1


def test_what_a_broken_upload_left_is_replaced(wire, client, draft):
    release = draft()
    wire.mock.add("POST", UPLOADS, json={"message": "bad gateway"}, status=502)
    wire.mock.add("POST", UPLOADS, json=asset(2), status=201)
    wire.answer("GET", "releases/3/assets", [asset(1, state="starter", data=b"")])
    wire.answer("DELETE", "releases/assets/1", status=204)
    assert upload_asset(client, release, "stockroom.pyz", DATA).id == 2
    assert [line for line in wire.sent() if line.startswith("DELETE")] == ["DELETE releases/assets/1"]


def test_another_file_in_a_draft_is_replaced(wire, client, draft):
    release = draft(assets=[asset(1, data=b"another")])
    wire.answer("DELETE", "releases/assets/1", status=204)
    wire.mock.add("POST", UPLOADS, json=asset(2), status=201)
    assert upload_asset(client, release, "stockroom.pyz", DATA).id == 2


def test_another_file_in_a_published_release_is_for_a_person(client, draft):
    other = b"x" * len(DATA)
    release = draft(draft=False, assets=[asset(1, data=other)])
    with pytest.raises(DecisionError) as stopped:
        upload_asset(client, release, "stockroom.pyz", DATA)
    assert digest_bytes(other) in str(stopped.value)
    assert digest_bytes(DATA) in str(stopped.value)
    assert client.counts.write == 0


def test_bytes_that_changed_on_the_way_are_told(wire, client, draft):
    release = draft()
    wire.mock.add("POST", UPLOADS, json=asset(data=b"x" * len(DATA)), status=201)
    with pytest.raises(RemoteError, match="was stored as"):
        upload_asset(client, release, "stockroom.pyz", DATA)


@pytest.mark.parametrize("name", ["a b", ".hidden", "trailing.", "ä.txt", "", "a/b"])
def test_names_that_github_would_change_are_refused(client, draft, name):
    with pytest.raises(InputError):
        upload_asset(client, draft(), name, DATA)


def test_an_upload_lost_twice_stays_unknown(wire, client, draft):
    release = draft()
    wire.mock.add("POST", UPLOADS, body=requests.ReadTimeout())
    wire.answer("GET", "releases/3/assets", [])
    with pytest.raises(UnknownOutcomeError):
        upload_asset(client, release, "stockroom.pyz", DATA)
    assert client.counts.write == 2


STORED = Asset(1, "stockroom.pyz", "uploaded", len(DATA), digest_bytes(DATA))


def test_a_download_follows_to_storage_without_the_token(wire, client):
    there = "https://storage.example/bucket/1?signature=abc%2Bd"
    wire.answer("GET", "releases/assets/1", body=b"", status=302, headers={"Location": there})
    wire.mock.add("GET", "https://storage.example:443/bucket/1", body=DATA)
    assert download_asset(client, STORED) == DATA
    sent = wire.mock.calls[-1].request
    assert "Authorization" not in sent.headers
    assert sent.url.endswith("signature=abc%2Bd")
    assert wire.mock.calls[0].request.headers["Accept"] == "application/octet-stream"


def test_a_download_is_not_followed_to_plain_http(wire, client):
    there = {"Location": "http://storage.example/1"}
    wire.answer("GET", "releases/assets/1", body=b"", status=302, headers=there)
    with pytest.raises(RemoteError, match="sent the download"):
        download_asset(client, STORED)


def test_a_download_of_other_bytes_is_refused(wire, client):
    wire.answer("GET", "releases/assets/1", body=b"x" * len(DATA))
    with pytest.raises(RemoteError, match="brought"):
        download_asset(client, STORED)


def test_an_unfinished_upload_is_not_downloaded(client):
    with pytest.raises(RemoteError, match="incomplete"):
        download_asset(client, Asset(1, "x", "starter", 0))
