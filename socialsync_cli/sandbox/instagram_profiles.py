"""Items of the Instagram profile scraper."""

from __future__ import annotations

from typing import Any

from socialsync_cli.sandbox.accounts import Account
from socialsync_cli.sandbox.counters import ABSENT, shown, without_absent
from socialsync_cli.sandbox.instagram_items import post_item, short_post, user
from socialsync_cli.sandbox.posts import Entry
from socialsync_cli.sandbox.texts import PEOPLE


def profile_item(page: Account, input_url: str, latest: list[Entry], t: int, *, about: bool) -> dict[str, Any]:
    """Return a profile.

    Args:
        page: The page.
        input_url: As asked for, or as the actor builds it from a bare name.
        latest: Up to twelve posts, pinned ones first.
        t: The moment.
        about: Whether the paid add-on was asked for.

    """
    quirks = page.quirks
    category = f"None,{page.trade}" if "none" in quirks else page.category
    item: dict[str, Any] = {
        "inputUrl": input_url,
        "id": page.number,
        "username": page.username,
        "url": f"https://www.instagram.com/{page.username}",
        "fullName": page.display_name,
        "biography": page.biography,
        "followersCount": shown(quirks, page.series & 1 if "withheld" in quirks else 0, page.followers(t)),
        "followsCount": shown(quirks, 1, page.following(t)),
        "hasChannel": ABSENT if page.series & 2 else False,
        "highlightReelCount": page.series % 9,
        "isBusinessAccount": category is not None,
        "joinedRecently": False,
        "businessCategoryName": category,
        "private": page.private,
        "verified": page.verified,
        "profilePicUrl": page.avatar().replace("_n.", "_s150_n."),
        "profilePicUrlHD": page.avatar(),
        "igtvVideoCount": 0,
        "relatedProfiles": [user(PEOPLE[9], full=True) | {"is_private": False}] if page.series & 4 else [],
        "latestIgtvVideos": [],
        "postsCount": shown(quirks, 1, page.count(t)),
        "latestPosts": [] if page.private else [short_post(post) for post in latest],
        "externalUrls": [],
    }
    _add_profile_extras(item, page, latest, about=about)
    return without_absent(item)


def _add_profile_extras(item: dict[str, Any], page: Account, latest: list[Entry], *, about: bool) -> None:
    if page.series & 8:
        item["fbid"] = str(17_841_400_000_000_000 + int(page.number) % 10**9)
    if page.website is not None:
        shim = f"https://l.instagram.com/?u={page.website}&e=AT0sig"
        link = {"title": "", "lynx_url": shim, "url": page.website, "link_type": "external"}
        item |= {"externalUrl": page.website, "externalUrlShimmed": shim, "externalUrls": [link]}
        if page.series & 16:
            del link["lynx_url"]
    if page.category is not None:
        item["businessAddress"] = {
            "city_name": "Harborton", "city_id": 100000000000077, "latitude": 50.1, "longitude": 14.4,
            "street_address": "7 Pier Road", "zip_code": "110 00",
        }  # fmt: skip
    if "big" in page.quirks and latest:
        video = post_item(latest[-1], None, inline=0)
        video |= {"type": "Video", "title": "", "commentsDisabled": False, "productType": "igtv"}
        item |= {"igtvVideoCount": 1, "latestIgtvVideos": [video]}
    if about:
        item["about"] = {
            "accounts_with_shared_followers": None, "country": "Czechia", "date_joined": "March 2014",
            "date_joined_as_timestamp": 1_393_632_000, "date_verified": None,
            "date_verified_as_timestamp": None, "former_usernames": int(page.username != page.handle),
            "id": int(page.number), "is_verified": page.verified, "username": page.username,
        }  # fmt: skip
