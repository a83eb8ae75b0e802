"""One page for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from socialsync_cli.show.chart import Point
from socialsync_cli.show.figures import iso
from socialsync_cli.show.portrait import PARTS, Portrait, Ranked


def portrait_json(portrait: Portrait) -> dict[str, Any]:
    """Return the object that `show --json` prints."""
    page = {name: _plain(value) for name, value in portrait.page._asdict().items() if name != "id"}
    names = ("score", *(f"sub_{part}" for part in PARTS))
    previous = portrait.previous
    return {
        "page": page,
        "date": _plain(portrait.day),
        "engagement": _row(portrait.engagement._asdict()),
        "growth": _row(portrait.growth._asdict()),
        "reach": _row(portrait.reach._asdict()),
        "score": _row(portrait.score._asdict()),
        "score_change": None
        if previous is None
        else {"since": _plain(previous[0])} | {name: portrait.change(name) for name in names},
        "peers": portrait.peers._asdict(),
        "trends": {
            "followers": _points(portrait.followers),
            "engagement": _points(portrait.engagement_trend),
            "score": _points(portrait.score_trend),
        },
        "best_posts": [_post(ranked) for ranked in portrait.best],
        "worst_posts": [_post(ranked) for ranked in portrait.worst],
    }


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401  whatever a column holds
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _points(points: Iterable[Point]) -> list[dict[str, Any]]:
    return [{"date": point.day.isoformat(), "value": point.value} for point in points]


def _post(ranked: Ranked) -> dict[str, Any]:
    return {**_row(ranked.post._asdict()), "interactions": ranked.interactions, "rate": ranked.rate}
