"""Where and how an answer goes: `posting <=> JSON in the job's row`. Enough to finish after a restart."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

TOKEN_LIFE_S = 14 * 60
"""Interaction tokens die after 15 minutes; the last one is left alone."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The status message of a job, and everything needed to edit it."""

    user_id: int
    name: str
    """The requester's display name."""
    original: str
    """Whose what is dreamed, for alt texts: "Ada's avatar"; as `bot.languages.stored_words` keeps it."""
    frame: str = ""
    """What of it is dreamed: "frame 3 of 40", "from the dream above"; as `bot.languages.stored_words` keeps it."""
    offer: str = ""
    """The job whose dream, or the message whose image, is offered in its place: the last one in the channel."""
    channel_id: int | None = None
    guild_id: int | None = None
    message_id: int | None = None
    """None between the submit and Discord's answer."""
    parent_message_id: int | None = None
    application_id: int = 0
    token: str = ""
    token_until: float = 0.0
    """Unix seconds."""
    ephemeral: bool = False
    reachable: bool = True
    """The bot itself may edit its messages in the channel: it is there and may, or it is its own direct message."""
    abandoned: bool = False
    """Its status message never came, the user was told so, and nobody waits for an answer."""
    avatar_of: int | None = None
    """Whose avatar it was made of, if of any."""
    owners: tuple[int, ...] = ()
    """Whose avatars and pictures of messages it was made of: they may delete it."""
    stars: bool = False
    """Whether people can give it stars: there is an exhibition, or it is a take of a daily dream."""
    age_restricted: bool = False
    """It was made in an age-restricted channel, or of what was: it is shown in no other."""
    nsfw: float | None = None
    """The highest score of the images that it was made of (`engine.files.nsfw_scorer`); None: not scored."""
    choices: tuple[str, ...] = ()
    """The answers of a round of Guess the dream that is open: until it is over, nothing says what is grown."""
    game: str = ""
    """The game that it is for, if any: what cannot be shown where it is played is sent to nobody."""
    dex: bool = False
    """What it grows counts in the Dreamdex of its server."""
    headline: str = ""
    """Words above the caption of the answer."""
    shard: int | None = None
    """The shard of the bot that was asked, where it is not that of the server (`bot.operations.shard_range`)."""
    locale: str = ""
    """In which language the answer is given: the server's, or, where only one person sees it, theirs; "": English."""
    own_locale: str = ""
    """In which language its person is told of it directly; "": in that of the answer."""

    def __repr__(self) -> str:
        """Without the token: this is what a log would show."""
        return f"Posting(channel_id={self.channel_id}, message_id={self.message_id}, ephemeral={self.ephemeral})"

    @property
    def token_alive(self) -> bool:
        """Whether edits can go by the interaction's token; where nothing else can, Discord says so, not our clock."""
        return bool(self.token) and (time.time() < self.token_until or not self.by_channel)

    @property
    def by_channel(self) -> bool:
        """Whether edits can go by channel and message, for as long as the message lives."""
        return self.reachable and not self.ephemeral and self.channel_id is not None

    @property
    def is_private(self) -> bool:
        """Whether only the requester sees it: an ephemeral answer, or one in the bot's own direct messages. A chat of
        others, in which the bot is no member, is none of these."""
        return self.ephemeral or (self.guild_id is None and self.reachable)

    @property
    def direct_locale(self) -> str:
        """In which language its person reads what comes directly."""
        return self.own_locale or self.locale

    def without_token(self) -> Posting:
        """Once the answer is posted: without the token, unless the message is reached by nothing else."""
        return replace(self, token="", token_until=0.0) if self.by_channel or self.abandoned else self

    def to_json(self) -> dict[str, Any]:
        """For the row."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Posting:
        """From the row; fields of other versions are ignored, and `original` was once called `subject`."""
        known = {field.name for field in fields(cls)}
        data = {"original": data.get("subject", ""), **data}
        data |= {name: tuple(data.get(name, ())) for name in ("owners", "choices")}
        return cls(**{key: value for key, value in data.items() if key in known})

    @property
    def link(self) -> str:
        """The address of the message in Discord, or nothing for ephemeral ones."""
        if self.ephemeral or not (self.channel_id and self.message_id):
            return ""
        return f"https://discord.com/channels/{self.guild_id or '@me'}/{self.channel_id}/{self.message_id}"


def answer_place(posted: str | None, posting: Posting, channel_id: int | None = None) -> Posting:
    """Where an answer really stands: in its status message, or where it was sent because that was out of reach, in that
    channel if it is given; `posted` is what a row says of it."""
    message_id = int(posted) if posted and posted.isdigit() else posting.message_id
    if message_id == posting.message_id:
        return posting
    channel_id = channel_id or posting.channel_id
    return replace(posting, message_id=message_id, channel_id=channel_id, ephemeral=False, reachable=True)
