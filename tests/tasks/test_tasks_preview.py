"""What a preview shows is for its audience, wherever the journal is read, and as it would be drafted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from relauto.clock import SystemClock
from relauto.git.runner import Git
from tests.tasks.test_tasks_story import OPEN, OPS, ROSTER, WHO, World, settings, world

pytestmark = pytest.mark.path

__all__ = ["world"]

CUSTOMERS = """\
[customers.heron]
names = ["Heron Foods GmbH"]
[customers.osprey]
names = ["Globex"]
"""
TEMPLATE = """\
Subject: {{ story.product }} of {{ story.customer }}

%s, we are on it.
"""
PREVIEW = ("notice.preview", "escalate.reply")
REFUSED = (
    "relauto: the leak guard refused a text: its text, line 1, holds the name of a customer\n"
    "  take it out where it comes from, then run again\n"
)


@pytest.fixture
def away(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let GitHub go away."""
    monkeypatch.setattr(SystemClock, "sleep", lambda *_: None)
    return lambda: world.hub.set_outage("refuse")


def write_template(world: World, name: str, text: str) -> None:
    path = world.root / "templates" / "notice" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def write_ops(world: World, **files: str) -> None:
    """Commit TOML files to the ops repository's default branch."""
    work = Git(world.root / "ops" / "work", WHO)
    for name, text in files.items():
        (work.directory / f"{name}.toml").write_text(text)
    work.run("add", "--all")
    work.run("commit", "--quiet", "--message", "Go on")
    work.run("push", "--quiet", str(world.root / "ops" / "bare.git"), "HEAD:main")


def write_settings(world: World) -> str:
    return f'{settings(world.hub, world.root)}templates_dir = "{world.root / "templates"}"\n'


def begin(world: World, greeting: str, customers: str = CUSTOMERS) -> None:
    """Open an incident of heron; the reply that confirms it greets with a template of our own."""
    write_template(world, "customer/escalate.reply.md", TEMPLATE % greeting)
    write_ops(world, roster=ROSTER, customers=customers, relauto=write_settings(world))
    ended = world.run(*OPEN, "--line", "release-1.0", "--fix", "fix/sell", by="rae-reviewer")
    assert ended.status == 0, ended.err


def stand_in_clone(world: World) -> None:
    Git(world.root).run("clone", "--quiet", str(world.root / "ops" / "bare.git"), "clone")
    world.patch.chdir(world.root / "clone")


def test_another_customer_is_refused_wherever_the_journal_is_read(
    world: World, away: Callable[[], None]
) -> None:
    begin(world, "Dear Heron Foods, dear Glo\u200bbex")
    ended = world.run(*PREVIEW)
    assert (ended.status, ended.out, ended.err) == (3, "", REFUSED)
    away()
    ended = world.run(*PREVIEW)
    assert (ended.status, ended.out) == (3, "")
    assert ended.err.endswith(REFUSED)
    stand_in_clone(world)
    ended = world.relauto(*PREVIEW)
    assert (ended.status, ended.out) == (3, "")
    assert ended.err == f"read from this clone, as of its last fetch\n{REFUSED}"


def test_the_customer_may_be_named_to_themselves(world: World, away: Callable[[], None]) -> None:
    begin(world, "Dear Heron Foods")
    first = world.run(*PREVIEW)
    assert first.status == 0, first.err
    head, _, body = first.out.partition("\n\n")
    assert (head.splitlines()[3], body) == ("Subject: till of heron", "Dear Heron Foods, we are on it.\n")
    away()
    assert world.run(*PREVIEW).out == first.out
    stand_in_clone(world)
    assert world.relauto(*PREVIEW).out == first.out


def test_our_own_people_read_of_every_customer_and_of_no_secret(world: World) -> None:
    begin(world, "Hello")
    write_template(world, "internal/prepare.verify.md", "Subject: x\n\nHeron and Globex.\n")
    ended = world.run("notice.preview", "prepare.verify")
    assert ended.out.endswith("\nHeron and Globex.\n")
    write_template(world, "internal/prepare.verify.md", "Subject: x\n\ntoken-of-relauto-bot\n")
    ended = world.run("notice.preview", "prepare.verify")
    assert (ended.status, ended.out) == (3, "")
    assert "its text holds a token or a private key" in ended.err


def test_what_a_clone_fetched_counts_and_not_what_it_was_left_at(world: World) -> None:
    begin(world, "Dear Globex", customers='[customers.heron]\nnames = ["Heron Foods GmbH"]\n')
    stand_in_clone(world)
    assert world.relauto(*PREVIEW).status == 0
    write_ops(world, customers=CUSTOMERS)
    Git(Path.cwd()).run("fetch", "--quiet")
    assert world.relauto(*PREVIEW).status == 3


def test_a_file_of_customers_that_is_set_has_to_be_there(world: World) -> None:
    begin(world, "Hello")
    write_ops(world, relauto=write_settings(world) + 'guard.customers = "people.toml"\n')
    stand_in_clone(world)
    ended = world.relauto(*PREVIEW)
    assert (ended.status, ended.out) == (2, "")
    assert f"{OPS} has no people.toml, so nobody knows whom no text may name" in ended.err


def test_what_a_killed_git_left_in_the_cache_is_told_and_stops_nothing(world: World) -> None:
    begin(world, "Hello")
    write_ops(world, relauto=write_settings(world) + 'contacts.product = "Till"\n')
    for folder in (world.root / "cache").glob("ops-*.git/refs/relauto"):
        (folder / "default.lock").touch()
    ended = world.run(*PREVIEW)
    assert (ended.status, "Subject: Till of heron" in ended.out) == (0, True)
    assert ended.err == (
        "a lock file of a git that was killed lay in relauto's cache and stopped every other: deleted\n"
    )
    assert world.run(*PREVIEW).err == ""
