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
    sa.Column("is_default", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.UniqueConstraint("user_id", "name_key"),
)

shared_presets = sa.Table(
    "shared_presets",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("preset_id", sa.Integer, sa.ForeignKey(presets.c.id, ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("params", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False),
)
"""What a preset was when it was shared, which later changes of it leave as it is; gone with the preset."""
user_settings = sa.Table(
    "user_settings",
    metadata,
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("settings", sa.Text, nullable=False),
)
"""One row for each person who changed any; JSON of `bot.store.user_settings.UserSettings`."""
reports = sa.Table(
    "reports",
    metadata,
    sa.Column("code", sa.String(16), primary_key=True),
    sa.Column("created", sa.Float(53), nullable=False),
)
"""Which reports were taken: a code stands for a job and who reported it, of whom nothing else is kept."""
