"""The obvious program: apify-client, one Apify run per page and actor, `session.merge` for every row.

For comparison on a few pages; what it takes grows with their number. It asks for the same things as the others.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

from apify_client import ApifyClient
from bench import alone
from sqlmodel import Field, Session, SQLModel, create_engine


class Page(SQLModel, table=True):
    """A page."""

    platform: str = Field(primary_key=True)
    handle: str = Field(primary_key=True)
    external_id: str | None = None
    name: str | None = None
    biography: str | None = None
    url: str | None = None
    avatar: str | None = None
    website: str | None = None
    verified: bool | None = None
    private: bool | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    likes: int | None = None


class PageMetric(SQLModel, table=True):
    """A page's counters of a day."""

    platform: str = Field(primary_key=True)
    handle: str = Field(primary_key=True)
    date: dt.date = Field(primary_key=True)
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    likes: int | None = None


class Post(SQLModel, table=True):
    """A post."""

    platform: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    handle: str
    url: str | None = None
    kind: str | None = None
    text: str | None = None
    hashtags: str | None = None
    published_at: dt.datetime | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    views: int | None = None
    pinned: bool | None = None
    owner: str | None = None
    media: str | None = None
    seconds: float | None = None


class PostMetric(SQLModel, table=True):
    """A post's counters of a day."""

    platform: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    date: dt.date = Field(primary_key=True)
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    views: int | None = None


class Comment(SQLModel, table=True):
    """A comment."""

    platform: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    post: str
    author: str | None = None
    text: str | None = None
    likes: int | None = None
    replies: int | None = None
    published_at: dt.datetime | None = None


Item = dict[str, Any]


def moment(text: object) -> dt.datetime | None:
    """Read a time."""
    return dt.datetime.fromisoformat(text) if isinstance(text, str) else None


class Naive:
    """Everything for one page after the other."""

    def __init__(self, given: argparse.Namespace, session: Session) -> None:
        self._client = ApifyClient(given.token, api_url=given.api_url)
        self._session = session
        self._date = dt.date.fromisoformat(given.date)
        self._posts, self._comments = given.posts, given.comments
        self.merged = 0

    def instagram(self, handle: str) -> None:
        """Fetch and store an Instagram page."""
        for i in self._results("apify/instagram-profile-scraper", {"usernames": [handle]}):
            self._page(
                "instagram", handle, external_id=i.get("id"), name=i.get("fullName"), biography=i.get("biography"),
                url=i.get("url"), avatar=i.get("profilePicUrlHD"), website=i.get("externalUrl"),
                verified=i.get("verified"), private=i.get("private"), followers=i.get("followersCount"),
                following=i.get("followsCount"), posts=i.get("postsCount"),
            )  # fmt: skip
        urls = []
        for i in self._results("apify/instagram-post-scraper", {"username": [handle], "resultsLimit": self._posts}):
            self._post(
                "instagram", handle, i["id"], url=i.get("url"), kind=i.get("type"), text=i.get("caption"),
                hashtags=json.dumps(i.get("hashtags")), published_at=moment(i.get("timestamp")),
                likes=i.get("likesCount"), comments=i.get("commentsCount"), views=i.get("videoPlayCount"),
                pinned=i.get("isPinned"), owner=i.get("ownerUsername"), media=i.get("displayUrl"),
                seconds=i.get("videoDuration"),
            )  # fmt: skip
            urls.append(i["url"])
        if self._comments:
            asked = {"directUrls": urls, "resultsLimit": self._comments}
            for i in self._results("apify/instagram-comment-scraper", asked):
                if "id" in i:
                    self._comment(
                        "instagram", i["id"], i.get("postUrl"), author=i.get("ownerUsername"), text=i.get("text"),
                        likes=i.get("likesCount"), replies=i.get("repliesCount"),
                        published_at=moment(i.get("timestamp")),
                    )  # fmt: skip

    def facebook(self, handle: str) -> None:
        """Fetch and store a Facebook page."""
        start = [{"url": f"https://www.facebook.com/{handle}"}]
        for i in self._results("apify/facebook-pages-scraper", {"startUrls": start}):
            self._page(
                "facebook", handle, external_id=i.get("pageId"), name=i.get("title"), biography=i.get("intro"),
                url=i.get("pageUrl"), avatar=i.get("profilePictureUrl"), website=i.get("website"),
                followers=i.get("followers"), following=i.get("followings"), likes=i.get("likes"),
            )  # fmt: skip
        urls = []
        for i in self._results("apify/facebook-posts-scraper", {"startUrls": start, "resultsLimit": self._posts}):
            self._post(
                "facebook", handle, i["postId"], url=i.get("url"), text=i.get("text"),
                published_at=moment(i.get("time")), likes=i.get("likes"), comments=i.get("comments"),
                shares=i.get("shares"), views=i.get("viewsCount"), owner=(i.get("user") or {}).get("id"),
            )  # fmt: skip
            urls.append({"url": i.get("topLevelUrl") or i["url"]})
        if self._comments:
            asked = {"startUrls": urls, "resultsLimit": self._comments}
            for i in self._results("apify/facebook-comments-scraper", asked):
                if "commentUrl" in i:
                    self._comment(
                        "facebook", i["commentUrl"].rpartition("comment_id=")[2], i.get("inputUrl"),
                        author=i.get("profileName"), text=i.get("text"), likes=i.get("likesCount"),
                        replies=i.get("commentsCount"), published_at=moment(i.get("date")),
                    )  # fmt: skip

    def tiktok(self, handle: str) -> None:
        """Fetch and store a TikTok page."""
        author: Item = {}
        urls = []
        asked: Item = {"profiles": [handle], "resultsPerPage": self._posts}
        for i in self._results("clockworks/tiktok-profile-scraper", asked):
            author, video = i["authorMeta"], i.get("videoMeta") or {}
            self._post(
                "tiktok", handle, i["id"], url=i.get("webVideoUrl"), text=i.get("text"),
                hashtags=json.dumps(i.get("hashtags")), published_at=moment(i.get("createTimeISO")),
                likes=i.get("diggCount"), comments=i.get("commentCount"), shares=i.get("shareCount"),
                saves=i.get("collectCount"), views=i.get("playCount"), pinned=i.get("isPinned"),
                owner=author.get("name"), media=video.get("coverUrl"), seconds=video.get("duration"),
            )  # fmt: skip
            urls.append(i["webVideoUrl"])
        self._page(
            "tiktok", handle, external_id=author.get("id"), name=author.get("nickName"),
            biography=author.get("signature"), avatar=author.get("avatar"), verified=author.get("verified"),
            private=author.get("privateAccount"), followers=author.get("fans"), following=author.get("following"),
            posts=author.get("video"), likes=author.get("heart"),
        )  # fmt: skip
        if self._comments:
            asked = {"postURLs": urls, "commentsPerPost": self._comments}
            for i in self._results("clockworks/tiktok-comments-scraper", asked):
                if "cid" in i:
                    self._comment(
                        "tiktok", i["cid"], i.get("input"), author=i.get("uniqueId"), text=i.get("text"),
                        likes=i.get("diggCount"), replies=i.get("replyCommentTotal"),
                        published_at=moment(i.get("createTimeISO")),
                    )  # fmt: skip

    def _results(self, actor: str, given: Item) -> Iterator[Item]:
        run = self._client.actor(actor).call(run_input=given, logger=None)
        if run is not None:
            yield from self._client.dataset(run.default_dataset_id).iterate_items()

    def _page(self, platform: str, handle: str, **columns: Any) -> None:
        self._merge(Page(platform=platform, handle=handle, **columns))
        counts = {name: columns.get(name) for name in ("followers", "following", "posts", "likes")}
        self._merge(PageMetric(platform=platform, handle=handle, date=self._date, **counts))

    def _post(self, platform: str, handle: str, number: str, **columns: Any) -> None:
        self._merge(Post(platform=platform, external_id=number, handle=handle, **columns))
        counts = {name: columns.get(name) for name in ("likes", "comments", "shares", "saves", "views")}
        self._merge(PostMetric(platform=platform, external_id=number, date=self._date, **counts))

    def _comment(self, platform: str, number: str, post: str | None, **columns: Any) -> None:
        self._merge(Comment(platform=platform, external_id=number, post=post or "", **columns))

    def _merge(self, row: SQLModel) -> None:
        self._session.merge(row)
        self.merged += 1


def sync(given: argparse.Namespace) -> int:
    """Do it; return how many rows were merged."""
    engine = create_engine(f"sqlite:///{given.db}")
    SQLModel.metadata.create_all(engine)
    with Session(engine) as session:
        naive = Naive(given, session)
        for platform in given.platforms:
            for k in range(given.pages):
                getattr(naive, platform)(f"bench{k:05d}")
                session.commit()
        return naive.merged


if __name__ == "__main__":
    alone("naive", __doc__ or "", sync, 10)
