"""In whose language an event is answered: `an event as Discord sent it => the languages of a person and a server`.

Of an interaction Discord says both. Of a message it says neither: it is answered in its server's language, and a direct
message, or a message directly, in the language in which its writer last used a command.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

import discord

from bot import discord_internals
from bot.languages.current import answering_message, speaking, speaking_between
from bot.languages.servers import locale_of

MOST_PEOPLE = 10_000
"""Whose language is remembered, until the next start."""
ANSWERED = ("MESSAGE_CREATE", "MESSAGE_REACTION_ADD")
"""Events beside interactions after which something is said."""


class SpokenLanguage:
    """Sets the language in which whatever follows an event is said."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._locales: OrderedDict[str, str] = OrderedDict()
        discord_internals.surround_parsing(client, "INTERACTION_CREATE", self._of_interaction)
        for name in ANSWERED:
            discord_internals.surround_parsing(client, name, self._of_event)

    def _of_interaction(self, data: Mapping[str, Any]) -> AbstractContextManager[None]:
        locale = str(data.get("locale", ""))
        user = data.get("user") or (data.get("member") or {}).get("user") or {}
        self._remember(str(user.get("id", "")), locale)
        return speaking_between(locale, str(data.get("guild_locale") or locale))

    def _of_event(self, data: Mapping[str, Any]) -> AbstractContextManager[None]:
        guild_id = data.get("guild_id")
        writer = (data.get("author") or {}).get("id") or data.get("user_id")
        own = self._locales.get(str(writer), "")
        if not guild_id:
            return speaking(own)
        server = locale_of(self._client, guild_id)
        return answering_message(own or server, server)

    def _remember(self, user_id: str, locale: str) -> None:
        self._locales[user_id] = locale
        self._locales.move_to_end(user_id)
        if len(self._locales) > MOST_PEOPLE:
            self._locales.popitem(last=False)
