"""The merge queue and auto-merge as GraphQL sees them."""

from collections.abc import Callable
from typing import Any

from relauto.hub import queue
from relauto.hub.graph.common import Info, Node, connect, show_actor
from relauto.hub.graph.objects import show_object
from relauto.hub.place import Place
from relauto.hub.records import AutoMerge, Pull, QueueEntry, QueueMove
from relauto.hub.views.common import node_id


def show_queueing(place: Place, pull: Pull, show_pull: Callable[[int], Node]) -> Node:
    """Show how a pull request stands to its base's queue, and whether it merges by itself.

    `show_pull` shows a pull request by its number, as every entry and wish links to its own.
    """
    entry, wish = place.get(QueueEntry, pull.number), place.get(AutoMerge, pull.number)

    def list_items(info: Info, itemTypes: list[str] | None = None, **args: Any) -> Node:
        moves = [
            move
            for move in queue.list_moves(place, pull.number)
            if itemTypes is None or _KINDS[move.kind][1] in itemTypes
        ]
        return connect(moves, lambda move: _show_move(place, move))(info, **args)

    return {
        "isInMergeQueue": entry is not None,
        "isMergeQueueEnabled": queue.queue_of(place, pull.base_ref) is not None,
        "mergeQueueEntry": show_entry(place, entry, show_pull) if entry else None,
        "autoMergeRequest": show_wish(place, wish, show_pull) if wish else None,
        "timelineItems": list_items,
    }


_KINDS = {
    "added": ("AddedToMergeQueueEvent", "ADDED_TO_MERGE_QUEUE_EVENT"),
    "removed": ("RemovedFromMergeQueueEvent", "REMOVED_FROM_MERGE_QUEUE_EVENT"),
}


def _show_move(place: Place, move: QueueMove) -> Node:
    return {
        "__typename": _KINDS[move.kind][0],
        "id": node_id(_KINDS[move.kind][0], move.id),
        "createdAt": move.at,
        "reason": move.reason,
        "beforeCommit": lambda _: show_object(place, move.head_sha),
    }


def show_entry(place: Place, entry: QueueEntry, show_pull: Callable[[int], Node]) -> Node:
    """Show a place in the queue."""
    line = [each.number for each in queue.list_entries(place, entry.base_ref)]
    return {
        "id": node_id("MergeQueueEntry", entry.id),
        "enqueuedAt": entry.at,
        "enqueuer": show_actor(place.call, entry.by),
        "position": line.index(entry.number) + 1 if entry.number in line else 0,
        "state": "AWAITING_CHECKS" if entry.commit else "QUEUED",
        "baseCommit": lambda _: show_object(place, entry.base_sha) if entry.base_sha else None,
        "headCommit": lambda _: show_object(place, entry.commit) if entry.commit else None,
        "pullRequest": lambda _: show_pull(entry.number),
    }


def show_wish(place: Place, wish: AutoMerge, show_pull: Callable[[int], Node]) -> Node:
    """Show an auto-merge that somebody asked for."""
    return {
        "commitHeadline": wish.title,
        "commitBody": wish.message,
        "enabledAt": wish.at,
        "enabledBy": show_actor(place.call, wish.by),
        "mergeMethod": wish.method.upper(),
        "pullRequest": lambda _: show_pull(wish.number),
    }
