"""Whatever can happen survives being stored, in any order and any number."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from relauto import redaction
from relauto.errors import InputError
from relauto.journal.codec import Decoder, encode_event
from relauto.journal.format import START, DamagedJournalError
from relauto.journal.snapshot import extend, start
from relauto.journal.words import Words, parse_payloads
from relauto.model.event import KINDS, Body, DoorReached, Event, FixAttached, NoteAdded, StepProved
from relauto.model.incident import fold
from relauto.model.names import Commit
from relauto.model.target import Place, Target
from relauto.model.words import Person, Text

NIGHT = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)

moments = some.datetimes(
    min_value=datetime(1971, 1, 1),  # noqa: DTZ001 - hypothesis wants them naive
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=some.just(UTC),
)
# Lone surrogates cannot be written as JSON; the refusal has a test of its own.
# What looks like a secret is taken out on the way in (`relauto.redaction`), which has its own tests, too.
strings = some.text(some.characters(exclude_categories=["Cs"]), max_size=20).map(redaction.redact)
values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | strings,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(strings, inner, max_size=3),
    max_leaves=6,
)
targets = some.builds(Target, some.just("acme/stockroom"), some.sampled_from(["release-1.4", "release-1.3"]))
places = some.builds(
    Place, some.sampled_from(["prepare.pick", "deploy.send"]), some.none() | targets, some.integers(1, 3)
)
known = {
    datetime: moments,
    float: some.floats(allow_nan=False, allow_infinity=False),
    Text: strings.map(Text),
    Person: strings.map(Person),
    Target: targets,
    Place: places,
    dict[str, Any]: some.dictionaries(strings, values, max_size=4),
}
for kind in (datetime, Text, Person, Target, Place):
    some.register_type_strategy(kind, known[kind])


def bodies_of(kind: type[Body]) -> some.SearchStrategy[Body]:
    parts = {}
    for part in msgspec.structs.fields(kind):
        strategy = known.get(part.type)
        parts[part.name] = strategy if strategy is not None else some.from_type(part.type)
        if part.type is str:
            parts[part.name] = strings
    return some.builds(kind, **parts)


bodies = some.one_of([bodies_of(kind) for kind in KINDS.values()])


def read_back(files: Mapping[str, bytes]) -> list[Event]:
    words = Words()
    for path in sorted(path for path in files if path.startswith("private/")):
        for payload in parse_payloads(files[path], path):
            words.add(payload)
    decoder = Decoder(words, 0, START)
    paths = sorted(path for path in files if path.startswith("events/"))
    return [decoder.read(line) for path in paths for line in files[path].split(b"\n")[:-1]]


@settings(max_examples=60, deadline=None)
@given(some.lists(some.lists(bodies, min_size=1, max_size=6), max_size=5), strings)
def test_any_sequence_survives_storing(decisions: list[list[Body]], actor: str) -> None:
    snapshot, files = start("INC-1"), {}
    for number, decision in enumerate(decisions):
        draft = extend(snapshot, decision, at=NIGHT + timedelta(minutes=number), actor=actor)
        files |= draft.log | draft.beside
        snapshot = draft.snapshot
    events = read_back(files)
    assert [event.body for event in events] == [body for decision in decisions for body in decision]
    assert {str(event.actor) for event in events} <= {actor}
    assert events == snapshot.events
    assert fold(events) == snapshot.incident


def test_no_secret_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redaction, "_known", {})
    redaction.learn("canary-of-a-token")
    said = Text("it printed canary-of-a-token")
    bodies = [
        NoteAdded(note="decision", text=said, happened_at=NIGHT),
        StepProved(
            place=Place("prepare.pick"), facts={"said": str(said), "keys": ["-----BEGIN PRIVATE KEY-----"]}
        ),
    ]
    draft = extend(start("INC-1"), bodies, at=NIGHT, actor="robin")
    files = draft.log | draft.beside
    assert {"events/000000.jsonl", "private/000000.jsonl"} <= files.keys()
    assert not [path for path, content in files.items() if content and re.search(b"canary|BEGIN", content)]
    note, proof = [event.body for event in draft.snapshot.events]
    assert note.text == "it printed ***"
    assert proof.facts == {"said": "it printed ***", "keys": ["***"]}


def test_every_kind_is_generated() -> None:
    assert len(KINDS) > 15
    for kind in KINDS.values():
        assert bodies_of(kind).validate() is None


def test_an_extension_leaves_the_snapshot_as_it_was() -> None:
    before = extend(start("INC-1"), [FixAttached(pull=1)], at=NIGHT, actor="a").snapshot
    seen = (len(before.events), len(before.incident.fixes), dict(before.words.values), dict(before.tail))
    extend(before, [FixAttached(pull=2, instruction=Text("x"))], at=NIGHT, actor="b")
    assert seen == (len(before.events), len(before.incident.fixes), before.words.values, before.tail)


def test_a_person_is_stored_once_and_a_text_each_time() -> None:
    words = Words()
    event = Event(1, "n", NIGHT, Person("robin-rm"), NoteAdded("decision", Text("same"), NIGHT))
    _, first = encode_event(event, START, words)
    _, second = encode_event(event, START, words)
    assert [payload.value for payload in first] == ["robin-rm", "same"]
    assert [payload.value for payload in second] == ["same"]
    assert first[1].digest != second[0].digest


@pytest.mark.parametrize(
    "body",
    [
        StepProved(Place("prepare.pick"), {"who": Person("robin-rm")}),
        StepProved(Place("prepare.pick"), {"deep": [{"words": Text("x")}]}),
        StepProved(Place("prepare.pick"), {"odd": object()}),
        NoteAdded("decision", Text("\ud800"), NIGHT),
        DoorReached(Place("prepare.pick"), "v1", {}, hours=float("inf")),
        DoorReached(Place("prepare.pick"), "v1", {}, hours=float("nan")),
        Body(),
    ],
)
def test_what_cannot_be_stored_is_refused(body: Body) -> None:
    with pytest.raises(InputError):
        extend(start("INC-1"), [body], at=NIGHT, actor="a")


def test_checked_names_are_stored_as_what_they_say() -> None:
    body = StepProved(Place("prepare.pick"), {"commit": Commit("a" * 40)})
    draft = extend(start("INC-1"), [body], at=NIGHT, actor="a")
    assert draft.added[0].body == body


def test_words_that_are_no_reference_are_damage() -> None:
    draft = extend(start("INC-1"), [FixAttached(pull=1)], at=NIGHT, actor="a")
    line = draft.log["events/000000.jsonl"].removesuffix(b"\n")
    digest = msgspec.json.decode(line)["actor"]["text"].encode()
    with pytest.raises(DamagedJournalError):
        Decoder(Words(), 0, START).read(line.replace(b'{"text":"' + digest + b'"}', b'"robin"'))
