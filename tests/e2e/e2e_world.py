"""What one customer of a sandbox did and was charged: tests share a sandbox and keep apart by their tokens."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from socialsync_cli.sandbox import Sandbox
from socialsync_cli.sandbox.runs import Run


def runs_of(world: Sandbox, token: str) -> list[Run]:
    """Return a customer's Apify runs, oldest first."""
    return [run for run in list(world.state.runs) if run.customer.token == token]


def statuses(world: Sandbox, token: str) -> list[str]:
    """Return how a customer's Apify runs stand now."""
    return [run.status(world.state.now()) for run in runs_of(world, token)]


def asked(world: Sandbox, token: str) -> dict[str, list[dict[str, Any]]]:
    """Return the inputs of a customer's Apify runs by actor."""
    found: dict[str, list[dict[str, Any]]] = {}
    for run in runs_of(world, token):
        found.setdefault(run.actor.name, []).append(run.given)
    return found


def runs_that_charged(world: Sandbox, token: str) -> Counter[tuple[str, str]]:
    """Return how many Apify runs of a customer were charged for each actor and target."""
    mine = {run.id for run in runs_of(world, token)}
    return Counter((c.actor, c.target) for c in world.state.charges() if c.items and c.run_id in mine)


def requests_of(world: Sandbox, token: str) -> Counter[str]:
    """Return how many requests a customer has sent, by kind."""
    return Counter(seen.endpoint for seen in list(world.state.stats.log) if seen.token == token)


@contextlib.contextmanager
def slow(world: Sandbox, page_s: float) -> Iterator[None]:
    """Let Apify runs that begin inside of the block take so long for every page."""
    world.behave(page_s=page_s)
    try:
        yield
    finally:
        world.behave(page_s=0.0)


def let_end(world: Sandbox, token: str) -> None:
    """Let a customer's Apify runs that are still at work have ended well."""
    with world.state.changed:
        for run in runs_of(world, token):
            run.behaviour = run.behaviour.changed({"page_s": 0.0})
        world.state.changed.notify_all()
