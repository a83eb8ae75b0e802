"""What can be configured: every key of `socialsync.toml` outside `[users]`, its default and its range.

The records are frozen and validated strictly: a number in quotes is a text, not a number. A file's own folder
and name come in as the validation context (`Surroundings`), so that paths end up absolute.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    ValidationInfo,
    create_model,
    model_validator,
)
from pydantic_core import PydanticCustomError

from socialsync_cli.config.addresses import anchor, parse_database, parse_recipient, url_problem
from socialsync_cli.config.tokens import TokenSource
from socialsync_cli.platforms import PLATFORMS


class Surroundings(NamedTuple):
    """Where a configuration stands: its folder, what people call it, and the home folder behind `~/`."""

    base: Path
    name: str
    home: str | None = None


def _surroundings(info: ValidationInfo) -> Surroundings:
    return info.context if isinstance(info.context, Surroundings) else Surroundings(Path(), "the configuration")


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _path(value: object, info: ValidationInfo) -> Path | None:
    if value is None or value == "":
        return None
    if isinstance(value, Path):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    if "\0" in value:
        raise PydanticCustomError("value_error", "must be a path", {"error": "must be a path"})
    here = _surroundings(info)
    return anchor(value, here.base, here.home)


def _secret(value: object, info: ValidationInfo) -> TokenSource | None:
    what = info.field_name or "token"
    if value is None or isinstance(value, TokenSource):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text")
    if not value and what != "token":
        return None
    here = _surroundings(info)
    return TokenSource.parse(value, base=here.base, place=here.name, what=what)


def _database(value: str, info: ValidationInfo) -> str:
    here = _surroundings(info)
    return parse_database(value, here.base, here.home)


def _url(value: str, info: ValidationInfo) -> str:
    if reason := url_problem(value, info.data.get("allow_insecure_http", False)):
        raise ValueError(reason)
    return value.strip().rstrip("/")


def _url_or_nothing(value: str, info: ValidationInfo) -> str:
    return _url(value, info) if value.strip() else ""


def _recipient(value: str, info: ValidationInfo) -> str:
    return parse_recipient(value, info.data.get("allow_insecure_http", False))


def _actor(value: str) -> str | None:
    if not value:
        return None
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]*(?:[/~][\w.-]+)?", value, re.ASCII):
        raise ValueError("must be an actor's name, as in apify/instagram-scraper, or its id")
    return value


Count = Annotated[int, Field(ge=0, le=1_000_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Weight = Annotated[float, Field(ge=0, le=1_000_000)]
_origin = PlainSerializer(lambda source: source.describe() if source else None)
Secret = Annotated[TokenSource, PlainValidator(_secret), _origin]
OptionalSecret = Annotated[TokenSource | None, PlainValidator(_secret), _origin]
Actor = Annotated[str | None, AfterValidator(_actor)]


class Section(BaseModel):
    """One table of the file: frozen, and without room for unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


class Database(Section):
    """Where rows are kept."""

    url: Annotated[str, AfterValidator(_database)] = Field(
        default="sqlite:///socialsync.db", validate_default=True, repr=False
    )
    """`sqlite:///` with an absolute path, or `postgresql+psycopg://…`. May hold a password."""


class ActorChoices(Section):
    """Other actors than a platform's own, by platform and part; None: the platform's own."""

    def choice(self, platform: str, part: str) -> str | None:
        """Return the actor configured for "profiles", "posts" or "comments" of a platform, if any."""
        name = getattr(self, f"{platform}_{part}", None)
        return name if isinstance(name, str) else None


if TYPE_CHECKING:
    Actors = ActorChoices
else:  # a field for each part of each platform
    Actors = create_model(
        "Actors",
        __base__=ActorChoices,
        **{f"{name}_{part}": (Actor, None) for name, platform in PLATFORMS.items() for part in platform.ACTORS},
    )

ACTOR_ALIASES: Mapping[str, str] = MappingProxyType(
    {
        f"{name}_{word}": f"{name}_{part}"
        for name, platform in PLATFORMS.items()
        for word, part in platform.ACTOR_WORDS.items()
    }
)
"""Other words for a key of `[apify.actors]`."""


class Apify(Section):
    """How to talk to Apify."""

    token: Secret = TokenSource("env", "APIFY_TOKEN", "the configuration")
    """For users without their own."""
    allow_insecure_http: bool = False
    api_url: Annotated[str, AfterValidator(_url)] = "https://api.apify.com"
    """Where Apify answers."""
    requests_per_second: float = Field(default=5.0, gt=0, le=1000)
    """Per token, over all threads and processes."""
    max_concurrent_runs: int = Field(default=8, ge=1, le=1000)
    """Apify runs at once per token."""
    max_pages_per_run: int = Field(default=200, ge=1, le=100_000)
    run_timeout_seconds: int = Field(default=3600, ge=1, le=604_800)
    timeout_seconds: float = Field(default=30.0, ge=0.1, le=300)
    """An answer from which nothing comes for so long is given up."""
    actors: Actors = Actors()


class Retry(Section):
    """How often and after what pause to try again."""

    attempts: int = Field(default=5, ge=1, le=100)
    """The first one included."""
    initial_seconds: Seconds = 1.0
    max_seconds: Seconds = 60.0
    """No pause is longer, unless Apify asks for it."""


class Sync(Section):
    """How much to fetch and keep."""

    workers: int = Field(default=8, ge=1, le=1000)
    posts_per_page: Count = 30
    comments_per_post: Count = 10
    """Top-level comments; 0: none."""
    replies_per_comment: Count = 0
    comment_authors: Literal["keep", "hash", "drop"] = "keep"
    refresh_days: int = Field(default=14, ge=0, le=36_500)
    max_cost_usd: float = Field(default=0.0, ge=0, le=1_000_000_000)
    """0: no limit."""
    keep_raw_days: int = Field(default=30, ge=0, le=36_500)
    """0: keep none."""


class Weights(Section):
    """What each sub-score counts for; only their proportions matter."""

    audience: Weight = 0.15
    """How many followers there are."""
    engagement: Weight = 0.35
    """How they react to posts."""
    growth: Weight = 0.20
    """How their number changes."""
    consistency: Weight = 0.15
    """How regularly posts come."""
    reach: Weight = 0.15
    """How many people see a post."""

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError("must not all be 0")
        return self


class Score(Section):
    """How a page's score is put together."""

    aggregation: Literal["arithmetic", "geometric"] = "arithmetic"
    min_coverage: float = Field(default=0.5, ge=0, le=1)
    weights_: Annotated[Weights, Field(alias="weights")] = Weights()
    benchmarks: Mapping[str, Any] = Field(default_factory=dict)
    """Replaces whole tables of the built-in benchmarks; as written in the file."""

    @property
    def weights(self) -> Mapping[str, float]:
        """The weight of every sub-score by its name."""
        return MappingProxyType(self.weights_.model_dump())


class Notify(Section):
    """Whom to tell, of what, and how."""

    on: Literal["always", "failure", "never"] = "failure"
    """When users are told."""
    allow_insecure_http: bool = False
    admins: Annotated[tuple[Annotated[str, AfterValidator(_recipient)], ...], BeforeValidator(_as_tuple)] = Field(
        default=(), repr=False
    )
    """Web addresses, `mailto:` addresses, and those that apprise reads (`slack://…`)."""
    smtp_url: OptionalSecret = TokenSource("env", "SMTP_URL", "the configuration", what="smtp_url")
    webhook_secret: OptionalSecret = None
    """Signs what is sent to web addresses."""
    ping_url: Annotated[str, AfterValidator(_url_or_nothing)] = Field(default="", repr=False)


class Celery(Section):
    """Workers on any number of machines, and what they share."""

    broker_url: OptionalSecret = None
    """`redis://…` or `rediss://…`: the queue, and the rate limits of all machines."""
    result_backend: OptionalSecret = None
    """Where Celery keeps the states of tasks; None: the broker."""
    queue: str = Field(default="socialsync", pattern=r"^[A-Za-z0-9_.:-]{1,64}$")
    """Its name: another one for each installation that shares a broker."""
    visibility_timeout_seconds: int = Field(default=86_400, ge=1, le=2_592_000)
    """After so long a message is delivered again whose worker has not answered for it."""
    time_limit_seconds: int = Field(default=43_200, ge=0, le=2_592_000)
    """After so long a worker puts down what it works on; 0: never."""

    @model_validator(mode="after")
    def _patient(self) -> Self:
        if self.time_limit_seconds >= self.visibility_timeout_seconds:
            raise ValueError("visibility_timeout_seconds must be larger than time_limit_seconds")
        return self


class Settings(Section):
    """Everything but the users."""

    users_file: Annotated[Path | None, PlainValidator(_path)] = None
    """Absolute."""
    database: Database = Database()
    apify: Apify = Apify()
    retry: Retry = Retry()
    sync: Sync = Sync()
    score: Score = Score()
    notify: Notify = Notify()
    celery: Celery = Celery()
