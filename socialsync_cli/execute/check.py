"""Whether a run could start: configuration, database, every distinct token, every actor in use."""

from __future__ import annotations

import dataclasses
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import make_url

from socialsync_cli.apify.account import Account, AccountState
from socialsync_cli.config import Config, Token, User, describe_database
from socialsync_cli.core.events import Event, Warned, nobody
from socialsync_cli.core.money import Price
from socialsync_cli.core.outcomes import COMMENTS, POSTS, PROFILES
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import (
    DatabaseError,
    InvalidTokenError,
    NetworkError,
    NotFoundError,
    RateLimitedError,
    SocialsyncError,
)
from socialsync_cli.execute.accounts import Tokens, actors_in_use, open_account
from socialsync_cli.execute.request import Surroundings
from socialsync_cli.execute.telling import outbox_of
from socialsync_cli.notify import Way, describe, elsewhere, way_of
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.show.figures import plural, usd
from socialsync_cli.show.findings import Finding
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import HEAD, check_version, version_of

_AT_ONCE = 8
"""Tokens that are tried at once."""
_NAMED = 3
"""Users that a line names."""
_WHERE_FROM = (
    "tokens are at console.apify.com/settings/integrations: export it, or put it into a file and say file:PATH"
)
_LITTLE_USD = 1.0
"""Less than this is left of a month's limit: worth a warning."""


def examine(
    config: Config, *, environ: Mapping[str, str], now: datetime, offline: bool = False, notify: bool = False
) -> Iterator[Finding]:
    """Yield findings, one after the other, as they are made.

    Args:
        config: A configuration that could be loaded.
        environ: Where `env:` tokens are.
        now: The time.
        offline: Ask nobody outside of this machine.
        notify: Send a test message to everybody who is to be notified.

    """
    yield Finding("ok", "config", f"{config.path} is valid")
    try:
        users = list(config.users().values())
    except SocialsyncError as error:
        yield Finding("error", "users", str(error))
        users = []
    else:
        yield _users(users)
    for warning in config.warnings:
        yield Finding("warning", "config", warning)
    yield _database(config.settings.database.url)
    held, bad = _readable_tokens(users, Tokens(environ))
    yield from bad
    if offline:
        yield Finding("ok", "Apify", f"{plural(len(held), 'token')} and their actors not tried: --offline")
    else:
        yield from _ask_apify(config, users, held, now)
    addresses = [*config.settings.notify.admins, *(address for user in users for address in user.notify)]
    yield from _send_tests(config, environ, addresses) if notify else _unusable(config, addresses)


def _unusable(config: Config, addresses: Iterable[str]) -> Iterator[Finding]:
    """Look at addresses of services that only apprise knows; nothing is sent."""
    for address in dict.fromkeys(addresses):
        if way_of(address) is Way.OTHER:
            problem = elsewhere.problem_of(address, config.settings.notify.allow_insecure_http)
            if problem:
                advice = "see github.com/caronc/apprise/wiki for how it is written"
                yield Finding("warning", "notify", f"{describe(address)} {problem}", advice)


def _send_tests(config: Config, environ: Mapping[str, str], addresses: Sequence[str]) -> Iterator[Finding]:
    if not addresses:
        advice = "put addresses under [notify] admins, or notify = […] of a user"
        yield Finding("warning", "notify", "there is nobody to be told anything", advice)
        return
    heard: list[Event] = []
    outbox = outbox_of(Surroundings(config, environ, tell=heard.append))
    for event in heard:
        if isinstance(event, Warned):
            yield Finding("error", "notify", event.message)
    for name, problem in outbox.test(addresses):
        if problem is None:
            yield Finding("ok", "notify", f"{name}: a test message was sent")
        else:
            yield Finding("error", "notify", problem)


def _users(users: Sequence[User]) -> Finding:
    pages: dict[str, int] = defaultdict(int)
    for user in users:
        for platform, handles in user.pages.items():
            pages[platform] += len(handles)
    if not users:
        advice = "add a [users.<id>] section, or name a users_file"
        return Finding("error", "users", "there are none, and nothing to be synced", advice)
    if not pages:
        return Finding("error", "users", f"{plural(len(users), 'user')}, and no page to be synced", "name some pages")
    each = ", ".join(f"{count:,} on {platform}" for platform, count in pages.items())
    idle = [user.id for user in users if not user.pages]
    text = f"{plural(len(users), 'user')} with {plural(sum(pages.values()), 'page')}: {each}"
    if idle:
        return Finding("warning", "users", f"{text}; {_some(idle)} without a page")
    return Finding("ok", "users", text)


def _database(url: str) -> Finding:
    where = describe_database(url)
    parsed = make_url(url)
    file = Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None
    if file is not None and not file.exists():
        if not file.parent.is_dir():
            return Finding("error", "database", f"{where} cannot be made: there is no folder {file.parent}", "make it")
        return Finding("ok", "database", f"{where} is not there yet", "the first run makes it")
    try:
        database = Database(url)
        try:
            with database.read() as connection:
                found = version_of(connection)
            check_version(found)
            if found is not None:
                _try_to_write(database)
        finally:
            database.close()
    except DatabaseError as error:
        return Finding("error", "database", f"{where}: {error}")
    if found is None:
        return Finding("ok", "database", f"{where} can be reached and is empty", "the first run fills it")
    if found != HEAD:
        return Finding("warning", "database", f"{where} has version {found}", f"the next run upgrades it to {HEAD}")
    return Finding("ok", "database", f"{where} has version {found}, the newest")


def _try_to_write(database: Database) -> None:
    """Begin to write, and write nothing."""
    with database.write():
        pass


class _Held(NamedTuple):
    """A token, and who uses it."""

    token: Token
    name: str
    """Where it comes from and whose it is, in words."""


def _readable_tokens(users: Iterable[User], tokens: Tokens) -> tuple[list[_Held], list[Finding]]:
    """Read every token once; return the distinct ones, and findings about those that cannot be read."""
    owners: dict[str, list[str]] = defaultdict(list)
    sources: dict[str, str] = {}
    failures: dict[str, list[str]] = defaultdict(list)
    for user in users:
        try:
            fingerprint = tokens.of(user).fingerprint
        except InvalidTokenError as error:
            failures[str(error)].append(user.id)
            continue
        owners[fingerprint].append(user.id)
        sources.setdefault(fingerprint, user.token_source.describe().removeprefix("default: "))
    held = [
        _Held(token, f"{sources[fingerprint]} ({_some(owners[fingerprint])})")
        for fingerprint, token in tokens.by_fingerprint.items()
    ]
    bad = [Finding("error", "token", f"{why} ({_some(ids)})", _WHERE_FROM) for why, ids in failures.items()]
    return held, bad


def _ask_apify(config: Config, users: Sequence[User], held: Sequence[_Held], now: datetime) -> Iterator[Finding]:
    settings = config.settings
    hasty = settings.retry.model_copy(update={"attempts": min(2, settings.retry.attempts)})
    settings = settings.model_copy(update={"retry": hasty})
    config = dataclasses.replace(config, settings=settings)
    good: list[Account] = []
    unreachable = threading.Event()
    accounts = [open_account(one.token, config, StopSignal(), nobody) for one in held]

    def look(pair: tuple[_Held, Account]) -> Finding | None:
        one, account = pair
        if unreachable.is_set():
            return None
        try:
            state = account.state()
        except (NetworkError, RateLimitedError) as error:
            unreachable.set()
            return Finding("error", "network", f"{error} (token {one.name})", "see status.apify.com")
        except InvalidTokenError as error:
            return Finding("error", "token", f"{one.name}: {error}", "put a valid one in its place")
        except SocialsyncError as error:
            good.append(account)
            return Finding("warning", "token", f"{one.name}: what is left of its month is not told: {error}")
        good.append(account)
        return _left(one.name, state, settings.apify.max_concurrent_runs, now)

    try:
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="check") as pool:
            for finding in pool.map(look, zip(held, accounts, strict=True)):
                if finding is not None:
                    yield finding
        if good:
            yield from _actors(good[0], config, users)
    finally:
        for account in accounts:
            account.close()


def _left(name: str, state: AccountState, at_once: int, now: datetime) -> Finding:
    parts = []
    remaining = state.remaining_usd
    if remaining is not None:
        ends = f", until {state.cycle_ends_at:%Y-%m-%d}" if state.cycle_ends_at and state.cycle_ends_at > now else ""
        parts.append(f"{usd(remaining)} of {usd(state.limit_usd)} are left this month{ends}")
    if state.concurrent_runs is not None:
        parts.append(f"{plural(state.concurrent_runs, 'Apify run')} at once")
    text = f"{name}: valid" + (f"; {', '.join(parts)}" if parts else "")
    if remaining is not None and remaining <= 0:
        return Finding("error", "token", text, "raise the limit at console.apify.com/billing, or wait")
    if remaining is not None and remaining < _LITTLE_USD:
        return Finding("warning", "token", text, "raise the limit at console.apify.com/billing")
    if state.concurrent_runs is not None and state.concurrent_runs < at_once:
        return Finding("warning", "token", text, f"[apify] max_concurrent_runs is {at_once}: more than that will wait")
    return Finding("ok", "token", text)


def _actors(account: Account, config: Config, users: Iterable[User]) -> Iterator[Finding]:
    sync = config.settings.sync
    platforms = {platform for user in users for platform in user.pages}
    unwanted = {part for part, count in ((POSTS, sync.posts_per_page), (COMMENTS, sync.comments_per_post)) if not count}
    uses: dict[str, list[str]] = defaultdict(list)
    for (platform, part), actor in actors_in_use(config.settings).items():
        if platform in platforms and (part not in unwanted or (part == POSTS and _tells_profiles_in_posts(platform))):
            uses[actor].append(f"{platform} {part}")
    for actor, what in uses.items():
        try:
            price = account.price(actor)
        except NotFoundError:
            advice = "correct its name in [apify.actors], or leave it out there"
            yield Finding("error", "actor", f"{actor} ({', '.join(what)}): Apify knows no such actor", advice)
        except SocialsyncError as error:
            yield Finding("error", "actor", f"{actor} ({', '.join(what)}): {error}")
        else:
            yield Finding("ok", "actor", f"{actor} ({', '.join(what)}): {_price(price)}")


def _tells_profiles_in_posts(platform: str) -> bool:
    """Whether a platform tells of its profiles in the items of its posts."""
    return PROFILES not in PLATFORMS[platform].ACTORS


def _price(price: Price | None) -> str:
    if price is None:
        return "can be reached; its price is not told"
    start = f" and {usd(price.start_usd)} per start" if price.start_usd >= 0.0005 else ""
    return f"{usd(price.item_usd * 1000)} per 1,000 items{start}"


def _some(ids: Sequence[str]) -> str:
    more = len(ids) - _NAMED
    return ", ".join(ids[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
