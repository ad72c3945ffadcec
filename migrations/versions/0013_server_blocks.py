"""which people and images the moderators of a server refuse"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_blocks",
        sa.Column("guild_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("value", sa.String(64), primary_key=True),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("mirrored", sa.String(32), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("blocked_by", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
