"""histories and reports: from which picture a dream of dreams came, and through which dreams, which nobody wrote down
before; and which reports were taken"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("history", sa.Text))
    op.create_table(
        "reports",
        sa.Column("code", sa.String(16), primary_key=True),
        sa.Column("created", sa.Float(53), nullable=False),
    )
