"""Labels as names on issues and pull requests; unknown ones are made on first use, as GitHub does."""

from collections.abc import Collection
from typing import Literal

from relauto.hub.place import Place
from relauto.hub.records import Label, Labelling

DEFAULT_COLOR = "ededed"


def ensure_labels(place: Place, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names as the repository spells them, each once; make those that are missing."""
    spelled: dict[str, None] = {}
    for name in names:
        label = place.get(Label, name.lower())
        if label is None:
            label = Label(id=place.new_id(), name=name, color=DEFAULT_COLOR)
            place.put(name.lower(), label)
        spelled[label.name] = None
    return tuple(spelled)


def note_labels(
    place: Place, number: int, before: Collection[str], after: Collection[str]
) -> list[tuple[Literal["labeled", "unlabeled"], Label]]:
    """Keep who put which labels on an issue or pull request or took them away; return what happened."""
    happened: list[tuple[Literal["labeled", "unlabeled"], Label]] = []
    happened += [("labeled", place.find(Label, each.lower())) for each in after if each not in before]
    happened += [("unlabeled", place.find(Label, each.lower())) for each in before if each not in after]
    for event, label in happened:
        kept = Labelling(
            id=place.new_id(),
            number=number,
            user=place.call.login,
            event=event,
            label=label.name,
            created_at=place.call.now,
        )
        place.put(kept.id, kept)
    return happened
