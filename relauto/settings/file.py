"""The file of the settings: `relauto.toml`, or `[tool.relauto]` in pyproject.toml.

It is read whole: all its faults are reported together, unknown keys among them.
"""

import tomllib
from pathlib import Path
from typing import Any

import msgspec

from relauto.errors import FaultsError, InputError
from relauto.settings.options import GitHub, Settings
from relauto.settings.tables import read_table

FILE = "relauto.toml"


def parse_settings(text: str, source: str) -> Settings:
    """Return the settings written in `text` (TOML); `source` names the document in messages.

    A document with a table `tool` is read as a pyproject.toml.

    Raises:
        FaultsError: it is no TOML, or has faults; all of them are listed.
    """
    try:
        data: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FaultsError(source, [f"not TOML: {error}"], todo="correct it, then run again") from error
    if "tool" in data:
        data = data["tool"].get("relauto", {}) if isinstance(data["tool"], dict) else {}
    faults: list[str] = []
    settings = read_table(Settings, data, "", faults)
    if faults or settings is None:
        raise FaultsError(source, faults, todo="correct them all, then run again")
    return settings


def load_settings(path: Path) -> Settings:
    """Return the settings in a file.

    Raises:
        InputError: it cannot be read.
        FaultsError: it has faults.
    """
    try:
        return _anchor(parse_settings(path.read_text("utf-8"), str(path)), path.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}", todo=f"write a {FILE} or name one") from error


def _anchor(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the path of the certificate authority's file told from where they lie."""
    if settings.github.ca is None:
        return settings
    ca = str(folder / Path(settings.github.ca).expanduser())
    return msgspec.structs.replace(settings, github=msgspec.structs.replace(settings.github, ca=ca))


def find_settings(folder: Path) -> Path:
    """Return the settings file that is in force in a folder: its own or that of a folder above.

    Raises:
        InputError: there is none.
    """
    for place in (folder, *folder.parents):
        if (place / FILE).is_file():
            return place / FILE
        project = place / "pyproject.toml"
        if project.is_file() and b"[tool.relauto" in project.read_bytes():
            return project
    raise InputError(
        f"there is no {FILE} in {folder} or above it",
        todo="write one, or run this in a clone of the ops repository; `relauto rehearse` needs neither",
    )


def find_github(folder: Path) -> GitHub:
    """Return where GitHub is, as the settings in force in a folder say; github.com where there are none.

    Raises:
        FaultsError: they have faults.
    """
    try:
        file = find_settings(folder)
    except InputError:
        return GitHub()
    return load_settings(file).github
