"""What was asked for, indexed: which asked page, or post, an item belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from socialsync_cli.core.records import AskedPage, AskedPost
from socialsync_cli.errors import HandleError
from socialsync_cli.platforms.addresses import same_post
from socialsync_cli.platforms.values import identifier

_CACHED_SPELLINGS = 10_000
"""Items repeat the addresses that were asked for; a run of nothing but odd ones must not fill the memory."""


class AskedPages:
    """The pages that an actor was asked for, found by address, name or number."""

    __slots__ = ("_by_id", "_by_name", "_by_spelling", "_parse", "external_ids")

    def __init__(
        self, asked: Sequence[AskedPage], parse_handle: Callable[[str], str], *, numbers_are_ids: bool = False
    ) -> None:
        self._parse = parse_handle
        self._by_name = {name: page.handle for page in reversed(asked) for name in (page.handle.lower(), page.handle)}
        self._by_id = {page.external_id: page.handle for page in reversed(asked) if page.external_id}
        if numbers_are_ids:
            self._by_id |= {page.handle: page.handle for page in asked if page.handle.isdigit()}
        self._by_spelling: dict[str, str | None] = {}
        self.external_ids = {page.handle: page.external_id for page in reversed(asked) if page.external_id}

    def at(self, address: object) -> str | None:
        """The asked page that a handle, as typed, or an address means; None if it means none of them."""
        if type(address) is not str:
            return None
        if address in self._by_spelling:
            return self._by_spelling[address]
        try:
            found = self._by_name.get(self._parse(address))
        except HandleError:
            found = None
        if len(self._by_spelling) < _CACHED_SPELLINGS:
            self._by_spelling[address] = found
        return found

    def named(self, name: object) -> str | None:
        """The asked page of that user name."""
        return self._by_name.get(name.lower()) if type(name) is str else None

    def numbered(self, external_id: object) -> str | None:
        """The asked page that had this number on an earlier day, when it may have had another name."""
        found = identifier(external_id) if self._by_id else None
        return None if found is None else self._by_id.get(found)


class AskedPosts:
    """The posts whose comments an actor was asked for, found by key or address."""

    __slots__ = ("_by_address", "_by_key", "_by_spelling", "_key_in")

    def __init__(
        self,
        asked: Iterable[AskedPost],
        key_in: Callable[[object], str | None],
        *,
        other_keys: Callable[[str], str | None] = lambda _key: None,
    ) -> None:
        self._key_in = key_in
        self._by_key: dict[str, str] = {}
        self._by_address: dict[str | None, str] = {}
        self._by_spelling: dict[str, str | None] = {}
        for post in asked:
            for key in (post.key, other_keys(post.key)):
                if key is not None:
                    self._by_key.setdefault(key, post.key)
            self._by_address.setdefault(same_post(post.url), post.key)

    def keyed(self, key: object) -> str | None:
        """The asked post of that key."""
        found = identifier(key)
        return None if found is None else self._by_key.get(found)

    def at(self, address: object) -> str | None:
        """The asked post that an address means, by the key in it or else as it was asked."""
        if type(address) is not str:
            return None
        if address in self._by_spelling:
            return self._by_spelling[address]
        key = self._key_in(address)
        found = self._by_key.get(key) if key is not None else None
        if found is None:
            found = self._by_address.get(same_post(address))
        if len(self._by_spelling) < _CACHED_SPELLINGS:
            self._by_spelling[address] = found
        return found


def first(found: Iterable[str | None]) -> str | None:
    """The first that is known; the rest is not even looked for when `found` is a generator."""
    return next((target for target in found if target is not None), None)
