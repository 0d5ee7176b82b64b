"""A small client of GitHub's REST API, on the standard library."""

import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_TIMEOUT = 60.0


def is_local(address: str) -> bool:
    """Tell whether an address is on this machine."""
    return urllib.parse.urlsplit(address).hostname in ("127.0.0.1", "::1", "localhost")


class ApiError(Exception):
    """The API refused; `status` is 0 when it did not answer at all."""

    def __init__(self, status: int, what: str) -> None:
        super().__init__(what)
        self.status = status


class Api:
    """The API at `root` (`…/api/v3`), used with one token."""

    def __init__(self, root: str, token: str) -> None:
        self._root = root.rstrip("/")
        self._token = token
        # A hub is on this machine, where no proxy leads; GitHub may be had through one alone.
        direct = (urllib.request.ProxyHandler({}),) if is_local(root) else ()
        self._opener = urllib.request.build_opener(*direct)

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return the answer's JSON.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return self._send("GET", self._address(path, parameters))[0]

    def find(self, path: str) -> Any:
        """Return the answer's JSON, or None where there is nothing (404).

        Raises:
            ApiError: the API refused for another reason, or did not answer.
        """
        try:
            return self.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def pages(self, path: str, key: str = "", **parameters: str | int) -> Iterator[Json]:
        """Yield the elements of a list, page after page; `key` names the list within the answer.

        Raises:
            ApiError: the API refused or did not answer.
        """
        address = self._address(path, {"per_page": 100, **parameters})
        while address:
            answer, link = self._send("GET", address)
            yield from answer[key] if key else answer
            following = _NEXT.search(link)
            address = following[1] if following else ""

    def post(self, path: str, body: Json) -> Any:
        """Create something and return it.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return self._send("POST", self._address(path, {}), body)[0]

    def put(self, path: str, body: Json) -> Any:
        """Do what a PUT does, such as merging, and return the answer.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return self._send("PUT", self._address(path, {}), body)[0]

    def patch(self, path: str, body: Json) -> Any:
        """Change something and return it.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return self._send("PATCH", self._address(path, {}), body)[0]

    def download(self, address: str) -> bytes:
        """Return the bytes of a release's asset, by its API address.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return self._read("GET", address, accept="application/octet-stream")[0]

    def upload(self, address: str, name: str, content: bytes) -> Any:
        """Put a file into a release, by its upload address without the template; return the asset.

        Raises:
            ApiError: the API refused or did not answer.
        """
        query = urllib.parse.urlencode({"name": name})
        return json.loads(self._read("POST", f"{address}?{query}", content=content)[0])

    def login(self) -> str:
        """Return the login behind the token.

        Raises:
            ApiError: the API refused or did not answer.
        """
        return str(self.get("user")["login"])

    def _address(self, path: str, parameters: dict[str, str | int]) -> str:
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        return f"{self._root}/{path}{query}"

    def _send(self, verb: str, address: str, body: Json | None = None) -> tuple[Any, str]:
        content, link = self._read(verb, address, body=body)
        return (json.loads(content) if content else None), link

    def _read(
        self,
        verb: str,
        address: str,
        *,
        body: Json | None = None,
        content: bytes | None = None,
        accept: str = "application/vnd.github+json",
    ) -> tuple[bytes, str]:
        kind = "application/json" if content is None else "application/octet-stream"
        if body is not None:
            content = json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - the address is the hub's own
            address, method=verb, data=content
        )
        request.add_header("Accept", accept)
        request.add_header("Content-Type", kind)
        request.add_header("X-GitHub-Api-Version", "2022-11-28")
        request.add_header("User-Agent", "relauto-cast")
        # Unredirected: where an asset is kept elsewhere, the token does not travel along.
        request.add_unredirected_header("Authorization", f"Bearer {self._token}")
        try:
            with self._opener.open(request, timeout=_TIMEOUT) as answer:
                return answer.read(), answer.headers.get("Link", "")
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode("utf-8", "replace")[:500]
            raise ApiError(error.code, f"{verb} {address} was refused with {error.code}: {said}") from error
        except OSError as error:
            raise ApiError(0, f"{verb} {address} was not answered: {error}") from error


def sha256(content: bytes) -> str:
    """Return the SHA-256 of the bytes, in hex."""
    return hashlib.sha256(content).hexdigest()
