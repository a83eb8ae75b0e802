"""YouTube's names, ids and addresses: which channel, or video, they mean."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from socialsync_cli.platforms.addresses import after_segment, front_door, query_value, refusal, take_apart
from socialsync_cli.platforms.values import identifier

_OTHERS = """
about account ads attribution_link c channel channel_switcher clip creators embed feed feeds gaming hashtag
howyoutubeworks kids live live_chat movies music new paid_memberships playlist playlists post premium red redirect
reporthistory results shorts source t trends upload user v watch
"""
_RESERVED = frozenset(_OTHERS.split())
_LEGACY = ("c", "user")
"""`/c/name` and `/user/name` are names of old, which need not be the handle of today."""
_VIDEO_PATHS = ("shorts", "embed", "live", "v")
_MARKS = frozenset("_-.·")
_ID_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_VIDEO_ID_LENGTH, _CHANNEL_ID_LENGTH = 11, 24


def parse_handle(text: str) -> str:
    """The canonical handle behind a handle, an `@handle`, an id or an address of a channel.

    An id ("UC" and 22 more) keeps its letter case, without which it would mean nothing; names of old are kept as
    `c/name` and `user/name`.

    Raises:
        HandleError: when it is an address of something else, or no channel can have that name.

    """
    address = take_apart(text)
    path = address.path
    if address.site not in {None, "YouTube"}:
        raise refusal(text, f"is an address of {address.site}, not of a YouTube channel")
    if address.host == "youtu.be":
        raise refusal(text, "is the address of a video, not of a YouTube channel")
    if address.site and not front_door(address.host):
        raise refusal(text, "is not the address of a YouTube channel")
    if not path:
        raise refusal(text, "names no YouTube channel")
    named = path[0].startswith("@")
    word = path[0].removeprefix("@")
    kind = "" if named and address.site else word.lower()
    if kind in {*_LEGACY, "channel"} and len(path) > 1:
        return _legacy(text, kind, path[1]) if kind in _LEGACY else _channel_id(text, path[1])
    if address.site and not named:
        if kind in _RESERVED:
            what = "the address of a video" if kind in {"watch", *_VIDEO_PATHS} else "an address on YouTube"
            raise refusal(text, f"is {what}, not of a channel")
        return _legacy(text, "c", word)
    if is_channel_id(word):
        return word
    handle = word.lower()
    if not (3 <= len(handle) <= 30 and _is_a_name(handle)):
        raise refusal(text, "cannot be a YouTube handle: 3 to 30 letters and digits, '_', '-', '.' and '·'")
    return handle


def _legacy(text: str, kind: str, name: str) -> str:
    if not (len(name) <= 100 and _is_a_name(name.lower())):
        raise refusal(text, "cannot be the name of a YouTube channel")
    return f"{kind}/{name.lower()}"


def _channel_id(text: str, word: str) -> str:
    if not is_channel_id(word):
        raise refusal(text, "holds no id of a YouTube channel: 'UC' and 22 letters and digits")
    return word


def is_channel_id(word: str) -> bool:
    """Whether a word is the id of a channel."""
    return len(word) == _CHANNEL_ID_LENGTH and word.startswith("UC") and _ID_LETTERS.issuperset(word)


def _is_a_name(name: str) -> bool:
    signs = [letter for letter in name if letter not in _MARKS]
    return bool(signs) and all(sign.isalpha() or sign.isdecimal() for sign in signs) and name == name.lower()


def page_url(handle: str) -> str:
    """The address of a channel."""
    if is_channel_id(handle):
        return f"https://www.youtube.com/channel/{handle}"
    mark = "" if handle.partition("/")[0] in _LEGACY and "/" in handle else "@"
    return f"https://www.youtube.com/{mark}{quote(handle)}"


def number_of(channel: dict[str, Any]) -> str | None:
    """The id of the channel that an item describes."""
    for word in (identifier(channel.get("channelId")), after_segment(channel.get("channelUrl"), ("channel",))):
        if word is not None and is_channel_id(word):
            return word
    return None


def username_of(channel: dict[str, Any]) -> str | None:
    """The handle of the channel that an item describes, as the site spells it."""
    name = identifier(channel.get("channelUsername"))
    return (name and name.removeprefix("@")) or None


def video_id(value: object) -> str | None:
    """The id of a video."""
    word = identifier(value)
    return word if word is not None and len(word) == _VIDEO_ID_LENGTH and _ID_LETTERS.issuperset(word) else None


def video_id_at(address: object) -> str | None:
    """The id of the video that an address shows."""
    if type(address) is not str:
        return None
    return video_id(query_value(address, "v")) or video_id(after_segment(address, (*_VIDEO_PATHS, "youtu.be")))
