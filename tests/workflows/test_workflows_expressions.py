"""The evaluator: GitHub's rules where it has them, and an error for whatever it does not know."""

from typing import Any

import pytest

from tests.workflows.expressions import ExpressionError, Loose, evaluate, fill, holds

CONTEXTS: dict[str, Any] = {
    "github": {"event": Loose(), "run_id": "7", "actor": "Robin"},
    "inputs": {"task": "open", "dry-run": False, "words": 'a "b"\n'},
    "secrets": Loose(token="t"),
    "job": {"status": "success"},
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("inputs.task == 'OPEN' && github.run_id || 'one'", "7"),
        ("inputs.task == 'x' && github.run_id || 'one'", "one"),
        ("(inputs.task == 'x' || !inputs.dry-run) && 'a' || 'b'", "a"),
        ("github.event.comment.body", None),
        ("github.event.comment.body == ''", True),
        ("secrets.none || secrets.token", "t"),
        ("toJSON(inputs.words)", '"a \\"b\\"\\n"'),
        ("format('{0}-{1}', inputs.task, 3)", "open-3"),
        ("startsWith('/Status', '/s')", True),
        ("'it''s'", "it's"),
        ("true != false", True),
    ],
)
def test_a_value_is_githubs(text: str, value: Any) -> None:
    assert evaluate(text, CONTEXTS) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "inputs.none",
        "github.none",
        "nobody",
        "fromJSON('1')",
        "inputs.task.more",
        "1 +",
        "'open",
        "(1",
        "a[0]",
        "1 2",
    ],
)
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(text, CONTEXTS)


def test_a_text_is_filled() -> None:
    assert fill("${{ inputs.task }}: ${{ inputs.dry-run }}${{ github.event.x }}", CONTEXTS) == "open: false"


def test_a_step_is_skipped_once_another_failed_unless_it_asks() -> None:
    failed = {**CONTEXTS, "job": {"status": "failure"}}
    assert [holds(None, CONTEXTS), holds(None, failed), holds("always()", failed)] == [True, False, True]
    assert not holds("failure() && inputs.task == 'x'", failed)
    assert holds("${{ failure() }}", failed)
