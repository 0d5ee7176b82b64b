"""Which texts an issue or a comment had before: kept from its first edit on, as GitHub keeps them."""

from relauto.hub.place import Place
from relauto.hub.records import Comment, Edit, Issue, Pull


def keep_edit(place: Place, item: Issue | Pull | Comment, text: str) -> None:
    """Take note that the viewer gives an item another text; the same text is no edit."""
    before = item.body or ""
    if text == before:
        return
    if not list_edits(place, item.id):
        _keep(place, item.id, item.user, before, item.created_at)
    _keep(place, item.id, place.call.login, text, place.call.now)


def _keep(place: Place, of: int, editor: str, text: str, at: str) -> None:
    edit = Edit(id=place.new_id(), of=of, editor=editor, text=text, at=at)
    place.put(edit.id, edit)


def list_edits(place: Place, of: int) -> list[Edit]:
    """Return the versions of an item's text, the newest first; none of one that nobody has edited."""
    return [edit for edit in reversed(place.all(Edit)) if edit.of == of]
