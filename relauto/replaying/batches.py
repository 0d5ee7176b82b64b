"""Long work in parts, so that memory does not grow with it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batch(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield `items` in lists of `size`, the last of what is left (as `itertools.batched` of Python 3.12)."""
    each = iter(items)
    while part := list(islice(each, size)):
        yield part
