"""A pull request in the merge queue of its base, where changes come through that alone."""

from relauto.github.pull_queue import enqueue_pull
from relauto.github.pull_state import Pull
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit
from relauto.model.target import Place
from relauto.stages.bench import Bench
from relauto.stages.following import show_objections
from relauto.stages.step import Refused, Seal, Todo, Waiting

QUEUE = "github-merge-queue[bot]"
"""The account that GitHub's merge queue acts by.

GitHub documents no login. Others saw this one take pull requests out of the queue
(https://github.com/imbue-ai/sculptor/pull/393), and whoever put them there in `merged_by` of what was merged
(https://github.com/IBM/mcp-context-forge/pull/5483). Either counts as the queue's work.
"""


def needs_queue(bench: Bench, pull: Pull) -> bool:
    """Return whether a pull request can come onto its base by the queue alone."""
    return (pull.rules or bench.rules(Branch(pull.base_ref))).queue


def follow_queue(bench: Bench, place: Place, pull: Pull) -> Waiting | Refused | None:
    """Return what is waited for while a pull request is queued, or why it was thrown out.

    A head that was thrown out since relauto has put it there is not put there again before a person
    reopens the step, which forgets that.
    """
    name = f"pull request #{pull.number}"
    if pull.queued:
        return Waiting("CI", f"{name} is in the merge queue of {pull.base_ref} ({pull.queue})")
    intent = bench.incident.intents.get((place, _name_action(pull)))
    if pull.dequeued is None or intent is None or intent.facts["head"] != pull.head_sha:
        return None
    if intent.facts.get("removal") == pull.removal:
        # That was before: an interrupted run has put on record what it did not come to do.
        return None
    return Refused(
        f"{name} was thrown out of the merge queue of {pull.base_ref}: {pull.dequeued}",
        todo=f"look at its checks there; mend it and push, or let it be queued again: "
        f"relauto reopen {place.step} --reason …",
    )


def enqueue(bench: Bench, pull: Pull, *, is_door: bool) -> Todo:
    """Return what puts a pull request into the queue at exactly its head; a door has to be approved first."""
    head = Commit(pull.head_sha)
    facts = {"pull": pull.number, "head": head, "method": "merge queue", "to": pull.base_ref}
    facts |= show_objections(pull)

    def run(_facts: Facts) -> None:
        enqueue_pull(bench.source, pull, head=head)

    return Todo(
        _name_action(pull),
        f"put pull request #{pull.number} into the merge queue of {pull.base_ref} at {head.short}",
        run,
        seal=Seal(head, facts) if is_door else None,
        prepare=lambda: {"head": head, "method": "merge queue", "removal": pull.removal},
        changes=("refs", "pulls"),
    )


def _name_action(pull: Pull) -> str:
    return f"enqueue:{pull.number}"
