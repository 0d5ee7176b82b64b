"""Asks GitHub for what only a real one could disprove, besides the path or along it.

A probe tells what it saw (`Seen`); one that could not be tried raises `UntriedError`. What GitHub refuses
although relauto relies on it refutes the fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from relauto.counting import name_count
from relauto.errors import AwayError, RelautoError
from relauto.git.mirror import Mirror
from relauto.github import issues, releases, repositories, rules
from relauto.github.assets import digest_bytes, download_asset
from relauto.github.checks import Check
from relauto.github.client import Client
from relauto.github.comments import edit_comment, post_comment
from relauto.github.faults import LimitError, NoGraphQLError, RefusedError
from relauto.github.pulls import Pull, read_pull
from relauto.github.queries import VIEWER
from relauto.model.names import Commit, Tag
from relauto.rehearsal.live.facts import Fact
from relauto.rehearsal.live.ground import Ground
from relauto.rehearsal.world import CHECK

LABEL = "relauto-live"
T = TypeVar("T")
_LOOKS, _PAUSE = 5, 2.0


class UntriedError(Exception):
    """The probe could not be made; says why."""


@dataclass(frozen=True)
class Seen:
    """Whether the fact holds, and what shows it."""

    holds: bool
    evidence: str


def judge(name: str, probe: Callable[[], Seen]) -> Fact:
    """Make one probe and return the fact."""
    try:
        seen = probe()
    except (UntriedError, AwayError, LimitError, NoGraphQLError) as error:
        return Fact(name, "not tried", _phrase(error))
    except RelautoError as error:
        return Fact(name, "refuted", _phrase(error))
    return Fact(name, "confirmed" if seen.holds else "refuted", seen.evidence)


def _phrase(error: Exception) -> str:
    return " ".join((error.what if isinstance(error, RelautoError) else str(error)).split())


def look_around(ground: Ground) -> list[Fact]:
    """Probe what needs no second person, on a pull request and an issue of its own, which it closes.

    Raises:
        RelautoError: the pull request cannot be opened or closed.
    """
    source = ground.session.source
    body = {"head": str(ground.spare), "base": str(ground.world.main), "title": f"Probe {ground.names.id}"}
    number = source.write("POST", "pulls", body, dict[str, Any])["number"]
    probes: Mapping[str, Callable[[], Seen]] = {
        "pushed branches are seen by the API": lambda: _see_branches(ground),
        "GraphQL and REST name the same login": lambda: _see_viewer(ground),
        "a pull request is not opened twice": lambda: _open_again(source, body),
        "a merge at another head is refused": lambda: _merge_elsewhere(source, number, ground),
        "a commit status shows on the pull request": lambda: _see_status(source, number, ground),
        "an edited comment shows as edited": lambda: _see_edit(ground),
        "what an unprotected branch requires can be read": lambda: _see_rules(ground),
        "a published file has its SHA-256": lambda: _see_digests(ground),
        "publishing leaves the tag where it was": lambda: _see_tag(ground),
        "a repeated read is answered with 304": lambda: _see_unchanged(source),
        "a fetch can leave out what files hold": lambda: _fetch_without_files(ground),
    }
    try:
        return [judge(name, probe) for name, probe in probes.items()]
    finally:
        source.write("PATCH", f"pulls/{number}", {"state": "closed"}, dict[str, Any])


def _see_branches(ground: Ground) -> Seen:
    after = ground.seen_after
    if after is None:
        return Seen(False, "not within half a minute")
    return Seen(True, f"all of them {after:.1f} s after the push")


def _see_viewer(ground: Ground) -> Seen:
    if ground.place.first.login.endswith("[bot]"):
        raise UntriedError("REST does not tell an App's login")
    answer = ground.session.source.graphql(VIEWER, dict[str, dict[str, str]])
    told, known = answer["viewer"]["login"], ground.place.first.login
    return Seen(told == known, f"{told} and {known}")


def _open_again(source: Client, body: Mapping[str, str]) -> Seen:
    try:
        made = source.write("POST", "pulls", body, dict[str, Any])
    except RefusedError as error:
        return Seen(error.exists, f"{error.http_status} {'; '.join((error.message, *error.errors))}")
    return Seen(False, f"#{made['number']} was opened besides")


def _merge_elsewhere(source: Client, number: int, ground: Ground) -> Seen:
    other = ground.world.line_head
    try:
        source.write("PUT", f"pulls/{number}/merge", {"sha": other}, dict[str, Any])
    except RefusedError as error:
        if error.http_status != 409:
            raise UntriedError(f"it was refused before that: {error.http_status} {error.message}") from error
        return Seen(True, f"409 {error.message}")
    return Seen(False, f"#{number} was merged although {other.short} is not its head")


def _see_status(source: Client, number: int, ground: Ground) -> Seen:
    head = ground.refs[ground.spare.ref]
    source.write("POST", f"statuses/{head}", {"state": "success", "context": CHECK}, dict[str, Any])

    def look() -> list[Check]:
        pull = require_graphql(read_pull(source, number))
        return [check for check in pull.checks.checks if check.name == CHECK]

    found = _look_until(look, bool, ground)
    states = [f"{check.kind} {check.state}" for check in found]
    return Seen(bool(found), f"#{number}: {', '.join(states) or 'no checks'}")


def _see_edit(ground: Ground) -> Seen:
    ops, key = ground.session.ops, f"{LABEL}:{ground.names.id}"
    title = f"Live run {ground.names.id}"
    issue = issues.open_issue(ops, key, title=title, body="A probe of relauto.", labels=[LABEL], absent=True)
    try:
        made = post_comment(ops, issue.number, key, "As it was written.", absent=True)

        def look() -> list[bool]:
            comments = issues.read_issue(ops, issue.number)[1]
            return [each.edited for each in comments if each.id == made.id]

        before = _look_until(look, bool, ground)
        edit_comment(ops, made.id, key, "As it was changed.")
        after = _look_until(look, all, ground)
    finally:
        issues.edit_issue(ops, issue.number, state="closed")
    said = f"edited: {before} as written, {after} as changed"
    return Seen((before, after) == ([False], [True]), said)


def _see_rules(ground: Ground) -> Seen:
    found = rules.read_branch_rules(ground.session.source, ground.world.main)
    if found.protected:
        raise UntriedError(f"{ground.world.main} has rules")
    return Seen(not found.unknown, "; ".join(found.unknown) or "no rules, and nothing that is not known")


def _see_digests(ground: Ground) -> Seen:
    source = ground.session.source
    release = releases.find_release(source, Tag(ground.world.base_tag))
    if release is None or not release.assets:
        return Seen(False, f"{ground.world.base_tag} has no files")
    wrong = [
        asset.name for asset in release.assets if asset.digest != digest_bytes(download_asset(source, asset))
    ]
    return Seen(
        not wrong,
        f"not so: {', '.join(wrong)}" if wrong else f"{name_count(len(release.assets), 'file')} compared",
    )


def _see_tag(ground: Ground) -> Seen:
    tag = ground.world.base_tag
    pushed = ground.refs[f"refs/tags/{tag}"]
    told = ground.session.source.read(f"git/ref/tags/{tag}", dict[str, Any])["object"]["sha"]
    return Seen(told == pushed, f"{tag} was pushed at {pushed.short} and is at {told[:10]}")


def _see_unchanged(source: Client) -> Seen:
    repositories.read_repository(source)
    before = source.counts.unchanged.total()
    repositories.read_repository(source)
    more = source.counts.unchanged.total() - before
    return Seen(more == 1, f"{more} of 1")


def _fetch_without_files(ground: Ground) -> Seen:
    address = ground.session.mirror.address
    with Mirror.open(address, cache=ground.folder / "blobless", partial=True) as mirror:
        mirror.fetch([ground.world.main.ref])
        head = Commit(ground.refs[ground.world.main.ref])
        lacking = len(mirror.repository.missing_objects(head))
    return Seen(lacking > 0, f"{lacking} files of {head.short} were left there")


def _look_until(look: Callable[[], T], is_there: Callable[[T], bool], ground: Ground) -> T:
    """Look until it is there, a few times: what GitHub shows late is no refutation."""
    for _ in range(_LOOKS):
        found = look()
        if is_there(found):
            return found
        ground.session.clock.sleep(_PAUSE)
    return look()


def require_graphql(pull: Pull) -> Pull:
    """Return a pull request that came by GraphQL.

    Raises:
        UntriedError: the server has none, so that the pull request was put together from REST.
    """
    if not pull.node:
        raise UntriedError("GraphQL is not served")
    return pull
