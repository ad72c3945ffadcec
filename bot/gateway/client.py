"""The connection to Discord: `(settings, parts) => client`, and the one place where exceptions become words.

discord.py reports what commands raise to the tree and swallows what buttons, modals and autocompletes raise; all of
them end in `Client.apologise`.

Longer than most files: all that a connection brings goes through here.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import discord_internals, wording
from bot.components.export_buttons import ExportButton
from bot.components.guess_buttons import GuessButton
from bot.components.job_buttons import JobComponent
from bot.components.log_buttons import LogButton
from bot.components.panel_component import PanelComponent
from bot.components.preset_buttons import PresetComponent
from bot.components.remedy_button import RemedyButton
from bot.components.ritual_buttons import RitualButton
from bot.components.server_panel import ServerPanelComponent
from bot.components.subject_pages import SubjectPageButton
from bot.delivery.errors import PostError
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.delivery.invalid_requests import InvalidRequests
from bot.delivery.publisher import NO_MENTIONS
from bot.games.games import Games
from bot.gateway.command_sync import CommandSync
from bot.gateway.connect_limits import IdentifyBudget, ReconnectBackoff
from bot.gateway.error_words import sentence
from bot.gateway.intents import CONTENT_NOT_GRANTED, is_content_granted, unprivileged_intents
from bot.gateway.processes import Processes
from bot.gateway.spoken_language import SpokenLanguage
from bot.languages.catalogs import ENGLISH
from bot.languages.command_translator import CommandTranslator
from bot.languages.current import direct, speaking
from bot.operations.metrics import Metrics
from bot.operations.persistent_state import FileNote
from bot.operations.shard_range import ShardRange
from bot.requests import remedies
from bot.requests.actions import JobActions
from bot.requests.channel_images import ChannelImages
from bot.requests.export_actions import ExportActions
from bot.requests.moderation import Moderation
from bot.requests.overview import Overview
from bot.requests.preset_actions import PresetActions
from bot.requests.reaction_actions import ReactionActions
from bot.requests.remedies import Remedies
from bot.requests.replies import say, show, try_say
from bot.requests.server_actions import ServerActions
from bot.requests.server_membership import ServerMembership
from bot.requests.service import FailedAfterResponse, RequestService
from bot.requests.settings_actions import SettingsActions
from bot.requests.video_offers import VideoOffers
from bot.rituals.actions import RitualActions
from bot.rituals.runner import RitualRunner
from engine.errors import BadOption, Broken, PareidoliaError

log = logging.getLogger(__name__)

COGS = (
    "dream", "zoom", "concept", "style", "video", "see", "like", "preset", "info", "settings", "server", "play",
    "moderation", "help", "mention", "reactions",
)  # fmt: skip
CONTENT_COG = "content"
"""Only where the content of messages is shown to us."""
COMPONENTS = (
    JobComponent, LogButton, PanelComponent, PresetComponent, RemedyButton, ServerPanelComponent, SubjectPageButton,
    GuessButton, RitualButton, ExportButton,
)  # fmt: skip
"""All that can be pressed."""
UNKNOWN_INTERACTION = 10062
BY_TOKEN = re.compile(r"/(webhooks|interactions)/")
"""Calls that an interaction's own token lets through."""
TIMEOUT = aiohttp.ClientTimeout(total=180.0, sock_connect=15.0, sock_read=25.0)
"""For one call of Discord: all of it, which may be an upload over a slow line; until connected; without a byte."""
LONGEST_WAIT_S = 30.0
"""For a rate limit that takes longer to pass, nobody stands and waits: what is to be posted is posted later."""

KINDS: dict[discord.AppCommandOptionType, type | tuple[type, ...]] = {
    discord.AppCommandOptionType.string: str,
    discord.AppCommandOptionType.integer: int,
    discord.AppCommandOptionType.boolean: bool,
    discord.AppCommandOptionType.number: (int, float),
    discord.AppCommandOptionType.attachment: discord.Attachment,
    discord.AppCommandOptionType.user: (discord.User, discord.Member),
    discord.AppCommandOptionType.channel: (app_commands.AppCommandChannel, app_commands.AppCommandThread),
    discord.AppCommandOptionType.role: discord.Role,
}


class Tree(app_commands.CommandTree["Client"]):
    """All commands."""

    async def interaction_check(self, interaction: discord.Interaction[Client], /) -> bool:
        """Whether commands are taken, and this one is well-formed."""
        if not await self.client.admits(interaction):
            return False
        command = interaction.command
        if (
            isinstance(command, app_commands.Command)
            and interaction.type is discord.InteractionType.application_command
        ):
            try:
                check_types(command, interaction.namespace)
            except BadOption as error:
                await self.client.apologise(interaction, error)
                return False
        return True

    async def on_error(self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError, /) -> None:
        """Whatever a command raises becomes words, where words can be an answer."""
        if interaction.type is discord.InteractionType.autocomplete:  # of a command that there is no more
            log.info("nothing is offered: %s", error)
            return
        await self.client.apologise(interaction, error)


class Client(commands.Bot):
    """The bot. Its parts come from `bot.app`."""

    service: RequestService
    actions: JobActions
    preset_actions: PresetActions
    overview: Overview
    settings_actions: SettingsActions
    server_actions: ServerActions
    moderation: Moderation
    video_offers: VideoOffers
    reaction_actions: ReactionActions
    channel_images: ChannelImages
    membership: ServerMembership
    games: Games
    ritual_actions: RitualActions
    exports: ExportActions
    rituals: RitualRunner
    stopping = False
    """Commands are not taken any more."""

    def __init__(
        self,
        *,
        guild_ids: list[int],
        blocked_guild_ids: list[int] | None = None,
        state_file: Path,
        always_sync: bool,
        user_installs: bool = False,
        metrics: Metrics | None = None,
        identify_budget: IdentifyBudget | None = None,
        proxy: str | None = None,
        shard_count: int | None = None,
        message_content: bool = False,
        shard_range: ShardRange | None = None,
        processes: Processes | None = None,
    ) -> None:
        """`message_content`: ask to be shown the content of all messages, if the portal allows it. `shard_count`: for a
        `ShardedClient`, how many connections; None: as many as Discord advises; `shard_range`: of several processes,
        which this one keeps. `processes`: what they do in turn."""
        self.metrics = metrics or Metrics()
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it never speaks
        super().__init__(
            **_library_options(),
            http_trace=self._trace(),
            proxy=proxy,
            shard_count=shard_range.total if shard_range else shard_count,
        )
        self._keep_shards(shard_range, processes)
        self.invalid_requests = InvalidRequests()
        self.remedies = Remedies(state_file.with_name("remedies"))
        self.remedies.read_with(remedies.COMMAND, partial(remedies.read_command, self.tree))
        self._doubted = asyncio.Event()
        self._wants_content = message_content
        self._guild_ids = frozenset(guild_ids)
        self._blocked_guild_ids = frozenset(blocked_guild_ids or ())
        note, in_turn = (processes.commands, processes.in_turn) if processes else (FileNote(state_file), None)
        self._command_sync = CommandSync(self, note, always=always_sync, user_installs=user_installs, in_turn=in_turn)
        self._identify_budget = identify_budget
        self._reconnect_backoff = ReconnectBackoff()
        self._spoken_language = SpokenLanguage(self)
        discord_internals.pause_before_gateway_connection(self, self._pause_before_reconnect)
        discord_internals.count_latency_from_sending()

    def _keep_shards(self, shard_range: ShardRange | None, processes: Processes | None) -> None:
        if shard_range:
            discord_internals.keep_shards(self, shard_range.ids)
        self.shard_range = shard_range or ShardRange()
        self._own_shards = len(shard_range.ids) if shard_range else 0
        self._identifies = processes.identifies if processes else None
        self._max_concurrency = 0

    @property
    def connected(self) -> bool:
        """Whether the gateway is there now."""
        gateways = discord_internals.gateway_sockets(self)
        enough = len(gateways) >= self._connections and all(one.open for one in gateways)
        return self.is_ready() and not self.is_closed() and enough

    @property
    def _connections(self) -> int:
        """How many there are to be."""
        return self._own_shards or self.shard_count or 1

    @property
    def was_connected(self) -> bool:
        """Whether the gateway was ever there."""
        return bool(discord_internals.gateway_sockets(self))

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Events after the end are dropped: a closed client has no loop, and discord.py trips over that."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    def serves(self, guild_id: int | None) -> bool:
        """Whether the settings let us work there. Direct messages always."""
        if guild_id is None:
            return True
        return guild_id not in self._blocked_guild_ids and (not self._guild_ids or guild_id in self._guild_ids)

    @property
    def own_id(self) -> int:
        """The bot's own id; 0 before the login."""
        return self.user.id if self.user else 0

    def listens_to(self, event: discord.RawReactionActionEvent) -> bool:
        """Whether a reaction is a person's, and is taken now and there."""
        by_bot = event.user_id == self.own_id or (event.member is not None and event.member.bot)
        return not (by_bot or self.stopping) and self.serves(event.guild_id)

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether a request is taken now and there; tells the user if not."""
        if self.serves(interaction.guild_id) and not self.stopping:
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await self.try_say(interaction, wording.STOPPING if self.stopping else wording.NOT_HERE)
        return False

    async def try_say(self, interaction: discord.Interaction[Any], text: str) -> None:
        """A sentence for the user, where nothing depends on whether it arrives."""
        await try_say(interaction, text)

    async def setup_hook(self) -> None:
        """Load the features and tell Discord about commands that changed. Called once a login, which may be several."""
        discord_internals.set_call_timeout(self, TIMEOUT)
        self._choose_intents()
        await self.tree.set_translator(CommandTranslator())
        self.add_dynamic_items(*COMPONENTS)
        await self.load_cogs()
        await self._command_sync.begin()

    def _choose_intents(self) -> None:
        """Ask for the content of messages only where that is granted: else every connection would end with 4014."""
        flags = self.application.flags if self.application else discord.ApplicationFlags()
        granted = is_content_granted(flags)
        if self._wants_content and not granted:
            log.warning("%s", CONTENT_NOT_GRANTED)
        discord_internals.ask_for_content(self, on=self._wants_content and granted)

    async def load_cogs(self) -> None:
        """Load the features, once. Not as extensions: nothing is reloaded, and each of those is executed anew."""
        if not self.cogs:
            for name in (*COGS, *([CONTENT_COG] if self.intents.message_content else [])):
                with speaking(ENGLISH):  # commands are declared in it, and translated for Discord
                    module = importlib.import_module(f"bot.cogs.{name}")
                await module.setup(self)

    async def close(self) -> None:
        """Disconnect."""
        self._command_sync.stop()
        await super().close()

    async def until_unknown(self) -> None:
        """Return when Discord does not know our token any more: a single 401 is looked into first."""
        while True:
            await self._doubted.wait()
            self._doubted.clear()
            try:
                await self.http.request(discord.http.Route("GET", "/users/@me"))
            except discord.HTTPException as error:
                if error.status == 401:
                    return
            except CONNECTION_ERRORS as error:
                log.info("nobody said whether the token is known: %s", describe_error(error))

    def _trace(self) -> aiohttp.TraceConfig:
        """Counts every call of Discord, and notices when we are refused."""
        trace = self.metrics.trace()
        trace.on_request_end.append(self._notice)
        return trace

    async def _notice(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.invalid_requests.count(end.response.status, end.response.headers.get("X-RateLimit-Scope", ""))
        if end.response.status == 401 and not BY_TOKEN.search(end.url.path):
            self._doubted.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No more IDENTIFYs than Discord allows; a session that can be resumed needs none."""
        if self._identifies is not None:
            await self._identifies.wait(shard_id or 0, await self._concurrency())
            return
        if self._identify_budget is None:
            return
        await super().before_identify_hook(shard_id, initial=initial)
        if (pause := self._identify_budget.pause_s()) > 0:
            log.warning("too many sessions were begun today; the next begins in %.0f s", pause)
            await asyncio.sleep(pause)
        self._identify_budget.spend()

    async def _concurrency(self) -> int:
        """How many IDENTIFYs Discord takes at a time; 1 where it does not say."""
        if not self._max_concurrency:
            try:
                _, _, limits = await self.http.get_bot_gateway()
                self._max_concurrency = int(limits["max_concurrency"])
            except (discord.DiscordException, KeyError, ValueError, *CONNECTION_ERRORS) as error:
                log.warning("nobody said how many sessions may begin at a time: %s", describe_error(error))
        return self._max_concurrency or 1

    async def _pause_before_reconnect(self) -> None:
        if (pause := self._reconnect_backoff.pause_s(self._connections)) > 0:
            log.warning("the gateway breaks off again and again; the next try is in %.0f s", pause)
            await asyncio.sleep(pause)

    async def on_ready(self) -> None:
        """Connected."""
        log.info("connected as %s in %d servers", self.user, len(self.guilds))
        await self._note_servers()

    async def on_guild_join(self, _guild: discord.Guild) -> None:
        """Invited, for the first time or again."""
        await self._note_servers()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Removed: what it decided is forgotten, unless we are invited again soon."""
        self.service.command_permissions.forget(guild.id)
        await self._note_servers()

    async def on_raw_app_command_permissions_update(self, event: discord.RawAppCommandPermissionsUpdateEvent) -> None:
        """A server lets other people use commands than before."""
        self.service.command_permissions.forget(event.guild.id)

    async def _note_servers(self) -> None:
        await self.membership.note(str(guild.id) for guild in self.guilds)

    async def on_message(self, message: discord.Message, /) -> None:
        """Not a bot of prefix commands: `bot.cogs.mention` listens by itself."""

    async def on_interaction(self, interaction: discord.Interaction[Any], /) -> None:
        """A button that is none of ours (an older version's, a forger's): discord.py would leave it unanswered."""
        pressed = interaction.type is discord.InteractionType.component
        data = cast("dict[str, Any]", interaction.data or {})
        if pressed and not any(kind.knows(str(data.get("custom_id"))) for kind in COMPONENTS):
            await self.try_say(interaction, wording.CHANGED)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What an event handler raised."""
        log.exception("event %s failed", event_method)

    async def apologise(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the user what went wrong and what to do next."""
        while isinstance(error, app_commands.CommandInvokeError | commands.CommandInvokeError):
            error = error.original
        if isinstance(error, FailedAfterResponse):
            await self.apologise_alone(error, partial(self._explain_to, interaction))
            return
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
            log.warning("an interaction was answered too late")
            return
        try:
            await self._explain_to(interaction, error)
        except (discord.HTTPException, *CONNECTION_ERRORS) as failed:
            log.warning("an apology was not delivered: %s", describe_error(failed))

    async def _explain_to(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """A sentence that only the user sees, with the buttons that mend it where any do."""
        text, offers = self.explain(error), remedies.of_command(interaction, error)
        if not offers or interaction.response.is_done():
            await say(interaction, text)
        else:
            await show(interaction, self.remedies.panel(text, *offers))

    async def apologise_alone(self, late: FailedAfterResponse, tell: Callable[[Exception], Awaitable[None]]) -> None:
        """Tell only the user what went wrong, and take away a status message that others see: a refusal is for who can
        do something about it. In place of that message where they cannot be told so, or nobody else sees it."""
        try:
            if not late.posting.is_private and await self.service.withdraw(late, partial(tell, late.reason)):
                return
        except (PostError, discord.HTTPException, *CONNECTION_ERRORS) as failed:
            log.info("an apology takes the place of a status message: %s", type(failed).__name__)
        await self.apologise_in_place(late)

    async def apologise_in_place(self, late: FailedAfterResponse) -> None:
        """Tell the user what went wrong in place of a status message that stands already."""
        with speaking(late.posting.locale):
            said = self.explain(late.reason)
        try:
            await self.service.apologise_in_place(late, said)
        except PostError as failed:
            log.warning("an apology was not delivered: %s", describe_error(failed))

    async def explain_directly(self, user_id: int, about: int, error: Exception) -> None:
        """Tell only the person what went wrong with what they said of a message: there, everybody would read it."""

        async def tell(reason: Exception) -> None:
            with speaking(direct()):
                said = self.explain(reason)
            await self.service.tell(user_id, about, said)

        if isinstance(error, FailedAfterResponse):
            await self.apologise_alone(error, tell)
            return
        try:
            await tell(error)
        except PostError as failed:
            log.info("nobody can be told: %s", type(failed).__name__)

    def explain(self, error: Exception) -> str:
        """An exception as a sentence for the user; logged and counted."""
        code = error.code if isinstance(error, PareidoliaError) else Broken.code
        log.info("answered with %s", code)
        self.metrics.count_refusal(code)
        return sentence(error)


def _library_options() -> dict[str, Any]:
    """What discord.py is told wherever it runs: it keeps nothing that we do not need, and mentions nobody."""
    return {
        "command_prefix": commands.when_mentioned,
        "help_command": None,
        "tree_cls": Tree,
        "intents": unprivileged_intents(),
        "allowed_mentions": NO_MENTIONS,
        "max_messages": None,
        "member_cache_flags": discord.MemberCacheFlags.none(),
        "chunk_guilds_at_startup": False,
        "max_ratelimit_timeout": LONGEST_WAIT_S,
    }


class ShardedClient(Client, commands.AutoShardedBot):
    """The bot with several connections, each for its share of the servers: Discord wants that from 2,500 on."""


def check_types(command: app_commands.Command[Any, ..., Any], given: app_commands.Namespace) -> None:
    """Every option is of the type that the command declares: Discord sees to that, a forger does not. Raises
    `BadOption`."""
    for parameter in command.parameters:
        value, kind = getattr(given, parameter.name), KINDS.get(parameter.type)
        if value is not None and kind is not None and not isinstance(value, kind):
            raise BadOption(option=parameter.display_name, problem="is of the wrong kind")
