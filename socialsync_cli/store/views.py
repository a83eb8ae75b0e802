"""The views that other programs read: their columns, and what these mean. A migration makes them; they hold no data.

Rates are fractions, times are UTC, unknown is NULL. The names begin with `socialsync_`, so that they stand together
and get in nobody's way in a database that is shared.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from socialsync_cli.store.column_types import Long, UtcDateTime

_ALL = sa.MetaData()
"""Of their own: what Alembic compares with a database are the tables."""


def _whole(name: str, meaning: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, Long, primary_key=key, comment=meaning)


def _number(name: str, meaning: str) -> sa.Column[float]:
    return sa.Column(name, sa.Float, comment=meaning)


def _text(name: str, meaning: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, comment=meaning)


def _flag(name: str, meaning: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, comment=meaning)


def _time(name: str, meaning: str) -> sa.Column[dt.datetime]:
    return sa.Column(name, UtcDateTime, comment=meaning)


def _day(name: str, meaning: str, *, key: bool = False) -> sa.Column[dt.date]:
    return sa.Column(name, sa.Date, primary_key=key, comment=meaning)


PAGES = sa.Table(
    "socialsync_pages",
    _ALL,
    _whole("page_id", "`social_page.id`", key=True),
    _text("platform", "as in the configuration"),
    _text("handle", "lower case, without @"),
    _text("display_name", "as the page calls itself"),
    _text("url", "of the page"),
    _text("category", "as the platform has it"),
    _flag("verified", "whether the platform vouches for it"),
    _text("status", "active, private, not_found or restricted; NULL until the first answer"),
    _whole("followers", "as last seen"),
    _whole("following", "as last seen"),
    _whole("posts_count", "as last seen"),
    _time("last_synced_at", "when the page last answered"),
    _day("date", "the day of all figures that follow; NULL if there are none yet"),
    _text("tier", "size of the page by followers: lt1k, 1k-5k, … gte1m"),
    _whole("posts_30d", "own posts of the last 30 days"),
    _number("posts_per_week", "own posts a week, over 30 days"),
    _whole("interactions_30d", "likes, comments, shares and saves (as far as public) of posts of 30 days"),
    _number("engagement_rate", "the page's engagement rate: the median over its posts"),
    _text("engagement_basis", "what the rate refers to: followers or views"),
    _whole("engagement_posts", "how many posts the rate rests on"),
    _number("engagement_benchmark", "the rate of peers on the platform with as many followers"),
    _number("engagement_vs_benchmark", "the rate divided by that of the peers"),
    _number("growth_abs_7d", "followers gained in 7 days"),
    _number("growth_rate_7d", "the same, as a fraction"),
    _number("growth_abs_30d", "followers gained in 30 days"),
    _number("growth_rate_30d", "the same, as a fraction"),
    _number("projected_30d", "followers in 30 days, if the trend goes on and flattens"),
    _number("reach_per_post", "people that a post reaches, by views or estimated"),
    _number("reach_rate", "the same, as a fraction of the followers"),
    _flag("reach_estimated", "false if it comes from views alone"),
    _number("score", "0 to 100; NULL if too little is known"),
    _number("sub_audience", "part of the score, 0 to 100"),
    _number("sub_engagement", "part of the score, 0 to 100; 50: the peers' middle"),
    _number("sub_growth", "part of the score, 0 to 100; 50: the usual growth"),
    _number("sub_consistency", "part of the score, 0 to 100"),
    _number("sub_reach", "part of the score, 0 to 100; 50: the peers' middle"),
    comment="One row per page: its profile and its latest figures.",
)

DAILY = sa.Table(
    "socialsync_daily",
    _ALL,
    _whole("page_id", "`social_page.id`", key=True),
    _text("platform", "as in the configuration"),
    _text("handle", "lower case, without @"),
    _day("date", "UTC day", key=True),
    _flag("imported", "whether the day comes from `socialsync import`; such days have counters and no figures"),
    _whole("followers", "NULL where the platform hid it, or sent a 0 that cannot be"),
    _whole("following", "as captured"),
    _whole("posts_count", "as captured"),
    _whole("followers_gained", "since the day before on which it was known"),
    _text("anomaly", "drop, spike or none"),
    _number("posts_per_week", "own posts a week, over 30 days"),
    _number("engagement_rate", "the page's engagement rate: the median over its posts"),
    _number("engagement_benchmark", "the rate of peers"),
    _number("engagement_vs_benchmark", "the rate divided by that of the peers"),
    _number("reach_per_post", "people that a post reaches, by views or estimated"),
    _number("views_median", "views of a post; NULL where they are not public"),
    _number("score", "0 to 100; NULL if too little is known"),
    comment="One row per page and day: the trend.",
)

POSTS = sa.Table(
    "socialsync_posts",
    _ALL,
    _whole("post_id", "`social_page_post.id`", key=True),
    _whole("page_id", "`social_page.id`"),
    _text("platform", "as in the configuration"),
    _text("handle", "of the page"),
    _text("external_id", "the platform's id of the post"),
    _text("url", "of the post"),
    _text("kind", "image, video, reel, carousel, …"),
    _text("text", "the caption"),
    _time("published_at", "when it was published"),
    _whole("likes", "NULL where they are hidden; on Facebook all reactions"),
    _whole("comments", "as last seen"),
    _whole("shares", "NULL where they are not public"),
    _whole("saves", "NULL where they are not public"),
    _whole("views", "NULL where they are not public"),
    _whole("interactions", "what counts on the platform: likes and comments, mostly shares and saves, too"),
    _number("rate_by_followers", "interactions divided by the page's followers today"),
    _number("rate_by_views", "interactions divided by views"),
    _flag("pinned", "whether it stands above newer posts"),
    _flag("sponsored", "whether it is marked as paid for; NULL where that cannot be seen"),
    _flag("own", "false for what another page published; such posts count in no figure"),
    _time("first_seen_at", "when a sync first saw it"),
    _time("last_seen_at", "when a sync last saw it"),
    comment="One row per post, with its interactions and rates.",
)

TROUBLE = sa.Table(
    "socialsync_trouble",
    _ALL,
    _whole("page_id", "`social_page.id`", key=True),
    _text("platform", "as in the configuration"),
    _text("handle", "of the page"),
    _text("status", "of the page, as last known"),
    _text("user_id", "for whom it was last asked for"),
    _text("result", "partial, private, not_found, restricted or failed; NULL: never answered"),
    _text("error_type", "a word for the error"),
    _text("error_message", "a sentence about it"),
    _text("run_id", "`sync_run.id`"),
    _time("last_synced_at", "when the page last answered"),
    comment="One row per page that did not come in order when it was last asked for.",
)

SPEND = sa.Table(
    "socialsync_spend",
    _ALL,
    _day("date", "UTC day on which the run was made", key=True),
    sa.Column("user_id", sa.Text, primary_key=True, comment="the user"),
    sa.Column("platform", sa.Text, primary_key=True, comment="as in the configuration"),
    _whole("tasks", "syncs of the platform for the user"),
    _whole("pages", "pages asked for"),
    _whole("pages_ok", "of these in order"),
    _whole("posts", "posts fetched"),
    _whole("comments", "comments fetched"),
    _number("cost_usd", "the share of Apify's charges, in US dollars"),
    comment="One row per day, user and platform: what was done and what it cost.",
)

VIEWS: dict[str, sa.Table] = {view.name: view for view in (PAGES, DAILY, POSTS, TROUBLE, SPEND)}
"""In the order of the documentation."""
