"""How relauto would have done on a history: a table for a terminal, and a page."""

from collections.abc import Sequence
from dataclasses import dataclass

from relauto.comms.rendering import Renderer, shipped
from relauto.counting import name_count
from relauto.model.resolution import CONFIDENCES
from relauto.replaying.conflicts import Cause, ConflictTally
from relauto.replaying.quantiles import find_quantile
from relauto.replaying.replay import Result
from relauto.replaying.tally import Tally
from relauto.replaying.worth import Worth
from relauto.report.fitting import hang

_CAUSES: dict[Cause, str] = {
    "prerequisites": "clean once earlier commits of main are picked first",
    "line": "clean without commits of the line",
    "line and main": "clean without commits of the line and with earlier ones of main",
    "main, in part": "clean with what earlier commits of main did to the files in conflict",
    "line, in part": "clean with other changes of the line or of main in the files in conflict",
    "none": "nothing was proved",
    "unknown": "something is absent or failed",
}
_MEANING: dict[Result, str] = {
    "exact": "the pick is what people committed",
    "clean_differs": "the pick applies, and people committed something else",
    "resolved_exact": "it conflicts, and trusted resolvers make what people committed",
    "resolved_differs": "they make something else",
    "proposed_exact": "it conflicts, and what resolvers propose is what people committed",
    "proposed_differs": "they propose something else",
    "conflict": "the pick does not apply",
    "already": "the line had the change",
    "error": "not picked: something is absent or failed",
}


@dataclass(frozen=True)
class Row:
    """One result, or one cause: how many pairs ended so, and their share in per cent."""

    result: Result | Cause
    meaning: str
    count: int
    share: float


def list_rows(tally: Tally) -> list[Row]:
    """Return every result with its count, those without any pair too, but for those of resolvers."""
    return [
        Row(result, meaning, tally.results[result], tally.share(result))
        for result, meaning in _MEANING.items()
        if tally.results[result] or not result.startswith(("resolved", "proposed"))
    ]


def list_worth(tally: Tally) -> list[tuple[str, Worth]]:
    """Return what resolvers' answers were worth: all together, by confidence, by resolver."""
    if not tally.settled.cases:
        return []
    known = [(name, tally.confidences[name]) for name in CONFIDENCES if name in tally.confidences]
    return [("all of them", tally.settled), *known, *sorted(tally.resolvers.items())]


def list_causes(found: ConflictTally) -> list[Row]:
    """Return what was proved to be behind conflicts, with shares of those that were looked into."""
    causes = found.causes
    share = 100 / causes.total() if causes else 0.0
    return [Row(cause, text, causes[cause], share * causes[cause]) for cause, text in _CAUSES.items()]


def list_explained(tally: Tally) -> list[tuple[str, list[str], list[Row]]]:
    """Return what is told of causes: of all conflicts, and of those left where resolvers settled some.

    Each with what to call them ("" where these are all), sentences and rows; none where nobody searched.
    """
    found, left = tally.causes, tally.causes_left
    if not found.causes:
        return []
    name = f"all {found.causes.total()}" if tally.settled.cases else ""
    told = [(name, [_tell_proved(found), *_tell_search(found)], list_causes(found))]
    if tally.settled.cases and left.causes:
        name = f"the {left.causes.total()} that no resolver settled"
        told.append((name, [_tell_proved(left)], list_causes(left)))
    return told


def _tell_proved(found: ConflictTally) -> str:
    return f"Conflicts with a cause that was proved by trial: {found.explained} of {found.causes.total()}."


def _tell_search(found: ConflictTally) -> list[str]:
    """Return what the search took, and what the prerequisites are that it found."""
    told = []
    if found.times:
        seconds = (find_quantile(found.times, share) / 1000 for share in (0.5, 0.95))
        picks = (find_quantile(found.picks, share) for share in (0.5, 0.95))
        told.append(
            "A search takes {:.2f} s, 95 % of them at most {:.2f} s;".format(*seconds)
            + " it tries {:g} picks, 95 % at most {:g}.".format(*picks)
        )
    if found.proposed:
        sizes = ", ".join(f"{count} of {size}" for size, count in sorted(found.sizes.items()))
        median = find_quantile(found.lines, 0.5)
        told += [
            f"Sets of prerequisites by commits: {sizes}. A set changes {median:g} lines in the median.",
            f"Commits in them that are on the line by another sign: {found.known} of {found.proposed}.",
            (
                "Sets after which the fix is, in every file in conflict, what people committed: "
                f"{found.right} of {found.prerequisites}."
            ),
        ]
    return told


def tell_remedies(tally: Tally) -> list[str]:
    """Return what either remedy was worth where a conflict has two, in sentences; none where none has."""
    both = tally.remedies
    if not both.cases:
        return []
    proposal, first = (
        f"{count} ({both.share(count):.1f} %)" for count in (both.proposal_right, both.prerequisites_right)
    )
    neither = both.cases - both.either_right
    return [
        f"Conflicts with a proposal and with prerequisites: {both.cases}. In every file in conflict people",
        f"had committed what resolvers propose in {proposal}, what the fix is after its prerequisites in",
        f"{first}, neither in {neither}. Where people picked prerequisites first, the line has them, so such",
        "conflicts are not among these.",
    ]


def draw_replay(tally: Tally, seconds: float, width: int | None = None) -> str:
    """Return the figures as a table for a terminal of `width` characters."""
    lines = [
        f"{name_count(tally.pairs, 'backport')} picked again in {seconds:.1f} s.",
        f"A pick takes {tally.quantile(0.5):g} ms, 95 % of them at most {tally.quantile(0.95):g} ms."
        if tally.times
        else "No pick was made.",
        "",
    ]
    lines += _draw_results(list_rows(tally), width)
    lines += _draw_worth(tally)
    lines += _draw_causes(tally, width)
    told = (
        ("what shows that they are backports", tally.evidence),
        ("conflicts by kind (one may be of several)", tally.kinds),
        ("why not picked", tally.reasons),
    )
    for heading, counts in told:
        if counts:
            lines += ["", f"{heading}:"]
            lines += [
                line for name, count in counts.most_common() for line in hang(f"{count:>24}  ", name, width)
            ]
    return "\n".join(lines)


def _draw_results(rows: Sequence[Row], width: int | None) -> list[str]:
    return [
        line
        for row in rows
        for line in hang(f"  {row.result:<17}{row.count:>8}{row.share:>8.1f} %  ", row.meaning, width)
    ]


def _draw_causes(tally: Tally, width: int | None) -> list[str]:
    lines = []
    for name, told, rows in list_explained(tally):
        heading = [f"why they conflict: {name}"] if name else []
        lines += ["", *heading, *told, "", *_draw_results(rows, width)]
    remedies = tell_remedies(tally)
    return [*lines, *(["", *remedies] if remedies else [])]


def _draw_worth(tally: Tally) -> list[str]:
    rows = list_worth(tally)
    if not rows:
        return []
    conflicts = name_count(tally.conflicted, "conflict")
    heading = f"what resolvers settled of {conflicts}, and how often people did the same:"
    return ["", heading, *(_draw_row(name, worth) for name, worth in rows)]


def _draw_row(name: str, worth: Worth) -> str:
    cases = f"{worth.cases_right:>6} of {worth.cases:>5} cases, {worth.precision:>5.1f} %"
    files = f"{worth.files_right} of {name_count(worth.files, 'file')}"
    return f"  {name:<12}{cases}; {files}; {name_count(worth.hunks, 'hunk')}"


def render_replay(tally: Tally, seconds: float, product: str, renderer: Renderer | None = None) -> str:
    """Return the page, in HTML. It asks the network for nothing.

    Args:
        tally: what was counted.
        seconds: how long it took.
        product: what the history is called.
        renderer: where templates come from.

    Raises:
        InputError: the template is at fault.
    """
    return (renderer or shipped()).render(
        "report/replay.html",
        tally=tally,
        rows=list_rows(tally),
        worth=list_worth(tally),
        explained=list_explained(tally),
        remedies=tell_remedies(tally),
        bars=tally.spread(),
        seconds=seconds,
        product=product,
    )
