"""indexes for a long past: the queue stays quick whatever retention keeps"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    begun = sa.text("attempt > 0")
    op.create_index("jobs_begun", "jobs", ["tag"], sqlite_where=begun, postgresql_where=begun)
    op.create_index("jobs_share", "jobs", ["requester", "tag"])
    op.create_index("jobs_finished", "jobs", ["finished"])
