"""`prepare.release`: exactly the verified candidate becomes the dot release, by commit and by digest."""

from dataclasses import dataclass
from typing import Any

from relauto.git.refs import RefUpdate
from relauto.github.releases import Release
from relauto.guard.guard import Passage
from relauto.model.facts import Facts
from relauto.model.names import Commit, Tag
from relauto.model.target import Place, Target
from relauto.model.version import find_releases, parse_version
from relauto.stages.bench import Bench, require_target
from relauto.stages.building.artifacts import digest_kit
from relauto.stages.building.publication import (
    ask_about_files,
    compare_release,
    download,
    find_release,
    is_complete,
    publish,
)
from relauto.stages.claims import is_withdrawn
from relauto.stages.gates import WAIVED
from relauto.stages.leaks import hold_leaks, read_brought
from relauto.stages.signing import find_tag_signer
from relauto.stages.step import Observation, Proved, Refused, Seal, Todo
from relauto.stages.texts.releases import Content, list_told, write_notes


@dataclass(frozen=True)
class CutRelease:
    """The final tag sits on the verified candidate's commit and its release is published."""

    key: str = "prepare.release"

    def observe(self, bench: Bench, place: Place) -> Observation:
        """Look at the final tag on the remote and at the release with its assets' digests."""
        target = require_target(place)
        verified = bench.facts("prepare.verify", target)
        if not verified:
            return Refused("no candidate is verified", todo="advance prepare.verify first")
        commit, tag = Commit(str(verified["commit"])), bench.final_tag(target)
        outside = bench.outside()
        tagged = outside.tags().get(tag)
        if tagged is not None and tagged != commit:
            return Refused(
                f"{tag} exists at {tagged.short}, but the verified candidate is {commit.short}",
                todo="a published tag is never moved: release under another number",
            )
        artifacts: list[dict[str, Any]] = verified["artifacts"]
        release = find_release(outside, tag)
        if release is not None:
            ours = (place, f"release:{tag}") in bench.incident.intents
            refused = self._judge_release(outside, release, commit, artifacts, ours=ours)
            if refused:
                return refused
            if tagged and is_complete(outside, release, artifacts):
                return self._prove(bench, place, target, release, commit, artifacts)
        if tagged is None and is_withdrawn(bench, target):
            return Refused(
                f"{tag} was published and is gone: its number is burned",
                todo=f"push {tag} at {commit.short} again by hand if it went by mistake, "
                "or release under another number",
            )
        return hold_release(bench, place, target, commit) or self._publish(
            bench, target, tag, commit, Tag(str(verified["tag"])), artifacts
        )

    def _judge_release(
        self,
        bench: Bench,
        release: Release,
        commit: Commit,
        artifacts: list[dict[str, Any]],
        *,
        ours: bool,
    ) -> Refused | None:
        """Refuse a release that is not what was verified; what relauto left half done it may finish."""
        difference = compare_release(bench, release, artifacts)
        lacks = difference.missing and not release.draft and not ours
        if (difference.other and not (release.draft and ours)) or lacks:
            return Refused(
                f"the release of {release.tag} by {release.by} is not what was verified: "
                f"{difference.describe()}",
                todo="put the candidate's files there, or delete the release (its tag may stay): "
                "nothing is overwritten",
            )
        if difference.extra:
            return ask_about_files(bench, release, commit, difference.extra)
        return None

    def _prove(
        self,
        bench: Bench,
        place: Place,
        target: Target,
        release: Release,
        commit: Commit,
        artifacts: list[dict[str, Any]],
    ) -> Proved:
        tag = release.tag
        known = bench.facts("prepare.release", target)
        # Whether it was the newest is about the moment it came out, not about what came later.
        latest = known["latest"] if known.get("tag") == tag else is_newest(bench.outside(), target)
        return Proved(
            {
                "tag": tag,
                "commit": commit,
                "version": bench.plan(target).version,
                "url": release.url,
                "latest": latest,
                "assets": [{"name": each["name"], "sha256": each["sha256"]} for each in artifacts],
            },
            by_others=(place, f"release:{tag}") not in bench.incident.intents or release.by != bench.login,
        )

    def _publish(
        self,
        bench: Bench,
        target: Target,
        tag: Tag,
        commit: Commit,
        candidate: Tag,
        artifacts: list[dict[str, Any]],
    ) -> Todo | Refused:
        signer = find_tag_signer(bench)
        if isinstance(signer, Refused):
            return signer

        def run(_facts: Facts) -> None:
            files, outside = download(bench, candidate, artifacts), bench.outside()
            if outside.tags().get(tag) is None:
                made = bench.product.write_tag(
                    tag, commit, f"{_title(bench, target)}\n", bench.sign(), signer
                )
                push_release(bench, target, commit, RefUpdate(tag.ref, None, made))
            publish(
                outside,
                tag,
                commit,
                files,
                title=_title(bench, target),
                body=write_notes(bench, target, tag),
                prerelease=False,
                latest=is_newest(outside, target),
            )

        return Todo(
            f"release:{tag}",
            f"tag {commit.short} as {tag} and publish the release with the bytes of {candidate}"
            + f", in {bench.outside().source.repository}" * (bench.outside() is not bench),
            run,
            seal=Seal(
                commit,
                {
                    "tag": tag,
                    "commit": commit,
                    "candidate": candidate,
                    "digests": {each["name"]: each["sha256"] for each in artifacts},
                    **_show_waived(bench, target),
                },
            ),
            prepare=lambda: {"tag": tag, "commit": commit},
            changes=("refs", "releases"),
        )


def hold_release(
    bench: Bench, place: Place, target: Target, commit: Commit, content: Content | None = None
) -> Refused | None:
    """Hold up a release that would tell everybody what nobody outside may know; by default of what is cut."""
    tag = bench.final_tag(target)
    told = list_told(bench, target, tag, _title(bench, target), content)
    return hold_leaks(bench, place, f"the release {tag}", [*told, *_list_hidden(bench, target, commit)])


def _title(bench: Bench, target: Target) -> str:
    return f"{bench.settings.product} {bench.plan(target).version}"


def push_release(bench: Bench, target: Target, commit: Commit, tag: RefUpdate) -> None:
    """Push the final tag; what was embargoed becomes public with it, its branch in the same push."""
    outside = bench.outside()
    if outside is bench:
        bench.mirror.push([tag])
        return
    for each in bench.product.list_commits(commit, f"^{bench.plan(target).base_commit}"):
        bench.mirror.fill(each)
    branch = bench.release_branch(target)
    known = outside.ref(branch.ref)
    bench.mirror.push(
        [RefUpdate(branch.ref, known, commit), tag],
        to=outside.mirror.address,
        known=[bench.plan(target).base_commit],
    )
    # The private repository stays a mirror: the next embargoed release grows from this one.
    bench.mirror.push([tag])
    outside.look("refs")


def _list_hidden(bench: Bench, target: Target, commit: Commit) -> list[Passage]:
    """Return what the release makes public that was embargoed until then."""
    if bench.outside() is bench:
        return []
    return read_brought(bench, commit, Commit(bench.plan(target).base_commit))


def _show_waived(bench: Bench, target: Target) -> Facts:
    """Return the gates that were waived: whoever says yes to the release says it to these, too."""
    gates: dict[str, str] = bench.facts("prepare.verify", target).get("gates", {})
    waived = [name for name, verdict in gates.items() if verdict == WAIVED]
    return {"waived gates": ", ".join(waived)} if waived else {}


def is_newest(bench: Bench, target: Target) -> bool:
    """Return whether the target's version is the highest final: only then GitHub shows it as latest."""
    version = parse_version(bench.plan(target).version)
    return all(release.version <= version for release in find_releases(bench.tags()) if release.is_final)


def kit_digest(bench: Bench, target: Target) -> str:
    """Return what stands for the kit of a published release."""
    released = bench.facts("prepare.release", target)
    return digest_kit(released["assets"], str(released["tag"]), str(released["commit"]))
