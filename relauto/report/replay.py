"""How relauto would have done on a history: a table for a terminal, and a page."""

from dataclasses import dataclass

from relauto.comms.rendering import Renderer, shipped
from relauto.replaying.replay import Result
from relauto.replaying.tally import Tally

_MEANING: dict[Result, str] = {
    "exact": "the pick is what people committed",
    "clean_differs": "the pick applies, and people committed something else",
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
    """Return every result with its count, those without any pair too."""
    return [
        Row(result, meaning, tally.results[result], tally.share(result))
        for result, meaning in _MEANING.items()
    ]


def draw_replay(tally: Tally, seconds: float) -> str:
    """Return the figures as a table for a terminal."""
    lines = [
        f"{tally.pairs} backports picked again in {seconds:.1f} s.",
        f"A pick takes {tally.quantile(0.5):g} ms, 95 % of them at most {tally.quantile(0.95):g} ms.",
        "",
    ]
    lines += [
        f"  {row.result:<14}{row.count:>8}{row.share:>8.1f} %  {row.meaning}" for row in list_rows(tally)
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
        bars=tally.spread(),
        seconds=seconds,
        product=product,
    )
