"""facts of errors, of which the sentence is made when it is read: rows from before have their sentence only"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("jobs", sa.Column("error_facts", sa.Text))
