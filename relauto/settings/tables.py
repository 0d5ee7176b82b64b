"""Tables of options: each is declared once, and is read whole, with all that is wrong with it."""

import difflib
from collections.abc import Iterator
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec


class Table(msgspec.Struct, frozen=True):
    """A table of the file."""

    def list_faults(self) -> Iterator[str]:
        """Yield what is wrong between its options, each right by itself."""
        yield from ()


_T = TypeVar("_T", bound=Table)


def describe(text: str, **check: Any) -> msgspec.Meta:
    """Return what an option is for, and what its value is checked by."""
    return msgspec.Meta(description=text, **check)


def read_table(kind: type[_T], data: object, path: str, faults: list[str]) -> _T | None:
    """Return `data` as a table of that kind, or None with what is wrong with `path` added to `faults`."""
    if not isinstance(data, dict):
        faults.append(f"{path or 'the document'}: a table is expected, not {data!r}")
        return None
    hints = get_type_hints(kind, include_extras=True)
    for key in data.keys() - hints.keys():
        near = difflib.get_close_matches(key, hints, n=1)
        faults.append(
            f"{_join(path, key)}: there is no such option" + (f"; did you mean {near[0]!r}?" if near else "")
        )
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        where = _join(path, field.name)
        if field.name not in data:
            if field.required:
                faults.append(f"{where}: it is missing ({_tell_meaning(kind, field.name)})")
            continue
        values[field.name] = _convert_value(hints[field.name], data[field.name], where, faults)
    if faults:
        return None
    table = kind(**values)
    faults.extend(table.list_faults())
    return table


def find_row(hint: Any) -> type[Table] | None:
    """Return what an option of that type is a list of, None where it is no list of tables."""
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    row = get_args(plain)[0] if get_origin(plain) is tuple else None
    return row if isinstance(row, type) and issubclass(row, Table) else None


def _convert_value(hint: Any, value: object, where: str, faults: list[str]) -> Any:
    if isinstance(hint, type) and issubclass(hint, Table):
        return read_table(hint, value, where, faults)
    row = find_row(hint)
    if row and isinstance(value, list):
        return tuple(read_table(row, each, f"{where}[{i}]", faults) for i, each in enumerate(value))
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        faults.append(f"{where}: {error}")
        return None


def _tell_meaning(kind: type[Table], name: str) -> str:
    hint = get_type_hints(kind, include_extras=True)[name]
    notes = [meta.description for meta in getattr(hint, "__metadata__", ()) if meta.description]
    return notes[-1] if notes else (getattr(hint, "__doc__", "") or "").strip()


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
