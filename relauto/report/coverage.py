"""Which fixes are on which lines: a table for a terminal, and what of it has to be looked at."""

from collections.abc import Iterator, Sequence

from relauto.counting import name_count
from relauto.model.names import Branch
from relauto.replaying.coverage import Cell, Row
from relauto.report.fitting import fit_first, hang, split_columns

_SUBJECT, _GAP = 44, 2
_ID = 8
_LEGEND = (
    "An id is the commit that brought it; missing: no ancestry, message, patch or trial pick shows it; "
    "unknown: what would show it is not here."
)
_FOLLOWED = {"reverted": "reverted on main later", "fixed": "fixed up on main later"}


def draw_coverage(rows: Sequence[Row], seconds: float, width: int | None = None) -> str:
    """Return the table as text, then each row of which something has to be looked at.

    Lines of which not all stand beside each other in `width` characters go on below.
    """
    told = list(tell_coverage(rows))
    count = name_count(len(rows), "fix", "fixes")
    lines = [f"{count}, {len(told)} to be looked at; {seconds:.1f} s."]
    for block in _draw_blocks(rows, width):
        lines += ["", *block]
    lines += ["", *hang("", _LEGEND, width)]
    if told:
        lines += ["", "To be looked at:"]
        lines += [line for each in told for line in hang("  ", each, width)]
    return "\n".join(lines)


def _draw_blocks(rows: Sequence[Row], width: int | None) -> Iterator[list[str]]:
    branches = list(dict.fromkeys(branch for row in rows for branch in row.cells))
    columns = [[branch, *(_phrase(row, branch) for row in rows)] for branch in branches]
    widths = [_GAP + max(map(len, column)) for column in columns]
    wide = fit_first(_GAP + _SUBJECT, widths, width)
    names = ["", *(_shorten(_name(row), wide - _GAP) for row in rows)]
    for places in split_columns(widths, width and width - wide):
        yield [
            "".join(
                [
                    f"{'':<{_GAP}}{name:<{wide - _GAP}}",
                    *(f"{'':<{_GAP}}{columns[place][number]:<{widths[place] - _GAP}}" for place in places),
                ]
            ).rstrip()
            for number, name in enumerate(names)
        ]


def tell_coverage(rows: Sequence[Row]) -> Iterator[str]:
    """Yield a sentence for each row of which something has to be looked at."""
    for row in rows:
        lacking: dict[Branch, list[Branch]] = {}
        for holder, branch in row.gaps:
            lacking.setdefault(holder, []).append(branch)
        found = [f"in {holder} but missing in {', '.join(each)}" for holder, each in lacking.items()]
        for later, without in row.later:
            if without:
                still = ", ".join(without)
                found.append(f"{_FOLLOWED[later.kind]} by {later.commit.short}, which is not in {still}")
        unknown = [branch for branch, cell in row.cells.items() if cell.state == "unknown"]
        if unknown:
            found.append(f"unknown in {', '.join(unknown)}")
        if found:
            yield f"{_name(row)}: {'; '.join(found)}"


def _name(row: Row) -> str:
    return f"{f'#{row.pull} ' if row.pull else ''}{row.fix[:_ID]} {row.subject}"


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _phrase(row: Row, branch: Branch) -> str:
    cell = row.cells.get(branch, Cell("unknown"))
    if cell.state != "in":
        return cell.state
    return f"{cell.commit[:_ID]} {cell.by}" if cell.commit else f"in, by its {cell.by}"
