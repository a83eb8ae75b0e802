"""What results cost. Amounts are US dollars; the ledger, not the wish, is the truth."""

from __future__ import annotations

from typing import NamedTuple


class Price(NamedTuple):
    """What an actor costs with one account."""

    item_usd: float
    """One dataset item, error and note items included: they are charged alike."""
    start_usd: float = 0.0
    """One start."""
    minimum_charge_usd: float = 0.0
    """A charge cap below this is refused."""
    date_filter_usd: float = 0.0
    """What asking only for newer posts adds to an item, where that is an event of its own."""

    def dated(self) -> Price:
        """Return the price of items that are asked for by date."""
        return self._replace(item_usd=self.item_usd + self.date_filter_usd)

    def of(self, items: float) -> float:
        """Return what a run with so many items costs."""
        return self.start_usd + self.item_usd * items


UNKNOWN_ACTOR = Price(0.005, 0.001, 0.0)
"""For an actor that nobody knows a price of: rather too dear."""
