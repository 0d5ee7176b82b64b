"""Tables fitted to the width of a terminal; None stands for what has no width, such as a file."""

from collections.abc import Iterator, Sequence
from textwrap import wrap

_LEAST = 20
"""Characters that a column of words is given, however narrow the terminal."""


def hang(head: str, text: str, width: int | None) -> list[str]:
    """Return a row as lines: what is too long of its last column, `text`, goes on below that column."""
    if width is None or len(head) + len(text) <= width:
        return [f"{head}{text}".rstrip()]
    indent = text[: len(text) - len(text.lstrip())]
    first, *rest = wrap(
        text,
        max(width - len(head), _LEAST),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [f"{head}{first}", *(f"{'':<{len(head)}}{each}" for each in rest)]


def fit_first(wanted: int, others: Sequence[int], width: int | None) -> int:
    """Return how wide the first column is that stands at the left of the others in every block.

    It makes room for all of them beside it down to a third of the width, and for the widest below that.
    """
    if width is None:
        return wanted
    third = min(width // 3, width - max(others, default=0))
    return min(wanted, max(_LEAST, third, width - sum(others)))


def split_columns(widths: Sequence[int], room: int | None) -> Iterator[range]:
    """Yield which columns stand beside each other in so much room; one that is too wide stands alone."""
    start = taken = 0
    for place, width in enumerate(widths):
        if room is not None and place > start and taken + width > room:
            yield range(start, place)
            start, taken = place, 0
        taken += width
    yield range(start, len(widths))
