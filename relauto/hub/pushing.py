"""What protected branches refuse, by git or by the API, and what is told when a ref has moved."""

from relauto.hub.checks import read_contexts, unmet_checks
from relauto.hub.events import publish
from relauto.hub.place import ApiError, Place
from relauto.hub.records import Protection
from relauto.hub.requirements import QUEUED, name_rules_page, refuse_commits, refuse_mover
from relauto.hub.rulesets import list_kinds

_ZERO = "0" * 40


def push_refusal(place: Place, ref: str, old: str | None, new: str | None) -> str | None:
    """Return why a protected branch may not be moved directly, None when it may.

    Whether the move is a fast-forward is asked by the caller: a push's objects are not there yet.
    """
    branch = ref.removeprefix("refs/heads/")
    if branch == ref:
        return None
    protection = place.get(Protection, branch)
    if new is None and (protection or "deletion" in list_kinds(place, branch)):
        return f"Cannot delete this branch: {branch} is protected"
    if protection is None or old is None or new is None:
        return None
    refused = refuse_mover(place, protection)
    if refused:
        return refused
    if protection.queue:
        return QUEUED
    if protection.by_pull:
        return "Changes must be made through a pull request."
    return next(iter(unmet_checks(protection, read_contexts(place, new))), None)


def list_refusals(place: Place, ref: str, old: str | None, new: str | None) -> list[str]:
    """Return what the `update` hook is told about one move (`relauto.hub.guard`)."""
    branch = ref.removeprefix("refs/heads/")
    protection, kinds = place.get(Protection, branch), list_kinds(place, branch)
    if branch == ref or not (protection or kinds):
        return []
    by_ruleset = kinds or (protection and protection.ruleset)
    lines = [f"{ref}@ {name_rules_page(place, ref)}"] if by_ruleset else []
    reason = push_refusal(place, ref, old, new)
    if reason:
        return [*lines, f"{ref}! {reason}"]
    lines += [f"{ref}?"] if new and (protection or "non_fast_forward" in kinds) else []
    lines += [f"{ref}-"] if protection and protection.linear else []
    return [*lines, f"{ref}="] if protection and protection.signatures else lines


def refuse_push(place: Place, ref: str, old: str | None, new: str | None) -> None:
    """Refuse a direct move of a protected branch.

    Raises:
        ApiError: 422, with the reason.
    """
    reason = push_refusal(place, ref, old, new)
    branch = ref.removeprefix("refs/heads/")
    protected = place.get(Protection, branch) if branch != ref else None
    if reason is None and branch != ref and old and new:
        forward = place.bare.is_ancestor(old, new)
        if not forward and (protected or "non_fast_forward" in list_kinds(place, branch)):
            reason = "Cannot force-push to this branch"
        elif protected:
            reason = refuse_commits(place, protected, old, new)
    if reason:
        raise ApiError(422, reason)


def publish_move(place: Place, ref: str, old: str | None, new: str | None) -> None:
    """Log the `push` event, and `create` or `delete` where a branch or tag came or went."""
    kind, _, short = ref.removeprefix("refs/").partition("/")
    word = {"heads": "branch", "tags": "tag"}.get(kind)
    if word is None:
        return
    move = {"ref": ref, "before": old or _ZERO, "after": new or _ZERO}
    flags = {"created": old is None, "deleted": new is None, "forced": _is_forced(place, old, new)}
    publish(place, "push", None, **move, **flags)
    if old is None or new is None:
        publish(place, "create" if old is None else "delete", None, ref=short, ref_type=word)


def _is_forced(place: Place, old: str | None, new: str | None) -> bool:
    return old is not None and new is not None and not place.bare.is_ancestor(old, new)
