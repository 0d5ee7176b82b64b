"""The journal under load and in growth, in a bare repository of its own: what held, and what it cost."""

import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from relauto.git.repository import Repository
from relauto.proving.growth import choose_sizes, measure_growth
from relauto.proving.load import Load, Written, check, write
from relauto.proving.tally import Run


@dataclass(frozen=True)
class Proof:
    """A run for each writer and incident, for the append and for the fold; and what was measured, by name."""

    runs: Sequence[Run]
    figures: dict[str, float]


def prove_journal(load: Load, *, rounds: int = 15, sabotage: str = "") -> Proof:
    """Write a load, hold it to what was to be written, and measure growth by so many rounds.

    `sabotage` says how the code of the writers is broken, empty for not at all.
    """
    with tempfile.TemporaryDirectory(prefix="relauto-prove-") as root:
        ops, work = Path(root) / "ops.git", Path(root) / "caches"
        Repository.init(ops).close()
        began = time.perf_counter()
        written = write(ops, work, load, sabotage=sabotage)
        seconds = time.perf_counter() - began
        runs = list(check(ops, load, written))
        growth = measure_growth(ops, work, sizes=choose_sizes(load.events), rounds=rounds)
    return Proof([*runs, *growth.check()], {**_count(written, seconds), **growth.figures()})


def _count(written: Sequence[Written], seconds: float) -> dict[str, float]:
    appends = [each for one in written for each in one.seconds]
    # Below two there are no quantiles, and the runs say why.
    twentieths = statistics.quantiles(appends, n=20) if len(appends) > 1 else [0.0] * 19
    return {
        "appends": len(appends),
        "races_lost": sum(one.races for one in written),
        "seconds": round(seconds, 1),
        "appends_per_second": round(len(appends) / seconds, 1),
        "append_p50_ms": round(twentieths[9] * 1000, 1),
        "append_p95_ms": round(twentieths[18] * 1000, 1),
    }
