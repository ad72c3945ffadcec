"""A dream as an emoji, a sticker, an avatar or a banner, with the real bot against the stand-in Discord."""

import asyncio
import io

import pytest
from PIL import Image, ImageDraw

from bot import export_words, wording
from bot.playground.world import CREATE_EXPRESSIONS, Message
from engine.errors import (
    BadExpressionName,
    CannotAdd,
    ExpressionCovered,
    ExpressionForAdults,
    ExpressionNameTaken,
    Gone,
    MayNotAdd,
    NoSlotLeft,
    OptedOut,
)
from engine.queue.job import JobRow
from tests.bot.requests.test_hostile_users import forged_press
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    labels,
    specification,
    stage,
    words,
)

pytestmark = pytest.mark.slow

OURS, ADD = wording.VERBS["ours"], export_words.EXPORT_VERBS["add_emoji"]


def drawing(width: int = 160, height: int = 120) -> bytes:
    """Something at the right, on grey."""
    page = Image.new("RGB", (width, height), (90, 90, 90))
    pen = ImageDraw.Draw(page)
    for at in range(0, 40, 4):
        pen.line((width - 50, 30 + at, width - 10, 30 + at), fill=(255, 60, at * 6), width=2)
    out = io.BytesIO()
    page.save(out, "PNG")
    return out.getvalue()


def film(count: int = 6) -> bytes:
    frames = [Image.new("RGB", (96, 72), (40 * at, 255 - 40 * at, 90)) for at in range(count)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


async def dreamed(stage: Stage, persona: str = "Ada", **options: str | bool) -> tuple[Message, JobRow]:  # noqa: F811
    message = await stage.ask(persona, "dream", subject="castles", **options)
    row = stage.start()
    stage.dispatch.finish(row.id, drawing(), width=160, height=120)
    await stage.shows(message, "seed:")
    return message, await stage.posted(row.id)


async def export(stage: Stage, persona: str, message: Message, kind: str) -> Message:  # noqa: F811
    panel = await stage.press(persona, message, wording.VERBS["more"])
    await stage.press(persona, panel, OURS)
    assert export_words.PANEL in words(panel)
    return await stage.press(persona, panel, export_words.EXPORT_VERBS[kind])


async def settled(stage: Stage, message: Message) -> Message:  # noqa: F811
    await stage.playground.world.until(lambda: words(message).strip() or None)
    return message


def picture(message: Message) -> Image.Image:
    (file,) = message.attachments
    return Image.open(io.BytesIO(file.data))


async def add(stage: Stage, persona: str, file: Message, name: str, times: int = 1) -> list[str]:  # noqa: F811
    asked = []
    for form in [stage.playground.press(persona, file, ADD) for _ in range(times)]:
        await stage.playground.world.until(lambda form=form: form.modal)  # type: ignore[misc]
        assert form.modal is not None
        field = form.modal["components"][0]["component"]
        assert field["value"] == "castles"
        asked.append(stage.playground.submit(persona, form, **{field["custom_id"]: name}))
    said = [await settled(stage, await stage.response_to(one)) for one in asked]
    return [words(one) for one in said]


SIZES = {"emoji": (128, 128), "sticker": (320, 320), "avatar": (120, 120), "banner": (960, 540)}


async def test_whoever_asks_gets_files_of_discords_sizes(stage: Stage) -> None:  # noqa: F811
    message, _ = await dreamed(stage)
    panel = await stage.press("You", await stage.press("You", message, wording.VERBS["more"]), OURS)
    assert export_words.PANEL in words(panel)
    for kind, size in SIZES.items():
        file = await settled(stage, await stage.press("You", panel, export_words.EXPORT_VERBS[kind]))
        assert file.ephemeral
        assert picture(file).size == size
        assert len(file.attachments[0].data) <= {"emoji": 256, "sticker": 512}.get(kind, 8192) * 1024
        assert export_words.HOW[kind] in words(file)
        assert labels(file) == [], "who may add nothing is offered nothing"


async def test_what_moves_keeps_moving(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("Ada", "zoom", subject="castles")
    await stage.finish(message, film())
    for kind in ("emoji", "sticker"):
        file = await settled(stage, await export(stage, "Mod", message, kind))
        made = picture(file)
        assert (made.format, made.size) == ("GIF", SIZES[kind])
        assert made.n_frames > 1  # type: ignore[attr-defined]
        assert labels(file) == [ADD]
    still = picture(await settled(stage, await export(stage, "Mod", message, "avatar")))
    assert still.format == "PNG"


async def test_it_is_added_to_the_server_once_under_a_double_click(stage: Stage) -> None:  # noqa: F811
    server = stage.playground.world.servers[stage.playground.world.guild_id]
    message, _ = await dreamed(stage)
    for kind, held in (("emoji", server.emojis), ("sticker", server.stickers)):
        file = await settled(stage, await export(stage, "Mod", message, kind))
        said = await add(stage, "Mod", file, "our_castle", times=2)
        (made,) = held.values()
        mention = f"<:our_castle:{made.id}>" if kind == "emoji" else "our_castle"
        assert set(said) == {  # whichever comes first
            export_words.added_words(kind, made.name, mention),
            export_words.already_words(kind, made.name, mention),
        }
        assert made.data == file.attachments[0].data


async def test_a_name_is_by_discords_rules_and_ones_own(stage: Stage) -> None:  # noqa: F811
    message, _ = await dreamed(stage)
    file = await settled(stage, await export(stage, "Mod", message, "emoji"))
    assert BadExpressionName.code in (await add(stage, "Mod", file, "our castle"))[0]
    await add(stage, "Mod", file, "castle")
    other, _ = await dreamed(stage, "You")
    second = await settled(stage, await export(stage, "Mod", other, "emoji"))
    assert ExpressionNameTaken.code in (await add(stage, "Mod", second, "castle"))[0]


async def test_what_discord_refuses_is_a_sentence(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    server = world.servers[world.guild_id]
    message, _ = await dreamed(stage)
    file = await settled(stage, await export(stage, "Mod", message, "emoji"))
    server.emoji_slots = 0
    assert NoSlotLeft.code in (await add(stage, "Mod", file, "castle"))[0]
    sticker = await settled(stage, await export(stage, "Mod", message, "sticker"))
    server.sticker_slots = 0
    assert NoSlotLeft.code in (await add(stage, "Mod", sticker, "castle"))[0]
    server.emoji_slots, server.bot_grants = 50, 0  # the bot has not heard of it yet
    assert CannotAdd.code in (await add(stage, "Mod", file, "castle"))[0]
    assert not server.emojis
    assert not server.stickers


async def test_only_who_may_adds_and_only_where_the_bot_may(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    message, row = await dreamed(stage)
    forged = await stage.response_to(forged_press(stage, message, f"export:add_emoji:{row.id}"))
    assert MayNotAdd.code in words(forged)
    guild = stage.client.get_guild(int(world.guild_id))
    assert guild is not None
    assert guild.me.guild_permissions.create_expressions
    (role,) = (one for one in guild.me.roles if one.permissions.value & CREATE_EXPRESSIONS)
    role._permissions &= ~CREATE_EXPRESSIONS
    file = await settled(stage, await export(stage, "Mod", message, "emoji"))
    assert CannotAdd.code in words(await stage.press("Mod", file, ADD))


async def test_what_others_may_not_have_is_given_to_nobody_else(stage: Stage) -> None:  # noqa: F811
    service, world = stage.client.service, stage.playground.world
    message, row = await dreamed(stage)
    await service.user_settings.change(world.persona("Ada").id, opted_out=True)
    refused = await stage.response_to(forged_press(stage, message, f"export:emoji:{row.id}"))
    assert OptedOut.code in words(refused)
    gone = await stage.response_to(forged_press(stage, message, "export:emoji:" + "x" * 20))
    assert Gone.code in words(gone)


async def test_what_is_covered_stays_covered(stage: Stage) -> None:  # noqa: F811
    await stage.client.service.user_settings.change(stage.playground.world.persona("Ada").id, spoiler=True)
    message, row = await dreamed(stage)
    file = await settled(stage, await export(stage, "Mod", message, "emoji"))
    assert labels(file) == []
    (item,) = file.components[0]["items"]
    assert item["spoiler"]
    forged = await stage.response_to(forged_press(stage, message, f"export:add_emoji:{row.id}", "Mod"))
    assert ExpressionCovered.code in words(forged)


async def test_what_is_for_adults_stays_where_it_is(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    place = world.channel("dreams")
    world.restrict_age(place)
    channel = stage.client.get_channel(int(place.id))
    async with asyncio.timeout(60):
        while not channel.nsfw:  # type: ignore[union-attr]
            await asyncio.sleep(0.005)
    message, row = await dreamed(stage)
    file = await settled(stage, await export(stage, "Mod", message, "emoji"))
    assert labels(file) == []
    forged = await stage.response_to(forged_press(stage, message, f"export:add_emoji:{row.id}", "Mod"))
    assert ExpressionForAdults.code in words(forged)
