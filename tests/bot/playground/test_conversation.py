"""The stand-in against the real library: everything a bot does, seen from both sides."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot.playground.server import Playground
from bot.playground.world import COMPONENTS_V2, MANAGE_MESSAGES

from .wire_client import Client, Picture, aim, png


async def test_command_is_synced_sent_and_answered_with_a_picture(playground: Playground, client: Client) -> None:
    seen: list[discord.Interaction] = []

    @client.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction, image: discord.Attachment, layer: str, seed: int | None) -> None:
        seen.append(interaction)
        data = await image.read()
        assert (layer, seed, data) == ("high", 4821, png(40, 30))
        view = Picture("Dreaming")
        await interaction.response.send_message(view=view, file=discord.File(io.BytesIO(data), "dream.png"))

    commands = await client.tree.sync()
    assert [command.name for command in commands] == ["dream"]
    cat = playground.upload("my cat.png", png(40, 30))
    interaction = playground.command("Ada", "dreams", "dream", image=cat, layer="high", seed="4821")
    message = await playground.world.until(lambda: playground.response_to(interaction))
    assert not client.failures
    assert message.flags & COMPONENTS_V2
    gallery = message.components[0]["components"][1]
    assert gallery["items"][0]["media"]["width"] == 40
    assert gallery["items"][0]["media"]["url"].startswith(playground.cdn_url)
    assert seen[0].user.name == "ada"
    assert isinstance(seen[0].user, discord.Member)
    assert isinstance(seen[0].channel, discord.TextChannel)
    assert not seen[0].permissions.value & MANAGE_MESSAGES


async def test_the_message_is_edited_by_token_and_by_channel(playground: Playground, client: Client) -> None:
    done: asyncio.Future[discord.InteractionMessage] = asyncio.get_running_loop().create_future()

    @client.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction) -> None:
        view, file = Picture("0 %"), discord.File(io.BytesIO(png()), "dream.png")
        sent = await interaction.response.send_message(view=view, file=file)
        preview = discord.File(io.BytesIO(png(16, 16)), "dream.png")
        await interaction.edit_original_response(view=Picture("50 %"), attachments=[preview])
        channel = client.get_partial_messageable(interaction.channel_id or 0)
        message = channel.get_partial_message(sent.message_id or 0)
        result = discord.File(io.BytesIO(png(32, 32)), "dream.png")
        await message.edit(view=Picture("done"), attachments=[result])
        done.set_result(await interaction.original_response())

    await client.tree.sync()
    interaction = playground.command("Sam", "dreams", "dream")
    original = await asyncio.wait_for(done, 60)
    message = playground.response_to(interaction)
    assert message is not None
    assert not client.failures
    assert (str(message.id), message.edits, len(message.attachments)) == (str(original.id), 2, 1)
    assert message.components[0]["components"][0]["content"] == "done"
    assert message.attachments[0].width == 32
    assert [record.files for record in playground.world.calls if record.files] == [("dream.png",)] * 3


async def test_autocomplete_reaches_the_library_and_comes_back(playground: Playground, client: Client) -> None:
    @client.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction, layer: str) -> None: ...

    @dream.autocomplete("layer")
    async def layers(_interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}gh · faces", value="high")]

    await client.tree.sync()
    choices = await playground.autocomplete("Sam", "dreams", "dream", "layer", layer="hi")
    assert choices == [{"name": "high · faces", "value": "high"}]


async def test_a_button_opens_a_modal_whose_submit_updates_the_message(playground: Playground, client: Client) -> None:
    class Form(ui.Modal, title="Save this"):
        name: ui.TextInput[Form] = ui.TextInput(label="Name", min_length=2, max_length=9)

        async def on_submit(self, interaction: discord.Interaction) -> None:
            await interaction.response.edit_message(view=Picture(f"saved {self.name.value}"))

    @client.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction) -> None:
        file = discord.File(io.BytesIO(png()), "dream.png")
        await interaction.response.send_message(view=Picture("here"), file=file)

    async def opened(interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.send_modal(Form())

    client.press_answer = opened
    await client.tree.sync()
    asked = playground.command("Sam", "dreams", "dream")
    message = await playground.world.until(lambda: playground.response_to(asked))
    press = playground.press("Ada", message, "Deeper")
    await playground.world.until(lambda: press.modal is not None)
    assert client.presses[0].message is not None
    assert client.presses[0].message.id == int(message.id)
    await playground.world.until(lambda: press.acknowledged)
    playground.submit("Ada", press, **{press_field(press.modal): "violet"})
    await playground.world.until(lambda: message.edits == 1)
    assert message.components[0]["components"][0]["content"] == "saved violet"
    assert message.attachments[0].filename == "dream.png"  # kept, because the edit names no attachments


def press_field(modal: dict[str, Any] | None) -> str:
    """Return the custom_id of a modal's only field."""
    assert modal is not None
    component = modal["components"][0]
    inner = component.get("component") or component["components"][0]
    return str(inner["custom_id"])


async def test_content_is_hidden_unless_the_bot_is_meant(playground: Playground, client: Client) -> None:
    picture = playground.upload("cat.png", png())
    playground.say("Ada", "dreams", "only among us", [picture])
    playground.say("Ada", "dreams", "@Pareidolia high", [playground.upload("cat.png", png())])
    playground.say("Ada", "dm", "just you", [playground.upload("cat.png", png())])
    await wait_for(lambda: len(client.messages) == 3)
    hidden, meant, direct = client.messages
    assert (hidden.content, hidden.attachments) == ("", [])
    assert client.user is not None
    assert (meant.content, len(meant.attachments)) == (f"<@{client.user.id}> high", 1)
    assert (direct.content, len(direct.attachments)) == ("just you", 1)
    assert isinstance(direct.channel, discord.DMChannel)
    assert await meant.attachments[0].read() == png()
    assert client.failures == []
    reply = await meant.reply("on it", mention_author=False)
    assert playground.world.messages[str(reply.id)].reference == str(meant.id)
    assert [message.id for message in [one async for one in meant.channel.history(limit=1)]] == [reply.id]


async def test_a_reply_calls_whom_it_answers_only_with_its_ping(playground: Playground, client: Client) -> None:
    @client.tree.command(name="dream", description="Dream a picture")
    async def dream(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("a dream")

    await client.tree.sync()
    asked = playground.command("Ada", "dreams", "dream")
    result = await playground.world.until(lambda: playground.response_to(asked))
    playground.say("Ada", "dreams", "stronger", reply_to=result)
    playground.say("Ada", "dreams", "not for you", reply_to=result, ping=False)
    await wait_for(lambda: len(client.messages) == 3)
    _, called, among_us = client.messages
    assert client.user is not None
    assert (called.content, called.type) == ("stronger", discord.MessageType.reply)
    assert [one.id for one in called.mentions] == [client.user.id]
    assert called.reference is not None
    assert isinstance(called.reference.resolved, discord.Message)
    assert called.reference.resolved.content == "a dream"
    assert (among_us.content, among_us.mentions) == ("", [])


async def test_nothing_of_others_is_read_through_a_reply_or_by_fetching(playground: Playground, client: Client) -> None:
    photo = playground.say("Mod", "dreams", "my holiday", [playground.upload("cat.png", png())])
    playground.say("Ada", "dreams", "@Pareidolia low", reply_to=photo)
    direct = playground.say("Ada", "dm", "mine", [playground.upload("cat.png", png())])
    playground.say("Ada", "dm", "this one", reply_to=direct)
    await wait_for(lambda: len(client.messages) == 4)
    for said, readable in ((client.messages[1], False), (client.messages[3], True)):
        assert said.content
        assert said.reference is not None
        answered = said.reference.resolved
        assert isinstance(answered, discord.Message)
        fetched = await said.channel.fetch_message(answered.id)
        listed = [one async for one in said.channel.history(limit=9) if one.id == answered.id]
        for one in (answered, fetched, *listed):
            assert (bool(one.content), len(one.attachments)) == (readable, int(readable))
    again = await client.messages[1].reply("on it", mention_author=False)
    assert again.reference is not None
    assert isinstance(again.reference.resolved, discord.Message)
    assert again.reference.resolved.content == client.messages[1].content


async def test_a_direct_message_can_be_begun(playground: Playground, client: Client) -> None:
    ada = await client.fetch_user(int(playground.world.persona("Ada").id))
    sent = await ada.send("your dream is done")
    assert (
        playground.world.messages[str(sent.id)].channel_id
        == playground.world.channel("dm", playground.world.persona("Ada")).id
    )
    assert await ada.display_avatar.with_size(256).read()


async def test_a_lost_connection_is_resumed_with_what_was_missed(playground: Playground, client: Client) -> None:
    resumed = asyncio.Event()

    async def on_resumed() -> None:
        resumed.set()

    client.event(on_resumed)
    playground.gateway.ask_reconnect()
    await playground.world.until(lambda: not playground.world.online)
    playground.say("Ada", "dm", "while you were away")
    await asyncio.wait_for(resumed.wait(), 60)
    await wait_for(lambda: bool(client.messages))
    assert client.messages[0].content == "while you were away"


async def test_a_session_the_server_forgot_starts_anew(playground: Playground, client: Client) -> None:
    client.ready.clear()
    playground.gateway.forget()
    playground.gateway.ask_reconnect()
    async with asyncio.timeout(60):
        await client.ready.wait()
    assert playground.world.online


async def test_privileged_intents_are_not_granted(playground: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    aim(monkeypatch, playground)
    greedy = discord.Client(intents=discord.Intents.all())
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await greedy.start(playground.token)
    await greedy.close()
    stranger = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await stranger.start("wrong")
    await stranger.close()


async def test_a_bot_without_a_heartbeat_is_cut_off(playground: Playground) -> None:
    playground.gateway.patience = 0.05
    async with aiohttp.ClientSession() as session, session.ws_connect(playground.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        assert (await socket.receive()).data == 4009


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (["{"], 4002),
        (['{"op": 99}'], 4003),
        (['{"op": 2, "d": {"token": "x"}}'], 4004),
        (['{"op": 2, "d": 7}'], 4004),
        (['{"op": 6, "d": {"token": "x"}}'], 4004),
        (["IDENTIFY", '{"op": 99}'], 4001),
        (["IDENTIFY", "IDENTIFY"], 4005),
    ],
)
async def test_what_the_gateway_closes_for(playground: Playground, frames: list[str], code: int) -> None:
    identify = f'{{"op": 2, "d": {{"token": "{playground.token}", "intents": 0}}}}'
    async with aiohttp.ClientSession() as session, session.ws_connect(playground.gateway_url) as socket:
        for frame in frames:
            await socket.send_str(frame.replace("IDENTIFY", identify))
        async for _ in socket:
            pass
        assert socket.close_code == code


async def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something became true inside the client."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)
