"""The matrix of kills: where they fall, that a kill is one, and that whoever goes on ends identical."""

import pytest

from relauto.engine import Outcome
from relauto.errors import InputError, Status
from relauto.proving.crashes import CrashMatrix, list_moments
from relauto.proving.crew import play, sample
from relauto.proving.lives import begin


@pytest.mark.parametrize(
    ("request_", "moments"),
    [
        ("GET /api/v3/user", ("before",)),
        ("GET /acme/ops.git/info/refs?service=git-receive-pack", ("before",)),
        ("POST /api/graphql", ("before",)),
        ("POST /acme/ops.git/git-upload-pack", ("before",)),
        ("POST /acme/ops.git/git-receive-pack", ("before", "after")),
        ("POST /api/v3/repos/acme/ops/issues", ("before", "after")),
        ("PUT /api/v3/repos/acme/stockroom/pulls/1/merge", ("before", "after")),
    ],
)
def test_what_may_change_something_is_killed_after_it_too(request_, moments) -> None:
    assert list_moments(request_) == moments


def _refuse() -> Outcome:
    raise InputError("no such line", todo="name one")


def test_lives_end_as_a_command_would() -> None:
    deeds = [lambda: Outcome(Status.WAITING, ()), lambda: None, _refuse, lambda: 1 / 0]
    with begin(deeds, together=True) as lives:
        lives[0].start()
        ended = [life.wait() for life in lives]
    assert [life.status for life in ended] == [4, 0, 2, 1]
    assert ended[2].said == "no such line\n  name one"
    assert "ZeroDivisionError" in ended[3].said


def test_life_that_is_killed_never_comes_to_its_deed(tmp_path) -> None:
    done = tmp_path / "done"
    with begin([done.touch, done.touch]) as (first, second):
        first.kill()
        assert (first.wait().status, done.exists()) == (-9, False)
        second.start()
        assert (second.wait().status, done.exists()) == (0, True)


@pytest.mark.slow
def test_a_sample_ends_identical() -> None:
    runs = list(play(CrashMatrix(), lambda cases: sample(cases, 20)))
    assert [run for run in runs if not run.identical] == []
    assert len(runs) == 20
