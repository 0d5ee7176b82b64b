"""`relauto replay` as a user types it."""

import json
import re
from pathlib import Path

import pytest

from relauto.resolving.names import RESOLVERS
from relauto.tasks.resolved import KNOWN
from tests.replaying.conftest import History
from tests.tasks.conftest import Relauto

pytestmark = pytest.mark.path

KEYS = [
    "schema",
    "pairs",
    "exact",
    "clean_differs",
    "resolved_exact",
    "resolved_differs",
    "proposed_exact",
    "proposed_differs",
    "conflict",
    "conflict_explained",
    "conflict_prerequisites",
    "already",
    "error",
    "pick_ms",
    "seconds",
]


NOTHING = {"cases": 0, "cases_right": 0, "files": 0, "files_right": 0, "hunks": 0, "precision": 0.0}
NONE_WITH_BOTH = {
    "cases": 0,
    "proposal_exact": 0,
    "proposal_right": 0,
    "prerequisites_exact": 0,
    "prerequisites_right": 0,
    "either_right": 0,
}


OTHER_CAUSES = (
    "  line                    0     0.0 %  clean without commits of the line\n"
    "  line and main           0     0.0 %  clean without commits of the line and with earlier ones of main\n"
    "  main, in part           0     0.0 %  clean with what earlier commits of main did to the files in"
    " conflict\n"
    "  line, in part           0     0.0 %  clean with other changes of the line or of main in the files"
    " in conflict\n"
    "  none                    0     0.0 %  nothing was proved\n"
    "  unknown                 0     0.0 %  something is absent or failed\n"
)


@pytest.fixture
def product(tmp_path: Path) -> Path:
    """Two fixes on a line: one as on main, one that conflicts."""
    history = History(tmp_path / "product")
    history.fix("Stop the crash on start", 3, "one")
    history.fix("Stop it otherwise", 9, "two")
    history.fix("Stop it for good", 9, "three")
    history.fix("[line] Stop the crash on start", 3, "one", "line")
    history.fix("[line] Stop it for good (#3)", 9, "adapted", "line")
    return history.directory


def counts(document: dict[str, object]) -> dict[str, object]:
    apart = ("pick_ms", "seconds", "conflict_causes", "conflicted_causes")
    return {key: value for key, value in document.items() if value and key not in apart}


def test_programs_read_one_document(relauto: Relauto, product: Path) -> None:
    ended = relauto("replay", "--repo", str(product), "--json")
    assert ended.status == 0
    assert list(ended.document)[: len(KEYS)] == KEYS
    assert counts(ended.document) == {
        "schema": 1,
        "pairs": 2,
        "exact": 1,
        "conflict": 1,
        "conflict_explained": 1,
        "conflict_prerequisites": 1,
        "evidence": {"subject": 2},
        "conflict_kinds": {"content": 1},
        "conflicted": 1,
        "conflicted_explained": 1,
        "conflicted_prerequisites": 1,
        "settled": NOTHING,
        "proposed_with_prerequisites": NONE_WITH_BOTH,
    }
    found = ended.document["conflict_causes"]
    assert found == ended.document["conflicted_causes"]
    assert found.pop("search_ms").keys() == {"median", "p95"}
    assert found == {
        "causes": {"prerequisites": 1},
        "picks": {"median": 3, "p95": 3},
        "prerequisites": {
            "commits": {"1": 1},
            "lines": {"median": 2, "p95": 2},
            "proposed": 1,
            "already_there": 0,
            "exact": 0,
            "right": 0,
        },
    }
    assert set(ended.document["pick_ms"]) == {"median", "p95"}
    assert ended.err.splitlines()[0] == "reading main"


def test_people_read_a_table(relauto: Relauto, product: Path) -> None:
    ended = relauto("replay", "--repo", str(product))
    assert re.sub(r"[\d.]+ (m?s)\b", r"… \1", ended.out) == (
        "2 backports picked again in … s.\n"
        "A pick takes … ms, 95 % of them at most … ms.\n"
        "\n"
        "  exact                   1    50.0 %  the pick is what people committed\n"
        "  clean_differs           0     0.0 %  the pick applies, and people committed something else\n"
        "  conflict                1    50.0 %  the pick does not apply\n"
        "  already                 0     0.0 %  the line had the change\n"
        "  error                   0     0.0 %  not picked: something is absent or failed\n"
        "\n"
        "Conflicts with a cause that was proved by trial: 1 of 1.\n"
        "A search takes … s, 95 % of them at most … s; it tries 3 picks, 95 % at most 3.\n"
        "Sets of prerequisites by commits: 1 of 1. A set changes 2 lines in the median.\n"
        "Commits in them that are on the line by another sign: 0 of 1.\n"
        "Sets after which the fix is, in every file in conflict, what people committed: 0 of 1.\n"
        "\n"
        "  prerequisites           1   100.0 %  clean once earlier commits of main are picked first\n"
        f"{OTHER_CAUSES}"
        "\n"
        "what shows that they are backports:\n"
        "                       2  subject\n"
        "\n"
        "conflicts by kind (one may be of several):\n"
        "                       1  content\n"
    )


@pytest.fixture
def resolvable(tmp_path: Path) -> Path:
    """Two fixes beside a change of the line; of the first people made what `adjacent` makes."""
    history = History(tmp_path / "resolvable")
    for number in (3, 9):
        history.fix("Ours on the line", number, "ours", "line")
        history.fix(f"Stop the crash at {number}", number + 1, "fixed")
    history.fix("[line] Stop the crash at 3", 4, "fixed", "line")
    history.fix("[line] Stop the crash at 9", 10, "adapted", "line")
    return history.directory


def test_resolvers_are_held_to_what_people_committed(relauto: Relauto, resolvable: Path) -> None:
    ended = relauto("replay", "--repo", str(resolvable), "--resolvers", "all", "--json")
    worth = {"cases": 2, "cases_right": 1, "files": 2, "files_right": 1, "hunks": 2, "precision": 50.0}
    assert counts(ended.document) == {
        "schema": 1,
        "pairs": 2,
        "proposed_exact": 1,
        "proposed_differs": 1,
        "evidence": {"subject": 2},
        "conflict_kinds": {"content": 2},
        "conflicted": 2,
        "conflicted_explained": 2,
        "settled": worth,
        "resolvers": {"adjacent": worth},
        "confidences": {"high": worth},
        "proposed_with_prerequisites": NONE_WITH_BOTH,
    }
    assert ended.document["conflict_causes"] == {}
    assert ended.document["conflicted_causes"]["causes"] == {"line": 2}
    plain = relauto("replay", "--repo", str(resolvable), "--resolvers", "deletion", "--json").document
    assert (plain["conflict"], plain["resolvers"]) == (2, {})


def test_people_read_what_resolvers_are_worth(relauto: Relauto, resolvable: Path, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"
    words = ("replay", "--repo", str(resolvable), "--resolvers", "adjacent", "--html", str(page))
    table = relauto(*words).out
    exact = "it conflicts, and what resolvers propose is what people committed"
    assert (
        f"  proposed_exact          1    50.0 %  {exact}\n"
        "  proposed_differs        1    50.0 %  they propose something else\n"
    ) in table
    assert (
        "what resolvers settled of 2 conflicts, and how often people did the same:\n"
        "  all of them      1 of     2 cases,  50.0 %; 1 of 2 files; 2 hunks\n"
        "  high             1 of     2 cases,  50.0 %; 1 of 2 files; 2 hunks\n"
        "  adjacent         1 of     2 cases,  50.0 %; 1 of 2 files; 2 hunks\n"
    ) in table
    text = page.read_text(encoding="utf-8")
    assert '<tr><td>adjacent</td><td class="number">2</td><td class="number">1</td>' in text
    assert "content; settled by adjacent (high); cause: line</td>" in text


@pytest.fixture
def both(tmp_path: Path) -> Path:
    """Two conflicts with prerequisites; of one people made what resolvers propose."""
    history = History(tmp_path / "both")
    for number in (3, 9):
        history.fix(f"Prepare {number}", number, "prepared")
    history.fix("Stop the crash here", 4, "fixed")
    history.fix("Stop the crash there", 9, "fixed")
    history.fix("[line] Stop the crash here", 4, "fixed", "line")
    history.fix("[line] Stop the crash there", 9, "fixed", "line")
    return history.directory


BOTH = f"""\
2 backports picked again in … s.
A pick takes … ms, 95 % of them at most … ms.

  exact                   0     0.0 %  the pick is what people committed
  clean_differs           0     0.0 %  the pick applies, and people committed something else
  proposed_exact          1    50.0 %  it conflicts, and what resolvers propose is what people committed
  conflict                1    50.0 %  the pick does not apply
  already                 0     0.0 %  the line had the change
  error                   0     0.0 %  not picked: something is absent or failed

what resolvers settled of 2 conflicts, and how often people did the same:
  all of them      1 of     1 cases, 100.0 %; 1 of 1 file; 1 hunk
  high             1 of     1 cases, 100.0 %; 1 of 1 file; 1 hunk
  adjacent         1 of     1 cases, 100.0 %; 1 of 1 file; 1 hunk

why they conflict: all 2
Conflicts with a cause that was proved by trial: 2 of 2.
A search takes … s, 95 % of them at most … s; it tries 3 picks, 95 % at most 3.
Sets of prerequisites by commits: 2 of 1. A set changes 2 lines in the median.
Commits in them that are on the line by another sign: 0 of 2.
Sets after which the fix is, in every file in conflict, what people committed: 1 of 2.

  prerequisites           2   100.0 %  clean once earlier commits of main are picked first
{OTHER_CAUSES}
why they conflict: the 1 that no resolver settled
Conflicts with a cause that was proved by trial: 1 of 1.

  prerequisites           1   100.0 %  clean once earlier commits of main are picked first
{OTHER_CAUSES}
Conflicts with a proposal and with prerequisites: 1. In every file in conflict people
had committed what resolvers propose in 1 (100.0 %), what the fix is after its prerequisites in
0 (0.0 %), neither in 0. Where people picked prerequisites first, the line has them, so such
conflicts are not among these.

what shows that they are backports:
                       2  subject

conflicts by kind (one may be of several):
                       2  content
"""


def test_causes_are_told_of_all_conflicts_and_of_those_left(
    relauto: Relauto, both: Path, tmp_path: Path
) -> None:
    page = tmp_path / "replay.html"
    words = ("replay", "--repo", str(both), "--resolvers", "all")
    told = relauto(*words, "--html", str(page)).out
    assert re.sub(r"[\d.]+ (m?s)\b", r"… \1", told) == BOTH
    text = page.read_text(encoding="utf-8")
    assert re.findall("<h2>(Wh(?:y|ich).*)</h2>", text) == [
        "Why they conflict: all 2",
        "Why they conflict: the 1 that no resolver settled",
        "Which of two remedies people had committed",
    ]
    row = "<td><code>prerequisites</code></td><td>clean once earlier commits of main are picked first</td>"
    assert re.findall(f'{row}<td class="number">(.)</td>', text) == ["2", "1"]
    assert " ".join(BOTH.splitlines()[-10:-6]) in text
    worth = {"cases": 1, "cases_right": 1, "files": 1, "files_right": 1, "hunks": 1, "precision": 100.0}
    document = relauto(*words, "--json").document
    assert counts(document) == {
        "schema": 1,
        "pairs": 2,
        "proposed_exact": 1,
        "conflict": 1,
        "conflict_explained": 1,
        "conflict_prerequisites": 1,
        "evidence": {"subject": 2},
        "conflict_kinds": {"content": 2},
        "conflicted": 2,
        "conflicted_explained": 2,
        "conflicted_prerequisites": 2,
        "settled": worth,
        "resolvers": {"adjacent": worth},
        "confidences": {"high": worth},
        "proposed_with_prerequisites": {
            "cases": 1,
            "proposal_exact": 1,
            "proposal_right": 1,
            "prerequisites_exact": 0,
            "prerequisites_right": 0,
            "either_right": 1,
        },
    }
    assert document["conflict_causes"]["causes"] == {"prerequisites": 1}
    assert document["conflicted_causes"]["causes"] == {"prerequisites": 2}


def test_help_names_every_resolver() -> None:
    assert ", ".join(RESOLVERS) == KNOWN


def test_a_page_is_written_where_it_is_asked_for(relauto: Relauto, product: Path, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"
    for dry in (["--dry", "replay"], ["replay", "--dry-run"]):
        ended = relauto(*dry, "--repo", str(product), "--html", str(page))
        assert (ended.status, page.exists(), f"would write {page}\n" in ended.err) == (0, False, True)
    assert relauto("replay", "--repo", str(product), "--html", str(page)).status == 0
    text = page.read_text(encoding="utf-8")
    assert "<h1>Replay of product</h1>" in text
    row = "<td><code>exact</code></td><td>the pick is what people committed</td>"
    assert f'{row}<td class="number">1</td><td class="number">50.0</td>' in text
    assert "<h2><code>conflict</code>: all 1</h2>" in text
    assert "<td>content; cause: prerequisites</td>" in text
    row = "<td><code>prerequisites</code></td><td>clean once earlier commits of main are picked first</td>"
    assert f'{row}<td class="number">1</td><td class="number">100.0</td>' in text
    assert not re.search(r"https?://|<script", text)


def test_pairs_may_be_given(relauto: Relauto, product: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    absent = {name: letter * 40 for name, letter in (("fix", "a"), ("onto", "b"), ("expected", "c"))}
    pairs.write_text(f"{json.dumps(absent)}\n" * 3, encoding="utf-8")
    ended = relauto("replay", "--repo", str(product), "--pairs", str(pairs), "--limit", "2", "--json")
    assert counts(ended.document) == {
        "schema": 1,
        "pairs": 2,
        "error": 2,
        "evidence": {"file": 2},
        "settled": NOTHING,
        "proposed_with_prerequisites": NONE_WITH_BOTH,
        "error_reasons": {f"{product} lacks the object …": 2},
    }
    assert (
        ended.err.splitlines() == [f"{'a' * 40} onto {'b' * 40}: {product} lacks the object {'c' * 40}"] * 2
    )


def test_of_many_that_cannot_be_picked_some_are_told(relauto: Relauto, product: Path, tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    absent = {name: letter * 40 for name, letter in (("fix", "a"), ("onto", "b"), ("expected", "c"))}
    pairs.write_text(f"{json.dumps(absent)}\n" * 23, encoding="utf-8")
    ended = relauto("replay", "--repo", str(product), "--pairs", str(pairs))
    *told, last = ended.err.splitlines()
    assert told == [f"{'a' * 40} onto {'b' * 40}: {product} lacks the object {'c' * 40}"] * 20
    assert last == "what else cannot be picked is counted alone"
    assert ended.out.splitlines()[1] == "No pick was made."
    assert f"                      23  {product} lacks the object …" in ended.out.splitlines()


def test_bad_calls_are_refused(relauto: Relauto, product: Path, tmp_path: Path) -> None:
    (tmp_path / "bad").write_text("\nnonsense\n", encoding="utf-8")
    empty = History(tmp_path / "empty")
    refused = {
        ("--repo", "nowhere"): "is not a directory",
        ("--repo", str(tmp_path)): "there is no git repository at",
        ("--repo", str(product), "--main", "trunk"): "no branch called 'trunk'",
        ("--repo", str(product), "--resolvers", "magic"): "there is no resolver 'magic'",
        ("--repo", str(product), "--limit", "-1"): "--limit cannot be -1",
        ("--repo", str(product), "--pairs", "bad"): "line 2: ",
        ("--repo", str(product), "--pairs", "bad", "--main", "main"): "leave one of them out",
        ("--repo", str(empty.directory)): "no backport was found in",
        ("--repo", str(product), "--html", "none/page.html"): "cannot be written",
        (): "there is no git repository at",
    }
    for arguments, told in refused.items():
        ended = relauto("replay", *arguments)
        assert (ended.status, ended.out) == (2, "")
        assert told in ended.err


def test_causes_are_left_out_where_nobody_wants_them(relauto: Relauto, product: Path, tmp_path: Path) -> None:
    page = tmp_path / "replay.html"
    ended = relauto("replay", "--repo", str(product), "--no-explain", "--html", str(page), "--json")
    assert (ended.document["conflict"], ended.document["conflict_explained"]) == (1, 0)
    assert ended.document["conflict_causes"] == {}
    assert "Why they conflict" not in page.read_text(encoding="utf-8")
