"""The hub's server, on loopback."""

import re
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from relauto.clock import Clock, SystemClock
from relauto.errors import InputError
from relauto.hub.application import Application
from relauto.hub.failing import FailingApplication
from relauto.hub.files import Files
from relauto.hub.guard import install_hooks
from relauto.hub.ownership import Ownership
from relauto.hub.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


class _QuietHandler(WSGIRequestHandler):
    """Answers without a line on stderr for each."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002, ARG002
        return


class Hub(Ownership):
    """An embedded GitHub whose state lies in one directory.

    A hub may be closed, or killed, between any two requests and made again over the same directory: it
    goes on where it was.

    Args:
        root: the directory; made when it is not there. Bare repositories may lie anywhere.
        port: the port to serve on; 0 takes a free one.
        clock: where the hub takes the time from.
        limit: requests that each account may send in an hour.
        background: find out whether a pull request can be merged only after the first look, as GitHub
            does, instead of at once.
        tls: a certificate and its key, both PEM files; the hub is then at `https://`.
        wrap: put around the application, to make a network fail in a test.
    """

    def __init__(
        self,
        root: Path,
        *,
        port: int = 0,
        clock: Clock | None = None,
        limit: int = 5000,
        background: bool = False,
        tls: tuple[Path, Path] | None = None,
        wrap: "Callable[[WSGIApplication], WSGIApplication] | None" = None,
    ) -> None:
        super().__init__(root, clock or SystemClock())
        self._limit, self._background = limit, background
        self.application = self._make_application(self._store)
        self._wrap = wrap
        self._tls = tls
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self._meanwhile: list[tuple[re.Pattern[str], Callable[[], object]]] = []

    def __enter__(self) -> "Hub":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Serve from a thread until `close`.

        Raises:
            InputError: the port is taken, or the certificate cannot be used.
        """
        application = FailingApplication(
            self._store,
            self.application,
            self._past,
            self._make_application,
            self._clock,
            self._meanwhile,
        )
        context = _load_certificate(*self._tls) if self._tls else None
        try:
            self._server = make_server(
                "127.0.0.1",
                self._port,
                self._wrap(application) if self._wrap else application,
                threaded=True,
                request_handler=_QuietHandler,
                ssl_context=context,
            )
        except (OSError, SystemExit) as error:
            raise InputError(f"port {self._port} cannot be served on", todo="name another port") from error
        self._port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _make_application(self, store: Store) -> Application:
        files, hooks = Files(self._root), install_hooks(self._root)
        return Application(store, files, hooks, self._clock, limit=self._limit, background=self._background)

    def wait(self) -> None:
        """Return when the hub is closed."""
        if self._thread:
            self._thread.join()

    def close(self) -> None:
        """Stop serving and let go of the directory."""
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None
        self._past.close()
        self._store.close()

    @property
    def address(self) -> str:
        """Where the hub is, `http://127.0.0.1:PORT` (`https://` with a certificate)."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    @property
    def api(self) -> str:
        """Where its REST interface is."""
        return f"{self.address}/api/v3"

    def let_happen(self, request: str, deed: Callable[[], object]) -> None:
        """Let somebody do something just before the next request of that name is answered, once.

        `request` is a regular expression searched in names such as `PATCH /path?query`; the deed may send
        requests of its own.
        """
        self._meanwhile.append((re.compile(request), deed))


def _load_certificate(certificate: Path, key: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # an SSLError is one
        raise InputError(
            f"{certificate} with {key} cannot be used for TLS: {error}",
            todo="give two PEM files that belong together",
        ) from error
    return context


def describe(hub: Hub) -> bytes:
    """Return the line of JSON that a hub in a process of its own prints about itself."""
    return msgspec.json.encode({"schema": 1, "address": hub.address, "api": hub.api})
