"""What somebody says at the beginning, and the `socialsync.toml` that comes of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from socialsync_cli.config.addresses import parse_database
from socialsync_cli.config.template import TEMPLATE
from socialsync_cli.config.tokens import KINDS
from socialsync_cli.config.users import USER_ID, USER_ID_RULE, known_handles
from socialsync_cli.errors import HandleError, UsageError
from socialsync_cli.platforms import PLATFORMS

_USERS = "\n[users.me]\n"
"""Where the template's users begin."""


class Answers(NamedTuple):
    """Who is synced, with which token, into which database."""

    user: str = "me"
    pages: Mapping[str, Sequence[str]] = {}
    """Canonical handles by platform."""
    token: str = "env:APIFY_TOKEN"  # noqa: S105  where it is, not what it is
    database: str = "sqlite:///socialsync.db"


def user_id(text: str) -> str:
    """Return a user's id.

    Raises:
        UsageError: It cannot be one.

    """
    if not USER_ID.fullmatch(text.strip()):
        raise UsageError(f'"{text.strip()[:70]}" cannot be: {USER_ID_RULE}')
    return text.strip()


def handles(platform: str, texts: Sequence[str]) -> list[str]:
    """Return the canonical handles behind handles, @handles and addresses, each once.

    Raises:
        UsageError: One of them is none.

    """
    known = known_handles()
    try:
        return list(dict.fromkeys(known.read(platform, text) for text in texts))
    except HandleError as error:
        raise UsageError(f"{platform}: {error}") from error


def token_source(text: str) -> str:
    """Return where a token is to be found, as the configuration writes it.

    Raises:
        UsageError: It says something else, the token itself perhaps; the text does not repeat it.

    """
    kind, colon, value = text.strip().partition(":")
    if not colon or kind not in KINDS or not value.strip():
        raise UsageError("say where the token is, and not what it is: env:NAME, file:PATH or keyring:SERVICE/NAME")
    return f"{kind}:{value.strip()}"


def database_url(text: str) -> str:
    """Return the address of a database, as it was written.

    Raises:
        UsageError: It is none that can be used.

    """
    try:
        parse_database(text, Path("/"), None)
    except ValueError as error:
        raise UsageError(f"the database's address {error}") from None  # it may hold a password
    return text.strip()


def filled(answers: Answers) -> str:
    """Return the template with the answers in it."""
    text = TEMPLATE
    if answers.user != Answers().user or any(answers.pages.values()):
        lists = {name: json.dumps(list(answers.pages.get(name, ())), ensure_ascii=False) for name in PLATFORMS}
        pages = "".join(f"{name} = {items}\n" for name, items in lists.items())
        text = f"{text.partition(_USERS)[0]}\n[users.{answers.user}]\n{pages}"
    usual = Answers()
    text = text.replace(f'\nurl = "{usual.database}" ', f"\nurl = {json.dumps(answers.database)} ", 1)
    return text.replace(f'\ntoken = "{usual.token}"\n', f"\ntoken = {json.dumps(answers.token)}\n", 1)
