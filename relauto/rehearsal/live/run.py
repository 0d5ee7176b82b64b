"""`relauto rehearse --github`: from a token to facts."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace

from relauto.clock import Clock
from relauto.engine import Stop
from relauto.errors import RelautoError, Status
from relauto.rehearsal import stockroom
from relauto.rehearsal.live import path, probes, traces
from relauto.rehearsal.live.facts import Fact
from relauto.rehearsal.live.ground import Ground, prepare
from relauto.rehearsal.live.place import SECOND, Names, choose_place, find_lack
from relauto.settings.options import GitHub
from relauto.stages.bench import Bench


@dataclass(frozen=True)
class Played:
    """How a live run ended; `skipped` says why there was none.

    `failed` is what broke it off; `left` and `removed` name things on GitHub.
    """

    status: Status = Status.REACHED
    skipped: str = ""
    repository: str = ""
    ops: str = ""
    incident: str = ""
    alone: bool = False
    stops: tuple[Stop, ...] = ()
    failed: str = ""
    facts: tuple[Fact, ...] = ()
    left: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def rehearse_live(
    github: GitHub,
    source: str,
    ops: str | None,
    environment: Mapping[str, str],
    *,
    clean: bool,
    clock: Clock,
    say: Callable[[str], None],
) -> Played:
    """Play the path on the sandbox repository `source`, or say why it is skipped.

    Raises:
        InputError: it may not be played there; nothing was written.
        RelautoError: the ground could not be laid.
    """
    lack = find_lack(environment)
    if lack:
        return Played(skipped=lack, repository=source)
    place = choose_place(github, source, ops, environment, clock)
    who = f"{place.second.login} is the second person" if place.second else f"no second person ({SECOND})"
    say(f"{place.first.login} plays relauto on {place.source}; {who}")
    begun = Played(repository=place.source, ops=place.ops, alone=place.second is None)
    with prepare(place, Names.make(), clock, say) as ground:
        try:
            played = _play(ground, replace(begun, incident=ground.names.incident))
        finally:
            # Also where it broke: what was pushed is named, or is taken away.
            left, removed = _tidy(ground, clean, say)
        return replace(played, left=left, removed=removed)


def _play(ground: Ground, played: Played) -> Played:
    facts: list[Fact] = []
    with ExitStack() as stack:
        bench: Bench | None = None
        try:
            stockroom.publish_base(ground.session.source, ground.world)
            facts += probes.look_around(ground)
            path.open_path(ground)
            bench = stack.enter_context(ground.session.bench(ground.names.incident))
            outcome = path.play(ground, bench)
            played = replace(played, status=outcome.status, stops=outcome.stops)
        except RelautoError as error:
            played = replace(played, status=error.status, failed=str(error))
        facts += path.look_back(ground, bench)
    return replace(played, status=choose_status(played, facts), facts=tuple(facts))


def choose_status(played: Played, facts: list[Fact]) -> Status:
    """Return 0 only where the path was reached and nothing was refuted; a second person missing is 3."""
    if played.failed:
        # A member of the cast fails as the other side does: it is no bug of relauto's.
        return Status.REMOTE if played.status is Status.BUG else played.status
    if any(fact.verdict == "refuted" for fact in facts):
        return Status.REMOTE
    if played.alone and played.status is Status.WAITING:
        return Status.DECISION
    return played.status


def _tidy(ground: Ground, clean: bool, say: Callable[[str], None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    left, removed = [traces.describe_journal(ground)], list[str]()
    try:
        found = traces.list_traces(ground)
    except RelautoError as error:
        say(f"what was left could not be listed: {error}")
        return (f"{ground.place.source}: all that is called {ground.names.id}", *left), ()
    for trace in found:
        try:
            if clean:
                traces.remove(trace)
            (removed if clean else left).append(trace.what)
        except RelautoError as error:
            left.append(f"{trace.what} ({error.what})")
    return tuple(left), tuple(removed)
