"""Whose certificates are trusted: one file for the API, for uploads and for git alike."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from relauto.errors import InputError
from relauto.settings.options import GitHub

VARIABLE = "RELAUTO_CA"

# What other programs read, relauto's own first: pip and requests, curl, OpenSSL, git.
_VARIABLES = (VARIABLE, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "GIT_SSL_CAINFO")


@dataclass(frozen=True)
class Authority:
    """A file of certificates (PEM) that are trusted instead of those built in; `source` says who names it."""

    path: Path
    source: str

    @property
    def variables(self) -> dict[str, str]:
        """What makes git, and programs that use OpenSSL, trust the same."""
        return {"GIT_SSL_CAINFO": str(self.path), "SSL_CERT_FILE": str(self.path)}


def find_authority(github: GitHub, environment: Mapping[str, str] = os.environ) -> Authority | None:
    """Return the authority in force, None where there is none of one's own, or no address asks for any.

    The setting comes first, then `RELAUTO_CA`, then the variables of other programs.

    Raises:
        InputError: what is named is no file of certificates.
    """
    if not any(urlsplit(address).scheme == "https" for address in (github.api, github.git)):
        return None
    named = [("github.ca", github.ca), *((name, environment.get(name)) for name in _VARIABLES)]
    for source, path in named:
        if path:
            return Authority(_check(Path(path).expanduser().absolute(), source), source)
    return None


def explain_distrust(authority: Authority | None) -> str:
    """Return what to do where TLS refuses a server's certificate."""
    if authority is None:
        return (
            "name the file (PEM) of your own certificate authority by github.ca in relauto.toml, or by "
            f"{VARIABLE}; the API, uploads and git all go by it"
        )
    return (
        f"{authority.path} is trusted alone, as {authority.source} says: put the server's authority there, "
        f"or name another file by github.ca in relauto.toml or by {VARIABLE}"
    )


def _check(path: Path, source: str) -> Path:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cafile=path)
    except OSError as error:  # an SSLError is one
        if path.is_dir():
            # git trusts what is in a folder beside what is built in, and not instead of it.
            raise InputError(
                f"{path}, which {source} names, is a folder of certificates, and relauto goes by one file",
                todo=f"put its certificates into one file, as by: cat {path}/*.pem > acme.pem; then name "
                "that file",
            ) from error
        why = "it holds no certificate (PEM)" if isinstance(error, ssl.SSLError) else error.strerror
        raise InputError(
            f"{path}, which {source} names, cannot be used as a certificate authority: {why}",
            todo="name one file that holds its certificates in PEM form",
        ) from error
    return path
