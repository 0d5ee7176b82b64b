"""How many requests were sent, by kind and endpoint: the figures behind budgets and tables."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["read", "write"]

_SHA = re.compile(r"\b[0-9a-f]{40}\b")
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
_BRANCH = re.compile(r"(?<=branches/)[^?]+$")


class Row(NamedTuple):
    """One line of the table: how often an endpoint was asked."""

    kind: Kind
    endpoint: str
    requests: int


@dataclass
class Counts:
    """Requests as they were sent, repeats included. Several clients may share one."""

    requests: Counter[tuple[Kind, str]] = field(default_factory=Counter)

    def add(self, kind: Kind, endpoint: str) -> None:
        """Count one request."""
        self.requests[kind, endpoint] += 1

    @property
    def read(self) -> int:
        """How many requests asked."""
        return self._of("read")

    @property
    def write(self) -> int:
        """How many requests could change something."""
        return self._of("write")

    def table(self) -> tuple[Row, ...]:
        """Return a row for each kind and endpoint, writes last, most asked first."""
        rows = (Row(kind, endpoint, count) for (kind, endpoint), count in self.requests.items())
        return tuple(sorted(rows, key=lambda row: (row.kind, -row.requests, row.endpoint)))

    def _of(self, wanted: Kind) -> int:
        return sum(count for (kind, _), count in self.requests.items() if kind == wanted)


def name_endpoint(verb: str, path: str) -> str:
    """Return the endpoint that a request belongs to: its path without ids and names."""
    path = path.partition("?")[0]
    for pattern, placeholder in ((_SHA, "{sha}"), (_NUMBER, "{n}"), (_BRANCH, "{branch}")):
        path = pattern.sub(placeholder, path)
    return f"{verb} {path}"
