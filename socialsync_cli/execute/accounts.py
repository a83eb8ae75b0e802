"""The accounts of a run: one per distinct token, whoever brings it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

from socialsync_cli.apify.account import Account
from socialsync_cli.apify.limiter import RateLimit, shared_limit
from socialsync_cli.apify.redis_limiter import RedisRateLimit
from socialsync_cli.apify.retry import RetryPolicy
from socialsync_cli.apify.transport import RetryNews
from socialsync_cli.config import Config, Settings, Token, TokenSource, User
from socialsync_cli.core.events import Listener, Retrying
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import (
    CancelledError,
    InvalidTokenError,
    NetworkError,
    RateLimitedError,
    SocialsyncError,
)
from socialsync_cli.execute.prepare import TaskRow
from socialsync_cli.execute.work import AccountWork
from socialsync_cli.platforms import PLATFORMS


class Tokens:
    """Reads each token once, and remembers which users have none."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._by_source: dict[TokenSource, Token | InvalidTokenError] = {}
        self.by_fingerprint: dict[str, Token] = {}
        self.troubles: dict[str, Trouble] = {}
        """Per user without a usable token: why."""

    def of(self, user: User) -> Token:
        """Return the token of a user.

        Raises:
            InvalidTokenError: It is missing or cannot be read.

        """
        found = self._by_source.get(user.token_source)
        if found is None:
            try:
                found = user.token_source.resolve(self._environ)
                self.by_fingerprint[found.fingerprint] = found
            except InvalidTokenError as error:
                found = error
            self._by_source[user.token_source] = found
        if isinstance(found, InvalidTokenError):
            raise InvalidTokenError(str(found))
        return found


def actors_in_use(settings: Settings) -> dict[tuple[str, str], str]:
    """Return the actor per platform and part: the configured one, else the platform's own."""
    return {
        (name, part): settings.apify.actors.choice(name, part) or default
        for name, platform in PLATFORMS.items()
        for part, default in platform.ACTORS.items()
    }


def open_account(token: Token, config: Config, stop: StopSignal, tell: Listener) -> Account:
    """Open the account of a token."""
    settings = config.settings

    def heard(news: RetryNews) -> None:
        tell(Retrying(news.what, news.attempt, news.wait_s, str(news.error)))

    return Account(
        token.reveal(),
        fingerprint=token.fingerprint,
        api_url=settings.apify.api_url,
        limit=limit_of(token.fingerprint, config),
        retry=RetryPolicy(settings.retry.attempts, settings.retry.initial_seconds, settings.retry.max_seconds),
        stop=stop,
        on_retry=heard,
        patience_s=settings.apify.timeout_seconds,
    )


def limit_of(fingerprint: str, config: Config) -> RateLimit:
    """Return the rate limit of a token: in Redis if there is one, else over this machine."""
    per_second, broker = config.settings.apify.requests_per_second, config.broker_url()
    if broker is None:
        return shared_limit(per_second, fingerprint)
    return RedisRateLimit(per_second, broker.reveal(), f"socialsync:rate:{fingerprint}")


def learn_prices(wanted: Iterable[tuple[AccountWork, Set[str]]]) -> None:
    """Ask Apify what actors cost with an account, where it is not known yet; the list's price stays otherwise.

    Nobody waits long for what is good to know: an Apify that does not answer is not asked for the rest.
    """
    for account, actors in wanted:
        for actor in sorted(actors - account.prices.keys()):
            try:
                price = account.account.price(actor)
            except (CancelledError, NetworkError):
                return
            except (InvalidTokenError, RateLimitedError):
                break
            except SocialsyncError:
                continue
            if price is not None:
                account.prices[actor] = price


def open_accounts(
    tasks: Iterable[TaskRow], tokens: Tokens, config: Config, stop: StopSignal, tell: Listener
) -> dict[str, AccountWork]:
    """Open the accounts that tasks need, by fingerprint."""
    needed = {task.fingerprint for task in tasks if task.fingerprint is not None}
    return {
        fingerprint: AccountWork(
            open_account(token, config, stop, tell),
            fingerprint,
            config.settings.apify.max_concurrent_runs,
        )
        for fingerprint, token in tokens.by_fingerprint.items()
        if fingerprint in needed
    }
