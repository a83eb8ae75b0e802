"""Lines of the charts: where they are drawn through, where they stop, and what they say to those who cannot see them.

A line stops where a value is unknown, where days are missing for long, and where figures begin to be made in another
way: on both sides of such a break they must not be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from socialsync_cli.show.chart import Point
from socialsync_cli.show.figures import count, percent
from socialsync_cli.show.report.records import RateDay, ScoreDay

_LONGEST_GAP_DAYS = 10
"""Days without a value over which a line is still drawn, as in the terminal."""
_EPOCH = date(1970, 1, 1)


class Step(NamedTuple):
    """A day of a line."""

    day: date
    values: tuple[float | None, ...]
    """The value, and what it is compared with."""
    made: tuple[Hashable, ...] = ()
    """How it was made: the line breaks where this changes."""


class Trend(NamedTuple):
    """A chart: a line, or a line beside another."""

    title: str
    steps: Sequence[Step]
    words: Callable[[float], str]

    @property
    def drawable(self) -> bool:
        """Whether there is anything to be seen."""
        return sum(step.values[0] is not None for step in self.steps) >= 2

    def spoken(self) -> str:
        """Return what the chart shows, for those who cannot see it."""
        known = [(step.day, step.values[0]) for step in self.steps if step.values[0] is not None]
        (first, start), (last, end) = known[0], known[-1]
        lowest, highest = min(value for _, value in known), max(value for _, value in known)
        text = (
            f"Line chart of {self.title}, {first} to {last}: from {self.words(start)} to {self.words(end)}, "
            f"lowest {self.words(lowest)}, highest {self.words(highest)}"
        )
        beside = self.steps[-1].values[1] if len(self.steps[-1].values) > 1 else None
        if beside is not None:
            text += f"; peers {self.words(beside)}"
        breaks = [step.day for step, _ in _breaks(self.steps)]
        if breaks:
            text += f"; not comparable across {' and '.join(map(str, breaks))}, where the way of calculating changed"
        return text + "."

    def data(self) -> dict[str, Any]:
        """Return what the chart is drawn from.

        `x` are days since 1970 (only the first if none is missing), `y` and `z` the values, `b` the breaks: where and
        why. Whole numbers are long and change little: with `from`, `y` has the steps from value to value.
        """
        breaks = dict(_breaks(self.steps))
        rows: list[tuple[float, tuple[float | None, ...]]] = []
        marks: list[tuple[float, str]] = []
        before: date | None = None
        for step in self.steps:
            number = (step.day - _EPOCH).days
            nothing = (None,) * len(step.values)
            if step in breaks:
                rows.append((number - 0.5, nothing))
                marks.append((number - 0.5, breaks[step]))
            elif before is not None and (step.day - before).days > _LONGEST_GAP_DAYS:
                rows.append((number - 1, nothing))
            rows.append((number, step.values))
            before = step.day
        days = [number for number, _ in rows]
        whole = all(later - earlier == 1 for earlier, later in pairwise(days))
        data: dict[str, Any] = {"x": days[0] if whole and days else days} | _line([values[0] for _, values in rows])
        if rows and len(rows[0][1]) > 1:
            data["z"] = [values[1] for _, values in rows]
        return data | ({"b": marks} if marks else {})


def _line(values: Sequence[float | None]) -> dict[str, Any]:
    known = [value for value in values if value is not None]
    if not known or not all(isinstance(value, int) for value in known):
        return {"y": values}
    at, steps = known[0], []
    for value in values:
        steps.append(None if value is None else value - at)
        at = at if value is None else value
    return {"from": known[0], "y": steps}


def _breaks(steps: Sequence[Step]) -> list[tuple[Step, str]]:
    """Return the first day of everything that was made in another way than what comes before it, and why."""
    return [(later, _why(earlier.made, later.made)) for earlier, later in pairwise(steps) if earlier.made != later.made]


def _why(before: tuple[Hashable, ...], now: tuple[Hashable, ...]) -> str:
    names = ("formula", "benchmarks", "rate of", "way", "weights")
    for name, old, new in zip(names, before, now, strict=False):
        if old != new:
            return "new weights" if name == "weights" else f"{name} {new}"
    return "new"


def followers(points: Sequence[Point]) -> Trend:
    """Return the counts of followers."""
    return Trend("followers", [Step(p.day, (int(p.value),)) for p in points], count)


def engagement(days: Mapping[date, RateDay], decimals: int) -> Trend:
    """Return the engagement rates, in percent, and those of the peers."""
    steps = []
    denominator = next((row.er_headline_denominator for row in days.values() if row.er_headline_denominator), None)
    for day, row in days.items():
        denominator = row.er_headline_denominator or denominator  # unknown rates have none: no break on their account
        made = (row.formula_version, row.benchmark_version, denominator)
        steps.append(Step(day, (_percent(row.er_headline, 4), _percent(row.er_benchmark, 3)), made))
    return Trend("engagement rate", steps, lambda value: percent(value / 100, decimals))


def score(days: Mapping[date, ScoreDay]) -> Trend:
    """Return the scores."""
    steps = [
        Step(
            day,
            (None if row.score is None else round(row.score, 1),),
            (
                row.formula_version,
                row.benchmark_version,
                None,
                row.aggregation,
                tuple(sorted((row.weights or {}).items())),
            ),
        )
        for day, row in days.items()
    ]
    return Trend("score", steps, lambda value: f"{value:.1f}")


def _percent(fraction: float | None, digits: int) -> float | None:
    """Return a fraction as a percentage of so many digits as can be seen in a chart."""
    return None if fraction is None else float(f"{fraction * 100:.{digits}g}")
