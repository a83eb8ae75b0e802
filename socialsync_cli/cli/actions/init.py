"""`init`: a configuration to fill in, or filled in already, and a database to fill."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import typer

from socialsync_cli.cli.asking import ask, somebody_is_there
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.config import Config, answers, describe_database, load, target_path, write_template
from socialsync_cli.config.answers import Answers
from socialsync_cli.errors import ConfigError, UsageError
from socialsync_cli.execute.naming import readings
from socialsync_cli.platforms import PLATFORMS
from socialsync_cli.store.database import Database, exists
from socialsync_cli.store.schema import HEAD, migrate, version_of

_TOKEN_FILE = "apify.token"  # noqa: S105  a name


def initialise(
    call: Invocation, *, force: bool, user: str | None, pages: Sequence[str], token: str | None, database: str | None
) -> int:  # fmt: skip
    """Write the configuration, and create the database that it names."""
    path = target_path(call.config, environ=call.environ, cwd=call.cwd)
    if path.exists() and not force:
        if _upgraded(call, path):
            return 0
        raise UsageError(f"{path} is there already; --force replaces it")
    said = any((user, token, database, *pages))
    if not said and not call.quiet and somebody_is_there():
        chosen, pasted = _asked(path.parent)
        if pasted:
            _keep(pasted, path.parent / _TOKEN_FILE)
    else:
        usual = Answers()
        chosen = Answers(
            answers.user_id(user) if user else usual.user,
            _pages(pages),
            answers.token_source(token) if token else usual.token,
            answers.database_url(database) if database else usual.database,
        )
    write_template(path, force, answers.filled(chosen))
    config = load(path, environ=call.environ, cwd=call.cwd)
    created = Database(config.settings.database.url)
    try:
        had = migrate(created)
    finally:
        created.close()
    where = describe_database(config.settings.database.url)
    call.out.print(f"wrote {config.name}", soft_wrap=True)
    call.out.print(f"{'created' if had is None else 'found'} the database {where}", soft_wrap=True)
    _tell_next(call, config, chosen)
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


def _asked(folder: Path) -> tuple[Answers, str]:
    """Ask; return the answers, and the token if it was pasted. Nothing is written yet."""
    typer.echo("A few questions; Enter takes what stands in brackets, Ctrl-C ends it.\n", err=True)
    user = ask("A name for whom you sync (a-z, 0-9, _ and -)", "me", answers.user_id)
    typer.echo("Pages: handles or addresses, with blanks between them; Enter: none.", err=True)
    pages = {name: ask(f"  {name}", "", _reader(name)) for name in PLATFORMS}
    typer.echo("The Apify token (console.apify.com, Settings, API & Integrations):", err=True)
    question = "  env:NAME, file:PATH, keyring:SERVICE/NAME, or paste it"
    token, pasted = ask(question, Answers().token, lambda text: _token(text, folder / _TOKEN_FILE))
    database = ask("The database", Answers().database, answers.database_url)
    typer.echo(err=True)
    return Answers(user, pages, token, database), pasted


def _reader(platform: str) -> Callable[[str], list[str]]:
    return lambda text: answers.handles(platform, [word for word in re.split(r"[\s,;]+", text) if word])


def _pages(texts: Sequence[str]) -> dict[str, list[str]]:
    """Return handles by platform.

    Raises:
        UsageError: A text is no page, or one of several platforms.

    """
    found: dict[str, list[str]] = {}
    for text in texts:
        fits = readings(text)
        if len(fits) != 1:
            some = " or ".join(f"{name}/{handle}" for name, handle in fits.items()) or f"{next(iter(PLATFORMS))}/nasa"
            raise UsageError(f'"{text[:100]}" does not say where the page is: write {some}, or its address')
        for name, handle in fits.items():
            if handle not in found.setdefault(name, []):
                found[name].append(handle)
    return found


def _token(text: str, file: Path) -> tuple[str, str]:
    """Return where a token is or will be, and the token if that is what was pasted."""
    if not re.fullmatch(r"apify_api_[A-Za-z0-9]{8,}", text.strip()):
        return answers.token_source(text), ""
    if file.exists():
        raise UsageError(f"{file.name} is there already: say file:{file.name} to use it, or where else the token is")
    typer.echo(f"  it will be kept in {file.name}, which only you can read", err=True)
    return f"file:{file.name}", text.strip()


def _keep(secret: str, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as stream:
            stream.write(f"{secret}\n")
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _tell_next(call: Invocation, config: Config, chosen: Answers) -> None:
    call.out.print("\nNext:")
    for number, step in enumerate(_steps(call, config, chosen), start=1):
        call.out.print(f"  {number}. {step}", soft_wrap=True)


def _steps(call: Invocation, config: Config, chosen: Answers) -> Iterator[str]:
    if not any(chosen.pages.values()):
        yield f"name your pages in {config.name}"
    kind, _, name = chosen.token.partition(":")
    if kind == "env" and name not in call.environ:
        yield f"export {name}=…        (console.apify.com, Settings, API & Integrations)"
    yield "socialsync check            says whether all is well"
    yield "socialsync run --all        syncs; with --dry-run it only says what that costs"
    yield "socialsync schedule cron    lets it run every day (or: schedule systemd)"
