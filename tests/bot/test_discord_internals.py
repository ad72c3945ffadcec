"""What is relied upon of the library although it promises nothing: a new version shows here what it changed."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from typing import Any, cast

import aiohttp
import discord
import discord.gateway
import pytest
from discord import ui
from discord.gateway import KeepAliveHandler
from discord.http import Route

from bot import discord_internals
from bot.components.job_buttons import JobComponent


def client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


async def test_a_session_has_the_time_limit_it_is_given_and_is_forgotten() -> None:
    async with client() as one:
        one.http._HTTPClient__session = session = aiohttp.ClientSession()  # type: ignore[attr-defined]
        discord_internals.set_call_timeout(one, aiohttp.ClientTimeout(total=7.0))
        assert session.timeout.total == 7.0
        await discord_internals.forget_session(one)
        assert session.closed
        assert one.http.connector is discord.utils.MISSING


async def test_every_connection_to_the_gateway_waits_for_its_pause() -> None:
    async with client() as one:
        assert discord_internals.gateway_sockets(one) == []
        order: list[str] = []

        async def connect(url: str, **_: Any) -> None:
            order.append(url)

        async def pause() -> None:
            order.append("pause")

        one.http.ws_connect = connect  # type: ignore[assignment]
        discord_internals.pause_before_gateway_connection(one, pause)
        await one.http.ws_connect("first")
        await one.http.ws_connect("second")
        assert order == ["pause", "first", "pause", "second"]


async def test_a_webhook_is_an_interactions() -> None:
    async with client() as one:
        webhook = discord_internals.webhook(one, 7, "secret")
        assert (webhook.id, webhook.token, webhook.type) == (7, "secret", discord.WebhookType.application)


def test_what_was_answered_behind_the_librarys_back_counts_as_answered() -> None:
    class Unheard:
        response = discord.InteractionResponse(cast("discord.Interaction[Any]", None))

    assert not Unheard.response.is_done()
    discord_internals.mark_responded(cast("discord.Interaction[Any]", Unheard))
    assert Unheard.response.is_done()


def test_a_template_matches_whole_ids_only() -> None:
    id = "cancel:" + "j" * 20
    assert discord_internals.matches(JobComponent, id)
    assert not discord_internals.matches(JobComponent, id + "x")
    assert not discord_internals.matches(JobComponent, f"x{id}")
    assert issubclass(JobComponent, ui.DynamicItem)


def test_other_hosts_are_called_and_empty_ones_change_nothing(monkeypatch: Any) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    before = discord_internals.api_url()
    discord_internals.use_hosts("", "", "")
    assert discord_internals.api_url() == before
    discord_internals.use_hosts("http://127.0.0.1:1/api/", "", "")
    assert Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/v10/users/@me"


class PromptGateway:
    """A gateway whose acknowledgement is read before the thread that sent the heartbeat goes on."""

    HEARTBEAT = 1
    sequence = 7
    _max_heartbeat_timeout = 3600.0

    def __init__(self, kind: type[KeepAliveHandler]) -> None:
        self.thread_id = threading.get_ident()
        self.loop = asyncio.get_running_loop()
        self.acknowledged = asyncio.Event()
        self.heartbeat = kind(ws=cast("discord.gateway.DiscordWebSocket", self), interval=0.001)
        self.heartbeat._last_send = time.perf_counter() - 41.0  # the heartbeat before

    async def send_heartbeat(self, _data: object) -> None:
        self.heartbeat.ack()
        self.heartbeat.stop()
        self.acknowledged.set()


@pytest.mark.parametrize("is_ours", [False, True])
async def test_an_answer_before_the_sender_goes_on_is_no_lateness(
    is_ours: bool, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(discord.gateway, "KeepAliveHandler", KeepAliveHandler)
    if is_ours:
        discord_internals.count_latency_from_sending()
    gateway = PromptGateway(discord.gateway.KeepAliveHandler)
    with caplog.at_level(logging.WARNING, "discord.gateway"):
        gateway.heartbeat.start()
        await gateway.acknowledged.wait()
        await asyncio.to_thread(gateway.heartbeat.join)
    assert (gateway.heartbeat.latency < 10) is is_ours
    assert ("Can't keep up" in caplog.text) is not is_ours  # the day the library counts right, ours can go
