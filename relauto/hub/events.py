"""The log of what a webhook would have delivered, in GitHub's names and shapes."""

import uuid
from collections.abc import Mapping

from relauto.hub.place import Call, Place
from relauto.hub.records import Event
from relauto.hub.views.common import show_repository, show_user


def log_event(
    call: Call, name: str, payload: Mapping[str, object], repository: str | None, sender: str | None
) -> None:
    """Append an event to the hub's log."""
    event = Event(
        id=call.tx.next("event"),
        name=name,
        delivery=str(uuid.uuid4()),
        repository=repository,
        sender=sender,
        at=call.now,
        payload=dict(payload),
    )
    call.tx.put("", event.id, event)


def publish(place: Place, name: str, action: str | None, **payload: object) -> None:
    """Append what a webhook of this repository would deliver."""
    sender = place.call.viewer
    body: dict[str, object] = {"action": action} if action else {}
    body |= payload
    body["repository"] = show_repository(place)
    body["sender"] = show_user(place.call, sender.login) if sender else None
    log_event(place.call, name, body, place.name, sender.login if sender else None)
