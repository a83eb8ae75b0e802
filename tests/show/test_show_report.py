"""The report as a file: what is in it, what is not, and what becomes of hostile text."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import stat
import weakref
from itertools import pairwise

import pytest
from report_builders import COVER, NOW, Seen, a_page, a_post, a_report, written

from socialsync_cli.errors import UsageError
from socialsync_cli.show.report import LastResult, write

HOSTILE = "</script><img src=x onerror=alert(1)>\"'><svg onload=alert(2)>\u202egnp.exe\u2028&lt;b&gt;{{ 7*7 }}"
INERT = "</script><img src=x onerror=alert(1)>\"'><svg onload=alert(2)>gnp.exe &lt;b&gt;{{ 7*7 }}"


@pytest.fixture
def seen(tmp_path):
    """A report of three pages: one in order, one private without figures, one whose last sync failed."""
    private = a_report(a_page(2, status="private", followers=None), span=0, posts=0)
    failed = a_report(a_page(3), last=LastResult("failed", {"type": "bad_data", "message": "no sense"}, NOW))
    return Seen(written(tmp_path, a_report(), private, failed))


def test_a_report_shows_every_page_its_figures_and_what_needs_a_look(seen):
    for words in (
        "Social media report", "2026-03-01 06:00 UTC", "Page 1", "Page 2", "Page 3", "100,000", "1.23%", "+0.30%",
        "1.8 × the peers’ 0.68%", "80%, nominal", "Score 52.5", "partial counts", "Fresh rolls", "posts in 90 days",
        "Its posts are hidden: only what everybody may see is known of it.", "last sync failed", "no sense",
        "No figures yet", "formulas 1.0.0, benchmarks 2026.1", "MIT licence",
    ):  # fmt: skip
        assert words in " ".join(seen.text.split()), words


def test_what_is_unknown_is_a_dash_and_never_none_or_zero(tmp_path):
    text = Seen(written(tmp_path, a_report(a_page(followers=None), span=0, posts=0))).text
    assert "None" not in text
    assert "– followers" in text


def test_whoever_cannot_see_the_charts_is_told_what_they_show(seen):
    labels = [plot["aria-label"] for plot in seen.all("div") if plot.get("class") == "plot"]
    assert labels[0] == (
        "Line chart of followers, 2025-12-02 to 2026-03-01: from 100,000 to 101,157, lowest 100,000, highest 101,157."
    )
    assert labels[1].endswith("lowest 1.00%, highest 1.49%; peers 0.68%.")
    assert all(plot["role"] == "img" for plot in seen.all("div") if plot.get("class") == "plot")


def test_the_document_has_the_structure_that_screen_readers_and_keyboards_need(seen):
    headings = [int(tag[1]) for tag, _ in seen.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(headings))
    assert len(seen.all("table")) == len(seen.all("caption"))
    assert all(cell.get("scope") in ("col", "row") for cell in seen.all("th"))
    assert len(seen.all("details")) == len(seen.all("summary"))
    assert seen.all("html") == [{"lang": "en"}]
    ids = [attributes["id"] for _, attributes in seen.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"][1:] for link in seen.all("a") if link["href"].startswith("#")} <= set(ids)
    for region in (a for _, a in seen.elements if a.get("role") == "region"):
        assert region["tabindex"] == "0"
        assert region["aria-labelledby"] in ids


def test_nothing_is_asked_of_any_server(seen, tmp_path):
    assert not {"img", "link", "iframe", "object", "embed", "base", "form", "video", "audio"} & {
        tag for tag, _ in seen.elements
    }
    assert not [a for _, a in seen.elements if "src" in a or "srcset" in a or "ping" in a]
    text = (tmp_path / "report.html").read_text()
    assert not re.search(r"@import|url\(", text)
    policy = next(m["content"] for m in seen.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    parts = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert {name: rule for name, rule in parts.items() if name != "script-src"} == {
        "default-src": "'none'", "style-src": "'unsafe-inline'", "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip
    scripts = [text for attributes, text in seen.scripts if attributes.get("type") != "application/json"]
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts]
    assert parts["script-src"] == " ".join(f"'sha256-{digest}'" for digest in hashes)
    assert text.index("Content-Security-Policy") < text.index("<style>") < text.index("<script>")


def test_hostile_text_is_shown_as_text_and_does_nothing(tmp_path):
    page = a_page(
        username=HOSTILE, display_name=HOSTILE, biography=HOSTILE, category=HOSTILE, handle=HOSTILE,
        url="javascript:alert(3)", status="active",
    )  # fmt: skip
    posts = [a_post(1, text=HOSTILE, kind=HOSTILE, url="data:text/html,<script>alert(4)</script>", likes=9**9)]
    hostile = a_report(page, posts=0)._replace(
        posts=posts, last=LastResult("partial", {"type": "bad_data", "message": HOSTILE}, NOW)
    )
    plain = Seen(written(tmp_path, a_report(a_page(status="active"), posts=0)._replace(posts=[a_post()])))
    seen = Seen(written(tmp_path, hostile))
    assert {tag for tag, _ in seen.elements} == {tag for tag, _ in plain.elements}
    assert [a for a, _ in seen.scripts] == [{"type": "application/json"}, {}, {}]
    assert not [name for _, attributes in seen.elements for name in attributes if name.startswith("on")]
    assert not [a for a in seen.all("a") if not a["href"].startswith("#")]
    assert seen.text.count(INERT[:60]) >= 8
    assert INERT in seen.text
    assert "\u202e" not in seen.text
    assert "49" not in re.findall(r"\{\{.*?\}\}|gnp.exe &lt;b&gt;(\d+)", seen.text)


def test_the_data_of_charts_is_json(seen):
    data = [json.loads(text) for attributes, text in seen.scripts if attributes.get("type") == "application/json"]
    assert [sorted(one) for one in data] == [["d", "e", "f", "h", "s"], ["d"], ["d", "e", "f", "h", "s"]]
    assert data[0]["f"] == {"x": 20424, "from": 100_000, "y": [0] + [13] * 89}
    assert data[0]["e"]["y"][:3] == [1.0, 1.081, 1.162]
    assert data[0]["e"]["z"] == [0.68] * 90


def test_a_page_is_let_go_before_the_next_but_one_is_read(tmp_path):
    class Posts(list):  # one that can be watched
        __hash__ = object.__hash__

    alive = weakref.WeakSet()

    def pages():
        for number in range(20):
            posts = Posts([a_post()])
            alive.add(posts)
            yield a_report(a_page(number), span=1, posts=0)._replace(posts=posts)
            del posts
            assert len(alive) <= 1

    assert write(tmp_path / "r.html", COVER, pages()).pages == 20


def test_a_report_is_for_its_owner_alone_and_replaces_the_one_before_only_when_it_is_complete(tmp_path):
    path = tmp_path / "report.html"
    path.write_text("the one before")

    def broken():
        yield a_report()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        write(path, COVER, broken())
    assert (os.listdir(tmp_path), path.read_text()) == (["report.html"], "the one before")
    done = write(path, COVER, iter([a_report()]))
    assert done.size_bytes == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["report.html"]


def test_a_folder_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(UsageError, match="No such file or directory"):
        write(tmp_path / "nowhere" / "report.html", COVER, iter([]))
    with pytest.raises(UsageError, match="directory"):
        write(tmp_path, COVER, iter([]))
