"""QA's shorter pages: the fix's own build, the pick, staging and production.

They gate nothing. Each is written beside the journal once the step that makes it possible is proved,
for a fix that came with an instruction: without one nobody has said what there is to try.
"""

import re
from collections.abc import Iterator

from relauto.comms.proofs import Pick
from relauto.comms.qa_page import render_qa
from relauto.model.names import Commit, Tag
from relauto.model.qa import Audience
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench
from relauto.stages.texts.qa import gather_facts
from relauto.stages.texts.releases import read_picks


def make_pages(bench: Bench, place: Place) -> dict[str, bytes]:
    """Return the pages that the proof of a step makes possible, by their path on the incident's branch.

    Raises:
        FaultsError: the instruction that came with the fix has faults.
    """
    if not any(fix.instruction for fix in bench.incident.current_fixes):
        return {}
    return {f"qa/{name}.md": page.encode() for name, page in _render(bench, place)}


def _render(bench: Bench, place: Place) -> Iterator[tuple[str, str]]:
    if place.step == "investigate.pr":
        target = bench.incident.targets[0]
        for pull in bench.facts(place.step)["pulls"]:
            yield f"pr-{pull['number']}", _page(bench, "pr", target, None, Commit(pull["head"]))
    elif place.target and place.step == "prepare.pick":
        head = bench.release_head(place.target)
        again = f"-round-{place.round}" if place.round > 1 else ""
        yield f"pick-{_name(place.target.line)}{again}", _page(bench, "pick", place.target, None, head)
    elif place.target and place.step == "prepare.release":
        released = bench.facts(place.step, place.target)
        tag, commit = Tag(str(released["tag"])), Commit(str(released["commit"]))
        kinds: tuple[Audience, ...] = ("staging", "production")
        for kind in kinds:
            yield f"{kind}-{_name(tag)}", _page(bench, kind, place.target, tag, commit)


def _page(bench: Bench, kind: Audience, target: Target, tag: Tag | None, commit: Commit) -> str:
    facts = gather_facts(bench, target, tag, commit, differences=list(_list_differences(bench, target)))
    return render_qa(kind, facts, bench.renderer)


def _list_differences(bench: Bench, target: Target) -> Iterator[tuple[str, str]]:
    """Yield the paths in which a pick is not the fix's own change, with what is different."""
    for pick in read_picks(bench, target).picks:
        if pick.verdict in ("context", "changed") and pick.made:
            yield from _compare(bench, pick)


def _compare(bench: Bench, pick: Pick) -> Iterator[tuple[str, str]]:
    fixed, made = _paths(bench, Commit(pick.fix)), _paths(bench, Commit(str(pick.made)))
    for path in sorted(fixed - made):
        yield path, "changed by the fix on main, and not here"
    for path in sorted(made - fixed):
        yield path, "changed here, and not by the fix on main"
    for path in sorted(made & fixed):
        word = (
            "the same lines, in other surroundings"
            if pick.verdict == "context"
            else "may be changed otherwise"
        )
        yield path, word


def _paths(bench: Bench, commit: Commit) -> set[str]:
    parents = bench.product.commit(commit).parents
    return set(bench.product.changed_paths(parents[0], commit)) if parents else set()


def _name(word: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "-", word)
