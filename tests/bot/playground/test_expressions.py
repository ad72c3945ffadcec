"""The stand-in's emoji and stickers: Discord's rules of names, sizes, bytes and slots."""

import base64
import io

import pytest
from PIL import Image

from bot.playground import expressions
from bot.playground.command_drafts import Upload
from bot.playground.rejections import Rejection
from bot.playground.rest_request import Call
from bot.playground.world import World


def picture(side: int, kind: str = "PNG", frames: int = 1, seconds: float = 0.5) -> bytes:
    out = io.BytesIO()
    all_of_it = [Image.new("RGB", (side, side), (at * 20, 0, 0)) for at in range(frames)]
    options = {"save_all": True, "append_images": all_of_it[1:], "duration": seconds * 1000} if frames > 1 else {}
    all_of_it[0].save(out, kind, **options)
    return out.getvalue()


def emoji(world: World, name: str, data: bytes) -> object:
    image = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return expressions.create_emoji(Call(world, {"guild": world.guild_id}, {}, {"name": name, "image": image}, {}))


def sticker(world: World, name: str, data: bytes) -> object:
    form = {"name": name, "description": "", "tags": "✨"}
    return expressions.create_sticker(Call(world, {"guild": world.guild_id}, {}, {}, {0: Upload("a.png", data)}, form))


def code(made: object, *given: object) -> int:
    with pytest.raises(Rejection) as refused:
        made(*given)  # type: ignore[operator]
    return refused.value.code


def test_emoji() -> None:
    world = World()
    assert code(emoji, world, "a", picture(128)) == 50035
    assert code(emoji, world, "two words", picture(128)) == 50035
    assert code(emoji, world, "large", picture(128) + bytes(256 * 1024)) == 50138
    world.servers[world.guild_id].emoji_slots = 1
    emoji(world, "castle", picture(128))
    emoji(world, "moving", picture(128, "GIF", 3))
    assert code(emoji, world, "more", picture(128)) == 30008
    assert code(emoji, world, "more", picture(128, "GIF", 3)) == 30018


def test_stickers() -> None:
    world = World()
    assert code(sticker, world, "n" * 31, picture(320)) == 50035
    assert code(sticker, world, "small", picture(319)) == 50046
    assert code(sticker, world, "large", picture(320) + bytes(512 * 1024)) == 50045
    assert code(sticker, world, "long", picture(320, "GIF", 3, 2.0)) == 170007
    for at in range(5):
        sticker(world, f"castle {at}", picture(320))
    assert code(sticker, world, "one more", picture(320)) == 30039
    world.servers[world.guild_id].bot_grants = 0
    assert code(sticker, world, "one more", picture(320)) == 50013
