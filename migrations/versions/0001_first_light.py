"""first light: jobs, calibrations, presets"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(24), primary_key=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("recipe", sa.String(24), nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("requester", sa.String(32), nullable=False),
        sa.Column("picture", sa.String(64)),
        sa.Column("parent", sa.String(24)),
        sa.Column("limit_bytes", sa.BigInteger, nullable=False),
        sa.Column("posting", sa.Text, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("tag", sa.Float(53), nullable=False),
        sa.Column("cost_s", sa.Float(53), nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("crashes", sa.Integer, nullable=False),
        sa.Column("engine", sa.String(64)),
        sa.Column("started", sa.Float(53)),
        sa.Column("finished", sa.Float(53)),
        sa.Column("stop", sa.String(8), nullable=False),
        sa.Column("result", sa.Text),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("error_code", sa.String(8), nullable=False),
        sa.Column("posted", sa.String(32)),
    )
    op.create_index("jobs_next", "jobs", ["state", "priority", "tag", "created"])
    op.create_index("jobs_requester", "jobs", ["requester", "state"])
    op.create_index("jobs_unposted", "jobs", ["posted", "created"])
    op.create_table(
        "calibrations",
        sa.Column("recipe", sa.String(24), primary_key=True),
        sa.Column("network", sa.String(64), primary_key=True),
        sa.Column("seconds_per_unit", sa.Float(53), nullable=False),
    )
    op.create_table(
        "presets",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_key", sa.Text, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
        sa.Column("used", sa.Float(53), nullable=False),
        sa.UniqueConstraint("user_id", "name_key", name="presets_one_name_per_user"),
    )
