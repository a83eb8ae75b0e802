"""The definitions of the figures, reckoned a second time: slow, plain, and without a line of the program's own.

It takes everything that was ever seen of a page, and says what a day's four rows must hold. A column that is not
named in what it returns is NULL.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from fractions import Fraction
from statistics import median
from typing import Any, NamedTuple

Columns = dict[str, Any]
DAY = timedelta(days=1)

TIERS = [
    (0, "lt1k"), (1_000, "1k-5k"), (5_000, "5k-10k"), (10_000, "10k-50k"), (50_000, "50k-100k"),
    (100_000, "100k-1m"), (1_000_000, "gte1m"),
]  # fmt: skip
PARTS = {
    "instagram": ["likes", "comments"],
    "facebook": ["likes", "comments", "shares"],
    "tiktok": ["likes", "comments", "shares", "saves"],
}
ER_FOLLOWERS = {
    "instagram": [(3162, 0.0178), (22361, 0.0054), (2000000, 0.0033)],
    "facebook": [(3162, 0.0029), (158114, 0.00046)],
    "tiktok": [(3162, 0.0173)],
}
ER_VIEWS = {"tiktok": [(3162, 0.04)]}
VIEW_RATE = {
    "instagram": [(2236, 0.2594), (7071, 0.1414), (22361, 0.11), (70711, 0.0862), (316228, 0.0507)],
    "tiktok": [(2236, 0.1565), (7071, 0.1336), (22361, 0.1449), (70711, 0.14), (316228, 0.1104)],
}
REACH_RATE = {
    "instagram": [(2236, 0.0665), (7071, 0.0575), (22361, 0.055), (70711, 0.045), (316228, 0.035)],
    "facebook": [(3162, 0.0165)],
    "tiktok": VIEW_RATE["tiktok"],
}
CADENCE = {"instagram": 4.4, "facebook": 3.7, "tiktok": 2.1}
GROWTH = {"instagram": 0.004, "facebook": 0.0, "tiktok": 0.025}
WEIGHTS = {"audience": 0.15, "engagement": 0.35, "growth": 0.20, "consistency": 0.15, "reach": 0.15}
VERSION = {"formula_version": "1.0.0"}
VERSIONS = VERSION | {"benchmark_version": "2026.1"}


class Snap(NamedTuple):
    """What was seen of a page."""

    at: datetime
    followers: int | None
    following: int | None = None
    posts_count: int | None = None
    private: bool | None = None
    rounded: bool = False
    imported: bool = False


class Seen(NamedTuple):
    """What was seen of a post."""

    id: str
    published: datetime | None
    at: datetime
    owner: str | None
    pinned: bool
    likes: int | None
    comments: int | None
    shares: int | None
    saves: int | None
    views: int | None


class Page(NamedTuple):
    """Everything that was ever seen of a page, in the order of reading."""

    platform: str
    names: Sequence[str | None]
    """Handle, username, external id."""
    snaps: Sequence[Snap]
    seen: Sequence[Seen]
    answered: Sequence[datetime]
    """When its posts were answered."""
    posts_per_page: int


class Post(NamedTuple):
    id: str
    age: float
    owner: str | None
    pinned: bool
    comments: int | None
    views: int | None
    e: int | None
    partial: bool


def rows(page: Page, as_of: datetime) -> dict[str, Columns]:
    """Return the day's engagement, growth, reach and score."""
    today, earlier, suspect = series(page.snaps, as_of)
    posts = known_posts(page, today, as_of)
    engagement = engagement_row(page, today, posts)
    growth = growth_row(today, earlier, as_of)
    reach = reach_row(page, today, posts)
    score = score_row(page.platform, today, engagement, growth, reach, flags(page, today, posts, suspect))
    return {"engagement": engagement, "growth": growth, "reach": reach, "score": score}


def known(count: int | None) -> int | None:
    return None if count is None or count < 0 else count


# Section 2: one count per day


def series(snaps: Iterable[Snap], as_of: datetime) -> tuple[Snap, list[Snap], bool]:
    """Return today's snapshot, those of earlier days with a known count, and whether today's 0 is not believed."""
    of_day: dict[Any, Snap] = {}
    for snap in snaps:
        snap = snap._replace(followers=known(snap.followers), following=known(snap.following))
        if snap.imported:
            snap = snap._replace(at=datetime.combine(snap.at.astimezone(UTC).date(), time(12), UTC))
        if snap.at > as_of:
            continue
        day = snap.at.astimezone(UTC).date()
        other = of_day.get(day)
        if other is None or (not snap.imported, snap.at) >= (not other.imported, other.at):
            of_day[day] = snap
    earlier: list[Snap] = []
    suspect = False
    for day in sorted(of_day):
        snap = of_day[day]
        suspect = snap.followers == 0 and bool(earlier) and earlier[-1].followers >= 100
        if suspect:
            snap = snap._replace(followers=None)
        if day == as_of.astimezone(UTC).date():
            return snap, earlier, suspect
        if snap.followers is not None:
            earlier.append(snap)
    raise AssertionError("there is no snapshot of the day")


# Section 3: which posts count


def known_posts(page: Page, today: Snap, as_of: datetime) -> tuple[list[Post], list[Post]] | None:
    """Return all posts of step 2 and the own posts of step 5; None if posts are not known."""
    answers = [at for at in page.answered if at <= as_of]
    if today.private or not answers or as_of - max(answers) > timedelta(days=3):
        return None
    sightings: dict[str, list[Seen]] = {}
    for seen in page.seen:
        if seen.published is not None and seen.published <= as_of and seen.at <= as_of:
            sightings.setdefault(seen.id, []).append(seen)
    every = [joined(page.platform, some, as_of) for some in sightings.values()]
    loose = [post.age for post in every if not post.pinned]
    kept = [post for post in every if not post.pinned or not loose or post.age <= max(loose)]
    names = {name.lower() for name in page.names if name}
    own = [post for post in kept if not post.owner or post.owner.lower() in names]
    return every, sorted(own, key=lambda post: (post.age, post.id))


def joined(platform: str, sightings: list[Seen], as_of: datetime) -> Post:
    sightings = sorted(sightings, key=lambda seen: seen.at)
    newest = sightings[-1]
    counts: dict[str, int | None] = {}
    for name in ("likes", "comments", "shares", "saves", "views"):
        told = [known(getattr(seen, name)) for seen in sightings]
        counts[name] = next((count for count in reversed(told) if count is not None), None)
    parts = [counts[name] for name in PARTS[platform]]
    hidden = counts["likes"] is None
    return Post(
        newest.id,
        (as_of - newest.published) / DAY,
        newest.owner,
        all(seen.pinned for seen in sightings if seen.at == newest.at),
        counts["comments"],
        counts["views"],
        None if hidden else sum(part or 0 for part in parts),
        not hidden and None in parts,
    )


def window30(own: Iterable[Post]) -> list[Post]:
    return [post for post in own if 1 <= post.age <= 30]


def mature(own: Iterable[Post]) -> list[Post]:
    return [post for post in own if 1 <= post.age <= 180]


def latest12(own: Iterable[Post]) -> list[Post]:
    return [post for post in mature(own) if post.e is not None][:12]


def cadence_days(page: Page, today: Snap, every: Sequence[Post]) -> float:
    count = known(today.posts_count)
    if len(every) < page.posts_per_page or (count is not None and count <= len(every)):
        return 30.0
    ages = [post.age for post in every if not post.pinned] or [post.age for post in every]
    return min(30.0, max(1.0, max(ages)))


def flags(page: Page, today: Snap, posts: Any, suspect: bool) -> list[str]:
    found = set()
    if today.private:
        found.add("private")
    if suspect:
        found.add("suspect_zero")
    if today.rounded and today.followers is not None:
        found.add("rounded_followers")
    if posts is None:
        found.add("posts_unknown")
    else:
        every, own = posts
        if cadence_days(page, today, every) < 30:
            found.add("cadence_truncated")
        if any(post.e is None for post in window30(own)):
            found.add("hidden_likes")
        if any(post.partial for post in window30(own) + latest12(own)):
            found.add("partial_counts")
    return sorted(found)


# Section 9: benchmarks


def benchmark(table: dict[str, list[tuple[int, float]]], platform: str, followers: int | None) -> float | None:
    anchors = table.get(platform)
    if anchors is None:
        return None
    if len(anchors) == 1:
        return anchors[0][1]
    if followers is None:
        return None
    if followers <= anchors[0][0]:
        return anchors[0][1]
    for (x0, y0), (x1, y1) in itertools.pairwise(anchors):
        if followers <= x1:
            share = (math.log(followers) - math.log(x0)) / (math.log(x1) - math.log(x0))
            return math.exp((1 - share) * math.log(y0) + share * math.log(y1))
    return anchors[-1][1]


# Section 5: engagement


def engagement_row(page: Page, today: Snap, posts: Any) -> Columns:
    f = today.followers
    row: Columns = dict(VERSIONS)
    if f is not None:
        row |= {"followers": f, "tier": [name for least, name in TIERS if least <= f][-1]}
    if posts is None:
        return row
    every, own = posts
    days = cadence_days(page, today, every)
    recent = [post for post in own if post.age <= 30]
    blocks = min(max(math.floor(days / 7), 1), 4)
    active = [any(7 * k <= post.age < 7 * k + 7 for post in own) for k in range(blocks)]
    month = window30(own)
    shown = [post for post in month if post.e is not None]
    last12 = latest12(own)
    row |= {
        "posts_30d": len(recent),
        "posts_per_week": 7 * len(recent) / days,
        "active_weeks_share": sum(active) / blocks,
        "n_30d": len(shown),
        "hidden_likes_30d": len(month) - len(shown),
        "interactions_30d": sum(post.e for post in shown) if shown or not month else None,
        "n_last12": len(last12),
    }
    for name, some in (("30d", shown), ("last12", last12)):
        viewed = [post for post in some if post.views]
        row[f"n_views_{name}"] = len(viewed)
        if some and f:
            row[f"er_followers_mean_{name}"] = sum(post.e for post in some) / len(some) / f
            row[f"er_followers_median_{name}"] = median(post.e for post in some) / f
        if viewed:
            row[f"er_views_pooled_{name}"] = sum(post.e for post in viewed) / sum(post.views for post in viewed)
            row[f"er_views_median_{name}"] = median(post.e / post.views for post in viewed)
    comments = [post.comments for post in month if post.comments is not None]
    if comments and f:
        row["comment_rate_median_30d"] = median(comments) / f
    if shown and sum(post.e for post in shown):
        row["top_post_share_30d"] = max(post.e for post in shown) / sum(post.e for post in shown)
    return row | headline(page.platform, f, shown, last12)


def headline(platform: str, f: int | None, shown: list[Post], last12: list[Post]) -> Columns:
    for denominator in ("views", "followers") if platform == "tiktok" else ("followers",):
        for window, some, fewest in (("30d", shown, 3), ("last12", last12, 1)):
            sizes = [post.views if denominator == "views" else f for post in some]
            pairs = [(post.e, size) for post, size in zip(some, sizes, strict=True) if size]
            if len(pairs) >= fewest:
                return headline_of(platform, f, denominator, window, pairs)
    return {}


def headline_of(
    platform: str, f: int | None, denominator: str, window: str, pairs: list[tuple[int, int]]
) -> Columns:  # fmt: skip
    rates = sorted(e / size for e, size in pairs)
    n, middle = len(rates), median(rates)
    row: Columns = {
        "er_headline": middle, "er_headline_window": window, "er_headline_denominator": denominator,
        "er_headline_n": n,
    }  # fmt: skip
    if n >= 6:
        fair = [sum(Fraction(math.comb(n, i), 2**n) for i in range(k)) for k in range(n + 1)]
        k = max(k for k in range(1, n + 1) if fair[k] <= Fraction(25, 1000))
        row |= {"er_headline_lo": rates[k - 1], "er_headline_hi": rates[-k]}
    b = benchmark(ER_VIEWS if denominator == "views" else ER_FOLLOWERS, platform, f)
    if b is not None:
        m = max(middle, 0.5 / median(size for _, size in pairs))
        row |= {"er_benchmark": b, "er_vs_benchmark": middle / b, "er_shrunk": b * (m / b) ** (n / (n + 2))}
    return row


# Section 6: growth


def growth_row(today: Snap, earlier: list[Snap], as_of: datetime) -> Columns:
    f = today.followers
    row: Columns = dict(VERSION)
    if f is None:
        return row
    if today.following:
        row["follower_following_ratio"] = f / today.following
    for h, tolerance in ((1, 0.5), (7, 2), (30, 5), (90, 10)):
        row |= change(today, earlier, as_of, h, timedelta(days=tolerance))
    if earlier:
        before = earlier[-1]
        row["delta_since_previous"] = f - before.followers
        row["days_since_previous"] = (as_of - before.at) / DAY
        if before.followers >= 100 and as_of - before.at <= 3 * DAY:
            ratio = Fraction(f, before.followers) - 1
            row["anomaly"] = "drop" if ratio <= Fraction(-5, 100) else "spike" if ratio >= Fraction(1, 5) else "none"
    return row | projection(f, earlier, as_of)


def change(today: Snap, earlier: list[Snap], as_of: datetime, h: int, tolerance: timedelta) -> Columns:
    then, f = as_of - h * DAY, today.followers
    exact = [snap for snap in earlier if snap.at == then]
    before = [snap for snap in earlier if snap.at < then][-1:]
    after = [snap for snap in earlier if snap.at > then][:1]
    if exact:
        used, method, base = exact, "exact", float(exact[0].followers)
    elif before and after and after[0].at - before[0].at <= 2 * tolerance:
        a, b = before[0], after[0]
        used, method = [a, b], "interpolated"
        base = a.followers + (b.followers - a.followers) * ((then - a.at) / (b.at - a.at))
    else:
        near = sorted(before + after, key=lambda snap: (abs(snap.at - then), snap.at))[:1]
        if not near or abs(near[0].at - then) > tolerance:
            return {}
        used, method, base = near, "nearest", float(near[0].followers)
    if h in (1, 7) and (today.rounded or any(snap.rounded for snap in used)):
        return {}
    amount: float = f - base
    rate = f / base - 1 if base else None
    if method == "nearest" and base and f:
        rate = (f / base) ** (h / ((as_of - used[0].at) / DAY)) - 1
        amount = f - f / (1 + rate)
    return {f"growth_abs_{h}d": amount, f"growth_rate_{h}d": rate, f"growth_method_{h}d": method}


def projection(f: int, earlier: list[Snap], as_of: datetime) -> Columns:
    points = [((snap.at - as_of) / DAY, math.log(snap.followers)) for snap in earlier if snap.followers
              and as_of - snap.at <= 90 * DAY]  # fmt: skip
    if f > 0:
        points.append((0.0, math.log(f)))
    n, span = len(points), points[-1][0] - points[0][0] if points else 0.0
    row: Columns = {"fit_n": n, "fit_span_days": span}
    horizons = [h for h, least, long in ((30, 10, 14), (90, 20, 30), (365, 30, 60)) if n >= least and span >= long]
    if not f or not horizons:
        return row
    slopes = [(points[j][1] - points[i][1]) / (points[j][0] - points[i][0]) for j in range(n) for i in range(j)]
    beta = median(slopes)
    steps = [abs(y1 - y0 - beta * (x1 - x0)) / math.sqrt(x1 - x0) for (x0, y0), (x1, y1) in itertools.pairwise(points)]
    cap = 8 * max(1.4826 * median(steps), 0.0005)
    sigma = max(math.sqrt(sum(min(step, cap) ** 2 for step in steps) / (len(steps) - 1)), 0.0005)
    row["trend_daily_log"] = beta
    phi = 0.9 ** (1 / 30)
    for h in horizons:
        d = sum(phi**k for k in range(1, h + 1))
        middle = f * math.exp(beta * d)
        doubt = math.sqrt(sigma**2 * h + 1.2 * d**2 * sigma**2 / span + beta**2 * (h - d) ** 2)
        margin = 1.2815515655446004 * doubt
        row |= {
            f"projected_{h}d": middle, f"projected_{h}d_lo": middle * math.exp(-margin),
            f"projected_{h}d_hi": middle * math.exp(margin), f"projected_growth_rate_{h}d": middle / f - 1,
        }  # fmt: skip
    return row


# Section 7: reach


def reach_row(page: Page, today: Snap, posts: Any) -> Columns:
    row: Columns = dict(VERSIONS)
    if posts is None:
        return row
    f, (_, own) = today.followers, posts
    month = window30(own)
    window, some = ("30d", month) if len(month) >= 3 else ("last12", mature(own)[:12])
    rho = benchmark(REACH_RATE, page.platform, f)
    stand_in = None if f is None or rho is None else f * rho
    reached = {post.id: stand_in if post.views is None else float(post.views) for post in own}
    views = [post.views for post in some if post.views is not None]
    row |= {"n_posts": len(some), "n_view_posts": len(views)}
    if all(reached[post.id] is not None for post in month):
        row["gross_reach_30d"] = float(sum(reached[post.id] for post in month))
    if not some:
        return row
    row["reach_window"] = window
    if views:
        row |= {"views_median": median(views), "views_mean": sum(views) / len(views)}
        if f:
            row["view_rate"] = median(views) / f
            b = benchmark(VIEW_RATE, page.platform, f)
            if b is not None:
                row |= {"view_rate_benchmark": b, "view_rate_vs_benchmark": row["view_rate"] / b}
    if all(reached[post.id] is not None for post in some):
        row["reach_per_post"] = median(reached[post.id] for post in some)
        if f:
            row["reach_rate"] = row["reach_per_post"] / f
        row["reach_basis"] = "views" if len(views) == len(some) else "mixed" if views else "followers"
        row["reach_estimated"] = row["reach_basis"] != "views"
    return row


# Section 8: score


def clip(value: float) -> float:
    return min(100.0, max(0.0, value))


def score_row(
    platform: str, today: Snap, engagement: Columns, growth: Columns, reach: Columns, said: list[str]
) -> Columns:  # fmt: skip
    f, subs = today.followers, {}
    if f is not None:
        subs["audience"] = clip(100 * math.log(f / 100) / math.log(10**7 / 100)) if f > 100 else 0.0
    if engagement.get("er_shrunk") is not None:
        subs["engagement"] = clip(
            50 + 50 * math.log(engagement["er_shrunk"] / engagement["er_benchmark"]) / math.log(8)
        )
    if growth.get("growth_rate_30d") is not None:
        z = (growth["growth_rate_30d"] - GROWTH[platform]) / 0.02
        subs["growth"] = 50 + 50 * z / (1 + abs(z))
    if "posts_per_week" in engagement:
        often = engagement["posts_per_week"]
        half = clip(50 + 50 * math.log(often / CADENCE[platform]) / math.log(4)) if often else 0.0
        subs["consistency"] = half / 2 + 100 * engagement["active_weeks_share"] / 2
    if "view_rate_benchmark" in reach:
        n, v = reach["n_view_posts"], max(reach["view_rate"], 0.5 / f)
        subs["reach"] = clip(50 + 50 * n / (n + 2) * math.log(v / reach["view_rate_benchmark"]) / math.log(8))
    weight = sum(WEIGHTS[name] for name in subs)
    row: Columns = VERSIONS | {f"sub_{name}": value for name, value in subs.items()}
    row |= {"coverage": weight / sum(WEIGHTS.values()), "aggregation": "arithmetic", "weights": WEIGHTS, "flags": said}
    if row["coverage"] >= 0.5 - 1e-9:
        points = {name: WEIGHTS[name] * value / weight for name, value in subs.items()}
        row |= {f"contribution_{name}": value for name, value in points.items()} | {"score": sum(points.values())}
    return row
