"""What people ask for at pull requests of the product: by a command in a comment, or by a label.

GitHub says who they are. Each is looked up there, and none is taken from an event: what was missed the
first time is found the next.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relauto.github import conversations
from relauto.github.comments import find_comment, is_marked
from relauto.github.conversations import Labelled, Labelling, Reaction, Remark
from relauto.model.commands import REQUESTS, USAGE, Command, Malformed, parse_lines
from relauto.session import Session
from relauto.settings.changes import PickLabel
from relauto.triggers.catalogue import CLOCK
from relauto.triggers.hint import Hint

RECENT = timedelta(hours=24)
"""So long what was said or shown is looked for, in case its event was lost."""

REFUSED: Reaction = "confused"
"""What is shown at a comment that does not count."""

EDITED = "it was edited, by whom is not known; answer in a new comment"
ELSEWHERE = "it counts at the incident's desk, or in QA's issue, and not here"


@dataclass(frozen=True)
class Line:
    """One thing asked for: `said` as its author wrote it, `wrong` why it does not count, "" if it may."""

    said: str
    command: Command | Malformed
    wrong: str = ""


@dataclass(frozen=True)
class Request:
    """What somebody asks for at the pull request `number`, in one comment or by one label.

    `key` is that of the comment in which it is answered, `at` the moment it was asked, `remark` the comment
    it was asked in, if it was. `waiting`: they were told that it waits. `muted`: they were told already that
    what they write does not count, and get a reaction alone.
    """

    key: str
    number: int
    author: str
    source: str
    lines: tuple[Line, ...]
    at: datetime
    remark: Remark | None = None
    waiting: bool = False
    muted: bool = False

    @property
    def waiting_key(self) -> str:
        """The key of the comment that says that it waits."""
        return f"{self.key}:waits"


def find_requests(session: Session, hint: Hint) -> list[Request]:
    """Return what was asked for at the product's pull requests and is not answered yet, oldest first.

    Raises:
        RemoteError: they cannot be read.
    """
    if hint.repository.lower() not in ("", session.settings.source.lower()) and hint.event != CLOCK:
        return []
    since = session.clock.now() - RECENT
    newest = conversations.read_newest(session.source, since)
    told = [remark for remark in newest if is_marked(remark.comment)]
    remarks = {remark.comment.id: remark for remark in reversed(newest) if remark not in told}
    if hint.comment and hint.comment not in remarks:
        found = conversations.find_remark(session.source, hint.comment)
        remarks |= {found.comment.id: found} if found else {}
    asked = [*_list_comments(session, remarks.values()), *_list_labels(session, hint, since)]
    answered, by = [remark.comment for remark in told], session.answerers
    keys = {one.key for one in asked if find_comment(answered, one.key, by)}
    return [
        replace(one, waiting=find_comment(answered, one.waiting_key, by) is not None)
        for one in _list_unanswered(session, asked, keys)
    ]


def _list_unanswered(session: Session, asked: Iterable[Request], keys: set[str]) -> Iterator[Request]:
    """Yield what is not answered by one of the `keys`; of somebody who is on no roster the first is."""
    for one in asked:
        if one.key not in keys:
            keys.add(one.key)
            yield one
        elif not session.roster.names(one.author) and one.remark and not one.remark.shows(REFUSED):
            yield replace(one, muted=True)


def write_key(session: Session, author: str, number: int, own: str) -> str:
    """Return the key of the answer to somebody at an issue: `own`, or for who is on no roster one for all."""
    if session.roster.names(author):
        return own
    return f"asked:{number}:{hashlib.sha256(author.lower().encode()).hexdigest()[:12]}"


def _list_comments(session: Session, remarks: Iterable[Remark]) -> Iterator[Request]:
    for remark in remarks:
        comment = remark.comment
        if not remark.at_pull or comment.author_type != "User" or comment.author == session.login:
            continue
        lines = tuple(_judge(session, remark))
        if lines:
            key = write_key(session, comment.author, remark.number, f"asked:{comment.id}")
            at = datetime.fromisoformat(comment.created_at)
            yield Request(key, remark.number, comment.author, comment.url, lines, at, remark)


def _judge(session: Session, remark: Remark) -> Iterator[Line]:
    """Yield the lines of a comment that are answered; what others' bots are told here is none of ours."""
    author, edited = remark.comment.author, remark.comment.edited
    for line in dict.fromkeys(parse_lines(remark.comment.body)):
        if isinstance(line, Malformed):
            if line.verb in REQUESTS and session.roster.names(author) and not line.shielded:
                yield Line(line.line[:80], line, explain_form(line))
            continue
        said = write_command(line)
        if line.verb not in REQUESTS:
            yield Line(said, line, ELSEWHERE)
        else:
            yield Line(said, line, EDITED if edited else refuse_author(session, author, line))


def explain_form(line: Malformed) -> str:
    """Return what is wrong with a line that was meant to ask for something."""
    return f"the form is {USAGE[line.verb]}, on a line by itself"


def refuse_author(session: Session, author: str, command: Command) -> str:
    """Return why somebody may not ask for this; "" where they may."""
    roster = session.roster
    allowed = roster.may(author, "open") if command.verb == "pick" else roster.names(author)
    return "" if allowed else f"{author} is not on the roster for it"


def write_command(command: Command) -> str:
    """Return a command without the words that a person added."""
    return " ".join(filter(None, (f"/{command.verb}", command.step, command.subject)))


def _list_labels(session: Session, hint: Hint, since: datetime) -> Iterator[Request]:
    wanted = session.settings.pick_labels
    for labelled in _find_labelled(session, hint, since) if wanted else ():
        carried = [label for label in wanted if labelled.has(label.name)]
        put = conversations.read_labellings(session.source, labelled.number) if carried else []
        for label in carried:
            newest = [each for each in put if each.label.lower() == label.name.lower()][-1:]
            yield from (_ask_by_label(session, labelled, label, each) for each in newest if each.at >= since)


def _find_labelled(session: Session, hint: Hint, since: datetime) -> list[Labelled]:
    """Return the pull requests whose labels are looked at: those of the event, or all that were touched."""
    if hint.numbers or hint.comment:
        found = [conversations.find_labelled(session.source, each) for each in sorted(hint.numbers)]
        return [each for each in found if each]
    return conversations.list_touched(session.source, since)


def _ask_by_label(session: Session, labelled: Labelled, label: PickLabel, put: Labelling) -> Request:
    line = label.line.replace("{milestone}", labelled.milestone)
    command = Command("pick", subject=line)
    wrong = refuse_author(session, put.actor, command)
    if "{milestone}" in label.line and not labelled.milestone:
        wrong = wrong or "the pull request has no milestone, which would say for which line it is"
    source = f"{session.settings.github.git}/{session.settings.source}/pull/{labelled.number}#event-{put.id}"
    asked = Line(f"the label {label.name}", command, wrong)
    key = write_key(session, put.actor, labelled.number, f"labelled:{put.id}")
    return Request(key, labelled.number, put.actor, source, (asked,), put.at)
