"""QA's shorter pages are written for a fix that says what to try."""

import pytest

from relauto.journal.log import JournalReader

INSTRUCTION = """\
summary: The crash is gone
steps:
  - {id: start, do: Start it, run: "./app {build}", before: {status: 1}, expect: {status: 0}}
"""


@pytest.mark.slow
def test_each_build_has_its_page(at):
    world = at("blank")
    world.open(instruction=INSTRUCTION)
    world.reach_merge_door()
    world.pass_merge_door()
    world.pass_pull(2)
    world.decide("no: the customer tries it first")
    world.advance()
    world.check(world.head("v1.0.1-rc1"))
    world.advance()
    world.approve("prepare.release")
    world.approve("prepare.release", by="sasha-rm")
    world.advance()
    with JournalReader.open_local(world.root / "ops.git", "INC-test") as reader:
        pages = reader.rendered("qa/")
    assert sorted(pages) == [
        "qa/pick-release-1.0.md",
        "qa/pr-1.md",
        "qa/production-v1.0.1.md",
        "qa/staging-v1.0.1.md",
    ]
    pick = pages["qa/pick-release-1.0.md"].decode()
    assert "The picks made the same change here as on the main branch." in pick
    assert world.head("release-1.0") in pick
    assert world.pull(1)["head"]["sha"] in pages["qa/pr-1.md"].decode()
    assert world.head("v1.0.1") in pages["qa/staging-v1.0.1.md"].decode()
