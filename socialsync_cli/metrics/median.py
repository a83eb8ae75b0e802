"""The middle of a list, and how sure one can be of it. Lists come sorted: callers need them so anyway."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

_SMALLEST_SAMPLE = 6
"""Below six values even the extremes do not hold the median with 95 %."""


def median(ordered: Sequence[float]) -> float | None:
    """The middle one of sorted numbers, or the mean of the middle two; None of none."""
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    return ordered[half] if odd else (ordered[half - 1] + ordered[half]) / 2


def median_interval(ordered: Sequence[float]) -> tuple[float, float] | None:
    """The 95 % interval of the median behind sorted numbers, whatever their distribution; None below six.

    Its ends are the k-th smallest and the k-th largest value: each value falls below the true median as a
    fair coin falls, so the binomial distribution tells how far out k must be (the interval of the sign test).
    """
    n = len(ordered)
    if n < _SMALLEST_SAMPLE:
        return None
    k = _rank(n)
    return ordered[k - 1], ordered[n - k]


@cache
def _rank(n: int) -> int:
    """The largest k for which at most k − 1 heads in n throws have a probability of 2.5 % or less."""
    heads, ways, ways_so_far = 0, 1, 1
    while 40 * ways_so_far <= 2**n:  # in integers, so that nothing is lost to rounding
        heads += 1
        ways = ways * (n - heads + 1) // heads
        ways_so_far += ways
    return heads
