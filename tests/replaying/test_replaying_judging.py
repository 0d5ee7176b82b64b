"""What counts as right of what resolvers propose."""

import pytest

from relauto.git.merge import merge
from relauto.git.repository import Repository
from relauto.model.names import Commit
from relauto.replaying.judging import judge_prerequisites, judge_proposal
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


@pytest.fixture
def needing(history):
    """A fix of what an earlier commit did, which touched another file as well; the line has neither."""
    onto = Commit(history.git.read("rev-parse", "line"))
    early = history.commit("Prepare", {"app.py": change(TEXT, 4, "prepared"), "read.me": "prepared\n"})
    return history.commit("Stop the crash", {"app.py": change(TEXT, 4, "fixed")}), onto, early


AFTER = change(TEXT, 4, "fixed")


@pytest.mark.parametrize(
    ("files", "likeness"),
    [
        ({"app.py": AFTER, "read.me": "prepared\n"}, "exact"),
        ({"app.py": AFTER}, "right"),
        ({"app.py": change(TEXT, 4, "adapted"), "read.me": "prepared\n"}, "other"),
    ],
)
def test_prerequisites_are_judged_by_the_files_in_conflict(history, needing, files, likeness):
    fix, onto, early = needing
    history.switch("line")
    pair = Pair(fix, onto, history.commit("Made by people", files))
    with Repository.open(history.directory) as repository:
        assert judge_prerequisites(repository, pair, [early]) == likeness


def test_why_a_fix_conflicts_is_told_whether_resolvers_settled_it_or_not(history):
    """The fix is beside what an earlier commit did: it applies after that, and `adjacent` does without."""
    onto = Commit(history.git.read("rev-parse", "line"))
    history.fix("Prepare", 3, "prepared")
    pair = Pair(history.fix("Stop it", 4, "fixed"), onto, history.fix("Stop it", 4, "fixed", "line"))
    found = [
        (outcome.result, outcome.explained.cause, outcome.explained.likeness)
        for names in ((), ("adjacent",))
        for outcome in replay(history.directory, [pair], resolvers=names, explain=True, workers=1)
    ]
    assert found == [(result, "prerequisites", "other") for result in ("conflict", "proposed_exact")]
