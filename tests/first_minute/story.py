"""The first minute, step by step: `(hands, room) => what stands in the chat then`.

Everything is done at the page, as Sam and as Ada, by a mouse or by the keyboard alone; each step ends when its last
picture stands there.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Locator, expect

from bot import wording
from bot.playground import samples
from bot.playground.world import Message
from tests.bot.playground.page_user import Visitor
from tests.playground_bot import PATIENCE, Room, answers_of, labels, texts

TABS: Final = 400
"""So many presses of Tab go round the page at least once."""
PATIENCE_MS: Final = PATIENCE * 1000
SHORTER_WAY: Final = """
(target) => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")].filter(
    (it) => it.tabIndex >= 0 && !it.disabled && it.checkVisibility({ visibilityProperty: true }),
  );
  const here = stops.indexOf(document.activeElement);
  const forwards = (stops.indexOf(target) - here + stops.length) % stops.length;
  return here < 0 || 2 * forwards <= stops.length ? "Tab" : "Shift+Tab";
}
"""
"""The key that comes to an element by fewer presses; the other one comes there, too."""
STANDS_THERE: Final = """
(id) => {
  const picture = [...document.querySelectorAll(`[data-message-id="${id}"] img`)].at(-1);
  return picture !== undefined && picture.complete && picture.naturalWidth > 0;
}
"""
NOTES: Final = b"eggs, milk, bread\n"


class Hands:
    """What a person can do at the page."""

    def __init__(self, visitor: Visitor, letter_ms: float = 0.0) -> None:
        self.visitor = visitor
        self.page = visitor.page
        self.letter_ms = letter_ms

    async def press(self, target: Locator) -> None:
        """Press a button."""
        await expect(target).to_be_visible(timeout=PATIENCE_MS)
        await target.scroll_into_view_if_needed()
        await target.click()

    async def write(self, text: str) -> None:
        """Type into the composer and send."""
        await self.press(self.visitor.composer)
        await self.visitor.composer.press_sequentially(text, delay=self.letter_ms)
        await self.page.keyboard.press("Enter")

    async def tool(self, message: Locator, name: str) -> None:
        """A button of those that a message shows while one points at it."""
        await message.hover()
        await self.press(message.get_by_test_id(name))

    async def choose(self, text: str) -> None:
        """An entry of the open menu."""
        await self.press(self.visitor.see("menu-item").get_by_text(text))

    async def become(self, name: str) -> None:
        """Sit down as "sam" or "ada"."""
        await self.press(self.visitor.see(f"persona-{name}"))

    async def attach(self, sample: str) -> None:
        """One of the samples."""
        await self.press(self.visitor.see(f"sample-{sample}"))
        await self.visitor.attached(f"{sample}.{'gif' if sample == samples.MOVING.name else 'png'}")

    async def escape(self) -> None:
        """Close what is open."""
        await self.page.keyboard.press("Escape")


class KeyboardHands(Hands):
    """The same without a mouse: one goes to what is to be pressed by Tab or Shift+Tab, and presses Enter."""

    async def press(self, target: Locator) -> None:
        """Go there and press Enter; a text field is only gone to."""
        await expect(target).to_be_attached(timeout=PATIENCE_MS)
        key = await target.evaluate(SHORTER_WAY)
        for _ in range(TABS):
            if await target.evaluate("(it) => it === document.activeElement"):
                break
            await self.page.keyboard.press(key)
        await expect(target).to_be_focused()
        if not await target.evaluate("(it) => it.tagName === 'TEXTAREA'"):
            await self.page.keyboard.press("Enter")

    async def tool(self, message: Locator, name: str) -> None:
        """A button of those that a message shows while it has the focus."""
        await self.press(message.get_by_test_id(name))

    async def choose(self, text: str) -> None:
        """An entry of the open menu, by arrows."""
        entry = self.visitor.see("menu-item").get_by_text(text)
        await expect(entry).to_be_visible()
        focused = "(it) => it.closest('[role=menuitem]') === document.activeElement"
        for _ in range(TABS):
            if await entry.evaluate(focused):
                break
            await self.page.keyboard.press("ArrowDown")
        await self.page.keyboard.press("Enter")


@dataclass
class Waits:
    """How long it took until the chat answered, by step, in seconds."""

    seconds: dict[str, float] = field(default_factory=dict)


class Story:
    """The first minute. `options` stand behind each command and each mention: a size, a network."""

    def __init__(self, hands: Hands, room: Room, options: str = "", pause: Callable[[], Awaitable[None]] | None = None):
        self.hands = hands
        self.room = room
        self.visitor = hands.visitor
        self.options = f" {options}" if options else ""
        self.waits = Waits()
        self._pause = pause

    async def tell(self) -> None:
        """All of it, in order."""
        eyes = await self.eyes_grow_in_the_cat()
        await self.rest()
        await self.towers_in_reply(eyes)
        await self.rest()
        dogs = await self.dogs_in_the_clouds()
        await self.rest()
        await self.from_cloud_to_dog(dogs)
        await self.rest()
        await self.ada_copies_the_settings(eyes)
        await self.rest()
        await self.ada_may_not_delete(eyes)
        await self.rest()
        await self.a_preset_is_shared(dogs)
        await self.rest()
        await self.a_text_file_is_no_picture()
        await self.rest()
        await self.the_engine_crashes()
        await self.rest()
        await self.after_a_restart(eyes)

    async def rest(self) -> None:
        """Whoever watches looks at what came."""
        if self._pause is not None:
            await self._pause()

    # the steps

    async def eyes_grow_in_the_cat(self) -> Message:
        """The cat, our name, and one word."""
        await self.hands.attach("cat")
        return await self._finished("a mention", lambda: self.hands.write(f"@Pareidolia eyes{self.options}"))

    async def towers_in_reply(self, dream: Message) -> Message:
        """A reply of one word goes on from a dream."""
        await self.hands.tool(self.visitor.message(dream.id), "reply")
        answer = await self._finished("a reply", lambda: self.hands.write("castles"))
        assert wording.FROM_ABOVE in texts(answer)
        return answer

    async def dogs_in_the_clouds(self) -> Message:
        """Four of them; the third is taken out."""
        await self.hands.attach("clouds")
        command = f"/dream subject:dogs variations:4{self.options}"
        sheet = await self._finished("/dream variations:4", lambda: self.hands.write(command), "4")
        taken = await self._next("3", lambda: self._button(sheet, "3"))
        await self.room.until_button(taken, "Deeper")
        await self._sees_picture(taken)
        return taken

    async def from_cloud_to_dog(self, dream: Message) -> None:
        """Deeper, and the whole way as an animation."""
        deeper = await self._finished("Deeper", lambda: self._button(dream, "Deeper"))
        panel = await self._whisper(lambda: self._button(deeper, "More"))
        animation = await self._next("Animate", lambda: self._button(panel, wording.VERBS["animate"]))
        await self.room.world.until(lambda: bool(self.room.now(animation).attachments), PATIENCE)
        await self.room.until_button(animation, "More")
        await self._sees_picture(animation)

    async def ada_copies_the_settings(self, dream: Message) -> None:
        """Her photo, the settings of his dream, behind a dream of his."""
        await self.hands.attach("leaves")
        running = await self._next("/zoom", lambda: self.hands.write(f"/zoom frames:10{self.options}"))
        await self.room.until_running(running)
        with self.room.engine_paused():
            await self.hands.become("ada")
            await self.hands.attach("coffee")
            waiting = await self._next("a photo of Ada's", lambda: self.hands.write(f"@Pareidolia mid{self.options}"))
            await self.room.world.until(lambda: "1 ahead of you" in texts(self.room.now(waiting)), PATIENCE)
        await self.room.until_button(running, "Re-roll")
        await self.room.until_button(waiting, "Deeper")
        await self.hands.tool(self.visitor.message(dream.id), "apps")
        copied = await self._next("Copy settings", lambda: self.hands.choose(wording.LIKE_THIS))
        await self.room.until_button(copied, "Deeper")
        assert "eyes" in texts(self.room.now(copied))
        await self._sees_picture(copied)

    async def ada_may_not_delete(self, dream: Message) -> None:
        """What is his; told to her alone."""
        panel = await self._whisper(lambda: self._button(dream, "More"))
        assert wording.VERBS["delete"] in labels(panel)
        refusal = await self._whisper(lambda: self._button(panel, wording.VERBS["delete"]))
        assert refusal.ephemeral
        assert dream.id in self.room.world.messages

    async def a_preset_is_shared(self, dream: Message) -> None:
        """Sam's settings become Ada's by a press."""
        await self.hands.become("sam")
        await self._whisper(lambda: self.hands.write("/preset save name:puppies subject:dogs strength:1.4"))
        card = await self._next("/preset share", lambda: self.hands.write("/preset share name:puppies"))
        await self.hands.become("ada")
        kept = await self._whisper(lambda: self._button(card, wording.VERBS["preset_save"]))
        assert "puppies" in texts(kept)

    async def a_text_file_is_no_picture(self) -> None:
        """One sentence that helps."""
        await self.hands.become("sam")
        await self.visitor.drop("shopping.txt", NOTES, "text/plain")
        answer = await self._next("a text file", lambda: self.hands.write("@Pareidolia"))
        assert answer.attachments == []
        assert "PNG" in texts(answer)

    async def the_engine_crashes(self) -> None:
        """In the middle of a dream; it is said, and there is one answer."""
        await self.hands.attach("rocket")
        dream = await self._next("/zoom", lambda: self.hands.write(f"/zoom frames:10{self.options}"))
        job = await self.room.until_running(dream)
        with self.room.engine_paused():
            await self.hands.press(self.visitor.see("lab-toggle"))
            await self.hands.press(self.visitor.see("lab-crash"))
        await self.hands.escape()
        await expect(self.visitor.message(dream.id)).to_contain_text(wording.ONCE_MORE, timeout=PATIENCE_MS)
        await self.room.until_button(dream, "Re-roll")
        assert [message.id for message in answers_of(self.room, job)] == [dream.id]
        await self._sees_picture(dream)

    async def after_a_restart(self, first: Message) -> None:
        """The first picture's buttons still work."""
        await self.hands.press(self.visitor.see("lab-toggle"))
        await self.hands.press(self.visitor.see("lab-restart"))
        await expect(self.visitor.see("presence")).to_contain_text("offline")
        await expect(self.visitor.see("presence")).to_contain_text("online", timeout=PATIENCE_MS)
        await self.hands.escape()
        await self._finished("Re-roll", lambda: self._button(first, "Re-roll"))
        await self.room.until_posted()

    # what they are made of

    async def _button(self, message: Message, label: str) -> None:
        await self.hands.press(self.visitor.message(message.id).get_by_role("button", name=label, exact=True))

    async def _finished(self, step: str, act: Callable[[], Awaitable[None]], button: str = "Deeper") -> Message:
        """The message that the bot adds, once its picture stands in the page."""
        answer = await self._next(step, act)
        await self.finished(answer, button)
        return self.room.now(answer)

    async def finished(self, answer: Message, button: str) -> None:
        """Until a message has that button, and its picture stands in the page."""
        await self.room.until_button(answer, button)
        shown = self.visitor.message(answer.id).get_by_role("button", name=button, exact=True)
        await expect(shown).to_be_attached(timeout=PATIENCE_MS)  # what stood there before was a preview
        await self._sees_picture(answer)

    async def answer(self, act: Callable[[], Awaitable[None]]) -> Message:
        """Whatever the bot says to an action, to everybody or to one person."""
        return await self._new("", act, (False, True))

    async def _next(self, step: str, act: Callable[[], Awaitable[None]]) -> Message:
        """The public message that the bot adds after an action."""
        return await self._new(step, act, (False,))

    async def _whisper(self, act: Callable[[], Awaitable[None]]) -> Message:
        """What the bot then says to one person alone."""
        return await self._new("", act, (True,))

    async def _new(self, step: str, act: Callable[[], Awaitable[None]], ephemeral: tuple[bool, ...]) -> Message:
        known = {one.id for one in self._of_the_bot(ephemeral)}
        await act()
        since = time.monotonic()

        def added() -> Message | None:
            return next((one for one in self._of_the_bot(ephemeral) if one.id not in known), None)

        answer = await self.room.world.until(added, PATIENCE)
        await expect(self.visitor.message(answer.id)).to_be_visible(timeout=PATIENCE_MS)
        if step:
            self.waits.seconds[step] = time.monotonic() - since
        return answer

    def _of_the_bot(self, ephemeral: tuple[bool, ...]) -> list[Message]:
        bot = self.room.world.bot.id
        said = self.room.world.messages.values()
        return [one for one in said if one.author_id == bot and one.ephemeral in ephemeral]

    async def _sees_picture(self, message: Message) -> None:
        """The picture of a message has arrived in the browser, not only its box."""
        await self.visitor.page.wait_for_function(STANDS_THERE, arg=message.id, timeout=PATIENCE_MS)


async def twice_shown(visitor: Visitor) -> list[str]:
    """Ids of messages that stand in the page more than once."""
    shown = await visitor.page.locator("[data-message-id]").evaluate_all(
        "(all) => all.map((it) => it.dataset.messageId)"
    )
    return sorted({id for id in shown if shown.count(id) > 1})
