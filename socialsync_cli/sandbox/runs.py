"""A run from its start to its end, as a function of the time that has passed.

Nothing ticks: what a run has stored, charged and become is computed when somebody asks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple

from socialsync_cli.sandbox.behaviour import Behaviour
from socialsync_cli.sandbox.catalogue import START_EVENT, Actor, Event
from socialsync_cli.sandbox.customers import Customer
from socialsync_cli.sandbox.datasets import Dataset

NO_TIMEOUT_S = 10**9
FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
_MESSAGES = {
    "SUCCEEDED": "Finished! The actor has done what it could.",
    "FAILED": "The actor process failed with an error",
    "TIMED-OUT": "The run reached its timeout",
    "ABORTED": "The run was aborted",
}
_CAP_MESSAGE = "The run was aborted because it reached its maximum total charge"
_LIMIT_MESSAGE = "The run was aborted because the account reached its monthly usage limit"
_EXIT_CODES = {"SUCCEEDED": 0, "FAILED": 1, "TIMED-OUT": 91, "ABORTED": 91}


@dataclass(frozen=True)
class Options:
    """What a start asked for besides its input."""

    timeout_s: int
    memory_mbytes: int
    max_items: int | None = None
    cap: Decimal | None = None
    build: str = "latest"


class Stop(NamedTuple):
    """Where a run ends by itself: after so many items, in that status. An infinite one: it hangs there."""

    items: int
    status: str
    message: str
    hangs: bool = False
    for_ever: bool = False
    """Its timeout does not end it either."""


@dataclass
class Run:
    """One run of an actor."""

    id: str
    actor: Actor
    customer: Customer
    body: bytes
    """The input as it was sent."""
    given: dict[str, Any]
    options: Options
    created: float
    """Real epoch seconds, as all moments here."""
    meta: dict[str, Any]
    dataset: Dataset
    store_id: str
    budget: Decimal | None
    """What it may charge at most: the cap, or what the account has left."""
    targets: int
    behaviour: Behaviour
    broken: Stop | None = None
    """A fault that ends it earlier, or lets it hang."""
    extra: Dataset | None = None
    """A second dataset."""
    expired: bool = False
    resurrected: int = 0
    _begun: float = field(init=False)
    _begun_with: int = field(init=False, default=0)
    _going_down: tuple[float, str] | None = field(init=False, default=None)
    """Since when, and into which status, it was told to end."""

    def __post_init__(self) -> None:
        self._begun = self.created
        self.free = self.customer.terms.tier == "FREE"
        self.item_events: list[Event] = self.actor.item_events(self.given)
        self.item_usd = sum((event.price(free=self.free) for event in self.item_events), Decimal(0))
        self.start_usd = Decimal(self.actor.start_usd) * self.actor.start_events(self.options.memory_mbytes)
        if self.per_item:
            self.start_usd = Decimal(0)

    @property
    def per_item(self) -> bool:
        """Whether it is priced per dataset item."""
        return self.actor.name in self.behaviour.per_item

    @property
    def _stop(self) -> Stop:
        """Where it ends if nobody interferes and there is time enough."""
        total = len(self.dataset)
        found = Stop(total, "SUCCEEDED", _MESSAGES["SUCCEEDED"])
        if self.per_item and self.options.max_items is not None:
            found = found._replace(items=min(total, self.options.max_items))
        if self.budget is not None and self.item_usd:
            affordable = max(0, int((self.budget - self.start_usd) / self.item_usd))
            if affordable < found.items:
                capped = self.options.cap is not None and self.budget == self.options.cap
                found = Stop(affordable, "ABORTED", _CAP_MESSAGE if capped else _LIMIT_MESSAGE)
        broken = self.broken
        return broken if broken is not None and broken.items <= found.items else found

    @property
    def _works_for_s(self) -> float:
        return self.behaviour.page_s * self.targets

    def _reaches(self, items: int) -> float:
        """When so many items are stored."""
        begun = self._begun + self.behaviour.start_delay_s
        todo = len(self.dataset) - self._begun_with
        share = 1.0 if todo <= 0 else max(0.0, (items - self._begun_with) / todo)
        return begun + self._works_for_s * share

    def _end(self) -> tuple[float, str, str]:
        """When and how it ends."""
        stop = self._stop
        end, status, message = self._reaches(stop.items), stop.status, stop.message
        if stop.hangs:
            end = math.inf
        timeout = math.inf if stop.for_ever else self._begun + self.options.timeout_s
        if timeout < end:
            end, status, message = timeout + self.behaviour.going_down_s, "TIMED-OUT", _MESSAGES["TIMED-OUT"]
        if self._going_down is not None:
            return self._going_down[0] + self.behaviour.going_down_s, self._going_down[1], _MESSAGES["ABORTED"]
        return end, status, message

    @property
    def ends_at(self) -> float:
        """When it will have ended; infinite for one that hangs without a timeout."""
        return self._end()[0]

    def status(self, now: float) -> str:
        """Return its status."""
        end, status, _ = self._end()
        if now >= end:
            return status
        if self._going_down is not None:
            return "ABORTING"
        if now >= self._begun + self.options.timeout_s and not self._stop.for_ever:
            return "TIMING-OUT"
        return "READY" if now < self._begun + self.behaviour.start_delay_s else "RUNNING"

    def final(self, now: float) -> bool:
        """Whether it has ended."""
        return now >= self._end()[0]

    def message(self, now: float) -> str | None:
        """Return its status message."""
        if self.final(now):
            return self._end()[2]
        return f"Scraped {self.stored(now)} results so far" if self.stored(now) else None

    def exit_code(self, now: float) -> int | None:
        """Return the exit code of its process."""
        return _EXIT_CODES[self.status(now)] if self.final(now) else None

    def stored(self, now: float) -> int:
        """Return how many items are in its dataset."""
        at = min(now, self._end()[0])
        most = min(self._stop.items, len(self.dataset))
        begun = self._begun + self.behaviour.start_delay_s
        if at < begun:
            return min(most, self._begun_with)
        if at >= self._reaches(most):
            return most
        todo = len(self.dataset) - self._begun_with
        return min(most, self._begun_with + int(todo * (at - begun) / self._works_for_s))

    def charged_usd(self, now: float) -> Decimal:
        """Return what it has cost so far; the truth, which the API tells later."""
        return self.start_usd + self.item_usd * self.stored(now)

    def planned_usd(self, now: float) -> Decimal:
        """Return what it is still going to charge."""
        return Decimal(0) if self.final(now) else self.item_usd * (self._stop.items - self.stored(now))

    def told_items(self, now: float) -> int:
        """Return for how many items the API shows charges: too few for a while after the end."""
        stored, since = self.stored(now), now - self._end()[0]
        if self.final(now) and since >= self.behaviour.settle_s:
            return stored
        return 0 if ord(self.id[-1]) % 2 else stored // 3

    def told_total(self, now: float) -> int:
        """Return the dataset's number of items as the API shows it: too low for a while after the end."""
        stored, since = self.stored(now), now - self._end()[0]
        if self.final(now) and since >= self.behaviour.total_lag_s:
            return stored
        return 0 if ord(self.id[-2]) % 2 else stored // 2

    def told_usd(self, now: float) -> Decimal:
        """Return the costs as the API shows them."""
        told = self.told_items(now)
        return Decimal(0) if not told and not self.settled(now) else self.start_usd + self.item_usd * told

    def settled(self, now: float) -> bool:
        """Whether costs and events are final."""
        return self.final(now) and now - self._end()[0] >= self.behaviour.settle_s

    def told_events(self, now: float) -> dict[str, int]:
        """Return `chargedEventCounts`."""
        if self.per_item:
            return {}
        told = self.told_items(now)
        counts = {START_EVENT: self.actor.start_events(self.options.memory_mbytes)}
        for event in self.item_events:
            counts[event.name] = counts.get(event.name, 0) + told
        return counts

    def abort(self, now: float) -> None:
        """Tell it to end; without effect on a finished one."""
        if not self.final(now) and self._going_down is None:
            self._going_down = (now, "ABORTED")

    def resurrect(self, now: float, options: Options, budget: Decimal | None) -> None:
        """Let it go on where it stopped, with the same storages."""
        self._begun_with = self.stored(now)
        self._begun = now
        self._going_down = None
        self.broken = None
        self.options = replace(options, build=self.options.build)
        self.budget = budget
        self.resurrected += 1
