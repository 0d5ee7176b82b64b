"""Labels as names on issues and pull requests; unknown ones are made on first use, as GitHub does."""

from relauto.hub.place import Place
from relauto.hub.records import Label

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
