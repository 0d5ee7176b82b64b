"""Which fixes are on which lines: a table for a terminal, and what of it has to be looked at."""

from collections.abc import Iterator, Sequence

from relauto.model.names import Branch
from relauto.replaying.coverage import Cell, Row

_SUBJECT = 44
_ID = 8
_LEGEND = (
    "An id is the commit that brought it; missing: no ancestry, message, patch or trial pick shows it; "
    "unknown: what would show it is not here."
)
_FOLLOWED = {"reverted": "reverted on main later", "fixed": "fixed up on main later"}


def draw_coverage(rows: Sequence[Row], seconds: float) -> str:
    """Return the table as text, then each row of which something has to be looked at."""
    told = list(tell_coverage(rows))
    count = "1 fix" if len(rows) == 1 else f"{len(rows)} fixes"
    head = f"{count}, {len(told)} of them to be looked at; {seconds:.1f} s."
    branches = list(dict.fromkeys(branch for row in rows for branch in row.cells))
    widths = {branch: max(len(branch), *(len(_phrase(row, branch)) for row in rows)) for branch in branches}
    lines = [head, "", f"  {'':<{_SUBJECT}}  " + "  ".join(f"{each:<{widths[each]}}" for each in branches)]
    for row in rows:
        cells = "  ".join(f"{_phrase(row, branch):<{widths[branch]}}" for branch in branches)
        lines.append(f"  {_shorten(_name(row)):<{_SUBJECT}}  {cells}")
    lines += ["", _LEGEND]
    if told:
        lines += ["", "To be looked at:", *(f"  {each}" for each in told)]
    return "\n".join(line.rstrip() for line in lines)


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


def _shorten(text: str) -> str:
    return text if len(text) <= _SUBJECT else f"{text[: _SUBJECT - 1]}…"


def _phrase(row: Row, branch: Branch) -> str:
    cell = row.cells.get(branch, Cell("unknown"))
    if cell.state != "in":
        return cell.state
    return f"{cell.commit[:_ID]} {cell.by}" if cell.commit else f"in, by its {cell.by}"
