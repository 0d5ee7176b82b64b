"""Everything raised on purpose says what happened and what to do, and has an exit status."""

import pytest

from relauto.errors import (
    DecisionError,
    FaultsError,
    InputError,
    RelautoError,
    RemoteError,
    Status,
    UnknownOutcomeError,
    WaitingError,
)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError, 2),
        (DecisionError, 3),
        (WaitingError, 4),
        (RemoteError, 5),
        (UnknownOutcomeError, 5),
        (RelautoError, 1),
    ],
)
def test_the_exit_status_of_each(error, status):
    made = error("it rained", todo="take an umbrella")
    assert (made.status, made.what, made.todo) == (status, "it rained", "take an umbrella")
    assert str(made) == "it rained\n  take an umbrella"
    assert str(error("it rained")) == "it rained"
    assert isinstance(made, RelautoError)


def test_the_statuses_are_those_that_are_promised():
    assert {status.name: status.value for status in Status} == {
        "REACHED": 0,
        "BUG": 1,
        "BAD_INPUT": 2,
        "DECISION": 3,
        "WAITING": 4,
        "REMOTE": 5,
        "HUNG_UP": 129,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


def test_faults_are_counted_and_listed():
    one, two = FaultsError("a.toml", ["x"]), FaultsError("a.toml", iter(["x", "y"]), todo="mend them")
    assert str(one) == "a.toml has 1 fault:\n  - x"
    assert str(two) == "a.toml has 2 faults:\n  - x\n  - y\n  mend them"
    assert two.faults == ("x", "y")
    assert two.status is Status.BAD_INPUT
