"""What columns mean that have the same name in several tables, or the same form: for the reference."""

from __future__ import annotations

import re

_MEANINGS = {
    # What identifies a row
    "id": "the row's own",
    "date": "UTC day",
    "platform": "by its name in the configuration",
    "handle": "of the page: lower case, without @",
    "username": "the handle as the site spells it",
    "external_id": "the platform's own id",
    "parent_external_id": "of the comment that this one answers; NULL for a comment on the post itself",
    "user|user_id": "id of the user",
    "formula_version": "of the formulas that made the row",
    "benchmark_version": "of the benchmarks that the page was compared with",
    # What a page or a post says of itself
    "display_name": "as the page calls itself",
    "biography": "as the page describes itself",
    "category": "as the platform has it",
    "website": "address that the page names",
    "url": "its address",
    "(avatar|media)_url": "address of the picture; platforms let these expire",
    "verified": "whether the platform vouches for it",
    "private": "whether its posts are hidden from the public",
    "kind": "image, video, reel, carousel, …",
    "text": "as written",
    "hashtags": "list, without #",
    "mentions": "list of names, without @",
    "pinned": "whether it stands above newer posts",
    "sponsored": "whether it is marked as paid for; NULL where that cannot be seen",
    "owner_username": "who published it: not the page itself where a post is shared or co-authored",
    "author_username": "who wrote it; hashed or NULL if `comment_authors` says so",
    "duration_seconds": "of a video",
    # Counters
    "followers|following|posts_count": "as captured",
    "likes_total": "all likes of the page, where the platform tells",
    "likes": "NULL where hidden; on Facebook all reactions",
    "comments": "their number",
    "shares|saves|views": "their number, where public",
    "replies": "their number",
    "followers_rounded": "whether the count came abbreviated, as in 12.3K",
    "imported": "whether the day comes from `socialsync import`",
    # Times
    "published_at": "when it was published",
    "first_seen_at": "when a sync first saw it",
    "last_seen_at": "when a sync last saw it",
    "first_synced_at": "when it first answered",
    "last_synced_at": "when it last answered",
    "captured_at|observed_at": "when it was seen to be so",
    "intended_at": "when it was decided to start it",
    "created_at": "when it was asked for",
    "started_at": "when the work began",
    "finished_at": "when it was over",
    "heartbeat_at": "when its process last said that it is alive",
    "cancel_requested_at": "when somebody asked it to stop",
    # Engagement
    "tier": "size of the page: lt1k, 1k-5k, 5k-10k, 10k-50k, 50k-100k, 100k-1m, gte1m",
    "posts_per_week": "own posts a week, over 30 days",
    "n_30d": "posts of 30 days whose interactions are known",
    "n_last12": "posts among the 12 latest whose interactions are known",
    "n_views_30d": "posts of 30 days with views and interactions known",
    "n_views_last12": "posts among the 12 latest with views and interactions known",
    "hidden_likes_30d": "posts of 30 days whose likes are hidden",
    "interactions_30d": "interactions with the posts of 30 days",
    "er_followers_mean_(30d|last12)": "mean of interactions by followers",
    "er_followers_median_(30d|last12)": "median of interactions by followers",
    "er_views_pooled_(30d|last12)": "all interactions by all views",
    "er_views_median_(30d|last12)": "median of interactions by views",
    "er_headline_window": "30d, or last12 where the month has fewer than three posts",
    "er_headline_denominator": "followers or views",
    "er_headline_n": "posts that it rests on",
    "er_headline_(lo|hi)": "95% interval of the median; NULL below six posts",
    "er_benchmark": "the rate of peers on the platform with as many followers",
    "er_vs_benchmark": "`er_headline` divided by `er_benchmark`",
    # Growth
    "follower_following_ratio": "followers divided by accounts followed",
    "growth_abs_(\\d+)d": "followers gained in \\1 d",
    "growth_rate_(\\d+)d": "the same, as a fraction",
    "growth_method_(\\d+)d": "where the count of \\1 d ago comes from: exact, interpolated or nearest",
    "delta_since_previous": "followers gained since the previous day that is known",
    "days_since_previous": "how long ago that was",
    "fit_span_days": "from the first to the last of these days",
    "projected_(\\d+)d": "followers in \\1 d, if the trend goes on and flattens",
    "projected_(\\d+)d_(lo|hi)": "its interval: 80%, nominal",
    "projected_growth_rate_(\\d+)d": "the same, as a fraction of today's followers",
    # Reach
    "n_posts": "posts that the figures rest on",
    "views_(median|mean)": "\\1 of the views of these posts",
    "reach_rate": "`reach_per_post` as a fraction of the followers",
    "view_rate_benchmark": "the view rate of peers",
    "view_rate_vs_benchmark": "`view_rate` divided by that",
    # Score
    "sub_(audience|consistency)": "part of the score, 0 to 100",
    "sub_(engagement|growth|reach)": "part of the score, 0 to 100; 50 is the peers' middle",
    "contribution_(\\w+)": "points of the score that \\1 gives; all of them add up to it",
    "score": "0 to 100; NULL if too little is known",
    "aggregation": "arithmetic or geometric",
    "weights": "what each part counted for",
    # Runs
    "status": "PENDING, STARTED, SUCCESS, FAILURE or REVOKED",
    "exit_code": "what the process ended with",
    "apify_runs": "Apify runs that it used",
    "apify_requests": "requests that it sent to Apify",
    "items": "items that Apify gave",
    "pages": "how many pages",
    "pages_ok": "of these in order",
    "posts": "how many posts were fetched",
    "cost_usd": "US dollars, as Apify charged",
    "error": "`type` and `message`; NULL if there was none",
    "warnings": "sentences about what was odd",
    "attempts?": "how many tries it took",
    "token_fingerprint": "stands for the token and does not tell it",
    "actor": "its name on Apify",
    "build": "of the actor",
    "apify_run_id|dataset_id": "Apify's own id",
    "input_hash": "of what the actor was given",
    "max_charge_usd": "where Apify was told to stop",
}


def usual_meaning(column: str) -> str:
    """Return what a column of that name means in any table; empty if the name says nothing."""
    for pattern, meaning in _MEANINGS.items():
        if found := re.fullmatch(pattern, column):
            return found.expand(meaning)
    return ""
