"""Everything of discord.py that it does not promise to keep: for `discord.py>=2.7,<2.8`, and nowhere else.

A new version of the library is tried here first; tests/bot/test_discord_internals.py holds what is relied upon.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, cast

import aiohttp
import discord
import discord.gateway
import yarl
from discord import app_commands
from discord.asset import Asset
from discord.gateway import DiscordWebSocket, KeepAliveHandler
from discord.http import Route


class HeartbeatFromSending(KeepAliveHandler):
    """A heartbeat whose latency counts from before it was sent.

    The library notes the time in its own thread, after the sending. An acknowledgement that the loop reads before that
    thread has its turn, from a gateway on this machine or on a busy one, was measured from the heartbeat before:
    "Can't keep up, shard ID None websocket is 41.3s behind."
    """

    def get_payload(self) -> dict[str, Any]:
        """The heartbeat, which is sent next."""
        self._last_send = time.perf_counter()
        return super().get_payload()


def count_latency_from_sending() -> None:
    """Measure the gateway's latency right, also where its answer is very fast. For every connection from now on."""
    discord.gateway.KeepAliveHandler = HeartbeatFromSending  # type: ignore[misc]


def api_url() -> str:
    """Where calls go."""
    return Route.BASE


def use_hosts(api_url: str, gateway_url: str, cdn_url: str) -> None:
    """Call other hosts than Discord's; "" leaves one as it is. For every client that is made from now on."""
    if api_url:
        Route.BASE = f"{api_url.rstrip('/')}/v10"
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    if cdn_url:
        Asset.BASE = cdn_url.rstrip("/")


def set_call_timeout(client: discord.Client, timeout: aiohttp.ClientTimeout) -> None:
    """How long a call may take; the library's own session, once logged in, has no limit."""
    client.http._HTTPClient__session._timeout = timeout  # type: ignore[attr-defined]


def pause_before_gateway_connection(client: discord.Client, pause: Callable[[], Awaitable[None]]) -> None:
    """Await `pause` before every connection to the gateway: the library makes the next one at once."""
    connect = client.http.ws_connect

    async def connect_after_pause(url: str, **options: Any) -> aiohttp.ClientWebSocketResponse:
        await pause()
        return await connect(url, **options)

    client.http.ws_connect = connect_after_pause  # type: ignore[method-assign]


def surround_parsing(
    client: discord.Client, event: str, surround: Callable[[Any], AbstractContextManager[None]]
) -> None:
    """Parse every event of that name within `surround` of its data: the tasks that it begins inherit what that sets."""
    parsers = client._connection.parsers
    parse = parsers[event]

    def parse_within(data: Any) -> None:
        with surround(data):
            parse(data)

    parsers[event] = parse_within


def gateway_sockets(client: discord.Client) -> list[DiscordWebSocket]:
    """The connections to the gateway, one for each shard; none before the first one."""
    if isinstance(client, discord.AutoShardedClient):
        return [shard.ws for shard in client._AutoShardedClient__shards.values()]  # type: ignore[attr-defined]
    return [client.ws] if cast("DiscordWebSocket | None", client.ws) else []


def shards_connected(client: discord.Client) -> list[bool]:
    """Whether each shard is connected, by its number; nothing for a client with one connection."""
    if not isinstance(client, discord.AutoShardedClient):
        return []
    known = {number: not shard.is_closed() for number, shard in client.shards.items()}
    return [known.get(number, False) for number in range(client.shard_count or len(known))]


def keep_shards(client: discord.Client, ids: list[int]) -> None:
    """Have only these connections of all that the bot has; for an `AutoShardedClient`, before it connects."""
    cast(Any, client).shard_ids = ids


async def forget_session(client: discord.Client) -> None:
    """Close the session of a login that failed, so that the next login opens another one."""
    await client.http.close()
    client.http.connector = discord.utils.MISSING


def ask_for_content(client: discord.Client, *, on: bool) -> None:
    """Ask the gateway to show the content of all messages, from the next IDENTIFY on; or not any more."""
    client._connection._intents.message_content = on


def webhook(client: discord.Client, application_id: int, token: str) -> discord.Webhook:
    """The webhook of an interaction, by its token: for answers after a restart, when the interaction itself is gone."""
    data = {"id": application_id, "type": 3, "token": token}
    return discord.Webhook.from_state(data, state=client._connection)  # type: ignore[arg-type]


def mark_responded(interaction: discord.Interaction[Any]) -> None:
    """Tell the library of an answer that it did not hear of: what is said from now on is said after it."""
    interaction.response._response_type = discord.InteractionResponseType.channel_message


async def run_again(
    command: app_commands.Command[Any, ..., Any], interaction: discord.Interaction[Any], options: Mapping[str, Any]
) -> None:
    """Run a command for an interaction that is none of its own, with options as one of its own had them."""
    given = {one.name: options.get(one.display_name) for one in command.parameters}
    given = {name: value for name, value in given.items() if value is not None}
    bound = (command.binding, interaction) if command.binding is not None else (interaction,)
    await command.callback(*bound, **given)


def attachment_from(client: discord.Client, payload: Mapping[str, Any]) -> discord.Attachment:
    """A file as Discord described it once."""
    return discord.Attachment(data=cast(Any, dict(payload)), state=client._connection)


def person_payload(person: discord.User | discord.Member) -> dict[str, Any]:
    """Somebody as Discord describes them, whatever they are called in a server."""
    avatar = person.avatar.key if person.avatar else None
    return {"id": str(person.id), "username": person.name, "discriminator": person.discriminator,
            "global_name": person.global_name, "avatar": avatar}  # fmt: skip


def person_from(client: discord.Client, payload: Mapping[str, Any]) -> discord.User:
    """Somebody as Discord described them once."""
    return discord.User(state=client._connection, data=cast(Any, dict(payload)))


def matches(item: type[discord.ui.DynamicItem[Any]], custom_id: str) -> bool:
    """Whether a dynamic item's template matches a `custom_id`."""
    return item.__discord_ui_compiled_template__.fullmatch(custom_id) is not None
