"""The report in a browser: what it draws, how it is used, and what it leaves alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from report_builders import COVER, a_page, a_post, a_report, written

from socialsync_cli.show.report import LastResult, write

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra dev)")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed: apt-get install chromium"),
]

HOSTILE = "</script><script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"
INK = "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(value => value > 0)"


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as here:
        browser = here.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, request):
    """Opens a file; whatever the page asks for, says or breaks on the way is a failure."""
    contexts, odd = [], []

    def open_(path: Path, place: str = "", **device):
        contexts.append(chromium.new_context(**device))
        page = contexts[-1].new_page()
        address = f"file://{path}"
        page.on("console", lambda message: odd.append(message.text))
        page.on("pageerror", lambda error: odd.append(str(error)))
        page.on("dialog", lambda dialog: odd.append(dialog.message))
        page.on("request", lambda asked: None if asked.url.split("#")[0] == address else odd.append(asked.url))
        page.goto(address + place)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert odd == []


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """Four pages: two in order, one that is not there, one whose last sync failed. Too many to stand open."""
    folder = tmp_path_factory.mktemp("report")
    missing = a_page(3, status="not_found", followers=None, last_synced_at=None)
    failed = a_report(a_page(4, followers=10), last=LastResult("failed", {"type": "x", "message": "no sense"}, None))
    written(folder, a_report(), a_report(a_page(2)), a_report(missing, span=0, posts=0), failed)
    return folder / "report.html"


def test_a_page_that_is_linked_to_stands_open_with_all_its_charts_drawn(report, opened):
    page = opened(report, "#p2")
    assert page.locator("details.page[open]").count() == 1
    charts = page.locator("#p2 .plot canvas")
    assert charts.count() == 3
    assert [chart.evaluate(INK) for chart in charts.all()] == [True] * 3
    assert page.locator("#p2 .hours td[data-n]").count() > 0
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").startswith("Page 2")
    page.locator("#p2 .numbers > summary").click()
    assert page.locator("#p2 .numbers tbody tr").count() == 90
    assert page.locator("#p2 .numbers tbody tr").first.inner_text().split() == [
        "2026-03-01",
        "101,157",
        "1.41%",
        "0.68%",
        "51.1",
    ]


def test_a_page_without_figures_shows_no_empty_charts_and_says_why(report, opened):
    page = opened(report, "#p3")
    words = " ".join(page.locator("#p3").inner_text().split())
    assert "is it spelt right" in words
    assert "never synced" in words
    assert page.locator("#p3 .plot, #p3 .hours, #p3 .tiles").count() == 0


def test_everything_is_reached_by_keyboard_in_the_order_of_the_page(report, opened):
    page = opened(report)
    focused = []
    for _ in range(24):
        page.keyboard.press("Tab")
        focused.append(page.evaluate(
            "(e => e.getAttribute('aria-labelledby') || e.id || e.textContent.trim().split('\\n')[0])"
            "(document.activeElement)"
        ))  # fmt: skip
    assert focused == [
        "Skip to the overview", "which, and why", "trouble", "Page 3", "Page 4",
        "filter", "overview", "Page", "Platform", "Followers", "Growth 30\xa0d", "Engage\xadment", "×\xa0peers",
        "Score", "Posts a week", "Synced", "Page 1", "Page 2", "Page 3", "Page 4",
        "open-all", "close-all", "Page 1 ✓", "Page 2 ✓",
    ]  # fmt: skip
    page.keyboard.press("Enter")
    assert page.locator("#p2[open] .plot canvas").first.evaluate(INK)


def test_the_overview_sorts_and_filters_and_tells_screen_readers(report, opened):
    page = opened(report)
    names = page.locator("#pages-table tbody tr:visible th a")
    followers = page.get_by_role("columnheader", name="Followers")
    for key, order in (("Enter", "descending"), ("Space", "ascending")):
        followers.get_by_role("button").press(key)
        assert followers.get_attribute("aria-sort") == order
        assert names.all_inner_texts()[-1] == "Page 3"  # unknown
    by_name = page.locator("#pages-table thead th").first
    by_name.get_by_role("button").press("Enter")
    by_name.get_by_role("button").press("Enter")
    assert followers.get_attribute("aria-sort") is None
    assert names.all_inner_texts() == ["Page 4", "Page 3", "Page 2", "Page 1"]
    page.get_by_role("searchbox").fill("page.2")
    assert names.all_inner_texts() == ["Page 2"]
    assert page.get_by_role("status").inner_text() == "1 of 4 pages"
    assert page.locator("details.page:visible").count() == 1


def test_nothing_that_was_scraped_is_run(tmp_path, opened):
    evil = a_page(7, display_name=HOSTILE, biography=HOSTILE, category=HOSTILE, url="javascript:document.title='taken'")
    written(tmp_path, a_report(evil, posts=0)._replace(posts=[a_post(text=HOSTILE)]), a_report(a_page(8)))
    page = opened(tmp_path / "report.html")
    assert page.locator("details[open] .plot canvas").count() == 6  # few pages: all are open
    assert page.title().startswith("Social media report")
    assert page.locator("img").count() == 0
    assert HOSTILE[:30] in page.locator("#p7 h3").inner_text()
    assert page.locator("#p7 a").evaluate_all("all => all.map(a => a.protocol)") == ["https:"]


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_sticks_out_on_any_device(width, report, opened):
    page = opened(report, "#p1", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("#p1 .plot canvas").first.bounding_box()["width"] <= width


def test_it_is_dark_where_people_like_that_and_light_on_paper(report, opened):
    background = "getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()"
    page = opened(report, color_scheme="dark")
    assert page.evaluate(background) == "#111318"
    assert opened(report, color_scheme="light").evaluate(background) == "#f6f6f4"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate(background) == "#f6f6f4"


def test_what_is_printed_has_every_page_with_its_charts(report, opened):
    page = opened(report)
    assert page.locator("details.page[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details.page[open]").count() == 4
    charts = page.locator(".plot canvas")
    assert [chart.evaluate(INK) for chart in charts.all()] == [True] * 9
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details.page[open]").count() == 0


def test_500_pages_stay_below_5_megabytes_and_only_what_is_looked_at_is_drawn(tmp_path, opened):
    path = tmp_path / "report.html"
    assert write(path, COVER, (a_report(a_page(number)) for number in range(500))).size_bytes < 5_000_000
    page = opened(path)
    assert page.locator("#pages-table tbody tr").count() == 500
    assert page.locator(".plot canvas").count() == 0
    assert 0 < page.locator(".spark canvas").count() < 50
    page.locator("#p499 > summary").click()
    page.locator("#p499 .plot canvas").first.wait_for()
    assert page.locator("#p499 .plot canvas").first.evaluate(INK)
