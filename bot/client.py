"""The connection to Discord: `(settings, parts) => client`, and the one place where exceptions become words.

discord.py reports what commands raise to the tree and swallows what buttons, modals and autocompletes raise; all of
them end in `Client.apologise`.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands

from bot import wording
from bot.courier import PostError, Unwelcome
from bot.desk import Desk, Late, say
from bot.metrics import Metrics
from bot.poster import NOBODY
from bot.refusals import Refusals
from bot.response import NO_ANSWER, told
from bot.starts import Identifies, Lines
from bot.views.press import Press
from engine.jobs.errors import BadOption, Broken, PareidoliaError

log = logging.getLogger(__name__)

COGS = ("dream", "zoom", "concept", "see", "lab", "like", "preset", "queue", "help", "mention")
UNKNOWN_INTERACTION = 10062
BY_TOKEN = re.compile(r"/(webhooks|interactions)/")
"""Calls that an interaction's own token lets through."""
SYNC_S = 10.0
"""So long the first connection waits for Discord to take commands that changed."""
SYNC_PAUSE_S = 300.0
"""Between attempts to tell Discord about commands that changed."""
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
        """Whatever a command raises becomes words."""
        await self.client.apologise(interaction, error)


class Client(commands.Bot):
    """The bot. Its parts come from `bot.app`."""

    desk: Desk
    stopping = False
    """Commands are not taken any more."""

    def __init__(
        self,
        *,
        guild_ids: list[int],
        state_file: Path,
        always_sync: bool,
        metrics: Metrics | None = None,
        identifies: Identifies | None = None,
        proxy: str | None = None,
    ) -> None:
        self.metrics = metrics or Metrics()
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # it never speaks
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=intents,
            allowed_mentions=NOBODY,
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            http_trace=self._trace(),
            max_ratelimit_timeout=LONGEST_WAIT_S,
            proxy=proxy,
        )
        self.refusals = Refusals()
        self._doubted = asyncio.Event()
        self._syncing: asyncio.Task[None] | None = None
        self._guild_ids = frozenset(guild_ids)
        self._state_file = state_file
        self._always_sync = always_sync
        self._identifies = identifies
        self._lines = Lines()
        self._open_line = self.http.ws_connect
        self.http.ws_connect = self._open_line_patiently  # type: ignore[method-assign]

    @property
    def connected(self) -> bool:
        """Whether the gateway is there now."""
        gateway = cast("discord.gateway.DiscordWebSocket | None", self.ws)  # None before the first connection
        return self.is_ready() and not self.is_closed() and gateway is not None and gateway.open

    @property
    def reached(self) -> bool:
        """Whether the gateway was ever there."""
        return cast("discord.gateway.DiscordWebSocket | None", self.ws) is not None

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Events after the end are dropped: a closed client has no loop, and discord.py trips over that."""
        if not self.is_closed():
            super().dispatch(event_name, *args, **kwargs)

    def serves(self, guild_id: int | None) -> bool:
        """Whether the settings let us work there. Direct messages always."""
        return guild_id is None or not self._guild_ids or guild_id in self._guild_ids

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether a request is taken now and there; tells the user if not."""
        if self.serves(interaction.guild_id) and not self.stopping:
            return True
        if interaction.type is not discord.InteractionType.autocomplete:
            await self.tell(interaction, wording.STOPPING if self.stopping else wording.NOT_HERE)
        return False

    async def tell(self, interaction: discord.Interaction[Any], text: str) -> None:
        """A sentence for the user, where nothing depends on whether it arrives."""
        try:
            await say(interaction, text)
        except (discord.HTTPException, *NO_ANSWER) as error:
            log.warning("a sentence was not delivered: %s", told(error))

    async def setup_hook(self) -> None:
        """Load the features and tell Discord about commands that changed. Called once a login, which may be several."""
        self.http._HTTPClient__session._timeout = TIMEOUT  # type: ignore[attr-defined]  # there is no other way in
        self.add_dynamic_items(Press)
        for name in COGS:
            if f"bot.cogs.{name}" not in self.extensions:
                await self.load_extension(f"bot.cogs.{name}")
        self._allow_installs()
        if self._syncing is None or self._syncing.done():
            self._syncing = asyncio.create_task(self._sync_until_taken(), name="sync")
        await asyncio.wait({self._syncing}, timeout=SYNC_S)

    async def close(self) -> None:
        """Disconnect."""
        if self._syncing is not None:
            self._syncing.cancel()
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
            except NO_ANSWER as error:
                log.info("nobody said whether the token is known: %s", told(error))

    def _trace(self) -> aiohttp.TraceConfig:
        """Counts every call of Discord, and notices when we are refused."""
        trace = self.metrics.trace()
        trace.on_request_end.append(self._notice)
        return trace

    async def _notice(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        self.refusals.note(end.response.status, end.response.headers.get("X-RateLimit-Scope", ""))
        if end.response.status == 401 and not BY_TOKEN.search(end.url.path):
            self._doubted.set()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """No more IDENTIFYs than Discord allows; a session that can be resumed needs none."""
        await super().before_identify_hook(shard_id, initial=initial)
        if self._identifies is None:
            return
        if (pause := self._identifies.pause_s()) > 0:
            log.warning("too many sessions were begun today; the next begins in %.0f s", pause)
            await asyncio.sleep(pause)
        self._identifies.spend()

    async def _open_line_patiently(self, url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        if (pause := self._lines.pause_s()) > 0:
            log.warning("the gateway breaks off again and again; the next try is in %.0f s", pause)
            await asyncio.sleep(pause)
        return await self._open_line(url, **options)

    async def on_ready(self) -> None:
        """Connected."""
        log.info("connected as %s in %d servers", self.user, len(self.guilds))

    async def on_message(self, message: discord.Message, /) -> None:
        """Not a bot of prefix commands: `bot.cogs.mention` listens by itself."""

    async def on_interaction(self, interaction: discord.Interaction[Any], /) -> None:
        """A button that is none of ours (an older version's, a forger's): discord.py would leave it unanswered."""
        pressed = interaction.type is discord.InteractionType.component
        data = cast("dict[str, Any]", interaction.data or {})
        if pressed and not Press.knows(str(data.get("custom_id"))):
            await self.tell(interaction, wording.CHANGED)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """What an event handler raised."""
        log.exception("event %s failed", event_method)

    async def apologise(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the user what went wrong and what to do next."""
        while isinstance(error, app_commands.CommandInvokeError | commands.CommandInvokeError):
            error = error.original
        if isinstance(error, Late):
            await self.amend(error)
            return
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
            log.warning("an interaction was answered too late")
            return
        try:
            await say(interaction, self.explain(error))
        except (discord.HTTPException, *NO_ANSWER) as failed:
            log.warning("an apology was not delivered: %s", told(failed))

    async def amend(self, late: Late) -> None:
        """Tell the user what went wrong in place of a status message that stands already."""
        error = late.__cause__ if isinstance(late.__cause__, Exception) else late
        try:
            await self.desk.amend(late, self.explain(error))
        except PostError as failed:
            log.warning("an apology was not delivered: %s", told(failed))

    def explain(self, error: Exception) -> str:
        """An exception as a sentence for the user; logged and counted."""
        code = error.code if isinstance(error, PareidoliaError) else Broken.code
        log.info("answered with %s", code)
        self.metrics.refused(code)
        return words(error)

    def _allow_installs(self) -> None:
        """Offer the commands to users who install them for themselves, if the application allows it."""
        application = self.application
        allowed = application is not None and application.user_integration_config is not None
        self.tree.allowed_installs = app_commands.AppInstallationType(guild=True, user=allowed)
        self.tree.allowed_contexts = app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=allowed
        )

    async def _sync_until_taken(self) -> None:
        while True:
            try:
                await self._sync()
                return
            except (discord.HTTPException, *NO_ANSWER) as error:
                log.warning("Discord did not take the commands (%s); trying again later", told(error))
            except Exception:  # nobody waits for this task
                log.exception("telling Discord the commands broke; trying again later")
            await asyncio.sleep(SYNC_PAUSE_S)

    async def _sync(self) -> None:
        digest = digest_of(self.tree, self.application_id)
        if not self._always_sync and self._state_file.exists() and self._state_file.read_text("utf-8") == digest:
            return
        synced = await self.tree.sync()
        self._state_file.write_text(digest, "utf-8")
        log.info("told Discord about %d commands", len(synced))


def check_types(command: app_commands.Command[Any, ..., Any], given: app_commands.Namespace) -> None:
    """Every option is of the type that the command declares: Discord sees to that, a forger does not. Raises
    `BadOption`."""
    for parameter in command.parameters:
        value, kind = getattr(given, parameter.name), KINDS.get(parameter.type)
        if value is not None and kind is not None and not isinstance(value, kind):
            raise BadOption(option=parameter.display_name, problem="is of the wrong kind")


def digest_of(tree: app_commands.CommandTree[Any], application_id: int | None) -> str:
    """Changes when a command does."""
    payload = [command.to_dict(tree) for command in tree.get_commands()]
    text = json.dumps([application_id, sorted(payload, key=lambda one: (one.get("type", 1), one["name"]))], default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def words(error: Exception) -> str:
    """An exception as a sentence; the unexpected ones with a code that stands in the log, too."""
    if isinstance(error, PareidoliaError):
        return wording.refused(error)
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return wording.CHANGED
    if isinstance(error, PostError):
        log.warning("a message could not be sent: %s %s", type(error).__name__, error)
        return wording.CANNOT_WRITE if isinstance(error, Unwelcome) else wording.UNREACHABLE
    if isinstance(error, (*NO_ANSWER, discord.HTTPException)):
        log.warning("a message could not be sent: %s", told(error))
        return wording.UNREACHABLE
    code = secrets.token_hex(3)
    log.error("unexpected error %s", code, exc_info=error)
    return wording.with_code(str(Broken()), f"{Broken.code} {code}")
