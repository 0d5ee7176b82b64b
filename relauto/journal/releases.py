"""The record of a release: which incident holds a version of a line, and which numbers are burned.

It lies on the branch `refs/heads/releases/OWNER/NAME/VERSION` of the ops repository as `record.json`:
`{"format": 1, "repository", "version", "line", "incident", "burned": [candidate numbers], "withdrawn",
"joined": [incidents], "nonce"}`, changed by compare and swap alone, so two incidents never cut the same
number. `incident` is empty once it gave the version up.
"""

import secrets
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import msgspec

from relauto.clock import Clock
from relauto.errors import DecisionError, InputError
from relauto.git.address import Address
from relauto.git.mirror import Mirror
from relauto.journal.format import check_format
from relauto.journal.swap import Change, Proposal, SharedBranches
from relauto.model.names import Branch, Commit
from relauto.model.target import Target

FILE = "record.json"
FORMAT = 1


class Record(msgspec.Struct, frozen=True):
    """A release that is being made, or was.

    `burned` numbers of candidates are never used again, nor is the version itself once it was published
    and `withdrawn`. `joined` incidents ride on the release of the one that holds it.
    """

    format: int
    repository: str
    version: str
    line: str
    incident: str
    burned: tuple[int, ...] = ()
    withdrawn: bool = False
    joined: tuple[str, ...] = ()
    nonce: str = ""

    @property
    def target(self) -> Target:
        """The line that the release grows on."""
        return Target(self.repository, self.line)


def record_branch(repository: str, version: str) -> Branch:
    """Return the branch of a release's record.

    Raises:
        InputError: the names do not make one.
    """
    return Branch(f"releases/{repository}/{version}")


class Releases:
    """The release records in an ops repository. Close it after use."""

    def __init__(self, mirror: Mirror, *, clock: Clock, actor: str) -> None:
        self._mirror = mirror
        self._clock = clock
        self._actor = actor

    @classmethod
    def open(cls, address: Address, *, cache: Path, clock: Clock, actor: str) -> "Releases":
        """Open the records in the ops repository at `address`; nothing is fetched yet.

        Raises:
            InputError: the cache cannot be written.
        """
        return cls(Mirror.open(address, cache=cache), clock=clock, actor=actor)

    def __enter__(self) -> "Releases":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process that reads objects."""
        self._mirror.close()

    def read(self, repository: str, version: str) -> Record | None:
        """Return the record of a version as it is now, or None when nobody has claimed it.

        Raises:
            RemoteError: the ops repository was not reached.
            InputError: the record is of another format, or is none.
        """
        branch = record_branch(repository, version)
        return self._parse(branch, self._share(branch).fetch()[0])

    def read_all(self, repository: str) -> list[Record]:
        """Return every record of a repository as it is now, sorted by the name of its version.

        Raises:
            RemoteError: the ops repository was not reached.
            InputError: a record is of another format, or is none.
        """
        prefix = f"refs/heads/releases/{repository}/"
        self._mirror.fetch([f"{prefix}*"])
        found = self._mirror.repository.refs(prefix.rstrip("/"))
        records = [self._parse(Branch(ref), Commit(tip)) for ref, tip in sorted(found.items())]
        return [record for record in records if record]

    def claim(self, target: Target, version: str, incident: str) -> Record:
        """Claim a version of a line for an incident, and return its record; a claim of its own stands.

        What another incident gave up may be claimed: the numbers that it burned stay burned.

        Raises:
            DecisionError: another incident holds it, this one holds it on another line, or it was
                published once and withdrawn.
            RemoteError: it could not be written, or not be found out whether it was.
        """

        def decide(record: Record | None) -> Record | None:
            if record is None:
                return Record(FORMAT, str(target.repository), version, str(target.line), incident)
            if not record.incident and not record.withdrawn:
                return msgspec.structs.replace(record, line=str(target.line), incident=incident, joined=())
            _check_holder(record, incident)
            if record.line != target.line:
                raise DecisionError(
                    f"{version} of {target.repository} is being made on {record.line}, not on {target.line}",
                    todo="choose another version for this line",
                )
            return None

        return self._change(target.repository, version, decide, f"claimed on {target.line} for {incident}")

    def burn(self, repository: str, version: str, numbers: Collection[int], incident: str) -> Record:
        """Note that numbers of candidates must never be used again, and return the record.

        Raises:
            InputError: nobody has claimed the version.
            DecisionError: another incident holds it.
            RemoteError: it could not be written, or not be found out whether it was.
        """

        def change(record: Record) -> Record:
            _check_holder(record, incident)
            return msgspec.structs.replace(record, burned=tuple(sorted({*record.burned, *numbers})))

        listed = ", ".join(str(number) for number in sorted(numbers))
        return self._change(repository, version, _known(version, change), f"burned: candidate {listed}")

    def withdraw(self, repository: str, version: str, incident: str) -> Record:
        """Note that a published version is gone, so that its number is never another release's.

        Raises:
            InputError: nobody has claimed the version.
            DecisionError: another incident holds it.
            RemoteError: it could not be written, or not be found out whether it was.
        """

        def change(record: Record) -> Record:
            _check_holder(record, incident)
            return msgspec.structs.replace(record, withdrawn=True)

        return self._change(repository, version, _known(version, change), "withdrawn after it was published")

    def join(self, repository: str, version: str, incident: str, holder: str) -> Record:
        """Let an incident ride on the release of the one that holds it, and return the record.

        Raises:
            InputError: nobody has claimed the version.
            DecisionError: another incident than `holder` holds it.
            RemoteError: it could not be written, or not be found out whether it was.
        """

        def change(record: Record) -> Record:
            _check_holder(record, holder)
            return msgspec.structs.replace(record, joined=tuple(dict.fromkeys((*record.joined, incident))))

        return self._change(repository, version, _known(version, change), f"{incident} joins {holder}")

    def free(self, repository: str, version: str, incident: str) -> Record:
        """Give a version up, so that others can claim it and its line; what is burned stays so.

        Raises:
            InputError: nobody has claimed the version.
            DecisionError: another incident holds it.
            RemoteError: it could not be written, or not be found out whether it was.
        """

        def change(record: Record) -> Record:
            if record.incident:
                _check_holder(record, incident)
            return msgspec.structs.replace(record, incident="")

        return self._change(repository, version, _known(version, change), f"given up by {incident}")

    def _change(
        self, repository: str, version: str, decide: Callable[[Record | None], Record | None], why: str
    ) -> Record:
        branch = record_branch(repository, version)
        shared = self._share(branch)
        known = [self._parse(branch, shared.fetch()[0])]

        def refresh() -> None:
            known[0] = self._parse(branch, shared.fetch()[0])

        def propose() -> Proposal | None:
            changed = decide(known[0])
            if changed is None or changed == known[0]:
                return None
            # Two equal claims must not make equal commits: the second push would pass for accepted.
            content = msgspec.json.encode(msgspec.structs.replace(changed, nonce=secrets.token_hex(8)))
            change = Change(branch, {FILE: content + b"\n"}, base=shared.tips[branch])
            return Proposal([change], f"{repository} {version}: {why}", self._actor)

        def has_landed(commit: Commit) -> bool:
            tip = shared.tips[branch]
            return tip is not None and self._mirror.repository.is_ancestor(commit, tip)

        shared.advance(propose, refresh=refresh, landed=has_landed)
        record = self._parse(branch, shared.tips[branch])
        if record is None:
            raise InputError(f"{branch} has no {FILE}", todo="look who changed this branch")
        return record

    def _share(self, branch: Branch) -> SharedBranches:
        return SharedBranches(self._mirror, branch, clock=self._clock)

    def _parse(self, branch: Branch, tip: Commit | None) -> Record | None:
        if tip is None:
            return None
        try:
            content = self._mirror.repository.read_file(tip, FILE) or b""
            check_format(int(msgspec.json.decode(content)["format"]), str(branch), (FORMAT,))
            return msgspec.json.decode(content, type=Record)
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
            raise InputError(
                f"{branch} holds no record of a release: {error}", todo="look who changed this branch"
            ) from error


def find_rival(
    records: Iterable[Record], target: Target, incident: str, published: Collection[str]
) -> Record | None:
    """Return the record of a release that another incident is making from the same line, or None.

    Args:
        records: those of the line's repository.
        target: the line.
        incident: who asks.
        published: the versions that are out; they no longer hold their line.
    """
    for record in records:
        makes = record.incident not in ("", incident) and not record.withdrawn
        if makes and record.target == target and record.version not in published:
            return record
    return None


def _known(version: str, change: Callable[[Record], Record]) -> Callable[[Record | None], Record]:
    def decide(record: Record | None) -> Record:
        if record is None:
            raise InputError(f"nobody has claimed {version}", todo="claim it first")
        return change(record)

    return decide


def _check_holder(record: Record, incident: str) -> None:
    if record.incident == incident:
        return
    name = f"{record.version} of {record.repository}"
    if not record.incident:
        raise DecisionError(
            f"{name} is given up" + (", was published once and is gone" if record.withdrawn else ""),
            todo="choose another version" if record.withdrawn else "claim it first",
        )
    raise DecisionError(
        f"{name} is held by {record.incident}",
        todo=f"join {record.incident} (--join {record.incident}) or wait for it "
        f"(--wait-for {record.incident})",
    )
