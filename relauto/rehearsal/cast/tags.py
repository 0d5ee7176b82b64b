"""The product's tags: which of them are candidates of the line, and at which commit they are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from relauto.rehearsal.cast.api import Json
from relauto.rehearsal.cast.errand import Errand

_VERSION = re.compile(r"(?P<prefix>.*?)(?P<numbers>\d+(?:[._]\d+)*)(?P<rest>.*)", re.DOTALL)
_CANDIDATE = re.compile(r"(?i)[-._+]?rc[-._]?(\d*)")
_EARLIER = re.compile(r"(?i)[-._+]?(a|alpha|b|beta|dev|pre|preview)[-._]?(\d*)")


@dataclass(frozen=True)
class TagAt:
    """A tag and the commit that it names in the end."""

    name: str
    commit: str


def version_order(tag: str) -> tuple[tuple[int, ...], int, int] | None:
    """Return a tag's place among the tags of its line, or None where it carries no version.

    Alphas and betas come before candidates, candidates before the final.
    """
    found = _VERSION.fullmatch(tag)
    if not found:
        return None
    numbers = tuple(int(number) for number in re.split(r"[._]", found["numbers"]))
    candidate = _CANDIDATE.fullmatch(found["rest"])
    if candidate:
        return numbers, 0, int(candidate[1] or 0)
    return numbers, -1 if _EARLIER.fullmatch(found["rest"]) else 1, 0


def is_candidate(tag: str) -> bool:
    """Tell whether a tag names a release candidate."""
    order = version_order(tag)
    return order is not None and order[1] == 0


def tag_prefix(base_tag: str) -> str:
    """Return what the tags of a line begin with: the base's up to its last number."""
    found = _VERSION.fullmatch(base_tag)
    if not found:
        return base_tag
    numbers = re.split(r"(?<=[._])", found["numbers"])
    return found["prefix"] + "".join(numbers[:-1])


def candidate_tags(errand: Errand) -> Iterator[TagAt]:
    """Yield the release candidates that are newer than the base.

    Raises:
        ApiError: the API refused.
    """
    base = version_order(errand.base_tag)
    prefix = errand.candidate_prefix or tag_prefix(errand.base_tag)
    for ref in errand.api.pages(f"repos/{errand.source}/git/matching-refs/tags/{prefix}"):
        name = ref["ref"].removeprefix("refs/tags/")
        order = version_order(name)
        if is_candidate(name) and order is not None and (base is None or order > base):
            yield TagAt(name, _peel(errand, ref["object"]))


def find_tag(errand: Errand, name: str) -> TagAt | None:
    """Return one tag of the product, or None where there is none.

    Raises:
        ApiError: the API refused.
    """
    ref = errand.api.find(f"repos/{errand.source}/git/ref/tags/{name}")
    return TagAt(name, _peel(errand, ref["object"])) if ref else None


def _peel(errand: Errand, target: Json) -> str:
    while target["type"] == "tag":
        target = errand.api.get(f"repos/{errand.source}/git/tags/{target['sha']}")["object"]
    return str(target["sha"])
