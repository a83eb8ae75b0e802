"""Items of the Facebook pages scraper."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.facebook_items import CDN, ad_library, page_name


def page_item(page: Account, asked: str, path: str, t: int) -> dict[str, Any]:
    """Return a page.

    Args:
        page: The page.
        asked: Its address as asked for.
        path: The first part of that address.
        t: The moment.

    """
    quirks = page.quirks
    followers = page.followers(t)
    trade, intro = page.trade, page.biography
    founded = datetime.fromtimestamp(page.first_post - 90 * 86_400, UTC)
    item: dict[str, Any] = {
        "facebookUrl": asked,
        "categories": ["Page", *([trade] if page.category else [])],
        "info": [f"{page.display_name}. {page.likes_total(t):,} likes", f"77 talking about this. {intro}"],
        "likes": shown(quirks, 0, page.likes_total(t)),
        "messenger": None,
        "title": page.display_name + (" | Harborton" if page.series & 8 else ""),
        "pageId": page.number,
        "pageName": page_name(page, path),
        "pageUrl": asked,
        "intro": intro,
        "websites": [page.website] if page.website else [],
        "website": page.website or ABSENT,
        "followers": shown(quirks, 0, followers),
        "followings": page.following(t),
        "profilePictureUrl": page.avatar(),
        "coverPhotoUrl": f"{CDN}/v/t39.30808-6/{page.number}_c.png?oh=00_sig" if page.series & 16 else ABSENT,
        "profilePhoto": f"https://www.facebook.com/photo/?fbid={page.number}1&set=a.{page.number}2",
        "category": trade if page.category else ABSENT,
        "creation_date": f"{founded:%B} {founded.day}, {founded.year}",
        "ad_status": "This Page isn't currently running ads.",
        "facebookId": page.number,
        "pageAdLibrary": ad_library(page),
    }
    if page.verified:
        owner = f"{page.display_name} Ltd."
        item |= {"CONFIRMED_OWNER_LABEL": f"{owner} is responsible for this Page.", "confirmed_owner": owner}
    _add_contact(item, page)
    return without_absent(item)


def _add_contact(item: dict[str, Any], page: Account) -> None:
    if page.series & 0x20:
        where = "7 Pier Road, Harborton, Czechia"
        item |= {
            "address": where, "phone": "+420 555 010 077", "email": f"hello@{page.handle}.example",
            "business_hours": "Open now", "addressUrl": "https://www.bing.com/maps/default.aspx?where1=7+Pier+Road",
            "websites": ["https://maps.google.com/maps?q=7+Pier+Road", *item["websites"]],
            "additionalProperties": {"messenger": None, "address": where, "business_hours": "Open now"},
        }  # fmt: skip
    if page.series & 0x40:
        words = "94% recommend (17 Reviews)" if page.series & 0x80 else "Not yet rated (0 Reviews)"
        item |= {"rating": words, "ratings": words, "ratingCount": 17 if page.series & 0x80 else 0}
        item["ratingOverall"] = 94 if page.series & 0x80 else None
    if page.series & 0x100:
        link = f"https://youtube.com/@{page.handle}"
        item |= {"alternativeSocialMedia": link, "youtube": [{"username": link, "url": link}]}
        item["instagram"] = [{"username": page.handle, "url": f"https://www.instagram.com/{page.handle}"}]


def person_item(page: Account, asked: str) -> dict[str, Any]:
    """Return what the pages scraper makes of a person: no counters."""
    small = f"{CDN}/v/t39.30808-1/{page.number}"
    return {
        "facebookUrl": asked,
        "categories": [],
        "info": [],
        "messenger": None,
        "title": f"{page.display_name} (@{page.username}) • Facebook, Connect with friends",
        "pageId": page.number,
        "pageName": page.username,
        "pageUrl": asked,
        "websites": [],
        "personalProfile": {
            "name": page.display_name,
            "gender": "NEUTER",
            "profilePhoto": f"https://www.facebook.com/photo/?fbid={page.number}1",
            "profilePicLarge": f"{small}_l.jpg?oh=sig",
            "profilePicMedium": f"{small}_m.jpg?oh=sig",
            "profilePicSmall": f"{small}_s.jpg?oh=sig",
        },
        "facebookId": page.number,
    }
