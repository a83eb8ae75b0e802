"""One page in the terminal, and its charts."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from show_builders import NOON, Screen, page, portrait, post, score

from socialsync_cli.metrics import Engagement, Growth, Reach, Score, Snapshot
from socialsync_cli.show.chart import Point, chart
from socialsync_cli.show.page import print_page
from socialsync_cli.show.page_json import portrait_json
from socialsync_cli.show.portrait import Peers, Ranked, comparable, follower_trend, previous_of, rank

DAY = date(2026, 1, 1)


def _shown(width, whole, **environ):
    screen = Screen(width, **environ)
    print_page(screen.console, whole, NOON + timedelta(hours=2))
    return screen


def test_a_page_at_80_columns():
    assert _shown(80, portrait(followers=(), engagement_trend=())).lines == [
        "instagram/nasa  NASA  verified",
        "Exploring the [bold]universe[/bold][31m.",
        "Science · https://www.instagram.com/nasa/ · synced 2 h ago (2026-01-10 12:00",
        "  UTC)",
        "",
        "followers        12,345  +23 in 1 d, -40 in 7 d, +450 in 30 d, a sudden spike,",
        "                         follows 77",
        "engagement        1.95%  of the followers, median of 12 posts (30 d); peers",
        "                         1.01%: 1.9×",
        "growth, 30 d     +3.78%  usual +0.40%; in 30 d about 12,800 (12.5k to 13.1k,",
        "                         nominal 80%)",
        "reach of a post     458  3.71% of the followers, estimated",
        "posts a week        2.8  12 posts in 30 d; usual 4.4 a week",
        "",
        "score 55.1 of 100  +1.2 since 2026-01-09  made from 80% of its parts",
        "               value              weight  gives  change     measured     peers",
        "  audience      38.0  ━━━━──────     15%    7.1      ±0        12.3k",
        "  engagement    61.0  ━━━━━━────     35%   26.8    +1.0        1.62%     1.01%",
        "  growth           –  ──────────     20%      –       –       +3.78%    +0.40%",
        "  consistency   54.0  ━━━━━─────     15%   10.2      ±0     2.8/week  4.4/week",
        "  reach         58.0  ━━━━━━────     15%   11.0    -0.5  28.0% views     13.8%",
        "  bear in mind: hidden likes",
        "",
        "Best posts of the last 30 days",
        "published    rate  likes  comments  views  text",
        "2026-01-05  0.89%    100        10      –  Text of one that goes o…",
    ]


@pytest.mark.parametrize("width", [60, 80, 96, 120, 200])
def test_no_line_is_wider_than_the_screen(width):
    lines = _shown(width, portrait()).lines
    assert max(map(len, lines)) <= min(width, 100) or width < 60
    assert any("2025-12-20 to 2026-01-10" in line for line in lines)
    assert not any("…" in line for line in lines if "Text of" not in line)


def test_wide_screens_have_the_charts_side_by_side():
    title = [line for line in _shown(120, portrait()).lines if line.startswith("followers  2025")]
    assert title == ["followers  2025-12-20 to 2026-01-10                engagement  2025-12-20 to 2026-01-10"]


def test_without_colour_there_is_not_one_escape():
    assert "\x1b" not in _shown(80, portrait()).raw
    assert "\x1b" in _shown(80, portrait(), FORCE_COLOR="1", TERM="xterm").raw


def test_a_page_without_figures_says_so():
    blank = portrait(day=None, page=page(biography=None, category=None, status="not_found", last_synced_at=None))
    assert _shown(60, blank).lines == [
        "instagram/nasa  NASA  verified",
        "not found when it was last asked for; what is shown is older",
        "https://www.instagram.com/nasa/ · never seen so far",
        "",
        "no figures yet: they come with its first successful sync",
    ]


def test_a_private_page_has_dashes_where_nothing_is_known():
    private = portrait(
        page=page(private=True, status="private"), engagement=Engagement(followers=12345), growth=Growth(),
        reach=Reach(), score=Score(sub_audience=38.0, coverage=0.15), previous=None, peers=Peers(),
        followers=(), engagement_trend=(), best=(),
    )  # fmt: skip
    lines = _shown(60, private).lines
    assert "private: only what everybody may see is known" in lines
    assert "score – of 100  too little is known for a score" in lines
    assert "engagement            –" in lines
    assert "  engagement       –     35%      –       –" in lines


def test_a_page_for_programs_has_every_figure():
    body = portrait_json(portrait())
    assert body["page"]["last_synced_at"] == "2026-01-10T12:00:00Z"
    assert "id" not in body["page"]
    assert body["date"] == "2026-01-10"
    assert body["engagement"]["er_headline"] == 0.0195
    assert body["score"]["flags"] == ["hidden_likes"]
    assert body["score_change"] == {
        "since": "2026-01-09", "score": pytest.approx(1.2), "sub_audience": 0.0, "sub_engagement": 1.0,
        "sub_growth": None, "sub_consistency": 0.0, "sub_reach": -0.5,
    }  # fmt: skip
    assert body["trends"]["followers"][0] == {"date": "2025-12-20", "value": 12000}
    assert body["best_posts"][0]["interactions"] == 110
    assert portrait_json(portrait(previous=None))["score_change"] is None


def test_only_scores_made_alike_are_compared():
    today = score(55.0)
    assert comparable(today, score(12.0, flags=()))
    for other in (
        score(55.0, formula_version="9"),
        score(55.0, benchmark_version="mine"),
        score(55.0, aggregation="geometric"),
        score(55.0, weights={"audience": 1.0}),
    ):
        assert not comparable(today, other)
        days = {DAY: score(50.0), DAY + timedelta(days=1): other, DAY + timedelta(days=2): today}
        assert previous_of(days, DAY + timedelta(days=2)) == (DAY, score(50.0))
    assert previous_of({DAY: today}, DAY) is None


def test_posts_are_ranked_as_the_figures_count_them():
    posts = [
        post("small", likes=5, comments=0),
        post("large", likes=500, comments=7),
        post("hidden", likes=None),
        post("somebody_elses", likes=9000, owner_username="other"),
        post("young", likes=9000, published_at=NOON - timedelta(hours=3)),
        post("old", likes=9000, published_at=NOON - timedelta(days=31)),
    ]
    ranked = rank(page(), posts, NOON, Engagement(followers=1000, er_headline_denominator="followers"))
    assert ranked == [Ranked(posts[1], 507, 0.507), Ranked(posts[0], 5, 0.005)]


def test_rates_by_views_need_views():
    posts = [post("seen", likes=50, comments=0, views=1000), post("unseen", likes=5, comments=0)]
    ranked = rank(page(platform="tiktok"), posts, NOON, Engagement(followers=10, er_headline_denominator="views"))
    assert [(r.post.external_id, r.rate) for r in ranked] == [("seen", 0.05), ("unseen", None)]


def test_the_trend_of_followers_leaves_out_failed_scrapes():
    def seen(day, followers, imported=False):
        return Snapshot(NOON.replace(day=day), followers, imported=imported)

    snapshots = [seen(1, 500, imported=True), seen(2, 510), seen(3, 0), seen(4, None), seen(5, 520)]
    assert follower_trend(snapshots) == [Point(date(2026, 1, d), n) for d, n in ((1, 500), (2, 510), (5, 520))]
    assert follower_trend([]) == []


def test_a_chart_goes_from_the_lowest_to_the_highest():
    points = [Point(DAY + timedelta(days=i), float(v)) for i, v in enumerate((0, 5, 10, 5))]
    assert chart(points, 7, 3, ascii_only=True) == ["   *** ", "  *   *", "**     "]
    assert chart(points, 4, 1) == ["⡠⠔⠊⠢"]


def test_long_gaps_are_left_open():
    points = [Point(DAY, 1.0), Point(DAY + timedelta(days=1), 1.5), Point(DAY + timedelta(days=20), 2.0)]
    assert chart(points, 21, 3, ascii_only=True) == ["                    *", " *" + " " * 19, "*" + " " * 20]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(-1e12, 1e12)), min_size=1, max_size=40, unique_by=lambda p: p[0]),
    st.integers(1, 120),
    st.integers(1, 8),
    st.booleans(),
)
def test_a_chart_keeps_to_its_size(values, width, height, ascii_only):
    points = [Point(datetime(2026, 1, 1).date() + timedelta(days=day), value) for day, value in sorted(values)]
    lines = chart(points, width, height, ascii_only=ascii_only)
    assert [len(line) for line in lines] == [width] * height
