"""what a person chose for all of their own dreams, as JSON, and which of their presets is the default"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "user_settings",
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("settings", sa.Text, nullable=False),
    )
    op.add_column("presets", sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()))
