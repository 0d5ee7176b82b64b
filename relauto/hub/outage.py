"""An outage on purpose: the hub stays up, and answers nobody.

The mode is kept in the hub's store, so that the owner of its directory switches it while another
process serves. It holds for the API and for git alike.
"""

import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from relauto.errors import InputError
from relauto.hub.records import Record
from relauto.hub.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

Mode = Literal["none", "refuse", "silent"]
"""`refuse` answers 503, `silent` closes the connection without a byte."""

_BODY = b"No server is currently available to service your request.\n"


class Outage(Record, frozen=True, kw_only=True):
    """The mode that was set last."""

    mode: Mode


def read_outage(store: Store) -> Mode:
    """Return the mode in force."""
    with store.transaction() as tx:
        found = tx.get(Outage, "", "outage")
    return found.mode if found else "none"


def write_outage(store: Store, mode: Mode) -> None:
    """Set the mode for whoever serves this store."""
    with store.transaction() as tx:
        tx.put("", "outage", Outage(id=0, mode=mode))


def switch_outage(root: Path, mode: str) -> Mode:
    """Set the mode of the hub whose directory is `root`, served or not; return it.

    Raises:
        InputError: there is no such mode, or no hub in that directory.
    """
    if mode not in get_args(Mode):
        raise InputError(f"there is no outage {mode!r}", todo=f"there are: {', '.join(get_args(Mode))}")
    if not Store.is_in(root):
        raise InputError(f"{root} is no folder of a hub", todo="name the one that the hub was started with")
    chosen = cast(Mode, mode)
    store = Store(root)
    try:
        write_outage(store, chosen)
    finally:
        store.close()
    return chosen


def fail_on_purpose(store: Store, application: "WSGIApplication") -> "Callable[..., Iterable[bytes]]":
    """Return `application` behind the outage of its store."""

    def answer(environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        mode = read_outage(store)
        if mode == "silent":
            # The server takes the error for a client that has gone, but would keep its connection open.
            with suppress(OSError):
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("this hub is silent on purpose")
        if mode == "refuse":
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(_BODY)))]
            start_response("503 Service Unavailable", headers)
            return [_BODY]
        return application(environ, start_response)

    return answer
