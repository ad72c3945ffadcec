"""what the processes of one bot share, and which engines can do which jobs (PostgreSQL only)"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "shared_state",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "unfit",
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("engine", sa.String(64), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("since", sa.Float(53), nullable=False),
    )
    op.create_table(
        "memory_needs",
        sa.Column("shape", sa.String(64), primary_key=True),
        sa.Column("megabytes", sa.Integer, nullable=False),
    )
