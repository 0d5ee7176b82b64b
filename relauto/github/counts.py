"""How many requests were sent, for what and to which endpoint: the figures behind budgets and tables.

What is measured. Every request to GitHub's API counts as it leaves, repeats and 304s included (git's own
traffic is none). Each has one purpose, told where it is sent and never worked out afterwards:

- `path`: what it takes to bring the fix to the customer while nobody has to be waited for: every look
  that each run begins with, every look after a write, every write to a pull request, release or issue
  of QA. A look that asks for several things at once is `path` when one of them is.
- `waiting`: a whole run that found nothing new, so that the journal is as it was before; and the
  conditional reads that tell whether another run is worth it.
- `assets`: files sent up and down, finding where they are, and publishing the draft they are put into.
- `notices`: what only people read: the desk with its issue, its questions and what people answered there,
  and what pull requests show of how far they have come.
- `rehearsal`: what only a rehearsal does: the release that the customer has, and reading back at its end.

The budgets are for `path`, one target (`BUDGETS`). The least that any program needs is `FLOOR`: no look
but the one before each merge and at the candidate's checks.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

Kind = Literal["read", "write"]
Purpose = Literal["path", "waiting", "assets", "notices", "rehearsal"]
Via = Literal["push", "pull"]

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)

BUDGETS: Mapping[Via, int] = {"push": 22, "pull": 30}
"""The most requests that the path may take, by how picks reach the line."""

FLOOR: Mapping[Via, int] = {"push": 7, "pull": 10}
"""Pull request, look, merge (twice with a pick's own), look at the candidate, QA's issue, its answer,
release: nobody looks whether something is there before it is written, nor after."""

_SHA = re.compile(r"\b[0-9a-f]{40}\b")
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")
_BRANCH = re.compile(r"(?<=branches/)[^?]+$")
_PATH = re.compile(r"(?<=^contents/).+$")
_LABEL = re.compile(r"(?<=/labels/).+$")
_FILE = re.compile(r"(?<=actions/workflows/)[^/]+")


class Row(NamedTuple):
    """One line of the table: how often an endpoint was asked, and how often it said "not modified"."""

    purpose: Purpose
    kind: Kind
    endpoint: str
    requests: int
    unchanged: int = 0


class Sums(NamedTuple):
    """The requests of one purpose; `unchanged` of the reads were answered with 304."""

    read: int
    write: int
    unchanged: int

    @property
    def all(self) -> int:
        """Reads and writes together."""
        return self.read + self.write


_Key = tuple[Purpose, Kind, str]


@dataclass
class Counts:
    """Requests as they were sent, repeats included. Several clients may share one."""

    requests: Counter[_Key] = field(default_factory=Counter)
    unchanged: Counter[_Key] = field(default_factory=Counter)
    purpose: Purpose = "path"

    def add(self, kind: Kind, endpoint: str, purpose: Purpose | None = None) -> None:
        """Count one request; its purpose is the one that holds now, or `purpose`."""
        self.requests[purpose or self.purpose, kind, endpoint] += 1

    def add_unchanged(self, endpoint: str) -> None:
        """Note that a read, which `add` has counted, was answered with 304."""
        self.unchanged[self.purpose, "read", endpoint] += 1

    @contextmanager
    def about(self, purpose: Purpose) -> Iterator[None]:
        """Give the requests within a purpose; one that is not `path` already stays what it is."""
        before = self.purpose
        self.purpose = purpose if before == "path" else before
        try:
            yield
        finally:
            self.purpose = before

    def copy(self) -> "Counts":
        """Return the figures as they are now."""
        return Counts(self.requests.copy(), self.unchanged.copy(), self.purpose)

    def call_waiting(self, since: "Counts") -> None:
        """Give every request since then the purpose `waiting`: the run found nothing new."""
        for counter, before in ((self.requests, since.requests), (self.unchanged, since.unchanged)):
            for key, more in (counter - before).items():
                purpose, kind, endpoint = key
                if purpose != "rehearsal":
                    counter[key] -= more
                    counter["waiting", kind, endpoint] += more

    @property
    def read(self) -> int:
        """How many requests asked."""
        return sum(count for (_, kind, _), count in self.requests.items() if kind == "read")

    @property
    def write(self) -> int:
        """How many requests could change something."""
        return sum(count for (_, kind, _), count in self.requests.items() if kind == "write")

    def table(self) -> tuple[Row, ...]:
        """Return a row for each purpose, kind and endpoint, writes last, most asked first."""
        rows = (Row(*key, count, self.unchanged[key]) for key, count in self.requests.items() if count)
        return tuple(
            sorted(rows, key=lambda row: (PURPOSES.index(row.purpose), row.kind, -row.requests, row.endpoint))
        )

    def by_kind(self) -> dict[Purpose, Sums]:
        """Return the sums of each purpose, all of them, in the order of `PURPOSES`."""
        return {purpose: self._sum(purpose) for purpose in PURPOSES}

    def _sum(self, purpose: Purpose) -> Sums:
        rows = [row for row in self.table() if row.purpose == purpose]
        read = sum(row.requests for row in rows if row.kind == "read")
        return Sums(read, sum(row.requests for row in rows) - read, sum(row.unchanged for row in rows))


def describe_requests(counts: Counts) -> dict[str, Any]:
    """Return all figures as JSON documents hold them: reads and writes in all, and by purpose."""
    by_kind = {purpose: sums._asdict() for purpose, sums in counts.by_kind().items()}
    return {"read": counts.read, "write": counts.write, "by_kind": by_kind}


def draw_table(counts: Counts, via: Via) -> str:
    """Return the table by purpose as people read it, the path held against its budget."""
    lines = ["requests    read  write  of the reads not modified (304)"]
    for purpose, sums in counts.by_kind().items():
        told = f"   {sums.all} of at most {BUDGETS[via]} (floor {FLOOR[via]})" if purpose == "path" else ""
        share = f"{sums.unchanged:>6} ({_percent(sums)})" if sums.read else f"{0:>6}"
        lines.append(f"{purpose:<10} {sums.read:>5}  {sums.write:>5}  {share}{told}")
    return "\n".join(lines)


def _percent(sums: Sums) -> str:
    return f"{100 * sums.unchanged / sums.read:.0f} %"


def name_endpoint(verb: str, path: str) -> str:
    """Return the endpoint that a request belongs to: its path without ids and names."""
    path = path.partition("?")[0]
    for pattern, placeholder in (
        (_SHA, "{sha}"),
        (_NUMBER, "{n}"),
        (_BRANCH, "{branch}"),
        (_PATH, "{path}"),
        (_LABEL, "{label}"),
        (_FILE, "{file}"),
    ):
        path = pattern.sub(placeholder, path)
    return f"{verb} {path}"
