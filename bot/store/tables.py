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

server_rules = sa.Table(
    "server_rules",
    metadata,
    sa.Column("guild_id", sa.Text, primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),
    sa.Column("removed", sa.Float(53)),
)
"""One row for each server in which the bot is or lately was; JSON of `bot.store.server_rules.ServerRules`. `removed`:
since when (Unix seconds) the bot is not there any more."""
server_uses = sa.Table(
    "server_uses",
    metadata,
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("pictures", sa.Integer, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Index("server_uses_person", "guild_id", "user_id", "created"),
    sa.Index("server_uses_channel", "guild_id", "channel_id", "created"),
)
"""Who asked where within the last day, which is what limits count; who had their data deleted, by a pseudonym."""

server_blocks = sa.Table(
    "server_blocks",
    metadata,
    sa.Column("guild_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.String(8), primary_key=True),
    sa.Column("value", sa.String(64), primary_key=True),
    sa.Column("hash", sa.String(32), nullable=False),
    sa.Column("mirrored", sa.String(32), nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("blocked_by", sa.Text, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
)
"""Who, and which images, a server's moderators refuse; of an image only by what it is known again."""

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("hour", sa.Integer, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("due", sa.Float(53)),
    sa.Column("claimed", sa.Float(53)),
    sa.Column("thread_id", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Index("schedules_server", "guild_id", "kind"),
    sa.Index("schedules_due", "due"),
)
"""What happens again and again in a channel; see `bot.store.schedules.Schedule`."""
votes = sa.Table(
    "votes",
    metadata,
    sa.Column("poll", sa.String(64), primary_key=True),
    sa.Column("user_id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("choice", sa.String(32), nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Index("votes_person", "user_id"),
    sa.Index("votes_channel", "guild_id", "channel_id"),
)
"""One of a person in each poll: in a round of a schedule, or the star that a person gave a dream."""
schedule_entries = sa.Table(
    "schedule_entries",
    metadata,
    sa.Column("schedule_id", sa.String(24), primary_key=True),
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("message_id", sa.Text),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Index("schedule_entries_person", "user_id"),
)
"""Dreams of people that became part of something: shown in a gallery, or a step of a picture that several make. The row
is there before the message of which `message_id` is."""
result_copies = sa.Table(
    "result_copies",
    metadata,
    sa.Column("message_id", sa.String(24), primary_key=True),
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Index("result_copies_job", "job_id"),
    sa.Index("result_copies_person", "user_id"),
)
"""Messages of ours that show a result beside its answer: sent to a person, or posted by a ritual. `withdrawn`: it is to
be deleted, and Discord did not let us yet."""
