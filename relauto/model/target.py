"""Where a release happens: a line of a repository, and which way through stages 4 to 6 it is."""

import msgspec

from relauto.model.names import Branch, RepositoryName


class Target(msgspec.Struct, frozen=True, order=True):
    """A release line of a repository: `repository` is `owner/name`, `line` a branch's short name."""

    repository: str
    line: str

    @property
    def name(self) -> RepositoryName:
        """The repository, checked."""
        return RepositoryName(self.repository)

    @property
    def branch(self) -> Branch:
        """The line, checked."""
        return Branch(self.line)

    def __str__(self) -> str:
        return f"{self.repository}@{self.line}"


class Place(msgspec.Struct, frozen=True, order=True):
    """One step at one target in one round. Steps of the whole incident have no target."""

    step: str
    target: Target | None = None
    round: int = 1

    def __str__(self) -> str:
        where = f" on {self.target}" if self.target else ""
        return f"{self.step}{where}" + (f" (round {self.round})" if self.round > 1 else "")
