"""Runs that are queued: what their workers share."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        "sync_bundle",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("ceiling_usd", sa.Float(), nullable=True),
        sa.Column("spent_usd", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["sync_run.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sync_bundle_run_id", "sync_bundle", ["run_id"], unique=False)
    op.create_table(
        "sync_notice",
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["sync_run.id"]),
        sa.PrimaryKeyConstraint("run_id", "type", "about"),
    )
    op.add_column("sync_run", sa.Column("wishes", sa.JSON(), nullable=True))
    op.add_column("sync_task", sa.Column("bundle_id", sa.String(), nullable=True))
    op.create_index("ix_sync_task_bundle_id", "sync_task", ["bundle_id"], unique=False)
    op.add_column("apify_run", sa.Column("bundle_id", sa.String(), nullable=True))
