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


LIST_PRICES: dict[str, Price] = {
    "apify/instagram-profile-scraper": Price(0.0026, 0.00005, 0.0026),
    "apify/instagram-post-scraper": Price(0.0027, 0.00005, 0.0027),
    "apify/instagram-scraper": Price(0.0027, 0.00005, 0.0027),
    "apify/instagram-comment-scraper": Price(0.0026, 0.00005, 0.0026),
    "apify/facebook-pages-scraper": Price(0.010, 0.00005),
    "apify/facebook-posts-scraper": Price(0.004, 0.00005),
    "apify/facebook-comments-scraper": Price(0.0025, 0.001, 0.50),
    "clockworks/tiktok-scraper": Price(0.0037, 0.001, 0.50, 0.001),
    "clockworks/tiktok-profile-scraper": Price(0.003, 0.00005, 0.0, 0.001),
    "clockworks/tiktok-comments-scraper": Price(0.00125, 0.00005),
}
"""Prices of the free plan as seen in 2026: a first guess, until Apify says what this account pays."""

UNKNOWN_ACTOR = Price(0.005, 0.001, 0.0)
"""For an actor that nobody knows a price of: rather too dear."""


def list_price(actor: str) -> Price:
    """Return the first guess for an actor."""
    return LIST_PRICES.get(actor.replace("~", "/"), UNKNOWN_ACTOR)
