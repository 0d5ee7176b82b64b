"""`prepare.verify`: every gate green for exactly the candidate's commit and its artifacts' digests.

The gates, in the order in which they are asked: the fix is contained, the scope is closed, the
artifacts are built and name their version, the checks of the commit are green, QA has signed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from relauto.comms.desk import Shown, accept_command
from relauto.counting import name_count
from relauto.git.scope import ScopeEntry, list_scope
from relauto.github import checks
from relauto.model.event import CandidateRefused
from relauto.model.incident import StepState
from relauto.model.names import Commit, Tag
from relauto.model.scope import judge_scope
from relauto.model.target import Place, Target
from relauto.model.version import find_releases, parse_tag
from relauto.model.words import Text
from relauto.stages.bench import Bench, list_commits, require_target
from relauto.stages.building.supply import Settled, find_artifacts
from relauto.stages.following import find_required
from relauto.stages.gates import WAIVED, hold, is_waived
from relauto.stages.investigate import DecideQa
from relauto.stages.prepare.candidate import find_lacking
from relauto.stages.qa.asking import ask
from relauto.stages.step import Observation, Proved, Question, Refused, Waiting

_LISTED = 20


@dataclass(frozen=True)
class VerifyCandidate:
    """Nothing is promoted that this step has not proved."""

    key: str = "prepare.verify"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Ask every gate; what can be waited for at the same time is named together."""
        target = require_target(place)
        candidate = bench.facts("prepare.candidate", target)
        if not candidate:
            return Refused("there is no candidate", todo="advance prepare.candidate first")
        tag, commit = Tag(str(candidate["tag"])), Commit(str(candidate["commit"]))
        known = bench.incident.record(place)
        if known and known.state is StepState.DONE and self._is_released(bench, target, commit):
            return Proved(known.facts, known.by_others)
        stopped = self._judge_content(bench, place, target, commit)
        if stopped:
            return stopped
        found = find_artifacts(bench, place, target, tag, commit)
        if not isinstance(found, Settled):
            return found
        return self._judge_proof(bench, place, target, tag, commit, found)

    def _is_released(self, bench: Bench, target: Target, commit: Commit) -> bool:
        """Return whether the final tag sits on the candidate: from then on its release is the proof."""
        released = bench.facts("prepare.release", target)
        return str(released.get("commit")) == commit == bench.outside().tags().get(bench.final_tag(target))

    def _judge_content(self, bench: Bench, place: Place, target: Target, commit: Commit) -> Refused | None:
        lacking = find_lacking(bench, target, commit)
        if lacking:
            return Refused(f"the candidate lacks the fix {', '.join(lacking)}", todo="cut another candidate")
        strangers = find_strangers(bench, target, commit)
        if not strangers or is_waived(bench, place, "scope", commit):
            return None
        listed = "".join(
            f"\n  {each.commit[:12]} {each.subject} ({each.author})" for each in strangers[:_LISTED]
        )
        if len(strangers) > _LISTED:
            listed += f"\n  and {len(strangers) - _LISTED} more, each shown at the desk"
        count = name_count(len(strangers), "commit is", "commits are")
        return Refused(
            f"{count} in the candidate without being part of the fix:{listed}",
            todo="accept each by name at the desk, or release from the last tag (--base tag)",
            facts={"strangers": [each.commit for each in strangers], **hold(commit, scope="open")},
            question=Question(
                "accept",
                "prepare.accept",
                commit,
                tuple(
                    Shown(each.commit[:12], f"{each.subject} ({each.author})", words=True)
                    for each in strangers
                ),
                tuple(accept_command(each.commit) for each in strangers),
            ),
        )

    def _judge_proof(
        self,
        bench: Bench,
        place: Place,
        target: Target,
        tag: Tag,
        commit: Commit,
        settled: Settled,
    ) -> Observation:
        lacking: list[Waiting] = []
        artifacts = settled.artifacts
        found = bench.see("checks", checks.look_at_checks(bench.source, commit))
        verdict = checks.judge(found, find_required(bench, target.branch))
        unchecked = verdict.state != "passed" and is_waived(bench, place, "checks", commit)
        if verdict.state == "failed" and not unchecked:
            return self._refuse(place, tag, commit, f"the checks of {tag}: {'; '.join(verdict.reasons)}")
        if verdict.state != "passed" and not unchecked:
            lacking.append(Waiting("CI", f"{tag}: {'; '.join(verdict.reasons)}"))
        green = verdict.state == "passed"
        signed = self._ask_qa(bench, place, target, tag, commit, artifacts, green=green)
        held = hold(commit, checks=verdict.state, qa=signed if isinstance(signed, str) else "open")
        if isinstance(signed, Refused):
            return replace(signed, facts={**signed.facts, **held})
        if isinstance(signed, Waiting):
            lacking.append(signed)
        elif not isinstance(signed, str):
            return signed
        if lacking:
            whom = " and ".join(each.whom for each in lacking)
            return Waiting(whom, "; ".join(each.reason for each in lacking), facts=held)
        gates = {
            "contained": "passed",
            "scope": WAIVED if find_strangers(bench, target, commit) else "passed",
            "artifacts": settled.verdict,
            "checks": WAIVED if unchecked else "passed",
            "qa": str(signed),
        }
        accepted = accepted_commits(bench, target)
        return Proved(
            {
                "tag": tag,
                "commit": commit,
                "gates": gates,
                "artifacts": artifacts,
                "origin": settled.origin,
                "accepted": accepted,
            },
            by_others=settled.by_others,
        )

    def _ask_qa(
        self,
        bench: Bench,
        place: Place,
        target: Target,
        tag: Tag,
        commit: Commit,
        artifacts: list[dict[str, Any]],
        *,
        green: bool,
    ) -> Observation | str:
        decision = DecideQa().observe(bench, bench.place("investigate.qa-decision"))
        if not isinstance(decision, Proved):
            return decision
        if not decision.facts["verify"]:
            return "not needed"
        waived = is_waived(bench, place, "qa", commit)
        if waived and tag not in bench.incident.qa_requests:
            return WAIVED
        answer = ask(bench, place, target, tag, commit, artifacts, green=green)
        # A waiver stands for an answer that is missing, and never against a tester's no.
        is_missing = not isinstance(answer, str) and not (isinstance(answer, Refused) and answer.records)
        return WAIVED if waived and is_missing else answer

    def _refuse(self, place: Place, tag: Tag, commit: Commit, reason: str) -> Refused:
        return Refused(
            reason,
            todo="attach the fix of the fix (relauto attach), or run the check again and reopen the step",
            facts=hold(commit, checks="failed"),
            records=(CandidateRefused(place=place, tag=tag, commit=commit, reason=Text(reason)),),
        )


def find_strangers(
    bench: Bench, target: Target, commit: Commit, picked: Mapping[str, object] | None = None
) -> list[ScopeEntry]:
    """Return the commits of a candidate that are neither pick, nor bump, nor accepted by name.

    `picked` is what the line holds of the release; by default what is proved. A base that is a prerelease
    stands for all that it holds and no final release does.
    """
    picked = bench.facts("prepare.pick", target) if picked is None else picked
    entries = list_scope(bench.product, Commit(bench.plan(target).base_commit), commit)
    verdict = judge_scope(
        entries,
        picks=[
            *list_commits(picked, "picks", "commit"),
            *cast(Sequence[str], picked.get("carried", ())),
            *cast(Sequence[str], picked.get("merges", ())),
        ],
        bumps=cast(Sequence[str], picked.get("bumps", ())),
        accepted=accepted_commits(bench, target),
    )
    return [
        *_find_unreleased_base(bench, target),
        *(entry for entry in entries if entry.commit in verdict.strangers),
    ]


def _find_unreleased_base(bench: Bench, target: Target) -> list[ScopeEntry]:
    """Return the base itself while nobody has accepted what a prerelease tag would let in unasked."""
    plan = bench.plan(target)
    base, release = Commit(plan.base_commit), parse_tag(plan.base_tag)
    if release is None or release.is_final or base in accepted_commits(bench, target):
        return []
    tags = bench.tags()
    finals = {tags[each.tag] for each in find_releases(tags) if each.is_final}
    held = bench.product.list_commits(base, *(f"^{each}" for each in sorted(finals)))
    if not held:
        return []
    facts, count = bench.product.commit(base), f"{len(held)} commit{'s' * (len(held) > 1)}"
    words = f"{plan.base_tag} was never final and holds {count} that no final release does; the last: "
    return [ScopeEntry(base, words + facts.subject, facts.author.name, facts.parents, None, None)]


def accepted_commits(bench: Bench, target: Target) -> list[str]:
    """Return the commits that an entitled person accepted for a target, in the order of acceptance."""
    found = [each.commit for each in bench.incident.accepted if each.target == target]
    return list(dict.fromkeys(found))
