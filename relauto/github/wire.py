"""PyGithub's Requester as the one way out: its retries and pauses off, its guards kept.

One Requester serves the API. Two kinds of request leave for other addresses and get one of their
own, so that the timeout holds and the token goes where it belongs: uploads (with the token, to the
API's own uploads host alone) and the storage that a download is sent on to (without it).
"""

import io
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec
import requests
from github import Auth, Github, GithubException
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from relauto import __version__
from relauto.authority import Authority
from relauto.errors import RelautoError, RemoteError
from relauto.github.faults import NoReplyError, Reply
from relauto.github.silence import explain_silence

API_VERSION = "2022-11-28"
"""Pinned: 2026-03-10 no longer tells a pull request's merge commit."""

TIMEOUT = 15
"""Seconds without a byte after which a request is given up."""


class _RawResponse(RequestsResponse):
    """A body that is no text: each byte becomes the character of the same number."""

    def read(self) -> str:
        return self.response.content.decode("latin-1")


class _Http(HTTPRequestsConnectionClass):
    """Past any proxy: an address without TLS is on this machine (`relauto.github.client.Address`)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.session.trust_env = False


class _RawHttp(_Http):
    def getresponse(self) -> RequestsResponse:
        return _RawResponse(super().getresponse().response)


class _RawHttps(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _RawResponse(super().getresponse().response)


@dataclass
class Wire:
    """Requests to one API address under one token. Not to be shared between threads.

    `authority` is whose certificates are trusted, None for those that come with the library.
    `timeout`: seconds without a byte after which a request is given up.
    """

    api: str
    token: str = field(repr=False)
    authority: Authority | None = None
    timeout: int = TIMEOUT

    def __post_init__(self) -> None:
        self._open: dict[tuple[str, bool], Github] = {}
        self._here: dict[str, _Http] = {}

    def send(
        self,
        verb: str,
        url: str,
        *,
        parameters: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        body: object = None,
    ) -> Reply:
        """Send one request; `url` is a path below the API, or a full address that the API gave.

        Raises:
            NoReplyError: nothing came back.
            InputError: the environment names a proxy that cannot be one.
            RemoteError: the server sends elsewhere than the address that was set.
        """
        try:
            here = self._reach_here(self.api)
            return Reply(*self._api.requestJson(verb, url, parameters, headers, body, cnx=here))
        except requests.RequestException as error:
            raise self._explain(verb, url, self.api, error) from error
        except RuntimeError as error:  # a redirect to another scheme or host, refused by PyGithub
            raise RemoteError(str(error), todo="correct the address of the API in the settings") from error

    def query(self, document: str, variables: dict[str, Any]) -> Reply:
        """Send one GraphQL document.

        Raises:
            NoReplyError: nothing came back.
        """
        return self.send("POST", self._api.graphql_url, body={"query": document, "variables": variables})

    def upload(self, url: str, name: str, data: bytes) -> Reply:
        """Send a file to the address that the API gave for uploads.

        Raises:
            NoReplyError: nothing came back.
            RemoteError: the address is not the API's own; the token is not sent there.
        """
        address = urlsplit(url)
        if not self._owns(url):
            raise RemoteError(
                f"the upload address {url} does not belong to {self.api}",
                todo="see github.api in the settings: no token is sent elsewhere",
            )
        base = f"{address.scheme}://{address.netloc}"
        requester, here = self._at(base, authorized=True), self._reach_here(base)
        path = f"{address.path}?name={quote(name, safe='')}"
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(len(data))}
        try:
            file = io.BytesIO(data)
            came, made = requester.requestMemoryBlobAndCheck("POST", path, None, headers, file, cnx=here)
            return Reply(201, came, _encode(made))
        except GithubException as error:
            return Reply(error.status, error.headers or {}, _encode(error.data))
        except requests.RequestException as error:
            raise self._explain("POST", url, url, error) from error
        except ValueError as error:  # PyGithub decodes this one answer itself
            raise NoReplyError(f"GitHub's answer to POST {address.path} cannot be read: {error}") from error

    def download(self, url: str) -> tuple[Reply, bytes]:
        """Fetch the bytes at `url`, in the API or where it sends on to.

        Raises:
            NoReplyError: nothing came back.
            RemoteError: the API sends on to an address that is not encrypted while its own is.
        """
        reply = self._fetch(self._api, self.api, url)
        if reply.status in (302, 303, 307):
            there = reply.headers.get("location", "")
            address = urlsplit(there)
            if not address.netloc or address.scheme not in ("https", urlsplit(self.api).scheme):
                raise RemoteError(
                    f"GitHub sent the download of {url} on to {there!r}",
                    todo="see which proxy stands before GitHub: nothing is fetched without encryption",
                )
            origin = f"{address.scheme}://{address.netloc}"
            path = there.removeprefix(origin)
            reply = self._fetch(self._at(origin, authorized=False), origin, path)
        return reply, reply.body.encode("latin-1")

    def close(self) -> None:
        """Close all connections."""
        for github in self._open.values():
            github.close()
        self._open.clear()
        for here in self._here.values():
            here.close()
        self._here.clear()

    @property
    def _api(self) -> Requester:
        return self._at(self.api, authorized=True)

    def _reach_here(self, base: str) -> _Http | None:
        """Return the connection to an address on this machine, None where the library makes one."""
        address = urlsplit(base)
        if address.scheme != "http":
            return None
        if address.netloc not in self._here:
            self._here[address.netloc] = _Http(address.hostname or "", address.port, timeout=self.timeout)
        return self._here[address.netloc]

    def _at(self, base: str, *, authorized: bool) -> Requester:
        key = (base, authorized)
        if key not in self._open:
            self._open[key] = Github(
                auth=Auth.Token(self.token) if authorized else None,
                base_url=base,
                timeout=self.timeout,
                user_agent=f"relauto/{__version__}",
                per_page=100,
                retry=None,
                seconds_between_requests=None,
                seconds_between_writes=None,
                lazy=True,
                verify=self._verify,
                api_version=API_VERSION,
            )
        return self._open[key].requester

    @property
    def _verify(self) -> bool | str:
        return str(self.authority.path) if self.authority else True

    def _explain(self, verb: str, url: str, address: str, error: requests.RequestException) -> RelautoError:
        return explain_silence(f"{verb} {url.partition('?')[0]}", address, error, self.authority)

    def _owns(self, url: str) -> bool:
        api, there = urlsplit(self.api), urlsplit(url)
        uploads = api.netloc.replace("api.", "uploads.", 1) if api.netloc.startswith("api.") else api.netloc
        return there.scheme == api.scheme and there.netloc in (api.netloc, uploads)

    def _fetch(self, requester: Requester, base: str, url: str) -> Reply:
        address = urlsplit(base)
        raw = _RawHttps if address.scheme == "https" else _RawHttp
        connection = raw(address.hostname or "", address.port, timeout=self.timeout, verify=self._verify)
        try:
            headers = {"Accept": "application/octet-stream"}
            return Reply(*requester.requestJson("GET", url, None, headers, cnx=connection))
        except requests.RequestException as error:
            raise self._explain("GET", url, base, error) from error
        finally:
            connection.close()


def _encode(decoded: object) -> str:
    # PyGithub has decoded this one body already; the callers decode all bodies alike.
    return msgspec.json.encode(decoded).decode()
