"""The API: which address means what, and what it does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from socialsync_cli.sandbox import read_endpoints, run_endpoints
from socialsync_cli.sandbox.catalogue import find_actor
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request

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
    raise Refusal(404, "page-not-found", "There is no API endpoint at this URL")


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


ROUTES: tuple[Route, ...] = (
    Route("run", "GET", ("actor-runs", "{id}"), run_endpoints.run),
    Route("items", "GET", ("datasets", "{id}", "items"), read_endpoints.items),
    Route("start", "POST", ("actors", "{actor}", "runs"), run_endpoints.start, per_second=400),
    Route("runs", "GET", ("actors", "{actor}", "runs"), run_endpoints.runs),
    Route("runs", "GET", ("actor-runs",), run_endpoints.runs),
    Route("input", "GET", ("key-value-stores", "{id}", "records", "{id}"), read_endpoints.record, per_second=200),
    Route("dataset", "GET", ("datasets", "{id}"), read_endpoints.dataset),
    Route("abort", "POST", ("actor-runs", "{id}", "abort"), run_endpoints.abort),
    Route("resurrect", "POST", ("actor-runs", "{id}", "resurrect"), run_endpoints.resurrect),
    Route("actor", "GET", ("actors", "{actor}"), read_endpoints.actor),
    Route("validate", "POST", ("actors", "{actor}", "validate-input"), read_endpoints.validate),
    Route("sync", "POST", ("actors", "{actor}", "run-sync-get-dataset-items"), read_endpoints.sync, per_second=400),
    Route("limits", "GET", ("users", "me", "limits"), read_endpoints.limits),
    Route("limits", "PUT", ("users", "me", "limits"), read_endpoints.change_limits),
    Route("usage", "GET", ("users", "me", "usage", "monthly"), read_endpoints.usage),
    Route("user", "GET", ("users", "me"), read_endpoints.user),
    Route("store", "GET", ("key-value-stores", "{id}"), read_endpoints.store),
    Route("log", "GET", ("actor-runs", "{id}", "log"), run_endpoints.log),
    Route("log", "GET", ("logs", "{id}"), run_endpoints.log),
    Route("delete", "DELETE", ("actor-runs", "{id}"), run_endpoints.delete_run),
)
"""First match wins; the names are those of faults and statistics."""
