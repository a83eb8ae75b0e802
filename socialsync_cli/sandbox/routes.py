"""The API: which address means what, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

import orjson

from socialsync_cli.sandbox import answers
from socialsync_cli.sandbox.catalogue import find_actor
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.datasets import Dataset, View, serialised, window_of
from socialsync_cli.sandbox.moments import iso, seconds
from socialsync_cli.sandbox.platform_state import Start, State, parsed_input
from socialsync_cli.sandbox.requests import Answer, Request, data
from socialsync_cli.sandbox.runs import Options, Run

_WAIT_MAX_S = 60
_LIST_MAX = 1000
_SYNC_MAX_S = 300
_NO_LIMIT = 999_999_999_999
_SMALL = 1000
"""Answers with so many items are sent whole, with their length; larger ones in pieces."""

_STORAGES = {"dataset": "datasets", "key-value-store": "key-value-stores"}
"""A run's storages can be named by the run, too."""

Endpoint = Callable[[State, Request], Answer]


class Route(NamedTuple):
    """One address of the API."""

    name: str
    """What faults and statistics call it."""
    method: str
    path: tuple[str, ...]
    """`{actor}` and `{id}` stand for anything."""
    act: Endpoint
    per_second: int = 60
    """How many requests per second one resource takes."""


def route_of(method: str, path: str) -> tuple[Route, str | None]:
    """Return the route of a request, and the id or actor in its address.

    Raises:
        Refusal: 404 or 405.
    """
    parts = tuple(unquote(part) for part in path.split("/") if part)
    if parts[:1] == ("v2",):
        parts = parts[1:]
    if parts[:1] == ("acts",):
        parts = ("actors", *parts[1:])
    if parts[:1] == ("actor-runs",) and parts[2:3] and parts[2] in _STORAGES:
        parts = (_STORAGES[parts[2]], parts[1], *parts[3:])
    wrong_method = False
    for route in ROUTES:
        if len(route.path) != len(parts):
            continue
        if all(word in {part, "{actor}", "{id}"} for word, part in zip(route.path, parts, strict=True)):
            if route.method == method or (method == "HEAD" and route.method == "GET"):
                named = [part for word, part in zip(route.path, parts, strict=True) if word[0] == "{"]
                return route, named[0] if named else None
            wrong_method = True
    if wrong_method:
        raise Refusal(405, "method-not-allowed", "This API endpoint does not allow the HTTP method")
    raise Refusal(404, "page-not-found", "We have bad news: there is no API endpoint at this URL.")


def resolve(state: State, request: Request, route: Route, named: str | None) -> None:
    """Find the actor or run that a request names.

    Raises:
        Refusal: 404.
    """
    if named is None:
        return
    if "{actor}" in route.path:
        request.actor = find_actor(named)
        if request.actor is None:
            raise Refusal(404, "actor-not-found", "Actor was not found")
        return
    request.run = state.find(named, request.customer)
    request.actor = request.run.actor


def _run_of(request: Request) -> Run:
    assert request.run is not None
    return request.run


def _start(state: State, request: Request) -> Answer:
    run = state.start(_asked(request))
    now = state.now()
    view = answers.run_view(run, now)
    wait_s = min(_WAIT_MAX_S, request.whole("waitForFinish") or 0)
    if wait_s:
        state.wait(run, wait_s)
        return data(answers.run_view(run, state.now()), 201)
    # The answer to a start is written before the actor has had time for anything.
    fresh = {"status": "READY", "finishedAt": None, "exitCode": None, "usageTotalUsd": 0.0, "statusMessage": None}
    return data(view | fresh | {"isStatusMessageTerminal": False, "chargedEventCounts": {}}, 201)


def _asked(request: Request) -> Start:
    assert request.actor is not None
    return Start(
        request.actor,
        request.customer,
        request.body(),
        timeout_s=request.whole("timeout"),
        memory_mbytes=request.whole("memory"),
        max_items=_max_items(request),
        cap=request.amount("maxTotalChargeUsd"),
        build=request.query.get("build", "latest"),
        user_agent=request.headers.get("user-agent", ""),
    )


def _max_items(request: Request) -> int | None:
    if request.query.get("maxItems") == "0":
        raise Refusal(400, "max-items-must-be-greater-than-zero", "Maximum items must be greater than zero")
    return request.whole("maxItems")


def _run(state: State, request: Request) -> Answer:
    run = _run_of(request)
    state.wait(run, min(_WAIT_MAX_S, request.whole("waitForFinish") or 0))
    return data(answers.run_view(run, state.now()))


def _abort(state: State, request: Request) -> Answer:
    run = _run_of(request)
    was_final = run.final(state.now())
    state.abort(run)
    view = answers.run_view(run, state.now())
    if not was_final:
        view |= {"status": "ABORTING", "finishedAt": None, "exitCode": None, "isStatusMessageTerminal": False}
    return data(view)


def _resurrect(state: State, request: Request) -> Answer:
    run = _run_of(request)
    timeout_s, memory, cap = request.whole("timeout"), request.whole("memory"), request.amount("maxTotalChargeUsd")
    before = run.options
    options = Options(
        before.timeout_s if timeout_s is None else timeout_s or 10**9,
        memory or before.memory_mbytes,
        _max_items(request) or before.max_items,
        cap or before.cap,
    )
    state.resurrect(run, options)
    return data(answers.run_view(run, state.now()) | {"status": "RUNNING", "finishedAt": None})


def _runs(state: State, request: Request) -> Answer:
    now = state.now()
    found = [run for run in list(state.runs) if run.customer is request.customer and run.id not in state.forgotten]
    if request.actor is not None:
        found = [run for run in found if run.actor is request.actor]
    wanted = request.words("status")
    if wanted:
        found = [run for run in found if run.status(now) in wanted]
    after, before = (_moment(request, name) for name in ("startedAfter", "startedBefore"))
    # Moments are told, and compared, in milliseconds.
    if after is not None:
        found = [run for run in found if int(run.created * 1000) >= int(after * 1000)]
    if before is not None:
        found = [run for run in found if int(run.created * 1000) <= int(before * 1000)]
    desc = request.flag("desc")
    if desc:
        found.reverse()
    offset, limit = request.whole("offset") or 0, request.whole("limit")
    limit = _LIST_MAX if limit is None else min(limit, _LIST_MAX)
    rows = [answers.run_row(run, now) for run in found[offset : offset + limit]]
    listed = {"total": len(found), "offset": offset, "limit": limit, "desc": desc, "count": len(rows)}
    return data({**listed, "items": rows})


def _moment(request: Request, name: str) -> float | None:
    text = request.query.get(name)
    if text is None:
        return None
    try:
        return seconds(text)
    except ValueError:
        raise Refusal(400, "invalid-value", f"Query parameter {name} must be an ISO moment") from None


def _delete_run(state: State, request: Request) -> Answer:
    run = _run_of(request)
    if not run.final(state.now()):
        raise Refusal(400, "cannot-remove-running-run", "You can't remove a running run")
    state.forget(run)
    return Answer(204)


def _log(state: State, request: Request) -> Answer:
    run = _run_of(request)
    words = f"{iso(run.created)} ACTOR: Starting\n{run.message(state.now()) or ''}\n"
    return Answer(200, words.encode(), content_type="text/plain; charset=utf-8")


def _dataset(state: State, request: Request) -> Answer:
    run = _run_of(request)
    _not_expired(run)
    return data(answers.dataset_view(run, state.now()))


def _not_expired(run: Run) -> None:
    if run.expired:
        raise Refusal(404, "record-not-found", "Dataset was not found")


def _items(state: State, request: Request) -> Answer:
    run = _run_of(request)
    _not_expired(run)
    now = state.now()
    beside = run.extra
    if beside is not None and f"/{beside.id}/" in request.path:
        stored = len(beside) if run.final(now) else 0
        return items_answer(beside, stored, stored, request)
    return items_answer(run.dataset, run.stored(now), run.told_total(now), request)


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


def _store(state: State, request: Request) -> Answer:
    return data(answers.store_view(_run_of(request), state.now()))


def _record(state: State, request: Request) -> Answer:
    run = _run_of(request)
    if request.path.rstrip("/").rpartition("/")[2] != "INPUT" or run.expired:
        raise Refusal(404, "record-not-found", "Record was not found")
    return Answer(200, run.body)


def _actor(state: State, request: Request) -> Answer:
    actor = request.actor
    assert actor is not None
    per_item = actor.name in state.behaviour.per_item
    return data(answers.actor_view(actor, per_item=per_item, runs=len(state.runs)))


def _validate(_: State, request: Request) -> Answer:
    assert request.actor is not None
    parsed_input(request.actor, request.body())
    return data({"valid": True})


def _sync(state: State, request: Request) -> Answer:
    run = state.start(_asked(request))
    state.wait(run, min(_SYNC_MAX_S, request.whole("timeout") or _SYNC_MAX_S))
    now = state.now()
    if not run.final(now):
        raise Refusal(408, "run-timeout-exceeded", "Actor run did not finish within the time limit")
    if run.status(now) != "SUCCEEDED":
        raise Refusal(400, "run-failed", f"Actor run did not succeed (status: {run.status(now)})")
    answer = items_answer(run.dataset, run.stored(now), run.told_total(now), request)
    answer.status = 201
    return answer


def _user(_: State, request: Request) -> Answer:
    return data(answers.user_view(request.customer))


def _limits(state: State, request: Request) -> Answer:
    load = state.load(request.customer)
    if request.customer.limits_forbidden:
        raise Refusal(403, "insufficient-permissions", "Insufficient permissions to perform this action.")
    return data(answers.limits_view(request.customer, load.used_usd, load.runs, load.memory_mbytes, state.now()))


def _change_limits(_: State, request: Request) -> Answer:
    wanted = orjson.loads(request.body() or b"{}").get("maxMonthlyUsageUsd")
    if isinstance(wanted, int | float):
        request.customer.limit_usd = float(wanted)
    return Answer(201)


def _usage(state: State, request: Request) -> Answer:
    return data(answers.usage_view(state.load(request.customer).used_usd, state.now()))


ROUTES: tuple[Route, ...] = (
    Route("run", "GET", ("actor-runs", "{id}"), _run),
    Route("items", "GET", ("datasets", "{id}", "items"), _items),
    Route("start", "POST", ("actors", "{actor}", "runs"), _start, per_second=400),
    Route("runs", "GET", ("actors", "{actor}", "runs"), _runs),
    Route("runs", "GET", ("actor-runs",), _runs),
    Route("input", "GET", ("key-value-stores", "{id}", "records", "{id}"), _record, per_second=200),
    Route("dataset", "GET", ("datasets", "{id}"), _dataset),
    Route("abort", "POST", ("actor-runs", "{id}", "abort"), _abort),
    Route("resurrect", "POST", ("actor-runs", "{id}", "resurrect"), _resurrect),
    Route("actor", "GET", ("actors", "{actor}"), _actor),
    Route("validate", "POST", ("actors", "{actor}", "validate-input"), _validate),
    Route("sync", "POST", ("actors", "{actor}", "run-sync-get-dataset-items"), _sync, per_second=400),
    Route("limits", "GET", ("users", "me", "limits"), _limits),
    Route("limits", "PUT", ("users", "me", "limits"), _change_limits),
    Route("usage", "GET", ("users", "me", "usage", "monthly"), _usage),
    Route("user", "GET", ("users", "me"), _user),
    Route("store", "GET", ("key-value-stores", "{id}"), _store),
    Route("log", "GET", ("actor-runs", "{id}", "log"), _log),
    Route("log", "GET", ("logs", "{id}"), _log),
    Route("delete", "DELETE", ("actor-runs", "{id}"), _delete_run),
)
"""First match wins; the names are those of faults and statistics."""
