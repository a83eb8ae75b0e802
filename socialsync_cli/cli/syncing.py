"""Commands that do the work and stop it: `run`, `resume`, `cancel`, `worker`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from socialsync_cli.cli import completing
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Executor, Json, MetricsHost, MetricsPort, RunId, command, rooms_commands
from socialsync_cli.cli.platform_option import A_PLATFORM, PlatformName

commands = rooms_commands()


@command(commands, "run")
def run(
    call: Invocation,
    user: Annotated[
        list[str] | None,
        typer.Option("--user", "-u", metavar="ID", autocompletion=completing.users, help="Whom to sync; repeatable."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Sync every user.")] = False,
    platform: Annotated[
        list[PlatformName] | None,
        typer.Option("--platform", "-p", metavar="NAME", help=f"Only {A_PLATFORM}; repeatable."),
    ] = None,
    page: Annotated[
        list[str] | None,
        typer.Option(
            "--page",
            metavar="HANDLE",
            autocompletion=completing.handles,
            help="Only this page: handle, @handle or address; repeatable.",
        ),
    ] = None,
    posts: Annotated[
        int | None, typer.Option("--posts", min=0, metavar="N", help="Newest posts per page.  [default: as configured]")
    ] = None,
    comments: Annotated[
        int | None,
        typer.Option("--comments", min=0, metavar="N", help="Comments per post; 0: none.  [default: as configured]"),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Fetch settled posts again, too.")] = False,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, metavar="USD", help="Spend no more than this; 0: no limit.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Tasks at once.  [default: as configured]")
    ] = None,
    executor: Annotated[Executor, typer.Option("--executor", help="Who does the work.")] = Executor.LOCAL,
    detach: Annotated[
        bool, typer.Option("--detach", help="With --executor celery: end as soon as the run is queued.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it would do and cost.")] = False,
    sandbox: Annotated[
        bool, typer.Option("--sandbox", help="Try it with made-up data: no token, no cost, a scratch database.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            min=0,
            metavar="SECONDS",
            show_default=False,
            help="How long to wait for another run that holds the same pages.  [default: 0]",
        ),
    ] = 0.0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Take nothing over from an interrupted run.")] = False,
    as_json: Json = False,
) -> int:
    """Sync pages of users.

    Asks Apify for profiles, posts and comments of the pages, stores them, and computes the figures of the day. The
    first sync fetches the newest posts; later ones only what is new or younger than refresh_days, and comments only
    where there are new ones. --dry-run says beforehand what that would cost.

    What an interrupted or failed run of the last six hours has paid for already is taken over, unless --fresh.
    Ctrl-C stops it within ten seconds: its Apify runs are aborted, and what has arrived stays.

    Prints the run's id and its tasks as soon as they exist. Exits with 0 if every task ended well, 3 if some did, 1
    if none did, 75 if another run holds the same pages, 130 or 143 if it was stopped by a signal.

    Example: socialsync run --all

    Example: socialsync run -u acme -p instagram --page nasa --posts 50

    Example: socialsync run --all --dry-run --max-cost 5

    Example: socialsync run --all --executor celery --detach
    """
    from socialsync_cli.cli.actions.sync import Call, sync_pages
    from socialsync_cli.execute.wishes import Wishes

    wishes = Wishes(
        platforms=platform or [], pages=page or [], posts=posts, comments=comments, full=full, fresh=fresh,
        max_cost_usd=max_cost, workers=workers, wait_s=wait,
    )  # fmt: skip
    asked = Call(wishes, user or [], everyone, executor, sandbox, detach)
    return sync_pages(call, asked, dry_run=dry_run, as_json=as_json)


@command(commands, "resume")
def resume(
    call: Invocation,
    run_id: RunId,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", min=0, metavar="USD", help="Spend no more than this; 0: no limit.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Tasks at once.  [default: as configured]")
    ] = None,
    wait: Annotated[
        float,
        typer.Option(
            "--wait",
            min=0,
            metavar="SECONDS",
            show_default=False,
            help="How long to wait for another run that holds the same pages.  [default: 0]",
        ),
    ] = 0.0,
    executor: Annotated[
        Executor | None, typer.Option("--executor", help="Who does the work.  [default: as it was begun]")
    ] = None,
    detach: Annotated[bool, typer.Option("--detach", help="If it is queued: end as soon as that is done.")] = False,
    as_json: Json = False,
) -> int:
    """Finish an interrupted or failed run, without paying again.

    What Apify has of it already is taken over; only what is missing is asked for, under the same id and with the
    same options. Exits as `run` does.

    Example: socialsync resume last

    Example: socialsync resume 20260110-06 --max-cost 20
    """
    from socialsync_cli.cli.actions.sync import resume_run

    return resume_run(
        call, run_id, max_cost_usd=max_cost, workers=workers, wait_s=wait, as_json=as_json, executor=executor,
        detach=detach,
    )  # fmt: skip


@command(commands, "cancel")
def cancel(call: Invocation, run_id: RunId, as_json: Json = False) -> int:
    """Stop a run of another process, or of another machine.

    Its Apify runs are aborted and its open tasks revoked; what has arrived stays. If its process is gone, that is done
    in its stead.

    Example: socialsync cancel last

    Example: socialsync cancel 20260110-06 --json
    """
    from socialsync_cli.cli.actions.cancel import cancel_run

    return cancel_run(call, run_id, as_json=as_json)


class Pool(StrEnum):
    """How a worker does several things at once."""

    PREFORK = "prefork"
    SOLO = "solo"


@command(commands, "worker")
def worker(
    call: Invocation,
    concurrency: Annotated[
        int, typer.Option("--concurrency", "-c", min=1, metavar="N", help="Bundles of tasks at once, a process each.")
    ] = 2,
    pool: Annotated[Pool, typer.Option("--pool", help="solo: in this very process, one at a time.")] = Pool.PREFORK,
    hostname: Annotated[
        str | None, typer.Option("--hostname", "-n", metavar="NAME", help="What Celery calls it; must be unique.")
    ] = None,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> int:
    """Work on queued runs: a Celery worker.

    Start as many as you like, on any machine that has the same configuration and can reach database, queue and Apify.
    SIGTERM ends it after the work at hand, SIGQUIT at once; others take over what it leaves.

    Example: socialsync worker --concurrency 4
    """
    from socialsync_cli.cli.actions.worker import work

    return work(
        call, concurrency=concurrency, pool=pool, hostname=hostname, metrics_host=metrics_host,
        metrics_port=metrics_port,
    )  # fmt: skip
