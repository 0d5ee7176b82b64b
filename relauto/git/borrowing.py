"""What a mirror borrows from clones on this machine, and whether all of that is there."""

from pathlib import Path

from relauto.git.repository import Repository, list_object_directories


def serves(clone: Path, *, partial: bool) -> bool:
    """Tell whether a mirror may borrow from a clone, and from those that this one borrows from."""
    with Repository.open(clone, shallow=True) as repository:
        if repository.cuts:
            return False
    return not any(_lacks_some(objects, partial=partial) for objects in list_object_directories(clone))


def has_lenders(path: Path, *, partial: bool) -> bool:
    """Tell whether all that a mirror borrows from is there, and lacks nothing by now."""
    lenders = list_lenders(path)
    return all(each.is_dir() and not _lacks_some(each, partial=partial) for each in lenders)


def _lacks_some(objects: Path, *, partial: bool) -> bool:
    """Tell whether a repository may lack what a mirror's refs lead to, by what git keeps of that beside.

    A partial mirror gets absent contents of files from its remote, and may borrow from one that lacks them.
    """
    cut = (objects.parent / "shallow").is_file()
    return cut or (not partial and any((objects / "pack").glob("*.promisor")))


def borrow(path: Path, reference: Path) -> None:
    """Let a mirror read the objects of a clone, and of those that this one borrows from."""
    known = list_lenders(path)
    new = [source for source in list_object_directories(reference) if source not in known]
    if new:
        info = path / "objects" / "info"
        info.mkdir(exist_ok=True)
        info.joinpath("alternates").write_text("".join(f"{source}\n" for source in [*known, *new]))


def list_lenders(path: Path) -> list[Path]:
    """Return the object directories that a mirror borrows from, and all that these borrow from."""
    file = path / "objects" / "info" / "alternates"
    return [Path(line) for line in file.read_text().splitlines()] if file.is_file() else []
