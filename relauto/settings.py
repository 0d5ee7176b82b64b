"""The settings of a project: `relauto.toml`, or `[tool.relauto]` in pyproject.toml.

Every option is declared once, below, with its type, default, check and text. A file is read whole:
all its faults are reported together, unknown keys among them. Tokens are never settings; they come
from the environment (`read_token`).
"""

import difflib
import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

import msgspec

from relauto.errors import FaultsError, InputError
from relauto.redaction import learn

FILE = "relauto.toml"

_Name = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$")]
# msgspec takes a pattern on a plain `str` only, so it stands inside the union with None.
_FinalPattern = Annotated[str, msgspec.Meta(pattern=r"\{version\}")]
_CandidatePattern = Annotated[str, msgspec.Meta(pattern=r"\{version\}.*\{number\}")]
_WorkflowFile = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.ya?ml$")]
# What both a refspec and a pattern of branches take.
_LinePattern = Annotated[str, msgspec.Meta(pattern=r"^(?=.)(?!-)[^*?\[\\\s~^:]*\*?[^*?\[\\\s~^:]*$")]
_Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s@]+$")]


def _text(text: str, **check: Any) -> msgspec.Meta:
    return msgspec.Meta(description=text, **check)


class Table(msgspec.Struct, frozen=True):
    """A table of the file."""

    def list_faults(self) -> Iterator[str]:
        """Yield what is wrong between its options, each right by itself."""
        yield from ()


class Repositories(Table, frozen=True):
    """Which repositories play which part, each `owner/name`."""

    source: Annotated[
        _Name, _text("where the fix, main, the lines, tags and releases live", examples=["acme/stockroom"])
    ]
    ops: Annotated[_Name, _text("private: journal, settings, roster, desk", examples=["acme/ops"])]
    qa: Annotated[_Name | None, _text("where QA's issues are opened; default: ops", examples=["acme/qa"])] = (
        None
    )
    private: Annotated[
        _Name | None,
        _text(
            "private mirror of source, where embargoed fixes are worked on until the release",
            examples=["acme/stockroom-private"],
        ),
    ] = None


class GitHub(Table, frozen=True):
    """Where GitHub is."""

    api: Annotated[_Url, _text("address of the REST API")] = "https://api.github.com"
    git: Annotated[_Url, _text("address that repositories are fetched from")] = "https://github.com"
    ca: Annotated[
        str | None,
        _text(
            "file (PEM) of the certificate authorities to trust instead of those built in, for the API, "
            "uploads and git; a path from this file on. Default: RELAUTO_CA, REQUESTS_CA_BUNDLE, "
            "CURL_CA_BUNDLE, SSL_CERT_FILE or GIT_SSL_CAINFO, the first that is set",
            examples=["acme.pem"],
        ),
    ] = None


class Pull(Table, frozen=True):
    """Pull requests that relauto opens."""

    labels: Annotated[
        tuple[str, ...], _text("labels put on the fix's pull request", examples=[("sev1",)])
    ] = ()
    reviewers: Annotated[tuple[str, ...], _text("logins asked to review", examples=[("dana",)])] = ()
    method: Annotated[
        Literal["merge", "squash", "rebase"] | None,
        _text(
            "how the fix is merged; default: the first that the repository allows of squash, merge, rebase"
        ),
    ] = None
    approvals: Annotated[int, _text("people who must have approved the exact head commit", ge=0)] = 1


class Pick(Table, frozen=True):
    """How a cherry-pick, and the version bump after it, reach the line."""

    via: Annotated[Literal["pull", "push"], _text("by pull request, or pushed to the line directly")] = "pull"
    bump: Annotated[
        Literal["with", "own"],
        _text(
            "where the version bump comes: with the picks, or on its own, once they are on the line: by a "
            "pull request or a push as `via` says"
        ),
    ] = "with"
    labels: Annotated[
        tuple[str, ...],
        _text("labels put on the pick's pull request, and the bump's", examples=[("backport",)]),
    ] = ()
    verify: Annotated[
        tuple[str, ...],
        _text(
            "a program and its arguments, run without a shell in an export of the files before a pick is "
            "pushed, which is refused where that fails; empty: nothing is run",
            examples=[("make", "test")],
        ),
    ] = ()
    verify_timeout: Annotated[float, _text("seconds that it may take", gt=0, le=86_400)] = 600
    verify_in_workflows: Annotated[
        bool,
        _text(
            "run it in workflows on GitHub, too, where picks are refused otherwise: whatever it runs of the "
            "product works beside relauto there, can read relauto's token, and write wherever relauto may"
        ),
    ] = False
    conflicts: Annotated[
        Literal["draft", "stop"],
        _text(
            "what becomes of a pick that conflicts: a draft pull request with what git left, which a person "
            "finishes and relauto merges only once that is accepted by name; or nothing is pushed. Picks "
            "that are pushed to the line stop in either case"
        ),
    ] = "draft"
    resolvers: Annotated[
        tuple[str, ...],
        _text(
            "rules that propose what becomes of a conflict in such a draft, by name or `all`: a person has "
            "to accept it all the same; empty: none",
            examples=[("adjacent", "policy")],
        ),
    ] = ()
    conflict_label: Annotated[
        str | None, _text("label on such a draft while it is not settled; absent: none")
    ] = "conflict"


class PathPolicy(Table, frozen=True):
    """Which side counts where a pick conflicts in certain files."""

    pattern: Annotated[
        str,
        _text(
            "the paths, with * for anything, / too; without any / it is matched with the file's name alone",
            min_length=1,
            examples=["package-lock.json"],
        ),
    ]
    take: Annotated[
        Literal["line", "fix", "regenerate"],
        _text(
            "the line's file as it is, the fix's, or the line's until `command` has made it anew",
            examples=["regenerate"],
        ),
    ]
    command: Annotated[
        str | None,
        _text(
            "makes the file anew; relauto tells it to people", examples=["npm install --package-lock-only"]
        ),
    ] = None

    def list_faults(self) -> Iterator[str]:
        """Yield what does not fit together."""
        if (self.take == "regenerate") != (self.command is not None):
            yield f"path_policies: {self.pattern!r} needs a command to be regenerated, and only then"


class PickLabel(Table, frozen=True):
    """A label by which somebody on the roster lets a pull request's change go to a line."""

    name: Annotated[str, _text("the label", min_length=1, examples=["CherryPick/Approved"])]
    line: Annotated[
        str,
        _text(
            "the line that it stands for; {milestone} is the title of the pull request's milestone",
            min_length=1,
            examples=["release-{milestone}"],
        ),
    ] = "{milestone}"


class Progress(Table, frozen=True):
    """What relauto shows at the pull requests that it follows, of how far they have come."""

    show: Annotated[
        Literal["comment", "checks", "both", "off"],
        _text(
            "one comment that is edited in place; checks `relauto / scope`, `relauto / leak` and "
            "`relauto / pick forecast`, on picks `relauto / conflict` (commit statuses where the token is no "
            "GitHub App's); both; or nothing"
        ),
    ] = "comment"
    label_open: Annotated[
        str | None, _text("label while the pull request is open; absent: none", examples=["sev1: in review"])
    ] = None
    label_merged: Annotated[
        str | None, _text("label from its merge to the release; absent: none", examples=["sev1: merged"])
    ] = None
    label_released: Annotated[
        str | None, _text("label once what it brought is released; absent: none", examples=["sev1: released"])
    ] = None
    milestone: Annotated[
        str | None,
        _text(
            "title of the milestone of one that has none, made where it is missing; {version} is the "
            "release's; absent: none",
            examples=["{version}"],
        ),
    ] = None

    @property
    def is_comment(self) -> bool:
        """Whether there is a comment."""
        return self.show in ("comment", "both")

    @property
    def is_checks(self) -> bool:
        """Whether there are checks."""
        return self.show in ("checks", "both")

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that relauto puts on and takes away, in the order in which one follows the other."""
        return tuple(filter(None, (self.label_open, self.label_merged, self.label_released)))

    @property
    def is_off(self) -> bool:
        """Whether nothing is shown at all."""
        return self.show == "off" and not self.labels and self.milestone is None

    def list_faults(self) -> Iterator[str]:
        """Yield what does not fit together."""
        if len({label.lower() for label in self.labels}) < len(self.labels):
            yield "progress: two of its labels are the same, and so would say nothing"


class VersionFile(Table, frozen=True):
    """A file that carries the version number."""

    path: Annotated[str, _text("path in the repository", min_length=1, examples=["stockroom/__init__.py"])]
    pattern: Annotated[str, _text("a line of the file with {version} in it", pattern=r"\{version\}")] = (
        "{version}"
    )


class Tags(Table, frozen=True):
    """How tags are written; default: as the project's own tags show."""

    final: Annotated[_FinalPattern | None, _text("pattern with {version}", examples=["v{version}"])] = None
    candidate: Annotated[
        _CandidatePattern | None,
        _text("pattern with {version} and {number}", examples=["v{version}-rc{number}"]),
    ] = None


class Signing(Table, frozen=True):
    """What relauto signs, with the key that git's own settings name (user.signingKey, gpg.format)."""

    commits: Annotated[
        bool | None, _text("picks and bumps; default: as git's commit.gpgSign says, or the branch requires")
    ] = None
    tags: Annotated[bool | None, _text("candidates and releases; default: as git's tag.gpgSign says")] = None


class Checks(Table, frozen=True):
    """Which checks must be green."""

    required: Annotated[
        tuple[str, ...] | None,
        _text("names; [] means none on purpose; absent: as GitHub requires them", examples=[("unit tests",)]),
    ] = None


class Build(Table, frozen=True):
    """How a candidate's artifacts are made, and whose files are taken over.

    A source archive of the tag may be promoted wherever it was made: git's objects and a fixed format
    make it, so anybody can make the same bytes again, and files of others are compared with them.
    """

    by: Annotated[
        Literal["command", "workflow", "attach"] | None,
        _text(
            "who builds: a command of relauto, a workflow on GitHub, or people who attach files; "
            "default: the command if there is one, else a source archive of the tag"
        ),
    ] = None
    command: Annotated[
        str | None,
        _text(
            "run in an export of the tag, beside relauto, whose token it can read: where that is too much, "
            'let build.by = "workflow" build; absent: a source archive of the tag',
            examples=["make dist"],
        ),
    ] = None
    local: Annotated[
        bool,
        _text(
            "what the command makes outside CI (neither GITHUB_ACTIONS nor CI is set) may be promoted; "
            "a rehearsal says so, as its machine is a laptop"
        ),
    ] = False
    workflow: Annotated[
        _WorkflowFile | None,
        _text(
            "file in .github/workflows that is dispatched on the candidate's tag with the inputs tag, commit "
            "and nonce; its run-name holds the nonce, and it publishes the tag's prerelease with its files",
            examples=["release.yml"],
        ),
    ] = None
    adopt: Annotated[
        tuple[str, ...],
        _text(
            "logins whose files on a candidate's prerelease are taken over", examples=[("jenkins-acme[bot]",)]
        ),
    ] = ()
    artifacts: Annotated[
        tuple[str, ...],
        _text(
            "globs of what the command leaves; files of others are matched by name alone",
            examples=[("dist/*.tar.gz",)],
        ),
    ] = ()
    version_command: Annotated[
        str | None,
        _text(
            "prints the artifact's version; {artifact} is its path", examples=["tar -xOf {artifact} VERSION"]
        ),
    ] = None
    none: Annotated[bool, _text("no artifact is made; the release then has none")] = False
    timeout: Annotated[
        float, _text("seconds one command, or one run of the workflow, may take", gt=0, le=86_400)
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
        int, _text("different people who must say yes to a release; the candidate's tester is one", ge=1)
    ] = 2
    expire_after: Annotated[
        float, _text("hours after which an approval is asked for anew", gt=0, le=8_760)
    ] = 24


class Testing(Table, frozen=True):
    """Where QA verifies candidates."""

    environments: Annotated[
        tuple[str, ...],
        _text(
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


class Guard(Table, frozen=True):
    """What must not be named where others read."""

    customers: Annotated[
        str | None,
        _text(
            "file of the ops repository with customers' terms; default: customers.toml, if there is one",
            examples=["customers.toml"],
        ),
    ] = None


class Contacts(Table, frozen=True):
    """Whom notices go to."""

    executive: Annotated[
        str | None,
        _text("the executive looped in when an outage exceeds one hour", examples=["chief@acme.example"]),
    ] = None
    product: Annotated[
        str | None,
        _text("what the product is called in texts; default: its repository", examples=["Stockroom"]),
    ] = None


class Waiting(Table, frozen=True):
    """How long relauto waits for others when told to (`advance --wait`)."""

    poll: Annotated[float, _text("seconds between two looks at most", gt=0, le=3_600)] = 30


class Cache(Table, frozen=True):
    """What is kept on this machine between runs."""

    directory: Annotated[
        str | None,
        _text("folder of the mirrors; default: the user's cache folder", examples=["/var/cache/relauto"]),
    ] = None
    reference: Annotated[
        str | None,
        _text("a local clone whose objects are borrowed, not copied", examples=["/srv/git/stockroom.git"]),
    ] = None


class Settings(Table, frozen=True):
    """Everything a project says about itself."""

    repositories: Repositories
    github: GitHub = GitHub()
    main: Annotated[
        str | None, _text("branch that fixes are merged to; default: the repository's", examples=["main"])
    ] = None
    lines: Annotated[
        tuple[_LinePattern, ...],
        _text(
            "release lines that are supported, each a branch or a pattern with one *: where a fix is missed, "
            "and where it is foretold how it applies",
            examples=[("release-1.*",)],
        ),
    ] = ()
    pull: Pull = Pull()
    pick: Pick = Pick()
    progress: Progress = Progress()
    version_files: Annotated[
        tuple[VersionFile, ...], _text("files bumped to the final number before a candidate is cut")
    ] = ()
    pick_labels: Annotated[
        tuple[PickLabel, ...], _text("labels on pull requests that mean the same as `/pick LINE` there")
    ] = ()
    path_policies: Annotated[
        tuple[PathPolicy, ...],
        _text("which side counts in files that a pick conflicts in; the first that matches a path"),
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
    playbook_dir: Annotated[str | None, _text("folder with your own sev1.yaml", examples=["playbook"])] = None
    templates_dir: Annotated[str | None, _text("folder with your own templates", examples=["templates"])] = (
        None
    )

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


def parse_settings(text: str, source: str) -> Settings:
    """Return the settings written in `text` (TOML); `source` names the document in messages.

    A document with a table `tool` is read as a pyproject.toml.

    Raises:
        FaultsError: it is no TOML, or has faults; all of them are listed.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(source, [f"not TOML: {error}"]) from error
    if "tool" in data:
        data = data["tool"].get("relauto", {}) if isinstance(data["tool"], dict) else {}
    faults: list[str] = []
    settings = read_table(Settings, data, "", faults)
    if faults or settings is None:
        raise FaultsError(source, faults, todo="correct them all, then run again")
    return settings  # type: ignore[no-any-return]


def load_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises:
        InputError: it cannot be read.
        FaultsError: it has faults.
    """
    try:
        return _anchor(parse_settings(path.read_text("utf-8"), str(path)), path.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", todo=f"write a {FILE} or name one") from error


def _anchor(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the path of the certificate authority's file told from where they lie."""
    if settings.github.ca is None:
        return settings
    ca = str(folder / Path(settings.github.ca).expanduser())
    return msgspec.structs.replace(settings, github=msgspec.structs.replace(settings.github, ca=ca))


def find_settings(folder: Path) -> Path:
    """Return the settings file that is in force in a folder: its own or that of a folder above.

    Raises:
        InputError: there is none.
    """
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
        project = place / "pyproject.toml"
        if project.is_file() and b"[tool.relauto" in project.read_bytes():
            return project
    raise InputError(
        f"there is no {FILE} in {folder} or above it",
        todo="write one, or run this in a clone of the ops repository; `relauto rehearse` needs neither",
    )


def read_token(part: Literal["source", "ops", "qa"], environment: Mapping[str, str] = os.environ) -> str:
    """Return the token for one part: `RELAUTO_<PART>_TOKEN`, else one of the names that all parts share.

    Raises:
        InputError: none of them is set.
    """
    names = (f"RELAUTO_{part.upper()}_TOKEN", "RELAUTO_TOKEN", "GH_TOKEN", "GITHUB_TOKEN")
    for name in names:
        if environment.get(name):
            learn(environment[name])
            return environment[name]
    raise InputError(
        f"there is no token for the {part} repository",
        todo=f"set one of {', '.join(names)} in the environment",
    )


def find_host_token(
    url: str, trusted: GitHub | None = None, environment: Mapping[str, str] = os.environ
) -> str | None:
    """Return the token for a repository that is named by its URL alone, None where there is none for it.

    `RELAUTO_TOKEN` is for whatever a person names. Where a clone names its remote, which is whatever its
    configuration says, it goes only to github.com and to the hosts of `trusted` (`find_github`). What other
    programs have set goes to GitHub alone, that is github.com, or the server that `GITHUB_SERVER_URL` or
    `GH_HOST` name.
    """
    parts = urlsplit(url)
    hosts = [urlsplit(each).netloc for each in (trusted.api, trusted.git)] if trusted else [parts.netloc]
    names = []
    if parts.scheme in ("http", "https") and parts.netloc.lower() in {"github.com", *map(str.lower, hosts)}:
        names.append("RELAUTO_TOKEN")
    server = urlsplit(environment.get("GITHUB_SERVER_URL", "")).hostname
    if parts.scheme == "https" and parts.hostname in ("github.com", server, environment.get("GH_HOST")):
        names += ["GH_TOKEN", "GITHUB_TOKEN"]
    token = next((environment[name] for name in names if environment.get(name)), None)
    learn(token or "")
    return token


def find_github(folder: Path) -> GitHub:
    """Return where GitHub is, as the settings in force in a folder say; github.com where there are none.

    Raises:
        FaultsError: they have faults.
    """
    try:
        file = find_settings(folder)
    except InputError:
        return GitHub()
    return load_settings(file).github


def digest_settings(settings: Settings) -> str:
    """Return the SHA-256 of the settings in force, as hex: the same settings, the same digest.

    Paths of this machine are no part of it: of the cache, and of the certificates that are trusted here.
    """
    github = msgspec.structs.replace(settings.github, ca=None)
    shared = msgspec.structs.replace(settings, github=github, cache=Cache())
    return hashlib.sha256(msgspec.json.encode(shared, order="deterministic")).hexdigest()


def read_table(kind: type[Table], data: object, path: str, faults: list[str]) -> Any:
    """Return `data` as a table of that kind, or None with what is wrong with `path` added to `faults`."""
    if not isinstance(data, dict):
        faults.append(f"{path or 'the document'}: a table is expected, not {data!r}")
        return None
    hints = get_type_hints(kind, include_extras=True)
    for key in data.keys() - hints.keys():
        near = difflib.get_close_matches(key, hints, n=1)
        faults.append(
            f"{_join(path, key)}: there is no such option" + (f"; did you mean {near[0]!r}?" if near else "")
        )
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        where = _join(path, field.name)
        if field.name not in data:
            if field.required:
                faults.append(f"{where}: it is missing ({_describe(kind, field.name)})")
            continue
        values[field.name] = _convert_value(hints[field.name], data[field.name], where, faults)
    if faults:
        return None
    table = kind(**values)
    faults.extend(table.list_faults())
    return table


def find_row(hint: Any) -> type[Table] | None:
    """Return what an option of that type is a list of, None where it is no list of tables."""
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    row = get_args(plain)[0] if get_origin(plain) is tuple else None
    return row if isinstance(row, type) and issubclass(row, Table) else None


def _convert_value(hint: Any, value: object, where: str, faults: list[str]) -> Any:
    if isinstance(hint, type) and issubclass(hint, Table):
        return read_table(hint, value, where, faults)
    row = find_row(hint)
    if row and isinstance(value, list):
        return tuple(read_table(row, each, f"{where}[{i}]", faults) for i, each in enumerate(value))
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        faults.append(f"{where}: {error}")
        return None


def _describe(kind: type[Table], name: str) -> str:
    hint = get_type_hints(kind, include_extras=True)[name]
    notes = [meta.description for meta in getattr(hint, "__metadata__", ()) if meta.description]
    return notes[-1] if notes else (getattr(hint, "__doc__", "") or "").strip()


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
