"""`relauto init`: files on a plain directory, asked for once and renewed without losing anything."""

from pathlib import Path

import pytest

from relauto.settings.file import load_settings
from tests.tasks.conftest import Relauto

FILES = [".relauto-init.json", "README.md", "customers.toml", "relauto.toml", "roster.toml"]
CALL = ("init", "--dir", "new", "--source", "acme/stockroom", "--ops", "acme/ops", "--role", "RM=robin")


def list_files(folder: str = "new") -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())


def test_it_writes_every_file_and_says_so(relauto: Relauto) -> None:
    ended = relauto(*CALL, "--role", "QA=quinn")
    assert (ended.status, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "relauto.toml: written",
        "roster.toml: written",
        "customers.toml: written",
        "README.md: written",
    ]
    assert list_files() == FILES
    assert load_settings(Path("new/relauto.toml")).source == "acme/stockroom"


def test_again_it_asks_nothing_and_changes_nothing(relauto: Relauto) -> None:
    relauto(*CALL)
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in Path("new").iterdir()}
    ended = relauto("init", "--dir", "new")
    assert (ended.status, {line.split(": ")[1] for line in ended.out.splitlines()}) == (
        0,
        {"as it should be"},
    )
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in Path("new").iterdir()} == before


def test_a_dry_run_writes_nothing(relauto: Relauto) -> None:
    ended = relauto(*CALL, "--dry-run")
    assert ended.out.splitlines()[0] == "would be relauto.toml: written"
    assert not Path("new").exists()


def test_what_was_changed_by_hand_is_merged_with_what_is_new(relauto: Relauto) -> None:
    relauto(*CALL)
    path = Path("new/relauto.toml")
    path.write_text(path.read_text().replace("# approvals = 1", "approvals = 2"))
    Path("new/README.md").unlink()
    ended = relauto("init", "--dir", "new", "--check", "unit tests", "--role", "QA=quinn", "--json")
    assert ended.document == {
        "schema": 1,
        "files": [
            {"path": "relauto.toml", "state": "merged", "why": ""},
            {"path": "roster.toml", "state": "renewed", "why": ""},
            {"path": "customers.toml", "state": "same", "why": ""},
            {"path": "README.md", "state": "gone", "why": ""},
        ],
        "written": [".relauto-init.json", "relauto.toml", "roster.toml"],
        "pull": None,
        "branches": [],
    }
    settings = load_settings(path)
    assert (settings.pull.approvals, settings.checks.required) == (2, ("unit tests",))


def test_what_cannot_be_merged_stays_and_the_proposal_lies_beside_once(relauto: Relauto) -> None:
    relauto(*CALL)
    path = Path("new/roster.toml")
    own = path.read_text().replace('RM = ["robin"]', 'RM = ["rae"]')
    path.write_text(own)
    ended = relauto("init", "--dir", "new", "--role", "RM=sasha")
    assert (
        "roster.toml: left as it is: what you changed is what is new; take from roster.toml.proposed"
        in ended.out
    )
    assert path.read_text() == own
    assert 'RM = ["sasha"]' in Path("new/roster.toml.proposed").read_text()
    Path("new/roster.toml.proposed").unlink()
    again = relauto("init", "--dir", "new")
    assert "roster.toml: left as you changed it; there is nothing new" in again.out
    assert list_files() == FILES


def test_settings_that_are_there_answer_and_are_left(relauto: Relauto) -> None:
    Path("new").mkdir()
    own = 'repositories = {source = "acme/stockroom", ops = "acme/ops"}\n'
    Path("new/relauto.toml").write_text(own)
    ended = relauto("init", "--dir", "new")
    assert ended.out.splitlines()[0].startswith("relauto.toml: left as it is: it is not relauto's; take from")
    assert Path("new/relauto.toml").read_text() == own
    assert list_files() == sorted([*FILES, "relauto.toml.proposed"])


def test_workflows_stand_in_their_folder_and_are_merged_as_every_file(relauto: Relauto) -> None:
    pins = [f"acme/relauto@{digit * 40}" for digit in "12"]
    relauto(*CALL, "--workflows", pins[0])
    path = Path("new/.github/workflows/relauto-clock.yml")
    path.write_text(path.read_text().replace("name: relauto clock", "name: Clock"))
    ended = relauto("init", "--dir", "new", "--workflows", pins[1])
    assert ended.out.splitlines()[4:] == [
        ".github/workflows/relauto-hotfix.yml: renewed; you had not changed it",
        ".github/workflows/relauto-door.yml: renewed; you had not changed it",
        ".github/workflows/relauto-events.yml: renewed; you had not changed it",
        ".github/workflows/relauto-clock.yml: what is new was merged into what you changed",
    ]
    assert "name: Clock" in path.read_text()
    assert f"clock.yml@{'2' * 40}" in path.read_text()


def test_a_relay_remembers_nothing_that_the_public_may_not_read(relauto: Relauto) -> None:
    told = ("--source", "acme/stockroom", "--ops", "acme/secret-ops", "--role", "RM=robin")
    ended = relauto("init", "--dir", "new", "--relay", "source", *told, "--workflows", f"a/r@{'1' * 40}")
    assert (ended.status, list_files()) == (0, [".github", ".relauto-init.json"])
    assert list_files("new/.github/workflows") == ["relauto-notice.yml", "relauto-relay.yml"]
    for path in (path for path in Path("new").rglob("*") if path.is_file()):
        assert "secret-ops" not in path.read_text()
        assert "robin" not in path.read_text()
    again = relauto("init", "--dir", "new", "--relay", "source")
    assert {line.split(": ")[1] for line in again.out.splitlines()} == {"as it should be"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("init",), "relauto: init needs --dir DIR or --ops OWNER/NAME"),
        (("init", "--dir", "new"), "relauto: init needs --source OWNER/NAME and --ops OWNER/NAME"),
        ((*CALL, "--role", "RM=ci[bot]"), "ci[bot] is a bot, and bots answer for nothing"),
        ((*CALL, "--line", "a..b"), "a..b"),
        ((*CALL, "--workflows", "a/r@main"), "--workflows cannot be 'a/r@main'"),
        ((*CALL, "--relay", "ops"), "--relay cannot be 'ops'"),
        (("init", "--dir", "new", "--relay", "source"), "init needs --source OWNER/NAME and --workflows"),
        (("init", "--relay", "qa"), "relauto: init needs --dir DIR or --qa OWNER/NAME"),
    ],
)
def test_a_call_that_is_not_usable_writes_nothing(
    arguments: tuple[str, ...], said: str, relauto: Relauto
) -> None:
    ended = relauto(*arguments)
    assert (ended.status, said in ended.err) == (2, True)
    assert not Path("new").exists()
    assert not Path("relauto.toml").exists()
