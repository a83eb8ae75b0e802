"""Whole days of Instagram pages, every column of every row."""

from metrics_builders import AS_OF, assert_row, page, post, snap

from socialsync_cli.metrics import Engagement, Growth, PageMetrics, Reach, Score, compute


def assert_metrics(actual, expected):
    """What an example does not name is unknown, and a flag that it does not name is down."""
    for row, wanted in zip(actual, expected, strict=True):
        assert_row(row, wanted)


def test_first_sync_with_a_young_post_photos_and_reels():
    snapshots = [snap(0, 8000, following=400, posts_count=120)]
    posts = [
        post(0.5, 30, 1),
        post(2, 210, 12),
        post(5, 90, 4, views=2600),
        post(9, 150, 6),
        post(16, 120, 5, views=1900),
        post(24, 175, 9),
        post(31, 400, 20, views=5200),
    ]
    history = page("instagram", snapshots, posts)
    assert_metrics(
        compute(history, AS_OF),
        PageMetrics(
            Engagement(
                followers=8000,
                tier="5k-10k",
                posts_30d=6,
                posts_per_week=1.400000,
                active_weeks_share=1.0,
                n_30d=5,
                hidden_likes_30d=0,
                interactions_30d=781,
                er_followers_mean_30d=0.019525,
                er_followers_median_30d=0.019500,
                n_views_30d=2,
                er_views_pooled_30d=0.048667,
                er_views_median_30d=0.050972,
                n_last12=6,
                er_followers_mean_last12=0.025021,
                er_followers_median_last12=0.021250,
                n_views_last12=3,
                er_views_pooled_last12=0.065876,
                er_views_median_last12=0.065789,
                comment_rate_median_30d=0.000750,
                top_post_share_30d=0.284251,
                er_headline=0.019500,
                er_headline_window="30d",
                er_headline_denominator="followers",
                er_headline_n=5,
                er_benchmark=0.010106,
                er_vs_benchmark=1.929453,
                er_shrunk=0.016162,
            ),
            Growth(
                follower_following_ratio=20.0,
                fit_n=1,
                fit_span_days=0.0,
            ),
            Reach(
                reach_window="30d",
                n_posts=5,
                n_view_posts=2,
                views_median=2250.0,
                views_mean=2250.0,
                view_rate=0.281250,
                reach_per_post=457.812882,
                reach_rate=0.057227,
                gross_reach_30d=5873.438646,
                reach_basis="mixed",
                reach_estimated=True,
                view_rate_benchmark=0.137644,
                view_rate_vs_benchmark=2.043317,
            ),
            Score(
                sub_audience=38.061800,
                sub_engagement=61.287998,
                sub_consistency=54.349041,
                sub_reach=58.590942,
                contribution_audience=7.136587,
                contribution_engagement=26.813499,
                contribution_consistency=10.190445,
                contribution_reach=10.985802,
                coverage=0.800000,
                score=55.126334,
            ),
        ),
    )


def test_hidden_likes_for_a_month_send_the_headline_to_the_latest_twelve():
    snapshots = [snap(0, 120000, following=900, posts_count=700), snap(7, 119500)]
    posts = [
        post(3, -1, 44, views=21000),
        post(8, -1, 31),
        post(15, -1, 52, views=18000),
        post(22, -1, 38, views=30000),
        post(36, 900, 40),
        post(50, 720, 25, views=16000),
        post(64, 1100, 61),
        post(181, 5000, 300),
    ]
    history = page("instagram", snapshots, posts)
    assert_metrics(
        compute(history, AS_OF),
        PageMetrics(
            Engagement(
                followers=120000,
                tier="100k-1m",
                posts_30d=4,
                posts_per_week=0.933333,
                active_weeks_share=1.0,
                n_30d=0,
                hidden_likes_30d=4,
                n_views_30d=0,
                n_last12=3,
                er_followers_mean_last12=0.007906,
                er_followers_median_last12=0.007833,
                n_views_last12=1,
                er_views_pooled_last12=0.046562,
                er_views_median_last12=0.046562,
                comment_rate_median_30d=0.000342,
                er_headline=0.007833,
                er_headline_window="last12",
                er_headline_denominator="followers",
                er_headline_n=3,
                er_benchmark=0.004492,
                er_vs_benchmark=1.743908,
                er_shrunk=0.006271,
            ),
            Growth(
                follower_following_ratio=133.333333,
                growth_abs_7d=500.0,
                growth_rate_7d=0.004184,
                growth_method_7d="exact",
                delta_since_previous=500,
                days_since_previous=7.0,
                fit_n=2,
                fit_span_days=7.0,
            ),
            Reach(
                reach_window="30d",
                n_posts=4,
                n_view_posts=3,
                views_median=21000,
                views_mean=23000.0,
                view_rate=0.175000,
                reach_per_post=19500.0,
                reach_rate=0.162500,
                gross_reach_30d=73941.458840,
                reach_basis="mixed",
                reach_estimated=True,
                view_rate_benchmark=0.071469,
                view_rate_vs_benchmark=2.448609,
            ),
            Score(
                sub_audience=61.583625,
                sub_engagement=58.023239,
                sub_consistency=50.0,
                sub_reach=62.919622,
                contribution_audience=11.546930,
                contribution_engagement=25.385167,
                contribution_consistency=9.375000,
                contribution_reach=11.797429,
                coverage=0.800000,
                score=58.104526,
                flags=("hidden_likes",),
            ),
        ),
    )


def test_private_page_that_still_shows_its_followers():
    snapshots = [snap(0, 3000, following=500, posts_count=44, private=True)]
    snapshots += [snap(d, 3000 - d) for d in range(1, 36)]
    history = page("instagram", snapshots, [post(5, 80, 3)])
    assert_metrics(
        compute(history, AS_OF),
        PageMetrics(
            Engagement(
                followers=3000,
                tier="1k-5k",
            ),
            Growth(
                follower_following_ratio=6.0,
                growth_abs_1d=1.0,
                growth_rate_1d=0.000333,
                growth_method_1d="exact",
                growth_abs_7d=7.0,
                growth_rate_7d=0.002339,
                growth_method_7d="exact",
                growth_abs_30d=30.0,
                growth_rate_30d=0.010101,
                growth_method_30d="exact",
                delta_since_previous=1,
                days_since_previous=1.0,
                anomaly="none",
                trend_daily_log=0.000335,
                fit_n=36,
                fit_span_days=35.0,
                projected_30d=3028.727229,
                projected_30d_lo=3013.879811,
                projected_30d_hi=3043.647791,
                projected_growth_rate_30d=0.009576,
                projected_90d=3078.489620,
                projected_90d_lo=3040.824229,
                projected_90d_hi=3116.621556,
                projected_growth_rate_90d=0.026163,
            ),
            Reach(),
            Score(
                sub_audience=29.542425,
                sub_growth=61.687307,
                coverage=0.350000,
                flags=("posts_unknown", "private"),
            ),
        ),
    )


def test_page_without_posts_but_with_all_projections():
    snapshots = [snap(0, 20000, following=250, posts_count=80)]
    snapshots += [snap(d, 20000 - 15 * d + 7 * (d * d % 5)) for d in range(1, 101)]
    history = page("instagram", snapshots)
    assert_metrics(
        compute(history, AS_OF),
        PageMetrics(
            Engagement(
                followers=20000,
                tier="10k-50k",
                posts_30d=0,
                posts_per_week=0.0,
                active_weeks_share=0.0,
                n_30d=0,
                hidden_likes_30d=0,
                interactions_30d=0,
                n_views_30d=0,
                n_last12=0,
                n_views_last12=0,
            ),
            Growth(
                follower_following_ratio=80.0,
                growth_abs_1d=8.0,
                growth_rate_1d=0.000400,
                growth_method_1d="exact",
                growth_abs_7d=77.0,
                growth_rate_7d=0.003865,
                growth_method_7d="exact",
                growth_abs_30d=450.0,
                growth_rate_30d=0.023018,
                growth_method_30d="exact",
                growth_abs_90d=1350.0,
                growth_rate_90d=0.072386,
                growth_method_90d="exact",
                delta_since_previous=8,
                days_since_previous=1.0,
                anomaly="none",
                trend_daily_log=0.000776,
                fit_n=91,
                fit_span_days=90.0,
                projected_30d=20445.903978,
                projected_30d_lo=20320.164337,
                projected_30d_hi=20572.421687,
                projected_growth_rate_30d=0.022295,
                projected_90d=21231.556125,
                projected_90d_lo=20858.662054,
                projected_90d_hi=21611.116491,
                projected_growth_rate_90d=0.061578,
                projected_365d=23454.038771,
                projected_365d_lo=19961.332189,
                projected_365d_hi=27557.876873,
                projected_growth_rate_365d=0.172702,
            ),
            Reach(
                n_posts=0,
                n_view_posts=0,
                gross_reach_30d=0.0,
            ),
            Score(
                sub_audience=46.020600,
                sub_growth=74.370739,
                sub_consistency=0.0,
                contribution_audience=13.806180,
                contribution_growth=29.748296,
                contribution_consistency=0.0,
                coverage=0.500000,
                score=43.554476,
            ),
        ),
    )
