"""The sandbox's own addresses under `/_sandbox/`, with which another process steers it. No token is needed.

GET  stats | charges | faults | clock | behaviour | truth?platform=&handle=[&limit=]
POST faults {"faults": [{…}], "clear": false} | clock {"now": "…"} or {"advance_days": 1} | behaviour {knob: value}
     customers {"customers": [{…}]} | expire {"id": "run or dataset"} | reset-stats | clear-faults
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import orjson

from socialsync_cli.sandbox import truth
from socialsync_cli.sandbox.customers import Customer, Refusal
from socialsync_cli.sandbox.faults import faults
from socialsync_cli.sandbox.moments import iso, seconds
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request, refused

_DAY_S = 86_400


def respond(state: State, request: Request) -> Answer:
    """Return the answer to a request of whoever steers the sandbox."""
    name = request.path.rstrip("/").rpartition("/")[2]
    act = _ACTS.get((request.method, name))
    try:
        if act is None:
            raise Refusal(404, "page-not-found", f"The sandbox has no control called {request.method} {name}")
        given = orjson.loads(request.body() or b"{}")
        return Answer(200, orjson.dumps(act(state, {**request.query, **given}), default=str))
    except Refusal as wrong:
        return refused(wrong)
    except (ValueError, KeyError, TypeError) as wrong:
        return refused(Refusal(400, "invalid-request", str(wrong)))


def _stats(state: State, _: dict[str, Any]) -> dict[str, Any]:
    return state.stats.told() | {"charged_usd": float(state.charged_usd())}


def _charges(state: State, _: dict[str, Any]) -> list[dict[str, Any]]:
    return [charge._asdict() | {"usd": float(charge.usd)} for charge in state.charges()]


def _faults(state: State, _: dict[str, Any]) -> list[dict[str, Any]]:
    return state.faults.told()


def _arm(state: State, given: dict[str, Any]) -> list[dict[str, Any]]:
    found = faults(given.get("faults", ()))
    if given.get("clear"):
        state.faults.clear()
    state.faults.arm(*found)
    return state.faults.told()


def _clear_faults(state: State, _: dict[str, Any]) -> dict[str, Any]:
    state.faults.clear()
    return {}


def _clock(state: State, _: dict[str, Any]) -> dict[str, str]:
    return {"now": iso(state.world_time())}


def _set_clock(state: State, given: dict[str, Any]) -> dict[str, str]:
    if "now" in given:
        state.world_now = seconds(given["now"])
    state.world_now = state.world_time() + float(given.get("advance_days", 0)) * _DAY_S
    return _clock(state, given)


def _behaviour(state: State, _: dict[str, Any]) -> dict[str, Any]:
    found = asdict(state.behaviour)
    return found | {"per_item": sorted(found["per_item"])}


def _set_behaviour(state: State, given: dict[str, Any]) -> dict[str, Any]:
    state.behaviour = state.behaviour.changed(given)
    return _behaviour(state, given)


def _set_customers(state: State, given: dict[str, Any]) -> dict[str, Any]:
    for one in given["customers"]:
        refused_actors = frozenset(one.get("refused_actors", ()))
        state.change_customer(Customer(**{**one, "refused_actors": refused_actors}))
    return {}


def _expire(state: State, given: dict[str, Any]) -> dict[str, Any]:
    state.expire(given["id"])
    return {}


def _reset_stats(state: State, _: dict[str, Any]) -> dict[str, Any]:
    state.stats.clear()
    return {}


def _truth(state: State, given: dict[str, Any]) -> dict[str, Any]:
    platform, handle, t = given["platform"], given["handle"], state.world_time()
    limit = int(given["limit"]) if "limit" in given else None
    profile = truth.profile(state.world, platform, handle, t)
    posts = truth.posts(state.world, platform, handle, t, limit=limit)
    return {
        "profile": None if profile is None else profile._asdict(),
        "posts": [
            post._asdict() | {"comments_inside": [one._asdict() for one in post.comments_inside]} for post in posts
        ],
    }


_ACTS: dict[tuple[str, str], Callable[[State, dict[str, Any]], Any]] = {
    ("GET", "stats"): _stats,
    ("GET", "charges"): _charges,
    ("GET", "faults"): _faults,
    ("POST", "faults"): _arm,
    ("POST", "clear-faults"): _clear_faults,
    ("GET", "clock"): _clock,
    ("POST", "clock"): _set_clock,
    ("GET", "behaviour"): _behaviour,
    ("POST", "behaviour"): _set_behaviour,
    ("POST", "customers"): _set_customers,
    ("POST", "expire"): _expire,
    ("POST", "reset-stats"): _reset_stats,
    ("GET", "truth"): _truth,
}
