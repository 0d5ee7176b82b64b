"""`pick.verify`: a pick is tried before it is pushed, and never by a dry run."""

import sys

import pytest

from relauto.errors import Status
from tests.engine.agreement import agree
from tests.engine.test_engine_drafts import only, reach_draft

pytestmark = pytest.mark.path


def setting(code, more=""):
    return f"pick.verify = {[sys.executable, '-c', code]!r}\n{more}"


def reach(world, more):
    world.reach_merge_door(more)
    world.approve("prepare.merge")


@pytest.mark.parametrize(
    "way", ["", pytest.param('pick.via = "push"\nchecks.required = ["unit tests"]\n', marks=pytest.mark.slow)]
)
def test_what_passes_is_pushed(at, tmp_path, way):
    world = at("opened")
    if way:
        world.hub.unprotect("acme/stockroom", "release-1.0")
    seen = tmp_path / "seen"
    more = setting(
        f"import pathlib; p = pathlib.Path({str(seen)!r}); "
        "p.write_text((p.read_text() if p.exists() else '') + pathlib.Path('VERSION').read_text() "
        "+ pathlib.Path('app.txt').read_text().split(chr(10))[4])",
        way,
    )
    reach(world, more)
    outcome = agree(world, more)
    assert seen.read_text() == "1.0.1\nline five", "once, and not by the dry run before it"
    assert any(line.endswith(" passes on it") and "once `" in line for line in world.said)
    only(outcome, "prepare.verify" if way else "prepare.pick", Status.WAITING)


def test_what_fails_is_refused_with_its_last_lines_and_not_pushed(at):
    world = at("opened")
    code = "print('\\n'.join(map(str, range(50)))); print('https://me:pw' + '@host'); raise SystemExit(3)"
    more = setting(code)
    reach(world, more)
    stop = only(world.advance(more))
    first, *lines = stop.reason.split("\n")
    assert first.endswith("ended with status 3 on it")
    assert (lines[0], lines[-1], len(lines)) == ("31", "https://***@host", 20)
    assert world.product.read("for-each-ref", "refs/heads/relauto") == ""
    assert world.record("prepare.pick").reason == stop.reason
    only(world.advance(), status=Status.WAITING)


def test_what_takes_too_long_is_ended(at):
    world = at("opened")
    more = setting("import time; print('begun', flush=True); time.sleep(60)", "pick.verify_timeout = 1\n")
    reach(world, more)
    stop = only(world.advance(more))
    assert stop.reason.split("\n")[0].endswith("did not end in time on it")


@pytest.mark.parametrize(
    ("content", "why"),
    [(None, "No such file or directory"), (b"exit 0\n", "Exec format error")],
    ids=["absent", "no-program"],
)
def test_a_program_that_cannot_be_run_is_refused_as_one_that_fails(at, tmp_path, content, why):
    world = at("opened")
    program = tmp_path / "program"
    if content is not None:
        program.write_bytes(content)
        program.chmod(0o755)
    more = f'pick.verify = ["{program}", "--all"]\n'
    reach(world, more)
    stop = only(world.advance(more))
    _, _, told = stop.reason.partition(" ")
    assert told == f"is not pushed: {program} cannot be run: {why}"
    assert stop.todo == "install it on this machine, or correct pick.verify in the settings"
    assert world.product.read("for-each-ref", "refs/heads/relauto") == ""
    only(world.advance(), status=Status.WAITING)


@pytest.mark.parametrize(
    "way", ["", pytest.param('pick.via = "push"\nchecks.required = ["unit tests"]\n', marks=pytest.mark.slow)]
)
def test_in_a_workflow_nothing_of_the_product_is_run_unless_that_is_allowed_by_name(
    at, tmp_path, monkeypatch, way
):
    world = at("opened")
    if way:
        world.hub.unprotect("acme/stockroom", "release-1.0")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    seen = tmp_path / "seen"
    more = setting(f"import pathlib; pathlib.Path({str(seen)!r}).touch()", way)
    reach(world, more)
    stop = only(agree(world, more))
    assert stop.reason.endswith(
        "` is not run in a workflow: what it runs of the product could read relauto's token there"
    )
    assert not seen.exists()
    assert world.product.read("for-each-ref", "refs/heads/relauto") == ""
    only(agree(world, more))
    allowed = f"{more}pick.verify_in_workflows = true\n"
    only(agree(world, allowed), "prepare.verify" if way else "prepare.pick", Status.WAITING)
    assert seen.exists()


def test_a_draft_is_not_tried(at):
    world = at("blank")
    reach_draft(world, setting("raise SystemExit(1)"))
    assert world.pull(2)["draft"]
