"""How relauto would have done on a history: a table for a terminal, and a page."""

from dataclasses import dataclass

from relauto.comms.rendering import Renderer, shipped
from relauto.model.resolution import CONFIDENCES
from relauto.replaying.conflicts import Cause
from relauto.replaying.quantiles import find_quantile
from relauto.replaying.replay import Result
from relauto.replaying.tally import Tally
from relauto.replaying.worth import Worth

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


def list_causes(tally: Tally) -> list[Row]:
    """Return what was proved to be behind conflicts, with shares of those that were looked into."""
    causes = tally.conflicts.causes
    share = 100 / causes.total() if causes else 0.0
    return [Row(cause, text, causes[cause], share * causes[cause]) for cause, text in _CAUSES.items()]


def tell_causes(tally: Tally) -> list[str]:
    """Return what the search for causes took and found, in sentences; none where nobody searched."""
    found = tally.conflicts
    if not found.causes:
        return []
    seconds = (find_quantile(found.times, share) / 1000 for share in (0.5, 0.95))
    picks = (find_quantile(found.picks, share) for share in (0.5, 0.95))
    told = [
        f"Conflicts with a cause that was proved by trial: {found.explained} of {found.causes.total()}.",
        "A search takes {:.2f} s, 95 % of them at most {:.2f} s;".format(*seconds)
        + " it tries {:g} picks, 95 % at most {:g}.".format(*picks),
    ]
    if found.proposed:
        sizes = ", ".join(f"{count} of {size}" for size, count in sorted(found.sizes.items()))
        median = find_quantile(found.lines, 0.5)
        told += [
            f"Sets of prerequisites by commits: {sizes}. A set changes {median:g} lines in the median.",
            f"Of the {found.proposed} commits in them, {found.known} are on the line by another sign.",
        ]
    return told


def draw_replay(tally: Tally, seconds: float) -> str:
    """Return the figures as a table for a terminal."""
    lines = [
        f"{tally.pairs} backports picked again in {seconds:.1f} s.",
        f"A pick takes {tally.quantile(0.5):g} ms, 95 % of them at most {tally.quantile(0.95):g} ms."
        if tally.times
        else "No pick was made.",
        "",
    ]
    lines += [
        f"  {row.result:<17}{row.count:>8}{row.share:>8.1f} %  {row.meaning}" for row in list_rows(tally)
    ]
    lines += _draw_worth(tally)
    causes = tell_causes(tally)
    if causes:
        lines += ["", *causes, ""]
        lines += [
            f"  {row.result:<17}{row.count:>8}{row.share:>8.1f} %  {row.meaning}"
            for row in list_causes(tally)
        ]
    told = (
        ("what shows that they are backports", tally.evidence),
        ("conflicts by kind (one may be of several)", tally.kinds),
        ("why not picked", tally.reasons),
    )
    for heading, counts in told:
        if counts:
            lines += ["", f"{heading}:", *(f"{count:>24}  {name}" for name, count in counts.most_common())]
    return "\n".join(lines)


def _draw_worth(tally: Tally) -> list[str]:
    rows = list_worth(tally)
    if not rows:
        return []
    heading = f"what resolvers settled of {tally.conflicted} conflicts, and how often people did the same:"
    return ["", heading, *(_draw_row(name, worth) for name, worth in rows)]


def _draw_row(name: str, worth: Worth) -> str:
    cases = f"{worth.cases_right:>6} of {worth.cases:>5} cases, {worth.precision:>5.1f} %"
    return f"  {name:<12}{cases}; {worth.files_right} of {worth.files} files; {worth.hunks} hunks"


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
        causes=list_causes(tally),
        told_causes=tell_causes(tally),
        bars=tally.spread(),
        seconds=seconds,
        product=product,
    )
