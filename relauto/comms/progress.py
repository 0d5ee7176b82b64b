"""What a followed pull request shows of how far it has come: public text, made of public facts alone."""

from dataclasses import dataclass
from typing import Literal

from relauto.comms.public import make_marker
from relauto.comms.rendering import Renderer, shipped

_PATHS_LISTED = 20


@dataclass(frozen=True)
class Link:
    """A pull request of the same repository."""

    number: int
    url: str


@dataclass(frozen=True)
class Way:
    """A branch that shall get the fix, or might need it, and how that stands.

    Attributes:
        branch: its name.
        state: what is foreseen (`clean`, `already`, `conflict`, `proposed`, `unknown`); `open`: a pull
            request brings it; `there`: the branch has it.
        paths: those in conflict.
        resolvers: those that would propose what becomes of it.
        pull: the pull request that brings it, or has brought it.
        commit: what stands on the branch.
        beside: it is supported, and no part of what the incident is about.
    """

    branch: str
    state: Literal["clean", "already", "conflict", "proposed", "unknown", "open", "there"]
    paths: tuple[str, ...] = ()
    resolvers: tuple[str, ...] = ()
    pull: Link | None = None
    commit: str = ""
    beside: bool = False

    @property
    def listed(self) -> tuple[str, ...]:
        """The paths that are named: of very many the first."""
        return self.paths[:_PATHS_LISTED]


@dataclass(frozen=True)
class Shipping:
    """The release from a line: the tags that there are by now."""

    line: str
    candidate: str = ""
    release: str = ""


@dataclass(frozen=True)
class ProgressText:
    """One pull request.

    Attributes:
        incident: its public id.
        state: of the pull request.
        head: the commit at its head, in full.
        merged: what landed on its base, once merged.
        lacking: who has to act before it can be merged: `CI`, `reviewer`, `DE` (its author), `GitHub`.
        held: why relauto will not merge it as it is.
        has_door: a person has to approve its merge.
        ways: the branches that shall get what it brings, besides its base, then others that are supported.
        shippings: the releases that will hold it.
    """

    incident: str
    state: Literal["open", "queued", "merged", "closed"]
    head: str
    merged: str = ""
    lacking: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    has_door: bool = False
    ways: tuple[Way, ...] = ()
    shippings: tuple[Shipping, ...] = ()


def render_progress(text: ProgressText, renderer: Renderer | None = None) -> str:
    """Return the comment that tells how far a pull request has come."""
    return (renderer or shipped()).render(
        "pull_request/progress.md", pull=text, marker=make_marker(*key_of_progress(text.incident).split(":"))
    )


def key_of_progress(incident: str) -> str:
    """Return the key by which the comment is found again."""
    return f"{incident}:progress"
