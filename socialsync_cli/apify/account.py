"""One token of Apify, and everything that is done with it.

Starts are sent once; when the answer is lost, `find_start` looks for the run by its input, as Apify has no key that
would make a start idempotent. Waiting is a long poll: Apify answers as soon as the run ends.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import itertools
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
from apify_client import ApifyClient

from socialsync_cli import __version__
from socialsync_cli.apify.limiter import RateLimit
from socialsync_cli.apify.retry import RetryPolicy
from socialsync_cli.apify.runs import TIERS, RunState, has_tiers, moment, price_of, run_state
from socialsync_cli.apify.transport import RetryNews, Transport
from socialsync_cli.core.money import Price
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import LostStartError, NotFoundError, SocialsyncError

_LONGEST_POLL_S = 60
"""Apify holds no answer back for longer."""
_CLOCK_SLACK = timedelta(minutes=5)
_INPUT_IS_KEPT = timedelta(minutes=10)
"""For so long after a start it cannot have expired: one that cannot be read then may be any."""
_CANDIDATES = 50
_FEW = 2
"""So many attempts are enough for what is good to know, and not needed."""


T = TypeVar("T")


class ItemsPage(NamedTuple, Generic[T]):
    """A page of a dataset."""

    taken: T
    """What was taken from its items."""
    raw: bytes
    """The JSON array as it came."""
    total: int | None
    """How many items the dataset has, as Apify says; may lag behind for some seconds."""


class AccountState(NamedTuple):
    """What an account may still do this month."""

    used_usd: float | None
    limit_usd: float | None
    cycle_ends_at: datetime | None
    concurrent_runs: int | None
    """How many runs Apify allows at once."""

    @property
    def remaining_usd(self) -> float | None:
        """What is left of the month's limit."""
        if self.used_usd is None or self.limit_usd is None:
            return None
        return max(0.0, self.limit_usd - self.used_usd)


class Account:
    """A token's account at Apify.

    Args:
        token: The secret; it stays in the client's header.
        fingerprint: What the account is called in the database and in logs.
        api_url: Where Apify is.
        limit: The rate limit of this token.
        retry: How requests are tried again.
        stop: Ends every wait.
        on_retry: Hears of requests that are tried again.
        patience_s: An answer from which nothing comes for so long is given up.

    """

    def __init__(
        self,
        token: str,
        *,
        fingerprint: str,
        api_url: str,
        limit: RateLimit,
        retry: RetryPolicy,
        stop: StopSignal,
        on_retry: Callable[[RetryNews], None] = lambda _: None,
        patience_s: float = 30.0,
    ) -> None:
        self.fingerprint = fingerprint
        self.poll_s = min(_LONGEST_POLL_S, max(1, round(2 * patience_s)))
        """How long Apify is asked to hold an answer back for a run to end."""
        agent = f"socialsync/{__version__}"
        self._limit = limit
        self._transport = Transport(
            limit=limit, retry=retry, stop=stop, on_retry=on_retry, user_agent=agent, patience_s=patience_s
        )
        last_try = RetryPolicy(2, 0.5, 1.0)
        self._farewell = Transport(
            limit=limit, retry=last_try, stop=None, on_retry=on_retry, user_agent=agent, patience_s=min(patience_s, 4)
        )
        self._client = ApifyClient.with_custom_http_client(token, api_url=api_url, http_client=self._transport)
        self._last_client = ApifyClient.with_custom_http_client(token, api_url=api_url, http_client=self._farewell)
        self._tier: str | None = None
        self._tier_lock = threading.Lock()
        base = api_url.rstrip("/")
        self._base = base if base.endswith("/v2") else f"{base}/v2"

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._transport.requests + self._farewell.requests

    @property
    def answers(self) -> int:
        """How many requests got what they asked for: none for a while means that Apify cannot be reached."""
        return self._transport.answers

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
        self._farewell.close()
        self._limit.close()

    def last_words(self) -> Account:
        """Return the same account for what has to be said while everything is being stopped: nothing ends its waits."""
        other = copy.copy(self)
        other._transport, other._client = self._farewell, self._last_client
        return other

    def start(self, actor: str, run_input: dict[str, Any], *, timeout_s: int, max_charge_usd: float | None) -> RunState:
        """Start an actor.

        Args:
            actor: `owner/name`.
            run_input: Its input.
            timeout_s: The time limit of the run.
            max_charge_usd: Apify ends the run when it has charged so much; None for no limit.

        Raises:
            LostStartError: The run may exist; look for it with `find_start`.
            SocialsyncError: Any other: nothing was started.

        """
        # Not with the client's own method: a field that it misses in the answer would make every start a lost one.
        answer = self._transport.call(
            method="POST",
            url=f"{self._base}/actors/{actor.replace('/', '~')}/runs",
            params={
                "timeout": timeout_s,
                "maxTotalChargeUsd": None if max_charge_usd is None else _cap(max_charge_usd),
            },
            json=run_input,
            sound=_is_run,
        )
        state = self._state(answer.json()["data"])
        if state is None or not state.dataset_id:
            raise LostStartError(f"the answer to the start of {actor} names no run")
        return state

    def find_start(self, actor: str, input_hash: str, *, since: datetime, known: Collection[str]) -> RunState | None:
        """Look for a run of `actor` that was started with this input, newest first; None if there is none.

        Args:
            actor: `owner/name`.
            input_hash: `input_hash()` of the intended input.
            since: When the start was intended, by our clock.
            known: Ids of runs that belong to other starts.

        Raises:
            LostStartError: There is one that may be it, and that cannot be told.
            SocialsyncError: See `Transport.call`.

        """
        url = f"{self._base}/actors/{actor.replace('/', '~')}/runs"
        intended_at = since + self._transport.server_ahead
        after = intended_at - _CLOCK_SLACK
        seen: set[str] = set()
        doubtful = False
        for offset in itertools.count(0, _CANDIDATES):
            params = {"desc": "1", "limit": _CANDIDATES, "offset": offset, "startedAfter": after.astimezone(UTC)}
            rows = _data(self._get(url, params, sound=_is_list_of_runs))["items"]
            named = [row for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), str)]
            doubtful = doubtful or len(named) < len(rows)
            fresh = {row["id"]: row for row in named if row["id"] not in seen}
            for run_id, row in fresh.items():
                started_at = moment(row.get("startedAt")) or intended_at
                if run_id in known or started_at < after:
                    continue
                found = self._input_of(run_id, row)
                if found == input_hash:
                    return self.wait(run_id, 0)  # a row of the list tells neither prices nor all storages
                doubtful = doubtful or (found is None and abs(started_at - intended_at) < _INPUT_IS_KEPT)
            if len(rows) < _CANDIDATES or not fresh:
                break
            seen |= fresh.keys()
        if doubtful:
            raise LostStartError(f"a run of {actor} may be the one that was started, but that cannot be told")
        return None

    def _input_of(self, run_id: str, row: Mapping[str, Any]) -> str | None:
        """Return the hash of a run's input; None if it cannot be read."""
        try:
            state = run_state(row)
            if state is None or not state.store_id:
                state = self.wait(run_id, 0)
            record = self._client.key_value_store(state.store_id).get_record("INPUT")
        except NotFoundError:
            return None
        return input_hash(record["value"]) if record is not None and isinstance(record["value"], dict) else None

    def wait(self, run_id: str, seconds: int) -> RunState:
        """Return the run's state as soon as it ends, after `seconds` (at most 60) if it does not.

        Raises:
            NotFoundError: Apify does not know the run.
            SocialsyncError: See `Transport.call`.

        """
        params = {"waitForFinish": seconds} if seconds else None
        url = f"{self._base}/actor-runs/{run_id}"
        body = self._get(url, params, sound=_is_run)
        state = self._state(body["data"])
        assert state is not None
        return state

    def _state(self, data: Mapping[str, Any]) -> RunState | None:
        """Read a run object; prices that depend on the account's tier are looked up there."""
        pricing = data.get("pricingInfo")
        tier = self._tier_of_account() if isinstance(pricing, Mapping) and has_tiers(pricing) else None
        return run_state(data, tier)

    def _tier_of_account(self) -> str | None:
        """Return the account's tier for prices, asked for once; None if Apify does not tell."""
        with self._tier_lock:
            if self._tier is None:
                self._tier = ""
                with contextlib.suppress(SocialsyncError):
                    plan = _part(_data(self._get(f"{self._base}/users/me", attempts=_FEW)), "plan")
                    named = plan.get("tier") or TIERS.get(str(plan.get("id", "")).upper())
                    self._tier = named if isinstance(named, str) else ""
        return self._tier or None

    def items(self, dataset_id: str, *, offset: int, limit: int, take: Callable[[list[Any]], T]) -> ItemsPage[T]:
        """Read a page of a dataset.

        Args:
            dataset_id: Of a run.
            offset: So many items come before.
            limit: So many items at most.
            take: Takes from the parsed items what is needed; they are gone when it returns.

        Raises:
            NotFoundError: The dataset has expired.
            SocialsyncError: See `Transport.call`.

        """
        url = f"{self._base}/datasets/{dataset_id}/items"
        params = {"format": "json", "offset": offset, "limit": limit}
        answer = self._transport.call(
            method="GET", url=url, params=params, sound=lambda body: isinstance(body, list), take=take
        )
        total = answer.headers.get("x-apify-pagination-total", "")
        return ItemsPage(answer.json(), answer.content, int(total) if total.isdecimal() and len(total) < 19 else None)

    def abort(self, run_id: str) -> None:
        """Ask Apify to end a run at once; works while everything else is being stopped."""
        url = f"{self._base}/actor-runs/{run_id}/abort"
        self._farewell.call(method="POST", url=url, timeout=timedelta(seconds=4))

    def price(self, actor: str) -> Price | None:
        """Return what an item of `actor` costs; None where Apify does not tell.

        Raises:
            SocialsyncError: See `Transport.call`; `NotFoundError` for an actor that does not exist.

        """
        data = _data(self._get(f"{self._base}/actors/{actor.replace('/', '~')}", attempts=_FEW))
        infos = data.get("pricingInfos")
        now = datetime.now(UTC)
        valid = [info for info in infos if isinstance(info, Mapping)] if isinstance(infos, list) else []
        in_force = [info for info in valid if (moment(info.get("startedAt")) or now) <= now]
        if not in_force:
            return None
        return price_of(in_force[-1], self._tier_of_account() if has_tiers(in_force[-1]) else None)

    def state(self) -> AccountState:
        """Return what the account has used and may use: the one cheap call that proves a token.

        Raises:
            SocialsyncError: See `Transport.call`.

        """
        data = _data(self._get(f"{self._base}/users/me/limits"))
        limits, current = _part(data, "limits"), _part(data, "current")
        cycle_end = _part(data, "monthlyUsageCycle").get("endAt")
        jobs = limits.get("maxConcurrentActorJobs")
        return AccountState(
            used_usd=_float(current.get("monthlyUsageUsd")),
            limit_usd=_float(limits.get("maxMonthlyUsageUsd")),
            cycle_ends_at=moment(cycle_end),
            concurrent_runs=jobs if isinstance(jobs, int) and not isinstance(jobs, bool) else None,
        )

    def _get(
        self,
        url: str,
        params: dict[str, Any] | None = None,
        sound: Callable[[Any], bool] | None = None,
        attempts: int | None = None,
    ) -> Any:  # noqa: ANN401  JSON
        answer = self._transport.call(method="GET", url=url, params=params, sound=sound or _has_data, attempts=attempts)
        return answer.json()


def input_hash(run_input: object) -> str:
    """Return the hash of an input: equal for equal inputs, whatever the order of their keys."""
    return hashlib.sha256(orjson.dumps(run_input, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _cap(usd: float) -> Decimal:
    """Round down to a tenth of a cent of a cent: a ceiling must not be rounded up."""
    return Decimal(str(round(usd, 9))).quantize(Decimal("0.00001"), ROUND_FLOOR)


def _has_data(body: object) -> bool:
    return isinstance(body, Mapping) and isinstance(body.get("data"), Mapping)


def _data(body: Mapping[str, Any]) -> Mapping[str, Any]:
    data: Mapping[str, Any] = body["data"]
    return data


def _is_list_of_runs(body: object) -> bool:
    return isinstance(body, Mapping) and _has_data(body) and isinstance(body["data"].get("items"), list)


def _is_run(body: object) -> bool:
    return isinstance(body, Mapping) and _has_data(body) and run_state(body["data"]) is not None


def _part(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
