"""What people type, as the tasks read it: moments, durations and choices."""

from typing import TypeVar

from relauto.errors import InputError
from relauto.model.moment import parse_duration, parse_moment

__all__ = ["parse_choice", "parse_duration", "parse_moment"]

_T = TypeVar("_T", bound=str)


def parse_choice(option: str, text: str, known: tuple[_T, ...]) -> _T:
    """Return the one of `known` that `text` is.

    Raises:
        InputError: it is none of them.
    """
    for each in known:
        if each == text:
            return each
    raise InputError(f"{option} cannot be {text!r}", todo=f"there are: {', '.join(known)}")
