"""What the hub keeps because git cannot: one frozen record per thing that GitHub has beside the refs.

Moments are ISO 8601 in UTC with seconds (`2026-03-02T03:00:00Z`), as GitHub writes them.
"""

from typing import Literal

import msgspec

Level = Literal["read", "triage", "write", "admin"]
Access = Literal["read", "write", "admin"]
TokenKind = Literal["full", "classic", "fine_grained", "app", "actions"]
Method = Literal["merge", "squash", "rebase"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A thing with an id of its own; the store keeps it as one JSON document."""

    id: int


class User(Record, frozen=True, kw_only=True):
    """An account; `app` is the slug when it is a GitHub App's bot."""

    login: str
    app: str | None = None
    site_admin: bool = False
    created_at: str


class Token(Record, frozen=True, kw_only=True):
    """What an account authenticates with, known by its SHA-256 in hex.

    `full` has every right of its account; `classic` has `scopes`; the others have `permissions` in
    `repositories` (lower-case full names; None: in all that the account reaches). `actions` is a
    workflow's own GITHUB_TOKEN.
    """

    digest: str
    login: str
    kind: TokenKind
    scopes: tuple[str, ...] = ()
    repositories: tuple[str, ...] | None = None
    permissions: dict[str, Access] = {}
    expires_at: str | None = None


class Repository(Record, frozen=True, kw_only=True):
    """A repository's settings; its git data lie in `git_directory`."""

    full_name: str
    git_directory: str
    private: bool
    default_branch: str
    access: dict[str, Level]
    archived: bool = False
    allow_merge: bool = True
    allow_squash: bool = True
    allow_rebase: bool = True
    allow_auto_merge: bool = False
    created_at: str
    updated_at: str

    @property
    def owner(self) -> str:
        """The account that owns it."""
        return self.full_name.partition("/")[0]

    @property
    def name(self) -> str:
        """Its name within the account."""
        return self.full_name.partition("/")[2]


class Ruleset(Record, frozen=True, kw_only=True):
    """What the branches whose refs match `include` and not `exclude` refuse, by the types of its `rules`."""

    name: str
    enforcement: str
    include: tuple[str, ...]
    exclude: tuple[str, ...]
    rules: tuple[str, ...]
    created_at: str


class Protection(Record, frozen=True, kw_only=True):
    """What a branch requires before it moves; `ruleset` says which of GitHub's two systems shows it.

    `apps` binds required checks to the App of that slug. `methods` are those that merges are restricted
    to, and `queue` is the method of its merge queue (both in rulesets alone); `pushers` are the only ones
    who may move it (in classic protection alone); a branch that is `locked` is moved by nobody.
    """

    branch: str
    required_checks: tuple[str, ...] = ()
    apps: dict[str, str] = {}
    reviews: int = 0
    strict: bool = False
    ruleset: bool = False
    signatures: bool = False
    linear: bool = False
    methods: tuple[Method, ...] = ()
    queue: Method | None = None
    locked: bool = False
    pushers: tuple[str, ...] | None = None

    @property
    def by_pull(self) -> bool:
        """Whether changes come by pull requests alone."""
        return bool(self.reviews or self.methods)


class Pull(Record, frozen=True, kw_only=True):
    """A pull request. `head_sha` and `base_sha` are the branches' commits when they were last looked at."""

    number: int
    title: str
    body: str | None
    user: str
    state: Literal["open", "closed"] = "open"
    draft: bool = False
    head_ref: str
    head_sha: str
    base_ref: str
    base_sha: str
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    requested_reviewers: tuple[str, ...] = ()
    milestone: int | None = None
    mergeable: bool | None = None
    test_merge: str | None = None
    tested_for: str = ""
    announced: str = ""
    merged: bool = False
    merged_by: str | None = None
    merged_at: str | None = None
    merge_commit: str | None = None
    merge_intent: str | None = None
    closed_at: str | None = None
    created_at: str
    updated_at: str


class AutoMerge(Record, frozen=True, kw_only=True):
    """Somebody's wish that a pull request be merged as soon as it can be."""

    number: int
    method: Method
    title: str | None
    message: str | None
    by: str
    at: str


class QueueEntry(Record, frozen=True, kw_only=True):
    """A pull request in its base's merge queue, and the group's `commit` on `branch` once it is made."""

    number: int
    base_ref: str
    head_sha: str
    by: str
    at: str
    base_sha: str | None = None
    branch: str | None = None
    commit: str | None = None


class QueueMove(Record, frozen=True, kw_only=True):
    """What a pull request's page tells of a merge queue: it came in, or `reason` took it out."""

    number: int
    kind: Literal["added", "removed"]
    head_sha: str
    by: str
    at: str
    reason: str | None = None


class Review(Record, frozen=True, kw_only=True):
    """One person's verdict on one commit of a pull request."""

    number: int
    user: str
    body: str
    state: Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
    commit: str
    submitted_at: str | None


class Issue(Record, frozen=True, kw_only=True):
    """An issue."""

    number: int
    title: str
    body: str | None
    user: str
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "reopened", "not_planned", "duplicate"] | None = None
    labels: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    milestone: int | None = None
    closed_at: str | None = None
    closed_by: str | None = None
    created_at: str
    updated_at: str


class Comment(Record, frozen=True, kw_only=True):
    """A comment on an issue or a pull request."""

    number: int
    user: str
    body: str
    created_at: str
    updated_at: str
    edited_at: str | None = None


class Reaction(Record, frozen=True, kw_only=True):
    """What one person shows of a comment; each content once."""

    comment: int
    user: str
    content: Literal["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"]
    created_at: str


class Labelling(Record, frozen=True, kw_only=True):
    """Somebody put a label on an issue or a pull request, or took it away."""

    number: int
    user: str
    event: Literal["labeled", "unlabeled"]
    label: str
    created_at: str


class Edit(Record, frozen=True, kw_only=True):
    """A version of an issue's or a comment's text, `of` its id: the first is the one it was written with.

    One that somebody deleted from the history has no text any more; that there was one stays.
    """

    of: int
    editor: str
    text: str | None
    at: str
    deleted_by: str | None = None
    deleted_at: str | None = None


class Label(Record, frozen=True, kw_only=True):
    """A label of a repository; names are compared without regard to case."""

    name: str
    color: str
    description: str | None = None


class Milestone(Record, frozen=True, kw_only=True):
    """A milestone of a repository."""

    number: int
    title: str
    description: str | None
    state: Literal["open", "closed"] = "open"
    due_on: str | None = None
    creator: str
    closed_at: str | None = None
    created_at: str
    updated_at: str


class Status(Record, frozen=True, kw_only=True):
    """A commit status; they pile up, and the latest of a context counts."""

    sha: str
    state: Literal["error", "failure", "pending", "success"]
    context: str
    description: str | None
    target_url: str | None
    creator: str
    created_at: str


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """What a check run prints on its page."""

    title: str | None = None
    summary: str | None = None
    text: str | None = None


class CheckRun(Record, frozen=True, kw_only=True):
    """A check run of a GitHub App on one commit."""

    head_sha: str
    name: str
    app: str
    suite: int
    status: Literal["queued", "in_progress", "completed", "waiting", "requested", "pending"]
    conclusion: (
        Literal["success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required"]
        | None
    )
    details_url: str | None
    external_id: str | None
    output: Output
    started_at: str | None
    completed_at: str | None


class Suite(Record, frozen=True, kw_only=True):
    """The check runs of one app on one commit."""

    head_sha: str
    app: str
    created_at: str


class Release(Record, frozen=True, kw_only=True):
    """A release. A draft has no tag yet; `target` names what the tag will be put on."""

    tag: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    latest: bool
    author: str
    created_at: str
    published_at: str | None


class Asset(Record, frozen=True, kw_only=True):
    """A file of a release. `starter` is what an upload that broke off leaves behind."""

    release: int
    name: str
    label: str | None
    content_type: str
    size: int
    digest: str | None
    state: Literal["starter", "uploaded"]
    uploader: str
    downloads: int = 0
    created_at: str
    updated_at: str


class Workflow(Record, frozen=True, kw_only=True):
    """A workflow file of the default branch that has been seen."""

    path: str
    created_at: str


class Run(Record, frozen=True, kw_only=True):
    """One run of a workflow; `name` is its workflow's, `title` its own. `attempt` counts from 1."""

    workflow: int
    path: str
    name: str
    title: str
    run_number: int
    attempt: int = 1
    event: str
    head_branch: str
    head_sha: str
    status: Literal["queued", "in_progress", "completed"]
    conclusion: str | None
    actor: str
    inputs: dict[str, str]
    created_at: str
    started_at: str
    updated_at: str


class EnvironmentReview(Record, frozen=True, kw_only=True):
    """What somebody said when a run asked for an environment."""

    run: int
    environment: str
    state: Literal["approved", "rejected"]
    comment: str
    user: str
    at: str


class Event(Record, frozen=True, kw_only=True):
    """What a webhook would have delivered, or `unknown_route`."""

    name: str
    delivery: str
    repository: str | None
    sender: str | None
    at: str
    payload: dict[str, object]
