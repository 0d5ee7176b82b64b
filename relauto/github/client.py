"""One repository under one token: every request to GitHub's API goes through a `Client`.

It decodes each answer into the type that is asked for, counts each request as it leaves, and turns
each refusal into an error that says what to do. Importing this module loads PyGithub (a quarter of
a second); the values in the modules beside it can be had without.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec

from relauto.authority import Authority
from relauto.clock import Clock
from relauto.errors import InputError, RemoteError
from relauto.github.counts import Counts, Kind, name_endpoint
from relauto.github.faults import (
    LimitError,
    NoGraphQLError,
    NotFoundError,
    Problem,
    RefusedError,
    Reply,
    UnreadableError,
    read_reset,
)
from relauto.github.memory import Answer, Memory
from relauto.github.outgoing import list_passages
from relauto.github.refusals import explain, forbid_field, make_unseen
from relauto.github.retry import Patience, repeat_read, send_write
from relauto.github.wire import TIMEOUT, Wire
from relauto.guard.guard import Leak, LeakError, Passage, require_no_secret
from relauto.model.names import RepositoryName
from relauto.proxy import is_past_proxies
from relauto.redaction import holds_known, learn

T = TypeVar("T")
Parameter = str | int | bool

_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_OPERATION = re.compile(r"^(?:query|mutation) (\w+)")
# GitHub Enterprise of some years ago: the endpoint is there, what is asked for is not.
_OLD_SCHEMA = re.compile(r"doesn't exist on type|isn't a defined input type|No such type")


@dataclass(frozen=True)
class Address:
    """Where an API is, such as `https://api.github.com` or `https://github.example/api/v3`.

    `authority` is whose certificates are trusted there, None for those that come with the library.
    """

    api: str
    authority: Authority | None = None

    def __post_init__(self) -> None:
        parts = urlsplit(self.api)
        safe = parts.scheme == "https" or is_past_proxies(self.api)
        if not safe or not parts.hostname or parts.username or parts.query or self.api.endswith("/"):
            raise InputError(
                f"{self.api!r} is not the address of a GitHub API",
                todo="write it as https://HOST/api/v3, without a slash at its end",
            )


class _GraphQLError(msgspec.Struct, frozen=True):
    message: str = ""
    type: str = ""
    path: list[str | int] = []


class _Envelope(msgspec.Struct, frozen=True):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: list[_GraphQLError] = []


@dataclass
class Client:
    """The API of one repository. Not to be shared between threads; close it when done.

    Paths are relative to `/repos/OWNER/NAME` (the empty path is the repository itself), or start
    with a slash for the rest of the API (`/user`). Request bodies are plain dictionaries. `vet` is shown
    every text of a write before it is sent, and raises where it must not be.
    """

    address: Address
    repository: RepositoryName
    token: str = field(repr=False)
    clock: Clock = field(kw_only=True)
    counts: Counts = field(default_factory=Counts, kw_only=True)
    patience: Patience = field(default_factory=Patience, kw_only=True)
    memory: Memory = field(default_factory=Memory, kw_only=True)
    timeout: int = field(default=TIMEOUT, kw_only=True)
    vet: Callable[[Iterable[Passage]], None] = field(default=require_no_secret, kw_only=True)

    def __post_init__(self) -> None:
        if not self.token:
            raise InputError(
                f"there is no token for {self.repository}", todo="set RELAUTO_TOKEN in the environment"
            )
        learn(self.token)
        self._wire = Wire(self.address.api, self.token, self.address.authority, self.timeout)
        self._graphql_is_missing = False
        self._is_seen = False

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections; the answers are kept."""
        self._wire.close()
        self.memory.save()

    def read(self, path: str, into: type[T], **parameters: Parameter) -> T:
        """Return what a GET answers, as a value of type `into`.

        Raises:
            UnseenError: the token does not see the repository, so that nothing in it can be called absent.
            NotFoundError, ForbiddenError, TokenError, RefusedError: GitHub refused.
            RemoteError: it did not answer, failed, or answered in another shape.
            LimitError: a rate limit outlasts the client's patience.
        """
        return self.read_with_headers(path, into, **parameters)[0]

    def read_with_headers(
        self, path: str, into: type[T], **parameters: Parameter
    ) -> tuple[T, Mapping[str, str]]:
        """Return what a GET answers, and its headers by lower-case names.

        Raises:
            as `read`.
        """
        reply = self._get(path, parameters)
        return self._decode(reply, into, f"GET {path}"), reply.headers

    def probe(self, path: str) -> bool:
        """Return whether a GET's answer may be another than when it was last asked, in this run or before.

        Raises:
            as `read`.
        """
        address = self._name_answer(self._locate(path), {})
        known = self.memory.find(address)
        self._get(path, {})
        return known is None or self.memory.find(address) is not known

    def read_pages(self, path: str, into: type[T], **parameters: Parameter) -> Iterator[T]:
        """Yield each page of a list, following the Link headers; `into` is the shape of a page.

        Raises:
            as `read`.
        """
        reply = self._get(path, {"per_page": 100, **parameters})
        while True:
            yield self._decode(reply, into, f"GET {path}")
            following = _NEXT.search(reply.headers.get("link", ""))
            if not following:
                return
            # Only the path of the address is used: the token stays with the API whatever it says.
            reply = self._get(path, {}, url=following[1])

    def read_all(self, path: str, item: type[T], **parameters: Parameter) -> list[T]:
        """Return every item of a list, page by page.

        Raises:
            as `read`.
        """
        shape = list[item]  # type: ignore[valid-type]  # a type that is known as we run
        return [value for page in self.read_pages(path, shape, **parameters) for value in page]

    def graphql(self, document: str, into: type[T], **variables: Parameter) -> T:
        """Return what a query answers; `$owner` and `$name` are filled in.

        Any error in the answer refuses the whole of it: what is missing from a partial answer could
        be taken for what is not there.

        Raises:
            NoGraphQLError: the server has no GraphQL endpoint.
            UnseenError, NotFoundError, ForbiddenError, RemoteError, LimitError: as `read`.
        """
        operation = _OPERATION.match(document)
        request = f"GraphQL {operation[1] if operation else 'query'}"
        if self._graphql_is_missing:
            raise NoGraphQLError(f"{self.address.api} serves no GraphQL")
        named = {"owner": self.repository.owner, "name": self.repository.name, **variables}
        envelope = repeat_read(lambda: self._query(document, named, request), self.clock, self.patience)
        return self.decode(envelope.data, into, request)

    def mutate(self, document: str, into: type[T], **variables: Parameter) -> T:
        """Send a GraphQL mutation once and return its answer.

        Raises:
            UnknownOutcomeError: it may have happened; look before anything else.
            NoGraphQLError, NotFoundError, ForbiddenError, RefusedError, LimitError: nothing happened.
            LeakError: it holds what its readers must not get; nothing was sent.
        """
        operation = _OPERATION.match(document)
        request = f"GraphQL {operation[1] if operation else 'mutation'}"
        self.vet(list_passages(request, variables))
        envelope = send_write(
            lambda: self._query(document, dict(variables), request, "write"), self.clock, self.patience
        )
        return self.decode(envelope.data, into, request)

    def write(
        self, verb: Literal["POST", "PUT", "PATCH", "DELETE"], path: str, body: object, into: type[T]
    ) -> T:
        """Send a write once and return its answer; `into=NoneType` for one without a body.

        Raises:
            UnknownOutcomeError: it may have happened; look before anything else.
            NotFoundError, ForbiddenError, RefusedError, LimitError: GitHub refused; nothing happened.
            LeakError: it holds what its readers must not get; nothing was sent.
        """
        url, request = self._locate(path), f"{verb} {path}"
        self.vet(list_passages(request, body))
        reply = self._send_write(lambda: self._wire.send(verb, url, body=body), request)
        return self._decode(reply, into, request)

    def upload(self, url: str, name: str, data: bytes, into: type[T]) -> T:
        """Send a file to the upload address of a release (`upload_url` without its template).

        Raises:
            as `write`; RemoteError also where the address is not the API's own.
        """
        self.vet([Passage("the name of a file", name)])
        if holds_known(data):
            raise LeakError([Leak("a token", "a file of the release", "")])
        with self.counts.about("assets"):
            reply = self._send_write(lambda: self._wire.upload(url, name, data), "POST upload")
        return self._decode(reply, into, "POST upload")

    def download(self, path: str) -> bytes:
        """Return the bytes of an asset, from wherever GitHub keeps them.

        Raises:
            as `read`.
        """
        url, request = self._locate(path), f"GET {path}"

        def fetch() -> bytes:
            self.counts.add("read", name_endpoint("GET", path))
            reply, data = self._wire.download(url)
            self._check(reply, request)
            return data

        with self.counts.about("assets"):
            return repeat_read(fetch, self.clock, self.patience)

    def _get(self, path: str, parameters: dict[str, Parameter], *, url: str = "") -> Reply:
        url, request = url or self._locate(path), f"GET {path}"

        def ask() -> Reply:
            return self._count("read", request, lambda: self._send_get(url, parameters, request))

        try:
            reply = repeat_read(ask, self.clock, self.patience)
        except NotFoundError:
            if not path.startswith("/") and not self._is_seen:
                self._get("", {})
            raise
        self._is_seen = self._is_seen or not path.startswith("/")
        return reply

    def _send_get(self, url: str, parameters: dict[str, Parameter], request: str) -> Reply:
        """Ask whether the last answer still holds, where there is one; it stands in for a 304."""
        address = self._name_answer(url, parameters)
        known = self.memory.find(address)
        headers = {"If-None-Match": known.etag} if known else None
        reply = self._wire.send("GET", url, parameters=parameters, headers=headers)
        if known and reply.status == 304:
            self.counts.add_unchanged(name_endpoint(*request.split(" ", 1)))
            return Reply(200, {**reply.headers, "link": known.link}, known.body)
        if reply.status == 200:
            etag, link = reply.headers.get("etag", ""), reply.headers.get("link", "")
            self.memory.keep(address, Answer(etag, reply.body, link) if etag else None)
        return reply

    def _name_answer(self, url: str, parameters: dict[str, Parameter]) -> str:
        return f"{self.address.api} {url} {sorted(parameters.items())}"

    def _query(
        self, document: str, variables: dict[str, Any], request: str, kind: Kind = "read"
    ) -> _Envelope:
        self.counts.add(kind, request)
        reply = self._wire.query(document, variables)
        if reply.status in (404, 405, 501):
            self._graphql_is_missing = True
            raise NoGraphQLError(f"{self.address.api} serves no GraphQL ({reply.status})")
        self._check(reply, request)
        envelope = self._decode(reply, _Envelope, request)
        if envelope.errors:
            raise self._explain_errors(envelope.errors, reply, request)
        return envelope

    def _explain_errors(self, errors: list[_GraphQLError], reply: Reply, request: str) -> Exception:
        said = "; ".join(error.message for error in errors)
        kinds = {error.type for error in errors}
        if "RATE_LIMITED" in kinds:
            wait = read_reset(reply, self.clock.now())
            return LimitError(f"GitHub limits requests: {request} was refused", wait=wait)
        problem = Problem(message=said)
        if kinds == {"NOT_FOUND"}:
            if errors[0].path == ["repository"]:
                return make_unseen(self.repository, problem)
            found = f"{request} found nothing in {self.repository}: {said}"
            return NotFoundError(found, status=404, problem=problem, todo="check the name")
        if kinds & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
            path = next((error.path for error in errors if error.path), [])
            return forbid_field(request, self.repository, problem, path, kinds)
        if "UNPROCESSABLE" in kinds:
            refused = f"{self.repository} refused {request}: {said}"
            return RefusedError(refused, status=422, problem=problem)
        if _OLD_SCHEMA.search(said):
            return NoGraphQLError(f"{self.address.api} does not know all of {request}: {said}")
        return UnreadableError(f"{request} failed for {self.repository}: {said}")

    def _send_write(self, send: Callable[[], Reply], request: str) -> Reply:
        return send_write(lambda: self._count("write", request, send), self.clock, self.patience)

    def _count(self, kind: Kind, request: str, send: Callable[[], Reply]) -> Reply:
        self.counts.add(kind, name_endpoint(*request.split(" ", 1)))
        reply = send()
        self._check(reply, request)
        return reply

    def _check(self, reply: Reply, request: str) -> None:
        if reply.status >= 300:
            raise explain(reply, request, self.repository, self.clock.now())

    def _locate(self, path: str) -> str:
        if path.startswith("/"):
            return path
        return f"/repos/{self.repository}/{path}".rstrip("/")

    def _decode(self, reply: Reply, into: type[T], request: str) -> T:
        return self.decode(reply.body.encode() or b"null", into, request)

    def decode(self, body: bytes | msgspec.Raw, into: type[T], request: str) -> T:
        """Return an answer, or a part of one, as a value of type `into`.

        Raises:
            RemoteError: it is of another shape.
        """
        try:
            return msgspec.json.decode(body, type=into)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise RemoteError(
                f"{request} answered in a shape that is not GitHub's: {error}",
                todo="see that github.api in the settings is GitHub's, then run again",
            ) from error
