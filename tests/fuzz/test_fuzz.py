"""No input makes a parser fail in a way that a user would see as a traceback."""

import os
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.parsers import PARSERS, STORED, Parser

MANY, FEW = 10_000, 100
EXPLORE = "RELAUTO_FUZZ" in os.environ
"""The gate tries the same inputs each time; with this variable set every run tries others."""


def fuzz(parser: Parser, cases: int) -> None:
    tried = 0

    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=not EXPLORE,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(parser.inputs)
    def try_one(value: object) -> None:
        nonlocal tried
        tried += 1
        with suppress(*parser.refusals):
            parser.read(value)

    try_one()
    assert tried >= cases


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("commits", STORED.replace("latin-1", "lat\0in").encode()),
        ("journal: head", b'{"format":1,"incident":"\x80"}'),
        ("unpushed records", b'{"nonce":"\x80"}'),
        ("headers", "\u00b2"),
        ("QA instruction", '"\\ud800"'),
        ("playbook", 'schema: "\\ud800"'),
    ],
)
def test_what_once_went_through(name, value):
    with suppress(*PARSERS[name].refusals):
        PARSERS[name].read(value)


@pytest.mark.parametrize("name", PARSERS)
def test_a_hundred_odd_inputs(name):
    fuzz(PARSERS[name], FEW)


@pytest.mark.slow
@pytest.mark.parametrize("name", PARSERS)
def test_ten_thousand_odd_inputs(name):
    fuzz(PARSERS[name], MANY)
