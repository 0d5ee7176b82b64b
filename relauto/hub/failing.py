"""How the hub fails over HTTP when its script says so: for the API and for git alike."""

import json
import re
import select
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.test import run_wsgi_app

from relauto.clock import Clock
from relauto.hub.past import Past
from relauto.hub.script import Fault, meet, read_script
from relauto.hub.store import Store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

CHANNEL = "http"
LONGEST = 60.0
"""Seconds after which a connection that hangs is closed, if the other side still waits."""

_JSON = "application/json; charset=utf-8"
_SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
_BODIES = {
    401: (
        _JSON,
        b'{"message":"Bad credentials","documentation_url":"https://docs.github.com/rest","status":"401"}',
    ),
    500: (_JSON, b'{"message":"Server Error"}'),
    502: (
        "text/html",
        b"<html><head><title>502 Bad Gateway</title></head></html>\n",
    ),
    503: ("text/plain", b"No server is currently available to service your request.\n"),
}


@dataclass(frozen=True)
class Reply:
    """An answer that has not left yet."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def make(cls, status: int, kind: str, body: bytes, more: Mapping[str, str] | None = None) -> "Reply":
        """Return an answer of a kind of content; `more` are headers."""
        headers = {"Content-Type": kind, "Content-Length": str(len(body)), **(more or {})}
        return cls(f"{status} {HTTPStatus(status).phrase}", list(headers.items()), body)

    def with_body(self, body: bytes) -> "Reply":
        """Return it with another body, as if that were the whole."""
        kept = [each for each in self.headers if each[0].lower() not in ("content-length", "etag")]
        return Reply(self.status, [*kept, ("Content-Length", str(len(body)))], body)


@dataclass
class FailingApplication:
    """`application` over `store`, as the script there lets it be seen.

    `lagging` makes the same application over the store of the past. `meanwhile` is what others do just before
    a request is answered, each once, at the first request whose name matches.
    """

    store: Store
    application: "WSGIApplication"
    past: Past
    lagging: "Callable[[Store], WSGIApplication]"
    clock: Clock
    meanwhile: "list[tuple[re.Pattern[str], Callable[[], object]]]" = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start_response: "StartResponse") -> Iterable[bytes]:
        """Answer, or fail on purpose."""
        for deed in self._take_due(name_request(environ)):
            deed()
        fault = meet(self.store, CHANNEL, name_request(environ))
        answer = self.application
        if fault:
            # What is not read of a request would be taken for the next one.
            keep_body(environ)
        if fault == "stale":
            answer = self._find_past()
        elif is_write(environ) and any(rule.fault == "stale" for rule in read_script(self.store)):
            self.past.keep()
        if fault is None or fault == "stale":
            return answer(environ, start_response)
        return _Failure(self, fault, environ).carry_out(start_response)

    def _take_due(self, request: str) -> "list[Callable[[], object]]":
        due = [each for each in self.meanwhile if each[0].search(request)]
        # Taken out before anything is done: others' requests come by here, too.
        self.meanwhile[:] = [each for each in self.meanwhile if each not in due]
        return [deed for _, deed in due]

    def _find_past(self) -> "WSGIApplication":
        store = self.past.open()
        return self.lagging(store) if store else self.application


@dataclass
class _Failure:
    """One request that fails."""

    site: FailingApplication
    fault: Fault
    environ: dict[str, Any]

    def carry_out(self, start_response: "StartResponse") -> Iterable[bytes]:
        kind, _, moment = self.fault.partition("-")
        reply = None
        if self.fault == "starter":
            self.environ["wsgi.input"] = BytesIO(keep_body(self.environ)[:1])
        if moment == "after" or self.fault in ("truncated", "cut", "shape", "starter"):
            reply = self._answer()
        if kind == "hang":
            _wait_for_end(self.environ)
        if kind in ("reset", "hang"):
            return self._close()
        if self.fault == "truncated" and reply:
            start_response(reply.status, reply.headers)
            return self._break_off(reply.body[: len(reply.body) // 2])
        damaged = (
            self._damage(reply) if reply and self.fault in ("cut", "shape", "starter") else self._refuse(kind)
        )
        start_response(damaged.status, damaged.headers)
        return [damaged.body]

    def _answer(self) -> Reply:
        """Have the request done, and keep the answer."""
        body, status, headers = run_wsgi_app(self.site.application, self.environ, buffered=True)
        return Reply(status, list(headers.items()), b"".join(body))

    def _damage(self, reply: Reply) -> Reply:
        if self.fault == "cut":
            return reply.with_body(reply.body[: len(reply.body) // 2])
        if self.fault == "shape":
            return reply.with_body(b'{"unexpected":[]}' if reply.body.startswith(b"[") else b"[]")
        return reply

    def _refuse(self, kind: str) -> Reply:
        if kind == "limit":
            return self._limit()
        status = int(kind)
        more = {"WWW-Authenticate": 'Basic realm="GitHub"'} if status == 401 else {}
        return Reply.make(status, *_BODIES[status], more)

    def _limit(self) -> Reply:
        now = int(self.site.clock.now().timestamp())
        spent = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(now + 60)}
        primary = "API rate limit exceeded for user ID 1."
        told = {"Retry-After": "30"} if self.fault.endswith("told") else {}
        match self.fault.split("-")[1]:
            case "graphql":
                errors = {"errors": [{"type": "RATE_LIMITED", "message": primary}]}
                return Reply.make(200, _JSON, json.dumps(errors).encode(), spent)
            case "spent":
                return Reply.make(403, _JSON, json.dumps({"message": primary}).encode(), spent)
            case "429":
                return Reply.make(429, "text/plain", b"Too many requests\n", told)
        return Reply.make(403, _JSON, json.dumps({"message": _SECONDARY}).encode(), told)

    def _close(self) -> Iterable[bytes]:
        # The server takes the error for a client that has gone, but would keep its connection open.
        with suppress(OSError):
            self.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        raise ConnectionAbortedError(f"{self.fault} on purpose")

    def _break_off(self, part: bytes) -> Iterator[bytes]:
        yield part
        yield from self._close()


def name_request(environ: dict[str, Any]) -> str:
    """Return what a request is called in a script: `POST /path?query`."""
    query = environ.get("QUERY_STRING", "")
    return f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}{'?' if query else ''}{query}"


def is_write(environ: dict[str, Any]) -> bool:
    """Return whether a request may change something; a GraphQL query does not, a mutation does."""
    path = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] in ("GET", "HEAD") or path.endswith("/git-upload-pack"):
        return False
    return not path.endswith("/graphql") or b'"mutation' in keep_body(environ)


def keep_body(environ: dict[str, Any]) -> bytes:
    """Return a request's body, which can be read again after that."""
    length, stream = environ.get("CONTENT_LENGTH"), environ["wsgi.input"]
    if isinstance(stream, BytesIO):
        return stream.getvalue()
    whole = environ.get("wsgi.input_terminated")
    body: bytes = stream.read(int(length)) if length else stream.read() if whole else b""
    environ["wsgi.input"] = BytesIO(body)
    return body


def _wait_for_end(environ: dict[str, Any]) -> None:
    """Return when the other side has gone."""
    connection, end = environ["werkzeug.socket"], time.monotonic() + LONGEST
    while time.monotonic() < end:
        readable, _, _ = select.select([connection], [], [], 0.25)
        if readable:
            with suppress(OSError):
                if connection.recv(1, socket.MSG_PEEK):
                    continue
            return
