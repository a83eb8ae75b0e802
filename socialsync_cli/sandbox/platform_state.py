"""The platform behind the API: whose token, which runs, what was charged, what time it is in the world."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from socialsync_cli.sandbox.behaviour import Behaviour
from socialsync_cli.sandbox.customers import Customer, Load, Refusal, check_start
from socialsync_cli.sandbox.dice import BASE58, roll
from socialsync_cli.sandbox.faults import FaultBook
from socialsync_cli.sandbox.runs import Options, Run
from socialsync_cli.sandbox.starts import Ids, Start, check_options, new_run, options_of, parsed_input
from socialsync_cli.sandbox.stats import Stats
from socialsync_cli.sandbox.world import World

_GRACE_S = 0.0001


class Charge(NamedTuple):
    """What one target of one run has cost."""

    run_id: str
    actor: str
    target: str
    items: int
    usd: Decimal


class State:
    """Everything that the sandbox remembers.

    Args:
        world: What there is to scrape.
        now: The moment of the world, in epoch seconds; None: it is always the present.
        behaviour: How the platform behaves.
        customers: Accounts with their own limits. Other tokens that begin with `sandbox-` get a usual one.
    """

    def __init__(
        self, world: World, *, now: float | None, behaviour: Behaviour, customers: Iterable[Customer] = ()
    ) -> None:
        self.world = world
        self.world_now = now
        self.behaviour = behaviour
        self.customers = {customer.token: customer for customer in customers}
        self.faults = FaultBook()
        self.stats = Stats()
        self.runs: list[Run] = []
        """All runs, in the order of their starts."""
        self.tamper: Callable[[Run, list[Any]], Sequence[bytes]] | None = None
        """Rewrites what a dataset holds whenever it is read: items in, JSON texts out (or what passes for JSON)."""
        self.changed = threading.Condition()
        """Guards all of this, and wakes those who wait for a run."""
        self.closing = False
        self.forgotten: set[str] = set()
        """Ids of deleted runs: they stay in `runs` for the accounts."""
        self._by_id: dict[str, Run] = {}
        self._open: dict[str, list[Run]] = {}
        self._spent: dict[str, Decimal] = {}
        self._rates: dict[tuple[str, str], tuple[int, int]] = {}

    def now(self) -> float:
        """Return the real time, in epoch seconds."""
        return time.time()

    def world_time(self) -> int:
        """Return the moment of the world, in epoch seconds."""
        return int(self.now() if self.world_now is None else self.world_now)

    def customer(self, token: str) -> Customer:
        """Return whose token it is.

        Raises:
            Refusal: 401.
        """
        if not token:
            raise Refusal(401, "token-not-provided", "Authentication token was not provided")
        found = self.customers.get(token)
        if found is None:
            if not token.startswith("sandbox-"):
                raise Refusal(401, "user-or-token-not-found", "User was not found or authentication token is not valid")
            with self.changed:
                found = self.customers.setdefault(token, Customer(token))
        return found

    def over_rate(self, token: str, resource: str, most: int) -> bool:
        """Count a request to a resource; whether there were more than `most` in this second."""
        second = int(time.monotonic())
        with self.changed:
            seen, count = self._rates.get((token, resource), (second, 0))
            count = count + 1 if seen == second else 1
            self._rates[token, resource] = (second, count)
        return count > most

    def load(self, customer: Customer) -> Load:
        """Return what an account has running and spent."""
        now = self.now()
        with self.changed:
            running = []
            for run in self._open.get(customer.token, ()):
                if run.final(now):
                    self._spent[customer.token] = self._spent.get(customer.token, Decimal(0)) + run.charged_usd(now)
                else:
                    running.append(run)
            self._open[customer.token] = running
            spent = self._spent.get(customer.token, Decimal(0))
        return Load(
            len(running),
            sum(run.options.memory_mbytes for run in running),
            Decimal(str(customer.used_usd)) + spent + sum((run.charged_usd(now) for run in running), Decimal(0)),
            sum((run.planned_usd(now) for run in running), Decimal(0)),
        )

    def resurrect(self, run: Run, options: Options) -> None:
        """Let a finished run go on.

        Raises:
            Refusal: When it has not finished, or would get less than it had.
        """
        now = self.now()
        with self.changed:
            if not run.final(now):
                raise Refusal(400, "invalid-request", "Only finished runs can be resurrected")
            before = run.options
            if options.cap is not None and before.cap is not None and options.cap < before.cap:
                raise Refusal(400, "invalid-value", "maxTotalChargeUsd can only be increased")
            if options.max_items is not None and before.max_items is not None and options.max_items < before.max_items:
                raise Refusal(400, "invalid-value", "maxItems can only be increased")
            self.load(run.customer)
            self._spent[run.customer.token] -= run.charged_usd(now)
            budget = self.budget(run.customer, options.cap)
            run.resurrect(now, options, budget)
            self._open[run.customer.token].append(run)
            self.changed.notify_all()

    def abort(self, run: Run) -> None:
        """Tell a run to end."""
        with self.changed:
            run.abort(self.now())
            self.changed.notify_all()

    def start(self, asked: Start) -> Run:
        """Start an actor.

        Raises:
            Refusal: When the input, the options, or the account do not allow it.
        """
        actor, customer = asked.actor, asked.customer
        given = parsed_input(actor, asked.body)
        with self.changed:
            options = options_of(asked)
            self._check(asked, given, options)
            run = self._run(asked, given, options)
            self.runs.append(run)
            self._open[asked.customer.token].append(run)
            self._by_id.update({run.id: run, run.dataset.id: run, run.store_id: run})
            if run.extra is not None:
                self._by_id[run.extra.id] = run
            self._expire(customer)
        self.stats.started()
        return run

    def _check(self, asked: Start, given: dict[str, Any], options: Options) -> None:
        check_options(asked, options)
        actor, customer = asked.actor, asked.customer
        free = customer.terms.tier == "FREE"
        least = Decimal(actor.start_usd) + sum(event.price(free=free) for event in actor.item_events(given))
        memory = options.memory_mbytes
        check_start(customer, self.load(customer), memory_mbytes=memory, cap=options.cap, least_usd=least)

    def budget(self, customer: Customer, cap: Decimal | None) -> Decimal | None:
        """Return what a run may charge: its cap, or what the account has left beside its other runs."""
        load = self.load(customer)
        left = Decimal(str(customer.limit_usd)) - load.used_usd - load.planned_usd
        return left if cap is None else min(cap, left)

    def _run(self, asked: Start, given: dict[str, Any], options: Options) -> Run:
        ids = Ids(*(self._new_id(kind) for kind in Ids._fields))
        mishaps = self.faults.strike_run(asked.actor.name, asked.customer.token)
        for mishap in mishaps:
            self.stats.struck(mishap.kind)
        budget = self.budget(asked.customer, options.cap)
        return new_run(
            asked, given, options, ids, mishaps, self.world, self.behaviour,
            budget=budget, now=self.now(), world_time=self.world_time(),
        )  # fmt: skip

    def _new_id(self, kind: str) -> str:
        dice = roll(self.world.seed, kind, len(self.runs))
        return "".join(BASE58[(dice >> 8 * k) % 58] for k in range(17))

    def _expire(self, customer: Customer) -> None:
        keep, now = self.behaviour.keep_runs, self.now()
        if keep is not None:
            ended = [run for run in self.runs if run.customer is customer and run.final(now)]
            for run in ended[: max(0, len(ended) - keep)]:
                run.expired = True

    def find(self, some_id: str, customer: Customer) -> Run:
        """Return the run with that id, or with that dataset or key-value store.

        Raises:
            Refusal: 404; for other people's runs, too.
        """
        run = self._by_id.get(some_id)
        if run is None or run.customer is not customer:
            raise Refusal(404, "record-not-found", "Record was not found")
        return run

    def close(self) -> None:
        """Wake everybody who waits: it is over."""
        with self.changed:
            self.closing = True
            self.changed.notify_all()

    def pause(self, seconds: float | None) -> None:
        """Do nothing for so long (None: for ever), or until it is over."""
        deadline = None if seconds is None else time.monotonic() + seconds
        with self.changed:
            while not self.closing:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return
                self.changed.wait(left)

    def change_customer(self, customer: Customer) -> None:
        """Give a token an account, or another one: its runs go on under the new terms."""
        with self.changed:
            known = self.customers.get(customer.token)
            if known is None:
                self.customers[customer.token] = customer
            else:
                known.__dict__.update(customer.__dict__)

    def expire(self, some_id: str) -> None:
        """Let the storages of a run be gone, as after the plan's retention.

        Raises:
            KeyError: When there is no such run, dataset or store.
        """
        self._by_id[some_id].expired = True

    def forget(self, run: Run) -> None:
        """Delete a finished run and its storages; what it has cost stays."""
        with self.changed:
            self.load(run.customer)
            for some_id in [key for key, found in self._by_id.items() if found is run]:
                del self._by_id[some_id]
            self.forgotten.add(run.id)

    def wait(self, run: Run, seconds: float) -> None:
        """Return when the run has ended, or after so many seconds."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while not self.closing and not run.final(self.now()):
                left = min(deadline - time.monotonic(), run.ends_at - self.now() + _GRACE_S)
                if deadline <= time.monotonic():
                    return
                self.changed.wait(max(0.0, left))

    def charges(self) -> list[Charge]:
        """Return what every target of every run has cost so far; starts apart, under the target `(start)`."""
        now, found = self.now(), []
        for run in list(self.runs):
            found.append(Charge(run.id, run.actor.name, "(start)", 0, run.start_usd))
            for target, items in run.dataset.charged(run.stored(now)).items():
                found.append(Charge(run.id, run.actor.name, target, items, run.item_usd * items))
        return found

    def charged_usd(self) -> Decimal:
        """Return what all runs have cost so far."""
        now = self.now()
        return sum((run.charged_usd(now) for run in list(self.runs)), Decimal(0))
