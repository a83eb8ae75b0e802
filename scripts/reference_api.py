"""The page of the HTTP API, from what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reference_markdown import joined, table

from socialsync_cli.api.app import make_app


def api() -> str:
    """Every route of the HTTP API: what goes in, what comes out."""
    document = make_app(_nothing, None).openapi()  # type: ignore[arg-type]  # nothing is called
    schemas = document["components"]["schemas"]
    lines = [
        "# HTTP API", "",
        "`socialsync serve` answers these requests; the same description for programs is at `/openapi.json`. Every",
        "request but the first needs a key: `Authorization: Bearer …`. See [how to use it](../guides/api.md).",
    ]  # fmt: skip
    for path, methods in document["paths"].items():
        for method, route in methods.items():
            lines += ["", f"## {method.upper()} {path}", "", joined(route["description"]), "", *_route(route, schemas)]
    return "\n".join(lines) + "\n"


def _nothing() -> Any:  # noqa: ANN401  never called
    raise NotImplementedError


def _route(route: dict[str, Any], schemas: dict[str, Any]) -> Iterator[str]:
    rows = [(f"`{p['name']}`", _type(p["schema"]), f"in the {p['in']}") for p in route.get("parameters", [])]
    body = route.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    if body:
        fields = _named(body, schemas)["properties"]
        rows += [(f"`{name}`", _type(one), joined(one.get("description", ""))) for name, one in fields.items()]
    if rows:
        yield from table(("Goes in", "Type", ""), rows)
        yield ""
    answers = [(code, joined(answer["description"])) for code, answer in sorted(route["responses"].items())]
    yield from table(("Answer", ""), answers)
    for code, answer in route["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
        if code.startswith("2") and "$ref" in schema:
            fields = _named(schema, schemas)["properties"]
            told = [(f"`{name}`", _type(one), joined(one.get("description", ""))) for name, one in fields.items()]
            yield ""
            yield from table(("Comes out", "Type", ""), told)


def _named(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas[schema["$ref"].rpartition("/")[2]]
    return found


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    return str(schema.get("type", "anything"))
