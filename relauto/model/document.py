"""YAML documents read against a type, with every fault at its line.

msgspec stops at the first fault and knows no lines; a person who edits a document wants all of
them. So the tree of YAML nodes, which know their lines, is walked along the type first.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, TypeVar, get_args, get_origin

import msgspec
import yaml

from relauto.errors import FaultsError

_S = TypeVar("_S", bound=msgspec.Struct)

# libyaml reads the playbook ten times faster; every command reads it.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a question that names the nearest of the `known` names, or nothing when none is near."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


@dataclass
class Document:
    """A YAML text on its way to a value: its faults, and where each key is.

    A path names a value from the root, such as `stages[0].steps[2].roles`.
    """

    kind: str
    source: str
    faults: list[tuple[int, str]] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    def refuse(self, path: str, fault: str) -> None:
        """Note a fault of the value at `path`, or of the nearest one around it."""
        at = path
        while at and at not in self.lines:
            at = at[: max(at.rfind("."), at.rfind("["), 0)]
        line = self.lines.get(at, 1)
        self.faults.append((line, f"{self.source}, line {line}: {path or 'the document'}: {fault}"))

    def found(self, kind: type[_S]) -> Iterator[tuple[str, _S]]:
        """Yield path and value of every part of this type that has no fault in itself."""
        return ((path, value) for path, value in self.values.items() if type(value) is kind)

    def finish(self) -> None:
        """Return when there is no fault.

        Raises:
            FaultsError: there are faults; it names all of them, by line.
        """
        if self.faults:
            raise FaultsError(f"{self.kind} {self.source}", [text for _, text in sorted(self.faults)])


def read_document(text: str, source: str, type_: type[msgspec.Struct], kind: str) -> Document:
    """Return the document in `text`, walked along `type_`; its faults are not raised yet.

    Raises:
        FaultsError: it is no YAML at all.
    """
    document = Document(kind, source)
    try:
        root = yaml.compose(text, Loader=_LOADER)
        if root is None:
            document.refuse("", "it is empty")
        else:
            _walk(document, root, type_, "")
    except yaml.MarkedYAMLError as error:
        _refuse_yaml(document, error)
    except (yaml.YAMLError, RecursionError) as error:
        raise FaultsError(f"{kind} {source}", [f"not YAML: {error}"]) from error
    return document


def _refuse_yaml(document: Document, error: yaml.MarkedYAMLError) -> NoReturn:
    line = error.problem_mark.line + 1 if error.problem_mark else 1
    fault = f"{document.source}, line {line}: not YAML: {error.problem}"
    raise FaultsError(f"{document.kind} {document.source}", [fault]) from error


def _walk(document: Document, node: yaml.Node, type_: Any, path: str) -> None:
    document.lines.setdefault(path, node.start_mark.line + 1)
    before = len(document.faults)
    inner = next((part for part in get_args(type_) if _is_struct(part)), None)
    struct = type_ if _is_struct(type_) else None
    if get_origin(type_) is tuple:
        _walk_sequence(document, node, get_args(type_)[0], path)
    elif struct or (inner and type(None) in get_args(type_)):
        _walk_struct(document, node, struct or inner, path)
    elif get_origin(type_) is dict:
        _walk_pairs(document, node, get_args(type_)[1], path)
    elif get_origin(type_) is Literal:
        _check_choice(document, node, get_args(type_), path)
    if len(document.faults) == before:
        _convert(document, node, type_, path)


def _is_struct(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, msgspec.Struct)


def _convert(document: Document, node: yaml.Node, type_: Any, path: str) -> None:
    try:
        document.values[path] = msgspec.convert(_construct(node), type_)
    except (msgspec.ValidationError, UnicodeEncodeError) as error:  # YAML can write half a character
        document.refuse(path, str(error).replace("`", ""))


def _construct(node: yaml.Node) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def _walk_sequence(document: Document, node: yaml.Node, type_: Any, path: str) -> None:
    if not isinstance(node, yaml.SequenceNode):
        document.refuse(path, "must be a list")
        return
    for number, part in enumerate(node.value):
        _walk(document, part, type_, f"{path}[{number}]")


def _keys(document: Document, node: yaml.Node, path: str) -> Iterator[tuple[str, str, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        document.refuse(path, "must be a mapping of keys to values")
        return
    seen: set[str] = set()
    for key, part in node.value:
        name = str(key.value)
        inner = f"{path}.{name}" if path else name
        if name in seen:
            document.refuse(path, f"the key {name!r} stands twice, again on line {key.start_mark.line + 1}")
            continue
        seen.add(name)
        document.lines[inner] = key.start_mark.line + 1
        yield name, inner, part


def _walk_pairs(document: Document, node: yaml.Node, type_: Any, path: str) -> None:
    for _, inner, part in _keys(document, node, path):
        _walk(document, part, type_, inner)


def _walk_struct(document: Document, node: yaml.Node, struct: Any, path: str) -> None:
    fields = {part.encode_name: part for part in msgspec.structs.fields(struct)}
    given = set()
    for name, inner, part in _keys(document, node, path):
        given.add(name)
        if name in fields:
            _walk(document, part, fields[name].type, inner)
        else:
            document.refuse(inner, f"there is no such key{suggest(name, fields)}")
    if isinstance(node, yaml.MappingNode):
        for name in [name for name, part in fields.items() if part.required and name not in given]:
            document.refuse(path, f"the key {name!r} is missing")


def _check_choice(document: Document, node: yaml.Node, choices: tuple[str, ...], path: str) -> None:
    if node.value not in choices:
        known = ", ".join(choices)
        document.refuse(path, f"{node.value!r} is none of {known}{suggest(str(node.value), choices)}")
