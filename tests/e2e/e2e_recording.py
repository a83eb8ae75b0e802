"""An Apify that gives recorded items: the sandbox, with what somebody has at hand in the place of its world.

Each item belongs to a target, the page or post that it was asked for. A run is given the items of those targets that
its input names. What a recording lacks is made up: a profile for a page of which only posts are there, a post for
comments of which the post is not.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from socialsync_cli.sandbox import Behaviour, World
from socialsync_cli.sandbox.datasets import Dataset, interleaved
from socialsync_cli.sandbox.plans import fixed
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.runs import Options, Run
from socialsync_cli.sandbox.server import Server
from socialsync_cli.sandbox.starts import Start

Item = dict[str, Any]
PARTS = ("profiles", "posts", "comments")
HOST = "samples"
"""The page under which made-up posts stand."""
LONG_AGO = "2025-01-05T06:00:00.000Z"
POST_PATHS = {
    "www.instagram.com": {"p", "reel", "tv"},
    "www.facebook.com": {"posts", "videos", "reel"},
    "www.tiktok.com": {"video", "photo"},
}


class Recorded(NamedTuple):
    """An item, and what it was asked for: a handle, or the address of a post."""

    target: str | None
    part: str
    item: Item

    @property
    def is_data(self) -> bool:
        return not self.item.get("error")


Recording = dict[str, list[Recorded]]
"""By platform."""


def is_post(address: str) -> bool:
    """Whether an address is that of a post."""
    parts = urlsplit(address)
    return parts.path.strip("/").split("/")[-2:-1] in [[word] for word in POST_PATHS.get(parts.netloc, ())]


def handle_in(address: str) -> str:
    """Return the canonical handle behind an address, or a name as it was typed."""
    if "//" not in address:
        return address.removeprefix("@").lower()
    parts = urlsplit(address)
    path = [part for part in parts.path.split("/") if part]
    if path[0] == "profile.php":
        return parse_qs(parts.query)["id"][0]
    if path[0] == "p" and "facebook" in parts.netloc:
        return path[1].rpartition("-")[2]
    return path[0].removeprefix("@").lower()


def plain_address(address: str) -> str:
    return address.rstrip("/")


def read(folder: Path, actors: Mapping[str, Mapping[str, str]]) -> Recording:
    """Read the recorded items of these actors (by platform and part), and make up what they lack."""
    recording: Recording = {}
    for platform, by_part in actors.items():
        found: list[Recorded] = []
        for name in dict.fromkeys(by_part.values()):
            path = folder / platform / f"{name.replace('/', '~')}.json"
            if path.exists():
                parts = [part for part in PARTS if by_part.get(part) == name]
                found += [one for item in json.loads(path.read_text()) for one in _understood(platform, parts, item)]
        if found:
            recording[platform] = found + list(_made_up(platform, found, with_profiles="profiles" in by_part))
    return recording


def _understood(platform: str, parts: Sequence[str], item: Item) -> Iterator[Recorded]:
    """Yield an item with what it was asked for; nothing if no sync of pages could have asked for it."""
    part = parts[0] if len(parts) == 1 else _part_of(item)
    addresses = [item.get(key) for key in ("postUrl", "inputUrl", "facebookUrl", "submittedVideoUrl", "input", "url")]
    address = next((a for a in addresses if a), None)
    if part == "comments":
        assert address is not None
        yield Recorded(plain_address(address), part, item)
        return
    if address is None and item.get("error"):
        yield Recorded(None, part, item)
        return
    if "coauthorProducers" in item and "inputUrl" not in item:
        yield Recorded(item["coauthorProducers"][0]["username"], part, item)
    elif address is None or (is_post(address) and not item.get("error")):
        author = item.get("ownerUsername") or item.get("pageName") or item["authorMeta"]["name"]
        yield Recorded(author.lower(), part, item)
    elif not is_post(address) and handle_in(address).isascii():
        yield Recorded(handle_in(address), part, item)


def _part_of(item: Item) -> str:
    """Of an actor that gives everything."""
    if "commentUrl" in item:
        return "comments"
    return "profiles" if "followersCount" in item else "posts"


def _made_up(platform: str, found: Sequence[Recorded], *, with_profiles: bool) -> Iterator[Recorded]:
    asked = dict.fromkeys(one.target for one in found if one.part == "comments" and one.target is not None)
    for number, address in enumerate(asked):
        comments = [one.item for one in found if one.target == address]
        yield Recorded(HOST, "posts", _post(platform, number, address, comments))
    if with_profiles:
        have = {one.target for one in found if one.part == "profiles"}
        for handle in {one.target for one in found if one.part == "posts"} | {HOST}:
            if handle is not None and handle not in have:
                count = sum(one.target == handle and one.is_data for one in found if one.part == "posts")
                yield Recorded(handle, "profiles", _profile(platform, handle, count + len(asked) * (handle == HOST)))
    if platform == "facebook":
        shown = {one.target for one in found if one.part == "profiles" and one.is_data}
        for handle in shown - {one.target for one in found if one.part == "posts"}:
            none = {"url": _facebook_address(str(handle)), "error": "no_items"}
            yield Recorded(handle, "posts", none)


def _profile(platform: str, handle: str, posts: int) -> Item:
    number = str(10**15 + int.from_bytes(handle.encode()[:6], "big"))
    if platform == "instagram":
        address = f"https://www.instagram.com/{handle}"
        return {
            "inputUrl": address, "id": number, "username": handle, "url": address, "fullName": handle.title(),
            "followersCount": 1234, "followsCount": 5, "postsCount": posts, "private": False, "latestPosts": [],
        }  # fmt: skip
    number = handle if handle.isdigit() else number
    address = _facebook_address(handle)
    name = "people" if handle.isdigit() else handle
    return {
        "facebookUrl": address, "pageUrl": address, "pageId": number, "facebookId": number, "pageName": name,
        "title": handle.title(), "followers": 1234, "followings": 5, "likes": 1200,
    }  # fmt: skip


def _facebook_address(handle: str) -> str:
    return f"https://www.facebook.com/{f'profile.php?id={handle}' if handle.isdigit() else handle}"


def _post(platform: str, number: int, address: str, comments: Sequence[Item]) -> Item:
    if platform == "instagram":
        return {
            "inputUrl": f"https://www.instagram.com/{HOST}", "id": str(3_000_000_000_000_000_000 + number),
            "type": "Image", "shortCode": address.rpartition("/")[2], "url": f"{address}/", "ownerUsername": HOST,
            "likesCount": 1, "commentsCount": 90, "timestamp": LONG_AGO, "latestComments": [],
        }  # fmt: skip
    if platform == "facebook":
        key = next((item["facebookId"] for item in comments if "facebookId" in item), str(10**15 + number))
        page = f"https://www.facebook.com/{HOST}"
        return {
            "facebookUrl": page, "inputUrl": page, "postId": key, "pageName": HOST, "url": address,
            "time": LONG_AGO, "text": "A post", "likes": 1, "comments": 90, "shares": 0,
            "feedbackId": b64encode(f"feedback:{key}".encode()).decode(),
        }  # fmt: skip
    return {
        "id": address.rpartition("/")[2], "text": "A video", "createTimeISO": LONG_AGO, "webVideoUrl": address,
        "authorMeta": {"id": "7", "name": HOST, "fans": 1234, "video": 5}, "diggCount": 1, "shareCount": 0,
        "playCount": 1, "collectCount": 0, "commentCount": 90, "input": HOST,
    }  # fmt: skip


class RecordedState(State):
    """The sandbox's memory, with recorded items in the datasets of its runs."""

    def __init__(self, recording: Recording) -> None:
        quick = Behaviour(settle_s=0.0, total_lag_s=0.0)
        super().__init__(World(7), now=None, behaviour=quick)
        self._recording = recording

    def _run(self, asked: Start, given: dict[str, Any], options: Options) -> Run:
        run = super()._run(asked, given, options)
        part = _part_asked(asked.actor.name, given)
        targets = _targets(part, given)
        items = [
            one.item
            for one in self._recording.get(asked.actor.platform, ())
            if one.part == part and (one.target is None or one.target in targets)
        ]
        run.dataset = Dataset(run.dataset.id, interleaved([fixed("recorded", *items)]))
        return run


def _part_asked(actor: str, given: Mapping[str, Any]) -> str:
    kinds = {"details": "profiles", "posts": "posts", "comments": "comments"}
    if "resultsType" in given:
        return kinds[given["resultsType"]]
    if "comment" in actor:
        return "comments"
    return "profiles" if actor in ("apify/instagram-profile-scraper", "apify/facebook-pages-scraper") else "posts"


def _targets(part: str, given: Mapping[str, Any]) -> set[str]:
    names = ("usernames", "username", "startUrls", "profiles", "directUrls", "postURLs")
    elements = [element for name in names for element in given.get(name, ())]
    addresses = [element["url"] if isinstance(element, dict) else element for element in elements]
    return {plain_address(a) if part == "comments" else handle_in(a) for a in addresses}


@contextmanager
def playing(recording: Recording) -> Iterator[str]:
    """Give the address of an Apify that gives these items."""
    server = Server(RecordedState(recording), 0)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()


def count_of(shown: object) -> int | None:
    """Return what a counter means, in whatever form it is shown."""
    if shown is None or (isinstance(shown, int) and shown < 0):
        return None
    found = re.fullmatch(r"([\d.,]+)([KM]?)", str(shown))
    assert found is not None, shown
    return round(float(found[1].replace(",", "")) * {"": 1, "K": 1000, "M": 1_000_000}[found[2]])


def numbers_in(token: str) -> list[str]:
    """Return the numbers in one of Facebook's ids."""
    return re.findall(r"\d+", b64decode(token).decode())
