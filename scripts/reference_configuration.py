"""The page of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from reference_markdown import docs_of, table

from socialsync_cli import platforms
from socialsync_cli.config import settings
from socialsync_cli.config.problems import KEYS
from socialsync_cli.config.template import TEMPLATE


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
                    or docs_of(settings, section.__name__).get(key, ""),
                )
            )
        lines += [*table(("Key", "Default", "Takes", "What it means"), rows), ""]
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
