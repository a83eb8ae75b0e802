"""The users file: CSV with the columns `user,platform,handle[,token,notify]`, one page (or none) in a row.

Read in one pass, a line at a time, so that a million rows are a matter of seconds. Lines that begin with `#`
and blank lines are passed over; columns stand in any order, separated by commas, semicolons or tabs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from socialsync_cli.config.addresses import parse_recipient
from socialsync_cli.config.problems import Problems, nearest, quoted
from socialsync_cli.config.tokens import TokenSource
from socialsync_cli.config.users import USER_ID, USER_ID_RULE, Handles, User
from socialsync_cli.core.csv_lines import CsvLines
from socialsync_cli.errors import ConfigError, HandleError

COLUMNS = ("user", "platform", "handle", "token", "notify")
_REQUIRED = COLUMNS[:3]
_Row = tuple[str, str, str, str, str]


def read_users_file(
    path: Path, *, name: str, handles: Handles, default: TokenSource, allow_insecure_http: bool
) -> dict[str, User]:
    """Return the users of a file by id, in its order.

    Args:
        path: the file.
        name: what people call it.
        handles: the platforms, and how their handles are read.
        default: the token of users without their own.
        allow_insecure_http: whether plain http may stand under `notify`.

    Raises:
        ConfigError: it cannot be read, or rows are broken; the text names the first few.

    """
    reader = _UsersReader(path, name, handles, default, allow_insecure_http)
    try:
        with path.open("rb") as stream:
            return reader.read(stream)
    except IsADirectoryError as error:
        raise ConfigError(f"{name} (users_file) is a folder") from error
    except OSError as error:
        raise ConfigError(f"{name} (users_file) cannot be read: {error.strerror}") from error


class _Draft:
    """A user while rows are still coming."""

    __slots__ = ("notify", "pages", "token", "written")

    def __init__(self, token: TokenSource) -> None:
        self.token = token
        self.written = ""
        """The token cell of the rows so far."""
        self.notify: list[str] = []
        self.pages: dict[str, dict[str, None]] = {}

    def user(self, user_id: str, platforms: Sequence[str]) -> User:
        pages = {name: tuple(self.pages[name]) for name in platforms if name in self.pages}
        return User(user_id, self.token, tuple(dict.fromkeys(self.notify)), pages)


class _UsersReader:
    """One pass over one users file."""

    def __init__(
        self, path: Path, name: str, handles: Handles, default: TokenSource, allow_insecure_http: bool
    ) -> None:
        self._base = path.parent
        self._name = name
        self._handles = handles
        self._default = default
        self._allow_insecure = allow_insecure_http
        self._problems = Problems()
        self._platforms = {platform: platform for platform in handles.platforms}
        self._recipients: dict[str, list[str]] = {"": []}
        self._drafts: dict[str, _Draft] = {}
        self._width = 0

    def read(self, stream: BinaryIO) -> dict[str, User]:
        self._rows(CsvLines(stream, name=self._name, what="users file", error=ConfigError))
        self._problems.raise_any()
        return {user_id: draft.user(user_id, self._handles.platforms) for user_id, draft in self._drafts.items()}

    def _rows(self, lines: CsvLines) -> None:
        names, delimiter = lines.header(COLUMNS)
        places = self._columns(names, lines.number)
        width = max(places) + 1
        padding = [""] * width
        user_at, platform_at, handle_at, token_at, notify_at = places
        for row in lines.rows(delimiter):
            if len(row) < width:
                row += padding
            elif len(row) > self._width and any(map(str.strip, row[self._width :])):
                self._complain(lines.row, "has more cells than there are columns")
                continue
            self._row(
                lines.row,
                row[user_at].strip(),
                row[platform_at].strip(),
                row[handle_at].strip(),
                row[token_at].strip() if token_at >= 0 else "",
                row[notify_at].strip() if notify_at >= 0 else "",
            )

    def _columns(self, names: Sequence[str], line: int) -> list[int]:
        """Where each of COLUMNS stands; -1 for those that are not there."""
        self._width = len(names)
        for name in names:
            if name and name not in COLUMNS:
                near = nearest(name, COLUMNS)
                hint = f'did you mean "{near}"?' if near else f"the columns are {','.join(COLUMNS)}"
                raise ConfigError(f"{self._name}, line {line}: unknown column {_shown(name)}; {hint}")
            if name and names.count(name) > 1:
                raise ConfigError(f'{self._name}, line {line}: column "{name}" is there twice')
        if missing := [name for name in _REQUIRED if name not in names]:
            raise ConfigError(
                f"{self._name}, line {line}: no column {quoted(missing)}; the columns are {','.join(COLUMNS)}"
            )
        return [names.index(name) if name in names else -1 for name in COLUMNS]

    def _row(self, line: int, user_id: str, platform: str, handle: str, token: str, notify: str) -> None:
        draft = self._drafts.get(user_id)
        if draft is None:
            if not (user_id or platform or handle or token or notify):
                return
            if not USER_ID.fullmatch(user_id):
                self._complain(line, f"column user: {_shown(user_id)} cannot be one; {USER_ID_RULE}")
                return
            draft = self._drafts[user_id] = _Draft(self._default)
        if handle or platform:
            self._page(line, draft, platform, handle)
        if token and token != draft.written:
            if draft.written:
                self._complain(line, f'column token: user "{user_id}" has another token further up')
            draft.written = token
            draft.token = TokenSource.parse(token, base=self._base, place=self._name)
        if notify:
            draft.notify += self._notify(line, notify)

    def _page(self, line: int, draft: _Draft, platform: str, handle: str) -> None:
        name = self._platforms.get(platform) or self._platforms.get(platform.lower())
        if name is None:
            near = nearest(platform, self._platforms)
            hint = f'did you mean "{near}"?' if near else f"it is {quoted(self._platforms)}"
            self._complain(line, f"column platform: {_shown(platform)} is not known; {hint}")
        elif not handle:
            self._complain(line, "column handle: nothing there")
        else:
            try:
                canonical = self._handles.read(name, handle)
            except HandleError as error:
                self._complain(line, f"column handle: {error}")
            else:
                draft.pages.setdefault(name, {})[canonical] = None

    def _notify(self, line: int, text: str) -> list[str]:
        if text not in self._recipients:
            self._recipients[text] = found = []
            for address in filter(None, re.split(r"[;\s]+", text)):
                try:
                    found.append(parse_recipient(address, self._allow_insecure))
                except ValueError as error:
                    self._complain(line, f"column notify {error}")
        return self._recipients[text]

    def _complain(self, line: int, what: str) -> None:
        self._problems.add(f"{self._name}, line {line}{', ' if what.startswith('column') else ' '}{what}")


def _shown(cell: str) -> str:
    """A cell that is no secret by its place, but may be one by mistake when columns are mixed up."""
    return f'"{cell}"' if len(cell) <= 16 else "the text there"
