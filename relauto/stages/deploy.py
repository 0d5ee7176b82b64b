"""Stage 6, deploy: the release reaches the customer, and the customer says so."""

from dataclasses import dataclass

from relauto.model.facts import Facts
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench, require_target
from relauto.stages.people import desk
from relauto.stages.prepare.release import kit_digest
from relauto.stages.step import Observation, Proved, Question, Refused, Seal, Todo, Waiting


@dataclass(frozen=True)
class SendKit:
    """`deploy.send`: handed over behind a door, done when the customer's receipt is recorded."""

    key: str = "deploy.send"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look for a receipt of exactly this kit; a kit that was handed over is waiting, not done."""
        target = require_target(place)
        released = bench.facts("prepare.release", target)
        if not released:
            return Refused("nothing is released yet", todo="advance prepare.release first")
        digest = kit_digest(bench, target)
        receipts = [(body, actor) for body, actor, _ in bench.incident.kits if body.digest == digest]
        if receipts:
            return Proved({"digest": digest, "tag": released["tag"]})
        tag = str(released["tag"])
        question = desk.ask_receipt(tag, digest)
        if desk.is_asked(bench, place, question):
            return Waiting("customer", f"{tag}: the customer has not acknowledged the kit {digest[:12]}")
        return self._hand_over(bench, place, target, tag, question)

    def _hand_over(self, bench: Bench, place: Place, target: Target, tag: str, question: Question) -> Todo:
        digest = question.subject

        def run(_facts: Facts) -> None:
            desk.ask(bench, place, question)

        return Todo(
            f"hand-over:{digest[:12]}",
            f"write the kit of {tag} and ask for the customer's receipt",
            run,
            seal=Seal(digest, {"tag": tag, "digest": digest, "target": str(target)}),
            prepare=lambda: {"digest": digest, "tag": tag},
            changes=("desk",),
        )
