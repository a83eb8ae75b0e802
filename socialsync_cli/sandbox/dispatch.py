"""From a request to its answer: let in, counted, limited, struck by a fault perhaps, and carried out."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from socialsync_cli.sandbox import control
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request, refused
from socialsync_cli.sandbox.routes import Route, resolve, route_of
from socialsync_cli.sandbox.spoiling import error_answer, spoiled
from socialsync_cli.sandbox.stats import Seen


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
            return Outcome(error_answer(fault))
    if refusal is not None or route is None:
        assert refusal is not None
        answer = refused(refusal)
    else:
        answer = _carried_out(state, request, route)
    return Outcome(spoiled(answer, fault), fault)


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
