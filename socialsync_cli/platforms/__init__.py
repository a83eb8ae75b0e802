"""The platforms: what to ask their actors for, and how their items become records.

A platform is a module with the names that `base.Platform` lists; a new one is such a module and a line below. What
its figures are made of stands in `metrics/platforms.py`.

- `base.py`  what a platform is; `asked.py` which asked page an item belongs to
- `<name>.py`  inputs and readers; `<name>_ids.py`, `<name>_posts.py`, `short_codes.py` what was too much for them
- `values.py`, `tags.py`, `addresses.py`, `reserved.py`, `verdicts.py`  what single values and error items mean

Everything here is pure: no clock, no network, no file, no database, and no word about how items were fetched.
"""

from socialsync_cli.core.money import UNKNOWN_ACTOR, Price
from socialsync_cli.platforms import facebook, instagram, tiktok, youtube
from socialsync_cli.platforms.base import Platform, Reader, Traits

PLATFORMS: dict[str, Platform] = {
    instagram.NAME: instagram,
    facebook.NAME: facebook,
    tiktok.NAME: tiktok,
    youtube.NAME: youtube,
}

LIST_PRICES: dict[str, Price] = {
    actor: price for platform in PLATFORMS.values() for actor, price in platform.PRICES.items()
}
"""A first guess, until Apify says what an account pays."""


def list_price(actor: str) -> Price:
    """The first guess for an actor, however its name is written."""
    return LIST_PRICES.get(actor.replace("~", "/"), UNKNOWN_ACTOR)


def rate_decimals(platform: str) -> int:
    """With how many decimals engagement rates of a platform are shown as percentages."""
    return (PLATFORMS[platform].TRAITS if platform in PLATFORMS else Traits()).rate_decimals


def title_of(platform: str) -> str:
    """The name of a platform as people write it; that of an unknown one is left as it is."""
    return PLATFORMS[platform].TITLE if platform in PLATFORMS else platform


__all__ = ["LIST_PRICES", "PLATFORMS", "Platform", "Reader", "Traits", "list_price", "rate_decimals", "title_of"]
