"""Benchmarks of one's own: what `[score.benchmarks]` may say, and how a mistake in it is told.

A table that is given replaces the built-in one with all its platforms:

    [score.benchmarks]
    version = "our-pages-2026-03"
    [score.benchmarks.er_followers]        # also er_views, view_rate, reach_rate
    instagram = [[3000, 0.02], [50000, 0.006]]
    [score.benchmarks.posts_per_week]      # also growth_rate_30d
    instagram = 5.0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from socialsync_cli.errors import ConfigError
from socialsync_cli.metrics.benchmarks import DEFAULT_BENCHMARKS, Benchmarks
from socialsync_cli.metrics.platforms import FACTS, Anchors

_ANCHORED = ("er_followers", "er_views", "view_rate", "reach_rate")
_ABSURD = 1e18


def read_benchmarks(table: Mapping[str, object]) -> Benchmarks:
    """The benchmarks of a `[score.benchmarks]` table as a TOML parser returns it; {} are the built-in ones.

    Raises ConfigError, naming the key, for what is not a benchmark, and for a table that differs from the
    built-in one while `version` is still the built-in word: rows of different peers must not look comparable.
    """
    unknown = sorted(table.keys() - set(Benchmarks._fields))
    if unknown:
        _refuse(unknown[0], f"is no benchmark; there are {', '.join(Benchmarks._fields)}")
    version = table.get("version", DEFAULT_BENCHMARKS.version)
    if not isinstance(version, str) or not version.strip():
        _refuse("version", "must be a text")

    def anchors(name: str) -> Mapping[str, Anchors]:
        given = _platforms(name, table[name])
        return {platform: _anchors(f"{name}.{platform}", value) for platform, value in given.items()}

    def numbers(name: str, above: float) -> Mapping[str, float]:
        given = _platforms(name, table[name])
        return {platform: _number(f"{name}.{platform}", value, above) for platform, value in given.items()}

    changes: dict[str, Any] = {}
    for name in _ANCHORED:
        if name in table:
            changes[name] = anchors(name)
    if "posts_per_week" in table:
        changes["posts_per_week"] = numbers("posts_per_week", above=0.0)
    if "growth_rate_30d" in table:
        changes["growth_rate_30d"] = numbers("growth_rate_30d", above=-1.0)
    benchmarks = DEFAULT_BENCHMARKS._replace(**changes)
    if version == DEFAULT_BENCHMARKS.version and benchmarks != DEFAULT_BENCHMARKS:
        _refuse("version", "must be a word of your own, because a table differs from the built-in one")
    return benchmarks._replace(version=version)


def _platforms(key: str, value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        _refuse(key, "must be a table of platforms")
    for platform in value:
        if platform not in FACTS:
            _refuse(f"{key}.{platform}", f"is no platform; there are {', '.join(FACTS)}")
    return value


def _anchors(key: str, value: object) -> Anchors:
    if not isinstance(value, list | tuple) or not value:
        _refuse(key, "must be a list of [followers, value] pairs")
    anchors: list[tuple[float, float]] = []
    for pair in value:
        if not isinstance(pair, list | tuple) or len(pair) != 2:
            _refuse(key, "must be a list of [followers, value] pairs")
        followers, peers = (_number(key, number, above=0.0) for number in pair)
        if anchors and followers <= anchors[-1][0]:
            _refuse(key, "must have its followers in ascending order")
        anchors.append((followers, peers))
    return tuple(anchors)


def _number(key: str, value: object, above: float) -> float:
    # A comparison with "not a number" is false, so that such a value is refused like any other.
    if isinstance(value, bool) or not isinstance(value, int | float) or not above < value < _ABSURD:
        _refuse(key, f"must be a number above {above:g}, not {value!r}")
    return value


def _refuse(key: str, why: str) -> NoReturn:
    raise ConfigError(f"score.benchmarks.{key} {why}")
