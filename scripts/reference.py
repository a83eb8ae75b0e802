"""The reference of the documentation, made from the code: `python scripts/reference.py` before the site is built.

The files are no part of the repository, so that they cannot go stale. Each function gives a page as Markdown.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import sqlalchemy as sa
import typer
from meanings import usual_meaning
from pydantic import BaseModel

from socialsync_cli import errors, platforms
from socialsync_cli.cli.application import COMMANDS, app
from socialsync_cli.config import settings
from socialsync_cli.config.problems import KEYS
from socialsync_cli.config.template import TEMPLATE
from socialsync_cli.show.advice import what_to_do
from socialsync_cli.store import tables
from socialsync_cli.store.export_queries import columns as exported
from socialsync_cli.store.views import VIEWS

# Commands


def commands() -> str:
    """Every command with its options, from the program itself."""
    program: Any = typer.main.get_command(app)
    context = program.make_context("socialsync", [], resilient_parsing=True)
    lines = [
        "# Commands", "",
        "Results are on stdout; progress, logs and warnings are on stderr. Nothing asks when stdin is no terminal.",
        "", "## Global options", "", "They may also stand behind a command.", "",
        *_options(program),
    ]  # fmt: skip
    for heading, some in COMMANDS.items():
        lines += ["", f"## {heading}"]
        for name in some:
            lines += ["", *_command(program.get_command(context, name), name)]
    return "\n".join(lines) + "\n"


def _command(command: Any, name: str) -> Iterator[str]:  # noqa: ANN401  Typer's classes are its own affair
    arguments = [
        p.metavar if p.required else f"[{p.metavar}]" for p in command.params if p.param_type_name == "argument"
    ]
    yield from (f"### socialsync {name} {{ #{name} }}", "")
    summary, *rest = inspect.cleandoc(command.help).split("\n\n")
    examples = [part.removeprefix("Example: ") for part in rest if part.startswith("Example: ")]
    yield from (_joined(summary), "")
    yield from ("```text", " ".join(["socialsync", name, *arguments, "[OPTIONS]"]), "```", "")
    for part in rest:
        if not part.startswith("Example: "):
            yield from (_joined(part), "")
    yield from _options(command)
    if examples:
        yield from ("", "```sh", *map(_joined, examples), "```")


def _options(command: Any) -> Iterator[str]:  # noqa: ANN401
    context = command.make_context("socialsync", [], resilient_parsing=True)
    records = [p.get_help_record(context) for p in command.params if not getattr(p, "hidden", False)]
    rows = [(f"`{names}`", _joined(words)) for names, words in filter(None, records)]
    return _table(("Option", "What it does"), rows)


# Configuration


def configuration() -> str:
    """Every key of `socialsync.toml`, from the settings and from the file that `init` writes."""
    lines = [
        "# Configuration", "",
        "socialsync reads the file that `--config` names, else `$SOCIALSYNC_CONFIG`, else `socialsync.toml` in the",
        "current folder, else the one in your configuration folder. Relative paths are relative to the file.", "",
        "Every key can also come from the environment: `SOCIALSYNC_<SECTION>__<KEY>` overrides the file, as in",
        "`SOCIALSYNC_APIFY__REQUESTS_PER_SECOND=2`. Unknown keys are an error that names the nearest known one.", "",
    ]  # fmt: skip
    said = dict(_said_by_the_template())
    for path, section in _sections(settings.Settings, ()):
        title = ".".join(path)
        lines += [f"## [{title}]" if path else "## At the top", ""]
        if words := said.get((*path, "")):
            lines += [words, ""]
        rows = []
        for key, field in section.model_fields.items():
            if _is_section(field.annotation):
                continue
            name = _in_the_file(path, field.alias or key)
            rows.append(
                (
                    f"`{name}`",
                    _code(_toml(field.default) or _toml(_usual_actor(path, key))),
                    _range(field.metadata, KEYS.get((*path, key))),
                    _what_it_fetches(path, key)
                    or said.get((*path, name))
                    or _docs_of(settings, section.__name__).get(key, ""),
                )
            )
        lines += [*_table(("Key", "Default", "Takes", "What it means"), rows), ""]
    return "\n".join([*lines, _USERS, "", "## The whole file", "", "```toml", TEMPLATE.rstrip(), "```", ""])


_ACTORS = ("apify", "actors")
_USERS = f"""## [users.ID]

A section for each user. The id is 1 to 64 of `a-z`, `0-9`, `_` and `-`.

| Key | What it means |
|---|---|
| `token` | where the user's Apify token is: as `token` of `[apify]`, which stands in where it is left out |
| `notify` | whom to tell how a sync went: web addresses and `mailto:` addresses |
{"".join(f"| `{name}` | pages: handles, `@handles` or addresses |{chr(10)}" for name in platforms.PLATFORMS)}
## The users file

`users_file` names a CSV file with the columns `user,platform,handle` and, if you like, `token` and `notify`. A line is
a page. Thousands of users load in a moment. A user may stand in both places: the pages are put together."""


def _sections(section: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], type[BaseModel]]]:
    yield path, section
    for key, field in section.model_fields.items():
        if _is_section(field.annotation):
            yield from _sections(field.annotation, (*path, field.alias or key))


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _in_the_file(path: tuple[str, ...], key: str) -> str:
    """Return the word that `init` writes for a key: a platform may have its own for its profiles."""
    platform, _, part = key.partition("_")
    if path != _ACTORS or part != "profiles":
        return key
    return f"{platform}_{next((w for w, p in platforms.PLATFORMS[platform].ACTOR_WORDS.items() if p == part), part)}"


def _said_by_the_template() -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what the comments of the template say: of keys by their path, of sections by their path and ""."""
    section: tuple[str, ...] = ()
    above: list[str] = []
    for line in TEMPLATE.splitlines():
        if found := re.fullmatch(r"(?:# )?\[([a-z_.]+)\]", line):
            section = tuple(found[1].split("."))
            yield (*section, ""), " ".join(above)
            above = []
        elif found := re.fullmatch(r"(?:# )?([a-z_]+) = .*?(?:\s+# (.*))?", line):
            words = found[2] or " ".join(above).rstrip(":")
            yield (*section, found[1]), words if words != "…" else ""
            above = []
        elif line.startswith("# "):
            above.append(line.removeprefix("# "))
        else:
            above = []


def _usual_actor(path: tuple[str, ...], key: str) -> str | None:
    platform, _, part = key.partition("_")
    return platforms.PLATFORMS[platform].ACTORS.get(part) if path == _ACTORS else None


def _what_it_fetches(path: tuple[str, ...], key: str) -> str:
    platform, _, part = key.partition("_")
    if path != _ACTORS:
        return ""
    alone = "profiles" in platforms.PLATFORMS[platform].ACTORS
    return f"fetches {part}" if alone or part != "posts" else "fetches posts, which bring the profiles along"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple):
        return "[]"
    return f'"{value.kind}:{value.value}"' if hasattr(value, "kind") and hasattr(value, "value") else ""


def _range(metadata: Iterable[Any], kind: str | None) -> str:
    limits = {name: getattr(one, name) for one in metadata for name in ("ge", "gt", "le") if hasattr(one, name)}
    words = {
        "int": "a whole number",
        "float": "a number",
        "bool": "true or false",
        "list": "a list",
        "table": "tables",
    }.get(kind or "", "text")
    if "le" in limits:
        least = f"more than {limits['gt']:g}" if "gt" in limits else f"{limits.get('ge', 0):g}"
        words += f", {least} to {limits['le']:,}"
    return words


# Tables and views


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
        lines += ["", f"### {view.name}", "", view.comment or "", "", *_table(("Column", "Type", "Meaning"), rows)]
    lines += ["", "## Tables"]
    for model in tables.USER_TABLES:
        lines += ["", *_of_table(model)]
    return "\n".join(lines) + "\n"


def _of_table(model: type) -> Iterator[str]:
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # SQLModel's metaclass adds it
    meanings = meanings_of(model)
    names = {column.name for column in exported(table)}
    rows = [
        (f"`{c.name}`", _type(c) + ("" if c.nullable else ", never NULL"), meanings.get(c.name, ""))
        for c in table.c
        if c.name in names
    ]
    unique = [c for c in table.constraints if isinstance(c, sa.UniqueConstraint)]
    key = [f"`{c.name}`" for c in (unique[0].columns if unique else table.primary_key)]
    yield from (f"### {table.name}", "", f"{_joined(model.__doc__ or '')} One row per {', '.join(key)}.", "")
    yield from _table(("Column", "Type", "Meaning"), rows)


def meanings_of(model: type) -> dict[str, str]:
    """Return what each column of a table means, as far as the code says so."""
    table: sa.Table = model.__table__  # type: ignore[attr-defined]  # as above
    found = {}
    of_record = _docs_of(*_RECORDS[model]) if model in _RECORDS else {}
    of_model = _docs_of(tables, model.__name__)
    for column in table.c:
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
        (tables.UtcDateTime, "time"), (sa.Date, "date"), (sa.Boolean, "boolean"), (sa.JSON, "JSON"),
        (sa.Float, "number"), (sa.Integer, "integer"),
    )  # fmt: skip
    return next((name for kind, name in kinds if isinstance(column.type, kind)), "text")


# Errors


def errors_() -> str:
    """Every error that socialsync raises on purpose."""
    classes = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, errors.SocialsyncError)]
    rows = [
        (f"`{c.type}`", f"`{c.__name__}`", str(c.exit_code), _joined(c.__doc__ or "").removeprefix("Raised "),
         what_to_do(c.type, "last") or "")
        for c in sorted(classes, key=lambda c: (c.type, c.__name__))
    ]  # fmt: skip
    return "\n".join([
        "# Error types", "",
        "The word in the first column is what you find as `error.type` in JSON, in the database and in notifications.",
        "The exit code is that of a command that could not do its work at all. A `run` that did some of it ends",
        "with 3, see [exit codes](exit-codes.md).", "",
        *_table(("Type", "Class", "Exit code", "Raised", "What to do"), rows),
    ]) + "\n"  # fmt: skip


# What all have in common


def _docs_of(module: ModuleType, name: str) -> dict[str, str]:
    """Return the docstrings that stand below the fields of a class."""
    tree = ast.parse(inspect.getsource(module))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == name)
    found = {}
    for field, below in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            found[field.target.id] = _joined(str(below.value.value)).rstrip(".")
    return found


def _joined(text: str) -> str:
    return " ".join(text.split())


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield "|" + "---|" * len(names)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', '&#124;' if '`' not in cell else chr(92) + '|') for cell in row)} |"


PAGES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "configuration": configuration,
    "database": database,
    "errors": errors_,
}

FOLDER = Path(__file__).parents[1] / "docs" / "reference"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
