"""How many bytes objects have, without reading them."""

from collections.abc import Iterator, Sequence
from itertools import islice

from relauto.git.coprocess import Command
from relauto.git.errors import MissingObjectError
from relauto.git.repository import Repository

_SIZES = ("cat-file", "--batch-check=%(objectsize)")
_AT_ONCE = 500
"""Ids of one question: they and the answers fit into pipes."""


def measure_objects(repository: Repository, ids: Sequence[str]) -> dict[str, int]:
    """Return the size of each object, in bytes.

    Raises:
        MissingObjectError: one is absent.
        UnreachableError: one was to come from the remote, which was not reached or let nobody in.
    """
    sizes: dict[str, int] = {}
    for start in range(0, len(ids), _AT_ONCE):
        sizes.update(_ask(repository, ids[start : start + _AT_ONCE]))
    return sizes


def _ask(repository: Repository, ids: Sequence[str]) -> dict[str, int]:
    def read(lines: Iterator[bytes]) -> list[bytes]:
        return list(islice(lines, len(ids)))

    question = "".join(f"{each}\n" for each in ids).encode()
    found = repository.coprocesses.ask(Command(_SIZES, b"\n"), question, read)
    if found is None:
        answer = repository.git.ask(*_SIZES, input=question)
        if answer.status:
            raise repository.explain(answer)
        found = answer.output.splitlines()
    for each, size in zip(ids, found, strict=True):
        if not size.isdigit():
            raise MissingObjectError(each, str(repository.common))
    return {each: int(size) for each, size in zip(ids, found, strict=True)}
