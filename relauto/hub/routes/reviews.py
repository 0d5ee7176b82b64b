"""Reviews of pull requests, and who is asked for one."""

from typing import Literal

import msgspec
from flask import Blueprint, Response

from relauto.hub import pulls
from relauto.hub.events import publish
from relauto.hub.http import answer, answer_page, enter, read_body
from relauto.hub.place import ApiError, Place, not_found
from relauto.hub.queue import settle_queue
from relauto.hub.records import Pull, Review, User
from relauto.hub.views.common import show_user
from relauto.hub.views.pulls import show_pull, show_review

routes = Blueprint("reviews", __name__, url_prefix="/api/v3/repos/<owner>/<name>/pulls/<int:number>")

_STATES: dict[str, Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED"]] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}
_Verdict = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]


class _NewReview(msgspec.Struct):
    body: str = ""
    event: _Verdict | None = None
    commit_id: str | None = None


class _Submission(msgspec.Struct):
    event: _Verdict
    body: str | None = None


class _Dismissal(msgspec.Struct):
    message: str


class _Reviewers(msgspec.Struct):
    reviewers: tuple[str, ...] = ()


def _check_verdict(place: Place, pull: Pull, event: str, body: str) -> None:
    if event != "COMMENT" and pull.user == place.call.login:
        word = "approve" if event == "APPROVE" else "request changes on"
        message = f"Can not {word} your own pull request"
        raise ApiError(422, "Unprocessable Entity", errors=[{"message": message}])
    if event != "APPROVE" and not body:
        raise ApiError(422, "Unprocessable Entity", errors=[{"message": "Body can't be blank"}])


def _submit(place: Place, pull: Pull, review: Review) -> None:
    place.put(review.id, review)
    left = tuple(login for login in pull.requested_reviewers if login != review.user)
    pulls.keep(place, pull, requested_reviewers=left)
    shown = {"review": show_review(place, review), "pull_request": show_pull(place, pull)}
    publish(place, "pull_request_review", "submitted", **shown)
    settle_queue(place)


@routes.post("/reviews")
def create_review(owner: str, name: str, number: int) -> Response:
    """POST reviews; without `event` it is pending and seen by its author alone."""
    place = enter(owner, name)
    login = place.call.login
    asked = read_body(_NewReview)
    pull = pulls.read_pull(place, number)
    commit = asked.commit_id or pull.head_sha
    if place.bare.commit(commit) is None or not place.bare.is_ancestor(commit, pull.head_sha):
        raise ApiError(
            422, "Unprocessable Entity", errors=[{"message": "commit_id is not part of the pull request"}]
        )
    if asked.event:
        _check_verdict(place, pull, asked.event, asked.body)
    review = Review(
        id=place.new_id(),
        number=number,
        user=login,
        body=asked.body,
        state=_STATES[asked.event] if asked.event else "PENDING",
        commit=commit,
        submitted_at=place.call.now if asked.event else None,
    )
    if asked.event:
        _submit(place, pull, review)
    else:
        place.put(review.id, review)
    return answer(show_review(place, review))


def _find_review(place: Place, number: int, key: int) -> Review:
    review = place.find(Review, key)
    hidden = review.state == "PENDING" and review.user != place.call.login
    if review.number != number or hidden:
        raise not_found()
    return review


@routes.get("/reviews")
def list_reviews(owner: str, name: str, number: int) -> Response:
    """GET reviews, oldest first."""
    place = enter(owner, name)
    place.find(Pull, number)
    return answer_page(pulls.list_reviews(place, number), lambda review: show_review(place, review))


@routes.get("/reviews/<int:key>")
def read_review(owner: str, name: str, number: int, key: int) -> Response:
    """GET reviews/{id}."""
    place = enter(owner, name)
    return answer(show_review(place, _find_review(place, number, key)))


@routes.post("/reviews/<int:key>/events")
def submit_review(owner: str, name: str, number: int, key: int) -> Response:
    """POST reviews/{id}/events: a pending review is submitted."""
    place = enter(owner, name)
    place.call.require_viewer()
    review = _find_review(place, number, key)
    asked = read_body(_Submission)
    if review.state != "PENDING":
        raise ApiError(422, "Unprocessable Entity", errors=[{"message": "Review has already been submitted"}])
    pull = pulls.read_pull(place, number)
    body = review.body if asked.body is None else asked.body
    _check_verdict(place, pull, asked.event, body)
    submitted = msgspec.structs.replace(
        review, body=body, state=_STATES[asked.event], submitted_at=place.call.now
    )
    _submit(place, pull, submitted)
    return answer(show_review(place, submitted))


@routes.put("/reviews/<int:key>/dismissals")
def dismiss_review(owner: str, name: str, number: int, key: int) -> Response:
    """PUT reviews/{id}/dismissals."""
    place = enter(owner, name, "write")
    review = _find_review(place, number, key)
    read_body(_Dismissal)
    if review.state not in ("APPROVED", "CHANGES_REQUESTED"):
        raise ApiError(422, "Unprocessable Entity", errors=[{"message": "Can not dismiss this review"}])
    dismissed = msgspec.structs.replace(review, state="DISMISSED")
    place.put(key, dismissed)
    publish(place, "pull_request_review", "dismissed", review=show_review(place, dismissed))
    return answer(show_review(place, dismissed))


@routes.get("/requested_reviewers")
def list_requested(owner: str, name: str, number: int) -> Response:
    """GET requested_reviewers."""
    place = enter(owner, name)
    pull = place.find(Pull, number)
    return answer(
        {"users": [show_user(place.call, login) for login in pull.requested_reviewers], "teams": []}
    )


@routes.post("/requested_reviewers")
def request_reviewers(owner: str, name: str, number: int) -> Response:
    """POST requested_reviewers."""
    place = enter(owner, name, "triage")
    asked = read_body(_Reviewers).reviewers
    pull = pulls.read_pull(place, number)
    for login in asked:
        if login == pull.user:
            raise ApiError(422, "Review cannot be requested from pull request author.")
        if login not in place.repository.access and place.call.tx.get(User, "", login.lower()) is None:
            raise ApiError(422, f"Reviews may only be requested from collaborators. {login} is not one.")
    merged = tuple(dict.fromkeys((*pull.requested_reviewers, *asked)))
    changed = pulls.keep(place, pull, requested_reviewers=merged, updated_at=place.call.now)
    pulls.announce(place, changed, "review_requested")
    return answer(show_pull(place, changed), 201)


@routes.delete("/requested_reviewers")
def withdraw_request(owner: str, name: str, number: int) -> Response:
    """DELETE requested_reviewers."""
    place = enter(owner, name, "triage")
    asked = read_body(_Reviewers).reviewers
    pull = pulls.read_pull(place, number)
    left = tuple(login for login in pull.requested_reviewers if login not in asked)
    changed = pulls.keep(place, pull, requested_reviewers=left, updated_at=place.call.now)
    pulls.announce(place, changed, "review_request_removed")
    return answer(show_pull(place, changed))
