"""`demo`: everything once, with no account, no token and no network: days pass in seconds."""

from __future__ import annotations

import io
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.text import Text

from socialsync_cli import sync
from socialsync_cli.cli.actions.giving import write_report
from socialsync_cli.cli.actions.trial import turned
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.signals import Signals, leave
from socialsync_cli.config import FILE_NAME, Config, TokenSource, User, load
from socialsync_cli.core.stop import StopSignal
from socialsync_cli.errors import UsageError
from socialsync_cli.execute.portrait import find_page, read_portrait
from socialsync_cli.execute.reading import read_report
from socialsync_cli.sandbox import DEMO_PAGES, Behaviour, Sandbox
from socialsync_cli.show.figures import count, duration, plural, usd
from socialsync_cli.show.page import print_page
from socialsync_cli.show.records import Report
from socialsync_cli.show.status import print_report
from socialsync_cli.show.terminal import console, err, is_endless, is_interactive
from socialsync_cli.store import queries
from socialsync_cli.sync import Request, Surroundings

PAGE = "instagram/harborline.coffee"
"""The page that is shown at the end."""
_LINES = 14
"""With so many days there is a line for each; with more, one for each week."""
_AT = timedelta(hours=6)
"""The time of day at which the simulated syncs begin."""
_TEMPLATE = """\
# What `socialsync demo` has used. Its pages are made up; put your own here, and a token into $APIFY_TOKEN.

[database]
url = "sqlite:///socialsync.db"

[sync]
posts_per_page = 12
comments_per_post = 3

[users.demo]
{pages}
"""


def demonstrate(call: Invocation, *, days: int, folder: Path | None) -> int:
    """Sync made-up pages over some simulated days, and show what has become of it."""
    out, began = call.out, time.monotonic()
    place = _place(call, folder)
    config, user = _configured(place)
    say(out, f"socialsync demo: {days} days in the life of {user.page_count} made-up pages", "bold")
    say(out, "A simulated Apify answers on this machine: no account, no token, no cost.", "dim")
    out.print()
    stop = StopSignal()
    step = 1 if days <= _LINES else 7
    reports: list[Report] = []
    with Signals(stop) as signals, _quick_sandbox() as sandbox, _spinner() as spinner:
        staged = _unhurried(turned(config, sandbox.url, place / "socialsync.db"))
        user = replace(user, token_source=TokenSource.parse(_token(), base=place, place="the sandbox"))
        now = _first_morning(days)
        for number in range(days):
            now = _first_morning(days) + timedelta(days=number)
            spinner.update(f"day {number + 1} of {days}: {now:%b %d}")
            sandbox.set_now(now)
            ended = sync.run(Request([user]), Surroundings(staged, call.environ, stop=stop, clock=ticking(now)))
            if signals.exit_code is not None:
                if folder is None:
                    shutil.rmtree(place, ignore_errors=True)
                leave(signals.exit_code)
                return signals.exit_code
            reports.append(_report(staged, ended.run_id, now))
            if len(reports) == step or number == days - 1:
                spinner.stop()  # it turns on stderr, and would tear the line
                _tell(out, reports)
                spinner.start()
                reports = []
    _show_all(out, staged, ended.run_id, now, place / "report.html")
    _tell_next(out, call, place, time.monotonic() - began)
    return ended.exit_code


def ticking(start: datetime) -> Callable[[], datetime]:
    """Return a clock that begins at a simulated moment and goes on as fast as the real one."""
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)


def say(out: Console, text: str, style: str = "") -> None:
    """Print a sentence."""
    out.print(Text(text, style), soft_wrap=is_endless(out))


def _spinner() -> Status:
    """Return something that turns while days pass, where somebody looks."""
    on = err() if is_interactive(sys.stderr) else console(io.StringIO())
    return Status("", console=on)


def _place(call: Invocation, folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="socialsync-demo-"))
    place = call.cwd / folder
    if (place / "socialsync.db").exists() or (place / FILE_NAME).exists():
        raise UsageError(f"{folder} has a {FILE_NAME} or a socialsync.db already: name another folder")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder} cannot be made: {error.strerror}") from error
    return place


def _configured(place: Path) -> tuple[Config, User]:
    """Write a configuration that the database can be looked at with afterwards, and read it."""
    path = place / FILE_NAME
    path.write_text(_TEMPLATE.format(pages=_pages(DEMO_PAGES)), encoding="utf-8")
    config = load(path, environ={}, cwd=place)
    return config, config.users()["demo"]


def _pages(pages: Mapping[str, Sequence[str]]) -> str:
    quoted = {platform: ", ".join(f'"{handle}"' for handle in handles) for platform, handles in pages.items()}
    return "\n".join(f"{platform} = [{handles}]" for platform, handles in quoted.items())


def _token() -> str:
    """Return a token that nobody else uses: the rate limit of a token is shared with all processes that have it."""
    return f"sandbox-{secrets.token_hex(8)}"


def _quick_sandbox() -> Sandbox:
    return Sandbox(now=datetime.now(UTC), behaviour=Behaviour(settle_s=0.0, total_lag_s=0.0))


def _unhurried(config: Config) -> Config:
    """Lift the rate limit: the sandbox is ours alone."""
    apify = config.settings.apify.model_copy(update={"requests_per_second": 1000.0})
    return replace(config, settings=config.settings.model_copy(update={"apify": apify}))


def _first_morning(days: int) -> datetime:
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days) + _AT


def _report(config: Config, run_id: str, now: datetime) -> Report:
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        return read_report(connection, run_id, now)


def _tell(out: Console, reports: Sequence[Report]) -> None:
    """Print a line about the syncs of a day, or of a week."""
    last, tasks = reports[-1], [task for report in reports for task in report.tasks]
    days = f"{reports[0].run.created_at:%b %d} to " if len(reports) > 1 else ""
    text = (
        f"{days}{last.run.created_at:%b %d}  {sum(t.pages_ok for t in last.tasks)} of "
        f"{plural(sum(t.pages for t in last.tasks), 'page')} ok  {count(sum(t.posts for t in tasks)):>5} posts  "
        f"{count(sum(t.comments for t in tasks)):>5} comments  {usd(sum(r.run.cost_usd for r in reports)):>6}"
    )
    say(out, text, "" if all(r.run.status == "SUCCESS" for r in reports) else "yellow")


def _show_all(out: Console, config: Config, run_id: str, now: datetime, page_file: Path) -> None:
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        report = read_report(connection, run_id, now)
        portrait = read_portrait(connection, find_page(connection, PAGE), config)
    _heading(out, "socialsync status")
    print_report(out, report, now)
    _heading(out, f"socialsync show {PAGE}")
    print_page(out, portrait, report.run.finished_at or now)
    _heading(out, f"socialsync report --output {page_file.name}")
    with queries.existing(config.settings.database.url) as database, database.read() as connection:
        written = write_report(connection, config, page_file, user=None, now=report.run.finished_at or now)
    say(out, f"{written.pages} pages, {written.size_bytes / 1e6:.1f} MB: open {page_file} in a browser")


def _heading(out: Console, command: str) -> None:
    out.print()
    out.print(Text.assemble(("$ ", "dim"), (command, "bold")))
    out.print()


def _tell_next(out: Console, call: Invocation, place: Path, seconds: float) -> None:
    folder = place.relative_to(call.cwd) if place.is_relative_to(call.cwd) else place
    out.print()
    say(out, f"That took {duration(seconds)}; the costs are what Apify would have charged.", "dim")
    say(out, f"The database is {folder / 'socialsync.db'}. Try:", "bold")
    for command in (
        f"socialsync --config {folder / FILE_NAME} show tiktok/kestrel.cycles",
        f"socialsync --config {folder / FILE_NAME} runs",
        f"sqlite3 {folder / 'socialsync.db'} .tables",
        "socialsync init      # and then with pages of your own",
    ):
        say(out, f"  {command}")
