"""What counts as right of what resolvers propose."""

import pytest

from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.replaying.judging import judge_proposal
from relauto.replaying.pairs import Pair
from relauto.replaying.replay import replay
from relauto.resolving.proposal import propose
from tests.replaying.conftest import TEXT, change


@pytest.fixture
def onto(history):
    return history.fix("Ours", 3, "ours", "line")


@pytest.fixture
def fix(history):
    return history.fix("Stop the crash", 4, "fixed")


def make_proposal(repository, history, fix, onto):
    tree = repository.commit_object(onto).tree
    merged = merge(repository, history.parent(fix), tree, fix)
    return propose(repository, fix, onto, merged, ["adjacent"])


@pytest.fixture
def judge(history, onto, fix):
    """Judge what `adjacent` makes of the fix by a commit with these files on the line."""

    def run(files, *trusted):
        history.switch("line")
        expected = history.commit("Made by people", files)
        with Repository.open(history.directory) as repository:
            proposal = make_proposal(repository, history, fix, onto)
            return judge_proposal(repository, proposal, repository.commit_object(expected).tree, trusted)

    return run


RIGHT = change(change(TEXT, 3, "ours"), 4, "fixed")


@pytest.mark.parametrize(
    ("files", "verdict", "right"),
    [
        ({"app.py": RIGHT}, "exact", True),
        ({"app.py": RIGHT, "read.me": "another\n"}, "clean_differs", True),
        ({"app.py": change(RIGHT, 4, "adapted")}, "differs", False),
        ({"app.py": None}, "differs", False),
    ],
)
@pytest.mark.parametrize(("trusted", "kind"), [((), "proposed_"), (("adjacent", "tokens"), "resolved_")])
def test_a_proposal_ends_in_one_verdict(judge, files, verdict, right, trusted, kind):
    judged = judge(files, *trusted)
    told = verdict if verdict == "clean_differs" else kind + verdict
    assert (judged.verdict, judged.is_right) == (told, right)
    assert (judged.resolvers, judged.confidence) == (("adjacent",), "high")
    assert [file.hunks for file in judged.files] == [{"adjacent": 1}]


def test_what_cannot_be_read_is_not_right(history, onto, fix, judge):
    with Repository.open(history.directory) as repository:
        proposal = make_proposal(repository, history, fix, onto)
        assert judge_proposal(repository, proposal, "a" * 40).verdict == "proposed_differs"


def test_without_resolvers_a_conflict_stays_one(history, onto, fix):
    expected = history.fix("Stop the crash", 4, "fixed", "line")
    pair = Pair(fix, Commit(onto), expected)
    results = [
        [outcome.result for outcome in replay(history.directory, [pair], resolvers=names, workers=1)]
        for names in ((), ("deletion",), ("adjacent",))
    ]
    assert results == [["conflict"], ["conflict"], ["proposed_exact"]]
