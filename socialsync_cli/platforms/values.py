"""What a single JSON value means: counters, moments, texts, ids and addresses, each known or None.

Nothing here raises, whatever the value is. This is the hot path: the normal case is decided by the first
lines of each function.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

MAX_COUNTER = 2**63 - 1
"""What the widest integer column of every database holds."""

_MAX_ID_LENGTH = 255
_MULTIPLIERS = {"k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_FILLABLE = frozenset({list, dict})
_FIRST_YEAR, _LAST_YEAR = 2000, 2099
"""No platform is older; what lies outside is a broken clock, an epoch of 0 or a back-dated memory."""


def counter(value: object) -> int | None:
    """A count as shown: `14`, `"14"`, `"1,204"`, `"12.3K"`, `3.0`; None when it is withheld or garbage.

    Negative numbers stand for "hidden" and are unknown; so is what no 64-bit column holds.
    """
    if type(value) is int:
        return value if 0 <= value <= MAX_COUNTER else None
    if type(value) is str:
        return _spelled_counter(value)
    if type(value) is float and 0 <= value < MAX_COUNTER:
        return int(value)
    return None


def is_shortened(value: object) -> bool:
    """Whether a count is one like "12.3K", of which only the leading digits are known."""
    return type(value) is str and value.strip()[-1:].lower() in _MULTIPLIERS and counter(value) is not None


def _spelled_counter(value: str) -> int | None:
    if len(value) > 40 or not value:
        return None
    digits = "".join(value.split()).lower()
    if not digits.isascii():
        return None
    multiplier = _MULTIPLIERS.get(digits[-1:], 1)
    if multiplier > 1:
        digits = digits[:-1]
    if not digits.isdigit():
        whole, fraction = _split_number(digits, shortened=multiplier > 1)
        if not (whole.isdigit() and (fraction == "" or fraction.isdigit())):
            return None
        number = int(whole) * multiplier
        if fraction:
            number += int(fraction) * multiplier // 10 ** len(fraction)
    else:
        number = int(digits) * multiplier
    return number if number <= MAX_COUNTER else None


def _split_number(digits: str, *, shortened: bool) -> tuple[str, str]:
    """Whole and decimal digits of "1,204", "1.234.567", "12.3" or "12,3"; ("", "") if they make no sense.

    Groups of three are thousands, whichever mark parts them, because a count has no decimals; only before a
    suffix is a single mark a decimal one ("1.204K" is 1204, "1,204K" is 1,204,000).
    """
    groups = digits.replace(",", ".").split(".")
    if shortened and len(groups) == 2 and ("." in digits or len(groups[1]) < 3):
        return groups[0], groups[1]
    if 1 <= len(groups[0]) <= 3 and all(len(group) == 3 and group.isdigit() for group in groups[1:]):
        return "".join(groups), ""
    return "", ""


def moment(value: object) -> datetime | None:
    """A point in time, in UTC: ISO 8601, seconds or milliseconds of the epoch, or "6 April 2023 at 07:10".

    A time without a zone is taken for UTC, which is what every actor means. None when it cannot be read or is
    absurd (before 2000, after 2099).
    """
    if type(value) is str:
        if value[4:5] != "-":
            return _unusual_moment(value)
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo is None:
                found = found.replace(tzinfo=UTC)
            elif found.tzinfo is not UTC:
                found = found.astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
    if type(value) is int or type(value) is float:
        return _epoch(value)
    return None


def iso_moment(value: object) -> datetime | None:
    """Like `moment`, for ISO 8601 alone."""
    return moment(value) if type(value) is str and value[4:5] == "-" else None


def _epoch(value: float) -> datetime | None:
    if not 0 < value < 10**17:
        return None
    if value >= 10**14:
        value /= 1_000_000
    elif value >= 10**11:
        value /= 1_000
    found = datetime.fromtimestamp(value, UTC)
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def _unusual_moment(value: str) -> datetime | None:
    if len(value) > 60:
        return None
    if value.isascii() and value.isdigit():
        return _epoch(int(value)) if len(value) in {10, 13, 16} else None
    return _spoken(value)


def _spoken(value: str) -> datetime | None:
    """Read "Thursday, 6 April 2023 at 07:10", "April 6, 2023 at 7:10 PM" and "May 5, 2009"."""
    day = month = year = hour = minute = 0
    half = ""
    for word in value.replace(",", " ").lower().split():
        if word.isascii() and word.isdigit():
            if len(word) == 4:
                year = int(word)
            else:
                day = int(word)
        elif word in {"am", "pm"}:
            half = word
        elif ":" in word:
            clock = word.split(":")
            if all(part.isascii() and part.isdigit() for part in clock):
                hour, minute = int(clock[0]), int(clock[1])
        else:
            month = month or _MONTHS.get(word[:3], 0)
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        found = datetime(year, month, day, hour, minute, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None


def text(value: object) -> str | None:
    """A text as written, minus NUL characters and unpaired surrogates, which no database takes."""
    if type(value) is not str:
        return None
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            value = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return value.replace("\0", "") if "\0" in value else value


def filled(value: object) -> str | None:
    """A cleaned text without the white space around it; None when nothing is left."""
    found = text(value)
    return found.strip() or None if found else None


def identifier(value: object) -> str | None:
    """An id or a user name as a string. Integers count; floats do not: they have lost digits already."""
    if type(value) is str:
        if len(value) > _MAX_ID_LENGTH:
            return None
        return value if value.isalnum() else filled(value)
    if type(value) is int and 0 < value < 10**40:
        return str(value)
    return None


def number(value: object) -> str | None:
    """An id that consists of digits alone, as a string."""
    found = identifier(value)
    return found if found is not None and found.isascii() and found.isdigit() else None


def web_address(value: object) -> str | None:
    """An http(s) address, as given."""
    if type(value) is str and (value[:8] == "https://" or value[:8].lower().startswith(("https://", "http://"))):
        return text(value)
    return None


def website(value: object) -> str | None:
    """The link of a biography, `https://` or not (people leave it out); nothing that a browser would run."""
    found = filled(value)
    if found is None:
        return None
    scheme, colon, _ = found.partition(":")
    return None if colon and "." not in scheme and scheme.lower() not in {"http", "https"} else found


def flag(value: object) -> bool | None:
    """True or False; None for whatever is neither."""
    return value if type(value) is bool else None


def any_flag(*values: object) -> bool | None:
    """Whether any is True (or a filled list or object, given instead at times); None if all are unknown."""
    known = None
    for value in values:
        if value is True or (value and type(value) in _FILLABLE):
            return True
        if value is False:
            known = False
    return known


def duration_s(value: object) -> float | None:
    """The length of a video in seconds; 0 is what pictures have, hence unknown."""
    if (type(value) is int or type(value) is float) and 0 < value < 10_000_000:
        return float(value)
    return None


def mapping(value: object) -> dict[str, Any]:
    """The object itself, or an empty one in place of whatever else stands there."""
    return value if type(value) is dict else {}


def elements(value: object) -> list[Any]:
    """The list itself, or an empty one in place of whatever else stands there."""
    return value if type(value) is list else []
