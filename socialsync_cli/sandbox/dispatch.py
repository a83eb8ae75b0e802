"""From a request to its answer: let in, counted, limited, struck by a fault perhaps, and carried out."""

from __future__ import annotations

import threading
import time
from typing import Any, NamedTuple

import orjson

from socialsync_cli.sandbox import control
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.mishaps import wrong_types
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request, page, refused
from socialsync_cli.sandbox.routes import Route, resolve, route_of
from socialsync_cli.sandbox.stats import Seen

_REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
_REQUIRED = ("id", "status", "startedAt", "defaultDatasetId", "monthlyUsageCycle", "limits", "stats", "username")


class Outcome(NamedTuple):
    """What happens to a request."""

    answer: Answer | None
    """None: nothing is said, the connection hangs or breaks."""
    fault: Fault | None = None
    """What befalls the answer on its way."""
    own: bool = False
    """It comes from the sandbox's own controls, which no mishap and no latency touch."""


def respond(state: State, request: Request) -> Outcome:
    """Return what happens to a request."""
    if request.path.startswith("/_sandbox"):
        return Outcome(control.respond(state, request), own=True)
    endpoint = "unknown"
    fault = None
    try:
        route, named = route_of(request.method, request.path)
        endpoint = route.name
        refusal = _let_in(state, request, route, named)
    except Refusal as wrong:
        refusal, route = wrong, None
    actor = request.actor.name if request.actor is not None else None
    seen = Seen(time.monotonic(), request.method, request.path, endpoint, request.token, actor)
    in_second = state.stats.saw(seen)
    most = state.behaviour.rate_per_s
    if most is not None and in_second > most:
        return Outcome(refused(_too_many(state, most)))
    fault = state.faults.strike(endpoint, actor, request.token)
    if fault is not None:
        state.stats.struck(fault.kind)
        if fault.kind in {"reset", "hang"}:
            return Outcome(None, fault)
        if fault.kind == "late" and route is not None:
            later = (state, request, route, fault.seconds or 1.0)
            threading.Thread(target=_carry_out_later, args=later, daemon=True).start()
            return Outcome(None, fault)
        if fault.kind in {"status", "expired"}:
            return Outcome(_error(fault))
    if refusal is not None or route is None:
        assert refusal is not None
        answer = refused(refusal)
    else:
        answer = _carried_out(state, request, route)
    return Outcome(_spoiled(answer, fault), fault)


def _let_in(state: State, request: Request, route: Route, named: str | None) -> Refusal | None:
    """Find who asks for what; return why that cannot be."""
    try:
        request.customer = state.customer(request.token)
        resolve(state, request, route, named)
    except Refusal as wrong:
        return wrong
    if state.behaviour.resource_rates:
        special = route.name if route.per_second != 60 else route.path[0]
        if state.over_rate(request.token, f"{special}/{named}", route.per_second):
            return _too_many(state, route.per_second)
    return None


def _carry_out_later(state: State, request: Request, route: Route, seconds: float) -> None:
    """A request that was under way somewhere when its connection broke arrives after all."""
    state.pause(seconds)
    if not state.closing:
        _carried_out(state, request, route)


def _carried_out(state: State, request: Request, route: Route) -> Answer:
    try:
        answer = route.act(state, request)
    except Refusal as wrong:
        answer = refused(wrong)
    answer.headers.setdefault("X-RateLimit-Limit", str(route.per_second))
    return answer


def _too_many(state: State, most: int) -> Refusal:
    headers = {"X-RateLimit-Limit": str(most)}
    if state.behaviour.retry_after is not None:
        headers["Retry-After"] = state.behaviour.retry_after
    return Refusal(
        429, "rate-limit-exceeded", f"You have exceeded the rate limit of {most} requests per second", headers
    )


def _error(fault: Fault) -> Answer:
    if fault.kind == "expired":
        return refused(Refusal(404, "record-not-found", "Dataset was not found"))
    if fault.html:
        answer = page(f"{fault.status} {_REASONS.get(fault.status, 'Error')}", fault.status)
    else:
        answer = refused(Refusal(fault.status, fault.type, fault.message))
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = fault.retry_after
    return answer


def _spoiled(answer: Answer, fault: Fault | None) -> Answer:
    """Return an answer as a fault changes it; those of the transport come later."""
    kind = fault.kind if fault is not None else ""
    if fault is not None and kind == "status_after":
        return _error(fault)
    if kind == "html":
        return page("Please stand by", 200)
    if kind == "empty":
        return Answer(answer.status, b"", answer.headers, content_type=answer.content_type)
    if kind == "strip_headers":
        kept = {name: value for name, value in answer.headers.items() if "pagination" not in name.lower()}
        return Answer(answer.status, answer.body, kept, answer.stream, answer.content_type)
    if kind == "invalid_json":
        body = answer.collected()
        return Answer(answer.status, body[: max(1, len(body) // 2)], answer.headers)
    if kind in {"null", "wrong_types", "missing_fields"} and answer.status < 300:
        body = orjson.dumps(_changed(kind, orjson.loads(answer.collected())))
        return Answer(answer.status, body, answer.headers)
    return answer


def _changed(kind: str, found: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(found, list):
        if kind == "null":
            return None
        return [wrong_types(item) if kind == "wrong_types" and isinstance(item, dict) else 7 for item in found]
    inner = found.get("data") if isinstance(found, dict) else None
    if kind == "null" or not isinstance(inner, dict):
        return {"data": None}
    if kind == "wrong_types":
        return {"data": wrong_types(inner)}
    return {"data": {key: value for key, value in inner.items() if key not in _REQUIRED}}
