"""Refs: what they point at, and moving several of them at once or none."""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.errors import InputError
from relauto.git.errors import RefMovedError
from relauto.git.objects import ObjectStore
from relauto.git.runner import Git
from relauto.model.names import Branch, Commit, Tag

ABSENT = "0" * 40


@dataclass(frozen=True)
class RefUpdate:
    """Move `ref` from `old` to `new`. None stands for a ref that does not exist.

    So `old=None` creates and refuses to replace anything, and `new=None` deletes.
    `new` may be the id of any object, an annotated tag included.
    """

    ref: str
    old: str | None
    new: str | None

    def __post_init__(self) -> None:
        """Check the shapes.

        Raises:
            InputError: the ref or an id is not one, or nothing would ever exist.
        """
        check_ref(self.ref)
        for value in (self.old, self.new):
            if value is not None:
                Commit(value)
        if self.old is None and self.new is None:
            raise InputError(f"{self.ref}: an update needs an old or a new value")


def check_ref(ref: str) -> str:
    """Return `ref` when it is a full ref.

    Raises:
        InputError: it does not start with `refs/`, or git would refuse it.
    """
    name = ref.removeprefix("refs/")
    if name == ref:
        raise InputError(f"{ref!r} is not a full ref: it has to start with refs/")
    # A branch name is held to the rules of git-check-ref-format(1), which are those of any ref.
    Branch(name)
    return ref


def list_refs(git: Git, prefix: str) -> dict[str, str]:
    """Return every ref that starts with `prefix` (whole parts, as in `refs/heads`) and the id it holds.

    An annotated tag is listed with the id of the tag object.
    """
    answer = git.read("for-each-ref", "--format=%(objectname) %(refname)", prefix)
    pairs = (line.partition(" ") for line in answer.splitlines())
    return {ref: object_id for object_id, _, ref in pairs}


def list_tags(git: Git, store: ObjectStore, merged: Commit | None) -> dict[Tag, Commit]:
    """Return the tags that stand on commits, however deeply annotated, and those commits.

    Tags on other objects, and names that `Tag` refuses, are left out.

    Args:
        git: where to look.
        store: the objects of the same repository.
        merged: list only tags reachable from this commit.
    """
    reach = [] if merged is None else [f"--merged={merged}"]
    form = "--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname) %(refname)"
    tags = {}
    for line in git.read("for-each-ref", *reach, form, "refs/tags").splitlines():
        kind, own, below_kind, below, ref = line.split(" ", 4)
        kind, target = (below_kind, below) if below else (kind, own)
        while kind == "tag":
            kind, target = _peel(store, target)
        if kind == "commit":
            try:
                tags[Tag(ref)] = Commit(target)
            except InputError:
                continue
    return tags


def _peel(store: ObjectStore, tag: str) -> tuple[str, str]:
    target, kind = store.read(tag, "tag").decode("utf-8", "replace").split("\n", 2)[:2]
    return kind.removeprefix("type "), target.removeprefix("object ")


def update_refs(git: Git, updates: Sequence[RefUpdate]) -> None:
    """Move all of `updates` in one transaction of git-update-ref(1).

    Raises:
        RefMovedError: a ref is not at its old value, or git could not lock it; nothing was changed.
    """
    rows = [
        f"update {update.ref}\0{update.new or ABSENT}\0{update.old or ABSENT}\0"
        if update.new
        else f"delete {update.ref}\0{update.old}\0"
        for update in updates
    ]
    if not rows:
        return
    answer = git.ask("update-ref", "--stdin", "-z", input="".join(rows).encode())
    if answer.status:
        raise RefMovedError(
            f"no ref of {git.directory} was moved: {answer.error}", todo="look, then run again"
        )
