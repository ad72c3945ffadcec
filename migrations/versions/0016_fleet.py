"""which engines live, and the previews on their way, where many machines share a database (PostgreSQL only)"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.create_table(
        "engines",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("beats", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.Float(53), nullable=False),
        sa.Column("about", sa.Text, nullable=False),
    )
    op.create_table(
        "previews",
        sa.Column("job_id", sa.String(24), primary_key=True),
        sa.Column("jpeg", sa.LargeBinary, nullable=False),
        prefixes=["UNLOGGED"],
    )
