"""git over HTTP: `git http-backend` behind GitHub's access rules and branch protection.

Refusals of protected branches are spoken by git itself, from an `update` hook outside the repository, so
that the client sees each ref's fate as it does on GitHub.
"""

import gzip
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Response, g, request

from relauto.git.runner import Git
from relauto.hub.http import answer_error
from relauto.hub.place import ApiError, Call, Place
from relauto.hub.pulls import settle_pulls
from relauto.hub.pushing import publish_move, push_refusal
from relauto.hub.records import Protection

routes = Blueprint("git", __name__)

_ZERO = "0" * 40
_SERVICES = {"git-upload-pack": "read", "git-receive-pack": "write"}
_CONFIG = {
    "http.receivepack": "true",
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "receive.autogc": "false",
    "receive.hideRefs": "refs/pull",
    "receive.denyCurrentBranch": "ignore",
    "gc.auto": "0",
    "maintenance.auto": "false",
}


@dataclass(frozen=True)
class Move:
    """One line of a push: a ref from `old` to `new`, None where it is not there."""

    ref: str
    old: str | None
    new: str | None


def parse_moves(body: bytes) -> list[Move]:
    """Read the commands at the head of a receive-pack request (gitprotocol-pack(5)).

    Raises:
        ApiError: 400, it is none.
    """
    moves, at = [], 0
    while at + 4 <= len(body):
        size = _read_size(body[at : at + 4])
        if size == 0:
            break
        line = body[at + 4 : at + size].partition(b"\0")[0].decode("utf-8", "surrogateescape").rstrip("\n")
        at += size
        old, _, rest = line.partition(" ")
        new, _, ref = rest.partition(" ")
        if len(old) == len(new) == 40:
            moves.append(Move(ref, None if old == _ZERO else old, None if new == _ZERO else new))
    return moves


def _read_size(digits: bytes) -> int:
    try:
        return int(digits, 16)
    except ValueError as error:
        raise ApiError(400, "Malformed pkt-line") from error


@routes.route("/<owner>/<name>.git/info/refs", methods=["GET"])
def advertise(owner: str, name: str) -> Response:
    """Answer what refs there are, for a fetch or a push."""
    return _serve(owner, name, "info/refs", request.args.get("service", ""))


@routes.route("/<owner>/<name>.git/<any('git-upload-pack','git-receive-pack'):service>", methods=["POST"])
def exchange(owner: str, name: str, service: str) -> Response:
    """Send or take objects."""
    return _serve(owner, name, service, service)


def _serve(owner: str, name: str, path: str, service: str) -> Response:
    if service not in _SERVICES:
        return Response("Please upgrade your git client.", 403, content_type="text/plain")
    body = request.get_data()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    try:
        moves = parse_moves(body) if path == "git-receive-pack" else []
        with ExitStack() as stack:
            place = _enter(g.call_for(stack), owner, name, service)
            refusals = _list_refusals(place, moves)
        response = _run_backend(place, path, body, refusals)
    except ApiError as error:
        return _refuse(error)
    if moves:
        with ExitStack() as stack:
            _settle(_enter(g.call_for(stack), owner, name, service), moves)
    return response


def _enter(call: Call, owner: str, name: str, service: str) -> Place:
    try:
        place = call.enter(owner, name)
    except ApiError as error:
        # git asks for a password only after a 401, so GitHub gives that to all who are nobody.
        raise ApiError(401, "Authentication required.") if call.viewer is None else error from error
    if service == "git-receive-pack":
        if not place.may("write") and call.viewer is not None:
            message = f"Permission to {place.name}.git denied to {call.viewer.login}."
            raise ApiError(403, message)
        place.require("write")
    return place


def _refuse(error: ApiError) -> Response:
    if error.status == 401:
        error.headers["WWW-Authenticate"] = 'Basic realm="GitHub"'
    if not request.path.startswith("/api/"):
        return Response(
            f"{error.body['message']}\n",
            error.status,
            error.headers,
            content_type="text/plain; charset=utf-8",
        )
    return answer_error(error)


def _list_refusals(place: Place, moves: list[Move]) -> str:
    """Return what the hook reads: a line for each ref, `REF!` refused or `REF?` fast-forward only."""
    lines = []
    for move in moves:
        reason = push_refusal(place, move.ref, move.old, move.new)
        if reason:
            lines.append(f"{move.ref}! {reason}")
        elif place.get(Protection, move.ref.removeprefix("refs/heads/")) and move.ref.startswith(
            "refs/heads/"
        ):
            lines.append(f"{move.ref}?")
    return "\n".join(lines)


def _environment(place: Place, path: str, body: bytes, refusals: str) -> dict[str, str]:
    directory = Path(place.repository.git_directory)
    variables = {
        "GIT_PROJECT_ROOT": str(directory.parent),
        "PATH_INFO": f"/{directory.name}/{path}",
        "GIT_HTTP_EXPORT_ALL": "1",
        "REQUEST_METHOD": request.method,
        "QUERY_STRING": request.query_string.decode(),
        "CONTENT_TYPE": request.content_type or "",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_USER": place.call.viewer.login if place.call.viewer else "",
        "REMOTE_ADDR": "127.0.0.1",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "HUB_REFUSALS": refusals,
    }
    config = _CONFIG | {"core.hooksPath": str(g.hooks)}
    variables["GIT_CONFIG_COUNT"] = str(len(config))
    for at, (name, value) in enumerate(config.items()):
        variables |= {f"GIT_CONFIG_KEY_{at}": name, f"GIT_CONFIG_VALUE_{at}": value}
    return variables


def _run_backend(place: Place, path: str, body: bytes, refusals: str) -> Response:
    directory = Path(place.repository.git_directory)
    environment = _environment(place, path, body, refusals)
    output = Git(directory, environment).run("http-backend", input=body)
    head, _, content = output.partition(b"\r\n\r\n")
    response = Response(content)
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(": ")
        if name.lower() == "status":
            response.status = value
        elif name:
            response.headers[name] = value
    return response


def _settle(place: Place, moves: list[Move]) -> None:
    """Log the moves that came about and let the pull requests follow."""
    now = {ref.name: ref.sha for ref in place.bare.refs(*[move.ref for move in moves])}
    for move in moves:
        if now.get(move.ref) == move.new and move.old != move.new:
            publish_move(place, move.ref, move.old, move.new)
    settle_pulls(place)
