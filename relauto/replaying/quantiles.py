"""Quantiles of what was counted, not kept."""

from collections import Counter


def find_quantile(counts: Counter[float], share: float) -> float:
    """Return the value that `share` (0 to 1) of what was counted does not exceed; 0 where nothing was."""
    wanted = share * counts.total()
    passed = 0
    for value, count in sorted(counts.items()):
        passed += count
        if passed >= wanted:
            return value
    return 0.0
