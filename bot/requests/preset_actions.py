"""What is done with presets by commands and buttons alike: `(interaction, preset) => answer`."""

from __future__ import annotations

import logging

import discord

from bot import wording
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.delivery.publisher import DiscordPublisher
from bot.requests.code_attempts import CodeAttempts
from bot.requests.replies import replace_with, say, show
from bot.requests.service import RequestService
from bot.store.share_codes import shown_code
from bot.store.shared_presets import SharedPreset, SharedPresets
from bot.views import preset_card
from engine.params import Dream

log = logging.getLogger(__name__)


class PresetActions:
    """Everything that concerns presets by name, and shared ones by id or code."""

    def __init__(self, service: RequestService, publisher: DiscordPublisher, shared: SharedPresets) -> None:
        self._service = service
        self._publisher = publisher
        self._shared = shared
        self._attempts = CodeAttempts()

    # one's own, by name

    async def show(self, interaction: discord.Interaction, name: str) -> None:
        """Its settings in words, with buttons. Raises `UnknownPreset`."""
        preset = await self._service.presets.get(str(interaction.user.id), name)
        shared = await self._shared.newest_of(str(interaction.user.id), name)
        await show(interaction, preset_card.panel(preset, shared, self._service.catalog))

    async def dream(self, interaction: discord.Interaction, name: str) -> None:
        """Dream the picture that was last chosen here. Raises the `Refusal`s of options."""
        params = await self._service.params(Dream, interaction.user.id, name)
        await self._take(interaction, params)

    async def share(self, interaction: discord.Interaction, name: str) -> None:
        """A card for everyone, and a code for its owner alone. Raises `UnknownPreset`, `TooManyShares`, and the
        `Refusal`s of servers."""
        await self._service.check_place(interaction)
        shared = await self._shared.share(str(interaction.user.id), name)
        card = preset_card.share_card(shared, interaction.user.display_name, self._service.catalog)
        await self._publisher.respond(interaction, card)
        try:
            await say(interaction, wording.shared_words(shown_code(shared.code)))
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:  # `/preset show` says it, too
            log.warning("a code was not told: %s", describe_error(error))

    async def unshare(self, interaction: discord.Interaction, name: str) -> None:
        """Cards and codes save it no more. Raises `UnknownPreset`."""
        await self._shared.revoke(str(interaction.user.id), name)
        await replace_with(interaction, wording.unshared_words(name))

    async def delete(self, interaction: discord.Interaction, name: str) -> str:
        """Forget it, with what was shared of it; words for its owner. Raises `UnknownPreset`."""
        user = str(interaction.user.id)
        shared = await self._shared.newest_of(user, name)
        await self._service.presets.delete(user, name)
        return wording.deleted_words(name, shared=shared is not None)

    # what somebody shared

    async def save_shared(self, interaction: discord.Interaction, id: str) -> None:
        """Make what a card shows one's own. Raises `PresetRevoked` and `TooManyPresets`."""
        await self._add(interaction, await self._shared.find(id))

    async def dream_shared(self, interaction: discord.Interaction, id: str) -> None:
        """Dream with what a card shows. Raises `PresetRevoked` and the `Refusal`s of options."""
        shared = await self._shared.find(id)
        await self._take(interaction, await self._service.params(Dream, interaction.user.id, **shared.options))

    async def import_code(self, interaction: discord.Interaction, code: str) -> None:
        """Make what a code stands for one's own. Raises `UnknownCode`, `TooManyCodes` and `TooManyPresets`."""
        with self._attempts.attempt(str(interaction.user.id)):
            shared = await self._shared.find_by_code(code)
        await self._add(interaction, shared)

    async def _add(self, interaction: discord.Interaction, shared: SharedPreset) -> None:
        added = await self._service.presets.add(str(interaction.user.id), shared.name, shared.options)
        await say(interaction, wording.added_words(shared.name, added.name, was_there=added.was_there))

    async def _take(self, interaction: discord.Interaction, params: Dream) -> None:
        """Dream the picture that was last chosen here, as "Copy settings" does: a button can ask for none."""
        original = await self._service.recent_picture(interaction.user, interaction.channel_id)
        await self._service.take(interaction, params, original)
