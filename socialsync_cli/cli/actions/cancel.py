"""`cancel`: stop a run that goes on elsewhere."""

from __future__ import annotations

import contextlib

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.config import Config
from socialsync_cli.core.outcomes import OVER
from socialsync_cli.execute.cancel import Cancelled, cancel
from socialsync_cli.show.figures import plural
from socialsync_cli.store import queries


def cancel_run(call: Invocation, wanted: str, *, as_json: bool) -> int:
    """Stop a run, and say how it was found."""
    config = call.load()
    with queries.existing(config.settings.database.url) as database:
        found = cancel(wanted, database=database, config=config, environ=call.environ, clock=utc_now)
    if found.not_aborted:
        text = (
            f"{plural(found.not_aborted, 'Apify run')} could not be aborted and may still cost money: see "
            "console.apify.com, Runs"
        )
        call.lines.write(text, level="warning", event="warning")
    if as_json:
        call.print_json({"cancel": found._asdict()})
    else:
        call.out.print(_sentence(found), soft_wrap=True)
    if config.settings.celery.broker_url is not None:
        _tell_celery(found.run_id, config)
    return 0 if found.status in OVER else 1


def _tell_celery(run_id: str, config: Config) -> None:
    """Let Celery know which tasks of a queued run are revoked, where its extra is installed."""
    with contextlib.suppress(ModuleNotFoundError):
        from socialsync_cli.cluster.run import show_revoked

        show_revoked(run_id, config)


def _sentence(found: Cancelled) -> str:
    run = f"run {found.run_id}"
    if found.was_over:
        return f"{run} was over already: {found.status}"
    if found.was_dead:
        aborted = f"; {plural(found.aborted, 'Apify run')} aborted" if found.aborted else ""
        return f"{run} had no process any more: it is {found.status} now{aborted}"
    if found.status in OVER:
        return f"{run} is stopped: {found.status}"
    return f"{run} has been asked to stop and has not done so yet; `socialsync status {found.run_id}` tells when"
