"""How a journal is stored. This text is the specification; the modules beside it follow it.

Format 2
--------
One incident is two branches of the ops repository. An append moves both in one push, or none.

`refs/heads/incidents/ID`, the log, which is only ever added to
    Its newest tree holds every event; older commits are for `git log` and for
    `relauto.journal.verification`. A commit has one parent (the first has none) and appends the events of
    one decision. Its committer is `relauto <DIGEST>`, where DIGEST is what the events name the writer by,
    so that no commit of this branch says who anybody is.

    `meta.json`
        `{"format": 2, "incident": ID, "sequence": N, "head": DIGEST}`: how many events there are, and the
        digest of the last one's line. DIGEST is a SHA-256 in hex everywhere.
    `events/NNNNNN.jsonl`
        100 events a file, numbered from 000000, one JSON object a line, each line ended by one line feed:
        `{"sequence": from 1 without gaps, "id": a random nonce, "at": moment, "actor": WORDS,
        "kind": name, "v": version of the kind, "data": object, "previous": DIGEST}`.
        `previous` is the digest of the line before, its line feed left out, as it is stored and not as it
        could be written anew; the first event has 64 zeros. The nonce keeps two writers from making equal
        commits, the second of which a push would take for accepted.
    `README.md`
        Says where the words are; outside the chain.

`refs/heads/words/ID`, what people said and who they are, which may be replaced
    `private/NNNNNN.jsonl`
        WORDS in an event is `{"text": DIGEST}`; a line here is
        `{"digest": DIGEST, "salt": 32 hex digits, "value": string}`, where the digest is over the salt and
        the value in UTF-8. It stands in the file whose number is that of the events' file that named it
        first; a person is named by the same digest again. They are grouped by a hundred, and not one file
        each, so that neither a tree nor an append grows with the journal.
    Everything else (`README.md`, `notices/...`, `qa/...`)
        Rendered from the events for people to read. It names people too, and so does the history of this
        branch.

To erase words, `words.erased` is appended to the log: who erased them, when and why, and the digests.
In the same push one commit without a parent takes the place of the words branch, which no longer holds
them. The chain does not change, since it names digests alone; without its salt a digest tells nothing.
Words that are not there and that no `words.erased` names are lost.

Format 1 had all of it on the one branch `incidents/ID`, committed by `relauto <LOGIN>`, and named no
erased words. It is read, and moved over by the next append. What its commits hold stays in the history
of `incidents/ID`, as does the login in `step.waiting` of version 1.

An unknown `format`, `kind` or `v` is refused. Order is position; clocks of writers may differ.
"""

import hashlib
import re
from collections.abc import Collection

import msgspec

from relauto.errors import InputError
from relauto.model.names import Branch

FORMAT = 2
FORMATS = (1, 2)
"""Those that are read. The newest is written."""

SEGMENT = 100
"""Events in a file."""

META = "meta.json"
README = "README.md"
START = "0" * 64
"""What the first event names as the digest of the line before it."""

_INCIDENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,60}")
_OWN = re.compile(r"(events|private)(/|$)|meta\.json(/|$)")
_SIGNPOST = """\
# {incident}

The log of this incident: every event, as `relauto` wrote it, without the words of people. Nothing here is
to be edited, and nothing is taken away. `relauto journal.verify` says whether it is whole.

The board, the notices and the pages for QA are on the branch `words/{incident}`.
"""
_RENDERED = re.compile(r"(?!.*(^|/)\.)[A-Za-z0-9._+@-]+(/[A-Za-z0-9._+@-]+)*")


class DamagedJournalError(InputError):
    """A journal is not as it was written: edited, cut, reordered or rewritten by something else."""

    def __init__(self, place: str, fault: str) -> None:
        self.place = place
        self.fault = fault
        super().__init__(
            f"the journal is damaged at {place}: {fault}",
            todo="`relauto journal.verify` lists every fault; put the branch back to a commit that is whole",
        )


class Meta(msgspec.Struct, frozen=True):
    """The content of `meta.json`."""

    format: int
    incident: str
    sequence: int
    head: str


class _FormatOnly(msgspec.Struct):
    format: int


def journal_branch(incident_id: str) -> Branch:
    """Return the branch of an incident.

    Raises:
        InputError: the id is not made of letters, digits and hyphens.
    """
    if not _INCIDENT.fullmatch(incident_id):
        raise InputError(f"{incident_id!r} is not an incident's id", todo="write it like INC-7f3k")
    return Branch(f"incidents/{incident_id}")


def words_branch(incident_id: str) -> Branch:
    """Return the branch that holds the words of an incident, and what is rendered for people to read.

    Raises:
        InputError: the id is not made of letters, digits and hyphens.
    """
    return Branch(f"words/{journal_branch(incident_id).partition('/')[2]}")


def is_of_log(path: str) -> bool:
    """Tell whether a file is part of the log, and not beside it."""
    return path == META or path.startswith("events/")


def write_signpost(incident_id: str) -> bytes:
    """Return the README of the log's branch: where the words are."""
    return _SIGNPOST.format(incident=incident_id).encode()


def events_file(sequence: int) -> str:
    """Return the path of the file that holds the event with this sequence number."""
    return f"events/{(sequence - 1) // SEGMENT:06}.jsonl"


def private_file(sequence: int) -> str:
    """Return the path of the file for the words that this event is the first to name."""
    return f"private/{(sequence - 1) // SEGMENT:06}.jsonl"


def digest_line(line: bytes) -> str:
    """Return the digest of a stored line, without its line feed."""
    return hashlib.sha256(line).hexdigest()


def check_format(number: int, what: str, known: Collection[int]) -> None:
    """Return when `what` is stored in one of the formats that are `known`.

    Raises:
        InputError: the format is older or newer.
    """
    if number in known:
        return
    reads = " and ".join(str(each) for each in sorted(known))
    if number > max(known):
        raise InputError(
            f"{what} is stored in format {number}, which is newer than this relauto reads ({reads})",
            todo="upgrade relauto",
        )
    raise InputError(
        f"{what} is stored in format {number}, which this relauto no longer reads (it reads {reads})",
        todo="finish the incident with the relauto that wrote it, or start a new one",
    )


def parse_meta(content: bytes) -> Meta:
    """Return what `meta.json` says.

    Raises:
        InputError: it is of another format.
        DamagedJournalError: it is not as it was written.
    """
    try:
        check_format(msgspec.json.decode(content, type=_FormatOnly).format, "the journal", FORMATS)
        return msgspec.json.decode(content, type=Meta)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise DamagedJournalError(META, str(error)) from error


def check_rendered(path: str) -> str:
    """Return `path` when a rendered file may lie there.

    Raises:
        InputError: it is the journal's own, leads outside, or has odd characters.
    """
    if _OWN.match(path) or not _RENDERED.fullmatch(path):
        raise InputError(f"{path!r} cannot be the path of a rendered file in a journal")
    return path
