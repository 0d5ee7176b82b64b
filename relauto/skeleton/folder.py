"""A plain directory that the files are written to."""

from collections.abc import Mapping
from pathlib import Path

from relauto.errors import InputError


def read_text(folder: Path, path: str) -> str | None:
    """Return the text of a file in a folder; None where there is none.

    Raises:
        InputError: it is no text, or cannot be read.
    """
    try:
        return (folder / path).read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{folder / path} cannot be read: {error}", todo="move it away") from error


def write_texts(folder: Path, files: Mapping[str, str]) -> None:
    """Write every text; each file is whole, as it was or as it is to be, at any moment.

    The order holds: a run that was cut off is taken up by the next, as the record is written last.

    Raises:
        InputError: the folder takes no files.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            part = place.with_name(f".{place.name.lstrip('.')}.part")
            part.write_bytes(text.encode())
            part.replace(place)
    except OSError as error:
        raise InputError(f"{folder} cannot be written to: {error}", todo="name another with --dir") from error
