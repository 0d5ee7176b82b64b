"""A cold clone made ready: what picking fixes onto lines needs of a remote repository, in its order."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from relauto.git.address import Address
from relauto.git.locks import hold
from relauto.git.mirror import Mirror, locate_mirror
from relauto.model.names import Commit
from relauto.picking.cold import ColdClone
from relauto.picking.cold_history import Bound, fetch_range
from relauto.picking.ranges import read_range, split_range
from relauto.picking.wants import is_id

_LARGEST = 500_000_000
"""How many bytes of packs are kept of a repository: what is here for good, wanted by now or not."""
_MANY = 300
"""How many packs are: git looks through all of them for an object."""


@contextmanager
def open_cold(
    address: Address, *, cache: Path, fixes: Sequence[str], lines: Sequence[str], picks: bool = False
) -> Iterator[ColdClone]:
    """Fetch what picking `fixes` onto `lines` needs, and yield it; other runs on it wait meanwhile.

    Args:
        address: the remote.
        cache: a directory for mirrors, shared by any number of processes.
        fixes: full commit ids, branches, tags, or `pull/N/head`; or ranges between two such.
        lines: branches, or patterns of their names.
        picks: whether the branches for picks onto them are wanted too.

    Raises:
        InputError: the remote has nothing of such a name, or the cache cannot be written.
        DeniedError: the token is not taken, or lacks the right.
        UnreachableError: the remote was not reached, or stopped in between.
    """
    with _use_mirror(address, cache) as mirror:
        clone = ColdClone(mirror)
        clone.fetch_tips([end for fix in fixes for end in split_range(fix) or (fix,)], lines, picks=picks)
        found = _find_fixes(clone, fixes)
        if picks and len(found) > len(fixes):
            clone.fetch_picks(len(found))
        tips = [each for line in lines for each in clone.find_branches(line)]
        clone.fetch_history(found, tips)
        clone.fetch_main(found, words=any(not (is_id(fix) or split_range(fix)) for fix in fixes))
        clone.fetch_files(found, tips)
        yield clone


@contextmanager
def _use_mirror(address: Address, cache: Path) -> Iterator[Mirror]:
    """Yield the mirror while no other run uses it; made anew where it has grown too large."""
    path = locate_mirror(address, cache, partial=True, shallow=True)
    cache.mkdir(parents=True, exist_ok=True)
    with hold(path.with_name(f"{path.stem}-use")):
        if _is_large(path):
            with hold(path):
                shutil.rmtree(path)
        with Mirror.open(address, cache=cache, partial=True, shallow=True) as mirror:
            yield mirror


def _is_large(mirror: Path) -> bool:
    packs = [pack.stat().st_size for pack in mirror.glob("objects/pack/*.pack")]
    return sum(packs) > _LARGEST or len(packs) > _MANY


def _find_fixes(clone: ColdClone, words: Sequence[str]) -> list[Commit]:
    """Return the commits that words stand for, of ranges those that the remote has between their ends."""
    found: list[Commit] = []
    for word in words:
        ends = split_range(word)
        if ends:
            fetch_range(clone, *ends, Bound(before=clone.cost.bytes))
            found += read_range(clone.repository, *ends)
        else:
            found.append(clone.resolve(word))
    return found
