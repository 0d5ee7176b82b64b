"""GitHub goes away between the merge and the pick, while people go on."""

from collections.abc import Sequence

from relauto import engine
from relauto.counting import name_count
from relauto.errors import RemoteError
from relauto.hub.server import Hub
from relauto.journal.log import JournalReader
from relauto.journal.queue import Deed, Queue, Unpushed
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import waits
from relauto.rehearsal.world import PEOPLE, World
from relauto.session import Session, Tokens
from relauto.unpushed import describe, settle

_SAID: tuple[tuple[Deed, dict[str, str]], ...] = (
    ("tick", {"step": "escalate.call", "evidence": "they sit in the call while GitHub is away"}),
    ("note", {"kind": "mitigated", "text": "orders are read from the warehouse's own list meanwhile"}),
)


def _go_away(play: Play) -> Sequence[str]:
    """Let the hub fail, try to go on, and keep what the release manager says."""
    play.hub.set_outage("refuse")
    try:
        engine.advance(play.bench)
    except RemoteError as error:
        did = [f"GitHub is away: {error.what.splitlines()[0]}"]
    else:
        raise RuntimeError("a hub that is away let an incident advance")
    return [*did, _read_offline(play), *_keep(play)]


def _read_offline(play: Play) -> str:
    ops, incident = play.session.ops_address, play.bench.incident.id
    with JournalReader.open_cached(ops, incident, cache=play.session.cache) as reader:
        pages = len(reader.rendered("qa/"))
        events = name_count(len(reader.events()), "event")
        return f"read from this machine's copy: {events}, {name_count(pages, 'page')} for QA"


def _keep(play: Play) -> list[str]:
    queue, token = _find(play)
    for deed, words in _SAID:
        at = play.session.clock.now()
        incident, told = play.bench.incident.id, {**words, "at": at.isoformat()}
        # Of a fixed name: a rehearsal that is killed here says it again, and it is one record all the same.
        queue.add(Unpushed(f"{incident}-{deed}", incident, at, deed, told).sealed(token))
    return [f"{PEOPLE['release-manager']} says, unpushed: {describe(each)}" for each in queue.list()]


def _come_back(play: Play) -> Sequence[str]:
    """Let the hub answer again; the release manager's next run decides what was kept."""
    play.hub.set_outage("none")
    queue, token = _find(play)
    with (
        Session(
            play.session.settings, Tokens(token, token, token), clock=play.session.clock, say=lambda _: None
        ) as session,
        session.bench(play.bench.incident.id) as bench,
    ):
        return ["GitHub is back", *settle(bench, queue, token)]


def _find(play: Play) -> tuple[Queue, str]:
    queue = Queue.of(play.session.cache, play.session.settings.repositories.ops)
    return queue, play.company.tokens[PEOPLE["release-manager"]]


def _answer_again(hub: Hub, _world: World) -> None:
    # A rehearsal that was killed in the outage begins with GitHub back.
    hub.set_outage("none")


def _go_and_return(play: Play) -> Sequence[str]:
    return [*_go_away(play), *_come_back(play)]


SCENARIO = Scenario(
    "github-away",
    "GitHub is away between the merge and the pick: what people say is kept, and decided on return",
    prepare=_answer_again,
    moments=(Moment("github-away", waits("prepare.pick"), _go_and_return),),
)
