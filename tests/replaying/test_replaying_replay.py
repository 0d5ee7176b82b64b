"""How pairs end, what they add up to, and that nothing is written to what is replayed."""

import json
from dataclasses import replace

import pytest

from relauto.errors import InputError
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository
from relauto.model.names import Branch, Commit
from relauto.replaying.conflicts import ConflictTally, Explained, explain_conflict
from relauto.replaying.finding import find_pairs
from relauto.replaying.judging import Judged, JudgedFile
from relauto.replaying.known import count_known
from relauto.replaying.pairs import Pair, read_pairs
from relauto.replaying.remedies import Remedies
from relauto.replaying.replay import Outcome, replay
from relauto.replaying.tally import Tally
from relauto.replaying.worth import Worth

ABSENT = Commit("a" * 40)


def run(history, *pairs, workers=1):
    return list(replay(history.directory, pairs, workers=workers))


def results(outcomes):
    return [(outcome.result, outcome.kinds) for outcome in outcomes]


@pytest.fixture
def pairs(history):
    """One pair of each result, as people made it."""
    fix = history.fix("Stop the crash on start", 3, "one")
    conflicting = history.fix("Stop it otherwise", 3, "two")
    onto = history.git.read("rev-parse", "line")
    exact = history.fix("Stop the crash on start", 3, "one", "line")
    adapted = history.fix("Stop it otherwise", 3, "adapted", "line")
    history.run("branch", "other", onto)
    history.text["other"] = history.text["main"].replace("two\n", "line 3\n")
    differing = history.fix("Stop the crash on start", 3, "one and more", "other")
    absent = Pair(ABSENT, Commit(onto), exact)
    return [
        Pair(fix, Commit(onto), exact),
        Pair(fix, Commit(onto), differing),
        Pair(conflicting, Commit(onto), adapted),
        Pair(fix, exact, adapted),
        absent,
    ]


def test_each_pair_ends_in_one_result(history, pairs):
    outcomes = run(history, *pairs)
    assert results(outcomes) == [
        ("exact", ()),
        ("clean_differs", ()),
        ("conflict", ("content",)),
        ("already", ()),
        ("error", ()),
    ]
    assert [outcome.pair for outcome in outcomes] == pairs
    assert outcomes[-1].error == f"{history.directory} lacks the object {ABSENT}"


def test_many_processes_end_as_one_does(history, pairs):
    many = pairs * 13
    assert results(run(history, *many, workers=2)) == results(run(history, *many))


def test_the_repository_is_as_it_was(history, pairs):
    def look():
        return {path: path.is_dir() or path.read_bytes() for path in history.directory.rglob("*")}

    before = look()
    run(history, *pairs)
    assert look() == before


def test_pairs_are_taken_as_they_are_needed(history, pairs):
    taken = []

    def endless():
        while True:
            taken.append(pairs[0])
            yield pairs[0]

    outcomes = replay(history.directory, endless(), workers=1)
    for _ in range(30):
        next(outcomes)
    outcomes.close()
    assert len(taken) <= 50


def test_only_what_the_fix_and_the_line_reach_is_needed(history, pairs, tmp_path):
    """In a repository that holds nothing else but the tree's name of what people committed."""
    expected = results(run(history, *pairs[:4]))
    for pair, result in zip(pairs[:4], expected, strict=True):
        small = tmp_path / pair.expected / pair.fix
        with Repository.init(small) as repository:
            source = f"file://{history.directory}"
            repository.git.run(
                "-c",
                "protocol.file.allow=always",
                "fetch",
                "--quiet",
                source,
                pair.fix,
                pair.onto,
                environment={"GIT_ALLOW_PROTOCOL": "file"},
            )
            with Repository.open(history.directory) as whole:
                repository.store.write("commit", whole.store.read(pair.expected, "commit"))
        assert results(replay(small, [pair], workers=1)) == [result]


def test_a_partial_clone_says_what_it_lacks_and_fetches_nothing(history, tmp_path):
    fix = history.fix("Stop the crash on start", 3, "one")
    history.fix("Elsewhere", 30, "two", "line")
    made = history.fix("Stop the crash on start", 3, "one", "line")
    history.run("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    source = f"file://{history.directory}"
    history.run("clone", "--quiet", "--bare", "--filter=blob:none", source, str(partial))
    before = sorted(partial.rglob("*"))
    (outcome,) = replay(partial, [Pair(fix, history.parent(made), made)], workers=1)
    assert (outcome.result, f"{partial} lacks the object " in outcome.error) == ("error", True)
    assert sorted(partial.rglob("*")) == before


def test_a_commit_that_is_lost_is_named_wherever_it_is_missed(history):
    """What a fix that conflicts looks through on the line, and what the search for backports walks."""
    fix = history.fix("Stop the crash on start", 3, "one")
    lost = history.fix("Elsewhere", 30, "two", "line")
    made = history.fix("Stop the crash on start", 3, "other", "line")
    top = history.fix("And on end", 3, "two", "line")
    (history.directory / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    (outcome,) = run(history, Pair(fix, made, top))
    assert (outcome.result, outcome.error) == ("error", f"{history.directory} lacks the object {lost}")
    with Repository.open(history.directory) as repository, pytest.raises(MissingObjectError, match=lost):
        list(find_pairs(repository, Branch("main"), lambda _: None))


def test_odd_commits_are_picked_or_told(history):
    """A root commit, an octopus merge, names that are no UTF-8, and what is no commit at all."""
    onto = Commit(history.git.read("rev-parse", "line"))
    history.run("checkout", "--quiet", "--orphan", "island")
    history.run("rm", "-rfq", ".")
    root = history.commit("Island", {"island.txt": "alone\n"})
    for name in ("one", "two"):
        history.switch(name, "main")
        history.commit(name, {f"{name}.py": f"{name}\n"})
    history.switch("main")
    history.run("merge", "--quiet", "--no-ff", "-m", "Octopus", "one", "two")
    octopus = history.head
    odd = b"caf\xe9.txt".decode("utf-8", "surrogateescape")
    named = history.commit("Odd name", {odd: "odd\n"})
    clashing = history.commit("Odd name again", {odd: "odd again\n"})
    expected = {
        fix: history.pick_for_real(fix, onto, *more)[0]
        for fix, more in ((root, ()), (octopus, ("-m", "1")), (named, ()))
    }
    for fix, tree in expected.items():
        made = Commit(history.run("commit-tree", tree, "-p", onto, "-m", "made"))
        assert results(run(history, Pair(fix, onto, made))) == [("exact", ())]
    assert results(run(history, Pair(clashing, onto, onto))) == [("conflict", ("modify/delete",))]
    tree = Commit(history.tree())
    assert [outcome.result for outcome in run(history, Pair(tree, onto, onto), Pair(root, onto, tree))] == [
        "error",
        "error",
    ]


def test_a_shallow_clone_and_no_repository_are_refused(history, tmp_path):
    history.fix("Stop the crash on start", 3, "one")
    shallow = tmp_path / "shallow"
    history.run("clone", "--quiet", "--depth=1", f"file://{history.directory}", str(shallow))
    for path, told in ((shallow, "is a shallow clone"), (tmp_path / "none", "is not a directory")):
        with pytest.raises(InputError, match=told):
            list(replay(path, [], workers=1))


def write(path, *rows):
    path.write_text("".join(f"{row}\n" for row in rows))
    return path


def test_pairs_are_read_from_a_file(tmp_path):
    one, two, three = (Commit(letter * 40) for letter in "abc")
    row = json.dumps({"fix": one, "onto": two, "expected": three, "note": "passed over"})
    assert list(read_pairs(write(tmp_path / "pairs", row, "", row))) == [Pair(one, two, three)] * 2


def test_faults_of_a_file_are_told_with_their_lines(tmp_path):
    good = json.dumps({"fix": "a" * 40, "onto": "b" * 40, "expected": "c" * 40})
    bad = [good.replace("a" * 40, "main"), '{"fix": 1}', "nonsense", "[]", '{"fix": "' + "a" * 40 + '"}']
    path = write(tmp_path / "pairs", good, *bad)
    with pytest.raises(InputError) as refused:
        read_pairs(path)
    lines = refused.value.what.split("\n")
    assert lines[0] == f"{path} has 5 faults:"
    assert [line.partition(":")[0] for line in lines[1:]] == [f"  - line {number}" for number in range(2, 7)]


def test_of_many_faults_some_are_told(tmp_path):
    with pytest.raises(InputError, match="and 30 more"):
        read_pairs(write(tmp_path / "pairs", *["nonsense"] * 50))


def test_an_empty_or_absent_file_is_refused(tmp_path):
    for path in (write(tmp_path / "pairs", ""), tmp_path / "none"):
        with pytest.raises(InputError):
            read_pairs(path)


def outcome(result, milliseconds=None, kinds=(), error="", by="file"):
    return Outcome(Pair(ABSENT, ABSENT, ABSENT, by), result, kinds, error, milliseconds)


def test_a_tally_holds_what_programs_read():
    tally = Tally()
    for each in (
        outcome("exact", 10.0, by="trailer"),
        outcome("conflict", 20.04, ("content", "content", "add/add")),
        outcome("conflict", 31.0, ("content",)),
        outcome("error", error=f"clone lacks the object {ABSENT}"),
    ):
        tally.add(each)
    assert tally.describe(1.234) == {
        "pairs": 4,
        "exact": 1,
        "clean_differs": 0,
        "resolved_exact": 0,
        "resolved_differs": 0,
        "proposed_exact": 0,
        "proposed_differs": 0,
        "conflict": 2,
        "conflict_explained": 0,
        "conflict_prerequisites": 0,
        "already": 0,
        "error": 1,
        "pick_ms": {"median": 20.0, "p95": 31.0},
        "seconds": 1.23,
        "evidence": {"file": 3, "trailer": 1},
        "conflict_kinds": {"content": 2, "add/add": 1},
        "conflicted": 2,
        "conflicted_explained": 0,
        "conflicted_prerequisites": 0,
        "settled": Worth().describe(),
        "resolvers": {},
        "confidences": {},
        "conflict_causes": {},
        "conflicted_causes": {},
        "proposed_with_prerequisites": Remedies().describe(),
        "error_reasons": {"clone lacks the object …": 1},
    }
    assert tally.spread() == [(5.0, 0), (10.0, 1), (20.0, 1), (40.0, 1)]


def test_a_tally_does_not_grow_with_the_pairs():
    tally = Tally()
    for number in range(20_000):
        tally.add(outcome("conflict", 1 + number / 20, ("content",)))
    assert len(tally.times) < 3000
    assert [len(sample) for sample in tally.samples.values()] == [100]
    assert tally.quantile(0.5) == pytest.approx(501, rel=0.01)


def test_why_pairs_conflict_is_proved_where_that_is_asked(history, pairs):
    """On the line that lacks an earlier commit of main, and where its own change is in the way."""
    ours = history.fix("Say it in our way", 20, "ours", "line")
    fix = history.fix("Say it as it should be", 20, "fixed")
    adapted = history.fix("Say it as it should be", 20, "adapted", "line")
    asked = [pairs[2], Pair(fix, ours, adapted), pairs[0]]
    outcomes = list(replay(history.directory, asked, explain=True, workers=1))
    assert [outcome.explained and outcome.explained.cause for outcome in outcomes] == [
        "prerequisites",
        "line",
        None,
    ]
    first = outcomes[0].explained
    assert first == replace(first, size=1, lines=2, known=0, picks=3)
    assert 0 < first.milliseconds < 60000
    assert [outcome.explained for outcome in run(history, *asked)] == [None] * 3


def test_a_clone_that_cannot_tell_why_says_so(history, tmp_path, monkeypatch):
    monkeypatch.setattr("relauto.replaying.conflicts.explain", _lack)
    with Repository.open(history.directory) as repository:
        assert explain_conflict(repository, Pair(ABSENT, ABSENT, ABSENT)) == Explained("unknown")


def _lack(repository, fix, onto):
    raise MissingObjectError(fix, "here")


def test_explanations_add_up():
    tally = ConflictTally()
    for each in (
        Explained("prerequisites", 1, 20, 0, 3, 100.0, "exact"),
        Explained("prerequisites", 2, 300, 1, 9, 400.0, "right"),
        Explained("prerequisites", 1, 20, 0, 3, 100.0, "other"),
        Explained("main, in part", 1, 0, 0, 20, 900.0),
        Explained("none", 0, 0, 0, 20, 2000.0),
        Explained("unknown"),
    ):
        tally.add(each)
    assert (tally.explained, tally.prerequisites) == (4, 3)
    assert tally.describe() == {
        "causes": {"prerequisites": 3, "main, in part": 1, "none": 1, "unknown": 1},
        "search_ms": {"median": 400.0, "p95": 2000.0},
        "picks": {"median": 9, "p95": 20},
        "prerequisites": {
            "commits": {"1": 2, "2": 1},
            "lines": {"median": 20.0, "p95": 300.0},
            "proposed": 4,
            "already_there": 1,
            "exact": 1,
            "right": 2,
        },
    }


def judged(verdict, right):
    return Judged(verdict, "high", (JudgedFile({"adjacent": 1}, right),))


def test_what_is_left_is_counted_beside_all_that_conflict():
    """Of five conflicts resolvers settled three, of which two have prerequisites as well."""
    tally = Tally()
    exact, other = judged("proposed_exact", right=True), judged("proposed_differs", right=False)
    line = Explained("line", 1)
    for result, worth, why in (
        ("conflict", None, Explained("prerequisites", 1, likeness="other")),
        ("conflict", None, Explained("none")),
        ("proposed_exact", exact, Explained("prerequisites", 1, likeness="other")),
        ("proposed_differs", other, Explained("prerequisites", 2, likeness="right")),
        ("clean_differs", judged("clean_differs", right=True), line),
    ):
        tally.add(replace(outcome(result, kinds=("content",)), judged=worth, explained=why))
    told = tally.describe(1)
    figures = ("conflict", "conflict_explained", "conflict_prerequisites")
    assert [told[name] for name in figures] == [2, 1, 1]
    figures = ("conflicted", "conflicted_explained", "conflicted_prerequisites")
    assert [told[name] for name in figures] == [5, 4, 3]
    assert told["conflict_causes"]["causes"] == {"prerequisites": 1, "none": 1}
    assert told["conflicted_causes"]["causes"] == {"prerequisites": 3, "none": 1, "line": 1}
    assert told["proposed_with_prerequisites"] == {
        "cases": 2,
        "proposal_exact": 1,
        "proposal_right": 1,
        "prerequisites_exact": 0,
        "prerequisites_right": 1,
        "either_right": 2,
    }


@pytest.mark.parametrize(
    ("message", "author", "known"),
    [
        ("Something else", {}, 0),
        ("Something else", {"GIT_AUTHOR_DATE": "2026-01-05T09:02:00+02:00"}, 1),
        ("[line] Stop the crash on start", {}, 1),
        ("Something else\n\nThis is {} again", {}, 1),
        ("Something else\n\nThis reverts commit {}.", {}, 0),
    ],
)
def test_what_is_on_the_line_is_known_by_any_sign(history, message, author, known):
    one = history.fix("Stop the crash on start", 3, "one")
    fix = history.fix("Stop it otherwise", 3, "two")
    history.switch("line")
    (history.directory / "read.me").write_text("changed")
    history.run("add", "--all")
    history.git.run(
        *("-c", "user.name=Ada Engineer", "-c", "user.email=ada@example.com"),
        *("commit", "--quiet", "-m", message.format(one[:12] if "again" in message else one)),
        environment=author,
    )
    with Repository.open(history.directory) as repository:
        assert count_known(repository, [one], fix, history.head) == known
