"""The users: from `[users.<id>]`, from the users file, put together and picked from."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from socialsync_cli.config.addresses import parse_recipient
from socialsync_cli.config.document import Document
from socialsync_cli.config.lines import KeyPath
from socialsync_cli.config.problems import Problems, unknown_key, what_it_is
from socialsync_cli.config.settings import Surroundings
from socialsync_cli.config.tokens import TokenSource
from socialsync_cli.errors import HandleError, UsageError

USER_ID = re.compile(r"[a-z0-9_-]{1,64}")
USER_ID_RULE = "a user's id is 1 to 64 of a-z, 0-9, _ and -"
_NAMED = 20


class Handles(NamedTuple):
    """The platforms there are, and how a handle of theirs is read."""

    platforms: tuple[str, ...]
    parse: Callable[[str, str], str]
    """`parse(platform, text)` gives the canonical handle, or raises HandleError."""

    def read(self, platform: str, text: str) -> str:
        """Return the canonical handle of a page; a token in the wrong place never gets as far as a message.

        Raises:
            HandleError: no page of the platform can be meant.

        """
        if "apify_api_" in text:
            raise HandleError("this looks like an Apify token, not like a page")
        return self.parse(platform, text)


def known_handles() -> Handles:
    """Return the platforms that socialsync knows."""
    from socialsync_cli.platforms import PLATFORMS  # only needed by commands that read users

    parsers = {name: platform.parse_handle for name, platform in PLATFORMS.items()}
    return Handles(tuple(parsers), lambda platform, text: parsers[platform](text))


@dataclass(frozen=True, slots=True)
class User:
    """A customer on whose behalf pages are synced."""

    id: str
    token_source: TokenSource
    """Where the Apify token comes from; `is_default` if it is that of `[apify]`."""
    notify: tuple[str, ...] = field(default=(), repr=False)
    """Web addresses, `mailto:` addresses, and those that apprise reads (`slack://…`)."""
    pages: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    """Canonical handles by platform, each once, in the order they were written; no platform without pages."""

    @property
    def page_count(self) -> int:
        """The number of pages over all platforms."""
        return sum(map(len, self.pages.values()))


def user_keys(platforms: Iterable[str]) -> dict[str, str]:
    """Return the keys of `[users.<id>]` and what each takes."""
    return {"token": "secret", "notify": "list"} | dict.fromkeys(platforms, "list")


class TomlUsers:
    """Reads the `[users.<id>]` tables of one document."""

    def __init__(
        self,
        document: Document,
        here: Surroundings,
        handles: Handles,
        default: TokenSource,
        allow_insecure_http: bool,
    ) -> None:
        self._document = document
        self._here = here
        self._handles = handles
        self._default = default
        self._allow_insecure = allow_insecure_http
        self._problems = Problems()

    def read(self, tables: object) -> dict[str, User]:
        """Return the users by id.

        Raises:
            ConfigError: a table is not as it should be; the text names the first few places.

        """
        users: dict[str, User] = {}
        if isinstance(tables, dict):
            for user_id, table in tables.items():
                if user := self._user(user_id, table):
                    users[user_id] = user
        else:
            self._complain(("users",), f"must be a section for each user: [users.acme], not {what_it_is(tables)}")
        self._problems.raise_any()
        return users

    def _user(self, user_id: str, table: object) -> User | None:
        path = ("users", user_id)
        if not USER_ID.fullmatch(user_id):
            place = self._document.place(path)
            self._problems.add(f"{place}: [users.{user_id[:70]}] cannot be: {USER_ID_RULE}")
            return None
        if not isinstance(table, dict):
            self._complain(path, f"must be a section: [users.{user_id}], not {what_it_is(table)}")
            return None
        known = user_keys(self._handles.platforms)
        for key in table:
            if key not in known:
                place = self._document.place((*path, key))
                self._problems.add(f"{place}: {unknown_key((*path, key), known)}")
        pages = {name: self._pages((*path, name), table[name]) for name in self._handles.platforms if name in table}
        return User(
            user_id,
            self._token((*path, "token"), table),
            self._notify((*path, "notify"), table.get("notify", [])),
            {platform: found for platform, found in pages.items() if found},
        )

    def _token(self, path: KeyPath, table: Mapping[str, Any]) -> TokenSource:
        if "token" not in table:
            return self._default
        text = table["token"]
        if not isinstance(text, str):
            self._complain(path, f"must be text in quotes, not {what_it_is(text)}")
            return self._default
        return TokenSource.parse(text, base=self._here.base, place=self._here.name)

    def _notify(self, path: KeyPath, value: object) -> tuple[str, ...]:
        return self._items(path, value, lambda text: parse_recipient(text, self._allow_insecure))

    def _pages(self, path: KeyPath, value: object) -> tuple[str, ...]:
        return self._items(path, value, lambda text: self._handles.read(str(path[-1]), text))

    def _items(self, path: KeyPath, value: object, parse: Callable[[str], str]) -> tuple[str, ...]:
        if not isinstance(value, list):
            self._complain(path, f'must be a list, as in ["…", "…"], not {what_it_is(value)}')
            return ()
        found: dict[str, None] = {}
        for index, item in enumerate(value):
            if not isinstance(item, str):
                self._complain((*path, index), f"must be text in quotes, not {what_it_is(item)}")
                continue
            try:
                found[parse(item)] = None
            except HandleError as error:
                self._problems.add(f"{self._document.label((*path, index))}: {error}")
            except ValueError as error:
                self._complain((*path, index), str(error))
        return tuple(found)

    def _complain(self, path: KeyPath, what: str) -> None:
        self._problems.add(f"{self._document.label(path)} {what}")


def merge(first: Mapping[str, User], second: Mapping[str, User]) -> dict[str, User]:
    """Put two groups of users together; where both have one, `first` has the say about the token."""
    merged = dict(first)
    for user_id, user in second.items():
        other = merged.get(user_id)
        merged[user_id] = _joined(other, user) if other else user
    return merged


def _joined(first: User, second: User) -> User:
    token_source = second.token_source if first.token_source.is_default else first.token_source
    platforms = dict.fromkeys([*first.pages, *second.pages])
    pages = {name: _union(first.pages.get(name, ()), second.pages.get(name, ())) for name in platforms}
    return replace(first, token_source=token_source, notify=_union(first.notify, second.notify), pages=pages)


def _union(first: Iterable[str], second: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def select(users: Mapping[str, User], ids: Sequence[str], everyone: bool) -> list[User]:
    """Return the users that a command line asks for, each once.

    Args:
        users: all users by id.
        ids: those named by `--user`, in that order.
        everyone: `--all`.

    Raises:
        UsageError: an id is unknown, none is asked for, or both ways are used at once.

    """
    if ids and everyone:
        raise UsageError("--all and --user contradict each other: give one of them")
    if not users:
        raise UsageError("there are no users yet: add a [users.<id>] section, or a users_file, to the configuration")
    if everyone:
        return list(users.values())
    if not ids:
        raise UsageError(f"say whom to sync: --all, or --user with one of {_some(users)}")
    wanted = dict.fromkeys(ids)
    if unknown := [user_id for user_id in wanted if user_id not in users]:
        raise UsageError("; ".join(_no_user(user_id, users) for user_id in unknown[:5]))
    return [users[user_id] for user_id in wanted]


def _no_user(user_id: str, users: Mapping[str, User]) -> str:
    near = difflib.get_close_matches(user_id[:100].lower(), users, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else f"the users are {_some(users)}"
    return f'there is no user "{user_id[:100]}"; {hint}'


def _some(users: Mapping[str, User]) -> str:
    names = sorted(users)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
