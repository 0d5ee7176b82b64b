"""What testers said of a candidate: whose word counts, and what becomes of one that was edited."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from relauto.github.comments import Comment
from relauto.model.commands import Command, parse_commands
from relauto.model.event import AnswerRefused, QaRequested, QaRevoked, QaWord, locate
from relauto.model.names import Tag
from relauto.model.words import Person, Text
from relauto.stages.bench import Bench

REVOKED = "it was edited after it had counted, so that it counts no longer; answer in a new comment"


@dataclass(frozen=True)
class Verdict:
    """A tester's word on a candidate; `source` is their comment's address, "" where it is in the journal."""

    tester: Person
    word: QaWord
    reason: str
    source: str

    @property
    def told(self) -> str:
        """Why, and who says so."""
        return f"{self.reason or 'no reason given'} ({', '.join(filter(None, (self.tester, self.source)))})"


def find_verdict(bench: Bench, requested: QaRequested, comments: Sequence[Comment]) -> Verdict | None:
    """Return the newest verdict on exactly what QA was asked about that counts.

    It is of somebody who was on the roster when it was read; one that was not goes on record, so that it
    never counts later. A comment that was edited counts for nothing: it shows its author, and not who
    edited it; neither does what was said before it.
    """
    found = signed = _find_signed(bench, requested)
    for comment in comments:
        source = locate(comment.url)
        if signed and (source in bench.incident.answered or source in bench.incident.unheard):
            continue  # it was read before that
        commands = [each for each in parse_commands(comment.body) if each.verb == "qa"]
        verdicts = [each for each in commands if each.subject == requested.tag]
        if _is_void(bench, comment, bool(verdicts)):
            found = None
        elif verdicts and _counts(bench, comment):
            found = _make_verdict(comment, verdicts[-1])
    return found


def _find_signed(bench: Bench, requested: QaRequested) -> Verdict | None:
    """Return the verdict that a tester gave by a token of their own, where it is the last on record."""
    answer, tester = bench.incident.qa_answers.get(requested.tag, (None, None))
    if answer is None or tester is None or answer.source or answer.digest != requested.digest:
        return None
    return Verdict(tester, answer.verdict, answer.reason, "")


def _make_verdict(comment: Comment, command: Command) -> Verdict:
    return Verdict(Person(comment.author), cast(QaWord, command.step), command.text, comment.url)


def _is_void(bench: Bench, comment: Comment, holds_verdict: bool) -> bool:
    """Return whether a tester's verdict was edited, so that what they think is not known any more."""
    refused = bench.incident.unheard.get(locate(comment.url), ())
    if any(each.reason == REVOKED for each in refused):
        return True
    return comment.edited and holds_verdict and bench.roster.may(comment.author, "sign")


def _counts(bench: Bench, comment: Comment) -> bool:
    source = locate(comment.url)
    if source in bench.incident.unheard:
        return False
    if comment.edited or comment.author_type != "User":
        return False
    if source in bench.incident.answered or bench.roster.may(comment.author, "sign"):
        return True
    reason = Text(f"{comment.author} may not sign: they are not on the roster for it")
    author, command = Person(comment.author), Text("/qa")
    refused = AnswerRefused(author=author, command=command, reason=reason, source=comment.url)
    if refused not in bench.found:
        bench.say(f"{comment.url}: /qa by {comment.author} does not count: {reason}")
        bench.found.append(refused)
    return False


def find_revoked(bench: Bench, comment: Comment, tag: Tag) -> Iterator[QaRevoked]:
    """Yield the record of a verdict on `tag` that had counted, where its comment was edited since."""
    answer, tester = bench.incident.qa_answers.get(tag, (None, None))
    if not comment.edited or answer is None or tester is None:
        return
    if locate(answer.source) == locate(comment.url):
        bench.say(f"{comment.url}: the verdict of {tester} does not count any more: {REVOKED}")
        command = Text(f"/qa {answer.verdict} {tag}")
        yield QaRevoked(tag, tester, command, Text(REVOKED), comment.url, Text(f"/qa pass {tag}"))


def tell_lack(bench: Bench, requested: QaRequested) -> str:
    """Return why there is no verdict."""
    revoked = [
        each.author
        for source, refused in bench.incident.unheard.items()
        for each in refused
        if each.reason == REVOKED and source.startswith(f"{locate(requested.url)}#")
    ]
    if revoked:
        return f"the verdict of {revoked[-1]} was edited and counts no longer; no other yet"
    return "no verdict yet"
