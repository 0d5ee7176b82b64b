"""Every option of the settings as lines of TOML, from its own declaration.

What is given stands as it is; every other option is a comment with its default, or with an example where
it has none, so that taking the `# ` away switches it on.
"""

import json
import textwrap
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from relauto.settings.options import Settings
from relauto.settings.tables import Table, find_row

_WIDTH = 100

Given = Mapping[str, Any]
"""Values by the full name of the option, such as `repositories.source`."""


def list_lines(given: Given) -> Iterator[str]:
    """Yield the lines of a settings file in which every option is explained.

    TOML wants the options of no table first.
    """
    tables, rows = [], []
    for field in msgspec.structs.fields(Settings):
        hint = get_type_hints(Settings, include_extras=True)[field.name]
        if isinstance(hint, type) and issubclass(hint, Table):
            tables.append((field.name, hint))
        elif row := find_row(hint):
            rows.append((field.name, row, _find_meta(hint)))
        else:
            yield from _write_option(field, hint, "", given)
    for name, kind in tables:
        yield from _write_table(name, kind, given)
    for name, kind, meta in rows:
        yield from _write_rows(name, kind, meta)


def _write_table(name: str, kind: type[Table], given: Given) -> Iterator[str]:
    yield from ("", *write_comment(kind.__doc__ or ""))
    yield f"[{name}]"
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        yield from _write_option(field, hints[field.name], f"{name}.", given)


def _write_rows(name: str, kind: type[Table], meta: msgspec.Meta) -> Iterator[str]:
    yield from ("", *write_comment(meta.description or ""))
    yield f"# [[{name}]]"
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        yield from _write_option(field, hints[field.name], f"{name}.", {})


def _write_option(field: msgspec.structs.FieldInfo, hint: Any, prefix: str, given: Given) -> Iterator[str]:
    meta = _find_meta(hint)
    yield from write_comment(meta.description or "")
    name = f"{prefix}{field.name}"
    value = given.get(name)
    if value is not None:
        yield f"{field.name} = {write_value(value)}"
    else:
        yield f"# {field.name} = {write_value(_find_example(field, hint, meta))}"


def _find_meta(hint: Any) -> msgspec.Meta:
    found = [each for each in getattr(hint, "__metadata__", ()) if isinstance(each, msgspec.Meta)]
    return found[-1]


def _find_example(field: msgspec.structs.FieldInfo, hint: Any, meta: msgspec.Meta) -> Any:
    if meta.examples:
        return meta.examples[0]
    if field.default not in (None, msgspec.NODEFAULT):
        return field.default
    return _choose(hint)


def _choose(hint: Any) -> Any:
    """Return a value of a type that tells all of its values."""
    if get_origin(hint) is Annotated:
        return _choose(get_args(hint)[0])
    if get_origin(hint) in (Union, types.UnionType):
        return _choose(get_args(hint)[0])
    if get_origin(hint) is Literal:
        return get_args(hint)[0]
    if hint is bool:
        return True
    raise TypeError(f"an option of the type {hint} needs an example where it is declared")


def write_value(value: Any) -> str:
    """Return a text, number, truth or list as TOML writes it: those of JSON, but for DEL."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(write_value, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_comment(text: str) -> list[str]:
    """Return a text as comments of lines that are easy to read."""
    plain = " ".join(text.split())
    return [
        f"# {line}" for line in textwrap.wrap(plain[:1].upper() + plain[1:], _WIDTH, break_long_words=False)
    ]
