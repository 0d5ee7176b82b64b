"""What GitHub answers is taken as it is described, or refused: no other shape brings relauto down."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from relauto.errors import RelautoError
from relauto.github.client import Client
from relauto.github.look import CutOffError, Look
from tests.engine.conftest import STORY
from tests.fuzz.mutants import documents_near

pytestmark = pytest.mark.path

MANY, FEW = 10_000, 200

Reading = tuple[Callable[[msgspec.Raw], object], Any]


def listen(patch: pytest.MonkeyPatch, heard: dict[str, Reading]) -> None:
    """Keep one answer of each kind, as it came, with what reads it."""
    made, decode = Look.__init__, Client.decode

    def make(
        self: Look[Any], client: Client, field: Any, values: Any, settle: Any, *more: Any, **named: Any
    ) -> None:
        def keep(raw: msgspec.Raw) -> Any:
            heard[f"field {field.name}"] = (settle, msgspec.json.decode(raw))
            return settle(raw)

        made(self, client, field, values, keep, *more, **named)

    def take(self: Client, body: bytes | msgspec.Raw, into: Any, request: str) -> Any:
        document = msgspec.json.decode(body)
        heard[f"{request.split('?')[0]} {into}"] = (lambda raw: decode(self, raw, into, request), document)
        return decode(self, body, into, request)

    patch.setattr(Look, "__init__", make)
    patch.setattr(Client, "decode", take)


def fuzz(readings: dict[str, Reading], cases: int) -> int:
    tried: set[str] = set()

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(some.sampled_from(sorted(readings)), some.data())
    def try_one(name: str, data: some.DataObject) -> None:
        read, document = readings[name]
        tried.add(name)
        try:
            read(msgspec.Raw(msgspec.json.encode(data.draw(documents_near(document)))))
        except (RelautoError, CutOffError):
            return

    try_one()
    return len(tried)


@pytest.fixture
def readings(at, monkeypatch) -> dict[str, Reading]:
    heard: dict[str, Reading] = {}
    world = at("blank")
    with monkeypatch.context() as patch:
        listen(patch, heard)
        # All of it is played here: chapters that other tests have reached already would not be heard.
        for _, reach in STORY:
            reach(world)
    return heard


def test_answers_of_another_shape(readings):
    assert len(readings) > 30, sorted(readings)
    fuzz(readings, FEW)


@pytest.mark.slow
def test_ten_thousand_answers_of_another_shape(readings):
    assert fuzz(readings, MANY) == len(readings)
