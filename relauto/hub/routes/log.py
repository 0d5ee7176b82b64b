"""The hub's own log, outside GitHub's name space."""

from flask import Blueprint, Response, request

from relauto.hub.http import answer, current_call
from relauto.hub.records import Event

routes = Blueprint("hub", __name__)


@routes.get("/_hub/events")
def read_events() -> Response:
    """List the events after the one with the id `after`."""
    after = request.args.get("after", "0")
    return answer(current_call().tx.all(Event, "", after=int(after) if after.isdecimal() else 0))
