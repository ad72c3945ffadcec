"""every request names its network: those from before there was a choice were pocket's

Params are JSON text, read and written here in Python so that SQLite and PostgreSQL do the same.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NAMED = '%"network":%'
"""What a text has that names one: in JSON, no value of a string can have it."""


def upgrade() -> None:
    for table in ("jobs", "presets"):
        _name_the_network(sa.table(table, sa.column("id"), sa.column("params")))


def _name_the_network(table: sa.TableClause) -> None:
    db, unnamed = op.get_bind(), table.c.params.not_like(NAMED)
    for id, text in db.execute(sa.select(table.c.id, table.c.params).where(unnamed)).all():
        named = _named(text)
        if named != text:
            db.execute(table.update().where(table.c.id == id).values(params=named))


def _named(text: str) -> str:
    """The params with a network; what is no JSON object stays as it is."""
    try:
        options = json.loads(text)
    except ValueError:
        return text
    return json.dumps({"network": "pocket", **options}) if isinstance(options, dict) else text
