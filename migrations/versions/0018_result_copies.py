"""further messages of ours that show a result"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "result_copies",
        sa.Column("message_id", sa.String(24), primary_key=True),
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("channel_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("created", sa.Float(53), nullable=False),
    )
    op.create_index("result_copies_job", "result_copies", ["job_id"])
    op.create_index("result_copies_person", "result_copies", ["user_id"])
