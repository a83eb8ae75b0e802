"""How a counter looks in an item, and what it says: hidden, withheld, shortened, or simply a number."""

from __future__ import annotations

from typing import Any, Final

from socialsync_cli.sandbox.dice import shortened

ABSENT: Final = object()
"""The key is left out."""

_UNITS = {"K": 1_000, "M": 1_000_000}


def shown(quirks: frozenset[str], dice: int, value: int) -> object:
    """Return a counter as an item of a page with these oddities has it.

    Args:
        quirks: The page's.
        dice: Decides between the forms that an oddity has; its two low bits count.
        value: The true value.

    """
    if not quirks:
        return value
    if "withheld" in quirks:
        return None if dice & 1 else ABSENT
    if "shortened" in quirks:
        return (shortened(value), f"{value:,}", float(value), str(value))[dice & 3]
    return value


def meaning(wire: object) -> int | None:
    """Return what a counter in an item says; None if it says nothing."""
    if wire is None or wire is ABSENT:
        return None
    if isinstance(wire, str):
        unit = _UNITS.get(wire[-1:])
        if unit is None:
            return int(wire.replace(",", ""))
        whole, _, tenths = wire[:-1].partition(".")
        return int(whole) * unit + int(tenths or 0) * unit // 10
    assert isinstance(wire, int | float)
    return int(wire) if wire >= 0 else None


def is_shortened(wire: object) -> bool:
    """Whether only the leading digits of a counter are told."""
    return isinstance(wire, str) and wire[-1:] in _UNITS


def without_absent(item: dict[str, Any]) -> dict[str, Any]:
    """Return the item without the keys that are to be left out."""
    return {key: value for key, value in item.items() if value is not ABSENT}
