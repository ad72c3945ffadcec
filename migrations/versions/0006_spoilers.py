"""spoilers: whether a job's picture was hidden by whoever sent it; nobody said so before"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("spoiler", sa.Boolean, nullable=False, server_default=sa.false()))
