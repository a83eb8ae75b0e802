"""The templates, and how text from outside is made inert in them.

Whatever a template prints passes through `_shown`: unknown becomes a dash, text loses what could turn or hide it,
and then Jinja escapes it. Only what `Assets` holds, and JSON that `card.json_in_script` made, is let through as it is.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from socialsync_cli.show import figures
from socialsync_cli.show.terminal import safe

_INDENT = re.compile(r"\n\s*")
_ROOT = "socialsync_cli.show.report"


class Assets(NamedTuple):
    """What is embedded in every report."""

    css: Markup
    library: Markup
    script: Markup
    policy: str
    """For the Content-Security-Policy: no request at all, and no script but these two."""


@cache
def assets() -> Assets:
    """Read style and scripts."""
    css = _text("vendor/uPlot.min.css") + "\n" + _text("assets/report.css")
    library = _text("vendor/uPlot.iife.min.js").strip()
    script = _text("assets/report.js")
    hashes = " ".join(f"'sha256-{_sha256(text)}'" for text in (library, script))
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src {hashes}; base-uri 'none'; form-action 'none'"
    # Ours, from this package, not from outside.
    return Assets(Markup(css), Markup(library), Markup(script), policy)  # noqa: S704


@cache
def templates() -> Environment:
    """Return the environment in which templates are rendered."""
    environment = Environment(
        loader=PackageLoader(_ROOT), autoescape=True, undefined=StrictUndefined, finalize=_shown, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        name: getattr(figures, name)
        for name in ("count", "short_count", "percent", "change", "clock_time", "ago", "plural")
    }
    environment.filters["cut"] = safe
    environment.globals["assets"] = assets()
    return environment


def rendered(name: str, **values: object) -> str:
    """Render a template."""
    return templates().get_template(name).render(**values)


def packed(name: str, **values: object) -> str:
    """Render a template without its indentation: over hundreds of pages that is a good part of the file."""
    return _INDENT.sub("\n", rendered(name, **values)).lstrip()


def _shown(value: object) -> object:
    if value is None:
        return figures.UNKNOWN
    if type(value) is not str or (value.isascii() and value.isprintable() and "  " not in value):
        return value  # as nearly everything is: looking at each character takes long
    return safe(value)


def _text(name: str) -> str:
    return files(_ROOT).joinpath(name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
