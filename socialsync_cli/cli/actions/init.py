"""`init`: a configuration to fill in, and a database to fill."""

from __future__ import annotations

from pathlib import Path

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.config import describe_database, load, target_path, write_template
from socialsync_cli.errors import ConfigError
from socialsync_cli.store.database import Database, exists
from socialsync_cli.store.schema import HEAD, migrate, version_of


def initialise(call: Invocation, *, force: bool) -> int:
    """Write the configuration, and create the database that it names."""
    path = target_path(call.config, environ=call.environ, cwd=call.cwd)
    if not force and path.is_file() and _upgraded(call, path):
        return 0
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


def _upgraded(call: Invocation, path: Path) -> bool:
    """Bring the database of a configuration that is there to the newest version; return whether it was older."""
    try:
        config = load(path, environ=call.environ, cwd=call.cwd)
    except ConfigError:
        return False  # nobody knows where its database is; that the file is there is said anyway
    if not exists(config.settings.database.url):
        return False
    database = Database(config.settings.database.url)
    try:
        with database.read() as connection:
            found = version_of(connection)
        if found in (None, HEAD):
            return False
        migrate(database)
    finally:
        database.close()
    where = describe_database(config.settings.database.url)
    call.out.print(f"upgraded the database {where} from version {found} to {HEAD}", soft_wrap=True)
    return True
