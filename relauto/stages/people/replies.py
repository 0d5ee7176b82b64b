"""What people are told about an answer that does not count, once for each comment of theirs.

So are they of an edit of what was settled. Bots are told nothing, and nobody is told more often than
`answers.MOST_REPLIES` times.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from relauto.comms.desk import render_edited, render_refusal
from relauto.github.client import Client
from relauto.github.comments import Comment, find_comment, post_comment
from relauto.model.event import locate
from relauto.model.incident import SETTLED
from relauto.stages.bench import Bench, Kind
from relauto.stages.people import answers, desk
from relauto.stages.qa import verdicts
from relauto.stages.qa.issue import list_asked, read_comments


def tell_refused(bench: Bench) -> None:
    """Tell everybody whose answer does not count, or was edited, and who was not told yet, why."""
    for reply in list(_find_replies(bench)):
        bench.say(reply.sentence)
        post_comment(reply.there.client, reply.there.number, reply.key, reply.text, absent=True)
        bench.look(reply.there.kind)


def describe_untold(bench: Bench) -> list[str]:
    """Return the sentences for those whom `tell_refused` would tell."""
    return [reply.sentence for reply in _find_replies(bench)]


@dataclass(frozen=True)
class _There:
    """An issue at which people answer."""

    name: str
    kind: Kind
    client: Client
    number: int
    url: str

    def comments(self, bench: Bench) -> tuple[Comment, ...]:
        return desk.read(bench) if self.kind == "desk" else read_comments(bench, self.number)


@dataclass(frozen=True)
class _Reply:
    """A comment that is to be made at an issue, found again by its key; `sentence` tells of it."""

    there: _There
    key: str
    text: str
    sentence: str


def _find_replies(bench: Bench) -> Iterator[_Reply]:
    heard = _list_told(bench)
    for there in _list_places(bench):
        here = f"{locate(there.url)}#"
        for source in [each for each in heard if each.startswith(here)]:
            said = next((each for each in there.comments(bench) if locate(each.url) == source), None)
            key, refused = _key_of_reply(bench, source), bench.incident.unheard[source]
            is_told = find_comment(there.comments(bench), key) is not None
            if not is_told and (said is None or said.author_type == "User"):
                sentence = (
                    f"tell {refused[0].author} at {there.name} that {refused[0].command} does not count"
                )
                yield _Reply(there, key, render_refusal(refused, bench.renderer), sentence)
        yield from _find_edits(bench, there, heard)


def _list_told(bench: Bench) -> list[str]:
    """Return where what does not count was said, the first so many of each person."""
    found, seen = [], Counter[str]()
    for source, (first, *_) in bench.incident.unheard.items():
        seen[first.author] += 1
        if seen[first.author] <= answers.MOST_REPLIES:
            found.append(source)
    return found


def _find_edits(bench: Bench, there: _There, heard: Sequence[str]) -> Iterator[_Reply]:
    """Yield a word on each answer that was edited after it was settled."""
    for comment in there.comments(bench):
        source, key = locate(comment.url), f"{bench.incident.id}:edited:{comment.id}"
        refused = bench.incident.unheard.get(source, ())
        settled = source in (heard if refused else bench.incident.answered)
        known = any(each.reason in (answers.EDITED, verdicts.REVOKED) for each in refused)
        told = find_comment(there.comments(bench), key) is not None
        if comment.edited and settled and not known and not told:
            text = render_edited(comment.author, comment.url, _list_given(bench, source), bench.renderer)
            sentence = f"tell {comment.author} at {there.name} that an edit changes nothing"
            yield _Reply(there, key, text, sentence)


def _list_given(bench: Bench, source: str) -> list[str]:
    """Return the steps that an answer said yes to and that are not done yet."""
    return [
        place.step
        for place, door in bench.incident.doors.items()
        if any(locate(each.source) == source for each in door.approvals)
        and bench.incident.state(place.step) not in SETTLED
    ]


def _list_places(bench: Bench) -> Iterator[_There]:
    """Yield the desk, and QA's issues about what is not released yet."""
    opened = bench.incident.desk
    if opened:
        yield _There("the desk", "desk", bench.ops, opened.number, opened.url)
    for target in bench.incident.targets:
        for asked in list(list_asked(bench, target)):
            yield _There(f"QA's issue about {asked.tag}", "qa", bench.qa, asked.number, asked.url)


def _key_of_reply(bench: Bench, source: str) -> str:
    return f"{bench.incident.id}:answer:{urlsplit(source).fragment or 'issue'}"
