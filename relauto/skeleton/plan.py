"""From answers and what is there to what is to be written; nothing is written yet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from relauto.settings.file import FILE as SETTINGS
from relauto.settings.file import parse_settings
from relauto.skeleton.answers import Answers, gather_answers
from relauto.skeleton.drafts import Part, draft_files, list_drafts
from relauto.skeleton.record import FILE, Record, read_record, write_record
from relauto.skeleton.update import Update, settle

_RELAYED = ("source", "workflows", "ci", "build")
_NEEDED: Mapping[Part, tuple[str, ...]] = {
    "ops": ("source", "ops"),
    "source": ("source", "workflows"),
    "qa": ("source", "workflows"),
}

Read = Callable[[str], str | None]
"""Returns the text of a file by its path, None where there is none."""


@dataclass(frozen=True)
class Plan:
    """What becomes of every file, and `files`: the texts to be written by path, none where all is there."""

    answers: Answers
    updates: tuple[Update, ...]
    files: Mapping[str, str]


def make_plan(read: Read, given: Mapping[str, Any], part: Part = "ops") -> Plan:
    """Return what `init` would write for a part where `read` reads.

    A relay is told, and remembers, only what its own files say: anybody may read a product's repository.

    Raises:
        InputError: an answer is lacking, or a file that is there cannot be read.
        FaultsError: the settings that are there have faults, or an answer makes some.
    """
    kept = read(FILE)
    known, there = read_record(kept), read(SETTINGS) if part == "ops" else None
    settings = parse_settings(there, SETTINGS) if there is not None else None
    if part != "ops":
        given = {key: given.get(key) for key in _RELAYED}
    answers = gather_answers(given, known.answers if known else None, settings, _NEEDED[part])
    drafted = draft_files(answers, part)
    bases = known.files if known else {}
    updates = tuple(
        settle(draft, bases.get(draft.path), read(draft.path), drafted[draft.path])
        for draft in list_drafts(answers, part)
    )
    files = {each.path: each.text for each in updates if each.text is not None}
    files |= {each.proposal_path: each.proposal for each in updates if each.proposal is not None}
    record = write_record(Record(answers, {**bases, **drafted}))
    if record != kept:
        files[FILE] = record
    return Plan(answers, updates, files)
