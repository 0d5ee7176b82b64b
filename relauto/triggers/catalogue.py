"""Every event of GitHub: whether relauto looks when it comes, and why.

The names and actions are those of GitHub's "Webhook events and payloads", and `schedule` and
`workflow_dispatch` those of "Events that trigger workflows".
"""

from dataclasses import dataclass

CLOCK = "schedule"
"""The event of a workflow that is started by the time, and what `clock.check` stands for."""

RELAY = "repository_dispatch"
"""The event by which a public repository tells the operations repository that something happened."""


@dataclass(frozen=True)
class Kind:
    """A kind of event. Handled are the `actions` named, or all of them where none is; `why` is for people."""

    handled: bool
    why: str
    actions: frozenset[str] = frozenset()


def _look(why: str, actions: str = "") -> Kind:
    return Kind(True, why, frozenset(actions.split()))


def _pass(why: str) -> Kind:
    return Kind(False, why)


KINDS = {
    "branch_protection_rule": _look("what a branch asks for has changed"),
    "check_run": _look("a required check may have its result", "completed rerequested"),
    "check_suite": _look("required checks may have their results", "completed"),
    "code_scanning_alert": _pass("it gates no step; a required check says the same"),
    "commit_comment": _pass("commands count in pull requests and issues alone"),
    "create": _look("a branch or a tag has come"),
    "delete": _look("a branch or a tag has gone, and a proof may be lost"),
    "dependabot_alert": _pass("it is about no release that is under way"),
    "deploy_key": _pass("relauto uses no deploy keys"),
    "deployment": _pass("relauto hands a release over, and deploys none"),
    "deployment_review": _pass("the job that waits for it goes on by itself"),
    "deployment_status": _pass("relauto hands a release over, and deploys none"),
    "discussion": _pass("commands count in pull requests and issues alone"),
    "discussion_comment": _pass("commands count in pull requests and issues alone"),
    "fork": _pass("no step depends on forks"),
    "github_app_authorization": _pass("a token that was withdrawn is told by the next request"),
    "gollum": _pass("no step depends on the wiki"),
    "installation": _pass("a right that was withdrawn is told by the next request"),
    "installation_repositories": _pass("a right that was withdrawn is told by the next request"),
    "issue_comment": _look("somebody may have answered, or asked for something"),
    "issues": _look(
        "the desk, or an issue of QA's, may have changed",
        "closed deleted demilestoned edited labeled milestoned reopened transferred unlabeled",
    ),
    "label": _pass("what a label is called in the settings counts, and not how it looks"),
    "marketplace_purchase": _pass("no step depends on it"),
    "member": _pass("the roster says who may answer, and not who may push"),
    "membership": _pass("the roster says who may answer, and not who is in a team"),
    "merge_group": _look("a merge queue is at work"),
    "meta": _pass("a webhook was removed; relauto needs none"),
    "milestone": _pass("the milestone of a pull request counts, and not its other facts"),
    "org_block": _pass("the roster says who may answer"),
    "organization": _pass("the roster says who may answer"),
    "package": _pass("what ships are the files of a release"),
    "page_build": _pass("no step depends on it"),
    "ping": _pass("it says that a webhook was made"),
    "project": _pass("no step depends on projects"),
    "project_card": _pass("no step depends on projects"),
    "project_column": _pass("no step depends on projects"),
    "projects_v2_item": _pass("no step depends on projects"),
    "public": _pass("doctor tells what is public and must not be"),
    "pull_request": _look(
        "a pull request has changed",
        "auto_merge_disabled auto_merge_enabled closed converted_to_draft demilestoned dequeued edited"
        " enqueued labeled merged milestoned opened ready_for_review reopened synchronize unlabeled",
    ),
    "pull_request_review": _look("a review may have been given or withdrawn"),
    "pull_request_review_comment": _pass("commands count in the conversation, and not beside the code"),
    "pull_request_review_thread": _pass("GitHub itself says whether open threads stop a merge"),
    "push": _look("a branch or a tag has moved"),
    "release": _look("a release has changed"),
    RELAY: _look("another repository tells that something happened"),
    "repository": _pass("doctor tells what has changed about a repository"),
    "repository_import": _pass("no step depends on it"),
    "repository_vulnerability_alert": _pass("it is about no release that is under way"),
    CLOCK: _look("it is time to look whether something was missed or is due"),
    "security_advisory": _pass("it is about no release that is under way"),
    "sponsorship": _pass("no step depends on it"),
    "star": _pass("no step depends on it"),
    "status": _look("a required status may have its result"),
    "team": _pass("the roster says who may answer"),
    "team_add": _pass("the roster says who may answer"),
    "watch": _pass("no step depends on it"),
    "workflow_dispatch": _look("somebody asks to look"),
    "workflow_job": _pass("the event of its run says the same"),
    "workflow_run": _look("a build or required checks may have ended", "completed"),
}
"""Each kind of event by its name."""


def is_handled(name: str) -> bool:
    """Return whether relauto looks when such an event comes, for some action at least."""
    return name in KINDS and KINDS[name].handled


def explain_pass(name: str, action: str) -> str:
    """Return why an event is passed over, as a sentence; "" where relauto looks."""
    kind = KINDS.get(name)
    if kind is None:
        return f"relauto knows no event {name!r}, so nothing is done."
    if not kind.handled:
        return f"{name} changes nothing here: {kind.why}."
    if kind.actions and action not in kind.actions:
        return f"{name} {action!r} changes nothing here: only {', '.join(sorted(kind.actions))} may."
    return ""
