"""TikTok's names and addresses: which page, or video, they mean."""

from __future__ import annotations

from socialsync_cli.platforms.addresses import after_segment, front_door, refusal, take_apart
from socialsync_cli.platforms.reserved import TIKTOK as RESERVED

_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_.")
_SHORT_LINKS = frozenset({"vm", "vt"})
_POST_PATHS = ("video", "photo")


def parse_handle(text: str) -> str:
    """The canonical handle behind a name, an `@name` or an address of a TikTok page.

    Raises:
        HandleError: when it is an address of something else, or no account can have that name.

    """
    address = take_apart(text)
    path = address.path
    if address.site not in {None, "TikTok"}:
        raise refusal(text, f"is an address of {address.site}, not of a TikTok page")
    if address.site and (address.host.partition(".")[0] in _SHORT_LINKS or path[:1] == ("t",)):
        raise refusal(text, "is a short link: open it and copy the address of the page that it leads to")
    if address.site and not front_door(address.host):
        raise refusal(text, "is not the address of a TikTok page")
    if not path:
        raise refusal(text, "names no TikTok page")
    if len(path) > 2 and path[1].lower() in _POST_PATHS:
        raise refusal(text, "is the address of a post, not of a TikTok page")
    if path[0].lower() in RESERVED and (address.site or len(path) > 1):
        raise refusal(text, "is an address on TikTok, but not of a page")
    handle = path[0].lower().removeprefix("@")
    if not (2 <= len(handle) <= 24 and path[0].isascii() and _LETTERS.issuperset(handle)):
        raise refusal(text, "cannot be a TikTok name: 2 to 24 letters of the Latin alphabet, digits, '_' and '.'")
    if handle[-1] == ".":
        raise refusal(text, "cannot be a TikTok name: it ends with '.'")
    return handle


def page_url(handle: str) -> str:
    """The address of a page."""
    return f"https://www.tiktok.com/@{handle}"


def video_id_at(address: object) -> str | None:
    """The number of the video, or slideshow, that an address shows."""
    found = after_segment(address, _POST_PATHS)
    return found if found is not None and found.isascii() and found.isdigit() else None


def author_address(address: object) -> str | None:
    """The page that a video's address begins with."""
    if type(address) is not str or "/@" not in address:
        return None
    return "@" + address.partition("/@")[2].partition("/")[0]
