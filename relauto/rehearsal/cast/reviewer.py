"""The reviewer: reads what open pull requests change and approves their exact head."""

from collections.abc import Iterator

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.errand import Errand, ErrandError
from relauto.rehearsal.cast.workplace import Scratch

MARKERS = (b"<<<<<<< ", b">>>>>>> ", b"||||||| ")


def act(errand: Errand) -> list[str]:
    """Review every open pull request onto main or the line at its head; returns what was done.

    Raises:
        ApiError: the API refused.
        ErrandError: a head could not be fetched.
    """
    return [done for pull in _mine_to_review(errand) if (done := _review(errand, pull))]


def _mine_to_review(errand: Errand) -> Iterator[Json]:
    for pull in errand.api.pages(f"repos/{errand.source}/pulls", state="open"):
        onto = pull["base"]["ref"] in {errand.main, errand.line, *errand.bases}
        if onto and pull["user"]["login"] != errand.login and not pull["draft"]:
            yield pull


def _review(errand: Errand, pull: Json) -> str:
    number, head = pull["number"], pull["head"]["sha"]
    address = f"repos/{errand.source}/pulls/{number}/reviews"
    mine = [
        review["state"]
        for review in errand.api.pages(address)
        if review["user"]["login"] == errand.login and review["commit_id"] == head
    ]
    if mine:
        return ""
    marked = files_with_markers(_fetch_difference(errand, pull["base"]["sha"], head))
    if marked:
        text, event = f"Conflict markers are left in {', '.join(marked)}.", "REQUEST_CHANGES"
    else:
        text, event = f"Read at {head[:10]}; no conflict markers.", "APPROVE"
    errand.api.post(address, {"commit_id": head, "event": event, "body": text})
    return f"#{number} at {head[:10]}: {'approved' if event == 'APPROVE' else 'changes requested'}"


def _fetch_difference(errand: Errand, base: str, head: str) -> bytes:
    scratch = Scratch(errand, errand.work / "reviewer.git")
    scratch.fetch(base, head)
    span = f"{base}...{head}"
    options = ("diff", "--no-color", "--no-ext-diff", "--text", "--unified=0", span, "--")
    try:
        return scratch.read(*options)
    except ErrandError:
        paths = _held_paths(scratch, span)
        if paths is None:
            raise
        return scratch.read("--literal-pathspecs", *options, *paths) if paths else b""


def _held_paths(scratch: Scratch, span: str) -> list[str] | None:
    """Return the changed files whose contents a partial clone has, None where nothing is lacking."""
    raw = scratch.read("diff", "--raw", "-z", "--no-renames", "--no-abbrev", span, "--")
    fields = raw.decode("utf-8", "surrogateescape").split("\0")[:-1]
    rows = [(each.split()[2:4], path) for each, path in zip(fields[::2], fields[1::2], strict=True)]
    held = [path for blobs, path in rows if all(scratch.holds(blob) for blob in blobs)]
    return held if len(held) < len(rows) else None


def files_with_markers(difference: bytes) -> list[str]:
    """Return the files of a diff in which a line that was added begins with a conflict marker."""
    found: dict[str, None] = {}
    name = ""
    for line in difference.split(b"\n"):
        if line.startswith(b"+++ "):
            name = line[4:].removeprefix(b"b/").decode("utf-8", "replace")
        elif line.startswith(tuple(b"+" + marker for marker in MARKERS)):
            found[name] = None
    return list(found)
