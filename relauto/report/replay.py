"""How relauto would have done on a history: a table for a terminal, and a page."""

from dataclasses import dataclass

from relauto.comms.rendering import Renderer, shipped
from relauto.model.resolution import CONFIDENCES
from relauto.replaying.replay import Result
from relauto.replaying.tally import Tally
from relauto.replaying.worth import Worth

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
    """One result: how many pairs ended so, and their share in per cent."""

    result: Result
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


def draw_replay(tally: Tally, seconds: float) -> str:
    """Return the figures as a table for a terminal."""
    lines = [
        f"{tally.pairs} backports picked again in {seconds:.1f} s.",
        f"A pick takes {tally.quantile(0.5):g} ms, 95 % of them at most {tally.quantile(0.95):g} ms.",
        "",
    ]
    lines += [
        f"  {row.result:<17}{row.count:>8}{row.share:>8.1f} %  {row.meaning}" for row in list_rows(tally)
    ]
    lines += _draw_worth(tally)
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
        bars=tally.spread(),
        seconds=seconds,
        product=product,
    )
