"""From files and the environment to one `Config`: find, read, override, validate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from socialsync_cli.config.addresses import home_of
from socialsync_cli.config.cautions import are_secret, cautions, password_in, secrets_of
from socialsync_cli.config.document import Document, find, read
from socialsync_cli.config.environment import canonical_actors, override
from socialsync_cli.config.problems import explain
from socialsync_cli.config.settings import Settings, Surroundings
from socialsync_cli.config.tokens import Token, TokenSource
from socialsync_cli.config.users import Handles, TomlUsers, User, known_handles, merge, user_keys
from socialsync_cli.config.users_file import read_users_file


@dataclass(frozen=True)
class Config:
    """A valid configuration. Nothing that it shows of itself is a secret."""

    path: Path
    """The file, absolute if `cwd` was."""
    name: str
    """The file as people call it."""
    settings: Settings
    _toml_users: Mapping[str, User] = field(repr=False)
    _default_token: TokenSource = field(repr=False)
    _handles: Handles = field(repr=False)
    _environ: Mapping[str, str] = field(repr=False)
    _warnings: tuple[str, ...] = field(repr=False)

    def users(self) -> Mapping[str, User]:
        """Return every user by id. The users file is read on the first call.

        Raises:
            ConfigError: the users file cannot be read, or rows of it are broken.

        """
        return self._users[0]

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about what works and is unwise; those about the users file once `users` was called."""
        return self._warnings + (self._users[1] if "_users" in self.__dict__ else ())

    @cached_property
    def _users(self) -> tuple[Mapping[str, User], tuple[str, ...]]:
        path = self.settings.users_file
        if path is None:
            return self._toml_users, ()
        folder = self.path.parent
        name = str(Path(self.name).parent / path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
        from_file = read_users_file(
            path,
            name=name,
            handles=self._handles,
            default=self._default_token,
            allow_insecure_http=self.settings.notify.allow_insecure_http,
        )
        found = cautions(_own_tokens(from_file), self._environ, path=path, name=name)
        return merge(self._toml_users, from_file), found

    def smtp_url(self) -> Token | None:
        """Return the mail server's address with its password; None if there is none or its variable is unset.

        Raises:
            InvalidTokenError: it cannot be read.

        """
        source = self.settings.notify.smtp_url
        if source is None or source.is_unset(self._environ):
            return None
        return source.resolve(self._environ)

    def webhook_secret(self) -> Token | None:
        """Return what signs messages to web addresses; None if they are not to be signed.

        Raises:
            InvalidTokenError: there should be one and it is missing, or cannot be read.

        """
        source = self.settings.notify.webhook_secret
        return source.resolve(self._environ) if source else None

    def broker_url(self) -> Token | None:
        """Return the address of the queue; None if there is none.

        Raises:
            InvalidTokenError: there should be one and it is missing, or cannot be read.

        """
        source = self.settings.celery.broker_url
        return source.resolve(self._environ) if source else None

    def result_backend(self) -> Token | None:
        """Return where Celery keeps the states of tasks; None if there is no queue.

        Raises:
            InvalidTokenError: there should be one and it is missing, or cannot be read.

        """
        source = self.settings.celery.result_backend
        return source.resolve(self._environ) if source else self.broker_url()


def load(path: Path | None, *, environ: Mapping[str, str], cwd: Path, handles: Handles | None = None) -> Config:
    """Read the configuration.

    Args:
        path: what `--config` names, relative to `cwd`; None: `$SOCIALSYNC_CONFIG` and the usual places.
        environ: the environment, for `SOCIALSYNC_…` and for what `env:` refers to.
        cwd: the folder that the command was called in.
        handles: the platforms and how handles are read; None: those that socialsync knows.

    Raises:
        ConfigError: there is none, or something in it is wrong; the text names file, line and key.

    """
    document = read(find(path, environ=environ, cwd=cwd), cwd=cwd)
    handles = handles or known_handles()
    canonical_actors(document)
    override(document, environ, user_keys(handles.platforms))
    tables = document.data.pop("users", {})
    here = Surroundings(document.path.parent, document.name, home_of(environ))
    settings = _validate(document, here)
    default = settings.apify.token.as_default()
    users = TomlUsers(document, here, handles, default, settings.notify.allow_insecure_http).read(tables)
    warnings = cautions(
        [*secrets_of(settings), *_own_tokens(users)],
        environ,
        path=document.path,
        name=document.name,
        more_secrets=(password_in(settings) and ("database", "url") not in document.origins)
        or are_secret(_addresses(settings, users)),
    )
    return Config(document.path, document.name, settings, users, default, handles, environ, warnings)


def _validate(document: Document, here: Surroundings) -> Settings:
    document.data.setdefault("database", {})  # so that its default, too, is found beside the file
    try:
        return Settings.model_validate(document.data, context=here)
    except ValidationError as error:
        # From nothing: pydantic's own text may hold what was written, and that may be a secret.
        raise explain(error, document) from None


def _addresses(settings: Settings, users: Mapping[str, User]) -> Iterator[str]:
    yield from settings.notify.admins
    for user in users.values():
        yield from user.notify


def _own_tokens(users: Mapping[str, User]) -> list[tuple[str, TokenSource]]:
    return [
        (f"the token of {user.id}", user.token_source) for user in users.values() if not user.token_source.is_default
    ]
