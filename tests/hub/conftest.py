"""A hub with one public repository and its people, and a clone to push from.

Every answer that a test gets is held to githubkit's models of GitHub's answers when the test ends.
"""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
from githubkit_schemas.v2022_11_28 import models
from pydantic import TypeAdapter

from relauto.clock import ManualClock
from relauto.git.runner import Git
from relauto.hub import Hub
from relauto.model.names import Branch, RepositoryName

PRODUCT = RepositoryName("acme/stockroom")
OPS = RepositoryName("acme/ops")
PEOPLE = {"bot": "write", "rae": "write", "ci": "write", "robin": "admin", "tess": "triage", "sam": "read"}
ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "Ann Author",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "1767225600 +0100",
    "GIT_COMMITTER_NAME": "Carl Committer",
    "GIT_COMMITTER_EMAIL": "carl@example.com",
    "GIT_COMMITTER_DATE": "1767225601 +0100",
}


_MODELS = {
    r"GET ": "FullRepository",
    r"GET /branches": "[ShortBranch]",
    r"GET /branches/[^/]+": "BranchWithProtection",
    r"GET /branches/[^/]+/protection": "BranchProtection",
    r"GET /branches/[^/]+/protection/required_status_checks": "StatusCheckPolicy",
    r"GET /collaborators/[^/]+/permission": "RepositoryCollaboratorPermission",
    r"GET /rulesets": "[RepositoryRuleset]",
    r"(POST /rulesets|GET /rulesets/\d+)": "RepositoryRuleset",
    r"GET /commits": "[Commit]",
    r"GET /commits/[^/]+": "Commit",
    r"GET /commits/[^/]+/check-runs": "check_runs:CheckRun",
    r"GET /commits/[^/]+/pulls": "[PullRequestSimple]",
    r"GET /commits/[^/]+/status": "CombinedCommitStatus",
    r"GET /commits/[^/]+/statuses": "[Status]",
    r"GET /compare/.+": "CommitComparison",
    r"GET /contents/.+": "ContentFile",
    r"GET /tags": "[Tag]",
    r"GET /git/ref/.+": "GitRef",
    r"GET /git/matching-refs/.+": "[GitRef]",
    r"(POST|PATCH) /git/refs.*": "GitRef",
    r"(GET|POST) /git/tags.*": "GitTag",
    r"GET /git/commits/.+": "GitCommit",
    r"GET /git/trees/.+": "GitTree",
    r"GET /pulls": "[PullRequestSimple]",
    r"(POST /pulls|(GET|PATCH) /pulls/\d+)": "PullRequest",
    r"PUT /pulls/\d+/merge": "PullRequestMergeResult",
    r"GET /pulls/\d+/commits": "[Commit]",
    r"GET /pulls/\d+/files": "[DiffEntry]",
    r"GET /pulls/\d+/reviews": "[PullRequestReview]",
    r"(POST|GET|PUT) /pulls/\d+/reviews(/\d+(/events|/dismissals)?)?": "PullRequestReview",
    r"GET /pulls/\d+/requested_reviewers": "PullRequestReviewRequest",
    r"(POST|DELETE) /pulls/\d+/requested_reviewers": "PullRequestSimple",
    r"(POST /check-runs|(GET|PATCH) /check-runs/\d+)": "CheckRun",
    r"POST /statuses/.+": "Status",
    r"GET /issues": "[Issue]",
    r"(POST /issues|(GET|PATCH) /issues/\d+)": "Issue",
    r"GET /issues/(\d+/)?comments": "[IssueComment]",
    r"(POST /issues/\d+/comments|(GET|PATCH) /issues/comments/\d+)": "IssueComment",
    r"GET /issues/comments/\d+/reactions": "[Reaction]",
    r"POST /issues/comments/\d+/reactions": "Reaction",
    r"(GET|POST|PUT|DELETE) /issues/\d+/labels.*": "[Label]",
    r"GET /labels": "[Label]",
    r"(POST /labels|GET /labels/.+)": "Label",
    r"GET /milestones": "[Milestone]",
    r"(POST /milestones|(GET|PATCH) /milestones/\d+)": "Milestone",
    r"GET /releases": "[Release]",
    r"(POST /releases|(GET|PATCH) /releases/(\d+|latest|tags/.+))": "Release",
    r"POST /releases/generate-notes": "ReleaseNotesContent",
    r"GET /releases/\d+/assets": "[ReleaseAsset]",
    r"(POST /releases/\d+/assets|(GET|PATCH) /releases/assets/\d+)": "ReleaseAsset",
    r"GET /actions/workflows": "workflows:Workflow",
    r"GET /actions/workflows/[^/]+": "Workflow",
    r"GET /actions/(workflows/[^/]+/)?runs": "workflow_runs:WorkflowRun",
    r"GET /actions/runs/\d+": "WorkflowRun",
    r"GET /actions/runs/\d+/approvals": "[EnvironmentApprovals]",
}
_OTHERS = {"user": "PrivateUser", "users": "PublicUser", "rate_limit": "RateLimitOverview"}


def _model_of(verb: str, path: str) -> str | None:
    place = re.fullmatch(r"/api/(?:v3|uploads)/repos/[^/]+/[^/]+(/.*)?", path)
    if place is None:
        return _OTHERS.get(path.removeprefix("/api/v3/").partition("/")[0])
    asked = f"{verb} {place[1] or ''}"
    # An exact route stands before one with a placeholder, and a list before its items.
    return next((model for route, model in _MODELS.items() if re.fullmatch(route, asked)), None)


def hold_to_model(response: requests.Response) -> None:
    """Hold one JSON answer of the API to githubkit's model of it."""
    verb, path = response.request.method or "", response.request.path_url.partition("?")[0]
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    if not path.startswith("/api/") or path == "/api/graphql" or not is_json or not response.content:
        return
    if response.status_code >= 400:
        models.BasicError.model_validate({**response.json(), "errors": None})
        assert response.json()["documentation_url"], path
        return
    wanted = _model_of(verb, path)
    if wanted is None:
        # Rules and events are unions without a name in githubkit; OpenAPI's description holds them.
        exempt = r".*(/update-branch|/dispatches|/rules/branches/.+|/issues/\d+/events)"
        assert re.fullmatch(exempt, path), f"no model for {verb} {path}"
        return
    member, colon, name = wanted.rpartition(":")
    body = response.json()[member] if colon else response.json()
    single = getattr(models, name.strip("[]"))
    TypeAdapter(list[single] if colon or name.startswith("[") else single).validate_python(body)


def token(login: str) -> str:
    return f"token-of-{login}"


@dataclass
class World:
    """The hub, the bare repository behind `acme/stockroom`, and a working clone."""

    root: Path
    hub: Hub
    clock: ManualClock
    bare: Git
    clone: Git
    seen: list[requests.Response] = field(default_factory=list)

    def ask(
        self, verb: str, path: str, body: Any = None, *, by: str | None = "bot", **more: Any
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {token(by)}"} if by else {}
        headers |= more.pop("headers", {})
        url = path if path.startswith("http") else f"{self.hub.api}/repos/{PRODUCT}{path}"
        response = requests.request(verb, url, json=body, headers=headers, timeout=20, **more)
        self.seen.append(response)
        return response

    def get(self, path: str, *, by: str | None = "bot", status: int = 200, **parameters: Any) -> Any:
        response = self.ask("GET", path, by=by, params=parameters)
        assert response.status_code == status, response.text
        return response.json()

    def send(
        self, verb: str, path: str, body: Any = None, *, by: str | None = "bot", status: int = 200
    ) -> Any:
        response = self.ask(verb, path, body, by=by)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    def query(self, text: str, *, by: str | None = "bot", **variables: Any) -> Any:
        url = f"{self.hub.address}/api/graphql"
        response = self.ask("POST", url, {"query": text, "variables": variables}, by=by)
        assert response.status_code == 200, response.text
        return response.json()

    def commit(self, path: str, text: str, message: str = "Change", *, branch: str | None = None) -> str:
        """Commit a file in the clone, on a new branch from main if one is named, and return the id."""
        if branch:
            self.clone.run("switch", "-q", "-C", branch, "origin/main")
        (self.clone.directory / path).write_text(text)
        self.clone.run("add", path)
        self.clone.run("commit", "-q", "-m", message)
        return self.clone.read("rev-parse", "HEAD")

    def push(self, *refspecs: str, by: str = "bot") -> int:
        url = f"{self.hub.address}/{PRODUCT}.git"
        return self.clone.ask("push", "-q", url, *refspecs, environment=auth(by)).status

    def fork(self, branch: str, path: str = "new.txt", text: str = "new\n", message: str = "Add new") -> str:
        """Push a branch with one commit."""
        commit = self.commit(path, text, message, branch=branch)
        assert self.push(f"+HEAD:refs/heads/{branch}") == 0
        return commit

    def open(self, branch: str, base: str = "main", **more: Any) -> Any:
        body = {"head": branch, "base": base, "title": f"About {branch}", **more}
        return self.send("POST", "/pulls", body, status=201)

    def restart(self) -> None:
        """Kill the hub and make it again over the same directory, at the same port."""
        port = int(self.hub.address.rpartition(":")[2])
        self.hub.close()
        self.hub = Hub(self.root, port=port, clock=self.clock)
        self.hub.start()


def auth(login: str) -> dict[str, str]:
    basic = base64.b64encode(f"x-access-token:{token(login)}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "http.extraheader",
        "GIT_CONFIG_VALUE_0": f"Authorization: Basic {basic}",
    }


def set_up(hub: Hub, product: Path, ops: Path) -> None:
    for login in PEOPLE:
        hub.add_user(login, token=token(login), app="relauto-ci" if login == "ci" else None)
    hub.add_user("root", token=token("root"), site_admin=True)
    hub.add_user("stranger", token=token("stranger"))
    for name, path, private in ((PRODUCT, product, False), (OPS, ops, True)):
        hub.add_repository(name, path, private=private, default_branch=Branch("main"), access=PEOPLE)


@pytest.fixture(autouse=True)
def _hermetic(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    git = Git(tmp_path, ENVIRONMENT)
    for name in ("product.git", "ops.git"):
        git.run("init", "-q", "--bare", "--initial-branch=main", name)
    git.run("clone", "-q", "product.git", "clone")
    clone = Git(tmp_path / "clone", ENVIRONMENT)
    clone.run("switch", "-q", "-c", "main")
    (clone.directory / "a.txt").write_text("one\ntwo\nthree\n")
    clone.run("add", ".")
    clone.run("commit", "-q", "-m", "First")
    clone.run("push", "-q", "-u", "origin", "main")
    clock = ManualClock()
    hub = Hub(tmp_path / "hub", clock=clock)
    set_up(hub, tmp_path / "product.git", tmp_path / "ops.git")
    hub.start()
    made = World(tmp_path / "hub", hub, clock, Git(tmp_path / "product.git", ENVIRONMENT), clone)
    yield made
    made.hub.close()
    for response in made.seen:
        hold_to_model(response)


@pytest.fixture
def product(world: World) -> tuple[RepositoryName, Path, Branch]:
    return PRODUCT, world.bare.directory, Branch("main")


@pytest.fixture
def access() -> dict[str, str]:
    return PEOPLE


@pytest.fixture
def git_as(world: World) -> Any:
    def run(login: str, command: str, repository: str, *arguments: str) -> Any:
        url = f"{world.hub.address}/{repository}.git"
        return world.clone.ask(command, url, *arguments, environment=auth(login))

    return run
