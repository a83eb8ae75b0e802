"""THE TABLE: which fault, where, and what comes of it. The tests hold it, and `docs/faults.md` is written from it."""

from __future__ import annotations

from typing import Any, NamedTuple

OK = "ok"
"""Nothing is missing, nothing is paid twice, the task succeeds."""

ENDPOINTS = {
    "start": "start of an actor",
    "run": "waiting for its run",
    "items": "items of its dataset",
    "runs": "list of runs",
    "input": "record INPUT",
}
"""What a sync asks Apify, in the words of the sandbox and in those of the documentation. The last two are asked only
where the answer to a start was lost."""


class Mishap(NamedTuple):
    """A fault of requests, and per endpoint the word that a task ends with when it never passes; None: it cannot be."""

    words: str
    fault: dict[str, Any]
    start: str | None
    run: str | None
    items: str | None
    runs: str | None
    input: str | None
    once: str | None = OK
    """The word when it happens a single time; None: the same as if it never passes."""
    charged: tuple[tuple[str, int], ...] = ()
    """Endpoints after which the sync that follows has been charged for more items than the page has: what Apify gave
    made no sense, and was asked for again."""

    def always(self, endpoint: str) -> str | None:
        """The word when it never passes."""
        word: str | None = getattr(self, endpoint)
        return word

    def is_final(self, endpoint: str) -> bool:
        """Whether it is believed the first time, and not asked again."""
        return self.once is None and self.always(endpoint) not in (None, OK, "network")


def status(code: int, type_: str = "", message: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": "status", "status": code, "type": type_, "message": message, **more}


def anywhere(words: str, fault: dict[str, Any], word: str, **others: Any) -> Mishap:
    """A fault that comes to the same whatever was asked, but for `others`."""
    return Mishap(words, fault, **{**dict.fromkeys(ENDPOINTS, word), **others})


def lost(words: str, fault: dict[str, Any], word: str = "network", **others: Any) -> Mishap:
    """A fault after which a start was carried out all the same: its run is found."""
    return anywhere(words, fault, word, start=OK, **others)


def harmless(words: str, fault: dict[str, Any], **others: Any) -> Mishap:
    return anywhere(words, fault, OK, once=None, **others)


def final(words: str, fault: dict[str, Any], word: str, **others: Any) -> Mishap:
    """A refusal that is believed the first time."""
    return anywhere(words, fault, word, once=None, **others)


HARD_LIMIT = "Monthly usage hard limit exceeded"
ASKED_AGAIN = (("items", 6),)
MISHAPS: dict[str, Mishap] = {
    # too much
    "429": anywhere("429", status(429, "rate-limit-exceeded"), "rate_limited"),
    "429-pause": anywhere("429 with `Retry-After: 1`", status(429, retry_after="1"), "rate_limited"),
    "429-too-long": final("429 with `Retry-After: 301`", status(429, retry_after="301"), "rate_limited"),
    # broken down
    "500": anywhere("500", status(500, "internal-server-error"), "network"),
    "502": anywhere("502, the HTML page of a proxy", status(502, html=True), "network"),
    "503": anywhere("503 with `Retry-After: 1`", status(503, html=True, retry_after="1"), "network"),
    "503-too-long": anywhere(
        "503 with `Retry-After: 301`", status(503, html=True, retry_after="301"), "rate_limited", start="network",
        once=None,
    ),
    "504": anywhere("504, the HTML page of a proxy", status(504, html=True), "network"),
    "504-after": lost("504, and it was carried out", status(504, html=True) | {"kind": "status_after"}),
    "408": anywhere("408 `operation-timed-out`", status(408, "operation-timed-out"), "network"),
    "409": anywhere("409 `concurrent-update-detected`", status(409, "concurrent-update-detected"), "network"),
    # on the way
    "reset": anywhere("connection reset, nothing carried out", {"kind": "reset"}, "network"),
    "reset-after": lost("connection reset, and it was carried out", {"kind": "reset_after"}),
    "hang": anywhere("no answer ever, nothing carried out", {"kind": "hang"}, "network"),
    "hang-after": lost("no answer ever, and it was carried out", {"kind": "hang_after"}),
    "slow": harmless("an answer that is slow to come", {"kind": "slow", "seconds": 0.1}),
    "drip": harmless("a body that comes in drips", {"kind": "drip", "seconds": 0.1}),
    # spoiled bodies
    "truncated": lost("body shorter than its `Content-Length`", {"kind": "truncate"}),
    "cut-chunks": lost("chunked body that breaks off", {"kind": "truncate_chunked"}),
    "half-json": lost("half a JSON document", {"kind": "invalid_json"}),
    "html": lost("200 with an HTML page", {"kind": "html"}),
    "empty": lost("200 without a body", {"kind": "empty"}),
    "null": lost("`null`, or `data` is null", {"kind": "null"}, "bad_data", input=None),
    "envelope": lost("list where an object should be, or the other way round", {"kind": "envelope"}, "bad_data",
                     input="network"),
    "fields": lost("required fields are missing", {"kind": "missing_fields"}, "bad_data", runs="network", input=None,
                   charged=ASKED_AGAIN),
    "types": lost("fields of other types", {"kind": "wrong_types"}, "bad_data", input=None,
                  charged=ASKED_AGAIN),
    "litter": harmless("numbers, texts and nulls among the elements", {"kind": "litter"}, runs=OK, input=None),
    "no-parser": harmless("`NaN`, half characters, 5,000 levels of nesting", {"kind": "no_parser"}, start=None,
                          run=None, runs=None, input=None),
    "costs": harmless("costs null, counts negative", {"kind": "odd_costs"}, items=None, runs=None, input=None),
    "headers": harmless("pagination headers are missing", {"kind": "strip_headers"}, start=None, run=None, runs=None,
                        input=None),
    "total": harmless("the dataset says that it is empty", {"kind": "low_total"}, start=None, run=None, runs=None,
                      input=None),
    # refused
    "400": final("400 `invalid-input`", status(400, "invalid-input"), "apify_error"),
    "401": final("401", status(401, "user-or-token-not-found"), "invalid_token"),
    "402-usage": final("402 `not-enough-usage-to-run-paid-actor`",
                       status(402, "not-enough-usage-to-run-paid-actor"), "quota_exceeded"),
    "402-memory": anywhere("402 `actor-memory-limit-exceeded`", status(402, "actor-memory-limit-exceeded"),
                           "rate_limited", start="apify_error"),
    "402-runs": anywhere("402 `concurrent-runs-limit-exceeded`", status(402, "concurrent-runs-limit-exceeded"),
                         "rate_limited", start="apify_error"),
    "403-limit": final(f"403 {HARD_LIMIT}", status(403, "platform-feature-disabled", HARD_LIMIT), "quota_exceeded"),
    "403": final("403 `insufficient-permissions`", status(403, "insufficient-permissions"), "apify_error"),
    "404-actor": final("404 `actor-not-found`", status(404, "actor-not-found"), "apify_error", run=None, items=None,
                       input=None),
    "404": anywhere("404 `record-not-found`, as of an expired dataset", {"kind": "expired"}, "apify_error",
                    start=None, runs=None, input="network"),
    "418": final("a status and a type that nobody knows", status(418, "something-new"), "apify_error"),
}  # fmt: skip


NOT_OF_ITEMS = [key for key in MISHAPS if key not in ("litter", "no-parser", "costs", "headers", "total")]
"""Mishaps of anything, not only of runs and items."""


def of_check(key: str, endpoint: str) -> str:
    """What `socialsync check` says when the mishap never passes: the level of a finding; OK if nothing is amiss."""
    mishap = MISHAPS[key]
    if key in ("fields", "types"):  # then Apify just does not tell how much is left, or what an item costs
        return OK
    word = mishap.always("run") or mishap.always("items") or mishap.always("start")
    if endpoint == "actor":
        return OK if word == OK else "error"
    return {OK: OK, "network": "error", "rate_limited": "error", "invalid_token": "error"}.get(word or OK, "warning")


class Failing(NamedTuple):
    """A mishap of a whole Apify run: what comes of it when it happens once, and when it happens every time."""

    words: str
    fault: dict[str, Any]
    always: str
    platform: str = "tiktok"
    once: str = OK
    charged: tuple[int, int] = (2, 2)
    """For a page with two items: after it happened once, and after the good sync that follows when it did not pass.
    What a failed run has stored is charged."""


FAILING: dict[str, Failing] = {
    "failed": Failing("it ends FAILED without an item", {"kind": "end", "run_status": "FAILED"}, "actor_failed"),
    "failed-partly": Failing(
        "it ends FAILED after some items",
        {"kind": "end", "run_status": "FAILED", "items": 1},
        "actor_failed",
        charged=(3, 4),
    ),
    "timed-out": Failing("it ends TIMED-OUT", {"kind": "end", "run_status": "TIMED-OUT"}, "actor_timed_out"),
    "timed-out-partly": Failing(
        "it ends TIMED-OUT after some items",
        {"kind": "end", "run_status": "TIMED-OUT", "items": 1},
        "actor_timed_out",
        charged=(3, 4),
    ),
    "aborted": Failing(
        "Apify aborts it after some items",
        {"kind": "end", "run_status": "ABORTED", "items": 1},
        "actor_failed",
        charged=(3, 4),
    ),
    "stuck": Failing(
        "it hangs until its time is over", {"kind": "stuck", "items": 1}, "actor_timed_out", charged=(3, 4)
    ),
    "endless": Failing(
        "it goes on although its time is over", {"kind": "endless", "items": 1}, "actor_timed_out", charged=(3, 4)
    ),
    "silent": Failing("it succeeds without an item", {"kind": "silent"}, "not_found"),
    "blocked": Failing("the site blocks the scraper", {"kind": "blocked"}, "actor_failed", "instagram", charged=(4, 9)),
    "broken": Failing("no item of it makes sense", {"kind": "broken_items", "items": 1}, "bad_data", charged=(4, 6)),
    "garbage": Failing("garbage among its items", {"kind": "garbage"}, OK),
    "twice": Failing("every item comes twice", {"kind": "duplicates"}, OK, charged=(4, 4)),
}
