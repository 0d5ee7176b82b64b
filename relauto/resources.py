"""Where the files that ship with relauto lie: inside the wheel, or beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def find_resource(name: str) -> Path:
    """Return the shipped folder `name` (`playbook` or `templates`).

    Raises:
        FileNotFoundError: the installation lacks it.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"this installation of relauto lacks its folder {name!r}")
