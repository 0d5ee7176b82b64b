"""The merge queue and auto-merge: what is merged later, by itself, once nothing is lacking.

As in GitHub's "Managing a merge queue": the first in line is merged with its base on a branch of the
queue's own; when the required checks of that commit are green the base is moved to it, and when one fails
the pull request is thrown out. This hub makes one group at a time, of one pull request.
"""

from collections.abc import Iterator

import msgspec

from relauto.hub.checks import read_contexts, unmet_checks
from relauto.hub.events import publish
from relauto.hub.merges import MergeOrder, land, make_merge, refuse_merge
from relauto.hub.place import ApiError, Place
from relauto.hub.pulls import announce, keep, look, read_pull, settle_pulls
from relauto.hub.pushing import publish_move
from relauto.hub.records import AutoMerge, Method, Protection, Pull, QueueEntry, QueueMove

_GREETING = {"added": "enqueued", "removed": "dequeued"}


def queue_of(place: Place, base: str) -> Method | None:
    """Return how a branch's merge queue merges, None when it has none."""
    protection = place.get(Protection, base)
    return protection.queue if protection else None


def list_entries(place: Place, base: str) -> list[QueueEntry]:
    """Return who stands in a branch's queue, the first first."""
    return [entry for entry in place.all(QueueEntry) if entry.base_ref == base]


def enqueue(place: Place, pull: Pull, expected: str | None) -> QueueEntry:
    """Put a pull request into the queue of its base.

    Raises:
        ApiError: 422, it may not be.
    """
    method = queue_of(place, pull.base_ref)
    if method is None:
        raise ApiError(422, f"The branch {pull.base_ref} has no merge queue")
    if expected not in (None, pull.head_sha):
        raise ApiError(422, "Head branch was modified. Review and try again.")
    if place.get(QueueEntry, pull.number):
        raise ApiError(422, "Pull request is already in the queue")
    try:
        refuse_merge(place, look(place, pull), method, pull.user)
    except ApiError as error:
        raise ApiError(422, str(error)) from error
    entry = QueueEntry(
        id=place.new_id(), number=pull.number, base_ref=pull.base_ref, head_sha=pull.head_sha,
        by=place.call.login, at=place.call.now,
    )  # fmt: skip
    place.put(entry.number, entry)
    _note(place, pull, entry, "added")
    settle_queue(place)
    return place.get(QueueEntry, pull.number) or entry


def dequeue(place: Place, entry: QueueEntry, reason: str) -> None:
    """Take a pull request out of its queue, and tell why."""
    place.drop(QueueEntry, entry.number)
    _drop_group(place, entry)
    _note(place, place.find(Pull, entry.number), entry, "removed", reason)


def _note(place: Place, pull: Pull, entry: QueueEntry, kind: str, reason: str | None = None) -> None:
    move = QueueMove(
        id=place.new_id(), number=entry.number, kind="added" if kind == "added" else "removed",
        head_sha=entry.head_sha, by=entry.by, at=place.call.now, reason=reason,
    )  # fmt: skip
    place.put(move.id, move)
    announce(place, keep(place, pull, updated_at=place.call.now), _GREETING[kind])


def settle_queue(place: Place) -> None:
    """Let queues and auto-merges go as far as they can."""
    for base in dict.fromkeys(entry.base_ref for entry in place.all(QueueEntry)):
        while entries := list_entries(place, base):
            if not _serve(place, entries[0]):
                break
    for wish in place.all(AutoMerge):
        _grant(place, wish)


def _serve(place: Place, entry: QueueEntry) -> bool:
    """Bring the first in line on; return whether the next one is the first now."""
    pull, method = read_pull(place, entry.number), queue_of(place, entry.base_ref)
    if pull.merged:
        place.drop(QueueEntry, entry.number)
        return True
    if pull.state == "closed" or pull.head_sha != entry.head_sha or method is None:
        dequeue(place, entry, "manual")
        return True
    if entry.commit is None or entry.base_sha != pull.base_sha:
        made = _make_group(place, pull, entry, method)
        if made is None:
            return True
        entry = made
    commit = str(entry.commit)
    contexts = read_contexts(place, commit)
    unmet = unmet_checks(place.get(Protection, entry.base_ref), contexts)
    if any(sentence.endswith("is failing.") for sentence in unmet):
        dequeue(place, entry, "failed_checks")
        return True
    if unmet:
        return False
    place.drop(QueueEntry, entry.number)
    _drop_group(place, entry)
    land(place, pull, commit, entry.by)
    settle_pulls(place)
    return True


def _make_group(place: Place, pull: Pull, entry: QueueEntry, method: Method) -> QueueEntry | None:
    _drop_group(place, entry)
    try:
        commit = make_merge(place, pull, MergeOrder(method, by=entry.by))
    except ApiError:
        dequeue(place, entry, "merge_conflict")
        return None
    branch = f"gh-readonly-queue/{entry.base_ref}/pr-{pull.number}-{pull.base_sha}"
    place.bare.update(f"refs/heads/{branch}", commit, None)
    made = msgspec.structs.replace(entry, branch=branch, commit=commit, base_sha=pull.base_sha)
    place.put(made.number, made)
    publish_move(place, f"refs/heads/{branch}", None, commit)
    group = {"head_sha": commit, "head_ref": branch, "base_ref": entry.base_ref, "base_sha": pull.base_sha}
    publish(place, "merge_group", "checks_requested", merge_group=group)
    return made


def _drop_group(place: Place, entry: QueueEntry) -> None:
    ref = f"refs/heads/{entry.branch}"
    if entry.branch and entry.commit and place.bare.update(ref, None, entry.commit):
        publish_move(place, ref, entry.commit, None)


def enable_auto_merge(place: Place, pull: Pull, wish: AutoMerge, expected: str | None) -> None:
    """Merge a pull request as soon as it can be.

    Raises:
        ApiError: 422, it may not be, or it can be merged now.
    """
    if not place.repository.allow_auto_merge:
        raise ApiError(422, "Auto merge is not allowed for this repository")
    if expected not in (None, pull.head_sha):
        raise ApiError(422, "Head branch was modified. Review and try again.")
    if pull.state == "closed" or pull.draft:
        raise ApiError(422, "Pull request is in draft state" if pull.draft else "Pull request is closed")
    if look(place, pull).merge_state in ("clean", "unstable"):
        raise ApiError(422, "Pull request is in clean status")
    place.put(pull.number, wish)
    announce(place, pull, "auto_merge_enabled")


def disable_auto_merge(place: Place, pull: Pull) -> None:
    """Forget that a pull request is to be merged by itself.

    Raises:
        ApiError: 422, nobody asked for it.
    """
    if place.get(AutoMerge, pull.number) is None:
        raise ApiError(422, "Can't disable auto-merge for this pull request.")
    place.drop(AutoMerge, pull.number)
    announce(place, pull, "auto_merge_disabled")


def _grant(place: Place, wish: AutoMerge) -> None:
    pull = read_pull(place, wish.number)
    if pull.state == "closed":
        place.drop(AutoMerge, wish.number)
        return
    standing = look(place, pull)
    try:
        refuse_merge(place, standing, wish.method, wish.by)
    except ApiError:
        return
    place.drop(AutoMerge, wish.number)
    if queue_of(place, pull.base_ref):
        enqueue(place, pull, None)
        return
    commit = make_merge(place, pull, MergeOrder(wish.method, None, wish.title, wish.message, wish.by))
    land(place, pull, commit, wish.by)


def list_moves(place: Place, number: int) -> Iterator[QueueMove]:
    """Yield what happened to a pull request in queues, oldest first."""
    yield from (move for move in place.all(QueueMove) if move.number == number)
