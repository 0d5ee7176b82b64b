"""Whose certificates are trusted: what is named first counts, for the API and git alike."""

from pathlib import Path

import certifi
import pytest

from relauto.authority import Authority, find_authority
from relauto.errors import InputError
from relauto.settings.options import GitHub

KNOWN = certifi.where()
ORDER = ("RELAUTO_CA", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO")


@pytest.mark.parametrize("name", ORDER)
def test_first_that_is_named_counts(name: str) -> None:
    later = dict.fromkeys(ORDER[ORDER.index(name) + 1 :], "/nowhere")
    found = find_authority(GitHub(), {name: KNOWN, **later})
    assert found == Authority(Path(KNOWN), name)


def test_setting_goes_before_the_environment() -> None:
    found = find_authority(GitHub(ca=KNOWN), dict.fromkeys(ORDER, "/nowhere"))
    assert found == Authority(Path(KNOWN), "github.ca")
    assert found.variables == {"GIT_SSL_CAINFO": KNOWN, "SSL_CERT_FILE": KNOWN}


@pytest.mark.parametrize("environment", [{}, {"RELAUTO_CA": ""}])
def test_without_a_name_nothing_is_in_force(environment: dict[str, str]) -> None:
    assert find_authority(GitHub(), environment) is None


def test_hub_without_tls_needs_none() -> None:
    hub = GitHub(api="http://127.0.0.1:80/api/v3", git="http://127.0.0.1:80")
    assert find_authority(hub, {"RELAUTO_CA": "/nowhere"}) is None


def test_path_is_told_from_where_relauto_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ca.pem").write_bytes(Path(KNOWN).read_bytes())
    found = find_authority(GitHub(), {"RELAUTO_CA": "ca.pem"})
    assert found == Authority(tmp_path / "ca.pem", "RELAUTO_CA")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "No such file or directory"),
        (b"", "it holds no certificate (PEM)"),
        (b"-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "it holds no certificate (PEM)"),
        (b"\x30\x82\x01\x0a", "it holds no certificate (PEM)"),
    ],
)
def test_what_holds_no_certificate_is_refused(tmp_path: Path, content: bytes | None, why: str) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError) as refused:
        find_authority(GitHub(), {"RELAUTO_CA": str(path)})
    said = f"{path}, which RELAUTO_CA names, cannot be used as a certificate authority: {why}"
    assert refused.value.what == said


def test_folder_of_certificates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        find_authority(GitHub(ca=str(tmp_path)), {})
    assert str(refused.value) == (
        f"{tmp_path}, which github.ca names, is a folder of certificates, and relauto goes by one file\n"
        f"  put its certificates into one file, as by: cat {tmp_path}/*.pem > acme.pem; then name that file"
    )
