"""Views for Metabase, Grafana, DuckDB and whoever else reads with SQL; `store.views` says what their columns mean."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PAGES = """
CREATE VIEW socialsync_pages AS
SELECT p.id AS page_id, p.platform, p.handle, p.display_name, p.url, p.category, p.verified, p.status,
       p.followers, p.following, p.posts_count, p.last_synced_at, e.date,
       e.tier, e.posts_30d, e.posts_per_week, e.interactions_30d,
       e.er_headline AS engagement_rate, e.er_headline_denominator AS engagement_basis,
       e.er_headline_n AS engagement_posts, e.er_benchmark AS engagement_benchmark,
       e.er_vs_benchmark AS engagement_vs_benchmark,
       g.growth_abs_7d, g.growth_rate_7d, g.growth_abs_30d, g.growth_rate_30d, g.projected_30d,
       r.reach_per_post, r.reach_rate, r.reach_estimated,
       s.score, s.sub_audience, s.sub_engagement, s.sub_growth, s.sub_consistency, s.sub_reach
FROM social_page AS p
LEFT JOIN social_page_engagement AS e
  ON e.page_id = p.id AND e.date = (SELECT max(x.date) FROM social_page_engagement AS x WHERE x.page_id = p.id)
LEFT JOIN social_page_growth AS g ON g.page_id = e.page_id AND g.date = e.date
LEFT JOIN social_page_reach AS r ON r.page_id = e.page_id AND r.date = e.date
LEFT JOIN social_page_score AS s ON s.page_id = e.page_id AND s.date = e.date
"""

_DAILY = """
CREATE VIEW socialsync_daily AS
SELECT m.page_id, p.platform, p.handle, m.date, m.imported,
       CASE WHEN e.id IS NULL THEN m.followers ELSE e.followers END AS followers,
       m.following, m.posts_count, g.delta_since_previous AS followers_gained, g.anomaly,
       e.posts_per_week, e.er_headline AS engagement_rate, e.er_benchmark AS engagement_benchmark,
       e.er_vs_benchmark AS engagement_vs_benchmark, r.reach_per_post, r.views_median, s.score
FROM social_page_metric AS m
JOIN social_page AS p ON p.id = m.page_id
LEFT JOIN social_page_engagement AS e ON e.page_id = m.page_id AND e.date = m.date
LEFT JOIN social_page_growth AS g ON g.page_id = m.page_id AND g.date = m.date
LEFT JOIN social_page_reach AS r ON r.page_id = m.page_id AND r.date = m.date
LEFT JOIN social_page_score AS s ON s.page_id = m.page_id AND s.date = m.date
"""

_POSTS = """
CREATE VIEW socialsync_posts AS
SELECT o.id AS post_id, o.page_id, p.platform, p.handle, o.external_id, o.url, o.kind, o.text, o.published_at,
       o.likes, o.comments, o.shares, o.saves, o.views, i.interactions,
       CASE WHEN p.followers > 0 THEN CAST(i.interactions AS FLOAT) / p.followers END AS rate_by_followers,
       CASE WHEN o.views > 0 THEN CAST(i.interactions AS FLOAT) / o.views END AS rate_by_views,
       o.pinned, o.sponsored,
       coalesce(lower(o.owner_username) IN (p.handle, lower(p.username), lower(p.external_id)),
                o.owner_username IS NULL) AS own,
       o.first_seen_at, o.last_seen_at
FROM social_page_post AS o
JOIN social_page AS p ON p.id = o.page_id
JOIN (
  SELECT x.id, CASE y.platform
    WHEN 'instagram' THEN x.likes + coalesce(x.comments, 0)
    WHEN 'facebook' THEN x.likes + coalesce(x.comments, 0) + coalesce(x.shares, 0)
    ELSE x.likes + coalesce(x.comments, 0) + coalesce(x.shares, 0) + coalesce(x.saves, 0)
  END AS interactions
  FROM social_page_post AS x JOIN social_page AS y ON y.id = x.page_id
) AS i ON i.id = o.id
"""

_TROUBLE = """
CREATE VIEW socialsync_trouble AS
SELECT p.id AS page_id, p.platform, p.handle, p.status, t."user" AS user_id, q.result,
       {error_type} AS error_type, {error_message} AS error_message, t.run_id, p.last_synced_at
FROM social_page AS p
LEFT JOIN sync_page_result AS q ON q.id = (
  SELECT max(x.id) FROM sync_page_result AS x
  WHERE x.page_id = p.id AND x.result IS NOT NULL AND x.result <> 'revoked'
)
LEFT JOIN sync_task AS t ON t.id = q.task_id
WHERE q.result IS NULL OR q.result <> 'ok'
"""

_SPEND = """
CREATE VIEW socialsync_spend AS
SELECT {day} AS date, t."user" AS user_id, t.platform, count(*) AS tasks, CAST(sum(t.pages) AS BIGINT) AS pages,
       CAST(sum(t.pages_ok) AS BIGINT) AS pages_ok, CAST(sum(t.posts) AS BIGINT) AS posts,
       CAST(sum(t.comments) AS BIGINT) AS comments, sum(t.cost_usd) AS cost_usd
FROM sync_task AS t
JOIN sync_run AS r ON r.id = t.run_id
GROUP BY 1, 2, 3
"""

_BY_DIALECT = {
    "sqlite": {
        "error_type": "json_extract(q.error, '$.type')",
        "error_message": "json_extract(q.error, '$.message')",
        "day": "date(r.created_at)",
    },
    "postgresql": {
        "error_type": "q.error ->> 'type'",
        "error_message": "q.error ->> 'message'",
        "day": "CAST(r.created_at AT TIME ZONE 'UTC' AS DATE)",
    },
}


def upgrade() -> None:
    """Change the schema."""
    words = _BY_DIALECT[op.get_context().dialect.name]
    for view in (_PAGES, _DAILY, _POSTS, _TROUBLE, _SPEND):
        op.execute(sa.text(view.format(**words)))
