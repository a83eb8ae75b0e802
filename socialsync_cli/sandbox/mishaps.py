"""What run-level faults do to a run's plan: silence, blocks, garbage, duplicates, an early end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from socialsync_cli.sandbox.catalogue import Actor
from socialsync_cli.sandbox.datasets import Change, Span, interleaved
from socialsync_cli.sandbox.faults import Fault
from socialsync_cli.sandbox.instagram_items import no_items
from socialsync_cli.sandbox.plans import Item, Segment, fixed
from socialsync_cli.sandbox.runs import Stop
from socialsync_cli.sandbox.sites import SITES

GARBAGE: tuple[Any, ...] = (
    {},
    {"#debug": {"requestId": "k7", "url": "https://example.invalid/"}, "#error": True},
    {"unexpected": ["shape", 7], "nested": {"deep": {"deeper": None}}},
    {"id": None, "url": None, "inputUrl": None, "text": None},
    {"id": {"$oid": "77"}, "username": ["a"], "inputUrl": 7, "likesCount": "many", "timestamp": "soon"},
    {"error": 5, "errorDescription": {"a": 1}},
    {"error": "", "errorDescription": ""},
    {"error": "something_new", "errorDescription": "Nobody has documented this yet"},
    {"id": "9" * 60, "timestamp": "9999-99-99T99:99:99.999Z", "likesCount": 1e30},
    {"authorMeta": [], "id": 7.5, "createTime": "yesterday"},
)


def struck(actor: Actor, segments: Sequence[Segment], mishaps: Sequence[Fault], *, mix: bool) -> list[Span]:
    """Return the order of a run's items after its mishaps.

    Args:
        actor: Whose run it is.
        segments: What it would have stored.
        mishaps: What befalls it.
        mix: Whether items of several targets are mixed when nothing else is said.
    """
    kinds = {fault.kind: fault for fault in mishaps}
    changed = list(segments)
    for kind in ("silent", "blocked"):
        if kind in kinds:
            changed = [_silenced(actor, kinds[kind], k, segment) for k, segment in enumerate(changed)]
    if "mixed" in kinds:
        spans = interleaved(changed, window=10**9, batch=1)
    elif "together" in kinds or not mix:
        spans = interleaved(changed, window=1)
    else:
        spans = interleaved(changed)
    if "duplicates" in kinds:
        spans = [span for span in spans for _ in range(2)]
    if "garbage" in kinds:
        spans = _littered(spans, kinds["garbage"].items or 1)
    return spans


def _silenced(actor: Actor, fault: Fault, k: int, segment: Segment) -> Segment:
    if (segment.target not in fault.targets) if fault.targets else k % 2 == 0:
        return segment
    if fault.kind == "silent" or not SITES[actor.platform].says_blocked:
        return fixed(segment.target)
    url = f"https://www.{actor.platform}.com/{segment.target}/"
    return fixed(segment.target, no_items(url, url, blocked=True))


def _littered(spans: Sequence[Span], every: int) -> list[Span]:
    found: list[Span] = []
    count = 0
    for segment, start, stop in spans:
        for place in range(start, stop, every):
            found.append(Span(segment, place, min(stop, place + every)))
            litter = Segment("(garbage)", (GARBAGE[count % len(GARBAGE)],), dict)
            found.append(Span(litter, 0, 1))
            count += 1
    return found


def change_of(mishaps: Sequence[Fault]) -> Change | None:
    """Return how items are changed when they are read; None if they are not."""
    every = next((fault.items or 1 for fault in mishaps if fault.kind == "broken_items"), None)
    return None if every is None else lambda item, place: wrong_types(item) if place % every == 0 else item


def wrong_types(item: Item) -> Item:
    """Return an item whose values all have another type than they should."""
    return {key: _wrong(value) for key, value in item.items()}


def _wrong(value: object) -> object:
    if isinstance(value, bool) or value is None:
        return {"was": "flag"}
    if isinstance(value, str):
        return [len(value)]
    if isinstance(value, (int, float)):
        return "NaN"
    return 0 if isinstance(value, list) else [value]


def stop_of(mishaps: Sequence[Fault], segments: Sequence[Segment]) -> Stop | None:
    """Return where a fault ends a run, or lets it hang."""
    for fault in mishaps:
        if fault.kind not in {"end", "stuck", "endless"}:
            continue
        items = fault.items or 0
        if fault.pages is not None:
            items = sum(len(segment.rows) for segment in segments[: fault.pages])
        return Stop(
            items,
            fault.run_status,
            f"The run has ended as {fault.run_status}",
            fault.kind != "end",
            fault.kind == "endless",
        )
    return None
