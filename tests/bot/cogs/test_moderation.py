"""Moderators block images and people, against the stand-in Discord."""

from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image, ImageDraw, ImageOps

from bot import wording
from bot.playground.world import MANAGE_MESSAGES, Message
from bot.store.server_blocks import IMAGE, USER
from engine.errors import (
    AgeRestricted,
    ImageBlocked,
    NotManager,
    NotModerator,
    NotYours,
    OptedOut,
    ServerPaused,
    UserBlocked,
)
from engine.queue.job import Limits
from tests.bot.cogs.test_server import (
    ADMIN,
    annex,
    dreamed,
    id_of,
    refused_with,
    rule,
    settle,
    told_directly,
    until_member,
)
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    png,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow


def drawing(seed: int = 0) -> Image.Image:
    """A picture with something in it, another for each seed."""
    made = Image.linear_gradient("L").resize((160, 120)).convert("RGB")
    draw = ImageDraw.Draw(made)
    for at in range(6):
        left, top = (at * 53 + seed * 31) % 120, (at * 37 + seed * 17) % 90
        draw.ellipse((left, top, left + 40, top + 28), fill=((at * 40 + 90 * seed) % 256, (200 - 30 * at) % 256, 90))
    return made


def saved(picture: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


async def block_image(stage: Stage, message: Message, persona: str = ADMIN) -> Message:  # noqa: F811
    return await stage.response_to(stage.playground.menu(persona, "dreams", wording.BLOCK_IMAGE, message))


async def block_user(stage: Stage, persona: str, by: str = ADMIN) -> Message:  # noqa: F811
    return await stage.response_to(stage.playground.menu(by, "dreams", wording.BLOCK_USER, persona))


async def test_a_blocked_image_is_refused_in_every_shape_and_only_in_that_server(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    other, picture = annex(stage), drawing()
    await until_member(stage, other)
    sent = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("it.png", saved(picture))])
    said = await block_image(stage, sent)
    await stage.shows(said, wording.image_blocked_words(1))
    assert said.ephemeral
    half = picture.resize((80, 60))
    for shape in (
        saved(picture), saved(picture, "JPEG", quality=60), saved(half), saved(ImageOps.mirror(picture)),
    ):  # fmt: skip
        image = stage.playground.upload("again.png", shape)
        assert refused_with(await dreamed(stage, "You", image=image), ImageBlocked)
    guided = await dreamed(stage, "You", guide=stage.playground.upload("guide.png", saved(picture)))
    assert refused_with(guided, ImageBlocked), "also beside another"
    menu = stage.playground.menu("You", "dreams", wording.DREAM_THIS, sent)
    assert refused_with(await stage.response_to(menu), ImageBlocked)
    assert await stage.rows() == []
    image = stage.playground.upload("other.png", saved(drawing(1)))
    assert not (await dreamed(stage, "You", image=image)).ephemeral
    image = stage.playground.upload("there.png", saved(picture))
    assert not (await dreamed(stage, "Ada", "annex", image=image)).ephemeral


async def test_a_blocked_dream_is_refused_with_what_it_was_made_of_until_it_is_taken_back(stage: Stage) -> None:  # noqa: F811
    await rule(stage, log_channel=id_of(stage, "lab"))
    image = stage.playground.upload("it.png", saved(drawing()))
    dream = await dreamed(stage, "You", image=image)
    await stage.finish(dream, saved(drawing(3)))
    await stage.shows(await block_image(stage, dream), wording.image_blocked_words(2))
    for button in ("Deeper", "Re-roll"):
        assert refused_with(await stage.press("Ada", dream, button), ImageBlocked)
    smaller = stage.playground.upload("small.jpg", saved(drawing().resize((80, 60)), "JPEG", quality=60))
    assert refused_with(await dreamed(stage, "You", image=smaller), ImageBlocked)
    panel = await stage.ask(ADMIN, "server blocked")
    blocked = await stage.client.moderation.blocks(stage.playground.world.guild_id)
    assert [one.kind for one in blocked] == [IMAGE, IMAGE]
    assert all(wording.block_label(one) in str(panel.components) for one in blocked)
    await stage.press(ADMIN, panel, "server:unblock", [f"{one.kind} {one.value}" for one in blocked])
    assert wording.NOTHING_BLOCKED in words(panel)
    assert not (await stage.press("Ada", dream, "Re-roll")).ephemeral
    world = stage.playground.world
    await world.until(lambda: any("took the block" in words(one) for one in world.history("lab")) or None)


async def test_a_blocked_person_is_refused_there_whichever_way_they_ask(stage: Stage) -> None:  # noqa: F811
    other = annex(stage)
    await until_member(stage, other)
    first, _ = await stage.dreamed("Ada")
    await dreamed(stage, "You")
    await dreamed(stage, "You", "annex")
    (waiting, elsewhere) = await stage.queued(2)
    said = await block_user(stage, "You")
    assert said.ephemeral
    assert "`/server blocked` takes it back" in words(said)
    assert (await stage.posted(waiting.id)).state == "cancelled"
    assert (await stage.row(elsewhere.id)).state == "queued", "what waits elsewhere stays"
    await settle(stage)
    assert refused_with(await dreamed(stage, "You"), UserBlocked)
    assert refused_with(await stage.press("You", first, "Deeper"), UserBlocked)
    assert not (await dreamed(stage, "You", "annex")).ephemeral
    assert not (await dreamed(stage, "Ada")).ephemeral
    await stage.client.moderation._blocks.remove(stage.playground.world.guild_id, USER, waiting.job.requester)
    await settle(stage)
    assert not (await dreamed(stage, "You")).ephemeral


async def test_only_moderators_block_and_only_managers_take_it_back(stage: Stage) -> None:  # noqa: F811
    sent = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("it.png", saved(drawing()))])
    panel = await stage.ask(ADMIN, "server blocked")
    assert wording.NOTHING_BLOCKED in words(panel)
    stage.playground.world.commands = {
        id: one | {"default_member_permissions": None} for id, one in stage.playground.world.commands.items()
    }  # as a server's settings may let others use the menus
    assert refused_with(await block_image(stage, sent, "You"), NotModerator)
    assert refused_with(await block_user(stage, "Ada", by="You"), NotModerator)
    assert refused_with(await stage.response_to(forged_press(stage, panel, "server:unblock", "You")), NotManager)
    assert await stage.client.moderation.blocks(stage.playground.world.guild_id) == []


async def test_the_log_says_who_cancelled_deleted_and_reported(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    await rule(stage, log_channel=id_of(stage, "lab"))
    dream, _ = await stage.dreamed("You")
    waiting = await dreamed(stage, "You")
    await stage.press("You", waiting, "Cancel")
    more = await stage.press("Ada", dream, "More")
    form = stage.playground.press("Ada", more, wording.VERBS["report"])
    await world.until(lambda: form.modal)
    name = (form.modal or {})["components"][0]["component"]["custom_id"]
    await stage.response_to(stage.playground.submit("Ada", form, **{name: "no"}))
    more = await stage.press("You", dream, "More")
    await stage.press("You", more, wording.VERBS["delete"])

    def said() -> str:
        return " ".join(words(one) for one in world.history("lab"))

    verbs = ("asked for", "cancelled", "reported", "deleted")
    await world.until(lambda: all(verb in said() for verb in verbs) or None)


async def test_moderators_pause_and_resume_in_the_log_channel(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    helpers = world.add_role("Helpers", "Ada", permissions=MANAGE_MESSAGES)
    await rule(stage, log_channel=id_of(stage, "lab"))
    async with asyncio.timeout(60):
        while stage.client.get_guild(int(world.guild_id)).get_role(int(helpers.id)) is None:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    await dreamed(stage, "You")
    entry = await world.until(lambda: next((one for one in world.history("lab") if "asked for" in words(one)), None))
    assert refused_with(await stage.press("You", entry, wording.SERVER_VERBS["pause"]), NotModerator)
    answer = await stage.press("Ada", entry, wording.SERVER_VERBS["pause"])
    assert answer.ephemeral
    assert wording.PAUSED_WORDS in words(answer)
    assert refused_with(await dreamed(stage, "You"), ServerPaused)
    await world.until(lambda: any("Ada changed" in words(one) for one in world.history("lab")) or None)
    assert words(await stage.press("Ada", answer, wording.SERVER_VERBS["resume"])) == wording.RESUMED_WORDS
    assert not (await dreamed(stage, "You")).ephemeral


async def age_restrict(stage: Stage, channel: str, *, on: bool = True) -> None:  # noqa: F811
    """Make a channel age-restricted, or not any more; until the bot knows."""
    world = stage.playground.world
    place = world.channel(channel)
    world.restrict_age(place, on=on)
    async with asyncio.timeout(60):
        while getattr(stage.client.get_channel(int(place.id)), "nsfw", None) is not on:
            await asyncio.sleep(0.005)


async def test_what_was_made_in_an_age_restricted_channel_reaches_no_other(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    await age_restrict(stage, "dreams")
    dream, row = await stage.dreamed("You")
    assert row.posting["age_restricted"]
    deeper = await stage.press("Ada", dream, "Deeper")
    assert not deeper.ephemeral, "there it is at home"
    child = await stage.finish(deeper)
    assert child.posting["age_restricted"], "and so is what is made of it"
    await age_restrict(stage, "dreams", on=False)
    for button in ("Deeper", "Re-roll", "Zoom"):
        assert refused_with(await stage.press("Ada", dream, button), AgeRestricted)
    assert refused_with(await stage.press("Ada", deeper, "Deeper"), AgeRestricted)
    assert refused_with(await dreamed(stage, "You", start="last dream"), AgeRestricted)
    stage.playground.say("Ada", "dreams", "castles", reply_to=dream)
    await told_directly(stage, "Ada", AgeRestricted)
    assert await stage.rows() == []
    assert not (await dreamed(stage, "You")).ephemeral


async def test_whoever_a_dream_was_made_of_may_delete_it_and_nobody_else(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    avatar = await dreamed(stage, "You", user="Ada")
    row = await stage.finish(avatar)
    assert row.posting["owners"] == [int(world.persona("Ada").id)]
    child = await stage.press("You", avatar, "Deeper")
    await stage.finish(child)
    for message in (child, avatar):
        more = await stage.press("Ada", message, "More")
        await stage.press("Ada", more, wording.VERBS["delete"])
        assert message.id not in world.messages
    own, _ = await stage.dreamed("You")
    more = await stage.press("Ada", own, "More")
    assert refused_with(await stage.press("Ada", more, wording.VERBS["delete"]), NotYours)


async def test_buttons_on_the_dreams_of_who_opted_out_are_only_theirs(stage: Stage) -> None:  # noqa: F811
    image = stage.playground.upload("it.png", saved(drawing()))
    dream = await dreamed(stage, "You", image=image)
    await stage.finish(dream)
    you = stage.playground.world.persona("You").id
    await stage.client.service.user_settings.change(you, opted_out=True)
    assert refused_with(await stage.press("Ada", dream, "Deeper"), OptedOut)
    assert not (await stage.press("You", dream, "Deeper")).ephemeral


async def test_a_server_that_is_forgotten_takes_its_blocks_along(stage: Stage) -> None:  # noqa: F811
    gate, guild_id = stage.client.service.gate, stage.playground.world.guild_id
    await block_user(stage, "You")
    await gate.rules.note_servers([])
    assert await gate.rules.list_removed(gate.clock() + 1) == [guild_id]
    await gate.rules.purge(guild_id)
    assert await stage.client.moderation.blocks(guild_id) == []
