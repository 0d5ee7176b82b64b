"""git over HTTP: `git http-backend` behind GitHub's access rules and branch protection.

Refusals of protected branches are spoken by git itself, from an `update` hook outside the repository, so
that the client sees each ref's fate as it does on GitHub.
"""

import gzip
from contextlib import ExitStack
from pathlib import Path

from flask import Blueprint, Response, g, request

from relauto.git.runner import Git
from relauto.hub.http import answer_error
from relauto.hub.packets import Move, parse_moves, report_refusals
from relauto.hub.place import ApiError, Call, Place
from relauto.hub.pulls import settle_pulls
from relauto.hub.pushing import list_refusals, publish_move
from relauto.hub.queue import settle_queue
from relauto.hub.signing import signers_file
from relauto.hub.workflow_files import refuse_pushed_workflows

routes = Blueprint("git", __name__)

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
            reason = refuse_pushed_workflows(place, moves, body)
            refusals = _list_refusals(place, moves)
        if reason:
            return report_refusals(moves, body, reason)
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
        if call.viewer is None:
            raise ApiError(401, "Authentication required.") from error
        raise ApiError(404, "Repository not found.") from error
    if service == "git-receive-pack":
        _refuse_push(place)
    elif not place.gives("contents"):
        # GitHub says so to a fetch as well.
        raise ApiError(403, "Write access to repository not granted.")
    return place


def _refuse_push(place: Place) -> None:
    login = place.call.login
    if not place.may_push:
        raise ApiError(403, f"Permission to {place.name}.git denied to {login}.")
    if place.repository.archived:
        raise ApiError(403, "This repository was archived so it is read-only.")


def _refuse(error: ApiError) -> Response:
    said = str(error.body["message"])
    if error.status == 401:
        error.headers["WWW-Authenticate"] = 'Basic realm="GitHub"'
        if said == "Bad credentials":
            said = "Invalid username or token. Password authentication is not supported for Git operations."
    if request.path.startswith("/api/"):
        return answer_error(error)
    return Response(f"{said}\n", error.status, error.headers, content_type="text/plain; charset=utf-8")


def _list_refusals(place: Place, moves: list[Move]) -> str:
    """Return what the hook reads of the moves (`relauto.hub.guard`)."""
    return "\n".join(line for move in moves for line in list_refusals(place, move.ref, move.old, move.new))


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
        "HUB_SIGNERS": str(signers_file()),
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
    settle_queue(place)
