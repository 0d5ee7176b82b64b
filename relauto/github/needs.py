"""What each request that relauto sends needs of a token, by GitHub's fine-grained permissions.

Source: GitHub's "Permissions required for fine-grained personal access tokens" and "Permissions required
for GitHub Apps". A classic token needs the scope `repo` for all of it (`public_repo` where the repository
is public), and `workflow` to push workflow files.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from relauto.github.counts import name_endpoint

Access = Literal["read", "write"]
Part = Literal["source", "ops", "qa"]

_ALL: tuple[Part, ...] = ("source", "ops", "qa")
_SOURCE: tuple[Part, ...] = ("source",)
_OPS: tuple[Part, ...] = ("ops",)
_PAGES: tuple[Part, ...] = ("ops", "qa")
_TREES: tuple[Part, ...] = ("source", "ops")


@dataclass(frozen=True)
class Need:
    """What one kind of request does, and the permission it needs in the repositories of these parts.

    A need of no part arises from a setting: only then has the token to meet it.
    """

    request: str
    deed: str
    permission: str
    access: Access
    parts: tuple[Part, ...]

    @property
    def right(self) -> str:
        """The permission as people read it."""
        return f"{self.permission}: {self.access}"


NEEDS = (
    Need("GET ", "read the repository", "metadata", "read", _ALL),
    Need("GET rules/branches/{branch}", "read the rules of a branch", "metadata", "read", _SOURCE),
    Need("GET branches/{branch}", "read a branch", "contents", "read", _SOURCE),
    Need("GET contents/{path}", "read a file", "contents", "read", _OPS),
    Need("GET releases", "read the releases", "contents", "read", _SOURCE),
    Need("GET releases/{n}", "read a release", "contents", "read", _SOURCE),
    Need("GET releases/{n}/assets", "read a release's files", "contents", "read", _SOURCE),
    Need("GET releases/assets/{n}", "download a release's file", "contents", "read", _SOURCE),
    Need("POST releases", "make a release", "contents", "write", _SOURCE),
    Need("PATCH releases/{n}", "edit a release", "contents", "write", _SOURCE),
    Need("POST upload", "upload a release's file", "contents", "write", _SOURCE),
    Need("DELETE releases/assets/{n}", "remove a broken upload", "contents", "write", _SOURCE),
    Need("git fetch", "fetch", "contents", "read", _TREES),
    Need("git push", "push", "contents", "write", _TREES),
    Need("PUT pulls/{n}/merge", "merge a pull request", "contents", "write", _SOURCE),
    Need("GET pulls", "list pull requests", "pull_requests", "read", _SOURCE),
    Need("GET pulls/{n}", "read a pull request", "pull_requests", "read", _SOURCE),
    Need("GET pulls/{n}/commits", "read a pull request's commits", "pull_requests", "read", _SOURCE),
    Need("GET pulls/{n}/reviews", "read a pull request's reviews", "pull_requests", "read", _SOURCE),
    Need("POST pulls", "open a pull request", "pull_requests", "write", _SOURCE),
    Need("POST pulls/{n}/requested_reviewers", "ask for a review", "pull_requests", "write", _SOURCE),
    Need("GET issues/{n}/labels", "read labels", "pull_requests", "read", _SOURCE),
    Need("POST issues/{n}/labels", "label a pull request", "pull_requests", "write", _SOURCE),
    Need("DELETE issues/{n}/labels/{label}", "take a label away", "pull_requests", "write", ()),
    Need("GET milestones", "list milestones", "pull_requests", "read", ()),
    Need("POST milestones", "make a milestone", "pull_requests", "write", ()),
    Need("POST check-runs", "report a check", "checks", "write", ()),
    Need("POST statuses/{sha}", "report a commit status", "statuses", "write", ()),
    Need("GET commits/{sha}/check-runs", "read check runs", "checks", "read", _SOURCE),
    Need("GET commits/{sha}/status", "read commit statuses", "statuses", "read", _SOURCE),
    Need("POST actions/workflows/{file}/dispatches", "start a workflow", "actions", "write", ()),
    Need("GET actions/workflows/{file}/runs", "list a workflow's runs", "actions", "read", ()),
    Need("GET actions/runs/{n}", "read a workflow's run", "actions", "read", ()),
    Need("GET rulesets", "list rulesets", "metadata", "read", ()),
    Need("POST rulesets", "make a ruleset", "administration", "write", ()),
    Need("GET issues", "list issues", "issues", "read", _PAGES),
    Need("GET issues/{n}", "read an issue", "issues", "read", _PAGES),
    Need("GET issues/{n}/comments", "read an issue's comments", "issues", "read", _PAGES),
    Need("GET issues/comments/{n}", "read a comment", "issues", "read", _PAGES),
    Need("POST issues", "open an issue", "issues", "write", _PAGES),
    Need("PATCH issues/{n}", "edit an issue", "issues", "write", _PAGES),
    Need("POST issues/{n}/comments", "comment on an issue", "issues", "write", _PAGES),
    Need("PATCH issues/comments/{n}", "edit a comment", "issues", "write", _PAGES),
    Need("DELETE issues/comments/{n}", "take a comment back", "issues", "write", _PAGES),
)

# The fields of the GraphQL documents that stand for a permission, the innermost first.
_FIELDS = (
    ("contexts", "read checks", "checks: read and statuses: read"),
    ("pullRequest", "read a pull request", "pull_requests: read"),
    ("pullRequests", "list pull requests", "pull_requests: read"),
    ("issue", "read an issue", "issues: read"),
    ("issues", "list issues", "issues: read"),
    ("object", "read a commit", "contents: read"),
    ("ref", "read a branch and its rules", "contents: read"),
    ("release", "read a release", "contents: read"),
    ("releases", "read the releases", "contents: read"),
    ("enqueuePullRequest", "put a pull request into the merge queue", "pull_requests: write"),
    ("markPullRequestReadyForReview", "take a pull request out of draft", "pull_requests: write"),
)


def find_need(request: str) -> Need | None:
    """Return what a request (`VERB path`) needs, None for one that needs nothing in a repository."""
    verb, _, path = request.partition(" ")
    endpoint = name_endpoint(verb, path)
    return next((need for need in NEEDS if need.request == endpoint), None)


def find_field_need(path: Sequence[str | int]) -> tuple[str, str] | None:
    """Return what was read at the path of a GraphQL error, and the permission it needs."""
    return next(((deed, right) for field, deed, right in _FIELDS if field in path), None)


def list_rights(part: Part) -> tuple[tuple[str, Access], ...]:
    """Return the permissions that the whole path needs in the repository of a part, sorted by name."""
    wanted: dict[str, Access] = {}
    for need in NEEDS:
        if part in need.parts and wanted.get(need.permission) != "write":
            wanted[need.permission] = need.access
    return tuple(sorted(wanted.items()))


def read_accepted(header: str) -> str:
    """Return for people what `X-Accepted-GitHub-Permissions` says: sets by `;`, permissions by `,`."""
    sets = [_write_all(part.split(",")) for part in header.split(";") if part.strip()]
    return " or ".join(sets)


def _write_all(pairs: Iterable[str]) -> str:
    return " and ".join(pair.strip().replace("=", ": ") for pair in pairs)
