"""What is common to all answers: bodies in, JSON out, pages, conditional reads, limits, errors."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from flask import Response, g, request

from relauto.hub.place import ApiError, Call, Place, invalid
from relauto.hub.records import Level
from relauto.hub.rights import NEEDS

_T = TypeVar("_T")
_RESOURCES = {"pulls": "PullRequest", "releases": "Release", "reviews": "PullRequestReview"}
_MEDIA = "application/json; charset=utf-8"


def current_call() -> Call:
    """Return the request that is being answered."""
    call: Call = g.call
    return call


def enter(owner: str, name: str, need: Level = "read") -> Place:
    """Go into the repository that the route names, with the role (`Call.enter`) and token it needs.

    Raises:
        ApiError: 401, 403 or 404; 403 also for a write where the repository is archived.
    """
    place = current_call().enter(owner, name)
    place.require_need(NEEDS[request.endpoint or ""])
    if need != "read":
        place.require(need)
    if request.method != "GET":
        place.require_writable()
    return place


def read_body(shape: type[_T]) -> _T:
    """Decode the request's JSON body; members that the hub does not know are left aside.

    Raises:
        ApiError: 400 when it is no JSON, 422 when a member is missing or of another type.
    """
    raw = request.get_data() or b"{}"
    try:
        asked = msgspec.json.decode(raw, type=shape)
    except msgspec.ValidationError as error:
        raise ApiError(422, f"Invalid request.\n\n{error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(400, "Problems parsing JSON") from error
    _check_sizes(asked)
    return asked


def _check_sizes(asked: object) -> None:
    """Refuse texts that are longer than GitHub takes, as GitHub's validation does."""
    most = {"title": 256, "body": 125_000 if request.blueprint == "releases" else 65_536}
    for field, bound in most.items():
        text = getattr(asked, field, None)
        if isinstance(text, str) and len(text) > bound:
            resource = _RESOURCES.get(request.blueprint or "", "Issue")
            raise invalid(resource, field, "custom", f"{field} is too long (maximum is {bound} characters)")


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Make an answer of JSON."""
    return Response(msgspec.json.encode(body), status, headers or {}, content_type=_MEDIA)


def no_content() -> Response:
    """Make a 204."""
    response = Response(status=204)
    del response.headers["Content-Type"]
    return response


def _page_of(name: str, default: int, most: int | None) -> int:
    text = request.args.get(name, "")
    number = int(text) if re.fullmatch(r"\d{1,9}", text) else default
    number = number or default
    return min(number, most) if most else number


def window() -> tuple[int, int]:
    """Return which page is asked for and how many items it holds (30, at most 100)."""
    return _page_of("page", 1, None), _page_of("per_page", 30, 100)


def link_pages(total: int) -> dict[str, str]:
    """Return the `Link` header for `total` items, as the page asked for has it."""
    page, size = window()
    last = max(1, -(-total // size))
    targets = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
    if page <= 1:
        del targets["prev"], targets["first"]
    if page >= last:
        del targets["next"], targets["last"]
    links = [f'<{_address(number)}>; rel="{name}"' for name, number in targets.items()]
    return {"Link": ", ".join(links)} if links else {}


def _address(page: int) -> str:
    query = {**request.args.to_dict(), "page": str(page)}
    return f"{current_call().host}{request.path}?{urlencode(query)}"


def cut_page(items: Sequence[_T]) -> list[_T]:
    """Return the items of the page asked for."""
    page, size = window()
    return list(items[(page - 1) * size : page * size])


def answer_page(items: Sequence[_T], show: Callable[[_T], Any], wrap: str | None = None) -> Response:
    """Make an answer of one page of `items`; `wrap` names the member that holds them beside a count."""
    shown: Any = [show(item) for item in cut_page(items)]
    body = {"total_count": len(items), wrap: shown} if wrap else shown
    return answer(body, headers=link_pages(len(items)))


def answer_error(error: ApiError) -> Response:
    """Make the answer of an `ApiError`."""
    return answer(error.body, error.status, error.headers)


def make_conditional(response: Response) -> Response:
    """Give a successful GET its ETag, and answer 304 to who has it already."""
    if request.method != "GET" or response.status_code != 200 or response.is_streamed:
        return response
    tag = f'W/"{hashlib.sha256(response.get_data()).hexdigest()}"'
    response.headers["ETag"] = tag
    response.headers.setdefault("Cache-Control", "private, max-age=60, s-maxage=60")
    response.headers["Vary"] = "Accept, Authorization, Cookie, X-GitHub-OTP"
    given = [part.strip() for part in request.headers.get("If-None-Match", "").split(",")]
    if tag in given or tag.removeprefix("W/") in given:
        response.status_code = 304
        response.set_data(b"")
    return response
