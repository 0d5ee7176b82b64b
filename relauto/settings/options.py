"""Everything that a project says about itself."""

import hashlib
from typing import Annotated

import msgspec

from relauto.settings.candidates import Build, Checks, Doors, Signing, Tags, Testing, VersionFile
from relauto.settings.changes import PathPolicy, Pick, PickLabel, Progress, Pull
from relauto.settings.tables import Table, describe

_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$")]
# What both a refspec and a pattern of branches take.
_LinePattern = Annotated[str, msgspec.Meta(pattern=r"^(?=.)(?!-)[^*?\[\\\s~^:]*\*?[^*?\[\\\s~^:]*$")]
_Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s@]+$")]


class Repositories(Table, frozen=True):
    """Which repositories play which part, each `owner/name`."""

    source: Annotated[
        _Name, describe("where the fix, main, the lines, tags and releases live", examples=["acme/stockroom"])
    ]
    ops: Annotated[_Name, describe("private: journal, settings, roster, desk", examples=["acme/ops"])]
    qa: Annotated[
        _Name | None, describe("where QA's issues are opened; default: ops", examples=["acme/qa"])
    ] = None
    private: Annotated[
        _Name | None,
        describe(
            "private mirror of source, where embargoed fixes are worked on until the release",
            examples=["acme/stockroom-private"],
        ),
    ] = None


class GitHub(Table, frozen=True):
    """Where GitHub is."""

    api: Annotated[_Url, describe("address of the REST API")] = "https://api.github.com"
    git: Annotated[_Url, describe("address that repositories are fetched from")] = "https://github.com"
    ca: Annotated[
        str | None,
        describe(
            "file (PEM) of the certificate authorities to trust instead of those built in, for the API, "
            "uploads and git; a path from this file on. Default: RELAUTO_CA, REQUESTS_CA_BUNDLE, "
            "CURL_CA_BUNDLE, SSL_CERT_FILE or GIT_SSL_CAINFO, the first that is set",
            examples=["acme.pem"],
        ),
    ] = None


class Guard(Table, frozen=True):
    """What must not be named where others read."""

    customers: Annotated[
        str | None,
        describe(
            "file of the ops repository with customers' terms; default: customers.toml, if there is one",
            examples=["customers.toml"],
        ),
    ] = None


class Contacts(Table, frozen=True):
    """Whom notices go to."""

    executive: Annotated[
        str | None,
        describe("the executive looped in when an outage exceeds one hour", examples=["chief@acme.example"]),
    ] = None
    product: Annotated[
        str | None,
        describe("what the product is called in texts; default: its repository", examples=["Stockroom"]),
    ] = None


class Waiting(Table, frozen=True):
    """How long relauto waits for others when told to (`advance --wait`)."""

    poll: Annotated[float, describe("seconds between two looks at most", gt=0, le=3_600)] = 30


class Cache(Table, frozen=True):
    """What is kept on this machine between runs."""

    directory: Annotated[
        str | None,
        describe("folder of the mirrors; default: the user's cache folder", examples=["/var/cache/relauto"]),
    ] = None
    reference: Annotated[
        str | None,
        describe("a local clone whose objects are borrowed, not copied", examples=["/srv/git/stockroom.git"]),
    ] = None


class Settings(Table, frozen=True):
    """Everything a project says about itself."""

    repositories: Repositories
    github: GitHub = GitHub()
    main: Annotated[
        str | None, describe("branch that fixes are merged to; default: the repository's", examples=["main"])
    ] = None
    lines: Annotated[
        tuple[_LinePattern, ...],
        describe(
            "release lines that are supported, each a branch or a pattern with one *: where a fix is missed, "
            "and where it is foretold how it applies",
            examples=[("release-1.*",)],
        ),
    ] = ()
    pull: Pull = Pull()
    pick: Pick = Pick()
    progress: Progress = Progress()
    version_files: Annotated[
        tuple[VersionFile, ...], describe("files bumped to the final number before a candidate is cut")
    ] = ()
    pick_labels: Annotated[
        tuple[PickLabel, ...], describe("labels on pull requests that mean the same as `/pick LINE` there")
    ] = ()
    path_policies: Annotated[
        tuple[PathPolicy, ...],
        describe("which side counts in files that a pick conflicts in; the first that matches a path"),
    ] = ()
    tags: Tags = Tags()
    signing: Signing = Signing()
    checks: Checks = Checks()
    build: Build = Build()
    testing: Testing = Testing()
    doors: Doors = Doors()
    guard: Guard = Guard()
    contacts: Contacts = Contacts()
    waiting: Waiting = Waiting()
    cache: Cache = Cache()
    playbook_dir: Annotated[str | None, describe("folder with your own sev1.yaml", examples=["playbook"])] = (
        None
    )
    templates_dir: Annotated[
        str | None, describe("folder with your own templates", examples=["templates"])
    ] = None

    @property
    def source(self) -> str:
        """The repository that fixes are merged in."""
        return self.repositories.source

    @property
    def qa(self) -> str:
        """The repository that QA's issues are opened in."""
        return self.repositories.qa or self.repositories.ops

    @property
    def product(self) -> str:
        """What texts call the product."""
        return self.contacts.product or self.source.partition("/")[2]


def digest_settings(settings: Settings) -> str:
    """Return the SHA-256 of the settings in force, as hex: the same settings, the same digest.

    Paths of this machine are no part of it: of the cache, and of the certificates that are trusted here.
    """
    github = msgspec.structs.replace(settings.github, ca=None)
    shared = msgspec.structs.replace(settings, github=github, cache=Cache())
    return hashlib.sha256(msgspec.json.encode(shared, order="deterministic")).hexdigest()
