"""Programmable mishaps: which request, or which run, goes wrong in what way."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
from random import Random
from typing import Any

REQUEST_KINDS = frozenset(
    {
        "status",  # an error answer: `status`, `type`, `message`, `retry_after`, `html`; before it is carried out
        "status_after",  # the same, but the request was carried out
        "reset",  # the connection breaks before the request is carried out
        "reset_after",  # it was carried out, and the answer is lost
        "late",  # the connection breaks at once, and the request is carried out `seconds` later
        "hang",  # nothing is done and nothing is answered, for `seconds` (None: for ever)
        "hang_after",  # it was carried out, and nothing is answered
        "slow",  # carried out and answered after `seconds`
        "drip",  # the body comes in pieces over `seconds`
        "truncate",  # the body ends after the share `share` of it, short of its Content-Length
        "truncate_chunked",  # the same, as chunks without the last one
        "invalid_json",  # 200 and half a document
        "html",  # 200 and an HTML page
        "empty",  # 200 and no body
        "null",  # 200 and `null`, or `{"data": null}`
        "wrong_types",  # items or run with values of other types
        "missing_fields",  # a run, account or actor without its required fields
        "envelope",  # an object where a list should be, a list where an object should be
        "litter",  # numbers, texts, nulls and senseless objects between the elements of a list
        "no_parser",  # items with NaN, half characters and 5,000 levels of nesting
        "odd_costs",  # a run with null costs and negative counts
        "strip_headers",  # without X-Apify-Pagination-…
        "low_total",  # X-Apify-Pagination-Total and -Count are 0
        "expired",  # 404 record-not-found, as for a dataset that is gone
    }
)
RUN_KINDS = frozenset(
    {
        "end",  # the run ends in `run_status` after `items` items or `pages` targets
        "stuck",  # the run stays RUNNING after `items` or `pages`, until its timeout or an abort
        "endless",  # the same, but its timeout does not end it either
        "silent",  # targets `targets` (none given: every second) give nothing at all
        "blocked",  # the same targets give no_items with requestErrorMessages (TikTok: nothing)
        "garbage",  # after every `items` items comes one that makes no sense
        "duplicates",  # every batch of items comes twice
        "together",  # the items of each target come together
        "mixed",  # one item of each target in turn
        "broken_items",  # every `items`-th item has values of other types
    }
)


@dataclass(frozen=True)
class Fault:
    """One kind of mishap, and when it happens. As JSON it has the same names."""

    kind: str
    endpoint: str = "*"
    """Which requests (names of `routes.ROUTES`, such as "start", "items"); run kinds look at starts alone."""
    actor: str | None = None
    """`owner/name`; None: any."""
    token: str | None = None
    skip: int = 0
    """So many matching requests pass unharmed first."""
    count: int | None = 1
    """How often it happens; None: always."""
    probability: float = 1.0
    seed: int = 0
    """For the probability."""
    status: int = 500
    type: str = "internal-server-error"
    message: str = "An internal error occurred"
    html: bool = False
    retry_after: str | None = None
    seconds: float | None = None
    share: float = 0.5
    run_status: str = "FAILED"
    items: int | None = None
    pages: int | None = None
    targets: tuple[str, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.kind not in REQUEST_KINDS | RUN_KINDS:
            raise ValueError(f"no fault is called {self.kind!r}")

    @property
    def of_run(self) -> bool:
        """Whether it befalls a run instead of a request."""
        return self.kind in RUN_KINDS

    @staticmethod
    def read(data: dict[str, Any]) -> Fault:
        """Return the fault that a JSON object describes.

        Raises:
            ValueError: When it has other names than a fault, or an unknown kind.
        """
        unknown = data.keys() - {one.name for one in fields(Fault)}
        if unknown or "kind" not in data:
            raise ValueError(f"unknown or missing: {sorted(unknown) or 'kind'}")
        return Fault(**{**data, "targets": tuple(data.get("targets", ()))})


class _Armed:
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0
        self.struck = 0
        self._random = Random(fault.seed)  # noqa: S311 - reproducible mishaps, no secrets

    def strikes(self) -> bool:
        """Whether it happens to one more thing that it matches."""
        fault = self.fault
        self.seen += 1
        if self.seen <= fault.skip or (fault.count is not None and self.struck >= fault.count):
            return False
        if fault.probability < 1.0 and self._random.random() >= fault.probability:
            return False
        self.struck += 1
        return True


class FaultBook:
    """All faults that are armed; safe for many threads."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def arm(self, *faults: Fault) -> None:
        """Add faults; earlier ones come first."""
        with self._lock:
            self._armed += map(_Armed, faults)

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def strike(self, endpoint: str, actor: str | None, token: str | None) -> Fault | None:
        """Return the fault that befalls a request; None if it goes well."""
        with self._lock:
            for armed in self._armed:
                fault = armed.fault
                if not fault.of_run and _matches(fault, endpoint, actor, token) and armed.strikes():
                    return fault
        return None

    def strike_run(self, actor: str, token: str | None) -> list[Fault]:
        """Return all faults that befall a new run."""
        with self._lock:
            return [
                armed.fault
                for armed in self._armed
                if armed.fault.of_run and _matches(armed.fault, "start", actor, token) and armed.strikes()
            ]

    def told(self) -> list[dict[str, Any]]:
        """Return all faults, and how often they saw and struck something."""
        with self._lock:
            return [asdict(armed.fault) | {"seen": armed.seen, "struck": armed.struck} for armed in self._armed]


def _matches(fault: Fault, endpoint: str, actor: str | None, token: str | None) -> bool:
    return (
        fault.endpoint in {"*", endpoint}
        and (fault.actor is None or fault.actor == actor)
        and (fault.token is None or fault.token == token)
    )


def faults(data: Iterable[dict[str, Any]]) -> list[Fault]:
    """Return the faults that JSON objects describe."""
    return [Fault.read(one) for one in data]
