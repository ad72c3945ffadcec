"""The tables of the games of `/play`: `SQLAlchemy metadata`. Purged with a server's rules, and deleted with a person's
data."""

from __future__ import annotations

import sqlalchemy as sa

from bot.store.tables import metadata

guess_rounds = sa.Table(
    "guess_rounds",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("level", sa.String(8), nullable=False),
    sa.Column("choices", sa.Text, nullable=False),
    sa.Column("answer", sa.Integer, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("ended", sa.Float(53)),
    sa.Column("winner", sa.Text, nullable=False),
    sa.Column("took_s", sa.Float(53), nullable=False),
    sa.Index("guess_rounds_server", "guild_id", "created"),
)
"""One row for each round of Guess the dream, by the id of its job. `ended`: since when it is over; `winner`: who was
right first, "" where nobody was."""
guess_answers = sa.Table(
    "guess_answers",
    metadata,
    sa.Column("round_id", sa.String(24), primary_key=True),
    sa.Column("user_id", sa.Text, primary_key=True),
    sa.Column("choice", sa.Integer, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
)
"""Who answered what; one answer a person."""

dex_entries = sa.Table(
    "dex_entries",
    metadata,
    sa.Column("guild_id", sa.Text, primary_key=True),
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("job_id", sa.String(24), nullable=False),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("thumbnail", sa.LargeBinary),
)
"""What was grown in a server for the first time, by whom, and how it looked."""

fool_rounds = sa.Table(
    "fool_rounds",
    metadata,
    sa.Column("id", sa.String(24), primary_key=True),
    sa.Column("guild_id", sa.Text, nullable=False),
    sa.Column("channel_id", sa.Text, nullable=False),
    sa.Column("word", sa.String(80), nullable=False),
    sa.Column("created", sa.Float(53), nullable=False),
    sa.Column("ends", sa.Float(53), nullable=False),
    sa.Column("announced", sa.Boolean, nullable=False),
    sa.Index("fool_rounds_server", "guild_id", "created"),
)
"""One row for each day's word of Fool the network in a channel."""
fool_entries = sa.Table(
    "fool_entries",
    metadata,
    sa.Column("job_id", sa.String(24), primary_key=True),
    sa.Column("round_id", sa.String(24), nullable=False, index=True),
    sa.Column("user_id", sa.Text, nullable=False),
    sa.Column("share", sa.Float(53)),
    sa.Column("created", sa.Float(53), nullable=False),
)
"""A photo that was looked at for a round; `share`: the probability in [0, 1] that it shows the word, NULL until it
is known."""
