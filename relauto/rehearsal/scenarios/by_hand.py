"""People and the build machine do every other step by hand; relauto finds it done and goes on from there."""

from collections.abc import Sequence
from dataclasses import replace

from relauto import engine, recording
from relauto.errors import Status
from relauto.github import pull_reads
from relauto.opening import Request, make_attachment
from relauto.rehearsal.scenario import Moment, Play, Scenario
from relauto.rehearsal.scenarios.parts import call, in_turn, send
from relauto.stages.bench import list_commits

_TITLE = "Show the last page of orders"
_PICK = "pick/orders-1.4"


def _open_without_fix(request: Request) -> Request:
    return replace(request, fix=None, instruction=None)


def _has_no_fix(play: Play) -> bool:
    return not play.bench.incident.fixes


def _open_pull(play: Play) -> Sequence[str]:
    """Open the fix's pull request by hand, then tell relauto of it: `relauto attach --pull N`."""
    branch, main = play.world.fixes[0], play.world.main
    did = send("engineer", "open_pull", branch=branch, onto=main, title=_TITLE)(play)
    number = pull_reads.find_pulls(play.session.source, branch, main)[0].number
    if _has_no_fix(play):
        recording.record(play.bench, make_attachment(None, number, play.world.instruction))
    return [*did, f"relauto attach --pull {number}"]


def _asks_at(step: str, play: Play) -> bool:
    return any(stop.place.step == step and stop.status is Status.DECISION for stop in play.outcome.stops)


def _merge_and_pick(play: Play) -> Sequence[str]:
    """Let relauto merge and nothing more, then pick and raise the number with plain git."""
    did = list(call("release-manager")(play))
    engine.advance(play.bench, only="prepare.merge")
    bench, world = play.bench, play.world
    [target] = bench.incident.targets
    [commit] = list_commits(bench.facts("prepare.merge"), "merged", "merge_commit")
    [file] = bench.settings.version_files
    numbers = [
        file.pattern.replace("{version}", each) for each in (world.installed, bench.plan(target).version)
    ]
    told = {"onto": world.line, "branch": _PICK, "title": f"{_TITLE} (1.4)", "then": "Raise the number"}
    pick = in_turn(
        send("engineer", "pick_fix", commit=commit, replace={file.path: numbers}, **told),
        call("ci", "reviewer"),
        send("engineer", "merge_pull", branch=_PICK, method="rebase"),
    )
    return [*did, "relauto advance --only prepare.merge", *pick(play)]


def _build(play: Play) -> Sequence[str]:
    [target] = play.bench.incident.targets
    build, tag = play.bench.settings.build, play.bench.facts("prepare.candidate", target)["tag"]
    return send("ci", "publish_build", tag=tag, command=build.command, artifacts=build.artifacts)(play)


def _release(play: Play) -> Sequence[str]:
    [target] = play.bench.incident.targets
    tag, candidate = play.bench.final_tag(target), play.bench.facts("prepare.verify", target)["tag"]
    return send("release-manager", "copy_release", tag=tag, candidate=candidate)(play)


SCENARIO = Scenario(
    "by-hand",
    "pull request, pick, build and release are made by hand, merge, candidate, verification and hand-over "
    "by relauto: it ends as the happy path does",
    settings={"build": 'by = "attach"\nadopt = ["ci-runner"]'},
    request=_open_without_fix,
    moments=(
        Moment("pull-opened", _has_no_fix, _open_pull),
        Moment("picked", lambda play: _asks_at("prepare.merge", play), _merge_and_pick),
        Moment("built", lambda play: play.waits_at("prepare.verify"), _build),
        Moment("released", lambda play: _asks_at("prepare.release", play), _release),
    ),
)
