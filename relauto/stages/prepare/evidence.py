"""Where QA's evidence is: links that people put on the page, and comments that name what they show."""

from collections.abc import Sequence

from relauto.comms.qa_evidence import list_shown
from relauto.comms.qa_items import list_needing
from relauto.comms.qa_ticks import UNKNOWN, Version, trace_links
from relauto.github.issues import Comment, Issue, is_marked
from relauto.model.event import QaRequested, locate
from relauto.stages.bench import Bench


def list_versions(issue: Issue) -> list[Version]:
    """Return the versions that QA's page had, the oldest first."""
    return [(edit.editor, edit.text) for edit in issue.edits]


def find_evidence(
    bench: Bench, requested: QaRequested, asked: str, issue: Issue, comments: Sequence[Comment]
) -> dict[str, str]:
    """Return the address of what shows each item that needs it, by the item's id, where people of QA gave it.

    Once it is on record it counts, whatever the roster says by now. A comment that was edited shows nothing:
    it tells its author, and not who edited it.
    """
    needing, known = list_needing(asked), bench.incident.qa_checks.get(requested.tag)
    told = {(each.item, locate(each.evidence)) for each in known.items} if known else set()
    links = trace_links(asked, list_versions(issue), issue.body, bench.login) if needing else {}
    found = {
        item: issue.url
        for item, who in links.items()
        if (item, locate(issue.url)) in told or _may_link(bench, who)
    }
    for comment in comments:
        may = bench.roster.may(comment.author, "sign")
        for item in list_shown(comment.body, needing) if _is_whole(comment) else ():
            if may or (item, locate(comment.url)) in told:
                found[item] = comment.url
    return {item: found[item] for item in needing if item in found}


def _may_link(bench: Bench, logins: frozenset[str]) -> bool:
    people = logins - {bench.login}
    return bool(people) and all(who != UNKNOWN and bench.roster.may(who, "sign") for who in people)


def _is_whole(comment: Comment) -> bool:
    """Return whether a comment is a person's, and says what they wrote."""
    return not comment.edited and comment.author_type == "User" and not is_marked(comment)
