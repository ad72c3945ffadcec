"""what happens again and again in servers, who voted there, and what people put into it"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("due", sa.Float(53)),
        sa.Column("claimed", sa.Float(53)),
        sa.Column("thread_id", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("schedules_server", "schedules", ["guild_id", "kind"])
    op.create_index("schedules_due", "schedules", ["due"])
    op.create_table(
        "votes",
        sa.Column("poll", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("choice", sa.String(32), nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("votes_person", "votes", ["user_id"])
    op.create_index("votes_channel", "votes", ["guild_id", "channel_id"])
    op.create_table(
        "schedule_entries",
        sa.Column("schedule_id", sa.String(24), primary_key=True),
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Text),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("schedule_entries_person", "schedule_entries", ["user_id"])
