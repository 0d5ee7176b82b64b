"""The rehearsal: the whole path against the hub, with a cast in the parts of the people.

Everything is durable in the folder at every moment, so a rehearsal that was killed goes on where it
was: the hub's store, the bare repositories and the journal say how far it came.
"""

import dataclasses
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from relauto import engine, recording
from relauto.clock import SystemClock
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.git.repository import Repository
from relauto.git.runner import Git, require_git
from relauto.git.signer import Signing
from relauto.github.counts import Counts, Via
from relauto.hub.server import Hub
from relauto.model.incident import StepState
from relauto.opening import make_attachment, open_incident
from relauto.rehearsal import stage, stockroom, summary
from relauto.rehearsal.company import Company
from relauto.rehearsal.folder import Folder, Record
from relauto.rehearsal.options import Options
from relauto.rehearsal.scenario import Play, Scenario, take_moment
from relauto.rehearsal.scenarios import SCENARIOS
from relauto.rehearsal.world import BOT, World
from relauto.session import Session, Tokens
from relauto.stages import polling
from relauto.stages.bench import Bench

Say = Callable[[str], None]
_TURNS = 60
_POLLS = 3
"""How often relauto polls before people act, where a real wait would poll for hours."""


@dataclass(frozen=True)
class Rehearsed:
    """How a rehearsal ended. `again`: it was finished before, and nothing was done.

    `counts` are the requests to the API, without those that read back what was left; `via` is how picks
    reached the line, which decides on the budget.
    """

    status: Status
    folder: Path
    incident: str
    outcome: Outcome | None
    files: tuple[Path, ...]
    seconds: float
    again: bool = False
    counts: Counts | None = None
    via: Via = "pull"


def rehearse(options: Options, out: Path, say: Say) -> Rehearsed:
    """Run a rehearsal into the folder `out`, or go on with the one that is there.

    Raises:
        InputError: the folder or the options are not usable.
        RelautoError: something that the rehearsal met, as production would.
    """
    require_git(Git(Path.cwd()))
    folder = Folder(out.resolve())
    folder.read()
    if options.repository:
        Repository.open(Path(options.repository)).close()
    with folder.lock():
        record = folder.claim(options, datetime.now(UTC).isoformat(timespec="seconds"))
        if record.finished:
            files = summary.list_files(folder.path)
            return Rehearsed(
                Status.REACHED, folder.path, record.incident, None, files, record.seconds, again=True
            )
        return _play(folder, record, say)


def _play(folder: Folder, record: Record, say: Say) -> Rehearsed:
    started = time.monotonic()
    world = stage.build(folder, record)
    with stage.open_hub(folder, record) as hub:
        record = replace(record, built=True, port=int(hub.address.rpartition(":")[2]))
        folder.write(record)
        tokens = stage.seat(hub, world, folder, record)
        signing = stage.make_signing(hub, folder, record)
        with closing(_connect(folder, world, hub, tokens[BOT], say, signing)) as session:
            company = Company(
                hub.api,
                hub.address,
                world,
                tokens,
                folder.private / "cast",
                frozenset(record.options.absent),
                private=session.settings.repositories.private,
            )
            outcome = _lead(session, company, hub, folder, record, say)
            seconds = round(time.monotonic() - started, 1)
            counts, via = session.counts.copy(), session.settings.pick.via
            summary.write(folder.path, session, world, record.incident, seconds)
    folder.write(replace(record, finished=outcome.status is Status.REACHED, seconds=seconds))
    files = summary.list_files(folder.path)
    return Rehearsed(
        outcome.status, folder.path, record.incident, outcome, files, seconds, counts=counts, via=via
    )


def _connect(folder: Folder, world: World, hub: Hub, token: str, say: Say, signing: Signing) -> Session:
    return Session(
        stage.read_settings(folder, world, hub.address),
        Tokens(token, token, token),
        clock=SystemClock(),
        say=say,
        committer=(BOT, f"{BOT}@users.noreply.github.com"),
        signing=signing,
    )


def _lead(session: Session, company: Company, hub: Hub, folder: Folder, record: Record, say: Say) -> Outcome:
    world, scenario = company.world, SCENARIOS[record.options.scenario]
    with session.counts.about("rehearsal"):
        stockroom.publish_base(session.source, world)
    request = stage.make_request(world, record, session.clock.now())
    if not session.is_open(record.incident):
        open_incident(session, scenario.request(request) if scenario.request else request)
        say(f"{record.incident} is open: {world.fixes[0]} is to reach {world.line} of {world.product}")
    with session.bench(record.incident) as bench:
        bases = tuple(str(bench.release_branch(target)) for target in bench.incident.targets)
        company = dataclasses.replace(company, bases=bases)
        play = Play(hub, world, company, session, bench, engine.advance(bench), folder)
        return _take_turns(scenario, play, say)


def _take_turns(scenario: Scenario, play: Play, say: Say) -> Outcome:
    for _ in range(_TURNS):
        _tell_refusals(play, say)
        moved = _let_happen(scenario, play, say)
        if not moved and play.outcome.status is not Status.REACHED:
            moved = _attach_next(play.bench, play.world) or _call(play, say)
        if not moved:
            return play.outcome
        play = dataclasses.replace(play, outcome=engine.advance(play.bench), company=_brief(play))
    return play.outcome


def _brief(play: Play) -> Company:
    """Tell the cast what the release of a further round grows from."""
    incident = play.bench.incident
    if incident.round == 1:
        return play.company
    return dataclasses.replace(play.company, base_tag=incident.rounds.plan(incident.targets[0]).base_tag)


def _tell_refusals(play: Play, say: Say) -> None:
    """Say where relauto stopped for more than an answer: at what is refused, and at what is lost."""
    for stop in play.outcome.stops:
        record = play.bench.incident.record(stop.place)
        if record and record.state in (StepState.REFUSED, StepState.LOST):
            say(f"{stop.place} is {record.state}: {stop.reason}")


def _let_happen(scenario: Scenario, play: Play, say: Say) -> bool:
    did = take_moment(scenario, play)
    for deed in did or ():
        say(f"  {deed}")
    return did is not None


def _attach_next(bench: Bench, world: World) -> bool:
    known = len(bench.incident.fixes)
    if len(bench.incident.refused) < known or known >= len(world.fixes):
        return False
    bench.say(f"another fix is attached: {world.fixes[known]}")
    recording.record(bench, make_attachment(world.fixes[known], None, world.instruction))
    return True


def _call(play: Play, say: Say) -> bool:
    """Send out who is waited for, polling before and after them as `advance --wait` does."""
    waits = play.outcome.status is Status.WAITING
    for _ in range(_POLLS if waits else 0):
        polling.has_changed(play.bench)
    did = play.company.send(play.company.called(play.outcome))
    for deed in did:
        say(f"  {deed}")
    if waits and not polling.has_changed(play.bench) and did:
        play.bench.say("  polling saw nothing of this")
    return bool(did)
