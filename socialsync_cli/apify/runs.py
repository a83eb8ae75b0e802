"""What Apify says about a run, read leniently: only what we need, and nothing of it is taken for granted.

Field names as in Apify's API, version 2 (run object; pricing as in `pricingInfo` and `chargedEventCounts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from socialsync_cli.core.money import Price

TIERS = {"FREE": "FREE", "STARTER": "BRONZE", "SCALE": "SILVER", "BUSINESS": "GOLD", "ENTERPRISE": "PLATINUM"}
"""The tier of prices of each plan."""

FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
_GOING = frozenset({"READY", "RUNNING", "TIMING-OUT", "ABORTING"})


class RunState(NamedTuple):
    """An Apify run at one moment."""

    id: str
    dataset_id: str
    store_id: str
    """The key-value store that holds its input."""
    status: str
    """READY, RUNNING, SUCCEEDED, FAILED, TIMING-OUT, TIMED-OUT, ABORTING or ABORTED."""
    message: str | None = None
    usage_usd: float = 0.0
    """What Apify says it cost; settles some seconds after the end."""
    charged_usd: float = 0.0
    """Charged events × their prices, as far as both are known."""
    charged_items: int = 0
    """The largest number of charges of one event: no fewer items are in the dataset."""
    price: Price | None = None
    build: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def final(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in FINAL

    @property
    def out_of_quota(self) -> bool:
        """Whether Apify ended it because the account has used up what it may: only the message tells."""
        said = (self.message or "").lower()
        return self.status == "ABORTED" and "usage" in said and ("limit" in said or "exceed" in said)

    def cost(self, items: int, price: Price) -> float:
        """Return what it cost in USD: what Apify says once it has counted every item, else at least what they come to.

        Args:
            items: How many items came.
            price: Of one of them, with everything that the input asked for.

        """
        said = max(self.usage_usd, self.charged_usd)
        settled = self.final and self.charged_usd > 0 and self.charged_items >= items
        return said if settled or not items else max(said, price.of(items))


def run_state(data: Mapping[str, Any], tier: str | None = None) -> RunState | None:
    """Read a run object; None if it has no id or no status."""
    run_id, status = data.get("id"), data.get("status")
    if not isinstance(run_id, str) or not isinstance(status, str):
        return None
    status = status.upper().replace("_", "-")
    if status not in FINAL | _GOING and moment(data.get("finishedAt")) is not None:
        status = "FAILED"  # a word that nobody has documented yet, of a run that is over
    pricing = data.get("pricingInfo")
    prices = event_prices(pricing, tier) if isinstance(pricing, Mapping) else {}
    counts = data.get("chargedEventCounts")
    charged = {
        name: count
        for name, count in (counts.items() if isinstance(counts, Mapping) else ())
        if isinstance(count, int) and 0 < count < 2**63
    }
    return RunState(
        id=run_id,
        dataset_id=_text(data, "defaultDatasetId") or "",
        store_id=_text(data, "defaultKeyValueStoreId") or "",
        status=status,
        message=_text(data, "statusMessage"),
        usage_usd=_usd(data.get("usageTotalUsd")) or 0.0,
        charged_usd=sum(prices.get(name, 0.0) * count for name, count in charged.items()),
        charged_items=max((n for name, n in charged.items() if not _is_start(name)), default=0),
        price=price_of(pricing, tier) if isinstance(pricing, Mapping) else None,
        build=_text(data, "buildNumber"),
        started_at=moment(data.get("startedAt")),
        finished_at=moment(data.get("finishedAt")),
    )


def price_of(pricing: Mapping[str, Any], tier: str | None = None) -> Price | None:
    """Return the price of one ordinary item; None where the pricing does not tell.

    Pay per event: the primary event and what always comes with it (its details); starts and one-time events apart.
    Filters are events of their own; that of dates is the only one in use here.
    """
    minimum = _usd(pricing.get("minimalMaxTotalChargeUsd")) or 0.0
    if pricing.get("pricingModel") == "PRICE_PER_DATASET_ITEM":
        per_item = _tiered(pricing.get("pricePerUnitUsd"), pricing.get("tieredPricing"), tier)
        return None if per_item is None else Price(per_item, 0.0, minimum)
    prices = event_prices(pricing, tier)
    if not prices:
        return None
    start_usd = sum(usd for name, usd in prices.items() if _is_start(name))
    per_event = pricing.get("pricingPerEvent")
    events = per_event.get("actorChargeEvents") if isinstance(per_event, Mapping) else None
    assert isinstance(events, Mapping)
    ordinary = {n: u for n, u in prices.items() if not _is_start(n) and not events[n].get("isOneTimeEvent")}
    if not ordinary:
        return None
    primary = [name for name in ordinary if events[name].get("isPrimaryEvent")] or [next(iter(ordinary))]
    item_usd = sum(u for n, u in ordinary.items() if n in primary or n in {f"{p}-details" for p in primary})
    filters = [u for n, u in ordinary.items() if n not in primary and ("date" in n or n.startswith("filter"))]
    return Price(item_usd, start_usd, minimum, max(filters, default=0.0))


def has_tiers(pricing: Mapping[str, Any]) -> bool:
    """Whether a pricing depends on the account's tier."""
    if pricing.get("tieredPricing"):
        return True
    per_event = pricing.get("pricingPerEvent")
    events = per_event.get("actorChargeEvents") if isinstance(per_event, Mapping) else None
    return isinstance(events, Mapping) and any(
        isinstance(event, Mapping) and event.get("eventTieredPricingUsd") for event in events.values()
    )


def event_prices(pricing: Mapping[str, Any], tier: str | None = None) -> dict[str, float]:
    """Return the price in USD of each event of a pay-per-event actor."""
    per_event = pricing.get("pricingPerEvent")
    events = per_event.get("actorChargeEvents") if isinstance(per_event, Mapping) else None
    found: dict[str, float] = {}
    for name, event in events.items() if isinstance(events, Mapping) else ():
        if isinstance(event, Mapping):
            usd = _tiered(event.get("eventPriceUsd"), event.get("eventTieredPricingUsd"), tier)
            if usd is not None:
                found[name] = usd
    return found


def _tiered(flat: object, tiers: object, tier: str | None) -> float | None:
    """Return a flat price, or that of the account's tier; the dearest where the tier is not known."""
    if (usd := _usd(flat)) is not None:
        return usd
    if not isinstance(tiers, Mapping):
        return None
    amounts = {
        name: usd
        for name, entry in tiers.items()
        for value in (entry.values() if isinstance(entry, Mapping) else ())
        if (usd := _usd(value)) is not None
    }
    if not amounts:
        return None
    return amounts.get(tier or "", max(amounts.values()))


def _is_start(event: str) -> bool:
    return event.endswith("actor-start") or event in {"start", "actor_start"}


def _text(data: Mapping[str, Any], key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _usd(value: object) -> float | None:
    """Read an amount of money; None where it is none, or none that anybody could charge."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
        return None
    return float(value)


def moment(value: object) -> datetime | None:
    """Read a time in UTC; None where it is none."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
