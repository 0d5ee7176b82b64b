"""A proxy that carries TLS by CONNECT, as companies have them, and notes who asked for what."""

import base64
import select
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

NAME, PASSWORD = "erin", "pr0xy s3cret"
QUOTED = "pr0xy%20s3cret"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "Proxy"

    def do_CONNECT(self) -> None:
        self.server.asked.append(self.path)
        host, _, port = self.path.rpartition(":")
        refusal = self.server.find_refusal(self.headers.get("Proxy-Authorization"))
        if refusal:
            self.send_response(refusal)
            if refusal == 407:
                # git gives a name and a password only to a proxy that says how it wants them.
                self.send_header("Proxy-Authenticate", 'Basic realm="acme"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        address = self.server.names.get(host, host)
        with socket.create_connection((address, int(port)), timeout=10) as there:
            self.send_response(200)
            self.end_headers()
            _carry(self.connection, there)
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


def _carry(here: socket.socket, there: socket.socket) -> None:
    """Pass bytes on in both directions until one side has nothing more to say."""
    other = {here: there, there: here}
    while True:
        for ready in select.select([here, there], [], [], 30)[0]:
            data = ready.recv(65536)
            if not data:
                return
            other[ready].sendall(data)


class Proxy(ThreadingHTTPServer):
    """A proxy on loopback.

    Args:
        password: what NAME has to give; None lets everybody through.
        refusal: a status with which everybody is refused.
        names: hosts that it alone knows, with their addresses.
    """

    daemon_threads = True

    def __init__(
        self, *, password: str | None = None, refusal: int = 0, names: dict[str, str] | None = None
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.password = password
        self.refusal = refusal
        self.names = names or {}
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    @property
    def place(self) -> str:
        """Where it is, HOST:PORT."""
        return f"127.0.0.1:{self.server_port}"

    @property
    def address(self) -> str:
        """Its address as a user sets it, with the name and the password that it asks for."""
        return f"http://{NAME}:{QUOTED}@{self.place}"

    def find_refusal(self, given: str | None) -> int:
        """Return the status with which a request is refused, 0 where it is let through."""
        known = base64.b64encode(f"{NAME}:{self.password}".encode()).decode()
        if self.password is not None and given != f"Basic {known}":
            return 407
        return self.refusal
