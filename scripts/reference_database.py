"""The page of the tables and views."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from meanings import usual_meaning
from reference_markdown import docs_of, joined, table

from socialsync_cli.store import tables
from socialsync_cli.store.column_types import UtcDateTime
from socialsync_cli.store.export_queries import columns as exported
from socialsync_cli.store.views import VIEWS


def database() -> str:
    """Every table and view: columns, types, keys and what they mean."""
    lines = [
        "# Tables and views", "",
        "Times are UTC, `date` is the UTC day, rates are fractions. NULL is “unknown”, never 0. On SQLite a time is",
        "text without an offset, on PostgreSQL it is `timestamptz`. `socialsync export NAME` writes any of them.", "",
        "Views, whose names begin with `socialsync_`, join the tables for other programs. Build on them: when tables",
        "grow, views keep their columns.", "",
        "## Views",
    ]  # fmt: skip
    for view in VIEWS.values():
        rows = [(f"`{c.name}`", _type(c), c.comment or "") for c in view.c]
        lines += ["", f"### {view.name}", "", view.comment or "", "", *table(("Column", "Type", "Meaning"), rows)]
    lines += ["", "## Tables"]
    for model in tables.USER_TABLES:
        lines += ["", *_of_table(model)]
    return "\n".join(lines) + "\n"


def _of_table(model: type) -> Iterator[str]:
    rows_of: sa.Table = model.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
    meanings = meanings_of(model)
    names = {column.name for column in exported(rows_of)}
    rows = [
        (f"`{c.name}`", _type(c) + ("" if c.nullable else ", never NULL"), meanings.get(c.name, ""))
        for c in rows_of.c
        if c.name in names
    ]
    unique = [c for c in rows_of.constraints if isinstance(c, sa.UniqueConstraint)]
    key = [f"`{c.name}`" for c in (unique[0].columns if unique else rows_of.primary_key)]
    yield from (f"### {rows_of.name}", "", f"{joined(model.__doc__ or '')} One row per {', '.join(key)}.", "")
    yield from table(("Column", "Type", "Meaning"), rows)


def meanings_of(model: type) -> dict[str, str]:
    """Return what each column of a table means, as far as the code says so."""
    rows_of: sa.Table = model.__table__  # type: ignore[attr-defined]  # as above
    found = {}
    of_record = docs_of(*_RECORDS[model]) if model in _RECORDS else {}
    of_model = docs_of(tables, model.__name__)
    for column in rows_of.c:
        keys = [f"`{key.column.table.name}.{key.column.name}`" for key in column.foreign_keys]
        meaning = of_model.get(column.name) or of_record.get(column.name) or usual_meaning(column.name)
        found[column.name] = meaning or (keys[0] if keys else "")
    return found


_RECORDS: dict[type, tuple[ModuleType, str]] = {
    getattr(tables, f"SocialPage{name}"): (importlib.import_module(f"socialsync_cli.metrics.{name.lower()}"), name)
    for name in ("Engagement", "Growth", "Reach", "Score")
}
"""Where the figures of a row are made, and the record that they are."""


def _type(column: sa.Column[Any]) -> str:
    kinds: tuple[tuple[Any, str], ...] = (
        (UtcDateTime, "time"), (sa.Date, "date"), (sa.Boolean, "boolean"), (sa.JSON, "JSON"),
        (sa.Float, "number"), (sa.Integer, "integer"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(column.type, kind)), "text")
