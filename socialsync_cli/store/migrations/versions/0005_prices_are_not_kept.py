"""Prices are not kept: Apify tells them before every run that has a ceiling, and nothing ever read them here."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.drop_table("actor_price")
