"""the games of /play: rounds, answers, what a server has grown"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guess_rounds",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("answer", sa.Integer, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("ended", sa.Float(53)),
        sa.Column("winner", sa.Text, nullable=False),
        sa.Column("took_s", sa.Float(53), nullable=False),
    )
    op.create_index("guess_rounds_server", "guess_rounds", ["guild_id", "created"])
    op.create_table(
        "guess_answers",
        sa.Column("round_id", sa.String(24), primary_key=True),
        sa.Column("user_id", sa.Text, primary_key=True),
        sa.Column("choice", sa.Integer, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_table(
        "dex_entries",
        sa.Column("guild_id", sa.Text, primary_key=True),
        sa.Column("name", sa.String(80), primary_key=True),
        sa.Column("job_id", sa.String(24), nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary),
    )
    op.create_table(
        "fool_rounds",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("word", sa.String(80), nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("ends", sa.Float(53), nullable=False),
        sa.Column("announced", sa.Boolean, nullable=False),
    )
    op.create_index("fool_rounds_server", "fool_rounds", ["guild_id", "created"])
    op.create_table(
        "fool_entries",
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("round_id", sa.String(24), nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("share", sa.Float(53)),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("ix_fool_entries_round_id", "fool_entries", ["round_id"])
