"""A file is renewed, merged or left: what an adopter wrote is never lost, and said once."""

from pathlib import Path

import pytest

from relauto.errors import InputError
from relauto.settings.file import parse_settings
from relauto.skeleton.drafts import Draft
from relauto.skeleton.folder import read_text, write_texts
from relauto.skeleton.record import FILE, read_record
from relauto.skeleton.update import Update, settle

SETTINGS = Draft("relauto.toml", parse_settings)
OLD = '[repositories]\nsource = "a/b"\nops = "a/c"\n\n# ways\n\n[pick]\n# via = "pull"\n'
NEW = OLD.replace("# via", "# How picks come\n# via")


@pytest.mark.parametrize(
    ("base", "mine", "new", "expected"),
    [
        (None, None, NEW, Update("relauto.toml", "new", NEW)),
        (OLD, None, NEW, Update("relauto.toml", "gone")),
        (OLD, NEW, NEW, Update("relauto.toml", "same")),
        (OLD, OLD, NEW, Update("relauto.toml", "renewed", NEW)),
        (OLD, OLD.replace("a/b", "a/x"), OLD, Update("relauto.toml", "kept")),
        (
            OLD,
            OLD.replace("a/b", "a/x"),
            NEW,
            Update("relauto.toml", "merged", NEW.replace("a/b", "a/x")),
        ),
        (None, OLD, NEW, Update("relauto.toml", "left", proposal=NEW, why="it is not relauto's")),
        (
            OLD,
            OLD.replace('# via = "pull"', 'via = "push"'),
            NEW,
            Update("relauto.toml", "left", proposal=NEW, why="what you changed is what is new"),
        ),
    ],
)
def test_a_file_is_settled(base: str | None, mine: str | None, new: str, expected: Update) -> None:
    assert settle(SETTINGS, base, mine, new) == expected


def test_a_merge_that_could_not_be_read_is_no_merge() -> None:
    mine = OLD.replace("[repositories]", 'main = "trunk"\n[repositories]')
    new = OLD + "\n[main]\nx = 1\n"
    update = settle(SETTINGS, OLD, mine, new)
    assert (update.state, update.text, update.proposal) == ("left", None, new)
    assert "could not be read" in update.why
    assert "take from relauto.toml.proposed" in str(update)


def test_texts_are_written_byte_by_byte_and_read_back(tmp_path: Path) -> None:
    write_texts(tmp_path / "deep" / "down", {"a.toml": "é\r\n", FILE: "{}"})
    assert read_text(tmp_path / "deep" / "down", "a.toml") == "é\r\n"
    assert sorted(each.name for each in (tmp_path / "deep" / "down").iterdir()) == [FILE, "a.toml"]
    assert read_text(tmp_path, "none") is None


def test_folders_below_are_made(tmp_path: Path) -> None:
    write_texts(tmp_path, {".github/workflows/a.yml": "on: push\n"})
    assert read_text(tmp_path, ".github/workflows/a.yml") == "on: push\n"
    assert [each.name for each in (tmp_path / ".github" / "workflows").iterdir()] == ["a.yml"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(tmp_path, "a.toml")


def test_a_folder_that_takes_no_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written to"):
        write_texts(tmp_path / "file", {"a": "b"})


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"answers": {"source": 1}}', '{"answers": {"source": "a/b"}, "schema": 2}']
)
def test_a_record_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=FILE):
        read_record(text)
