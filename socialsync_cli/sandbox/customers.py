"""The accounts behind the tokens: plan, limits, credit, and the reasons for which a start is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple


class Plan(NamedTuple):
    """What a plan allows."""

    id: str
    tier: str
    concurrent_runs: int
    memory_mbytes: int
    run_memory_mbytes: int
    credit_usd: float
    retention_days: int


PLANS = {
    plan.id: plan
    for plan in (
        Plan("FREE", "FREE", 5, 8_192, 8_192, 5.0, 7),
        Plan("STARTER", "BRONZE", 32, 65_536, 32_768, 49.0, 14),
        Plan("SCALE", "SILVER", 128, 262_144, 32_768, 499.0, 21),
        Plan("BUSINESS", "GOLD", 256, 524_288, 32_768, 999.0, 31),
    )
}


@dataclass
class Customer:
    """One account. Whoever has its token shares its limits and its credit."""

    token: str
    plan: str = "STARTER"
    limit_usd: float = 1_000_000.0
    """The hard limit of its monthly usage."""
    used_usd: float = 0.0
    """What it had used before the sandbox began."""
    concurrent_runs: int | None = None
    """Instead of the plan's."""
    memory_mbytes: int | None = None
    """Memory of all running jobs, instead of the plan's."""
    refused_actors: frozenset[str] = field(default_factory=frozenset)
    """Actors (`owner/name`) that it may not run: 403 insufficient-permissions."""
    limits_forbidden: bool = False
    """A token with few permissions: it may run actors, and not look at the account."""

    @property
    def user_id(self) -> str:
        """Its id, as stable as the token."""
        return sha256(self.token.encode()).hexdigest()[:17]

    @property
    def terms(self) -> Plan:
        """What its plan allows."""
        return PLANS[self.plan]

    @property
    def most_runs(self) -> int:
        """How many runs it may have at once."""
        return self.concurrent_runs if self.concurrent_runs is not None else self.terms.concurrent_runs

    @property
    def most_memory(self) -> int:
        """How much memory all its running jobs may have, in MB."""
        return self.memory_mbytes if self.memory_mbytes is not None else self.terms.memory_mbytes


class Refusal(Exception):
    """Raised when the platform answers with an error.

    Args:
        status: The HTTP status.
        type_: `error.type`.
        message: `error.message`.
    """

    def __init__(self, status: int, type_: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.type = type_
        self.message = message
        self.headers = headers or {}


class Load(NamedTuple):
    """What an account has running and spent at a moment."""

    runs: int
    memory_mbytes: int
    used_usd: Decimal
    planned_usd: Decimal
    """What its running runs will still be charged."""


def check_start(customer: Customer, load: Load, *, memory_mbytes: int, cap: Decimal | None, least_usd: Decimal) -> None:
    """Refuse a start that the account cannot have.

    Args:
        customer: The account.
        load: What it has running.
        memory_mbytes: What the run wants.
        cap: Its charge cap, if any.
        least_usd: What it costs at the least.

    Raises:
        Refusal: 402 or 403.
    """
    remaining = Decimal(str(customer.limit_usd)) - load.used_usd
    if remaining <= 0:
        raise Refusal(403, "platform-feature-disabled", "Monthly usage hard limit exceeded")
    if (least_usd if cap is None else max(cap, least_usd)) > remaining:
        raise Refusal(
            402,
            "not-enough-usage-to-run-paid-actor",
            f"By launching this job you will exceed your remaining usage of ${remaining:.2f}. Please consider an"
            " upgrade to a higher plan.",
        )
    if load.runs + 1 > customer.most_runs:
        raise Refusal(
            402,
            "concurrent-runs-limit-exceeded",
            f"By launching this job you will exceed your limit of {customer.most_runs} concurrent Actor runs.",
        )
    if load.memory_mbytes + memory_mbytes > customer.most_memory:
        raise Refusal(
            402,
            "actor-memory-limit-exceeded",
            f"By launching this job you will exceed the memory limit of {customer.most_memory}MB for all your Actor"
            f" runs and builds (currently used: {load.memory_mbytes}MB, requested: {memory_mbytes}MB). Please"
            " consider an upgrade.",
        )
