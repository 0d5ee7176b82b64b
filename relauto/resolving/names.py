"""The resolvers by name, and what each is worth."""

from collections.abc import Callable, Iterable, Mapping

from relauto.errors import InputError
from relauto.model.resolution import MOVED, Lines
from relauto.resolving.absent import resolve_absent
from relauto.resolving.adjacent import resolve_adjacent
from relauto.resolving.regions import Region
from relauto.resolving.tokens import resolve_tokens

Rule = Callable[[Region], Lines | None]

RULES: Mapping[str, Rule] = {
    "adjacent": resolve_adjacent,
    "tokens": resolve_tokens,
    "absent": resolve_absent,
}
"""What resolves lines, in the order in which they are asked; the first that answers counts."""

DELETION, POLICY = "deletion", "policy"
RESOLVERS: Mapping[str, str] = {
    "adjacent": "changes side by side: both are made",
    "tokens": "changes in the same lines, in words well apart: both are made",
    DELETION: "the fix deletes a file that the line changed: it goes",
    MOVED: "the fix changes a file that the line has elsewhere: it is changed there",
    POLICY: "the settings say which side of a path counts, or what makes it anew",
    "absent": "the fix changes lines that the line deleted: they stay away",
}
"""Every resolver, and what it does."""

ALL = tuple(name for name in RESOLVERS if name != "tokens")
"""What `all` stands for. Of what `tokens` adds to the others, too little was what people had committed."""

TRUSTED: frozenset[str] = frozenset()
"""Whose answers are what people commit in 98 of 100 cases, whatever the history. None has been shown to be.

The nearest is `deletion`: 121 of 123 files, and 17 of the 21 backports that they were in, of one project.
"""


def parse_resolvers(words: Iterable[str]) -> tuple[str, ...]:
    """Return the resolvers that people named: each word a name, several with commas between, or `all`.

    Raises:
        InputError: one of them is called otherwise.
    """
    names = [name.strip() for word in words for name in word.split(",") if name.strip()]
    for name in names:
        if name not in RESOLVERS and name != "all":
            raise InputError(
                f"there is no resolver {name!r}", todo=f"name one of {', '.join(RESOLVERS)}, or all"
            )
    chosen = {*names, *(ALL if "all" in names else ())}
    return tuple(name for name in RESOLVERS if name in chosen)
