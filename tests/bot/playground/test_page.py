"""The page in a real browser, on the real stand-in, without a bot: what is typed and pressed, and what is shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from bot import wording
from bot.playground import attachments, payloads
from bot.playground.server import Playground
from bot.playground.world import COMPONENTS_V2, EPHEMERAL, Message

from .chromium import launched_chromium as launched_chromium
from .chromium import shared_chromium as shared_chromium
from .conftest import Clock, running
from .page_user import Frame, Visitor, visit
from .wire_client import png

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.browser]

DISCLAIMER = "Playground: a stand-in on this computer, not Discord. No account; nothing leaves this machine."
LAYER: Frame = {"type": 3, "name": "layer", "description": "How deep to look", "autocomplete": True}
NAMED: Frame = {"type": 3, "name": "name", "description": "What to call it", "required": True, "max_length": 32}
COMMANDS: list[Frame] = [
    {
        "type": 1,
        "name": "dream",
        "description": "Dream a picture",
        "options": [
            {"type": 11, "name": "image", "description": "Where to begin"},
            LAYER,
            {"type": 10, "name": "strength", "description": "How strong", "min_value": 0.1, "max_value": 4},
            {
                "type": 3,
                "name": "look",
                "description": "A choice",
                "choices": [{"name": "Very deep", "value": "deep"}],
            },
            {"type": 4, "name": "seed", "description": "A number", "min_value": 0, "max_value": 100},
            {"type": 5, "name": "private", "description": "Only for you"},
            {"type": 6, "name": "friend", "description": "Somebody"},
        ],
    },
    {
        "type": 1,
        "name": "preset",
        "description": "Presets",
        "options": [
            {"type": 1, "name": "save", "description": "Save one", "options": [NAMED, LAYER]},
            {"type": 1, "name": "list", "description": "See all"},
        ],
    },
    {"type": 3, "name": "Dream this", "description": ""},
    {"type": 2, "name": "Dream avatar", "description": ""},
]


def register(playground: Playground) -> None:
    """Give the world commands as a bot would."""
    world = playground.world
    made = [{"id": world.mint(), "application_id": world.bot.id, **command} for command in COMMANDS]
    world.commands = {f"{one['type']}/{one['name']}": one for one in made}
    world.emit("commands", commands=made)


@pytest_asyncio.fixture(loop_scope="module")
async def playground(clock: Clock) -> AsyncIterator[Playground]:
    """A running stand-in without a bot, in the loop of the browser."""
    async with running(clock) as stand_in:
        yield stand_in


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(playground: Playground, shared_chromium: Browser) -> AsyncIterator[Visitor]:
    """Somebody at the page of a stand-in whose bot has registered its commands, is there, and takes its time."""
    register(playground)
    playground.world.acknowledge_seconds = 600.0
    playground.world.set_online(True)
    someone = await visit(shared_chromium, playground.url)
    yield someone
    assert someone.troubles == []


def bot_message(playground: Playground, *parts: Frame, **facts: Any) -> Message:
    """Let the bot post components in #dreams."""
    world = playground.world
    place = world.channel("dreams")
    flags = COMPONENTS_V2 | facts.pop("flags", 0)
    message = Message(world.mint(), place.id, world.bot.id, components=list(parts), flags=flags, **facts)
    world.add_message(message)
    return message


def say(playground: Playground, text: str, person: str = "Ada") -> Message:
    return playground.say(person, "dreams", text)


def picture(playground: Playground, width: int, height: int, alt: str = "a dream") -> Frame:
    """Return a gallery of one picture that lies on the stand-in's CDN."""
    world = playground.world
    item = attachments.store(world, world.channel("dreams").id, "dream.png", png(width, height))
    media = {"url": payloads.attachment_url(world, item), "width": width, "height": height}
    return {"type": 12, "id": 2, "items": [{"media": media, "description": alt}]}


def words(text: str) -> Frame:
    return {"type": 10, "id": 3, "content": text}


def buttons(*labels: str) -> Frame:
    made = [{"type": 2, "id": 10 + at, "style": 2, "label": one, "custom_id": one} for at, one in enumerate(labels)]
    return {"type": 1, "id": 4, "components": made}


def card(*parts: Frame) -> Frame:
    return {"type": 17, "id": 1, "components": list(parts)}


async def until_sent(visitor: Visitor, kind: str, count: int = 1) -> Frame:
    """Wait until the page has sent so many frames of a type; return the last one."""
    async with asyncio.timeout(60):
        while len(visitor.frames(kind)) < count:
            await visitor.page.wait_for_timeout(10)
    return visitor.frames(kind)[-1]


async def test_greets_with_everything_at_hand_and_asks_nobody_else(visitor: Visitor, playground: Playground) -> None:
    await expect(visitor.see("disclaimer")).to_have_text(DISCLAIMER)
    await expect(visitor.page.get_by_test_id("channels").get_by_role("button")).to_have_count(3)
    await expect(visitor.page.get_by_test_id("personas").get_by_role("button")).to_have_count(3)
    await expect(visitor.page.get_by_test_id("samples").get_by_role("button")).to_have_count(9)
    await expect(visitor.see("presence")).to_have_text("Pareidolia is online")
    playground.world.set_online(False)
    await expect(visitor.see("presence")).to_have_text("Pareidolia is offline")
    await visitor.see("suggestion").first.click()
    await expect(visitor.composer).to_have_value("/dream layer:high")
    assert all(address.startswith((playground.url, "blob:")) for address in visitor.addresses)


READINGS: list[tuple[str, str, list[Frame]]] = [
    ("/dream layer:high", "dream", [{"name": "layer", "value": "high"}]),
    ("/dream", "dream", []),
    ('/preset save name:"my dream: one"', "preset save", [{"name": "name", "value": "my dream: one"}]),
    (
        "/preset save name:my dream layer:mixed 4c",
        "preset save",
        [{"name": "name", "value": "my dream"}, {"name": "layer", "value": "mixed 4c"}],
    ),
    (
        "/dream look:very deep seed:42 private:yes strength:0.5",
        "dream",
        [
            {"name": "look", "value": "deep"},
            {"name": "seed", "value": 42},
            {"name": "private", "value": True},
            {"name": "strength", "value": 0.5},
        ],
    ),
]


async def test_typed_commands_are_read_against_what_was_registered(visitor: Visitor) -> None:
    for count, (text, name, options) in enumerate(READINGS, 1):
        await visitor.run(text)
        frame = await until_sent(visitor, "command", count)
        assert (frame["name"], frame["options"], frame["command_type"]) == (name, options, 1)
        await expect(visitor.composer).to_have_value("")


async def test_people_are_named_by_name(visitor: Visitor, playground: Playground) -> None:
    await visitor.run("/dream friend:@Ada")
    frame = await until_sent(visitor, "command")
    assert frame["options"] == [{"name": "friend", "value": playground.world.persona("Ada").id}]


HINTS = [
    ("/draem layer:high", "Did you mean /dream?"),
    ("/xylophone", "Type / alone to see every command."),
    ("/preset", "/preset save, /preset list"),
    ("/dream leyer:high", "Did you mean layer:?"),
    ("/dream weather:fine", "Use one of: image, layer"),
    ("/dream high", "like layer:high"),
    ("/dream seed:many", "a whole number from 0 to 100"),
    ("/dream seed:101", "a whole number from 0 to 100"),
    ("/dream private:maybe", "true or false"),
    ("/dream look:shallow", "Very deep"),
    ("/dream layer:", "no value yet"),
    ("/dream image:nothing.png", "Drop it into the page, or name one of: cat"),
    ("/dream friend:nobody", "Sam, Ada, Mod"),
    ("/preset save", "/preset save needs name"),
    ("/preset list x:1", "takes no options"),
]


async def test_what_cannot_run_says_what_to_do_and_keeps_the_text(visitor: Visitor) -> None:
    for text, told in HINTS:
        await visitor.composer.fill(text)
        await visitor.composer.press("Escape")  # closes the picker: what is typed is meant
        await visitor.composer.press("Enter")
        await expect(visitor.see("hint")).to_contain_text(told)
        assert (await visitor.composer.input_value()).startswith(text)
    assert visitor.frames("command") == []
    await visitor.composer.fill("/draem layer:high")
    await visitor.composer.press("Enter")
    await visitor.see("fix").click()
    await visitor.composer.press("Enter")
    assert (await until_sent(visitor, "command"))["name"] == "dream"


async def test_picker_by_keyboard_alone(visitor: Visitor, playground: Playground) -> None:
    await visitor.page.locator("body").press("/")
    lines = visitor.see("picker-line")
    await expect(lines).to_have_text(["/dreamDream a picture", "/preset saveSave one", "/preset listSee all"])
    await visitor.composer.press("ArrowDown")
    await visitor.composer.press("ArrowDown")
    await expect(lines.nth(1)).to_have_attribute("aria-selected", "true")
    await visitor.composer.press("ArrowUp")
    await visitor.composer.press("Enter")
    await expect(visitor.composer).to_have_value("/dream ")
    await expect(lines.first).to_contain_text("image")
    await visitor.composer.press_sequentially("lay")
    await visitor.composer.press("Tab")
    await expect(visitor.composer).to_have_value("/dream layer:")
    await visitor.composer.press_sequentially("hi")
    asked = await until_sent(visitor, "autocomplete")
    assert asked["options"][-1]["focused"] is True
    offered = [{"name": "high · faces, animals", "value": "high"}]
    while await lines.count() != 1:  # each letter asks again; only the last question's answer is shown
        playground.world.emit("choices", nonce=visitor.frames("autocomplete")[-1]["nonce"], choices=offered)
        await visitor.page.wait_for_timeout(20)
    await expect(lines).to_have_text(["highfaces, animals"])
    await visitor.composer.press("Tab")
    await expect(visitor.composer).to_have_value("/dream layer:high ")
    await visitor.composer.press("Escape")
    await expect(visitor.see("picker")).to_be_hidden()
    await visitor.composer.press("Enter")
    assert (await until_sent(visitor, "command"))["options"] == [{"name": "layer", "value": "high"}]


async def test_dropped_pasted_and_sample_pictures_fill_the_image(visitor: Visitor, playground: Playground) -> None:
    await visitor.drop("mine.png", png())
    await visitor.run("/dream layer:high")
    first = await until_sent(visitor, "command")
    image = next(option["value"] for option in first["options"] if option["name"] == "image")
    assert playground.deeds._staged[image["upload_id"]].data == png()
    await expect(visitor.see("attach-chip")).to_have_count(0)
    await visitor.composer.fill("/dream layer:high")
    await visitor.paste("pasted.png", png(9, 9))
    await expect(visitor.see("attach-chip").locator("b")).to_have_text("image")
    await visitor.composer.press("Enter")
    await until_sent(visitor, "command", 2)
    await visitor.see("sample-cat").focus()
    await visitor.page.keyboard.press("Enter")
    await visitor.attached("cat.png")
    await expect(visitor.composer).to_be_focused()
    await visitor.see("sample-rocket").drag_to(visitor.see("log"))
    await visitor.attached("rocket.png")
    await visitor.run("/dream")
    await expect(visitor.see("hint")).to_contain_text("takes one picture. Remove rocket.png")
    await visitor.page.get_by_role("button", name="Remove rocket.png").click()
    await visitor.composer.press("Enter")
    third = await until_sent(visitor, "command", 3)
    assert [option["name"] for option in third["options"]] == ["image"]


async def test_plain_messages_carry_pictures_mentions_and_replies(visitor: Visitor, playground: Playground) -> None:
    earlier = say(playground, "look at this")
    await visitor.message(earlier.id).hover()
    await visitor.message(earlier.id).get_by_test_id("reply").click()
    await expect(visitor.see("replying")).to_contain_text("Ada")
    await visitor.drop("cat.png", png(40, 30))
    await visitor.run("@Pareidolia high")
    await expect(visitor.messages).to_have_count(2)
    mine = playground.world.history("dreams")[-1]
    assert mine.reference == earlier.id
    assert playground.world.bot.id in mine.mentions
    shown = visitor.message(mine.id)
    await expect(shown.get_by_test_id("origin")).to_contain_text("look at this")
    await expect(shown).to_contain_text("@Pareidolia high")
    await expect(shown.get_by_test_id("picture")).to_have_attribute("data-name", "cat.png")


EVIL = (
    '<img src=x onerror="document.title=1"> <script>document.title=1</script> **<b>bold</b>** `<i>` '
    "[x](javascript:alert(1)) [y](https://example.com/) https://example.com/z <t:1:R>"
)


async def test_nothing_that_is_said_becomes_markup(visitor: Visitor, playground: Playground) -> None:
    message = say(playground, EVIL)
    bot_message(playground, card(words(EVIL), buttons(EVIL[:60])))
    shown = visitor.message(message.id).locator(".body")
    await expect(shown.locator("strong")).to_have_text("<b>bold</b>")
    await expect(shown.locator("code")).to_have_text("<i>")
    await expect(shown.locator("time")).to_contain_text("years ago")
    await expect(shown.locator("img, script, b, i, a")).to_have_count(0)
    await expect(visitor.page.locator(".log script, .log [onerror]")).to_have_count(0)
    assert "Pareidolia" in await visitor.page.title()


async def test_whatever_is_escaped_is_shown_without_its_backslash(visitor: Visitor, playground: Playground) -> None:
    signs = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"
    message = say(playground, f"**{wording.escape(f'my_own_name {signs}', 80)}**")
    await expect(visitor.message(message.id).locator(".body strong")).to_have_text(f"my_own_name {signs}")


async def test_persona_decides_what_is_seen_and_who_presses(visitor: Visitor, playground: Playground) -> None:
    ada = playground.world.persona("Ada").id
    bot_message(playground, card(words("for everyone"), buttons("Zoom")))
    secret = bot_message(playground, words("for Ada alone"), visible_to=ada, flags=EPHEMERAL)
    await expect(visitor.messages).to_have_count(1)
    await visitor.become("ada")
    await expect(visitor.message(secret.id)).to_contain_text("Only you can see this")
    playground.world.set_online(False)
    await visitor.page.get_by_role("button", name="Zoom").click()
    assert (await until_sent(visitor, "press"))["persona"] == ada
    await expect(visitor.see("toast").first).to_be_visible()  # no bot: refused in words
    await visitor.see("dismiss").click()
    await expect(visitor.messages).to_have_count(1)
    await playground.world.until(lambda: secret.id not in playground.world.messages)
    await visitor.page.get_by_test_id("channel-Pareidolia").click()
    await expect(visitor.see("invitation")).to_be_visible()
    mine = playground.world.channel("dm", playground.world.persona("Ada"))
    assert await visitor.see("channel-Pareidolia").get_attribute("data-channel") == mine.id


BOX = "(box) => [box.offsetLeft, box.offsetTop, box.offsetWidth, box.offsetHeight]"
"""A box within its message: the log may scroll meanwhile."""


async def test_edits_keep_the_box_and_the_focus(visitor: Visitor, playground: Playground) -> None:
    message = bot_message(playground, card(words("Dreaming"), picture(playground, 300, 200), buttons("Cancel")))
    shown = visitor.message(message.id).get_by_test_id("picture")
    button = visitor.page.get_by_role("button", name="Cancel")
    await button.focus()
    before, was = await shown.evaluate(BOX), await shown.get_attribute("data-src")
    message.components = [card(words("Dreamed"), picture(playground, 600, 400, "eyes"), buttons("Cancel", "Keep"))]
    playground.world.change_message(message)
    await expect(visitor.page.get_by_role("button", name="Keep")).to_be_visible()
    settled = shown.locator("img:not(.arriving)")
    await expect(settled).not_to_have_attribute("src", was or "")
    await expect(settled).to_have_attribute("alt", "eyes")
    await expect(shown.locator("img")).to_have_count(1)
    assert await shown.get_attribute("data-src") != was
    assert await shown.evaluate(BOX) == before
    await expect(button).to_be_focused()
    await shown.click()
    await expect(visitor.see("download")).to_have_attribute("download", "dream.png")
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.see("lightbox")).to_be_hidden()


async def test_menus_open_from_the_keyboard(visitor: Visitor, playground: Playground) -> None:
    message = say(playground, "my photo")
    await visitor.message(message.id).focus()
    await visitor.page.keyboard.press("Shift+F10")
    await expect(visitor.see("menu-item").first).to_be_focused()
    await visitor.page.keyboard.press("ArrowDown")
    await visitor.page.keyboard.press("Enter")
    frame = await until_sent(visitor, "command")
    assert (frame["name"], frame["command_type"], frame["target_id"]) == ("Dream this", 3, message.id)
    await visitor.message(message.id).get_by_role("button", name="Ada", exact=True).click()
    await visitor.see("menu-item").get_by_text("Dream avatar").click()
    frame = await until_sent(visitor, "command", 2)
    assert (frame["command_type"], frame["target_id"]) == (2, playground.world.persona("Ada").id)


async def test_buttons_are_within_reach_of_the_keyboard(visitor: Visitor, playground: Playground) -> None:
    message = bot_message(playground, card(words("a dream"), picture(playground, 30, 20), buttons("Deeper", "Re-roll")))
    await expect(visitor.composer).to_be_focused()
    deeper = visitor.message(message.id).get_by_role("button", name="Deeper")
    for _ in range(8):
        await visitor.page.keyboard.press("Shift+Tab")
        if await deeper.evaluate("(button) => button === document.activeElement"):
            break
    await visitor.page.keyboard.press("Enter")
    frame = await until_sent(visitor, "press")
    assert (frame["custom_id"], frame["message_id"], frame["component_type"]) == ("Deeper", message.id, 2)


MODAL: list[Frame] = [
    {"type": 18, "label": "Name", "component": {"type": 4, "custom_id": "name", "style": 1, "max_length": 20}},
    {
        "type": 18,
        "label": "Layer",
        "component": {"type": 3, "custom_id": "layer", "options": [{"label": "High", "value": "high"}]},
    },
    {"type": 18, "label": "Pictures", "component": {"type": 19, "custom_id": "files", "max_values": 2}},
]


async def test_forms_hold_the_focus_and_say_what_is_missing(visitor: Visitor, playground: Playground) -> None:
    you = playground.world.persona("Sam").id
    modal: Frame = {"interaction_id": "1", "persona": you, "custom_id": "form", "title": "Save", "components": MODAL}
    playground.world.emit("modal", modal=modal)
    letter = visitor.see("modal")
    await expect(letter.get_by_label("Name")).to_be_focused()
    await visitor.see("modal-submit").click()
    await expect(letter).to_contain_text("Fill in “Name” first.")
    await letter.get_by_label("Name").fill("owls")
    await letter.get_by_label("Layer").select_option("high")
    await letter.get_by_role("button", name="Use A cat").click()
    await visitor.see("modal-submit").click()
    frame = await until_sent(visitor, "submit")
    fields = {field.pop("custom_id"): field for field in frame["fields"]}
    assert fields["name"] == {"value": "owls"}
    assert fields["layer"] == {"values": ["high"]}
    assert len(fields["files"]["upload_ids"]) == 1
    playground.world.emit("modal", modal=modal)
    await expect(letter).to_be_visible()
    await visitor.page.keyboard.press("Escape")
    await expect(letter).to_be_hidden()


async def test_lab_tells_what_happened(visitor: Visitor, playground: Playground) -> None:
    await visitor.see("lab-toggle").click()
    await visitor.see("lab-crash").click()
    await expect(visitor.see("lab-log")).to_contain_text("cannot be stopped here")
    await visitor.see("lab-restart").click()
    assert [frame["action"] for frame in visitor.frames("lab")] == ["crash_engine", "restart_bot"]
    await visitor.page.keyboard.press("Escape")
    await expect(visitor.see("lab")).to_be_hidden()


async def test_lab_chooses_languages_and_commands_are_described_in_ones_own(
    visitor: Visitor, playground: Playground
) -> None:
    world = playground.world
    for command in world.commands.values():
        command["description_localizations"] = {"de": f"Befehl {command['name']}"}
    world.emit("commands", commands=list(world.commands.values()))
    await visitor.see("lab-toggle").click()
    await visitor.see("lab-server").select_option("de")
    await world.until(lambda: world.servers[world.guild_id].locale == "de")
    assert {one.locale for one in world.personas.values()} == {"en-US"}
    await visitor.see("lab-person").select_option("de")
    await world.until(lambda: world.persona("Sam").locale == "de")
    await visitor.page.keyboard.press("Escape")
    await visitor.see("composer").fill("/dre")
    await expect(visitor.see("picker")).to_contain_text("Befehl dream")
    await visitor.see("persona-ada").click()
    await expect(visitor.see("lab-person")).to_have_value("en-US")
    await expect(visitor.see("lab-server")).to_have_value("de")


async def test_a_draft_outlives_a_reload_and_a_bot_that_is_offline(visitor: Visitor, playground: Playground) -> None:
    playground.world.set_online(False)
    await expect(visitor.see("presence")).to_have_text("Pareidolia is offline")
    await visitor.run("/dream layer:high")
    await expect(visitor.see("hint")).to_contain_text("is offline. Your text stays here")
    await expect(visitor.composer).to_have_value("/dream layer:high")
    await visitor.become("ada")
    await visitor.see("channel-lab").click()
    await expect(visitor.composer).to_have_value("")
    await visitor.composer.fill("half a thought")
    await visitor.page.reload()
    await expect(visitor.see("persona-ada")).to_have_attribute("aria-pressed", "true")
    await expect(visitor.composer).to_have_value("half a thought")
    await visitor.see("channel-dreams").click()
    await expect(visitor.composer).to_have_value("/dream layer:high")
    playground.world.acknowledge_seconds = 0.01
    playground.world.set_online(True)
    await expect(visitor.see("presence")).to_have_text("Pareidolia is online")
    await visitor.composer.press("Enter")
    await until_sent(visitor, "command")
    await expect(visitor.see("toast")).to_contain_text("did not answer")  # nobody is there, whatever it says
    await expect(visitor.composer).to_have_value("/dream layer:high")


async def test_a_reply_pings_unless_that_is_turned_off(visitor: Visitor, playground: Playground) -> None:
    world = playground.world
    result = bot_message(playground, card(words("a dream"), buttons("Deeper")))
    for turns, pinged in ((0, True), (1, False)):
        await visitor.message(result.id).focus()
        await visitor.page.keyboard.press("r")
        await expect(visitor.see("ping")).to_have_text("@ ON")
        for _ in range(turns):
            await visitor.see("ping").click()
            await expect(visitor.see("ping")).to_have_attribute("aria-pressed", "false")
        await visitor.run("stronger")
        await expect(visitor.see("replying")).to_be_hidden()
        await expect(visitor.messages).to_have_count(2 + turns)
        said = world.history("dreams")[-1]
        assert said.reference == result.id
        assert (world.bot.id in said.mentions) is pinged
    mine = world.history("dreams")[-1]
    await visitor.message(mine.id).focus()
    await visitor.page.keyboard.press("r")
    await expect(visitor.see("replying")).to_be_visible()
    await expect(visitor.see("ping")).to_have_count(0)


CHOICES: Frame = {
    "type": 3,
    "id": 20,
    "custom_id": "subject",
    "placeholder": "Pick a subject",
    "options": [{"label": word, "value": word} for word in ("eyes", "castle", "owl")],
}
FOCUSED = "[document.activeElement.dataset.testid, document.activeElement.dataset.custom].filter(Boolean).join()"


async def test_the_tab_key_alone_reaches_everything(visitor: Visitor, playground: Playground) -> None:
    bot_message(playground, card(words("a dream"), buttons("Deeper"), {"type": 1, "id": 5, "components": [CHOICES]}))
    await expect(visitor.messages).to_have_count(1)
    await visitor.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(40):
        await visitor.page.keyboard.press("Tab")
        reached.add(await visitor.page.evaluate(FOCUSED))
    places = {"channel-dreams", "channel-lab", "channel-Pareidolia", "persona-sam", "persona-ada", "persona-mod"}
    assert (
        places | {"Deeper", "subject", "reply", "apps", "attach", "composer", "send", "lab-toggle", "sample-leaves"}
        <= reached
    )
    await visitor.see("channel-lab").focus()
    await visitor.page.keyboard.press("Enter")
    await expect(visitor.see("channel-lab")).to_have_attribute("aria-current", "page")


async def test_arrow_keys_in_a_closed_select_choose_nothing_by_themselves(
    visitor: Visitor, playground: Playground
) -> None:
    bot_message(playground, card({"type": 1, "id": 5, "components": [CHOICES]}))
    menu = visitor.page.get_by_label("Pick a subject")
    await menu.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await visitor.page.keyboard.press(key)
    frame = await until_sent(visitor, "press")
    assert (frame["values"], len(visitor.frames("press"))) == ([await menu.input_value()], 1)


async def test_a_finger_that_stays_opens_the_menu(visitor: Visitor, playground: Playground) -> None:
    message = say(playground, "my photo")
    touch = {"pointerType": "touch", "bubbles": True, "clientX": 200, "clientY": 300}
    for target, entry in (
        (visitor.message(message.id), "Dream this"),
        (visitor.see("persona-ada"), "Dream avatar"),
    ):
        await target.dispatch_event("pointerdown", touch)
        await expect(visitor.see("menu-item").get_by_text(entry)).to_be_visible()
        await visitor.page.keyboard.press("Escape")
        await expect(visitor.see("menu")).to_be_hidden()


async def place(element: Locator) -> int:
    """Return how far down an element stands, in whole pixels: scrolling knows no fractions everywhere."""
    return round(float(await element.evaluate("(node) => node.getBoundingClientRect().top")))


async def test_who_reads_older_messages_stays_there_and_nothing_is_shown_twice(
    visitor: Visitor, playground: Playground
) -> None:
    first = bot_message(playground, card(words("Dreaming")))
    said = [say(playground, f"word {number}") for number in range(40)]
    await expect(visitor.messages).to_have_count(41)
    anchor = visitor.message(said[10].id)
    await anchor.evaluate("(node) => node.scrollIntoView({ block: 'start' })")
    await expect(visitor.page.locator("#newer")).to_be_hidden()
    before = await place(anchor)
    first.components = [card(words("Dreamed"), picture(playground, 300, 200))]
    playground.world.change_message(first)
    say(playground, "one more")
    await expect(visitor.page.locator("#newer")).to_be_visible()
    await expect(visitor.message(first.id).get_by_test_id("picture")).to_have_count(1)
    assert await place(anchor) == before
    await playground.pages.close()  # the page comes back by itself, and is told everything again
    await expect(visitor.see("connection")).to_be_visible()
    await expect(visitor.see("connection")).to_be_hidden()
    await expect(visitor.messages).to_have_count(42)
    assert await place(anchor) == before


WINDOWS = [(390, 780, 1), (320, 640, 1), (640, 400, 1), (740, 900, 1), (1000, 420, 1), (1280, 800, 2), (400, 780, 2)]
"""Width and height of a window, and how large its letters are."""
STANDS_FREE = """
(element) => {
  element.scrollIntoView({ block: "nearest", inline: "nearest" });
  const { left, top, width, height } = element.getBoundingClientRect();
  const hit = document.elementFromPoint(left + width / 2, top + height / 2);
  const inside = left >= -1 && top >= -1 && left + width <= innerWidth + 1 && top + height <= innerHeight + 1;
  return inside && Math.min(width, height) >= 24 && element.contains(hit);
}
"""
"""Whether a finger can tap an element: it is in the window, large enough (WCAG 2.5.8: 24 px), and nothing covers it."""


@pytest.mark.parametrize(("width", "height", "letters"), WINDOWS)
async def test_everything_can_be_tapped_in_small_windows_and_with_large_letters(
    playground: Playground, shared_chromium: Browser, width: int, height: int, letters: int
) -> None:
    register(playground)
    message = bot_message(
        playground, card(words("a dream"), picture(playground, 512, 384), buttons("Deeper", "Re-roll"))
    )
    view = {"width": width, "height": height}
    visitor = await visit(shared_chromium, playground.url, viewport=view, has_touch=True)
    await visitor.page.evaluate(f"document.documentElement.style.fontSize = '{100 * letters}%'")
    await expect(visitor.message(message.id)).to_be_visible()
    assert await visitor.page.evaluate("document.documentElement.scrollWidth") == width
    log = await visitor.see("log").bounding_box()
    assert log is not None
    assert log["height"] > height / 4, "the talk has the room"
    names = ("channel-dreams", "channel-lab", "channel-Pareidolia", "persona-sam", "persona-ada", "persona-mod")
    for name in (*names, "lab-toggle", "attach", "composer", "send", "sample-cat"):
        assert await visitor.see(name).evaluate(STANDS_FREE), name
    for name in ("Deeper", "Re-roll"):
        assert await visitor.message(message.id).get_by_role("button", name=name).evaluate(STANDS_FREE), name
    for name in ("lab", "Pareidolia", "dreams"):
        await visitor.see(f"channel-{name}").tap()
        await expect(visitor.see(f"channel-{name}")).to_have_attribute("aria-current", "page")
    await visitor.page.close()


async def test_a_link_to_a_message_shows_no_address_and_leads_there(visitor: Visitor, playground: Playground) -> None:
    world = playground.world
    here, gone = say(playground, "the first"), say(playground, "soon gone")
    there = playground.say("Ada", "lab", "elsewhere")
    links = " ".join(
        f"[{name}](https://discord.com/channels/{world.guild_id}/{one.channel_id}/{one.id})"
        for name, one in (("here", here), ("there", there), ("gone", gone))
    )
    panel = bot_message(playground, words(links))
    world.drop_message(gone)
    shown = visitor.message(panel.id)
    await expect(shown).to_contain_text("here there gone")
    await expect(shown).not_to_contain_text("discord.com")
    await shown.get_by_role("button", name="gone").click()
    await expect(visitor.see("toast")).to_contain_text("isn't there any more")
    await shown.get_by_role("button", name="here", exact=True).click()
    await expect(visitor.message(here.id)).to_be_focused()
    await shown.get_by_role("button", name="there", exact=True).click()
    await expect(visitor.see("channel-lab")).to_have_attribute("aria-current", "page")
    await expect(visitor.message(there.id)).to_be_focused()


async def test_comes_back_by_itself_and_fits_a_narrow_window(playground: Playground, shared_chromium: Browser) -> None:
    visitor = await visit(shared_chromium, playground.url, viewport={"width": 390, "height": 780})
    wide = "document.documentElement.scrollWidth"
    assert await visitor.page.evaluate(wide) == 390
    await expect(visitor.see("disclaimer")).to_be_in_viewport()
    await visitor.composer.fill("half a thought")
    port = playground.port
    await playground.stop()
    await expect(visitor.see("connection")).to_be_visible()
    await visitor.composer.press("Enter")
    await expect(visitor.see("hint")).to_contain_text("Your text stays here")
    again = Playground()
    await again.start(port)
    try:
        await expect(visitor.see("connection")).to_be_hidden()
        await expect(visitor.composer).to_have_value("half a thought")
        await visitor.composer.press("Enter")
        await expect(visitor.messages).to_have_count(1)
    finally:
        await visitor.page.close()
        await again.stop()
