"""Items that somebody has at hand, read in bulk.

`SOCIALSYNC_SAMPLES` names a folder with `<platform>/<owner~actor>.json`, each an array of dataset items. What was
asked for is taken from the items themselves.
"""

import json
import os
from pathlib import Path

import pytest

from socialsync_cli.core.records import AskedPage, AskedPost, Verdict
from socialsync_cli.errors import HandleError
from socialsync_cli.platforms import PLATFORMS

FOLDER = os.environ.get("SOCIALSYNC_SAMPLES", "")
FILES = sorted(Path(FOLDER).glob("*/*~*.json")) if FOLDER else []

pytestmark = pytest.mark.skipif(not FILES, reason="SOCIALSYNC_SAMPLES names no folder with <platform>/<actor>.json")


def asked_pages(module, items):
    handles = {}
    for item in items:
        for key in ("inputUrl", "facebookUrl", "input", "url", "username"):
            try:
                handles[module.parse_handle(item[key])] = None
            except (KeyError, HandleError):
                continue
    return [AskedPage(handle) for handle in handles]


def asked_posts(items):
    keys = ("postUrl", "inputUrl", "facebookUrl", "submittedVideoUrl", "input", "url")
    urls = dict.fromkeys(item[key] for item in items for key in keys if key in item)
    return [AskedPost(f"post {number}", url) for number, url in enumerate(urls)]


def readers(module, actor, items):
    pages, posts = asked_pages(module, items), asked_posts(items)
    if "comment" in actor:
        return [module.comments_reader(posts)]
    if actor in {module.ACTORS.get("profiles", "").replace("/", "~"), "apify~facebook-pages-scraper"}:
        return [module.profiles_reader(pages)]
    if actor == "apify~instagram-scraper":  # its items are of every kind
        return [module.profiles_reader(pages), module.posts_reader(pages), module.comments_reader(posts)]
    return [module.posts_reader(pages)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_item_is_understood_by_a_reader_for_it(path):
    module = PLATFORMS[path.parent.name]
    items = json.loads(path.read_text(encoding="utf-8"))
    for place, item in enumerate(items):
        readings = [each.read(item) for each in readers(module, path.stem, items)]
        assert any(reading.verdict is not Verdict.BAD for reading in readings), (place, readings)
        if "error" in item or "note" in item:
            assert all(reading.verdict is not Verdict.DATA for reading in readings), (place, readings)
