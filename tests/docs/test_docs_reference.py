"""The reference is made from the code and is complete; what the architecture page names is there."""

from __future__ import annotations

import re

import pytest
import reference
from docs_pages import DOCS, ROOT

from socialsync_cli.cli.application import COMMANDS
from socialsync_cli.config.problems import KEYS
from socialsync_cli.config.settings import ACTOR_ALIASES
from socialsync_cli.core.outcomes import Trouble
from socialsync_cli.errors import SocialsyncError
from socialsync_cli.store import export_queries
from socialsync_cli.store.tables import USER_TABLES


@pytest.fixture(scope="module")
def pages():
    return {name: page() for name, page in reference.PAGES.items()}


def cells(page):
    """The first cells of all rows of all tables of a page."""
    return re.findall(r"^\| `([^`]+)`", page, re.MULTILINE)


def test_every_command_is_described_with_an_example_and_its_options(pages):
    text = pages["commands"]
    parts = dict(re.findall(r"^### socialsync ([\w-]+) .*?\n(.*?)(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL))
    assert list(parts) == [name for some in COMMANDS.values() for name in some]
    for name, part in parts.items():
        assert f"```sh\nsocialsync {name}" in part, name
    assert {"--all", "-p, --platform NAME", "--max-cost USD"} <= set(cells(parts["run"]))
    assert "RUN_ID" in " ".join(cells(parts["resume"]))


def test_every_key_of_the_configuration_is_described(pages):
    rows = re.findall(r"^\| `(\w+)` \|(.*)\|$", pages["configuration"].partition("## [users.ID]")[0], re.MULTILINE)
    keys = {path[-1] for path, kind in KEYS.items() if kind != "section"} - set(ACTOR_ALIASES)
    assert {ACTOR_ALIASES.get(name, name) for name, _ in rows} == keys
    for name, cells_ in rows:
        *_, takes, meaning = cells_.rstrip().split(" | ")
        assert takes.strip(), name
        assert meaning.strip(), name


def test_every_column_of_every_table_and_view_is_described(pages):
    text = pages["database"]
    parts = dict(re.findall(r"^### (\w+)\n(.*?)(?=^###? |\Z)", text, re.MULTILINE | re.DOTALL))
    assert set(parts) == set(export_queries.TABLES)
    for name, part in parts.items():
        assert cells(part) == [column.name for column in export_queries.columns(export_queries.TABLES[name])], name
        assert not re.findall(r"\| +\|$", part, re.MULTILINE), name
    assert {model.__tablename__ for model in USER_TABLES} <= set(parts)


def test_every_type_of_error_is_described(pages):
    def types(error):
        return {error.type}.union(*map(types, error.__subclasses__()))

    assert set(cells(pages["errors"])) == types(SocialsyncError)
    assert "See `" not in pages["errors"]
    assert Trouble.of(SocialsyncError("x")).type in cells(pages["errors"])


def test_what_the_architecture_page_names_is_there():
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!X |---)(.*?) \|", text, re.MULTILINE)
    assert len(rows) >= 20
    named = re.findall(r"`((?:socialsync_cli|tests|scripts)/[\w./]+|mkdocs\.yml)`", text)
    assert not [name for name in named if not (ROOT / name).exists()]
    drawn = (DOCS / "images/data.svg").read_text(encoding="utf-8")
    rooms = re.findall(r"`((?:core|execute|store)/\w+\.py)`", text)
    rooms += [f"{name}.py" for name in re.findall(r">((?:execute|store|show)/\w+)", drawn)]
    assert len(rooms) > 10
    assert not [name for name in rooms if not (ROOT / "socialsync_cli" / name).exists()]


def test_every_page_is_in_the_table_of_contents():
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    named = set(re.findall(r": ([\w/-]+\.md)$", contents, re.MULTILINE))
    generated = {f"reference/{name}.md" for name in reference.PAGES}
    assert named == {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} | generated


def test_pictures_are_small_and_ask_nothing_of_other_servers():
    pictures = sorted((DOCS / "images").iterdir())
    assert pictures
    assert not [picture.name for picture in pictures if picture.stat().st_size > 200_000]
    drawn = [picture.read_text(encoding="utf-8") for picture in pictures if picture.suffix == ".svg"]
    assert not [text for text in drawn if re.search(r"url\(\W*http|<image|<script|href=.http", text)]
