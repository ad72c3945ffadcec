"""Requests of the real library, held against Discord's published description of its API."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from discord import app_commands, ui

from bot.playground.openapi import Specification, problem_of
from bot.playground.options import Mistake
from bot.playground.server import Playground
from tests.vendored_data import SPECIFICATION

from .wire_client import Api, Client, Picture, aim, connected, layout, png, text


@pytest.fixture(scope="module")
def specification() -> Specification:
    """The description, read once."""
    return Specification(SPECIFICATION)


@pytest.fixture
async def strict(specification: Specification) -> AsyncIterator[Playground]:
    """A stand-in that checks every request."""
    stand_in = Playground(specification=specification)
    stand_in.world.acknowledge_seconds = 60.0  # a busy machine is no failure
    await stand_in.start()
    yield stand_in
    await stand_in.stop()


async def test_everything_the_library_sends_conforms(strict: Playground, monkeypatch: pytest.MonkeyPatch) -> None:
    aim(monkeypatch, strict)
    client = Client()
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @client.tree.command(name="dream", description="Dream a picture")
    @app_commands.describe(layer="How deep")
    @app_commands.default_permissions(send_messages=True)
    async def dream(interaction: discord.Interaction, layer: str, image: discord.Attachment | None) -> None:
        nobody = discord.AllowedMentions.none()
        file = discord.File(io.BytesIO(png()), "dream.png")
        sent = await interaction.response.send_message(view=Picture("0 %"), file=file, allowed_mentions=nobody)
        again = discord.File(io.BytesIO(png()), "dream.png")
        await interaction.edit_original_response(view=Picture("50 %"), attachments=[again], allowed_mentions=nobody)
        await interaction.followup.send("more", ephemeral=True)
        channel = client.get_partial_messageable(interaction.channel_id or 0)
        message = channel.get_partial_message(sent.message_id or 0)
        await message.edit(view=Picture("done"), allowed_mentions=nobody)
        reply = await message.reply("done", nonce="job-1", mention_author=False, allowed_mentions=nobody)
        await reply.delete()
        await interaction.user.send("hello")
        done.set_result(None)

    async with connected(client, strict):
        await client.tree.sync()
        strict.command("Sam", "dreams", "dream", layer="high")
        await asyncio.wait_for(done, 60)
        assert not client.failures
    assert strict.violations == []
    assert len(strict.world.calls) > 8


class Form(ui.Modal, title="Make it mine"):
    """Everything that a form may ask for."""

    name: ui.Label[Form] = ui.Label(text="Name", component=ui.TextInput(custom_id="name", max_length=20))
    layer: ui.Label[Form] = ui.Label(
        text="Layer",
        description="How deep",
        component=ui.Select(
            custom_id="layer",
            max_values=2,
            options=[discord.SelectOption(label=word.title(), value=word) for word in ("low", "mid", "high")],
        ),
    )
    friend: ui.Label[Form] = ui.Label(text="For whom", component=ui.UserSelect(custom_id="friend"))
    place: ui.Label[Form] = ui.Label(text="Where", component=ui.ChannelSelect(custom_id="place", required=False))
    pictures: ui.Label[Form] = ui.Label(text="Pictures", component=ui.FileUpload(custom_id="pictures", max_values=2))

    def __init__(self, heard: list[ui.Modal]) -> None:
        super().__init__()
        self.heard = heard

    async def on_submit(self, interaction: discord.Interaction) -> None:
        self.heard.append(self)
        await interaction.response.send_message("thanks", ephemeral=True)


async def test_a_form_with_texts_selects_and_files_goes_both_ways(
    strict: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    aim(monkeypatch, strict)
    client = Client()
    heard: list[ui.Modal] = []

    @client.tree.command(name="settings", description="A form")
    async def settings(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Form(heard))

    async with connected(client, strict):
        await client.tree.sync()
        source = strict.command("Ada", "dreams", "settings")
        await strict.world.until(lambda: source.modal)
        ada, dreams = strict.world.persona("Ada"), strict.world.channel("dreams")
        filled: dict[str, object] = {
            "name": "owls",
            "layer": ["low", "high"],
            "friend": [ada.id],
            "place": [dreams.id],
            "pictures": [strict.upload("cat.png", png())],
        }
        for name, value in (("layer", ["none"]), ("friend", [ada.id, ada.id]), ("name", "")):
            with pytest.raises(Mistake):
                strict.submit("Ada", source, **filled | {name: value})
        sent = strict.submit("Ada", source, **filled)
        await strict.world.until(lambda: strict.response_to(sent))
        assert not client.failures
    (form,) = heard
    inputs: list[Any] = [part.component for part in form.children if isinstance(part, ui.Label)]
    parts = {one.custom_id: one for one in inputs}
    assert parts["name"].value == "owls"
    assert parts["layer"].values == ["low", "high"]
    assert [str(one.id) for one in parts["friend"].values] == [ada.id]
    assert [str(one.id) for one in parts["place"].values] == [dreams.id]
    assert [one.filename for one in parts["pictures"].values] == ["cat.png"]
    assert strict.violations == []


def test_what_was_sent_before_changes_no_judgement(specification: Specification) -> None:
    sent = [({"content": "a"}, True), ({"content": 5}, False)]
    for body, conforms in [*sent, *sent, sent[0], *reversed(sent)]:
        assert (specification.problems("POST", "/channels/1/messages", body) == []) is conforms
    assert specification.problems("PATCH", "/channels/1", {"name": 5}), "another request with a body of its own"


async def test_what_does_not_conform_is_recorded_and_refused(strict: Playground) -> None:
    async with aiohttp.ClientSession() as session:
        api = Api(strict, session)
        status, _ = await api("POST", api.messages, layout(text("a"), allowed_mentions={"parse": ["all"]}))
        assert status == 400
        assert (await api("POST", api.messages, layout(text("a"), tts="loud")))[0] == 400
        assert len(strict.violations) >= 2
        assert api.messages in strict.violations[0]


def test_an_address_that_discord_does_not_have_is_a_problem(specification: Specification) -> None:
    assert specification.problems("POST", "/channels/1/dreams", {})[0].code == "UNKNOWN_OPERATION"
    assert specification.problems("GET", "/users/@me", {}) == []


def test_what_was_judged_before_is_judged_alike_and_a_body_that_differs_anew(specification: Specification) -> None:
    fine, wrong = {"content": "a"}, {"content": "a", "tts": "loud"}
    for _ in range(2):
        assert specification.problems("POST", "/channels/1/messages", fine) == []
        assert [one.path for one in specification.problems("POST", "/channels/2/messages", wrong)] == ["tts"]


BUTTON: dict[str, Any] = {"type": 2, "style": 2, "label": "Deeper", "custom_id": "a"}
BODIES: list[dict[str, Any]] = [
    layout(text("a")), layout(text("")), layout({"type": 99}), layout({}), {"components": ["odd"]},
    layout({"type": True}), layout({"type": 1, "components": [BUTTON]}),
    layout({"type": 1, "components": [{**BUTTON, "style": 99}]}),
    layout({"type": 17, "components": [text("a"), {"type": 1, "components": [BUTTON, {**BUTTON, "label": "a" * 81}]}]}),
    layout({"type": 9, "components": [text("a")], "accessory": BUTTON}), layout({"type": 9, "components": [text("a")]}),
    {"content": "a", "nonce": 1.5}, {"content": 5}, {"allowed_mentions": None}, {"poll": {}}, {"poll": "odd"},
]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=str)
def test_the_short_way_says_what_the_validator_says(specification: Specification, body: Any) -> None:
    validator = specification.validator_of("/channels/{channel_id}/messages", "post")
    expected = [problem_of(error) for error in validator.iter_errors(body)]
    assert specification.problems("POST", "/channels/1/messages", body) == expected


def test_every_request_has_its_short_way(specification: Specification) -> None:
    """The description has no keyword that a predicate does not know."""
    asked = 0
    for template, operations in specification._document["paths"].items():
        for method in set(operations) & {"post", "put", "patch", "delete"}:
            content = operations[method].get("requestBody", {}).get("content", {})
            if "application/json" in content:
                assert not specification._conforms(template, method, True)
                asked += 1
    assert asked > 80
