"""What faults do to an answer that was to be given: another status, half a body, other values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from socialsync_cli.sandbox.customers import Refusal
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.mishaps import GARBAGE, wrong_types
from socialsync_cli.sandbox.requests import Answer, page, refused

_REASONS = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}
_REQUIRED = frozenset(
    {"id", "status", "startedAt", "defaultDatasetId", "monthlyUsageCycle", "limits", "stats", "username"}
)
_LITTER: tuple[Any, ...] = (7, "a text", None, True, -1.5, [], [[]], [{"id": "1"}], *GARBAGE)
_DEEP = b"[" * 5000 + b"]" * 5000


def error_answer(fault: Fault) -> Answer:
    """Return the error answer that a fault gives instead of carrying a request out."""
    if fault.kind == "expired":
        return refused(Refusal(404, "record-not-found", "Dataset was not found"))
    if fault.html:
        answer = page(f"{fault.status} {_REASONS.get(fault.status, 'Error')}", fault.status)
    else:
        answer = refused(Refusal(fault.status, fault.type, fault.message))
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = fault.retry_after
    return answer


def spoiled(answer: Answer, fault: Fault | None) -> Answer:
    """Return an answer as a fault changes it; what befalls it on its way comes later."""
    if fault is None:
        return answer
    if fault.kind == "status_after":
        return error_answer(fault)
    if fault.kind == "html":
        return page("Please stand by", 200)
    if fault.kind == "empty":
        return Answer(answer.status, b"", answer.headers, content_type=answer.content_type)
    if fault.kind in {"strip_headers", "low_total"}:
        return Answer(answer.status, answer.body, _paged(answer, fault), answer.stream, answer.content_type)
    if fault.kind == "invalid_json":
        body = answer.collected()
        return Answer(answer.status, body[: max(1, len(body) // 2)], answer.headers)
    if fault.kind == "no_parser":
        return Answer(answer.status, _unparsable(answer.collected()), answer.headers)
    if fault.kind in _CHANGES and answer.status < 300:
        body = orjson.dumps(_CHANGES[fault.kind](orjson.loads(answer.collected())))
        return Answer(answer.status, body, answer.headers)
    return answer


def _paged(answer: Answer, fault: Fault) -> dict[str, str]:
    """Return the headers without what they say of the dataset, or with too low a total."""
    if fault.kind == "low_total":
        return answer.headers | {"X-Apify-Pagination-Total": "0", "X-Apify-Pagination-Count": "0"}
    return {name: value for name, value in answer.headers.items() if "pagination" not in name.lower()}


def _unparsable(body: bytes) -> bytes:
    """Put things into a list that parsers do not take, as programs write them that are no JSON purists."""
    if not body.startswith(b"["):
        return body
    odd = [b'{"likesCount": NaN, "views": -Infinity, "n": 1e999}', _DEEP, b'{"text": "half \\ud83d a character"}']
    rest = body[1:-1].strip()
    return b"[" + b", ".join([*odd, rest] if rest else odd) + b"]"


def _nothing(_found: object) -> object:
    return {"data": None}


def _wrong(found: Any) -> object:  # noqa: ANN401 - any JSON
    if isinstance(found, list):
        return [wrong_types(item) if isinstance(item, dict) else 7 for item in found]
    inner = found.get("data") if isinstance(found, dict) else None
    return {"data": wrong_types(inner)} if isinstance(inner, dict) else _nothing(found)


def _fieldless(found: Any) -> object:  # noqa: ANN401 - any JSON
    inner = found.get("data") if isinstance(found, dict) else None
    if not isinstance(inner, dict):
        return [7 for _ in found] if isinstance(found, list) else _nothing(found)
    kept = {key: value for key, value in inner.items() if key not in _REQUIRED}
    if isinstance(kept.get("items"), list):
        kept["items"] = [{key: row[key] for key in row if key not in _REQUIRED} for row in kept["items"]]
    return {"data": kept}


def _littered(found: Any) -> object:  # noqa: ANN401 - any JSON
    """Put what is no object, or none that makes sense, between the elements of a list."""
    if isinstance(found, list):
        return [*_LITTER, *(one for item in found for one in (item, *_LITTER[:3]))]
    inner = found.get("data") if isinstance(found, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("items"), list):
        return {"data": inner | {"items": _littered(inner["items"])}}
    return found


def _with(**changes: object) -> Callable[[Any], object]:
    def change(found: Any) -> object:  # noqa: ANN401 - any JSON
        inner = found.get("data") if isinstance(found, dict) else None
        return {"data": inner | changes} if isinstance(inner, dict) else found

    return change


_CHANGES: dict[str, Callable[[Any], object]] = {
    "null": lambda found: None if isinstance(found, list) else _nothing(found),
    "envelope": lambda found: {"data": found} if isinstance(found, list) else [found],
    "wrong_types": _wrong,
    "missing_fields": _fieldless,
    "litter": _littered,
    "odd_costs": _with(usageTotalUsd=None, chargedEventCounts={"result": -5, "x": None, "y": "1"}, stats=None),
}
