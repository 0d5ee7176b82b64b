"""Refs, and what protects a branch."""

from relauto.hub.bare import Ref
from relauto.hub.graph.common import Node, connect
from relauto.hub.graph.objects import show_object
from relauto.hub.place import Place
from relauto.hub.records import Pull
from relauto.hub.views.common import node_id
from relauto.hub.views.rules import show_rule_nodes, show_update_rule


def find_ref(place: Place, name: str) -> Node | None:
    """Show the ref of a full or short name, None when there is none."""
    names = [name] if name.startswith("refs/") else [f"refs/heads/{name}", f"refs/tags/{name}"]
    ref = next((found for one in names if (found := place.bare.ref(one))), None)
    return _show_ref(place, ref) if ref else None


def show_base(place: Place, pull: Pull) -> Node | None:
    """Show the branch that a pull request goes to, None when it is gone."""
    return find_ref(place, f"refs/heads/{pull.base_ref}")


def _show_ref(place: Place, ref: Ref) -> Node:
    parts = ref.name.split("/", 2)
    node: Node = {
        "id": node_id("Ref", f"{place.name}:{ref.name}"),
        "name": parts[2],
        "prefix": f"{parts[0]}/{parts[1]}/",
        "target": lambda _: show_object(place, ref.sha),
    }
    if parts[1] != "heads":
        return node | {"refUpdateRule": None, "rules": connect([], dict)}
    return node | {
        "refUpdateRule": lambda _: show_update_rule(place, parts[2]),
        "rules": connect(show_rule_nodes(place, parts[2]), dict),
    }
