"""Rows as CSV, JSON lines or Parquet, batch by batch: memory does not grow with their number.

Rows come as the database driver has them (SQLite: times, dates and JSON as text, booleans as 0 and 1). They are
changed column by column, and only the columns that need it: that is what makes it fast.

CSV is made for spreadsheets, which take a cell that begins with =, +, - or @ for a formula, and formulas can send
data away. Text that begins so gets an apostrophe in front (OWASP, "CSV Injection"); numbers are left alone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import IO, Any

import orjson

from socialsync_cli.errors import UsageError

Batch = Sequence[Sequence[Any]]
Columns = Sequence[tuple[str, str]]
"""Name and kind: text, integer, number, boolean, date, time or json."""
_Change = Callable[[Any], Any]

_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_C1 = re.compile(b"\xc2([\x80-\x9f])")
"""In UTF-8: what some terminals take for commands, and JSON does not escape."""


def write(format_: str, sink: IO[bytes], columns: Columns, batches: Iterable[Batch]) -> int:
    """Write rows; return how many.

    Args:
        format_: csv, jsonl or parquet.
        sink: Where bytes go.
        columns: In the order of the values of a row.
        batches: Some rows at a time.

    Raises:
        UsageError: Parquet is wanted, and pyarrow is not installed.

    """
    writers = {"csv": _write_csv, "jsonl": _write_jsonl, "parquet": _write_parquet}
    return writers[format_](sink, columns, batches)


def _write_csv(sink: IO[bytes], columns: Columns, batches: Iterable[Batch]) -> int:
    rows = 0
    _send_csv(sink, [[name for name, _ in columns]])
    changes = _changes(columns, {"text": cell, "json": _json_cell, "time": iso_time, "boolean": _word, "date": _text})
    for batch in batches:
        _send_csv(sink, _changed(batch, changes))
        rows += len(batch)
    return rows


def _send_csv(sink: IO[bytes], rows: Iterable[Sequence[Any]]) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    sink.write(text.getvalue().encode())


def _write_jsonl(sink: IO[bytes], columns: Columns, batches: Iterable[Batch]) -> int:
    rows = 0
    names = [name for name, _ in columns]
    changes = _changes(columns, {"time": iso_time, "boolean": _truth, "json": _fragment, "date": _text})
    for batch in batches:
        lines = [orjson.dumps(dict(zip(names, row, strict=True))) for row in _changed(batch, changes)]
        sink.write(_C1.sub(lambda found: b"\\u00%02x" % found[1][0], b"\n".join(lines) + b"\n"))
        rows += len(batch)
    return rows


def _write_parquet(sink: IO[bytes], columns: Columns, batches: Iterable[Batch]) -> int:
    try:
        import pyarrow as pa  # type: ignore[import-untyped,unused-ignore]  # has no types, and may not be there
        import pyarrow.parquet as pq  # type: ignore[import-untyped,unused-ignore]
    except ModuleNotFoundError as error:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed: pip install 'socialsync-cli[parquet]'"
        ) from error
    types = {
        "text": pa.string(), "json": pa.string(), "integer": pa.int64(), "number": pa.float64(),
        "boolean": pa.bool_(), "date": pa.date32(), "time": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    schema = pa.schema([(name, types[kind]) for name, kind in columns])
    changes = dict(_changes(columns, {"time": _moment, "boolean": _truth, "date": _day, "json": _json_text}))
    rows = 0
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in _joined(batches, 20_000):
            arrays = []
            for i, values in enumerate(zip(*batch, strict=True)):
                change = changes.get(i)
                arrays.append(pa.array(values if change is None else list(map(change, values)), schema.types[i]))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(batch)
    return rows


def _joined(batches: Iterable[Batch], least: int) -> Iterator[list[Sequence[Any]]]:
    """Return batches of at least so many rows: Parquet keeps each apart, and small ones are slow to read."""
    waiting: list[Sequence[Any]] = []
    for batch in batches:
        waiting.extend(batch)
        if len(waiting) >= least:
            yield waiting
            waiting = []
    if waiting:
        yield waiting


def _changes(columns: Columns, by_kind: dict[str, _Change]) -> list[tuple[int, _Change]]:
    return [(i, by_kind[kind]) for i, (_, kind) in enumerate(columns) if kind in by_kind]


def _changed(batch: Batch, changes: Sequence[tuple[int, _Change]]) -> Iterable[Sequence[Any]]:
    values: list[Iterable[Any]] = list(zip(*batch, strict=True))
    for i, change in changes:
        values[i] = map(change, values[i])
    return zip(*values, strict=True)


def cell(value: str | None) -> str | None:
    """Return text as it may stand in a cell: no formula, and no control characters but tab and line feed."""
    if not value:
        return value
    risky = value[0] in _FORMULA
    # Nearly all text is printable, and that is known sooner than what to look for.
    if not value.isprintable() and _CONTROL.search(value):
        value = _CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
        risky = risky or (value[:1] in _FORMULA and bool(value))
    return f"'{value}" if risky else value


def iso_time(value: str | datetime | None) -> str | None:
    """Return a time as 2026-01-10T06:00:00Z, with six more digits if the second is not a whole one."""
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    fraction = value[19:]
    return f"{value[:10]}T{value[11:19]}{'' if fraction == '.000000' else fraction}Z"


def _moment(value: str | datetime | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)


def _day(value: str | date | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _text(value: str | date | None) -> str | None:
    return value if value is None or type(value) is str else str(value)


def _truth(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def _word(value: int | None) -> str | None:
    return None if value is None else "true" if value else "false"


def _json_text(value: Any) -> str | None:  # noqa: ANN401  whatever was stored
    """Return JSON: SQLite has it as text already, PostgreSQL's driver has read it."""
    if value is None or value == "null":
        return None
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _json_cell(value: Any) -> str | None:  # noqa: ANN401
    return cell(_json_text(value))


def _fragment(value: Any) -> Any:  # noqa: ANN401
    return orjson.Fragment(value) if isinstance(value, str) else value
