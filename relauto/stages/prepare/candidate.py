"""`prepare.candidate`: an annotated tag on the line, numbered from the tags.

The version is claimed in the release record first, so two incidents never cut the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from relauto.git.refs import RefUpdate
from relauto.model.facts import Facts
from relauto.model.names import Branch, Commit, Tag
from relauto.model.target import Place, Target
from relauto.model.version import parse_version
from relauto.picking.presence import find_presence
from relauto.stages.bench import Bench, require_target
from relauto.stages.claims import burned_numbers
from relauto.stages.signing import find_tag_signer
from relauto.stages.step import Observation, Proved, Refused, Todo


@dataclass(frozen=True)
class Candidate:
    """A candidate's tag as the remote has it. `number` counts from 1."""

    number: int
    tag: Tag
    commit: Commit


@dataclass(frozen=True)
class CutCandidate:
    """The tag is on the remote, at a commit of the line that holds every pick."""

    key: str = "prepare.candidate"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look at the tags of this version on the remote."""
        target = require_target(place)
        if not bench.facts("prepare.pick", target):
            return Refused("nothing is picked yet", todo="advance prepare.pick first")
        candidates = list_candidates(bench, target)
        newest = candidates[-1] if candidates else None
        burned = newest is not None and newest.tag in refused_tags(bench, target)
        moved = newest is not None and was_elsewhere(bench, target, newest.tag, newest.commit)
        if newest and not burned and not moved and not find_lacking(bench, target, newest.commit):
            return self._refuse_rewritten(bench, target, newest) or self._prove(bench, place, target, newest)
        head = bench.release_head(target)
        if newest and burned and newest.commit == head:
            return Refused(
                f"{newest.tag} was refused and {bench.release_branch(target)} has not moved since",
                todo="attach the fix of the fix: relauto attach --fix BRANCH, then advance",
            )
        return self._cut(bench, target, head)

    def _refuse_rewritten(self, bench: Bench, target: Target, found: Candidate) -> Refused | None:
        """Refuse a candidate that its branch no longer holds: the release would not be a part of it."""
        branch, head = bench.release_branch(target), bench.release_head(target)
        released = bench.tags().get(bench.final_tag(target)) == found.commit
        if released or bench.product.is_ancestor(found.commit, head):
            return None
        return Refused(
            f"{branch} is at {head.short} and no longer holds {found.commit.short}, where {found.tag} sits",
            todo=f"find out who rewrote {branch}; push {found.commit.short} to it again, or reopen the pick",
        )

    def _prove(self, bench: Bench, place: Place, target: Target, found: Candidate) -> Proved:
        return Proved(
            {
                "tag": found.tag,
                "commit": found.commit,
                "version": bench.plan(target).version,
                "number": found.number,
                "url": f"{bench.settings.github.git}/{bench.source.repository}/tree/{found.tag}",
            },
            by_others=not self._is_ours(bench, place, target, found),
        )

    def _is_ours(self, bench: Bench, place: Place, target: Target, found: Candidate) -> bool:
        """Return whether relauto cut it: of what it meant to cut others may have been the first."""
        if (place, f"cut:{found.tag}") not in bench.incident.intents:
            return False
        made, message = bench.ref(found.tag.ref), _write_message(bench, target, found.number)
        return made is not None and bench.product.is_tag_of(made, message, bench.sign())

    def _cut(self, bench: Bench, target: Target, head: Commit) -> Observation:
        version = bench.plan(target).version
        if bench.final_tag(target) in {**bench.tags(), **bench.outside().tags()}:
            return Refused(
                f"{bench.final_tag(target)} exists already, without a candidate of this incident",
                todo="open the incident again with another number (rehearse: --version)",
            )
        signer = find_tag_signer(bench)
        if isinstance(signer, Refused):
            return signer
        number, tag = next_candidate(bench, target, head)

        def run(_facts: Facts) -> None:
            bench.releases.claim(target, version, bench.incident.id)
            message = _write_message(bench, target, number)
            made = bench.product.write_tag(tag, head, message, bench.sign(), signer)
            bench.mirror.push([RefUpdate(tag.ref, None, made)])

        return Todo(
            f"cut:{tag}",
            describe_cut(bench.release_branch(target), head.short, tag),
            run,
            prepare=lambda: {"tag": tag, "commit": head},
            changes=("refs",),
        )


def _write_message(bench: Bench, target: Target, number: int) -> str:
    return f"{bench.settings.product} {bench.plan(target).version}, release candidate {number}\n"


def describe_cut(branch: Branch, commit: str, tag: Tag) -> str:
    """Return the sentence for a candidate that is cut."""
    return f"tag {branch} at {commit} as {tag} and push the tag"


def list_candidates(bench: Bench, target: Target, version_: str = "") -> list[Candidate]:
    """Return the candidates of the target's version, or of another, that the remote has, lowest first."""
    style = bench.tag_style(target)
    version = parse_version(version_ or bench.plan(target).version)
    found = []
    for tag, commit in bench.tags().items():
        number = style.candidate_number(tag, version)
        if number is not None:
            found.append(Candidate(number, tag, commit))
    return sorted(found, key=lambda candidate: candidate.number)


def next_candidate(bench: Bench, target: Target, commit: str) -> tuple[int, Tag]:
    """Return number and tag of a candidate to be cut at `commit`: the next that is not spent.

    A tag that was deleted is not given to another commit: what was built, tested and said under it
    would be taken for that commit's.
    """
    style, version = bench.tag_style(target), parse_version(bench.plan(target).version)
    number = max((each.number for each in list_candidates(bench, target)), default=0) + 1
    burned = burned_numbers(bench, target)
    while number in burned or was_elsewhere(bench, target, style.candidate_tag(version, number), commit):
        number += 1
    return number, style.candidate_tag(version, number)


def was_elsewhere(bench: Bench, target: Target, tag: Tag, commit: str) -> bool:
    """Return whether the journal says that a candidate's tag was cut or built at another commit."""
    known = [
        intent.facts.get("commit")
        for (where, action), intent in bench.incident.intents.items()
        if where.target == target and action in (f"cut:{tag}", f"publish:{tag}")
    ]
    return any(each not in (None, commit) for each in known)


def find_lacking(bench: Bench, target: Target, commit: Commit) -> list[str]:
    """Return the fixes that a commit does not hold, although the line does."""
    picks = cast(Sequence[Mapping[str, str]], bench.facts("prepare.pick", target).get("picks", ()))
    series = [Commit(each["fix"]) for each in picks]
    return [each["fix"] for each in picks if not _holds(bench, commit, each, series)]


def _holds(bench: Bench, commit: Commit, picked: Mapping[str, str], series: Sequence[Commit]) -> bool:
    if picked["commit"]:
        return bench.product.is_ancestor(Commit(picked["commit"]), commit)
    return find_presence(bench.product, Commit(picked["fix"]), commit, series=series) is not None


def refused_tags(bench: Bench, target: Target) -> set[str]:
    """Return the tags of the target's candidates that were burned."""
    return {refused.tag for refused in bench.incident.refused if refused.place.target == target}
