"""The demo in a real browser with the real bot and the real engine: what a stranger does in the first minutes."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from bot.playground import samples
from bot.playground.world import Message
from tests.bot.playground.chromium import chromium as chromium
from tests.bot.playground.page_user import Visitor, visit
from tests.playground_bot import PATIENCE, Room, answers_of, job_of, labels, open_room

pytestmark = [pytest.mark.browser, pytest.mark.process]


def of_the_bot(room: Room) -> list[Message]:
    """The bot's messages, oldest first."""
    return [message for message in room.world.history("dreams") if message.author_id == room.world.bot.id]


async def next_answer(room: Room, known: int) -> Message:
    """The message that the bot adds to the `known` ones."""
    await room.world.until(lambda: len(of_the_bot(room)) > known, PATIENCE)
    return of_the_bot(room)[known]


async def press(visitor: Visitor, message: Message, label: str) -> None:
    await visitor.message(message.id).get_by_role("button", name=label, exact=True).click()


async def sees_picture(visitor: Visitor, message: Message) -> None:
    """The picture of a message has arrived in the browser, not only its box."""
    picture = visitor.message(message.id).locator("img").last
    await expect(picture).to_be_visible()
    await visitor.page.wait_for_function(
        "(img) => img.complete && img.naturalWidth > 0", arg=await picture.element_handle()
    )


async def test_the_first_minutes(chromium: Browser) -> None:
    async with open_room() as room:
        visitor = await visit(chromium, room.playground.url, viewport={"width": 1200, "height": 900})
        await expect(visitor.see("presence")).to_contain_text("online")

        await visitor.run("/dream layer:high")
        first = await next_answer(room, 0)
        await room.until_button(first, "Deeper")
        await sees_picture(visitor, first)

        await visitor.drop("cat.png", samples.sample_png("cat"))
        await visitor.run("/dream layer:high size:256 model:pocket")
        cat = await room.until_button(await next_answer(room, 1), "Deeper")
        (picture,) = cat.attachments
        assert picture.width
        assert picture.height
        assert picture.width > picture.height, "the cat lies in a wide picture, the avatar is a square"

        await press(visitor, cat, "Deeper")
        deeper = await room.until_button(await next_answer(room, 2), "Deeper")
        assert deeper.reference == cat.id or "Deeper" in labels(deeper)

        await visitor.become("ada")
        await press(visitor, cat, "Zoom")
        zoom = await next_answer(room, 3)
        job = job_of(zoom)
        await room.until_button(zoom, "Stop here & keep")
        await visitor.see("lab-toggle").click()
        await visitor.see("lab-crash").click()
        zoom = await room.until_button(zoom, "Re-roll")
        assert [message.id for message in answers_of(room, job)] == [zoom.id]
        assert zoom.attachments[0].content_type == "image/webp"
        await sees_picture(visitor, zoom)

        await visitor.see("lab-restart").click()
        await expect(visitor.see("presence")).to_contain_text("offline")
        await expect(visitor.see("presence")).to_contain_text("online", timeout=PATIENCE * 1000)
        await visitor.page.keyboard.press("Escape")
        await press(visitor, first, "Re-roll")
        again = await room.until_button(await next_answer(room, 4), "Deeper")
        await sees_picture(visitor, again)

        assert len(of_the_bot(room)) == 5
        await room.until_posted()
        assert visitor.troubles == []
        assert all(address.startswith((room.playground.url, "data:", "blob:")) for address in visitor.addresses)
