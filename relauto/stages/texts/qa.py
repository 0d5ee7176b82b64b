"""What QA's pages are made of."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from relauto.comms.proofs import Artifact, Pick, Picks, PullRequest, Pulls
from relauto.comms.qa_page import QaFacts
from relauto.comms.qa_source import PickedPaths, source_instruction
from relauto.github import releases
from relauto.model.names import Commit, Tag
from relauto.model.qa import QaInstruction, parse_instruction
from relauto.model.target import Target
from relauto.stages.bench import Bench
from relauto.stages.texts.releases import read_artifacts, read_picks


def gather_facts(
    bench: Bench,
    target: Target,
    tag: Tag | None,
    commit: Commit,
    artifacts: Sequence[Mapping[str, Any]] = (),
    differences: Sequence[tuple[str, str]] = (),
) -> QaFacts:
    """Return what QA's page about a build is made of; without `tag` it is a build of no tag.

    `differences` are the paths in which the pick is not the fix's own change, with what is different.

    Raises:
        FaultsError: the instruction that came with the fix has faults.
    """
    plan = bench.plan(target)
    picked = read_picks(bench, target)
    return QaFacts(
        incident=bench.incident.id,
        product=bench.settings.product,
        repository=target.repository,
        repository_url=f"{bench.settings.github.git.rstrip('/')}/{bench.source.repository}",
        line=target.line,
        instruction=_instruction(bench, target, picked),
        old_tag=plan.base_tag,
        tag=tag or "",
        commit=commit,
        version=plan.version,
        artifacts=read_artifacts(artifacts),
        old_artifacts=_old_artifacts(bench.outside(), Tag(plan.base_tag)),
        fixes=_pulls(bench),
        picks=picked.picks,
        changed_paths=tuple(differences),
        overrides=tuple(bench.incident.overrides),
        environments=bench.settings.testing.by_id,
    )


def _instruction(bench: Bench, target: Target, picked: Picks) -> QaInstruction:
    written = [fix for fix in bench.incident.current_fixes if fix.instruction]
    if written:
        return parse_instruction(str(written[-1].instruction), f"of {written[-1]}")
    own = {file.path for file in bench.settings.version_files}
    changed = [PickedPaths(pick.commit, _paths(bench, pick, own)) for pick in picked.picks]
    return source_instruction(changed, bench.plan(target).base_tag)


def _paths(bench: Bench, pick: Pick, own: set[str]) -> tuple[str, ...]:
    parents = bench.product.commit(Commit(pick.commit)).parents
    changed = bench.product.changed_paths(parents[0], pick.commit) if parents else ()
    return tuple(path for path in changed if path not in own)


def _old_artifacts(bench: Bench, tag: Tag) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(asset.name, asset.digest.removeprefix("sha256:"), asset.size)
        for asset in bench.see("releases", releases.look_at_files(bench.source, tag))
        if asset.digest
    )


def _pulls(bench: Bench) -> tuple[PullRequest, ...]:
    return msgspec.convert(bench.facts("investigate.pr"), Pulls).pulls
