"""What the API lets one read: datasets, inputs, actors, accounts."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from socialsync_cli.sandbox import answers
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.datasets import Dataset, View, serialised, window_of
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request, data
from socialsync_cli.sandbox.run_endpoints import asked, run_of
from socialsync_cli.sandbox.runs import Run
from socialsync_cli.sandbox.starts import parsed_input

_SYNC_MAX_S = 300
_NO_LIMIT = 999_999_999_999
_SMALL = 1000
"""Answers with so many items are sent whole, with their length; larger ones in pieces."""


def dataset(state: State, request: Request) -> Answer:
    """A dataset's description."""
    run = run_of(request)
    _not_expired(run)
    return data(answers.dataset_view(run, state.now()))


def _not_expired(run: Run) -> None:
    if run.expired:
        raise Refusal(404, "record-not-found", "Dataset was not found")


def items(state: State, request: Request) -> Answer:
    """A dataset's items."""
    run = run_of(request)
    _not_expired(run)
    now = state.now()
    beside = run.extra
    if beside is not None and f"/{beside.id}/" in request.path:
        stored = len(beside) if run.final(now) else 0
        return items_answer(beside, stored, stored, request)
    if state.tamper is not None:
        return _tampered(state.tamper(run, list(run.dataset.items(0, run.stored(now)))), request)
    return items_answer(run.dataset, run.stored(now), run.told_total(now), request)


def _tampered(texts: Sequence[bytes], request: Request) -> Answer:
    start, limit = request.whole("offset") or 0, request.whole("limit")
    stop = len(texts) if limit is None else start + limit
    headers = {"X-Apify-Pagination-Total": str(len(texts)), "X-Apify-Pagination-Offset": str(start)}
    return Answer(200, b"[" + b",".join(texts[start:stop]) + b"]", headers)


def items_answer(dataset: Dataset, stored: int, told: int, request: Request) -> Answer:
    """Return a dataset's items as a request wants them.

    Args:
        dataset: The dataset.
        stored: How many items it has.
        told: How many it says it has.
        request: Its query counts.

    Raises:
        Refusal: 400 for formats that the sandbox does not write.
    """
    form = request.query.get("format", "json")
    if form not in {"json", "jsonl"}:
        raise Refusal(400, "invalid-value", f"The sandbox does not write the format {form}")
    clean = request.flag("clean")
    view = View(
        request.whole("offset") or 0,
        request.whole("limit"),
        request.flag("desc"),
        request.words("fields"),
        request.words("omit"),
        clean or request.flag("skipEmpty"),
        clean or request.flag("skipHidden"),
        form == "jsonl",
    )
    start, stop = window_of(view, stored)
    count = abs(stop - start)
    told_count = max(0, min(count, told - view.offset))
    headers = {
        "X-Apify-Pagination-Offset": str(view.offset),
        "X-Apify-Pagination-Limit": str(_NO_LIMIT if view.limit is None else view.limit),
        "X-Apify-Pagination-Count": str(told_count),
        "X-Apify-Pagination-Total": str(told),
        "X-Apify-Pagination-Desc": "true" if view.desc else "false",
    }
    kind = "application/x-ndjson" if view.jsonl else "application/json"
    pieces = serialised(dataset, view, stored)
    if count <= _SMALL:
        return Answer(200, b"".join(pieces), headers, content_type=f"{kind}; charset=utf-8")
    return Answer(200, b"", headers, pieces, f"{kind}; charset=utf-8")


def store(state: State, request: Request) -> Answer:
    """A key-value store's description."""
    return data(answers.store_view(run_of(request), state.now()))


def record(state: State, request: Request) -> Answer:
    """The record INPUT of a run's key-value store: the input as it was sent."""
    run = run_of(request)
    if request.path.rstrip("/").rpartition("/")[2] != "INPUT" or run.expired:
        raise Refusal(404, "record-not-found", "Record was not found")
    return Answer(200, run.body)


def actor(state: State, request: Request) -> Answer:
    """An actor, with its prices."""
    actor = request.actor
    assert actor is not None
    per_item = actor.name in state.behaviour.per_item
    return data(answers.actor_view(actor, per_item=per_item, runs=len(state.runs)))


def validate(_: State, request: Request) -> Answer:
    """Check an input."""
    assert request.actor is not None
    parsed_input(request.actor, request.body())
    return data({"valid": True})


def sync(state: State, request: Request) -> Answer:
    """Start an actor, wait for its end, and answer with its items."""
    run = state.start(asked(request))
    state.wait(run, min(_SYNC_MAX_S, request.whole("timeout") or _SYNC_MAX_S))
    now = state.now()
    if not run.final(now):
        raise Refusal(408, "run-timeout-exceeded", "Actor run did not finish within the time limit")
    if run.status(now) != "SUCCEEDED":
        raise Refusal(400, "run-failed", f"Actor run did not succeed (status: {run.status(now)})")
    answer = items_answer(run.dataset, run.stored(now), run.told_total(now), request)
    answer.status = 201
    return answer


def user(_: State, request: Request) -> Answer:
    """The account of the token."""
    return data(answers.user_view(request.customer))


def limits(state: State, request: Request) -> Answer:
    """The account's limits and their use."""
    load = state.load(request.customer)
    if request.customer.limits_forbidden:
        raise Refusal(403, "insufficient-permissions", "Insufficient permissions to perform this action.")
    return data(answers.limits_view(request.customer, load.used_usd, load.runs, load.memory_mbytes, state.now()))


def change_limits(_: State, request: Request) -> Answer:
    """Set the account's own limit."""
    wanted = orjson.loads(request.body() or b"{}").get("maxMonthlyUsageUsd")
    if isinstance(wanted, int | float):
        request.customer.limit_usd = float(wanted)
    return Answer(201)


def usage(state: State, request: Request) -> Answer:
    """What the account has used this month."""
    return data(answers.usage_view(state.load(request.customer).used_usd, state.now()))
