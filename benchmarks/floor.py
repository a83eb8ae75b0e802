"""The floor: a bare program that does the least for the same pages, for the others to be measured by.

The fewest Apify runs (or as many as keep the slots busy), bodies as large as they come, http.client, orjson, and
`executemany` upserts into SQLite in WAL mode. It checks nothing, keeps no archive, knows no errors, and would pay
twice after a crash. What it stores is what every program has to: pages, their counters of the day, posts, their
counters of the day, comments.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import orjson
from bench import alone

READ = 2_000
"""Items in one answer: larger ones take as many requests here, and more time for memory."""
WAIT = 60
FINAL = frozenset({"SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED"})
ACTORS = {
    ("instagram", "profiles"): "apify~instagram-profile-scraper",
    ("instagram", "posts"): "apify~instagram-post-scraper",
    ("instagram", "comments"): "apify~instagram-comment-scraper",
    ("facebook", "profiles"): "apify~facebook-pages-scraper",
    ("facebook", "posts"): "apify~facebook-posts-scraper",
    ("facebook", "comments"): "apify~facebook-comments-scraper",
    ("tiktok", "posts"): "clockworks~tiktok-profile-scraper",
    ("tiktok", "comments"): "clockworks~tiktok-comments-scraper",
}
SCHEMA = """
CREATE TABLE page (id INTEGER PRIMARY KEY, platform TEXT, handle TEXT, external_id TEXT, name TEXT, biography TEXT,
    url TEXT, avatar TEXT, website TEXT, verified, private, followers INTEGER, following INTEGER, posts INTEGER,
    likes INTEGER, UNIQUE (platform, handle));
CREATE TABLE page_metric (id INTEGER PRIMARY KEY, page_id INTEGER, date TEXT, followers INTEGER, following INTEGER,
    posts INTEGER, likes INTEGER, UNIQUE (page_id, date));
CREATE TABLE post (id INTEGER PRIMARY KEY, page_id INTEGER, external_id TEXT, url TEXT, kind TEXT, text TEXT,
    hashtags TEXT, mentions TEXT, published_at TEXT, likes INTEGER, comments INTEGER, shares INTEGER, saves INTEGER,
    views INTEGER, pinned, owner TEXT, media TEXT, seconds REAL, UNIQUE (page_id, external_id));
CREATE INDEX post_published ON post (page_id, published_at);
CREATE TABLE post_metric (id INTEGER PRIMARY KEY, post_id INTEGER, date TEXT, likes INTEGER, comments INTEGER,
    shares INTEGER, saves INTEGER, views INTEGER, UNIQUE (post_id, date));
CREATE TABLE comment (id INTEGER PRIMARY KEY, post_id INTEGER, external_id TEXT, author TEXT, text TEXT, likes INTEGER,
    replies INTEGER, published_at TEXT, UNIQUE (post_id, external_id));
"""


def _upsert(table: str, key: str, columns: str) -> str:
    names = f"{key}, {columns}"
    marks = ", ".join("?" * len(names.split(",")))
    changes = ", ".join(f"{name.strip()}=excluded.{name.strip()}" for name in columns.split(","))
    return f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changes}"


PAGE = _upsert(
    "page", "platform, handle",
    "external_id, name, biography, url, avatar, website, verified, private, followers, following, posts, likes",
)  # fmt: skip
PAGE_METRIC = _upsert("page_metric", "page_id, date", "followers, following, posts, likes")
POST = _upsert(
    "post", "page_id, external_id",
    "url, kind, text, hashtags, mentions, published_at, likes, comments, shares, saves, views, pinned, owner, media,"
    " seconds",
)  # fmt: skip
POST += " RETURNING id"
POST_METRIC = _upsert("post_metric", "post_id, date", "likes, comments, shares, saves, views")
COMMENT = _upsert("comment", "post_id, external_id", "author, text, likes, replies, published_at")


class Pace:
    """So many requests in a second, evenly, and a little slower: they may arrive closer together than they left."""

    def __init__(self, per_second: float) -> None:
        self._step = 1.05 / per_second
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when it is one's turn."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            self._next = at + self._step
        time.sleep(max(0.0, at - now))


class Apify(threading.local):
    """A connection per thread."""

    def __init__(self, url: str, token: str, pace: Pace) -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=600)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._pace = pace

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        """Send a request and return the JSON of its answer."""
        self._pace.wait()
        self._connection.request(method, f"/v2/{path}", body, self._headers)
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {told[:300]!r}")
        return orjson.loads(told)

    def items(self, actor: str, given: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
        """Start an actor, wait for its end, and yield its items."""
        run = self.call("POST", f"actors/{actor}/runs?waitForFinish={WAIT}", orjson.dumps(given))["data"]
        while run["status"] not in FINAL:
            run = self.call("GET", f"actor-runs/{run['id']}?waitForFinish={WAIT}")["data"]
        dataset, offset = run["defaultDatasetId"], 0
        while True:
            page = self.call("GET", f"datasets/{dataset}/items?offset={offset}&limit={READ}")
            yield page
            offset += len(page)
            if len(page) < READ:
                return


class Post(NamedTuple):
    """What the comments of a post are asked with."""

    platform: str
    post_id: int
    key: str
    url: str


class Store:
    """The database."""

    def __init__(self, path: str, date: str, comments: int) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;" + SCHEMA)
        self._lock = threading.Lock()
        self._date, self._comments = date, comments
        self._pages: dict[tuple[str, str], int] = {}
        self.wanted: list[Post] = []
        """Posts whose comments did not come with them."""
        self.rows = 0

    def pages(self, keys: Sequence[tuple[str, str]]) -> None:
        """Write down the pages, so that they have ids."""
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO page (platform, handle) VALUES (?, ?)", keys)
        self._db.execute("COMMIT")
        self._pages = {(p, h): i for p, h, i in self._db.execute("SELECT platform, handle, id FROM page")}

    def profiles(self, platform: str, found: list[tuple[Any, ...]]) -> None:
        """Write profiles: the handle, and the columns of a page."""
        with self._lock:
            self._db.execute("BEGIN")
            self._profiles(platform, found)
            self._db.execute("COMMIT")

    def _profiles(self, platform: str, found: list[tuple[Any, ...]]) -> None:
        self._db.executemany(PAGE, [(platform, *row) for row in found])
        counts = [(self._pages[platform, row[0]], self._date, *row[9:13]) for row in found]
        self._db.executemany(PAGE_METRIC, counts)
        self.rows += 2 * len(found)

    def posts(self, platform: str, found: list[tuple[Any, ...]], profiles: list[tuple[Any, ...]] = ()) -> None:
        """Write posts: handle, comment key, comment url, comments inside, and the columns of a post."""
        with self._lock:
            self._db.execute("BEGIN")
            if profiles:
                self._profiles(platform, profiles)
            ids = []
            for row in found:
                page_id = self._pages[platform, row[0]]
                ids.append(self._db.execute(POST, (page_id, *row[4:])).fetchone()[0])
            counts = [(i, self._date, *row[11:16]) for i, row in zip(ids, found, strict=True)]
            self._db.executemany(POST_METRIC, counts)
            self.rows += 2 * len(found)
            if self._comments:
                self._inside(platform, found, ids)
            self._db.execute("COMMIT")

    def _inside(self, platform: str, found: list[tuple[Any, ...]], ids: list[int]) -> None:
        rows = []
        for post_id, row in zip(ids, found, strict=True):
            inside, count = row[3][: self._comments], row[12]
            rows += [(post_id, *comment) for comment in inside]
            if count and len(inside) < min(self._comments, count):
                self.wanted.append(Post(platform, post_id, row[1], row[2]))
        self._db.executemany(COMMENT, rows)
        self.rows += len(rows)

    def comments(self, rows: list[tuple[Any, ...]]) -> None:
        """Write comments."""
        with self._lock:
            self._db.execute("BEGIN")
            self._db.executemany(COMMENT, rows)
            self._db.execute("COMMIT")
            self.rows += len(rows)

    def close(self) -> None:
        """Close it."""
        self._db.close()


def instagram_profiles(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of pages."""
    return [
        (i["username"], i.get("id"), i.get("fullName"), i.get("biography"), i.get("url"), i.get("profilePicUrlHD"),
         i.get("externalUrl"), i.get("verified"), i.get("private"), i.get("followersCount"), i.get("followsCount"),
         i.get("postsCount"), None)
        for i in items if "error" not in i
    ]  # fmt: skip


def facebook_profiles(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of pages."""
    return [
        (i["pageUrl"].rpartition("/")[2].lower(), i.get("pageId"), i.get("title"), i.get("intro"), i.get("pageUrl"),
         i.get("profilePictureUrl"), i.get("website"), i.get("CONFIRMED_OWNER_LABEL") is not None, None,
         i.get("followers"), i.get("followings"), None, i.get("likes"))
        for i in items if "error" not in i
    ]  # fmt: skip


def instagram_posts(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of posts."""
    return [
        (i["inputUrl"].rpartition("/")[2], i["shortCode"], f"https://www.instagram.com/p/{i['shortCode']}/",
         [_instagram_comment(c) for c in i.get("latestComments") or ()],
         i["id"], i.get("url"), i.get("productType") or i.get("type"), i.get("caption"),
         orjson.dumps(i.get("hashtags") or []), orjson.dumps(i.get("mentions") or []), i.get("timestamp"),
         i.get("likesCount"), i.get("commentsCount"), None, None, i.get("videoPlayCount"), i.get("isPinned"),
         i.get("ownerUsername"), i.get("displayUrl"), i.get("videoDuration"))
        for i in items if "error" not in i
    ]  # fmt: skip


def facebook_posts(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of posts."""
    return [
        (i["inputUrl"].rpartition("/")[2], i["postId"], i.get("topLevelUrl") or i["url"], (),
         i["postId"], i.get("url"), "video" if i.get("isVideo") else "post", i.get("text"), b"[]", b"[]",
         i.get("time"), i.get("likes"), i.get("comments"), i.get("shares"), None, i.get("viewsCount"), None,
         (i.get("user") or {}).get("id"), None, None)
        for i in items if "error" not in i
    ]  # fmt: skip


def tiktok_posts(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of posts."""
    return [
        (i["input"], i["id"], i["webVideoUrl"], (),
         i["id"], i["webVideoUrl"], "slideshow" if i.get("isSlideshow") else "video", i.get("text"),
         orjson.dumps([tag["name"] for tag in i.get("hashtags") or ()]), orjson.dumps(i.get("mentions") or []),
         i.get("createTimeISO"), i.get("diggCount"), i.get("commentCount"), i.get("shareCount"), i.get("collectCount"),
         i.get("playCount"), i.get("isPinned"), i["authorMeta"].get("name"), (i.get("videoMeta") or {}).get("coverUrl"),
         (i.get("videoMeta") or {}).get("duration"))
        for i in items if i.get("id")
    ]  # fmt: skip


def tiktok_profiles(items: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """Return rows of pages, each once."""
    authors = {i["input"]: i["authorMeta"] for i in items if i.get("authorMeta")}
    return [
        (handle, a.get("id"), a.get("nickName"), a.get("signature"), a.get("profileUrl"), a.get("avatar"),
         _text(a.get("bioLink")), a.get("verified"), a.get("privateAccount"), a.get("fans"), a.get("following"),
         a.get("video"), a.get("heart"))
        for handle, a in authors.items()
    ]  # fmt: skip


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _instagram_comment(i: dict[str, Any]) -> tuple[Any, ...]:
    return (i["id"], i.get("ownerUsername"), i.get("text"), i.get("likesCount"), i.get("repliesCount"), i["timestamp"])


def _facebook_comment(i: dict[str, Any]) -> tuple[Any, ...]:
    number = i["commentUrl"].rpartition("comment_id=")[2]
    return (number, i.get("profileName"), i.get("text"), i.get("likesCount"), i.get("commentsCount"), i["date"])


def _tiktok_comment(i: dict[str, Any]) -> tuple[Any, ...]:
    return (i["cid"], i["uniqueId"], i.get("text"), i.get("diggCount"), i.get("replyCommentTotal"), i["createTimeISO"])


COMMENTS: dict[str, tuple[str, Callable[[dict[str, Any]], tuple[Any, ...]], str]] = {
    "instagram": ("postUrl", _instagram_comment, "id"),
    "facebook": ("inputUrl", _facebook_comment, "commentUrl"),
    "tiktok": ("input", _tiktok_comment, "cid"),
}
"""Where a comment names its post, what becomes of it, and what every comment has."""
PROFILES = {"instagram": instagram_profiles, "facebook": facebook_profiles}
POSTS = {"instagram": instagram_posts, "facebook": facebook_posts, "tiktok": tiktok_posts}


def profiles_input(platform: str, handles: Sequence[str]) -> dict[str, Any]:
    """Return what to ask for profiles with."""
    if platform == "instagram":
        return {"usernames": handles}
    return {"startUrls": [{"url": f"https://www.facebook.com/{handle}"} for handle in handles]}


def posts_input(platform: str, handles: Sequence[str], limit: int) -> dict[str, Any]:
    """Return what to ask for posts with."""
    if platform == "instagram":
        return {"username": handles, "resultsLimit": limit}
    if platform == "facebook":
        return {"startUrls": [{"url": f"https://www.facebook.com/{handle}"} for handle in handles],
                "resultsLimit": limit}  # fmt: skip
    return {"profiles": handles, "resultsPerPage": limit}


def comments_input(platform: str, posts: Sequence[Post], limit: int) -> dict[str, Any]:
    """Return what to ask for comments with."""
    urls = [post.url for post in posts]
    if platform == "instagram":
        return {"directUrls": urls, "resultsLimit": limit}
    if platform == "facebook":
        return {"startUrls": [{"url": url} for url in urls], "resultsLimit": limit}
    return {"postURLs": [url.replace("/photo/", "/video/") for url in urls], "commentsPerPost": limit}


def stretches(loads: Sequence[tuple[Any, Sequence[Any]]], slots: int) -> list[list[tuple[Any, Sequence[Any]]]]:
    """Lay all targets in one line and cut it into equal stretches, one per slot, each a few Apify runs in turn.

    No other plan ends sooner, as long as a start costs next to nothing. With one slot it is one run per kind.
    """
    total = sum(len(targets) for _, targets in loads)
    found: list[list[tuple[Any, Sequence[Any]]]] = []
    at = 0
    line = [(kind, target) for kind, targets in loads for target in targets]
    for slot in range(slots):
        end = total * (slot + 1) // slots
        runs: dict[Any, list[Any]] = {}
        for kind, target in line[at:end]:
            runs.setdefault(kind, []).append(target)
        found.append(list(runs.items()))
        at = end
    return found


def sync(given: argparse.Namespace) -> int:
    """Do it; return how many rows were written."""
    gc.set_threshold(200_000, 20, 100)
    handles = [f"bench{number:05d}" for number in range(given.pages)]
    store = Store(given.db, given.date, given.comments)
    store.pages([(platform, handle) for platform in given.platforms for handle in handles])
    apify = Apify(given.api_url, given.token, Pace(given.requests_per_second))

    def first(work: list[tuple[Any, Sequence[Any]]]) -> None:
        for (platform, part), some in work:
            actor = ACTORS[platform, part]
            if part == "profiles":
                for items in apify.items(actor, profiles_input(platform, some)):
                    store.profiles(platform, PROFILES[platform](items))
                continue
            for items in apify.items(actor, posts_input(platform, some, given.posts)):
                store.posts(platform, POSTS[platform](items), tiktok_profiles(items) if platform == "tiktok" else [])

    def then(work: list[tuple[Any, Sequence[Any]]]) -> None:
        for platform, some in work:
            where, row, mark = COMMENTS[platform]
            by_url = {post.url.replace("/photo/", "/video/"): post.post_id for post in some}
            for items in apify.items(ACTORS[platform, "comments"], comments_input(platform, some, given.comments)):
                store.comments([(by_url[i[where]], *row(i)) for i in items if mark in i])

    kinds = [kind for kind in ACTORS if kind[0] in given.platforms and kind[1] != "comments"]
    with ThreadPoolExecutor(int(given.slots) if given.split else len(kinds)) as pool:
        if given.split:
            list(pool.map(first, stretches([(kind, handles) for kind in kinds], int(given.slots))))
        else:
            list(pool.map(first, [[(kind, handles)] for kind in kinds]))
        loads = [(p, [post for post in store.wanted if post.platform == p]) for p in given.platforms]
        work = stretches(loads, int(given.slots)) if given.split else [[load] for load in loads if load[1]]
        list(pool.map(then, work))
    store.close()
    return store.rows


if __name__ == "__main__":
    alone("floor", __doc__ or "", sync, 100, "--slots=8", "--split", "--requests-per-second=1000")
