"""`init`: a configuration to fill in, and a database to fill."""

from __future__ import annotations

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.config import describe_database, load, target_path, write_template
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate


def initialise(call: Invocation, *, force: bool) -> int:
    """Write the configuration, and create the database that it names."""
    path = target_path(call.config, environ=call.environ, cwd=call.cwd)
    write_template(path, force)
    config = load(path, environ=call.environ, cwd=call.cwd)
    database = Database(config.settings.database.url)
    try:
        had = migrate(database)
    finally:
        database.close()
    where = describe_database(config.settings.database.url)
    print_ = call.out.print
    print_(f"wrote {config.name}", soft_wrap=True)
    print_(f"{'created' if had is None else 'found'} the database {where}", soft_wrap=True)
    print_()
    print_("Next:")
    print_(f"  1. name your pages in {config.name}", soft_wrap=True)
    print_("  2. export APIFY_TOKEN=…        (console.apify.com, Settings, API & Integrations)", soft_wrap=True)
    print_("  3. socialsync check            says whether all is well")
    print_("  4. socialsync run --all        syncs; with --dry-run it only says what that costs")
    return 0
