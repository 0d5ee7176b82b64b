"""What QA ticked on an earlier candidate and still stands on the next: it rests on nothing that changed."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from relauto.comms.qa_items import read_blocks
from relauto.comms.qa_page import Carried, QaFacts, render_qa
from relauto.model.event import QaChecked, Ticked
from relauto.model.names import Commit, Tag
from relauto.model.target import Place
from relauto.model.words import Person
from relauto.stages.bench import Bench
from relauto.stages.qa.issue import read_asked


def find_carried(bench: Bench, place: Place, facts: QaFacts) -> Carried | None:
    """Return what still stands of the round's last candidate that QA looked at; None where there is none.

    An item does that reads as it read then, but for the candidate's own tag, and is about the old build, or
    names paths of which none has changed.
    """
    checks = [each for each in bench.incident.qa_checks.values() if each.place == place]
    if not checks:
        return None
    before = checks[-1]
    changed = _list_changed(bench, before, facts)
    now = read_blocks(render_qa("candidate", facts, bench.renderer))
    then = read_blocks(read_asked(bench, before.tag))
    same = [item for item, block in now.items() if then.get(item, "").replace(before.tag, facts.tag) == block]
    standing = {item for item in same if _is_untouched(item, facts, changed)}
    items = {each.item: str(each.by) for each in before.items if each.item in standing}
    shown = {each.item: each.evidence for each in before.items if each.item in standing and each.evidence}
    return Carried(before.tag, items, tuple(changed or ()), shown)


def list_still(carried: Carried) -> tuple[Ticked, ...]:
    """Return the record of what still stands."""
    return tuple(
        Ticked(item, Person(who), carried.evidence.get(item, "")) for item, who in carried.items.items()
    )


def _list_changed(bench: Bench, before: QaChecked, facts: QaFacts) -> Sequence[str] | None:
    """Return the paths that changed between the candidates; None where that is not known, or says nothing."""
    if bench.tags().get(Tag(before.tag)) != before.commit or before.commit == facts.commit:
        return None
    return sorted(bench.product.changed_paths(Commit(before.commit), Commit(facts.commit)))


def _is_untouched(item: str, facts: QaFacts, changed: Sequence[str] | None) -> bool:
    """Return whether nothing that changed can have touched what an item is about."""
    part, _, rest = item.partition(".")
    if part in ("old", "build"):
        return part == "old" or rest.startswith("old-")
    steps = {"new": facts.instruction.steps, "regression": facts.instruction.regression}.get(part, ())
    globs = [glob for step in steps if step.id == rest.partition(".")[0] for glob in step.paths]
    if not globs or changed is None:
        return False
    return not any(fnmatchcase(path, glob) for path in changed for glob in globs)
