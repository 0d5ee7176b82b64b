"""GitHub's expressions as far as our workflows use them; whatever else is an error, never an empty text.

After GitHub's "Evaluate expressions in workflows and actions".
"""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?)(?![\w-])|(?P<name>[A-Za-z_][\w-]*)"
    r"|(?P<sign>&&|\|\||==|!=|[!().,]))"
)
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None}

Contexts = Mapping[str, Any]


class ExpressionError(Exception):
    """An expression that is none of those known here."""


class Loose(dict[str, Any]):
    """A context in which what is not there is null, as in GitHub's `github.event`."""

    def __missing__(self, key: str) -> None:
        return None


def loosen(value: Any) -> Any:
    """Return a JSON value in which what is not there is null."""
    if isinstance(value, Mapping):
        return Loose({key: loosen(each) for key, each in value.items()})
    return value


def fill(text: str, contexts: Contexts) -> str:
    """Return a text with each of its expressions replaced by its value."""
    return _EXPRESSION.sub(lambda match: render(evaluate(match[1], contexts)), text)


def holds(condition: str | bool | None, contexts: Contexts) -> bool:
    """Return whether an `if` is true; without one it is true as long as nothing failed."""
    text = "true" if condition is None else str(condition)
    match = _EXPRESSION.fullmatch(text.strip())
    told = _truth(evaluate(match[1] if match else text, contexts))
    asks_itself = re.search(r"\b(always|failure|cancelled|success)\(", text)
    return told and (bool(asks_itself) or contexts["job"]["status"] == "success")


def list_expressions(text: str) -> list[str]:
    """Return the inner text of every expression in a text."""
    return [each.strip() for each in _EXPRESSION.findall(text)]


def render(value: Any) -> str:
    """Return a value as it stands in a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise ExpressionError(f"{type(value).__name__} has no text")


def evaluate(text: str, contexts: Contexts) -> Any:
    """Return the value of an expression.

    Raises:
        ExpressionError: it cannot be parsed, or asks for something that nobody has told of.
    """
    return _Parser(text, contexts).run()


def _truth(value: Any) -> bool:
    return value not in (None, False, 0, "") and value == value


def _number(value: Any) -> float:
    if value is None or value == "":
        return 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    if type(one) is type(other):
        return bool(one == other)
    return _number(one) == _number(other)


def _format(text: str, *values: Any) -> str:
    return re.sub(r"\{(\d+)\}", lambda match: render(values[int(match[1])]), text)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "tojson": lambda value: json.dumps(value, indent=2),
    "format": _format,
    "startswith": lambda text, start: render(text).lower().startswith(render(start).lower()),
}


class _Parser:
    def __init__(self, text: str, contexts: Contexts) -> None:
        self._contexts = contexts
        self._tokens = list(_split(text))
        self._at = 0

    def run(self) -> Any:
        value = self._or()
        if self._at != len(self._tokens):
            raise ExpressionError(f"nothing is expected at {self._tokens[self._at][1]!r}")
        return value

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _take(self, sign: str) -> bool:
        found = self._peek() == ("sign", sign)
        self._at += found
        return found

    def _or(self) -> Any:
        value = self._and()
        while self._take("||"):
            other = self._and()
            value = value if _truth(value) else other
        return value

    def _and(self) -> Any:
        value = self._compare()
        while self._take("&&"):
            other = self._compare()
            value = other if _truth(value) else value
        return value

    def _compare(self) -> Any:
        value = self._not()
        while self._peek() in (("sign", "=="), ("sign", "!=")):
            same = self._take("==")
            self._at += not same
            value = _equal(value, self._not()) is same
        return value

    def _not(self) -> Any:
        return not _truth(self._not()) if self._take("!") else self._value()

    def _value(self) -> Any:
        kind, word = self._peek()
        self._at += 1
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return float(word) if "." in word else int(word)
        if (kind, word) == ("sign", "("):
            value = self._or()
            self._close()
            return value
        if kind == "name":
            return self._call(word) if self._take("(") else self._read(word)
        raise ExpressionError(f"a value is expected at {word!r}")

    def _call(self, name: str) -> Any:
        values = []
        if not self._take(")"):
            values.append(self._or())
            while self._take(","):
                values.append(self._or())
            self._close()
        if name.lower() in ("always", "success", "failure"):
            status = self._contexts["job"]["status"]
            return name.lower() == "always" or status == name.lower()
        if name.lower() not in _FUNCTIONS:
            raise ExpressionError(f"there is no function {name}")
        return _FUNCTIONS[name.lower()](*values)

    def _close(self) -> None:
        if not self._take(")"):
            raise ExpressionError("a parenthesis is not closed")

    def _read(self, name: str) -> Any:
        if name in _WORDS:
            return _WORDS[name]
        value, path = _find(self._contexts, name, name), name
        while self._take("."):
            kind, key = self._peek()
            if kind != "name":
                raise ExpressionError(f"{path} has no property {key!r}")
            self._at += 1
            path = f"{path}.{key}"
            value = None if value is None else _find(value, key, path)
        return value


def _find(value: Any, key: str, path: str) -> Any:
    if not isinstance(value, Mapping):
        raise ExpressionError(f"{path}: there are no properties")
    try:
        return value[key]
    except KeyError:
        raise ExpressionError(f"nobody tells {path}") from None


def _split(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ExpressionError(f"nobody reads {text[at:]!r}")
        yield next((kind, word) for kind, word in match.groupdict().items() if word is not None)
        at = match.end()
