"""From a request to start an actor to its run: input and options checked, items planned, mishaps applied."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import orjson

from socialsync_cli.sandbox import tiktok_actors
from socialsync_cli.sandbox.behaviour import Behaviour
from socialsync_cli.sandbox.catalogue import Actor, input_problem
from socialsync_cli.sandbox.customers import Customer, Refusal
from socialsync_cli.sandbox.datasets import Dataset, interleaved
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.mishaps import change_of, stop_of, struck
from socialsync_cli.sandbox.plans import Scope
from socialsync_cli.sandbox.runs import NO_TIMEOUT_S, Options, Run
from socialsync_cli.sandbox.world import World


class Start(NamedTuple):
    """A request to start an actor."""

    actor: Actor
    customer: Customer
    body: bytes
    timeout_s: int | None = None
    memory_mbytes: int | None = None
    max_items: int | None = None
    cap: Decimal | None = None
    build: str = "latest"
    user_agent: str = ""


class Ids(NamedTuple):
    """The ids of a run and of its storages."""

    run: str
    dataset: str
    store: str
    extra: str


def options_of(asked: Start) -> Options:
    """Return a start's options, with the actor's defaults."""
    timeout_s = asked.actor.timeout_s if asked.timeout_s is None else asked.timeout_s or NO_TIMEOUT_S
    memory = asked.memory_mbytes or asked.actor.memory_mbytes
    return Options(timeout_s, memory, asked.max_items, asked.cap, asked.build)


def check_options(asked: Start, options: Options) -> None:
    """Refuse options that no account could have.

    Raises:
        Refusal: 400 or 403.
    """
    actor, customer = asked.actor, asked.customer
    if actor.name in customer.refused_actors:
        raise Refusal(403, "insufficient-permissions", "Insufficient permissions for the Actor.")
    memory = options.memory_mbytes
    if memory < 128 or memory & (memory - 1):
        raise Refusal(400, "invalid-value", "Memory must be a power of 2 and at least 128 MB")
    if memory > customer.terms.run_memory_mbytes:
        raise Refusal(400, "invalid-value", f"Memory may be at most {customer.terms.run_memory_mbytes} MB")
    minimum = Decimal(actor.minimum_usd or 0)
    if options.cap is not None and options.cap < minimum:
        raise Refusal(
            400,
            "max-total-charge-usd-below-minimum",
            f"Maximum total charge of ${options.cap} is below the minimum of ${minimum} of this Actor",
        )


def new_run(
    asked: Start,
    given: dict[str, Any],
    options: Options,
    ids: Ids,
    mishaps: Sequence[Fault],
    world: World,
    behaviour: Behaviour,
    *,
    budget: Decimal | None,
    now: float,
    world_time: int,
) -> Run:
    """Return the run that a start begins, with everything that it is going to store."""
    actor, customer = asked.actor, asked.customer
    beside_url = f"https://api.apify.com/v2/datasets/{ids.extra}/items?signature=c2FuZGJveA"
    scope = Scope(world, world_time, customer.terms.tier == "FREE", beside_url)
    segments = actor.plan(scope, given)
    beside = []
    if actor.platform == "tiktok" and "comments" not in actor.name:
        beside = tiktok_actors.comments_beside(scope, given, segments)
    spans = struck(actor, segments, mishaps, mix=behaviour.interleave)
    return Run(
        id=ids.run,
        actor=actor,
        customer=customer,
        body=asked.body,
        given=given,
        options=options,
        created=now,
        meta={"origin": "API", "clientIp": "127.0.0.1", "userAgent": asked.user_agent},
        dataset=Dataset(ids.dataset, spans, change_of(mishaps)),
        store_id=ids.store,
        budget=budget,
        targets=len(segments),
        behaviour=behaviour,
        broken=stop_of(mishaps, segments),
        extra=Dataset(ids.extra, interleaved(beside)) if beside else None,
    )


def parsed_input(actor: Actor, body: bytes) -> dict[str, Any]:
    """Return the input that an actor was sent.

    Raises:
        Refusal: 400, when it is no JSON or does not fit the actor.
    """
    try:
        given = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError:
        raise Refusal(
            400, "run-input-body-not-valid-json", "The request body is not valid JSON: unexpected token"
        ) from None
    wrong = input_problem(actor, given)
    if wrong is not None or not isinstance(given, dict):
        raise Refusal(400, "invalid-input", wrong or "Input must be a JSON object")
    return given
