"""Where QA's evidence is: links that people put on the page, and comments that name what they show."""

from collections.abc import Sequence, Set

from relauto.comms.qa_evidence import list_shown
from relauto.comms.qa_items import list_needing
from relauto.comms.qa_ticks import UNKNOWN, Version, trace_links
from relauto.github.comments import Comment, is_marked
from relauto.github.issues import Issue
from relauto.model.event import QaRequested, locate
from relauto.model.facts import digest_facts
from relauto.stages.bench import Bench
from relauto.stages.logins import find_login


def list_versions(issue: Issue) -> list[Version]:
    """Return the versions that QA's page had, the oldest first."""
    return [(edit.editor, edit.text) for edit in issue.edits]


def find_evidence(
    bench: Bench, requested: QaRequested, asked: str, issue: Issue, comments: Sequence[Comment]
) -> dict[str, str]:
    """Return the address of what shows each item that needs it, by the item's id, where people of QA gave it.

    A link on the page has the page's address and its own digest: what people write is no part of the log's
    lines. Once it is on record it counts, whatever the roster says by now, and no other link does for it. A
    comment that was edited shows nothing: it tells its author, and not who edited it.
    """
    needing, known = list_needing(asked), bench.incident.qa_checks.get(requested.tag)
    told = {(each.item, locate(each.evidence)) for each in known.items} if known else set()
    found = _find_linked(bench, asked, issue, told) if needing else {}
    for comment in comments:
        may = bench.roster.may(comment.author, "sign")
        for item in list_shown(comment.body, needing) if _is_whole(comment) else ():
            if may or (item, locate(comment.url)) in told:
                found[item] = comment.url
    return {item: found[item] for item in needing if item in found}


def _find_linked(bench: Bench, asked: str, issue: Issue, told: Set[tuple[str, str]]) -> dict[str, str]:
    """Return the address of the link that counts at each item: the first of those on record, else of all."""
    own = find_login(bench, bench.qa)
    found: dict[str, str] = {}
    for (item, link), who in trace_links(asked, list_versions(issue), issue.body, own).items():
        address = f"{issue.url}#evidence-{digest_facts({'link': link})}"
        is_told = (item, locate(address)) in told
        if is_told and (item, locate(found.get(item, ""))) not in told:
            found[item] = address
        elif _may_link(bench, who - {own}):
            found.setdefault(item, address)
    return found


def _may_link(bench: Bench, people: frozenset[str]) -> bool:
    return bool(people) and all(who != UNKNOWN and bench.roster.may(who, "sign") for who in people)


def _is_whole(comment: Comment) -> bool:
    """Return whether a comment is a person's, and says what they wrote."""
    return not comment.edited and comment.author_type == "User" and not is_marked(comment)
