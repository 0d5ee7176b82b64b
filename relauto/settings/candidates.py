"""How candidates are named, built and proved, and who lets them become releases."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

import msgspec

from relauto.settings.tables import Table, describe

# msgspec takes a pattern on a plain `str` only, so it stands inside the union with None.
_FinalPattern = Annotated[str, msgspec.Meta(pattern=r"\{version\}")]
_CandidatePattern = Annotated[str, msgspec.Meta(pattern=r"\{version\}.*\{number\}")]
_WorkflowFile = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml$")]


class VersionFile(Table, frozen=True):
    """A file that carries the version number."""

    path: Annotated[str, describe("path in the repository", min_length=1, examples=["stockroom/__init__.py"])]
    pattern: Annotated[str, describe("a line of the file with {version} in it", pattern=r"\{version\}")] = (
        "{version}"
    )


class Tags(Table, frozen=True):
    """How tags are written; default: as the project's own tags show."""

    final: Annotated[_FinalPattern | None, describe("pattern with {version}", examples=["v{version}"])] = None
    candidate: Annotated[
        _CandidatePattern | None,
        describe("pattern with {version} and {number}", examples=["v{version}-rc{number}"]),
    ] = None


class Signing(Table, frozen=True):
    """What relauto signs, with the key that git's own settings name (user.signingKey, gpg.format)."""

    commits: Annotated[
        bool | None,
        describe("picks and bumps; default: as git's commit.gpgSign says, or the branch requires"),
    ] = None
    tags: Annotated[bool | None, describe("candidates and releases; default: as git's tag.gpgSign says")] = (
        None
    )


class Checks(Table, frozen=True):
    """Which checks must be green."""

    required: Annotated[
        tuple[str, ...] | None,
        describe(
            "names; [] means none on purpose; absent: as GitHub requires them", examples=[("unit tests",)]
        ),
    ] = None


class Build(Table, frozen=True):
    """How a candidate's artifacts are made, and whose files are taken over.

    A source archive of the tag may be promoted wherever it was made: git's objects and a fixed format
    make it, so anybody can make the same bytes again, and files of others are compared with them.
    """

    by: Annotated[
        Literal["command", "workflow", "attach"] | None,
        describe(
            "who builds: a command of relauto, a workflow on GitHub, or people who attach files; "
            "default: the command if there is one, else a source archive of the tag"
        ),
    ] = None
    command: Annotated[
        str | None,
        describe(
            "run in an export of the tag, beside relauto, whose token it can read: where that is too much, "
            'let build.by = "workflow" build; absent: a source archive of the tag',
            examples=["make dist"],
        ),
    ] = None
    local: Annotated[
        bool,
        describe(
            "what the command makes outside CI (neither GITHUB_ACTIONS nor CI is set) may be promoted; "
            "a rehearsal says so, as its machine is a laptop"
        ),
    ] = False
    workflow: Annotated[
        _WorkflowFile | None,
        describe(
            "file in .github/workflows that is dispatched on the candidate's tag with the inputs tag, commit "
            "and nonce; its run-name holds the nonce, and it publishes the tag's prerelease with its files",
            examples=["release.yml"],
        ),
    ] = None
    adopt: Annotated[
        tuple[str, ...],
        describe(
            "logins whose files on a candidate's prerelease are taken over", examples=[("jenkins-acme[bot]",)]
        ),
    ] = ()
    artifacts: Annotated[
        tuple[str, ...],
        describe(
            "globs of what the command leaves; files of others are matched by name alone",
            examples=[("dist/*.tar.gz",)],
        ),
    ] = ()
    version_command: Annotated[
        str | None,
        describe(
            "prints the artifact's version; {artifact} is its path", examples=["tar -xOf {artifact} VERSION"]
        ),
    ] = None
    none: Annotated[bool, describe("no artifact is made; the release then has none")] = False
    timeout: Annotated[
        float, describe("seconds one command, or one run of the workflow, may take", gt=0, le=86_400)
    ] = 1800

    @property
    def way(self) -> Literal["none", "archive", "command", "workflow", "attach"]:
        """How artifacts come into being."""
        if self.none:
            return "none"
        return self.by or ("command" if self.command else "archive")

    def list_faults(self) -> Iterator[str]:
        """Yield what does not fit together."""
        for way in ("command", "workflow"):
            if self.by == way and getattr(self, way) is None:
                yield f"build.{way}: it is missing, and build.by says {way!r}"
        if self.none and self.by:
            yield f"build.none: nothing is built, and build.by says {self.by!r}"


class Doors(Table, frozen=True):
    """Who has to say yes before relauto goes through a door."""

    release_people: Annotated[
        int, describe("different people who must say yes to a release; the candidate's tester is one", ge=1)
    ] = 2
    expire_after: Annotated[
        float, describe("hours after which an approval is asked for anew", gt=0, le=8_760)
    ] = 24


class Testing(Table, frozen=True):
    """Where QA verifies candidates."""

    environments: Annotated[
        tuple[str, ...],
        describe(
            "servers that each candidate is verified on: QA ticks the items about it once for each; "
            "default: the one that the instruction describes",
            examples=[("MySQL", "PostgreSQL", "cluster")],
        ),
    ] = ()

    @property
    def by_id(self) -> dict[str, str]:
        """Their names by what stands for them in the ids of items."""
        return {re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-"): name for name in self.environments}

    def list_faults(self) -> Iterator[str]:
        """Yield which names cannot be told apart."""
        if "" in self.by_id or len(self.by_id) < len(self.environments):
            yield "testing.environments: each needs a name of its own, with letters or digits of ASCII"
