"""What the own commits of a line say that they were made from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from relauto.git.message import find_origins, find_pull, find_reverted
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.picking.presence import find_known_presence
from relauto.picking.reverts import Reverts
from relauto.picking.words import find_pulls, strip_subject


@dataclass(frozen=True)
class _Told:
    """What the commits of a line that stand name: origins, pull requests and stripped subjects."""

    origins: frozenset[str]
    pulls: frozenset[int]
    subjects: frozenset[str]


@dataclass
class Claims:
    """Which commits of main are on a line under another id; what was reverted there does not count.

    Attributes:
        repository: where both are.
        main: the commit of main from which on is looked.
        tip: the tip of the line.
    """

    repository: Repository
    main: Commit
    tip: Commit
    _there: dict[Commit, bool] = field(default_factory=dict, init=False)

    def is_told(self, commit: Commit) -> bool:
        """Tell whether the line says that it has a commit of main, or one that this merged."""
        if commit not in self._there:
            self._there[commit] = any(map(self._is_named, self._list_brought(commit)))
        return self._there[commit]

    def is_there(self, commit: Commit) -> bool:
        """Tell whether the line has a commit of main: as it says, or by the change itself.

        Raises:
            MissingObjectError: an object that is needed is absent.
        """
        if not self.is_told(commit):
            self._there[commit] = find_known_presence(self.repository, commit, self.tip) is not None
        return self._there[commit]

    def _is_named(self, commit: Commit) -> bool:
        subject = self.repository.commit(commit).subject
        told = self._told
        return (
            commit in told.origins
            or strip_subject(subject) in told.subjects
            or find_pull(subject) in told.pulls
        )

    def _list_brought(self, commit: Commit) -> list[Commit]:
        parents = self.repository.commit_object(commit).parents
        if len(parents) < 2:
            return [commit]
        return [commit, *self.repository.list_commits(*parents[1:], f"^{parents[0]}")]

    @cached_property
    def _told(self) -> _Told:
        messages = dict(self._read_messages())
        reverts = Reverts(self.repository)
        for commit, message in messages.items():
            reverts.read(commit, message)
        standing = [
            text for commit, text in messages.items() if not find_reverted(text) and reverts.stands(commit)
        ]
        return _Told(
            frozenset(origin for text in standing for origin in find_origins(text)),
            frozenset(number for text in standing for number in find_pulls(text)),
            frozenset(strip_subject(text.lstrip("\n").partition("\n")[0]) for text in standing) - {""},
        )

    def _read_messages(self) -> Iterator[tuple[Commit, str]]:
        options = ("-z", "--no-show-signature", "--no-color", "--format=%H%n%B")
        listed = self.repository.git.run("log", *options, f"{self.main}..{self.tip}")
        for entry in listed.decode("utf-8", "replace").split("\0"):
            commit, _, message = entry.partition("\n")
            if commit:
                yield Commit(commit), message
