"""What the steps of an incident are about to ask of GitHub, so that one request can answer it all.

Told from the journal alone, generously: a look too many costs nothing in the shared request, and one
that is missing here is asked alone by the step that needs it.
"""

from collections.abc import Iterator
from typing import Any

from relauto.github import checks, pull_page, pull_reads, releases
from relauto.github.look import Look
from relauto.github.rules import look_at_rules
from relauto.model.names import Branch, Commit, Tag
from relauto.model.target import Target
from relauto.stages.bench import Bench, Kind
from relauto.stages.people import desk
from relauto.stages.prepare.landing import list_landings
from relauto.stages.progress.followed import read_entries
from relauto.stages.qa.issue import list_looks

Interest = tuple[Kind, Look[Any]]


def list_interests(bench: Bench) -> Iterator[Interest]:
    """Yield the looks that the incident's steps may take where it stands now."""
    yield "desk", desk.look_at_desk(bench)
    yield from _list_pages(bench)
    if not bench.facts("prepare.merge"):
        yield from _list_fixes(bench)
    for target in bench.incident.targets:
        yield "releases", releases.look_at_files(bench.source, Tag(bench.plan(target).base_tag))
        if not bench.facts("prepare.pick", target):
            yield from _list_picks(bench, target)
        yield from _list_proofs(bench, target)
        yield from (("qa", look) for look in list_looks(bench, target))


def _list_pages(bench: Bench) -> Iterator[Interest]:
    """Yield the looks at pages of pull requests whose numbers are known by now."""
    if bench.settings.progress.is_off:
        return
    numbers = {fix.pull for fix in bench.incident.current_fixes}
    numbers |= {each["number"] for each in read_entries(bench.facts("investigate.pr"), "pulls")}
    for target in bench.incident.targets:
        facts = bench.facts("prepare.pick", target)
        numbers |= {each.get("pull") for key in ("picks", "owed") for each in read_entries(facts, key)}
    for number in sorted(number for number in numbers if number is not None):
        yield "pages", pull_page.look_at_page(bench.source, number)


def _list_fixes(bench: Bench) -> Iterator[Interest]:
    for fix in bench.incident.current_fixes:
        if fix.pull is not None:
            yield "pulls", pull_reads.look_at_pull(bench.source, fix.pull)
        else:
            yield "pulls", pull_reads.look_at_pulls(bench.source, Branch(str(fix.branch)), bench.home)


def _list_picks(bench: Bench, target: Target) -> Iterator[Interest]:
    if bench.ref(target.branch.ref) is None:
        return
    for landing in list_landings(bench, target):
        yield "rules", look_at_rules(bench.source, landing.branch)
        at_home, alone = landing.branch == bench.home, bench.settings.pick.bump == "own"
        if landing.via == "pull" and not at_home:
            yield "pulls", pull_reads.look_at_pulls(bench.source, landing.pick_branch, landing.branch)
        if landing.via == "pull" and landing.numbered and (at_home or alone):
            yield "pulls", pull_reads.look_at_pulls(bench.source, landing.bump_branch, landing.branch)


def _list_proofs(bench: Bench, target: Target) -> Iterator[Interest]:
    """Yield the looks at a candidate and its release: checks until it is released, files all the time."""
    candidate = bench.facts("prepare.candidate", target)
    if not candidate:
        return
    tag = Tag(str(candidate["tag"]))
    yield "releases", releases.look_at_release(bench.source, tag, bench.login)
    yield "releases", releases.look_at_release(bench.source, bench.final_tag(target), bench.login)
    if not bench.facts("prepare.release", target):
        yield "checks", checks.look_at_checks(bench.source, Commit(str(candidate["commit"])))
