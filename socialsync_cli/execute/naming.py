"""What people mean when they name a page: a handle, an @handle, an address, or `platform/handle`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

from socialsync_cli.config import User
from socialsync_cli.errors import HandleError, UsageError
from socialsync_cli.platforms import PLATFORMS


def readings(text: str) -> dict[str, str]:
    """Return the canonical handle of a page per platform on which a text can be read as one."""
    found = {}
    for name, platform in PLATFORMS.items():
        with_prefix = text.removeprefix(f"{name}/")
        if with_prefix != text:
            return _reading(name, with_prefix)
        try:
            found[name] = platform.parse_handle(text)
        except HandleError:
            continue
    return found


def _reading(name: str, text: str) -> dict[str, str]:
    try:
        return {name: PLATFORMS[name].parse_handle(text)}
    except HandleError:
        return {}


def handles_named(texts: Iterable[str], users: Sequence[User], platforms: Collection[str]) -> list[str]:
    """Return the canonical handles behind `--page` options.

    Args:
        texts: As they were typed.
        users: Whose pages they are to be.
        platforms: Where to look; none: everywhere.

    Raises:
        UsageError: None of the users' pages is meant; the text names those that are spelt alike.

    """
    theirs = pages_of(users, platforms)
    chosen: dict[str, None] = {}
    for text in texts:
        fits = {handle: None for name, handle in readings(text).items() if handle in theirs.get(name, ())}
        if not fits:
            raise UsageError(f'no page of these users is called "{text[:100]}"{_near(text, theirs)}')
        chosen |= fits
    return list(chosen)


def pages_of(users: Iterable[User], platforms: Collection[str] = ()) -> dict[str, set[str]]:
    """Return the handles of users' pages by platform."""
    found: dict[str, set[str]] = {}
    for user in users:
        for name, handles in user.pages.items():
            if not platforms or name in platforms:
                found.setdefault(name, set()).update(handles)
    return found


def _near(text: str, pages: Mapping[str, Collection[str]]) -> str:
    handles = {handle for some in pages.values() for handle in some}
    typed = text.lower().removeprefix("@").rstrip("/").rpartition("/")[2]
    near = difflib.get_close_matches(typed, handles, n=3)
    return f"; did you mean {' or '.join(near)}?" if near else "; `socialsync users --json` lists them"
