"""Files that a person attaches to a candidate: known by their digest, put into its prerelease.

That they are good is the person's word, on record before anything is uploaded; what lies in the
prerelease already, under that name and with that digest, is taken as it is.
"""

from dataclasses import dataclass

from relauto.counting import name_count
from relauto.errors import DecisionError, InputError
from relauto.github.assets import check_asset, upload_asset
from relauto.model.event import FileAccepted
from relauto.model.names import Commit, Tag
from relauto.model.target import Target
from relauto.model.words import Text
from relauto.stages.bench import Bench
from relauto.stages.building.artifacts import SUMS, Artifact
from relauto.stages.building.fetching import is_address, read_source
from relauto.stages.building.publication import find_digest, find_release, open_release
from relauto.stages.texts.releases import write_notes


@dataclass(frozen=True)
class Attachment:
    """A file on its way to a candidate. `accepted` is the person's word, None when it is on record."""

    target: Target
    file: Artifact
    tag: Tag
    commit: Commit
    accepted: FileAccepted | None

    def __str__(self) -> str:
        size = name_count(len(self.file.content), "byte")
        return f"{self.file.name} ({self.file.sha256[:12]}, {size}) to {self.tag}"


def read_attachment(bench: Bench, tag: str, source: str, sha256: str, reason: str) -> Attachment:
    """Return the file at a path or address as an attachment, every check made; nothing is written.

    Raises:
        InputError: there is no such candidate, or the file is not usable, or not the one meant.
        DecisionError: the candidate has another file of that name, or all that it will ever have.
        RemoteError: the file, or GitHub, could not be read.
    """
    target, commit = _find_candidate(bench, tag)
    name, content = read_source(source)
    file = Artifact(name, content)
    if file.sha256 != sha256.lower():
        raise InputError(
            f"{name} has the SHA-256 {file.sha256}, not {sha256}", todo="find out which of the two is meant"
        )
    check_asset(name, content)
    if name == SUMS:
        raise InputError(f"{SUMS} is written by relauto from the files' digests", todo="attach the files")
    _check_place(bench, target, Tag(tag), commit, file)
    word = FileAccepted(
        place=bench.place("prepare.verify", target),
        tag=tag,
        commit=commit,
        name=name,
        sha256=file.sha256,
        size=len(content),
        origin=Text(source if is_address(source) else name),
        reason=Text(reason),
    )
    known = bench.incident.accepts(tag, name, file.sha256)
    return Attachment(target, file, Tag(tag), commit, None if known else word)


def _find_candidate(bench: Bench, tag: str) -> tuple[Target, Commit]:
    known: list[str] = []
    for target in bench.incident.targets:
        candidate = bench.facts("prepare.candidate", target)
        if candidate.get("tag") == tag:
            return target, Commit(str(candidate["commit"]))
        known.extend([str(candidate["tag"])] if candidate else [])
    raise InputError(
        f"{tag} is no candidate of {bench.incident.id}",
        todo=f"there are: {', '.join(known)}" if known else "relauto advance comes to a candidate first",
    )


def _check_place(bench: Bench, target: Target, tag: Tag, commit: Commit, file: Artifact) -> None:
    place = bench.place("prepare.verify", target)
    for action in (f"publish:{tag}", f"adopt:{tag}"):
        intent = bench.incident.intents.get((place, action))
        if intent and intent.facts.get("commit") == commit:
            held = {each["name"]: each["sha256"] for each in intent.facts["artifacts"]}
            if held.get(file.name) != file.sha256:
                raise DecisionError(
                    f"the files of {tag} are settled: {', '.join(held) or 'none'}",
                    todo="a candidate with other files is another candidate",
                )
    release = find_release(bench, tag)
    for asset in release.assets if release else ():
        if asset.name == file.name and asset.state == "uploaded" and find_digest(bench, asset) != file.sha256:
            raise DecisionError(
                f"{tag} has a {asset.name} by {asset.by} with the SHA-256 {find_digest(bench, asset)}, "
                f"yours is {file.sha256}",
                todo="delete the wrong one on GitHub; nothing is overwritten",
            )


def upload_attachment(bench: Bench, attachment: Attachment) -> None:
    """Put an attachment into its candidate's prerelease, a draft until `prepare.verify` takes it over.

    Raises:
        RefusedError, UnknownOutcomeError: see `relauto.github.ensure`.
    """
    tag = attachment.tag
    release = open_release(
        bench,
        tag,
        attachment.commit,
        title=f"{bench.settings.product} {tag}",
        body=write_notes(bench, attachment.target, tag),
        prerelease=True,
    )
    upload_asset(bench.source, release, attachment.file.name, attachment.file.content)
    bench.look("releases")
