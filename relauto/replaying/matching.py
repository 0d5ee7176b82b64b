"""Which commit of main a commit of a line was made from, by what its message says."""

from relauto.git.message import find_origins
from relauto.model.names import Commit
from relauto.picking.words import find_pulls, strip_subject
from relauto.replaying.history import Entry, Main
from relauto.replaying.pairs import Evidence, Pair


def match(main: Main, entry: Entry) -> Pair | None:
    """Return `entry` as a backport of a commit of main, or None when its message names none, or several.

    What is later on main than on the line was not picked from there.
    """
    if len(entry.parents) != 1:
        return None
    for by, found in _find_fixes(main, entry):
        told = {key for key in found if key and main.seconds.get(key, entry.seconds + 1) <= entry.seconds}
        if len(told) > 1:
            return None
        if told:
            return Pair(Commit(told.pop().hex()), entry.parents[0], entry.id, by)
    return None


def _find_fixes(main: Main, entry: Entry) -> list[tuple[Evidence, list[bytes | None]]]:
    """Return what each sign points at on main, the strongest sign first; what it may not know is None."""
    return [
        ("trailer", [bytes.fromhex(origin) for origin in find_origins(entry.message)]),
        ("pull", [main.pulls.get(number) for number in find_pulls(entry.message)]),
        ("subject", [main.subjects.get(hash(strip_subject(entry.subject)))]),
    ]
