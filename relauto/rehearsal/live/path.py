"""The path of a live run: relauto's own engine, and what the path has shown once it stops."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial

import msgspec

from relauto import engine
from relauto.comms.proofs import Pulls
from relauto.engine import Outcome
from relauto.errors import Status
from relauto.github.pulls import read_pull
from relauto.model.names import Commit
from relauto.opening import Request, open_incident
from relauto.rehearsal.company import Company
from relauto.rehearsal.live.facts import Fact
from relauto.rehearsal.live.ground import Ground
from relauto.rehearsal.live.probes import Seen, UntriedError, judge, require_graphql
from relauto.stages.bench import Bench

_TURNS = 60
_IDLE, _PAUSE = 6, 5.0
"""How often, and after how many seconds, it looks again where nobody had anything to do: GitHub may lag."""


def open_path(ground: Ground) -> str:
    """Open the run's incident and return its id.

    Raises:
        RelautoError: as `open_incident`.
    """
    world, session = ground.world, ground.session
    request = Request(
        customer="the live run's customer",
        installed=world.installed,
        started_at=session.clock.now() - timedelta(minutes=45),
        line=world.line,
        fix=world.fixes[0],
        instruction=world.instruction,
        incident=ground.names.incident,
    )
    return open_incident(session, request)


def play(ground: Ground, bench: Bench) -> Outcome:
    """Go the path until it is reached or somebody is missing.

    Raises:
        RelautoError: as production would.
        CastError: the second person's part could not be done.
    """
    company = ground.hire(tuple(str(bench.release_branch(target)) for target in bench.incident.targets))
    outcome, idle = engine.advance(bench), 0
    for _ in range(_TURNS):
        if outcome.status is Status.REACHED:
            return outcome
        did = _let_act(company, outcome)
        for deed in did:
            bench.say(f"  {deed}")
        idle = 0 if did else idle + 1
        if idle and (outcome.status is not Status.WAITING or not ground.place.second or idle > _IDLE):
            return outcome
        if idle:
            bench.clock.sleep(_PAUSE)
        outcome = engine.advance(bench)
    return outcome


def _let_act(company: Company, outcome: Outcome) -> list[str]:
    parts = company.called(outcome)
    did = company.send_deed("ci", "post_status") if "ci" in parts else []
    return did + company.send([part for part in parts if part != "ci"])


def look_back(ground: Ground, bench: Bench | None) -> list[Fact]:
    """Return what the path has shown, as far as it came; `bench` is None where it did not begin."""
    probes: Mapping[str, Callable[[Ground, Bench], Seen]] = {
        "checks and reviews show in one look at a pull request": _see_review,
        "what was merged is the head that was approved": _see_head,
        "the merge commit stays after the merge": _see_merge_commit,
        "the release's tag is at the candidate's commit": _see_promotion,
        "the release's files have the candidate's SHA-256": _see_files,
    }
    return [judge(name, partial(_look, ground, bench, probe)) for name, probe in probes.items()]


def _look(ground: Ground, bench: Bench | None, probe: Callable[[Ground, Bench], Seen]) -> Seen:
    if bench is None:
        raise UntriedError("the path did not begin")
    return probe(ground, bench)


def _see_review(ground: Ground, bench: Bench) -> Seen:
    if ground.place.second is None:
        raise UntriedError("there was no second person to review")
    pull = require_graphql(read_pull(bench.source, _find_pull(bench)))
    by = sorted({review.author for review in pull.reviews if review.is_approval})
    checks = [f"{check.name} {check.state}" for check in pull.checks.checks]
    seen = ground.place.second.login in by and bool(checks)
    return Seen(seen, f"#{pull.number}: approved by {', '.join(by) or 'nobody'}; {', '.join(checks)}")


def _see_head(ground: Ground, bench: Bench) -> Seen:
    _require(bench, "prepare.merge")
    pull = read_pull(bench.source, _find_pull(bench))
    pushed = ground.refs[f"refs/heads/{ground.world.fixes[0]}"]
    return Seen(
        pull.state == "merged" and pull.head_sha == pushed,
        f"#{pull.number} is {pull.state} at {pull.head_sha.short}, pushed at {pushed.short}",
    )


def _see_merge_commit(ground: Ground, bench: Bench) -> Seen:
    _require(bench, "prepare.merge")
    pull = read_pull(bench.source, _find_pull(bench))
    bench.mirror.fetch([ground.world.main.ref])
    repository = bench.mirror.repository
    head = Commit(repository.refs(ground.world.main.ref)[ground.world.main.ref])
    if pull.merge_commit is None:
        return Seen(False, f"#{pull.number} tells none")
    held = repository.is_ancestor(pull.merge_commit, head)
    return Seen(held, f"{pull.merge_commit.short} is {'' if held else 'not '}on {ground.world.main}")


def _see_promotion(ground: Ground, bench: Bench) -> Seen:
    target = bench.incident.targets[0]
    _require(bench, "prepare.release")
    verified = bench.facts("prepare.verify", target)
    bench.mirror.fetch([f"refs/tags/{ground.names.prefix}*"])
    tag = bench.final_tag(target)
    at = bench.mirror.repository.tags().get(tag)
    shown = at.short if at else "nowhere"
    return Seen(at == verified["commit"], f"{tag} is at {shown}, {verified['tag']} at {verified['commit']}")


def _see_files(_: Ground, bench: Bench) -> Seen:
    _require(bench, "prepare.release")
    target = bench.incident.targets[0]
    final, candidate = bench.final_tag(target), str(bench.facts("prepare.verify", target)["tag"])
    files = {
        tag: {
            asset["name"]: asset.get("digest")
            for asset in bench.source.read(f"releases/tags/{tag}", dict)["assets"]
        }
        for tag in (final, candidate)
    }
    same = files[final] == files[candidate] and all(files[final].values())
    return Seen(same, ", ".join(f"{name} {digest}" for name, digest in files[final].items()))


def _require(bench: Bench, step: str) -> None:
    target = None if step == "prepare.merge" else bench.incident.targets[0]
    if not bench.facts(step, target):
        raise UntriedError(f"the path did not come to {step}")


def _find_pull(bench: Bench) -> int:
    pulls = msgspec.convert(bench.facts("investigate.pr"), Pulls).pulls
    if not pulls:
        raise UntriedError("the fix has no pull request yet")
    return pulls[0].number
