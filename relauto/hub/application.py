"""The hub as a WSGI application: every request in one transaction, every answer with GitHub's headers."""

import uuid
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map

from relauto.clock import Clock
from relauto.errors import InputError
from relauto.git.lasting import LastingGit
from relauto.git.runner import GitError
from relauto.hub.access import Budget, authenticate, read_budget
from relauto.hub.events import log_event
from relauto.hub.files import Files
from relauto.hub.http import answer_error, make_conditional
from relauto.hub.place import ApiError, Call
from relauto.hub.records import User
from relauto.hub.rights import show_needs
from relauto.hub.routes import BLUEPRINTS
from relauto.hub.store import Store, Transaction

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_SITE = "relauto.hub.site"
"""Where a request's environment holds the application that it came to."""


@dataclass
class Application:
    """The routes over one store."""

    store: Store
    files: Files
    hooks: Path
    clock: Clock
    limit: int
    background: bool
    _gits: dict[Path, LastingGit] = field(default_factory=dict)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer a request, as WSGI has it."""
        environ[_SITE] = self
        return _routes()(environ, start_response)

    @property
    def url_map(self) -> Map:
        """Which addresses are served."""
        return _routes().url_map

    def make_call(self, tx: Transaction) -> Call:
        """Return the request that is being answered, within a transaction."""
        moment = self.clock.now()
        token = authenticate(tx, request.headers, moment)
        viewer = tx.get(User, "", token.login.lower()) if token else None
        return Call(tx, viewer, _host(), moment, token, self._open_git)

    def _open_git(self, directory: Path) -> LastingGit:
        return self._gits.setdefault(directory, LastingGit(directory))

    def enter_call(self, stack: ExitStack) -> Call:
        """Open a transaction for a route that cannot hold one all the time."""
        return self.make_call(stack.enter_context(self.store.transaction()))

    def spend(self, call: Call) -> None:
        """Count the request against its account's limit.

        Raises:
            ApiError: 403, the limit is used up.
        """
        resource = "graphql" if request.path == "/api/graphql" else "core"
        free = request.endpoint in {"hub.read_events", "users.read_limits"}
        g.limit = self.limit
        g.budget = read_budget(call.tx, call.viewer, resource, call.moment, self.limit, spend=not free)
        if not free and g.budget.used > g.budget.limit:
            who = call.viewer.id if call.viewer else "anonymous"
            raise ApiError(403, f"API rate limit exceeded for user ID {who}.")


class _Routes(Flask):
    """The routes, over the store of the application that each request came to.

    Making them takes longer than most requests; a hub that is made again, or shown as it was in the past,
    has the same.
    """

    def __init__(self) -> None:
        super().__init__("relauto.hub", static_folder=None)
        self.url_map.strict_slashes = False
        self.url_map.merge_slashes = False
        for blueprint in BLUEPRINTS:
            self.register_blueprint(blueprint)
        self.register_error_handler(ApiError, answer_error)
        self.register_error_handler(HTTPException, _answer_http_error)
        for failure in (GitError, InputError, OSError):
            self.register_error_handler(failure, _answer_failure)
        self.after_request(_finish)

    def dispatch_request(self) -> Response:
        """Answer within a transaction, which is undone when the answer is an error."""
        site = _site()
        g.files, g.hooks, g.background = site.files, site.hooks, site.background
        g.call_for = site.enter_call
        is_call = request.routing_exception is None and not (request.endpoint or "").startswith("git.")
        with ExitStack() as stack:
            if is_call:
                g.call = site.enter_call(stack)
                site.spend(g.call)
            return super().dispatch_request()  # type: ignore[return-value]  # all routes answer with one


@cache
def _routes() -> _Routes:
    return _Routes()


def _site() -> Application:
    site: Application = request.environ[_SITE]
    return site


def _answer_http_error(error: HTTPException) -> Response:
    """Answer what werkzeug refuses; a route or method that the hub has not is a 404 and is logged."""
    status = error.code or 500
    if error is request.routing_exception:
        status = 404
        with _site().store.transaction() as tx:
            call = Call(tx, None, _host(), _site().clock.now())
            payload = {"method": request.method, "path": request.full_path.removesuffix("?")}
            log_event(call, "unknown_route", payload, None, None)
    return answer_error(ApiError(status, HTTPStatus(status).phrase))


def _finish(response: Response) -> Response:
    response.headers["X-GitHub-Request-Id"] = str(uuid.uuid4()).upper()
    response.headers["X-GitHub-Media-Type"] = "github.v3; format=json"
    response.headers["X-GitHub-Api-Version-Selected"] = "2022-11-28"
    budget: Budget | None = g.get("budget")
    if budget:
        response.headers.update(budget.headers())
    call: Call | None = g.get("call")
    if call and call.token:
        for name, value in show_needs(call.token, request.endpoint).items():
            response.headers.setdefault(name, value)
    return make_conditional(response) if request.path.startswith("/api/v3/") else response


def _host() -> str:
    return request.host_url.removesuffix("/")


def _answer_failure(error: Exception) -> Response:
    return answer_error(ApiError(500, f"Server Error: {error}"))
