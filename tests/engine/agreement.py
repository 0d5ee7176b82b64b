"""What a dry run says, held against what the run after it then does: for every test that has a world."""

import re

from relauto import foresight
from relauto.engine import Outcome
from relauto.foresight import Foreseen
from relauto.journal.log import JournalReader
from relauto.model.event import DoorReached, Event, StepIntended
from relauto.stages.people import desk
from relauto.stages.progress.due import describe_showing

_IDS = re.compile(r"a new commit|\b[0-9a-f]{10,40}\b")
_ABOUT_A_STEP = re.compile(
    r"(?P<place>[a-z]+\.[a-z-]+(?: on \S+)?(?: \(round \d+\))?): (?P<what>.*)", re.DOTALL
)
_QUESTION = re.compile(r"ask at the desk \([a-z.-]+\)|tell the desk who has said yes")
_RECORD = re.compile(
    r"claim \S+ of \S+ in the release record, .*|attach \S+ to \S+, whose release it rides on"
)
_REPLY = re.compile(r"tell \S+ at the desk that .*")
_QA_REPLY = re.compile(r"tell \S+ at QA's issue about \S+ that .*")
_QA_TICK = re.compile(
    r"(?:un)?tick on QA's page about \S+ that CI is green|put back on QA's page about \S+ what was ticked .*"
)
_QA_CLOSING = re.compile(r"close QA's issue about \S+: .*")
_SHOWING = re.compile(re.escape(describe_showing()))
_ABOUT_NONE = (_RECORD, _REPLY, _QA_REPLY, _QA_TICK, _QA_CLOSING, _SHOWING)
_FOUND = ("done", "done (by others)")


def strip_ids(sentences: list[str]) -> list[str]:
    """Return sentences without the ids that a dry run cannot know."""
    return [_IDS.sub("ID", sentence) for sentence in sentences]


def agree(world, more: str = "", *, until: str | None = None, only: str | None = None) -> Outcome:
    """Plan, advance, and compare: word for word, ids aside.

    The plan writes nothing at all. What it lists is what the run says that it does, in the same order;
    each of these is an intent in the journal or a comment at the desk, and each intent, door and
    question of the run is among them. Both end with the same status, at the same step.
    """
    still = world.objects(), world.journal()
    known, asked = len(_read_events(world)), len(world.desk())
    with world.bench(more) as bench:
        foreseen = foresight.foresee(bench, until=until, only=only)
        opening = desk.describe_desk(bench)
    assert world.writes == 0, "a dry run wrote to GitHub"
    assert (world.objects(), world.journal()) == still, "a dry run pushed"
    outcome = world.advance(more, until=until, only=only)
    said = [line for line in world.said if is_write(line, opening)]
    listed, done = strip_ids(foreseen.writes), strip_ids(said)
    assert listed == done, f"listed {listed}, done {done}"
    _compare_with_records(_read_events(world)[known:], [line for line in said if _is_deed(line)])
    questions = [line for line in said if _QUESTION.search(line) or _REPLY.fullmatch(line)]
    assert len(world.desk()) - asked == len(questions), "comments at the desk"
    _compare_ends(foreseen, outcome)
    return outcome


def is_write(line: str, opening: str) -> bool:
    """Return whether a sentence tells of a write: of a step's, at the desk, or `opening` that."""
    return line == opening or _is_deed(line) or any(form.fullmatch(line) for form in _ABOUT_NONE)


def _is_deed(line: str) -> bool:
    found = _ABOUT_A_STEP.fullmatch(line)
    return found is not None and found["what"] not in _FOUND


def _read_events(world) -> list[Event]:
    with JournalReader.open_local(world.root / "ops.git", world.incident_id) as reader:
        return reader.events()


def _compare_with_records(happened: list[Event], said: list[str]) -> None:
    intended = [str(event.body.place) for event in happened if isinstance(event.body, StepIntended)]
    reached = [event.body.place for event in happened if isinstance(event.body, DoorReached)]
    deeds = [_ABOUT_A_STEP.fullmatch(line) for line in said if not _QUESTION.search(line)]
    assert [deed["place"] for deed in deeds if deed] == intended, "intents in the journal"
    asked = [f"{place}: ask at the desk ({place.step})" for place in reached]
    assert [line for line in said if line in asked] == asked, "doors in the journal"


def _compare_ends(foreseen: Foreseen, outcome: Outcome) -> None:
    assert foreseen.status == outcome.status
    stopped = [str(stop.place) for stop in outcome.stops]
    told = _ABOUT_A_STEP.fullmatch(foreseen.stop)
    assert ([told["place"]] if told else []) == stopped[:1], foreseen.stop
