"""A candidate built by a workflow: dispatched once, found again, waited for, compared, taken over."""

import io
import json
from datetime import timedelta

import pytest

from relauto.errors import Status, UnknownOutcomeError
from relauto.hub.server import Hub
from tests.engine.conftest import SOURCE, World
from tests.engine.test_engine_files import DATA, TAG, assets_of, publish, sha256, stop_of, sums

pytestmark = pytest.mark.path

ACTIONS = "github-actions[bot]"
SETTINGS = 'build.by = "workflow"\nbuild.workflow = "build.yml"\nbuild.timeout = 3600\n'
NAMED = "run-name: Build ${{ inputs.tag }} (${{ inputs.nonce }})\n"
FILE = "on: {workflow_dispatch: {inputs: {tag: {}, commit: {}, nonce: {}}}}\n"


def reach(at, file=NAMED + FILE) -> World:
    """Until the candidate is about to be cut, on a line whose workflow builds it."""
    world = at("pick")
    for branch in ("main", "release-1.0"):
        # The pick stands on the line as it was, so the workflow comes with what the pick is merged onto.
        with world._checkout(branch) as work:
            (work.directory / ".github/workflows").mkdir(parents=True)
            commit = work.commit("Build on GitHub", {".github/workflows/build.yml": file})
        world.product.run("update-ref", f"refs/heads/{branch}", commit)
    world.hub.add_user(ACTIONS, token=f"token-of-{ACTIONS}", app="github-actions")
    world.hub.add_repository(
        SOURCE, world.root / "product.git", private=False, default_branch="main", access=access()
    )
    world.pass_pull(2)
    return world


def access():
    people = (
        "relauto-bot",
        "ci-runner",
        "dev",
        "rae-reviewer",
        "robin-rm",
        "quinn-qa",
        "tam-noor",
        "mallory",
    )
    return dict.fromkeys((*people, ACTIONS), "write")


def advance(world):
    """Advance; the commit that brought the workflow has to be accepted first."""
    outcome = world.advance(SETTINGS)
    asked = [line for line in world.asked() if line.startswith("/accept")]
    if outcome.status is Status.DECISION and "without being part of the fix" in outcome.stops[0].reason:
        world.answer(asked[-1].replace("REASON", "builds"))
        outcome = world.advance(SETTINGS)
    return outcome


def runs_of(world):
    return list(world.api("dev").pages(f"repos/{SOURCE}/actions/runs", "workflow_runs"))


def report(world, run, status="completed", conclusion=None):
    address = f"{world.hub.address}/_hub/repos/{SOURCE}/runs/{run['id']}"
    world.api("ci-runner")._send("POST", address, {"status": status, "conclusion": conclusion})


def serve_as(world, wrap):
    """Serve the same world through something that changes what is asked or answered."""
    port = int(world.hub.address.rpartition(":")[2])
    world.hub.close()
    world.hub = Hub(world.root / "hub", port=port, clock=world.clock, wrap=wrap)
    world.hub.start()


def be_older(status):
    """Be a server that does not know `return_run_details`: it refuses (400) or ignores it (204)."""

    def wrap(application):
        def serve(environ, start):
            if environ["PATH_INFO"].endswith("/dispatches"):
                body = json.loads(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
                told = body.pop("return_run_details", None)
                if told and status == 400:
                    answer = json.dumps({"message": "Invalid request.", "documentation_url": ""}).encode()
                    start("400 Bad Request", [("Content-Type", "application/json")])
                    return [answer]
                content = json.dumps(body).encode()
                environ = {**environ, "wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": str(len(content))}
            return application(environ, start)

        return serve

    return wrap


def lose_answers(application):
    """Do what a dispatch asks for, and lose the answer."""

    def serve(environ, start):
        if not environ["PATH_INFO"].endswith("/dispatches"):
            return application(environ, start)
        list(application(environ, lambda *_: None))
        start("502 Bad Gateway", [])
        return [b""]

    return serve


def lose_dispatches(application):
    """Lose a dispatch on its way."""

    def serve(environ, start):
        if not environ["PATH_INFO"].endswith("/dispatches"):
            return application(environ, start)
        start("502 Bad Gateway", [])
        return [b""]

    return serve


def test_a_workflow_builds_and_its_files_are_taken_over(at):
    world = reach(at)
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.WAITING)
    (run,) = runs_of(world)
    assert reason == f"{run['html_url']} builds {TAG}"
    assert (run["head_branch"], run["head_sha"]) == (TAG, world.head(TAG))
    intent = next(each for (_, name), each in world.incident.intents.items() if name == f"dispatch:{TAG}")
    assert run["display_title"] == f"Build {TAG} ({intent.facts['nonce']})"
    report(world, run, "in_progress")
    assert stop_of(advance(world)) == (step, status, reason)
    publish(world, TAG, {"app.bin": DATA}, by=ACTIONS)
    report(world, run, conclusion="success")
    assert stop_of(advance(world))[:2] == ("prepare.verify", Status.WAITING)
    assert assets_of(world, TAG) == {"app.bin": sha256(DATA), "SHA256SUMS": sha256(sums({"app.bin": DATA}))}
    world.check(world.head(TAG))
    world.tick_all()
    world.answer_qa(f"/qa pass {TAG}")
    assert stop_of(advance(world))[0] == "prepare.release"
    proof = world.record("prepare.verify")
    assert (proof.by_others, proof.facts["origin"]) == (False, "workflow")
    assert len(runs_of(world)) == 1


@pytest.mark.slow
@pytest.mark.parametrize("older", [400, 204])
def test_an_older_servers_run_is_found_by_its_nonce(at, older):
    world = reach(at)
    serve_as(world, be_older(older))
    step, status, reason = stop_of(advance(world))
    (run,) = runs_of(world)
    assert (step, status, reason) == (
        "prepare.verify",
        Status.WAITING,
        f"{run['html_url']} builds {TAG}",
    )
    assert world.incident.builds[TAG].run == run["id"]
    advance(world)
    assert len(runs_of(world)) == 1


def test_a_lost_answer_starts_no_second_run(at):
    world = reach(at)
    serve_as(world, lose_answers)
    with pytest.raises(UnknownOutcomeError):
        advance(world)
    serve_as(world, None)
    assert stop_of(advance(world))[1] is Status.WAITING
    (run,) = runs_of(world)
    assert world.incident.builds[TAG].run == run["id"]


@pytest.mark.slow
def test_a_lost_dispatch_is_made_again_once_nothing_can_be_late(at):
    world = reach(at)
    serve_as(world, lose_dispatches)
    with pytest.raises(UnknownOutcomeError):
        advance(world)
    serve_as(world, None)
    assert stop_of(advance(world)) == (
        "prepare.verify",
        Status.WAITING,
        f"build.yml was dispatched for {TAG}; its run does not show yet",
    )
    assert runs_of(world) == []
    world.clock.moment += timedelta(minutes=3)
    advance(world)
    (run,) = runs_of(world)
    assert world.incident.builds[TAG].run == run["id"]


@pytest.mark.slow
def test_a_run_that_cannot_be_told_apart_is_for_a_person(at):
    world = reach(at, FILE)
    serve_as(world, be_older(204))
    assert stop_of(advance(world))[1] is Status.WAITING
    world.clock.moment += timedelta(minutes=3)
    step, status, reason = stop_of(advance(world))
    (run,) = runs_of(world)
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason.endswith(f"\n  {run['display_title']} (queued) {run['html_url']}")
    assert len(runs_of(world)) == 1


@pytest.mark.slow
def test_a_run_that_failed_may_be_run_again_or_dispatched_anew(at):
    world = reach(at)
    advance(world)
    (run,) = runs_of(world)
    report(world, run, conclusion="failure")
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"the run {run['html_url']} that builds {TAG} ended: failure"
    report(world, run, "in_progress")
    assert stop_of(advance(world))[1] is Status.WAITING
    report(world, run, conclusion="failure")
    advance(world)
    assert len(runs_of(world)) == 1
    world.reopen("prepare.verify")
    assert stop_of(advance(world))[1] is Status.WAITING
    assert len(runs_of(world)) == 2


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_refused(at):
    world = reach(at)
    advance(world)
    (run,) = runs_of(world)
    world.clock.moment += timedelta(hours=2)
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"the run {run['html_url']} that builds {TAG} has taken more than 3600 seconds (queued)"


def test_a_run_without_a_prerelease_is_refused(at):
    world = reach(at)
    advance(world)
    (run,) = runs_of(world)
    report(world, run, conclusion="success")
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"the run {run['html_url']} ended well, but {TAG} has no release with files"


@pytest.mark.slow
def test_files_of_somebody_else_beside_the_run_are_shown(at):
    world = reach(at)
    advance(world)
    (run,) = runs_of(world)
    publish(world, TAG, {"app.bin": DATA})
    report(world, run, conclusion="success")
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason.endswith(f"app.bin {len(DATA)} bytes, by mallory")


def test_a_run_on_another_commit_is_refused(at):
    world = reach(at)
    advance(world)
    (run,) = runs_of(world)
    started = world.incident.builds[TAG]

    def elsewhere(application):
        def serve(environ, start):
            environ.pop("HTTP_IF_NONE_MATCH", None)
            answer = application(environ, start)
            if environ["PATH_INFO"].endswith(f"/runs/{started.run}"):
                body = b"".join(answer).replace(started.commit.encode(), b"e" * 40)
                return [body]
            return answer

        return serve

    serve_as(world, elsewhere)
    step, status, reason = stop_of(advance(world))
    assert (step, status) == ("prepare.verify", Status.DECISION)
    assert reason == f"the run {run['html_url']} builds eeeeeeeeee, but {TAG} is {started.commit[:10]}"
