"""A dry run of `on-event` lists what the real run then does: for incidents, and as reactions and answers."""

import re

import pytest

from relauto.triggers.attendance import attend, foresee
from relauto.triggers.hint import Hint
from tests.engine.agreement import is_write, strip_ids
from tests.engine.conftest import BOT, OPS, QA, SOURCE
from tests.triggers.test_triggers_incident import LABELS, deeds
from tests.triggers.test_triggers_requests import CLOCK, put_label, write

pytestmark = pytest.mark.path

OPENING = f"open the incident's desk, an issue of {OPS}"
GIVEN = re.compile(r"(answer \S+ at|show \S+ to|attach pull request) .*")
MARKED = re.compile(r"<!-- relauto:(asked|labelled):\d")


def agree(world, hint=CLOCK, more=LABELS):
    """Foresee, attend, and compare word for word; return what was given to people, ids aside."""
    before = world.objects(), world.journal(), count_given(world)
    with world.session(more) as session:
        expected = foresee(session, hint)
    assert world.writes == 0, "a dry run wrote to GitHub"
    assert (world.objects(), world.journal(), count_given(world)) == before, "a dry run wrote"
    world.said.clear()
    with world.session(more) as session:
        attend(session, hint)
    said = [line for line in world.said if is_write(line, OPENING) or GIVEN.fullmatch(line)]
    assert strip_ids(expected.sentences) == strip_ids(said)
    given = [line for line in said if GIVEN.fullmatch(line)]
    answers, reactions = count_given(world)
    assert answers - before[2][0] == sum(line.startswith("answer") for line in given)
    assert reactions - before[2][1] == sum(line.startswith("show") for line in given)
    return given


def lend(at):
    """Return a world that waits for its merge's approval, where everything said before is answered."""
    world = at("merge-door")
    assert agree(world) == ["show +1 to robin-rm at the desk", "answer robin-rm at the desk"]
    with world.bench(LABELS):
        pass
    return world


def count_given(world):
    """Return how many answers there are, and how many reactions."""
    api = world.api(BOT)
    comments = [one for name in (SOURCE, OPS, QA) for one in api.pages(f"repos/{name}/issues/comments")]
    return (
        sum(MARKED.search(one["body"]) is not None for one in comments),
        sum(one["reactions"]["total_count"] for one in comments),
    )


@pytest.mark.parametrize(
    ("body", "by", "reaction"),
    [
        ("/status", "dev", "+1"),
        ("/advance\n/status", "dev", "+1"),
        ("/status", "mallory", "confused"),
        ("/pick release-9.9", "dev", "eyes"),
        ("/pick release-1.0", "dev", "+1"),
        ("Thanks.", "dev", ""),
    ],
)
def test_what_is_asked_for_at_a_pull_request_is_foreseen(at, body, by, reaction):
    world = lend(at)
    write(world, 1, body, by=by)
    given = [f"show {reaction} to {by} at pull request #1", f"answer {by} at pull request #1"]
    assert agree(world) == (given if reaction else [])
    assert agree(world) == []


@pytest.mark.parametrize("by_label", [True, False])
def test_a_fix_that_is_attached_is_foreseen_with_all_that_follows(at, by_label):
    world = lend(at)
    number = world.open_pull("fix/series")
    if by_label:
        put_label(world, number, "CherryPick/Approved")
    else:
        write(world, number, "/pick release-1.0")
    given = agree(world)
    assert given[0] == f"attach pull request #{number}, as dev asked"
    assert given[-1] == f"answer dev at pull request #{number}"
    assert agree(world) == []


def test_two_who_ask_for_the_same_attach_it_once(at):
    world = lend(at)
    number = world.open_pull("fix/series")
    write(world, number, "/pick release-1.0")
    write(world, number, "/pick release-1.0", by="robin-rm")
    assert [line.partition(",")[0] for line in agree(world)] == [
        f"attach pull request #{number}",
        *(
            sentence
            for who in ("dev", "robin-rm")
            for sentence in (
                f"show +1 to {who} at pull request #{number}",
                f"answer {who} at pull request #{number}",
            )
        ),
    ]


def test_answers_at_the_desk_are_foreseen(at):
    world = lend(at)
    world.approve("prepare.merge")
    number = world.incident.desk.number
    write(world, number, f"/approve prepare.merge {'0' * 40}", by="mallory", repository=OPS)
    write(world, number, "/status", repository=OPS)
    assert agree(world) == [
        "show +1 to robin-rm at the desk",
        "answer robin-rm at the desk",
        "show confused to mallory at the desk",
        "show +1 to dev at the desk",
        "answer dev at the desk",
    ]
    assert agree(world) == []


def test_an_event_about_nobody_writes_nothing(at):
    world = lend(at)
    number = world.open_pull("fix/series")
    assert agree(world, Hint("pull_request", repository=str(SOURCE), numbers=frozenset({number}))) == []


@pytest.mark.slow
def test_a_whole_incident_is_foreseen_from_event_to_event(at):
    world = at("blank")
    world.open(fix=None)
    given = []
    for _ in deeds(world):
        given += agree(world)
        assert agree(world) == []
        with world.bench(LABELS):
            pass
    assert {line.partition(" ")[0] for line in given} == {"attach", "show", "answer"}
    assert len(given) > 10
