"""timings: how long dreams of one kind and about one size take, and in what course; learned anew, run by run"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "timings",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("network", sa.String(64), primary_key=True),
        sa.Column("size_class", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seconds_per_unit", sa.Float(53), nullable=False),
        sa.Column("course", sa.Text, nullable=False),
    )
