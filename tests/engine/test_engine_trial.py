"""`pick.verify`: a pick is tried before it is pushed, and never by a dry run."""

import sys

import pytest

from relauto.errors import InputError, Status
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


def test_a_program_that_is_not_there_is_a_setting_to_correct(at):
    world = at("opened")
    more = 'pick.verify = ["no-such-program", "--all"]\n'
    reach(world, more)
    with pytest.raises(InputError, match="no-such-program cannot be run"):
        world.advance(more)


def test_a_draft_is_not_tried(at):
    world = at("blank")
    reach_draft(world, setting("raise SystemExit(1)"))
    assert world.pull(2)["draft"]
