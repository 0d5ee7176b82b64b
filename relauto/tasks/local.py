"""What the folder that a task is run in tells: settings, and whether it is a clone of the ops repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relauto.settings.options import Settings


def load_local() -> Settings:
    """Return the settings of this folder, with the ops repository that `RELAUTO_OPS` names.

    Raises:
        InputError: there are none, or they have faults.
    """
    from msgspec.structs import replace

    from relauto.model.names import RepositoryName
    from relauto.settings.file import find_settings, load_settings

    local = load_settings(find_settings(Path.cwd()))
    ops = RepositoryName(os.environ.get("RELAUTO_OPS") or local.repositories.ops)
    return replace(local, repositories=replace(local.repositories, ops=str(ops)))


def find_local_settings() -> Settings | None:
    """Return the settings that are in force in this folder, None where there are none.

    Raises:
        FaultsError: they have faults.
    """
    from relauto.errors import InputError
    from relauto.settings.file import find_settings

    try:
        find_settings(Path.cwd())
    except InputError:
        return None
    return load_local()


def when_fetched(clone: Path) -> str:
    """Return when a clone was fetched last, as a sentence goes on with it; nothing where it never was."""
    from datetime import UTC, datetime

    from relauto.git.runner import Git

    head = clone / Git(clone).ask("rev-parse", "--git-path", "FETCH_HEAD").text
    return (
        f" at {datetime.fromtimestamp(head.stat().st_mtime, UTC):%Y-%m-%dT%H:%MZ}" if head.is_file() else ""
    )


def list_local(here: Path) -> list[str]:
    """Return the incidents in the clone of the ops repository that a folder is, if it is one."""
    from relauto.errors import InputError
    from relauto.journal.log import list_local_incidents

    if os.environ.get("RELAUTO_OPS"):
        return []
    try:
        return list_local_incidents(here)
    except InputError:
        return []
