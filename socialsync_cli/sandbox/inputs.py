"""The actors' input schemas, and the words with which the platform refuses what does not fit."""

from __future__ import annotations

from typing import Any, NamedTuple

from socialsync_cli.sandbox.moments import filter_moment


class Field(NamedTuple):
    """One field of an input."""

    kind: str
    """strings, addresses (`[{"url": …}]`), links (strings that are addresses), integer, boolean, string, word, date,
    day or anything."""
    required: bool = False
    low: int = 0
    high: int = 10**12
    words: tuple[str, ...] = ()


def problem(fields: dict[str, Field], given: object, *, strict: bool) -> str | None:
    """Return what is wrong with an input, in the platform's manner; None if nothing is.

    Args:
        fields: The actor's schema.
        given: The parsed input.
        strict: Whether fields that the schema does not know are refused.
    """
    if not isinstance(given, dict):
        return "Input must be a JSON object"
    for name, field in fields.items():
        if field.required and given.get(name) is None:
            return _said(name, "is required")
    for name, value in given.items():
        known = fields.get(name)
        if known is None:
            if strict:
                return f"Input is not valid: Property input.{name} is not allowed"
            continue
        if value is None and not known.required:
            continue
        wrong = _wrong(known, value)
        if wrong is not None:
            return _said(name, wrong)
    return None


def _said(name: str, wrong: str) -> str:
    return f"Input is not valid: Field input.{name} {wrong}"


def _wrong(field: Field, value: object) -> str | None:
    kind = field.kind
    if kind in {"strings", "addresses", "links"}:
        return _wrong_array(field, value)
    if kind == "integer":
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be integer"
        return None if field.low <= value <= field.high else f"must be >= {field.low} and <= {field.high}"
    if kind == "boolean":
        return None if isinstance(value, bool) else "must be boolean"
    if kind == "anything":
        return None
    if not isinstance(value, str):
        return "must be string"
    if kind == "word" and value not in field.words:
        allowed = ", ".join(f'"{word}"' for word in field.words)
        return f"must be equal to one of the allowed values: {allowed}"
    if kind in {"date", "day"} and filter_moment(value, 0, full=kind == "date") is None:
        return "must match the format of a date (2026-01-10) or of a time span (7 days)"
    return None


def _wrong_array(field: Field, value: object) -> str | None:
    if not isinstance(value, list):
        return "must be array"
    if field.required and not value:
        return "must NOT have fewer than 1 items"
    for element in value:
        if field.kind == "addresses":
            url = element.get("url") if isinstance(element, dict) else None
            if not isinstance(url, str) or not url.startswith(("http://", "https://")):
                return "must be an array of objects with a valid URL in url"
        elif not isinstance(element, str) or not element.strip():
            return "must be an array of non-empty strings"
        elif field.kind == "links" and not element.strip().startswith(("http://", "https://")):
            return "must be an array of URLs"
    return None


def _flags(*names: str) -> dict[str, Field]:
    return dict.fromkeys(names, Field("boolean"))


_DATES: dict[str, Any] = {"onlyPostsNewerThan": Field("date")}
_LIMIT = {"resultsLimit": Field("integer", low=1)}

INSTAGRAM_PROFILES = {"usernames": Field("strings", required=True), **_flags("includeAboutSection")}
INSTAGRAM_POSTS = {
    "username": Field("strings", required=True),
    **_LIMIT,
    **_DATES,
    **_flags("skipPinnedPosts"),
    "dataDetailLevel": Field("word", words=("detailedData", "basicData")),
}
INSTAGRAM_COMMENTS = {
    "directUrls": Field("links", required=True),
    **_LIMIT,
    **_flags("isNewestComments", "includeNestedComments"),
}
INSTAGRAM_GENERAL = {
    "directUrls": Field("links"),
    "resultsType": Field("word", words=("posts", "details", "comments", "reels", "mentions", "stories")),
    **_LIMIT,
    **_DATES,
    "search": Field("string"),
    "searchType": Field("word", words=("hashtag", "user", "profile", "place")),
    "searchLimit": Field("integer", low=1, high=250),
    **_flags("addParentData", "skipPinnedPosts", "isNewestComments", "includeNestedComments", "addProfileStatistics"),
}
FACEBOOK_PAGES = {"startUrls": Field("addresses", required=True)}
FACEBOOK_POSTS = {
    "startUrls": Field("addresses", required=True),
    **_LIMIT,
    **_DATES,
    "onlyPostsOlderThan": Field("date"),
    **_flags("captionText"),
}
FACEBOOK_COMMENTS = {
    "startUrls": Field("addresses", required=True),
    **_LIMIT,
    **_flags("includeNestedComments"),
    "viewOption": Field("word", words=("RANKED_UNFILTERED", "RANKED_THREADED", "RECENT_ACTIVITY")),
    "onlyCommentsNewerThan": Field("date"),
}
_TIKTOK = {
    "profiles": Field("strings"),
    "hashtags": Field("strings"),
    "searchQueries": Field("strings"),
    "postURLs": Field("strings"),
    "resultsPerPage": Field("integer", low=1, high=1_000_000),
    "profileScrapeSections": Field("strings"),
    "profileSorting": Field("word", words=("latest", "popular", "oldest")),
    "oldestPostDateUnified": Field("day"),
    "newestPostDate": Field("day"),
    "leastDiggs": Field("integer"),
    "mostDiggs": Field("integer"),
    **dict.fromkeys(
        (
            "commentsPerPost", "topLevelCommentsPerPost", "maxRepliesPerComment", "maxFollowersPerProfile",
            "maxFollowingPerProfile",
        ),
        Field("integer"),
    ),
    **_flags("excludePinnedPosts", "scrapeRelatedVideos"),
    **_flags(
        "shouldDownloadVideos", "shouldDownloadCovers", "shouldDownloadSubtitles", "shouldDownloadSlideshowImages",
        "shouldDownloadAvatars", "shouldDownloadMusicCovers",
    ),
}  # fmt: skip
TIKTOK_VIDEOS = _TIKTOK
TIKTOK_PROFILES = _TIKTOK | {"profiles": Field("strings", required=True)}
TIKTOK_COMMENTS = _TIKTOK
_YOUTUBE_LIMITS = ("maxResults", "maxResultsShorts", "maxResultStreams")
YOUTUBE = {
    "startUrls": Field("addresses", required=True),
    **dict.fromkeys(_YOUTUBE_LIMITS, Field("integer")),
    "oldestPostDate": Field("day"),
}
YOUTUBE_COMMENTS = {"startUrls": Field("addresses", required=True), "maxComments": Field("integer", low=1)}

ONE_OF: dict[str, tuple[str, ...]] = {
    "apify/instagram-scraper": ("directUrls", "search"),
    "clockworks/tiktok-scraper": ("profiles", "hashtags", "searchQueries", "postURLs"),
    "clockworks/tiktok-comments-scraper": ("postURLs", "profiles"),
}
"""Actors that need one of several fields."""
