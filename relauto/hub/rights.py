"""What each endpoint needs of a token, and what a token gives.

Sources: GitHub's "Permissions required for fine-grained personal access tokens", "Permissions required
for GitHub Apps", "Scopes for OAuth apps", and for the headers its changelog of 2023-08-10. What is public
can be read without a permission.
"""

from dataclasses import dataclass

from relauto.hub.records import Access, Repository, Token

_ORDER: tuple[Access, ...] = ("read", "write", "admin")

# By what `X-Accepted-GitHub-Permissions` says: any one of the permissions between semicolons is enough.
_ENDPOINTS = {
    "metadata=read": """
        branches.list_rules commits.list_tags repositories.read_permission repositories.read_repository
        rulesets.list_rulesets rulesets.read_ruleset""",
    "contents=read": """
        assets.download assets.list_assets assets.read_asset branches.list_branches branches.read_branch
        commits.compare commits.list_commits commits.read_commit refs.list_matching refs.read_commit
        refs.read_ref refs.read_tag refs.read_tree releases.list_releases releases.read_by_tag
        releases.read_latest releases.read_release repositories.read_contents""",
    "contents=write": """
        assets.delete_asset assets.edit_asset assets.upload_asset pulls.merge_pull refs.create_ref
        refs.create_tag refs.delete_ref refs.update_ref releases.create_release releases.delete_release
        releases.edit_release releases.generate_notes repositories.dispatch_event""",
    "pull_requests=read": """
        commits.list_pulls_of_commit pulls.check_merged pulls.list_commits pulls.list_files pulls.list_pulls
        reviews.list_requested reviews.list_reviews reviews.read_review""",
    "contents=read; pull_requests=read": "pulls.read_pull",
    "pull_requests=write": """
        pulls.create_pull pulls.edit_pull pulls.update_branch reviews.create_review reviews.dismiss_review
        reviews.request_reviewers reviews.submit_review reviews.withdraw_request""",
    "issues=read": "issues.list_issues issues.read_issue",
    "issues=write": "issues.create_issue",
    "issues=read; pull_requests=read": """
        issues.list_all_comments issues.list_comments issues.list_events issues.list_labels
        issues.read_comment reactions.list_reactions
        labels.list_labels labels.list_milestones labels.read_label labels.read_milestone""",
    "issues=write; pull_requests=write": """
        issues.add_labels issues.create_comment issues.delete_comment issues.edit_comment issues.edit_issue
        issues.remove_label issues.set_labels labels.create_label labels.create_milestone
        labels.delete_label labels.edit_milestone reactions.create_reaction""",
    "checks=read": "checks.list_runs checks.read_run",
    "checks=write": "checks.create_run checks.edit_run",
    "statuses=read": "checks.list_statuses checks.read_combined",
    "statuses=write": "checks.create_status",
    "actions=read": """
        workflows.list_approvals workflows.list_runs workflows.list_runs_of workflows.list_workflows
        workflows.read_run workflows.read_workflow""",
    "actions=write": "runs.report_run runs.review_environment workflows.dispatch",
    "administration=write": "rulesets.create_ruleset",
    "administration=read": "branches.read_protection branches.read_required_checks",
}


@dataclass(frozen=True)
class Need:
    """Any one of `permissions`, each at `access`."""

    permissions: tuple[str, ...]
    access: Access

    def __str__(self) -> str:
        """Write it as the header does."""
        return "; ".join(f"{permission}={self.access}" for permission in self.permissions)

    @property
    def is_public(self) -> bool:
        """Whether everybody has it in a public repository."""
        return self.access == "read" and "administration" not in self.permissions

    def scopes(self, *, private: bool) -> tuple[str, ...]:
        """Return the scopes of classic tokens of which one is needed."""
        status = ("repo:status",) if "statuses" in self.permissions else ()
        public = () if private or self.access == "read" else ("public_repo",)
        return (*status, *public, "repo")


def _parse(header: str) -> Need:
    pairs = [part.split("=") for part in header.split("; ")]
    access = next(one for one in _ORDER if one == pairs[0][1])
    return Need(tuple(name for name, _ in pairs), access)


NEEDS = {
    endpoint: _parse(header) for header, endpoints in _ENDPOINTS.items() for endpoint in endpoints.split()
}
"""What each endpoint below `/repos/{owner}/{repo}` needs."""


def reaches(token: Token, repository: Repository) -> bool:
    """Tell whether a token was made for a repository; only its public side is open to the others."""
    if token.kind == "classic":
        return not repository.private or "repo" in token.scopes
    return token.repositories is None or repository.full_name.lower() in token.repositories


def gives(token: Token, repository: Repository, need: Need) -> bool:
    """Tell whether a token gives what is needed in a repository, whatever its account may do."""
    if token.kind == "full" or (need.is_public and not repository.private):
        return True
    if not reaches(token, repository):
        return False
    if token.kind == "classic":
        return bool(set(need.scopes(private=repository.private)) & set(token.scopes))
    given = {"metadata": "read", **token.permissions}
    least = _ORDER.index(need.access)
    return any(given.get(permission) in _ORDER[least:] for permission in need.permissions)


def show_needs(token: Token, endpoint: str | None) -> dict[str, str]:
    """Return the headers that say what the endpoint needs and, for a classic token, what it has."""
    need = NEEDS.get(endpoint or "")
    headers = {}
    if token.expires_at:
        moment = token.expires_at.replace("T", " ").replace("Z", " UTC")
        headers["GitHub-Authentication-Token-Expiration"] = moment
    if token.kind == "classic":
        accepted = ", ".join(need.scopes(private=False)) if need else ""
        return headers | {"X-OAuth-Scopes": ", ".join(token.scopes), "X-Accepted-OAuth-Scopes": accepted}
    return headers | ({"X-Accepted-GitHub-Permissions": str(need)} if need else {})


def name_kind(token: Token) -> str:
    """Return what GitHub's refusals call a token's kind."""
    return "integration" if token.kind in ("app", "actions") else "personal access token"
