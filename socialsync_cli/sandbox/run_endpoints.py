"""What the API does with runs: start, look, wait, abort, list."""

from __future__ import annotations

from socialsync_cli.sandbox import answers
from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.moments import iso, seconds
from socialsync_cli.sandbox.platform_state import State
from socialsync_cli.sandbox.requests import Answer, Request, data
from socialsync_cli.sandbox.runs import NO_TIMEOUT_S, Options, Run
from socialsync_cli.sandbox.starts import Start

_WAIT_MAX_S = 60
_LIST_MAX = 1000


def run_of(request: Request) -> Run:
    """Return the run that a request names."""
    assert request.run is not None
    return request.run


def start(state: State, request: Request) -> Answer:
    """Start an actor; wait for its end a little if asked to."""
    run = state.start(asked(request))
    now = state.now()
    view = answers.run_view(run, now)
    wait_s = min(_WAIT_MAX_S, request.whole("waitForFinish") or 0)
    if wait_s:
        state.wait(run, wait_s)
        return data(answers.run_view(run, state.now()), 201)
    # The answer to a start is written before the actor has had time for anything.
    fresh = {"status": "READY", "finishedAt": None, "exitCode": None, "usageTotalUsd": 0.0, "statusMessage": None}
    return data(view | fresh | {"isStatusMessageTerminal": False, "chargedEventCounts": {}}, 201)


def asked(request: Request) -> Start:
    """Return the start that a request asks for."""
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


def run(state: State, request: Request) -> Answer:
    """A run; waits for its end if asked to."""
    run = run_of(request)
    state.wait(run, min(_WAIT_MAX_S, request.whole("waitForFinish") or 0))
    return data(answers.run_view(run, state.now()))


def abort(state: State, request: Request) -> Answer:
    """Tell a run to end."""
    run = run_of(request)
    was_final = run.final(state.now())
    state.abort(run)
    view = answers.run_view(run, state.now())
    if not was_final:
        view |= {"status": "ABORTING", "finishedAt": None, "exitCode": None, "isStatusMessageTerminal": False}
    return data(view)


def resurrect(state: State, request: Request) -> Answer:
    """Let a finished run go on."""
    run = run_of(request)
    timeout_s, memory, cap = request.whole("timeout"), request.whole("memory"), request.amount("maxTotalChargeUsd")
    before = run.options
    options = Options(
        before.timeout_s if timeout_s is None else timeout_s or NO_TIMEOUT_S,
        memory or before.memory_mbytes,
        _max_items(request) or before.max_items,
        cap or before.cap,
    )
    state.resurrect(run, options)
    return data(answers.run_view(run, state.now()) | {"status": "RUNNING", "finishedAt": None})


def runs(state: State, request: Request) -> Answer:
    """The runs of an account, or of one actor: oldest first unless `desc`."""
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


def delete_run(state: State, request: Request) -> Answer:
    """Delete a finished run."""
    run = run_of(request)
    if not run.final(state.now()):
        raise Refusal(400, "cannot-remove-running-run", "You can't remove a running run")
    state.forget(run)
    return Answer(204)


def log(state: State, request: Request) -> Answer:
    """A run's log."""
    run = run_of(request)
    words = f"{iso(run.created)} ACTOR: Starting\n{run.message(state.now()) or ''}\n"
    return Answer(200, words.encode(), content_type="text/plain; charset=utf-8")
