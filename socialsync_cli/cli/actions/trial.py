"""A run without consequences: the simulated Apify in this process, and a scratch database."""

from __future__ import annotations

import contextlib
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from socialsync_cli.config import Config, TokenSource, User
from socialsync_cli.sandbox import Sandbox


@contextlib.contextmanager
def trial(config: Config, users: Sequence[User]) -> Iterator[tuple[Config, list[User], Path]]:
    """Turn a configuration to a sandbox; gives the changed configuration and users, and the scratch folder.

    The folder stays, so that what came in can be looked at.
    """
    folder = Path(tempfile.mkdtemp(prefix="socialsync-sandbox-"))
    with Sandbox() as sandbox:
        token = TokenSource.parse(f"sandbox-{secrets.token_hex(8)}", base=folder, place="the sandbox")
        yield (
            turned(config, sandbox.url, folder / "socialsync.db"),
            [replace(u, token_source=token) for u in users],
            folder,
        )


def turned(config: Config, api_url: str, database: Path) -> Config:
    """Return a configuration that talks to another Apify and writes into another database, and tells nobody."""
    settings = config.settings
    notify = settings.notify.model_copy(update={"admins": (), "ping_url": "", "on": "never"})
    changed = settings.model_copy(
        update={
            "apify": settings.apify.model_copy(update={"api_url": api_url}),
            "database": settings.database.model_copy(update={"url": f"sqlite:///{database}"}),
            "notify": notify,
        }
    )
    return replace(config, settings=changed)
