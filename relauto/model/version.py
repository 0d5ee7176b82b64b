"""Version numbers and the tags that carry them.

A tag is a version when it is an optional prefix of letters followed by at least two numbers that
`packaging` reads: `v5.35.4`, `2.9.10`, `v5.9.8-rc1`, `release-1.4.0`. All other tags are ignored.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from relauto.errors import InputError
from relauto.model.names import Tag

# The digits behind a hyphen are a package's revision: ansible's v2.1.0.0-1.
_TAG = re.compile(r"(?P<prefix>[A-Za-z][A-Za-z_/-]*)?(?P<number>\d+(?:\.\d+)+(?:-\d+|[._-]?[A-Za-z].*)?)")
_CANDIDATE = re.compile(r"(?P<final>.*?\d)(?P<mark>[._-]?rc[._-]?)(?P<number>\d+)")


@dataclass(frozen=True, order=True)
class Release:
    """A version together with the tag it was read from; ordered by version."""

    version: Version
    tag: Tag

    @property
    def is_final(self) -> bool:
        """Whether it is neither a prerelease nor a development version."""
        return not self.version.is_prerelease


def parse_version(text: str) -> Version:
    """Return `text` as a version.

    Raises:
        InputError: it is none.
    """
    try:
        return Version(text)
    except InvalidVersion as error:
        raise InputError(f"{text!r} is not a version number", todo="write it like 5.35.4") from error


def parse_tag(tag: str) -> Release | None:
    """Return the release that `tag` names, or None when it is no version tag."""
    matched = _TAG.fullmatch(tag)
    if not matched:
        return None
    try:
        return Release(Version(matched["number"]), Tag(tag))
    except (InvalidVersion, InputError):
        return None


def find_releases(tags: Iterable[str]) -> list[Release]:
    """Return the version tags among `tags`, lowest version first."""
    return sorted(release for release in map(parse_tag, tags) if release)


def next_version(base: Version, taken: Collection[Version] = ()) -> Version:
    """Return the number of the dot release that follows `base`.

    The final of a prerelease base, else its patch number plus one, else the next one that is
    not among `taken` (tags that exist, numbers that were burned).
    """
    if base.is_prerelease and Version(base.base_version) not in taken:
        return Version(base.base_version)
    major, minor, patch, *_ = (*base.release, 0, 0)
    while (candidate := Version(f"{major}.{minor}.{patch + 1}")) in taken:
        patch += 1
    return candidate


@dataclass(frozen=True)
class TagStyle:
    """How a project writes the tags of finals and of candidates.

    Both are patterns with `{version}`, the candidate's also with `{number}`.
    """

    final: str
    candidate: str

    def final_tag(self, version: Version) -> Tag:
        """Return the tag of the final release `version`."""
        return Tag(self.final.format(version=version))

    def candidate_tag(self, version: Version, number: int) -> Tag:
        """Return the tag of candidate `number` (from 1) of `version`."""
        return Tag(self.candidate.format(version=version, number=number))

    def candidate_number(self, tag: str, version: Version) -> int | None:
        """Return which candidate of `version` the tag names, or None when it names none."""
        before, _, after = self.candidate.partition("{number}")
        pattern = (
            re.escape(before.format(version=version)) + r"(\d+)" + re.escape(after.format(version=version))
        )
        matched = re.fullmatch(pattern, tag)
        return int(matched[1]) if matched else None


def learn_style(tags: Iterable[str], base: str) -> TagStyle:
    """Return the style that the project's own tags show.

    The final's prefix is that of `base`; the candidate's mark (`-rc`, `rc`, `-rc.`) is that of the
    highest candidate tag with the same prefix, and `-rc` where there has been none.
    """
    prefix = _find_prefix(base)
    mark = "-rc"
    for release in reversed(find_releases(tags)):
        matched = _CANDIDATE.fullmatch(release.tag.removeprefix(prefix))
        if matched and _find_prefix(release.tag) == prefix:
            mark = matched["mark"]
            break
    return TagStyle(f"{prefix}{{version}}", f"{prefix}{{version}}{mark}{{number}}")


def _find_prefix(tag: str) -> str:
    matched = _TAG.fullmatch(tag)
    return (matched["prefix"] or "") if matched else ""
