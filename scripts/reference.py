"""The reference of the documentation, made from the code: `python scripts/reference.py` before the site is built.

The files are no part of the repository, so that they cannot go stale. Each function gives a page as Markdown.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reference_api import api
from reference_commands import commands
from reference_configuration import configuration
from reference_database import database
from reference_errors import error_types

PAGES: dict[str, Callable[[], str]] = {
    "commands": commands,
    "configuration": configuration,
    "database": database,
    "errors": error_types,
    "http-api": api,
}
FOLDER = Path(__file__).parents[1] / "docs" / "reference"

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / f"{name}.md").write_text(page(), encoding="utf-8")
