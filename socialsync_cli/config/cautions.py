"""What is allowed and still unwise: secrets written into files, and files that others may read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from socialsync_cli.config.addresses import has_password
from socialsync_cli.config.settings import Settings
from socialsync_cli.config.tokens import TokenSource, readable_by_others

_NAMED = 5


def cautions(
    sources: Iterable[tuple[str, TokenSource]],
    environ: Mapping[str, str],
    *,
    path: Path,
    name: str,
    more_secrets: bool = False,
) -> tuple[str, ...]:
    """Say what should be done about the secrets of one file.

    Args:
        sources: what each secret is called, and where it comes from.
        environ: the environment.
        path: the file.
        name: what people call the file.
        more_secrets: the file holds other secrets than those of `sources`.

    """
    literal: list[str] = []
    warnings: dict[str, None] = {}
    for owner, source in sources:
        if source.secret:
            literal.append(owner)
        elif warning := source.warning(environ):
            warnings[warning] = None
    if literal:
        warnings[_written(literal, name)] = None
    if (literal or more_secrets) and readable_by_others(path):
        warnings[f"{name} holds secrets and can be read by other accounts: chmod 600 {name}"] = None
    return _some(list(warnings))


def _written(owners: list[str], name: str) -> str:
    shown = ", ".join(owners[:_NAMED]) + (f" and {len(owners) - _NAMED} more" if len(owners) > _NAMED else "")
    verb = "is" if len(owners) == 1 else "are"
    return f"{shown} {verb} written in {name}; env:, file: or keyring: keeps secrets out of its copies"


def _some(warnings: list[str]) -> tuple[str, ...]:
    more = len(warnings) - _NAMED
    return (*warnings[:_NAMED], *([f"{more} more warnings like these"] if more > 0 else []))


def secrets_of(settings: Settings) -> list[tuple[str, TokenSource]]:
    """Return the secrets that the settings refer to, with what they are called."""
    notify, celery = settings.notify, settings.celery
    found = [
        ("[apify] token", settings.apify.token),
        ("[notify] smtp_url", notify.smtp_url),
        ("[notify] webhook_secret", notify.webhook_secret),
        ("[celery] broker_url", _unless_public(celery.broker_url)),
        ("[celery] result_backend", _unless_public(celery.result_backend)),
    ]
    return [(owner, source) for owner, source in found if source is not None]


def _unless_public(source: TokenSource | None) -> TokenSource | None:
    """Leave out an address that is written down without a password."""
    return None if source is not None and source.secret and "@" not in source.secret.reveal() else source


def password_in(settings: Settings) -> bool:
    """Whether the database's address holds a password."""
    return has_password(settings.database.url)


def are_secret(addresses: Iterable[str]) -> bool:
    """Whether addresses to notify are secrets themselves: with those of apprise, whoever knows one can write there."""
    return any("://" in address and not address.lower().startswith(("http://", "https://")) for address in addresses)
