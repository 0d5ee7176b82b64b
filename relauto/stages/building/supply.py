"""Where a candidate's artifacts come from: made here, or taken over from others by their digests.

Files lie in the prerelease of the candidate's tag. What relauto put there is known by the intent
`publish:TAG`, which holds every digest; files of others are taken over once, with the intent
`adopt:TAG`, and from then on have to stay what they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from relauto.github.releases import Release
from relauto.github.workflows import Run
from relauto.model.facts import Facts
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.stages.bench import Bench
from relauto.stages.building import adoption, workflow
from relauto.stages.building.artifacts import SUMS, Built, build_artifacts
from relauto.stages.building.publication import (
    ask_about_files,
    compare_release,
    find_release,
    publish,
    read_release,
)
from relauto.stages.gates import hold, is_waived
from relauto.stages.leaks import hold_leaks
from relauto.stages.step import Refused, Todo, Waiting
from relauto.stages.texts.releases import Content, list_told, write_notes
from relauto.surroundings import is_ci

GATE = "artifacts"
"""The gate that where artifacts were made has to pass."""


@dataclass(frozen=True)
class Settled:
    """Artifacts that stand published under a candidate's tag, as the journal describes them.

    `origin` says who made them: `none`, `archive`, `ci`, `local`, `workflow`, `attached` or `adopted`.
    """

    artifacts: list[dict[str, Any]]
    origin: str
    by_others: bool
    waived: bool = False

    @property
    def verdict(self) -> str:
        """What the gate `artifacts` says."""
        if not self.artifacts:
            return "none on purpose"
        return "waived" if self.waived else "passed"


def find_artifacts(
    bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit
) -> Settled | Waiting | Refused | Todo:
    """Return a candidate's artifacts, or what has to happen before it has them."""
    release = find_release(bench, tag)
    ours = _find_intent(bench, place, f"publish:{tag}", commit)
    if ours is not None and release is not None:
        return _hold(bench, place, target, release, commit, ours)
    known = _find_intent(bench, place, f"adopt:{tag}", commit)
    if known is not None and release is not None:
        return _keep(bench, target, release, commit, known)
    run = _find_run(bench, place, tag, commit, release)
    if isinstance(run, Waiting | Refused | Todo):
        return run
    found = adoption.find_files(bench, target, tag, commit, run=run)
    if isinstance(found, adoption.Files):
        return adoption.take_over(bench, target, tag, commit, found)
    return found or _begin(bench, place, target, tag, commit, run)


def foresee_artifacts(
    bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit
) -> Waiting | Refused | Todo:
    """Return what will first be done, or waited for, once `tag` is cut at `commit`."""
    found = adoption.find_files(bench, target, tag, commit)
    if isinstance(found, adoption.Files):
        return adoption.take_over(bench, target, tag, commit, found)
    if found is None and bench.settings.build.way == "workflow":
        return workflow.dispatch(bench, place, tag, commit, "")
    return found or _begin(bench, place, target, tag, commit, None)


def _find_run(
    bench: Bench, place: Place, tag: Tag, commit: Commit, release: Release | None
) -> Run | Waiting | Refused | Todo | None:
    """Return the workflow's run that made a candidate's files; None when none is needed."""
    if bench.settings.build.way != "workflow":
        return None
    begun = _find_intent(bench, place, f"dispatch:{tag}", commit) is not None
    if not begun and release is not None and adoption.list_files(release):
        return None
    run = workflow.find_run(bench, place, tag, commit)
    if isinstance(run, Run):
        # It may have ended after the releases were read.
        bench.look("releases")
    return run


def _begin(
    bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit, run: Run | None
) -> Waiting | Refused | Todo:
    """Return how a candidate without any file gets some."""
    if run is not None:
        return Refused(
            f"the run {run.url} ended well, but {tag} has no release with files",
            todo=f"let {bench.settings.build.workflow} publish the prerelease with its files, "
            "then relauto reopen prepare.verify",
        )
    if bench.settings.build.way == "attach":
        lacking = f"{tag} has no files yet: relauto candidate.attach {tag} FILE --sha256 …"
        return Waiting("RM", lacking)
    return judge_origin(bench, place, tag, commit) or _make(bench, place, target, tag, commit)


def _find_intent(bench: Bench, place: Place, action: str, commit: Commit) -> Facts | None:
    intent = bench.incident.intents.get((place, action))
    return intent.facts if intent and intent.facts.get("commit") == commit else None


def _hold(
    bench: Bench, place: Place, target: Target, release: Release, commit: Commit, known: Mapping[str, Any]
) -> Settled | Refused | Todo:
    """Judge the release that relauto published, or began to."""
    tag, origin = release.tag, str(known.get("origin", "local"))
    difference = compare_release(bench, release, known["artifacts"])
    if difference.extra:
        return ask_about_files(bench, release, commit, difference.extra)
    if not release.draft and difference.other:
        return _refuse_other(tag, difference.describe())
    if not release.draft and release.prerelease and not difference.missing:
        waived = origin == "local" and not bench.settings.build.local
        refused = judge_origin(bench, place, tag, commit, origin)
        return refused or Settled(known["artifacts"], origin, by_others=False, waived=waived)
    if bench.settings.build.way in ("workflow", "attach"):
        return Refused(
            f"relauto began to publish {tag} by itself, and build.by is {bench.settings.build.way!r} by now",
            todo="delete the release of the tag, or let relauto build",
        )
    return judge_origin(bench, place, tag, commit) or _make(bench, place, target, tag, commit)


def _keep(
    bench: Bench, target: Target, release: Release, commit: Commit, known: Mapping[str, Any]
) -> Settled | Refused | Todo:
    """Judge the files of others that were taken over."""
    difference = compare_release(bench, release, known["artifacts"])
    if difference.extra:
        return ask_about_files(bench, release, commit, difference.extra)
    if difference.other or set(difference.missing) - {SUMS}:
        return _refuse_other(release.tag, difference.describe())
    origin = str(known["origin"])
    if release.draft or not release.prerelease or difference.missing:
        whole = read_release(bench, release.tag) or release
        return adoption.take_over(bench, target, release.tag, commit, adoption.Files(whole, origin))
    return Settled(known["artifacts"], origin, by_others=origin not in ("workflow", "none"))


def _refuse_other(tag: Tag, reason: str) -> Refused:
    return Refused(
        f"the release of {tag} is not what was published there: {reason}",
        todo="find out who changed it; put back what was there, or delete the release and "
        "relauto reopen prepare.verify",
    )


def _make(bench: Bench, place: Place, target: Target, tag: Tag, commit: Commit) -> Todo | Refused:
    built: list[Built] = []
    # What is foreseen has no candidate yet.
    if bench.facts("prepare.candidate", target).get("tag") == tag:
        held = hold_prerelease(bench, place, target, tag)
        if held:
            return held

    def prepare() -> Facts:
        built.append(build_artifacts(bench, target, commit))
        artifacts = [each.describe() for each in built[0].artifacts]
        return {
            "commit": commit,
            "artifacts": artifacts,
            "said": built[0].said,
            "origin": name_origin(bench),
        }

    def run(_facts: Facts) -> None:
        publish(
            bench,
            tag,
            commit,
            built[0].artifacts,
            title=_title(bench, tag),
            body=write_notes(bench, target, tag),
            prerelease=True,
        )

    sentence = f"build {tag} and publish it as a prerelease"
    return Todo(f"publish:{tag}", sentence, run, prepare=prepare, changes=("releases",))


def hold_prerelease(
    bench: Bench, place: Place, target: Target, tag: Tag, content: Content | None = None
) -> Refused | None:
    """Hold up a prerelease whose texts must not be read by everybody; by default that of what is cut."""
    told = list_told(bench, target, tag, _title(bench, tag), content)
    held = hold_leaks(bench, place, f"the prerelease {tag}", told)
    return replace(held, facts={"tag": tag, **held.facts}) if held else None


def _title(bench: Bench, tag: Tag) -> str:
    return f"{bench.settings.product} {tag}"


def name_origin(bench: Bench) -> str:
    """Return who would make artifacts now, if relauto did: `none`, `archive`, `ci` or `local`."""
    way = bench.settings.build.way
    if way == "command":
        return "ci" if is_ci() else "local"
    return way


def judge_origin(bench: Bench, place: Place, tag: Tag, commit: Commit, origin: str = "") -> Refused | None:
    """Refuse what must not be promoted because of where it was made, or would be made now."""
    if (origin or name_origin(bench)) != "local" or bench.settings.build.local:
        return None
    if is_waived(bench, place, GATE, commit):
        return None
    return Refused(
        "artifacts that the build command makes outside CI may not be promoted",
        todo="run advance in CI (GITHUB_ACTIONS or CI set), build elsewhere (build.by), allow it with "
        f"build.local = true, or waive the gate {place.step}:{GATE}",
        facts={"tag": tag, **hold(commit, **{GATE: "refused"})},
    )
