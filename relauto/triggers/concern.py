"""Whether an event may be about an incident. What is not told is taken as possible."""

import re
from collections.abc import Iterator

from relauto.model.incident import Incident
from relauto.settings.options import Settings
from relauto.triggers.hint import Hint

_COMMIT = re.compile(r"[0-9a-f]{40}")
_OWN = "relauto/"
"""How the branches begin that relauto makes."""

_JOURNALS = ("refs/heads/incidents/", "refs/heads/words/", "refs/heads/releases/")
_EVERYWHERE = frozenset({"schedule", "workflow_dispatch", "release", "branch_protection_rule"})
"""Events that may be about any incident of their repository."""


def is_about(hint: Hint, incident: Incident, settings: Settings) -> bool:
    """Return whether something may have happened to an incident."""
    named = settings.repositories
    offices = {each.lower() for each in (named.ops, settings.qa)}
    product = (incident.opening.private or settings.source).lower()
    where = hint.repository.lower()
    if where in offices and where != product:
        return _is_about_offices(hint, incident)
    # What becomes public with a release is followed in both repositories.
    return where in ("", product, settings.source.lower()) and _is_about_product(hint, incident)


def _is_about_offices(hint: Hint, incident: Incident) -> bool:
    """The roster and the settings are for all incidents, an issue is one incident's."""
    if hint.event in ("issues", "issue_comment"):
        return bool(hint.numbers & set(_list_issues(incident)))
    return hint.event in _EVERYWHERE or any(not ref.startswith(_JOURNALS) for ref in hint.moved)


def _list_issues(incident: Incident) -> Iterator[int]:
    if incident.desk:
        yield incident.desk.number
    yield from (asked.number for asked in incident.qa_requests.values())


def _is_about_product(hint: Hint, incident: Incident) -> bool:
    told = hint.numbers or hint.branches or hint.commits or hint.moved
    if hint.event in _EVERYWHERE or not told:
        return True
    numbers, commits = _list_known(incident)
    branches = {fix.branch for fix in incident.fixes if fix.branch}
    return bool(
        hint.numbers & numbers
        or hint.commits & commits
        or any(each in branches or _is_own(each, incident) for each in hint.branches)
        or any(_is_watched(ref, hint, incident, branches) for ref in hint.moved)
    )


def list_pulls(incident: Incident) -> set[int]:
    """Return the numbers of the pull requests that an incident knows of: its fixes', its picks'."""
    return _list_known(incident)[0]


def _list_known(incident: Incident) -> tuple[set[int], set[str]]:
    """Return the numbers of pull requests and the commits that the record of an incident names."""
    numbers, commits = set[int](), set[str]()
    for place, record in incident.steps.items():
        # The number of a candidate is no pull request's.
        found = set[int]() if place.step == "prepare.candidate" else numbers
        for key, value in record.facts.items():
            _gather(key, value, found, commits)
    return numbers | {fix.pull for fix in incident.fixes if fix.pull}, commits


def _is_watched(ref: str, hint: Hint, incident: Incident, branches: set[str]) -> bool:
    kind, _, name = ref.removeprefix("refs/").partition("/")
    lines = {target.line for target in incident.targets}
    return kind == "tags" or _is_own(name, incident) or name in branches | lines | {hint.main}


def _is_own(branch: str, incident: Incident) -> bool:
    """Return whether relauto may have made a branch for an incident; picks' branches name theirs."""
    named = f"/{incident.id.lower()}-" in branch or "/inc-" not in branch
    return branch.startswith(_OWN) and named


def _gather(key: str, value: object, numbers: set[int], commits: set[str]) -> None:
    """Add the numbers of pull requests and the commits that a fact names."""
    if isinstance(value, dict):
        for name, each in value.items():
            _gather(name, each, numbers, commits)
    elif isinstance(value, list | tuple):
        for each in value:
            _gather(key, each, numbers, commits)
    elif isinstance(value, int) and key in ("number", "pull"):
        numbers.add(value)
    elif isinstance(value, str) and _COMMIT.fullmatch(value):
        commits.add(value)
