"""The file of the settings: which is in force, and whether it can be read."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relauto.errors import FaultsError, InputError
from relauto.settings.file import find_github, find_settings, load_settings, parse_settings
from relauto.settings.options import GitHub, Settings
from tests.settings.documents import LEAST, faults_of


def test_a_pyproject_is_read():
    text = '[tool.relauto.repositories]\nsource = "a/b"\nops = "a/c"\n[project]\nname = "x"\n'
    assert parse_settings(text, "pyproject.toml").source == "a/b"


@pytest.mark.parametrize(
    "text",
    [
        "[repositories",
        "",
        "repositories = 1",
        "tool = 1",
        "[tool]\nrelauto = 1",
        f"{LEAST}version_files = [1]",
    ],
)
def test_what_is_no_settings_is_refused(text):
    assert faults_of(text)


@given(st.text())
def test_any_text_is_settings_or_has_faults(text):
    with suppress(FaultsError):
        assert isinstance(parse_settings(text, "relauto.toml"), Settings)


def test_the_nearest_file_is_in_force(tmp_path):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    with pytest.raises(InputError, match=r"no relauto\.toml"):
        find_settings(inner)
    (tmp_path / "relauto.toml").write_text(LEAST)
    assert find_settings(inner) == tmp_path / "relauto.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert find_settings(inner) == tmp_path / "relauto.toml"
    (tmp_path / "a" / "pyproject.toml").write_text("[tool.relauto]\n")
    assert find_settings(inner) == tmp_path / "a" / "pyproject.toml"
    assert load_settings(tmp_path / "relauto.toml").source == "acme/stockroom"


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read(tmp_path, content):
    path = tmp_path / "relauto.toml"
    if content:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        load_settings(path)


def test_github_is_where_the_settings_in_force_say(tmp_path):
    assert find_github(tmp_path) == GitHub()
    (tmp_path / "relauto.toml").write_text(f'{LEAST}[github]\napi = "https://ghe.example/api/v3"\n')
    assert find_github(tmp_path / "below") == GitHub(api="https://ghe.example/api/v3")
    (tmp_path / "relauto.toml").write_text("[github]\napi = 3\n")
    with pytest.raises(FaultsError):
        find_github(tmp_path)
