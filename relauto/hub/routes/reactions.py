"""Reactions to comments."""

from typing import Literal

import msgspec
from flask import Blueprint, Response

from relauto.hub.http import answer, answer_page, enter, read_body
from relauto.hub.records import Comment, Reaction
from relauto.hub.views.issues import show_reaction

routes = Blueprint(
    "reactions", __name__, url_prefix="/api/v3/repos/<owner>/<name>/issues/comments/<int:key>/reactions"
)


class _Content(msgspec.Struct):
    content: Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]


@routes.post("")
def create_reaction(owner: str, name: str, key: int) -> Response:
    """POST issues/comments/{id}/reactions; the same of the same person again answers 200."""
    place = enter(owner, name)
    login, comment, content = place.call.login, place.find(Comment, key), read_body(_Content).content
    for known in place.all(Reaction):
        if (known.comment, known.user, known.content) == (comment.id, login, content):
            return answer(show_reaction(place, known))
    made = Reaction(
        id=place.new_id(), comment=comment.id, user=login, content=content, created_at=place.call.now
    )
    place.put(made.id, made)
    return answer(show_reaction(place, made), 201)


@routes.get("")
def list_reactions(owner: str, name: str, key: int) -> Response:
    """GET issues/comments/{id}/reactions, oldest first."""
    place = enter(owner, name)
    comment = place.find(Comment, key)
    found = [one for one in place.all(Reaction) if one.comment == comment.id]
    return answer_page(found, lambda one: show_reaction(place, one))
