"""git over HTTP: `git upload-pack` and `receive-pack` behind GitHub's access rules and branch protection.

Refusals of protected branches are spoken by git itself, from an `update` hook outside the repository, so
that the client sees each ref's fate as it does on GitHub.
"""

import gzip
import os
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, g, request

from relauto.git.address import set_config
from relauto.git.runner import Git
from relauto.hub.http import answer_error
from relauto.hub.packets import Move, begin_advertisement, parse_moves, report_refusals
from relauto.hub.place import ApiError, Call, Place
from relauto.hub.pulls import settle_pulls
from relauto.hub.pushing import list_refusals, publish_move
from relauto.hub.queue import settle_queue
from relauto.hub.signing import signers_file
from relauto.hub.workflow_files import refuse_pushed_workflows

routes = Blueprint("git", __name__)

_SERVICES = ("git-upload-pack", "git-receive-pack")
_CONFIG = {
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
    return _serve(owner, name, request.args.get("service", ""), advertise=True)


@routes.route("/<owner>/<name>.git/<any('git-upload-pack','git-receive-pack'):service>", methods=["POST"])
def exchange(owner: str, name: str, service: str) -> Response:
    """Send or take objects."""
    return _serve(owner, name, service)


def _serve(owner: str, name: str, service: str, *, advertise: bool = False) -> Response:
    if service not in _SERVICES:
        return Response("Please upgrade your git client.", 403, content_type="text/plain")
    body = request.get_data()
    if request.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    try:
        moves = parse_moves(body) if service == "git-receive-pack" and not advertise else []
        with ExitStack() as stack:
            place = _enter(g.call_for(stack), owner, name, service)
            reason = refuse_pushed_workflows(place, moves, body)
            refusals = _list_refusals(place, moves)
        if reason:
            return report_refusals(moves, body, reason)
        response = _run(place, service, body, refusals, advertise=advertise)
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


def _environment(place: Place, refusals: str) -> dict[str, str]:
    login = place.call.viewer.login if place.call.viewer else "nobody"
    variables = {
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "GIT_COMMITTER_NAME": login,
        "GIT_COMMITTER_EMAIL": f"{login}@users.noreply.github.com",
        "HUB_REFUSALS": refusals,
        "HUB_SIGNERS": str(signers_file()),
    }
    # Where nothing is refused, a shell for each ref would only take time.
    hooks = str(g.hooks) if refusals else os.devnull
    return variables | set_config({**_CONFIG, "core.hooksPath": hooks})


def _run(place: Place, service: str, body: bytes, refusals: str, *, advertise: bool) -> Response:
    """Run the service as `git http-backend` does, which would be two more processes each time."""
    directory = Path(place.repository.git_directory)
    newer = "version=2" in request.headers.get("Git-Protocol", "")
    if advertise and newer and service == "git-upload-pack":
        output = _show_capabilities(directory)
    else:
        options = ["--stateless-rpc", *(["--advertise-refs"] if advertise else [])]
        git = Git(directory, _environment(place, refusals))
        output = git.run(service.removeprefix("git-"), *options, ".", input=body)
    if advertise and not newer:
        output = begin_advertisement(service) + output
    form = "advertisement" if advertise else "result"
    headers = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}
    return Response(output, 200, headers, content_type=f"application/x-{service}-{form}")


@cache
def _show_capabilities(directory: Path) -> bytes:
    """Return what protocol 2 begins a fetch with: no ref is in it, and it stays the same."""
    git = Git(directory, {"GIT_PROTOCOL": "version=2", **set_config(_CONFIG)})
    return git.run("upload-pack", "--stateless-rpc", "--advertise-refs", ".")


def _settle(place: Place, moves: list[Move]) -> None:
    """Log the moves that came about and let the pull requests follow."""
    now = {ref.name: ref.sha for ref in place.bare.refs(*[move.ref for move in moves])}
    for move in moves:
        if now.get(move.ref) == move.new and move.old != move.new:
            publish_move(place, move.ref, move.old, move.new)
    settle_pulls(place)
    settle_queue(place)
