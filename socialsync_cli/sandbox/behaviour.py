"""The knobs of the sandbox: how fast it works, how much it lags, what it allows."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any


@dataclass(frozen=True)
class Behaviour:
    """How the simulated platform behaves. Seconds are real ones."""

    latency_s: float = 0.0
    """How long every answer takes on its way."""
    start_delay_s: float = 0.0
    """How long a run is READY."""
    page_s: float = 0.0
    """How long an actor works at one target; its items appear evenly meanwhile."""
    going_down_s: float = 0.0
    """How long a run is ABORTING or TIMING-OUT; items still come meanwhile."""
    settle_s: float = 1.0
    """How long after the end of a run its costs and charged events are preliminary: 0, or a part of them."""
    total_lag_s: float = 1.0
    """How long after the end of a run its dataset's number of items is too low, and perhaps 0."""
    interleave: bool = True
    """Whether the items of several targets come mixed."""
    rate_per_s: int | None = None
    """How many requests per second one token may send; None: any number."""
    resource_rates: bool = True
    """Whether 60 requests per second and resource (200 for records, 400 for starts) is enforced."""
    retry_after: str | None = None
    """What the header `Retry-After` of a 429 says; None: there is none."""
    per_item: frozenset[str] = field(default_factory=frozenset)
    """Actors (`owner/name`) that are priced per dataset item instead of per event."""
    keep_runs: int | None = None
    """How many finished runs of an account keep their dataset; older ones have expired. None: all."""

    def changed(self, changes: dict[str, Any]) -> Behaviour:
        """Return a behaviour with some knobs turned.

        Raises:
            KeyError: When there is no such knob.
        """
        known = {one.name for one in fields(self)}
        unknown = changes.keys() - known
        if unknown:
            raise KeyError(*sorted(unknown))
        if "per_item" in changes:
            changes = changes | {"per_item": frozenset(changes["per_item"])}
        return replace(self, **changes)


LIFELIKE = Behaviour(start_delay_s=2.0, page_s=1.5, going_down_s=1.0, settle_s=10.0, total_lag_s=5.0)
"""About as slow as the real thing."""
