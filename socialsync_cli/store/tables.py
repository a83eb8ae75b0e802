"""The tables, as SQLModel classes: what users query, and what a run needs to remember to be resumed.

Times are UTC (`UtcDateTime`), `date` is the UTC day, counters are integers or NULL: NULL is "unknown", never 0.
The module is long because it is one catalogue; nothing in it decides anything.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from socialsync_cli.store.column_types import Long, UtcDateTime


def _id() -> Any:  # noqa: ANN401  SQLModel's Field is typed as Any
    return Field(default=None, primary_key=True, sa_type=Long)


def _counter() -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=Long)


def _time(*, index: bool = False) -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=UtcDateTime, index=index)


def _text() -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=Text)


def _json() -> Any:  # noqa: ANN401
    return Field(default=None, sa_type=JSON)


def _ref(target: str, *, index: bool = False, nullable: bool = False) -> Any:  # noqa: ANN401
    return Field(default=None, foreign_key=target, index=index, nullable=nullable, sa_type=Long)


class SocialPage(SQLModel, table=True):
    """A page, as last seen. A counter that was withheld keeps its last known value."""

    __tablename__: ClassVar[str] = "social_page"
    __table_args__ = (UniqueConstraint("platform", "handle"), Index("ix_social_page_handle", "handle"))

    id: int | None = _id()
    platform: str
    handle: str
    external_id: str | None = Field(default=None, index=True)
    username: str | None = None
    display_name: str | None = None
    biography: str | None = _text()
    url: str | None = _text()
    avatar_url: str | None = _text()
    website: str | None = _text()
    category: str | None = None
    verified: bool | None = None
    private: bool | None = None
    followers: int | None = _counter()
    following: int | None = _counter()
    posts_count: int | None = _counter()
    likes_total: int | None = _counter()
    status: str | None = None
    """active, private, not_found or restricted; NULL until the first answer."""
    first_synced_at: dt.datetime | None = _time()
    last_synced_at: dt.datetime | None = _time()
    posts_read_at: dt.datetime | None = _time()
    """When its posts were last answered completely: where the next sync goes on from."""


class UserPage(SQLModel, table=True):
    """Which user wants which page."""

    __tablename__: ClassVar[str] = "user_page"

    user_id: str = Field(primary_key=True)
    page_id: int = Field(primary_key=True, foreign_key="social_page.id", sa_type=Long, index=True)


class SocialPageMetric(SQLModel, table=True):
    """A page's counters on one day, as captured."""

    __tablename__: ClassVar[str] = "social_page_metric"
    __table_args__ = (UniqueConstraint("page_id", "date"),)

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    date: dt.date
    followers: int | None = _counter()
    following: int | None = _counter()
    posts_count: int | None = _counter()
    likes_total: int | None = _counter()
    private: bool | None = None
    followers_rounded: bool = False
    imported: bool = False
    captured_at: dt.datetime = Field(sa_type=UtcDateTime)
    posts_read_at: dt.datetime | None = _time()
    """When posts were last answered (an empty answer counts) up to this snapshot; NULL if never."""


class SocialPageEngagement(SQLModel, table=True):
    """How much a page's posts are interacted with."""

    __tablename__: ClassVar[str] = "social_page_engagement"
    __table_args__ = (UniqueConstraint("page_id", "date"),)

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    date: dt.date
    followers: int | None = _counter()
    tier: str | None = None
    posts_30d: int | None = None
    posts_per_week: float | None = None
    active_weeks_share: float | None = None
    n_30d: int | None = None
    hidden_likes_30d: int | None = None
    interactions_30d: int | None = _counter()
    er_followers_mean_30d: float | None = None
    er_followers_mean_last12: float | None = None
    er_followers_median_30d: float | None = None
    er_followers_median_last12: float | None = None
    n_views_30d: int | None = None
    n_views_last12: int | None = None
    er_views_pooled_30d: float | None = None
    er_views_pooled_last12: float | None = None
    er_views_median_30d: float | None = None
    er_views_median_last12: float | None = None
    n_last12: int | None = None
    comment_rate_median_30d: float | None = None
    top_post_share_30d: float | None = None
    er_headline: float | None = None
    er_headline_window: str | None = None
    er_headline_denominator: str | None = None
    er_headline_n: int | None = None
    er_headline_lo: float | None = None
    er_headline_hi: float | None = None
    er_benchmark: float | None = None
    er_vs_benchmark: float | None = None
    er_shrunk: float | None = None
    formula_version: str
    benchmark_version: str


class SocialPageGrowth(SQLModel, table=True):
    """How a page's audience grows, and where that leads."""

    __tablename__: ClassVar[str] = "social_page_growth"
    __table_args__ = (UniqueConstraint("page_id", "date"),)

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    date: dt.date
    follower_following_ratio: float | None = None
    growth_abs_1d: float | None = None
    growth_rate_1d: float | None = None
    growth_method_1d: str | None = None
    growth_abs_7d: float | None = None
    growth_rate_7d: float | None = None
    growth_method_7d: str | None = None
    growth_abs_30d: float | None = None
    growth_rate_30d: float | None = None
    growth_method_30d: str | None = None
    growth_abs_90d: float | None = None
    growth_rate_90d: float | None = None
    growth_method_90d: str | None = None
    delta_since_previous: int | None = _counter()
    days_since_previous: float | None = None
    anomaly: str | None = None
    trend_daily_log: float | None = None
    fit_n: int | None = None
    fit_span_days: float | None = None
    projected_30d: float | None = None
    projected_30d_lo: float | None = None
    projected_30d_hi: float | None = None
    projected_growth_rate_30d: float | None = None
    projected_90d: float | None = None
    projected_90d_lo: float | None = None
    projected_90d_hi: float | None = None
    projected_growth_rate_90d: float | None = None
    projected_365d: float | None = None
    projected_365d_lo: float | None = None
    projected_365d_hi: float | None = None
    projected_growth_rate_365d: float | None = None
    formula_version: str


class SocialPageReach(SQLModel, table=True):
    """How many people a post of the page reaches, measured by views or estimated."""

    __tablename__: ClassVar[str] = "social_page_reach"
    __table_args__ = (UniqueConstraint("page_id", "date"),)

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    date: dt.date
    reach_window: str | None = None
    n_posts: int | None = None
    n_view_posts: int | None = None
    views_median: float | None = None
    views_mean: float | None = None
    view_rate: float | None = None
    reach_per_post: float | None = None
    reach_rate: float | None = None
    gross_reach_30d: float | None = None
    reach_basis: str | None = None
    reach_estimated: bool | None = None
    view_rate_benchmark: float | None = None
    view_rate_vs_benchmark: float | None = None
    formula_version: str
    benchmark_version: str


class SocialPageScore(SQLModel, table=True):
    """One number from 0 to 100, and the parts that make it."""

    __tablename__: ClassVar[str] = "social_page_score"
    __table_args__ = (UniqueConstraint("page_id", "date"),)

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    date: dt.date
    sub_audience: float | None = None
    sub_engagement: float | None = None
    sub_growth: float | None = None
    sub_consistency: float | None = None
    sub_reach: float | None = None
    contribution_audience: float | None = None
    contribution_engagement: float | None = None
    contribution_growth: float | None = None
    contribution_consistency: float | None = None
    contribution_reach: float | None = None
    coverage: float | None = None
    score: float | None = None
    aggregation: str
    weights: dict[str, float] | None = _json()
    flags: list[str] | None = _json()
    formula_version: str
    benchmark_version: str


class SocialPagePost(SQLModel, table=True):
    """A post found under a page, as last seen."""

    __tablename__: ClassVar[str] = "social_page_post"
    __table_args__ = (
        UniqueConstraint("page_id", "external_id"),
        Index("ix_social_page_post_published", "page_id", "published_at"),
    )

    id: int | None = _id()
    page_id: int = _ref("social_page.id")
    external_id: str
    url: str | None = _text()
    kind: str | None = None
    text: str | None = _text()
    hashtags: list[str] | None = _json()
    mentions: list[str] | None = _json()
    published_at: dt.datetime | None = _time()
    likes: int | None = _counter()
    comments: int | None = _counter()
    shares: int | None = _counter()
    saves: int | None = _counter()
    views: int | None = _counter()
    pinned: bool | None = None
    sponsored: bool | None = None
    owner_username: str | None = None
    media_url: str | None = _text()
    duration_seconds: float | None = None
    first_seen_at: dt.datetime | None = _time()
    last_seen_at: dt.datetime | None = _time()
    comment_key: str | None = None
    """What comment items name this post by."""
    comment_url: str | None = _text()
    """The address that a comment actor is asked with."""
    comments_read: int | None = _counter()
    """The comment count for which the comments were last read: another count means there is something new."""


class SocialPagePostMetric(SQLModel, table=True):
    """A post's counters on a day on which they changed."""

    __tablename__: ClassVar[str] = "social_page_post_metric"
    __table_args__ = (UniqueConstraint("post_id", "date"),)

    id: int | None = _id()
    post_id: int = _ref("social_page_post.id")
    date: dt.date
    likes: int | None = _counter()
    comments: int | None = _counter()
    shares: int | None = _counter()
    saves: int | None = _counter()
    views: int | None = _counter()
    observed_at: dt.datetime = Field(sa_type=UtcDateTime)


class SocialPagePostComment(SQLModel, table=True):
    """A comment under a post, or a reply."""

    __tablename__: ClassVar[str] = "social_page_post_comment"
    __table_args__ = (UniqueConstraint("post_id", "external_id"),)

    id: int | None = _id()
    post_id: int = _ref("social_page_post.id")
    external_id: str
    parent_external_id: str | None = None
    author_username: str | None = None
    text: str | None = _text()
    likes: int | None = _counter()
    replies: int | None = _counter()
    published_at: dt.datetime | None = _time()
    first_seen_at: dt.datetime | None = _time()
    last_seen_at: dt.datetime | None = _time()


class SyncRun(SQLModel, table=True):
    """One invocation of `socialsync run`."""

    __tablename__: ClassVar[str] = "sync_run"

    id: str = Field(primary_key=True)
    status: str = Field(index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime, index=True)
    started_at: dt.datetime | None = _time()
    finished_at: dt.datetime | None = _time()
    apify_runs: int = 0
    apify_requests: int = 0
    items: int = Field(default=0, sa_type=Long)
    cost_usd: float = 0.0
    exit_code: int | None = None
    options: dict[str, Any] | None = _json()
    """What was asked for: posts, comments, full …; a later run takes over only what was asked for alike."""
    holder: str | None = None
    """The process that works on it: host, boot, pid and start of the process."""
    heartbeat_at: dt.datetime | None = _time()
    cancel_requested_at: dt.datetime | None = _time()
    wishes: dict[str, Any] | None = _json()
    """How a queued run is to be carried out: its workers cannot ask who began it. NULL for any other."""


class SyncTask(SQLModel, table=True):
    """One user × one platform within a run."""

    __tablename__: ClassVar[str] = "sync_task"
    __table_args__ = (UniqueConstraint("run_id", "user", "platform"),)

    id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="sync_run.id")
    user: str = Field(index=True)
    platform: str
    status: str
    pages: int = 0
    pages_ok: int = 0
    posts: int = Field(default=0, sa_type=Long)
    comments: int = Field(default=0, sa_type=Long)
    attempts: int = 0
    started_at: dt.datetime | None = _time()
    finished_at: dt.datetime | None = _time()
    error: dict[str, str] | None = _json()
    warnings: list[str] | None = _json()
    cost_usd: float = 0.0
    token_fingerprint: str | None = None
    bundle_id: str | None = Field(default=None, index=True)
    """Of a queued run: the bundle that it is in."""


class SyncBundle(SQLModel, table=True):
    """Tasks of a queued run that one worker carries out together, as they share Apify runs."""

    __tablename__: ClassVar[str] = "sync_bundle"

    id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="sync_run.id", index=True)
    pages: int
    ceiling_usd: float | None = None
    """What it may spend of the run's ceiling; NULL before it is begun, and where there is none."""
    spent_usd: float = 0.0
    """What it had spent when it was last put down."""
    attempts: int = 0
    """How many workers have begun it."""
    holder: str | None = None
    """The process that works on it."""
    heartbeat_at: dt.datetime | None = _time()
    finished_at: dt.datetime | None = _time()


class SyncNotice(SQLModel, table=True):
    """What admins were told of during a queued run: its workers do not tell it again."""

    __tablename__: ClassVar[str] = "sync_notice"

    run_id: str = Field(primary_key=True, foreign_key="sync_run.id")
    type: str = Field(primary_key=True)
    about: str = Field(primary_key=True)


class SyncPageResult(SQLModel, table=True):
    """What became of one page in one task."""

    __tablename__: ClassVar[str] = "sync_page_result"
    __table_args__ = (UniqueConstraint("task_id", "page_id"),)

    id: int | None = _id()
    task_id: str = Field(foreign_key="sync_task.id")
    page_id: int = _ref("social_page.id", index=True)
    handle: str
    result: str | None = None
    """ok, partial, private, not_found, restricted, failed or revoked; NULL while it is open."""
    posts: int = 0
    comments: int = 0
    error: dict[str, str] | None = _json()
    cost_usd: float = 0.0
    captured_at: dt.datetime | None = _time()
    """The one moment that all records of this page and this sync carry."""
    parts: dict[str, Any] | None = _json()
    """Which parts (profiles, posts, comments) have their final answer, and which; see `core.outcomes`."""


class ApifyRun(SQLModel, table=True):
    """One run of an actor: written down before it is started, completed after it."""

    __tablename__: ClassVar[str] = "apify_run"
    __table_args__ = (Index("ix_apify_run_open", "token_fingerprint", "status"),)

    id: str = Field(primary_key=True)
    run_id: str = Field(foreign_key="sync_run.id", index=True)
    token_fingerprint: str
    platform: str
    part: str
    """profiles, posts or comments."""
    actor: str
    apify_run_id: str | None = Field(default=None, index=True)
    dataset_id: str | None = None
    status: str
    """INTENDED, then Apify's own words; LOST for a start that never happened."""
    input_hash: str
    work: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """The input and what was asked for, as compressed JSON; see `store.ledger`."""
    pages: int = 0
    items: int = Field(default=0, sa_type=Long)
    cost_usd: float = 0.0
    max_charge_usd: float | None = None
    build: str | None = None
    attempt: int = 1
    intended_at: dt.datetime = Field(sa_type=UtcDateTime)
    started_at: dt.datetime | None = _time()
    finished_at: dt.datetime | None = _time()
    read_at: dt.datetime | None = _time()
    """When the dataset had been read to its end and everything of it was stored."""
    bundle_id: str | None = None
    """Of a queued run: the bundle that it was started for."""


class SyncLock(SQLModel, table=True):
    """A user × platform pair that a run holds."""

    __tablename__: ClassVar[str] = "sync_lock"

    user: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    run_id: str
    holder: str
    heartbeat_at: dt.datetime = Field(sa_type=UtcDateTime)


class ApiKey(SQLModel, table=True):
    """A key for the HTTP API; what is kept of it does not open anything."""

    __tablename__: ClassVar[str] = "api_key"

    id: str = Field(primary_key=True)
    """The part of the key that may be shown."""
    name: str
    user_id: str | None = Field(default=None, index=True)
    """Whose runs and pages it opens; NULL: everybody's."""
    hash: str
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    last_used_at: dt.datetime | None = _time()
    revoked_at: dt.datetime | None = _time()


class Setting(SQLModel, table=True):
    """What a database remembers about itself."""

    __tablename__: ClassVar[str] = "setting"

    name: str = Field(primary_key=True)
    value: str


USER_TABLES = (
    SocialPage,
    UserPage,
    SocialPageMetric,
    SocialPageEngagement,
    SocialPageGrowth,
    SocialPageReach,
    SocialPageScore,
    SocialPagePost,
    SocialPagePostMetric,
    SocialPagePostComment,
    SyncRun,
    SyncTask,
    SyncPageResult,
    ApifyRun,
)
"""The tables that users may export, in the order of the documentation."""
