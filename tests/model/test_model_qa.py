"""What QA is asked to do is checked when it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.errors import FaultsError
from relauto.model.qa import Outcome, parse_instruction

GOOD = """\
summary: Orders show again.
steps:
  - id: orders
    do: List the orders.
    run: python3 {build}/stockroom.pyz orders
    expect: {output: "7"}
    before: {status: 1, within: 5}
regression:
  - {id: version, do: Ask for the version., run: "python3 {build}/x version", expect: {status: 0}}
evidence: [A picture.]
"""


def test_an_instruction_is_read():
    found = parse_instruction(GOOD, "qa.yaml")
    (step,) = found.steps
    assert (step.expect, step.before) == (Outcome(0, "7"), Outcome(1, None, 5))
    assert found.regression[0].before is None
    assert found.environment.replicas == 1
    assert found.evidence == ("A picture.",)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("id: orders", "id: Orders!", "regex"),
        ("id: orders", "id: version", "the id 'version' is used twice"),
        ("    before: {status: 1, within: 5}\n", "", "no step has `before`"),
        ('expect: {output: "7"}', "expect: {outptu: 7}", "outptu"),
        ("summary: Orders show again.", "summary: ''", "summary"),
        ("summary: Orders show again.", "summary: [", "not YAML"),
        ("evidence: [A picture.]", "evidences: [A picture.]", "evidences"),
        ("do: List the orders.", "do: 7", "do"),
    ],
)
def test_faults_are_told(old, new, fault):
    assert old in GOOD
    with pytest.raises(FaultsError, match=r"QA instruction qa\.yaml has 1 fault") as caught:
        parse_instruction(GOOD.replace(old, new), "qa.yaml")
    assert fault in str(caught.value)


@given(st.text() | st.sampled_from(["", "- 1", "7", "null", "steps: []", "!!python/object:os.system {}"]))
def test_other_texts_are_refused_and_nothing_else(text):
    with pytest.raises(FaultsError):
        parse_instruction(text, "qa.yaml")
