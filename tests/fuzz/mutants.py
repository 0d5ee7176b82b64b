"""Inputs as an attacker or an accident makes them: a good one, cut, doubled, and with foreign parts in it."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as some

_WORDS = (
    "\0", "\r\n", "\n\n", "\t", "\x1b[31m", "\u202e", "\u200b", "\ufeff", "²", "٣", "\u2028", "'", '"', "`",
    "\\", "${{ x }}", "{{ 7*7 }}", "{% for x in x %}", "::error::", "##[group]", "<!--", "-->", "](",
    "../../etc", "--upload-pack=x", "-f", "@{-1}", "%00", "%s", "&amp;", "refs/heads/", ".lock", "=", ":",
    "[", "]", "{", "}", ",", "#", "- ", "null", "true", "-1", "9" * 25, "1e999", "NaN", "0x10", "1970-01-01",
    "inf", "<b>", "!!python/object:x", "&a", "*a", "<<: *a", "[[", "]]", "'''", '"""', "\\u0000", "\\ud800",
)  # fmt: skip


def mutants_of(*seeds: str) -> some.SearchStrategy[str]:
    """Return texts near `seeds`: pieces of them in another order, with foreign words between."""
    pieces = some.sampled_from(seeds).flatmap(_pieces)
    foreign = some.sampled_from(_WORDS) | some.text(max_size=12)
    spliced = some.lists(pieces | foreign, max_size=6).map("".join)
    return spliced | some.sampled_from(seeds).flatmap(_cut) | some.text(max_size=200)


def _pieces(seed: str) -> some.SearchStrategy[str]:
    ends = some.integers(0, len(seed))
    return some.tuples(ends, ends).map(lambda two: seed[min(two) : max(two)])


def _cut(seed: str) -> some.SearchStrategy[str]:
    """Return the seed with one part replaced by a foreign word."""
    ends = some.integers(0, len(seed))
    foreign = some.sampled_from(_WORDS) | some.text(max_size=12)
    return some.tuples(ends, ends, foreign).map(
        lambda cut: seed[: min(cut[:2])] + cut[2] + seed[max(cut[:2]) :]
    )


def bytes_near(*seeds: bytes) -> some.SearchStrategy[bytes]:
    """Return bytes near `seeds`, of which not all are UTF-8."""
    texts = mutants_of(*(seed.decode("latin-1") for seed in seeds))
    return texts.map(
        lambda text: text.encode("latin-1", "surrogateescape" if text.isascii() else "replace")
    ) | (texts.map(lambda text: text.encode("utf-8", "replace")))


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | some.text(max_size=9),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def documents_near(seed: Any) -> some.SearchStrategy[Any]:
    """Return JSON documents like `seed`, of which up to three parts are missing or of another shape."""
    places = list(_places(seed))
    change = some.tuples(some.sampled_from(places), JSON | some.just(_GONE))
    return some.lists(change, min_size=1, max_size=3).map(lambda changes: _change(seed, changes))


_GONE = object()


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from _places(part, (*path, key))


def _change(value: Any, changes: Sequence[tuple[tuple[str | int, ...], Any]]) -> Any:
    for path, part in changes:
        value = _set(value, path, part)
    return value


def _set(value: Any, path: tuple[str | int, ...], part: Any) -> Any:
    if not path:
        return None if part is _GONE else part
    key, rest = path[0], path[1:]
    if isinstance(value, dict) and key in value:
        if part is _GONE and not rest:
            return {name: each for name, each in value.items() if name != key}
        return {**value, str(key): _set(value[key], rest, part)}
    if isinstance(value, list) and isinstance(key, int) and key < len(value):
        if part is _GONE and not rest:
            return value[:key] + value[key + 1 :]
        return [*value[:key], _set(value[key], rest, part), *value[key + 1 :]]
    return value
