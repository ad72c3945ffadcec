"""what servers decided, as JSON, and who asked there lately, which their limits count"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "server_rules",
        sa.Column("guild_id", sa.Text, primary_key=True),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("removed", sa.Float(53)),
    )
    op.create_table(
        "server_uses",
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("pictures", sa.Integer, nullable=False),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("server_uses_person", "server_uses", ["guild_id", "user_id", "created"])
    op.create_index("server_uses_channel", "server_uses", ["guild_id", "channel_id", "created"])
