"""The bot's tables: `SQLAlchemy metadata`. The migrations in migrations/ make them."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

presets = sa.Table(
    "presets",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_key", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("used", sa.Float, nullable=False),
    sa.UniqueConstraint("user_id", "name_key"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("code", sa.String(16), primary_key=True),
    sa.Column("created", sa.Float(53), nullable=False),
)
"""Which reports were taken: a code stands for a job and who reported it, of whom nothing else is kept."""
