"""A file that a person names: read from this machine, or fetched over https without any credentials."""

from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.models import PreparedRequest

from relauto.counting import name_count
from relauto.errors import InputError, RemoteError

LARGEST = 2**31 - 1
"""Bytes; GitHub takes no larger asset."""

_PAUSE = 30
"""Seconds without a byte after which a server is given up."""

_REDIRECTS = 5
_CHUNK = 1 << 20


def is_address(source: str) -> bool:
    """Return whether a person means an address, and not a path."""
    return "://" in source


def read_source(source: str, *, largest: int = LARGEST) -> tuple[str, bytes]:
    """Return name and bytes of the file at a path or an address.

    Raises:
        InputError: it cannot be read, is too large, or the address is not one of https.
        RemoteError: the server did not answer, or not with the file.
    """
    if is_address(source):
        return _name(source), _fetch(source, largest)
    path = Path(source)
    try:
        if path.stat().st_size > largest:
            raise _refuse_size(source, largest)
        return path.name, path.read_bytes()
    except OSError as error:
        raise InputError(f"{source} cannot be read: {error.strerror}", todo="name a file") from error


def _name(address: str) -> str:
    return unquote(urlsplit(address).path).rpartition("/")[2]


def _fetch(address: str, largest: int) -> bytes:
    for _ in range(_REDIRECTS + 1):
        _check_address(address)
        with closing(_ask(address)) as answer:
            if answer.is_redirect:
                address = urljoin(address, answer.headers["location"])
                continue
            if answer.status_code != 200:
                raise RemoteError(
                    f"{_show(address)} answered {answer.status_code}, not with the file",
                    todo="credentials are never sent: download it by hand, and attach the file",
                )
            return _read(answer, address, largest)
    raise RemoteError(f"{_show(address)} sends on and on", todo="name the address of the file itself")


def _check_address(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username or parts.password:
        raise InputError(
            f"{_show(address)} is not an address of https without credentials",
            todo="download it by hand, and attach the file",
        )


def _show(address: str) -> str:
    """Return an address as messages may hold it: no credentials, no query."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _ask(address: str) -> requests.Response:
    try:
        # A function as `auth` keeps the entries of a .netrc from being sent; cookies are nobody's here.
        return requests.get(
            address,
            auth=_send_nothing,
            # The file as it lies there, not packed for the way.
            headers={"Accept-Encoding": "identity"},
            stream=True,
            allow_redirects=False,
            timeout=(_PAUSE, _PAUSE),
        )
    except requests.RequestException as error:
        raise RemoteError(
            f"{_show(address)} could not be fetched ({type(error).__name__})",
            todo="check the network, or download it by hand and attach the file",
        ) from error


def _send_nothing(request: PreparedRequest) -> PreparedRequest:
    return request


def _read(answer: requests.Response, address: str, largest: int) -> bytes:
    content = bytearray()
    try:
        for chunk in answer.iter_content(_CHUNK):
            content += chunk
            if len(content) > largest:
                raise _refuse_size(_show(address), largest)
    except requests.RequestException as error:
        raise RemoteError(
            f"{_show(address)} broke off after {name_count(len(content), 'byte')}", todo="try again"
        ) from error
    return bytes(content)


def _refuse_size(source: str, largest: int) -> InputError:
    return InputError(f"{source} is larger than {largest} bytes", todo="GitHub takes no larger asset")
