"""A week of a server with fifty people: `python -m tests.server_week FOLDER => its exhibition as a page`.

In a few minutes: the real bot in the stand-in Discord, with the clock in our hands and an engine that is never slow.
Again and again the bot is killed just after Discord took a message, Discord forgets nonces, and the clock is set back.
In the end everything happened once: each part and each day, the film of the week, each exhibit, each vote. Ends with an
error where it did not.
"""

from __future__ import annotations

import asyncio
import io
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from PIL import Image

from bot import exhibit_page, ritual_words, wording
from bot.playground.world import Interaction, Message, Persona
from bot.store.schedules import DAILY, ENDLESS, EXHIBITION, GAME, Schedule
from bot.store.votes import Votes, star_poll
from engine.params import Zoom
from engine.queue.job import JobRow
from tests.chaos.rest_faults import House, open_house
from tests.playground_bot import custom_ids, labels

GALLERY = Path(__file__).parents[1] / "docs" / "gallery"
SHEETS = ("scenes.webp", "hybrids.webp", "concepts.webp", "kinds.webp")
SIDE, ZOOM_FRAMES = 256, 8
PEOPLE, DAYS, STEP_H, THRESHOLD = 50, 7, 6, 3
KILLED = 0.15
"""Of the messages that the bot posts by itself, after so many it is killed."""
SUBJECTS = (
    "castles",
    "eyes",
    "owls",
    "butterflies",
    "volcano",
    "jellyfish",
    "waves",
    "goldfish",
    "flowers",
    "mountains",
)
NAMES = ("Mira", "Jonas", "Lea", "Tariq", "Noor", "Emil", "Ines", "Yuki", "Ravi", "Olga")


class Week:
    """The people, and what they do."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.world, self.draw = house, house.world, random.Random(seed)
        self.runner = house.client.rituals
        self.now = time.time()
        self.runner.clock = lambda: self.now
        self.schedules = self.runner._schedules
        self.people = [self._person(f"{NAMES[at % 10]} {'ABCDE'[at // 10]}.") for at in range(PEOPLE)]
        self.cast: dict[str, dict[str, str]] = {}
        """The last vote of each person by poll, as they know it."""
        self.killed = 0
        self.films = self.runner._kinds[ENDLESS]._film._underway  # type: ignore[attr-defined]
        self.sheets = [Image.open(GALLERY / one).convert("RGB") for one in SHEETS]
        self._die_after_posting()
        house.dispatch.finish, self._finish = self._paint, house.dispatch.finish  # type: ignore[method-assign,assignment]

    def _person(self, name: str) -> Persona:
        person = Persona(self.world.mint(), name, name, "", None)
        self.world.personas[person.id] = self.world.people[person.id] = person
        return person

    def _paint(self, id: Any, _data: bytes, **facts: Any) -> bool:
        """A piece of one of the README's pictures in place of a dream."""
        sheet = self.draw.choice(self.sheets)
        left, top = self.draw.randrange(sheet.width - SIDE), self.draw.randrange(sheet.height - SIDE)
        piece = sheet.crop((left, top, left + SIDE, top + self.draw.choice((SIDE, 170, 200))))
        row = self.row(id)
        drawn = zoom_into(piece) if row and isinstance(row.job.params, Zoom) else encode(piece)
        return self._finish(id, drawn, width=piece.width, height=piece.height)

    def _die_after_posting(self) -> None:
        """Post, and then be killed before anything can be written down."""
        for kind in self.runner._kinds.values():
            publisher = kind._publisher  # type: ignore[attr-defined]
        post = publisher.post_once

        async def post_once(*given: Any) -> int:
            made = await post(*given)
            if self.draw.random() < KILLED:
                self.killed += 1
                for message in self.world.messages.values():
                    message.created -= 3600  # Discord has forgotten every nonce
                raise RuntimeError("killed")
            return int(made)

        publisher.post_once = post_once

    async def run(self) -> None:
        """The whole week."""
        for kind, where in ((ENDLESS, "dreams"), (DAILY, "dreams"), (EXHIBITION, "lab"), ("exquisite", "dreams")):
            options = {"stars": THRESHOLD} if kind == EXHIBITION else {}
            await self.answer(self.house.playground.command("Mod", where, "server ritual", kind=kind, **options))
        for step in range(DAYS * 24 // STEP_H):
            self.now += STEP_H * 3600
            await self.work()
            for person in self.draw.sample(self.people, 7):
                await self.act(person)
            if step % 7 == 3:
                self.now -= 2 * 3600  # somebody sets the clock back
                await self.work()
        for _ in range(3):
            self.now += 3600
            await self.work()

    async def work(self) -> None:
        """Let the bot do all that is due, however often it is killed."""
        for _ in range(40):
            await self.runner.tick()
            await asyncio.gather(*self.films.values(), return_exceptions=True)
            await self.house.settled()
            if not any(one.claimed or (one.due or self.now) < self.now for one in await self.schedules.due(self.now)):
                return

    async def answer(self, asked: Interaction) -> Message | None:
        await self.house.settled()
        return await self.house.answered(asked)

    async def act(self, person: Persona) -> None:
        """What somebody does who looks in."""
        await self.vote(person)
        await self.draw.choice((self.take, self.dream, self.add))(person)
        for message in self.draw.sample(starry := self.with_button(wording.VERBS["ritual:star"]), min(3, len(starry))):
            await self.star(person, message)

    async def vote(self, person: Persona) -> None:
        """Choose where the endless dream goes, some with a double click."""
        one = await self.only(ENDLESS)
        polls = [
            m for m in self.world.messages.values() if any(f":vote:{one.id}:{one.round}-" in c for c in custom_ids(m))
        ]
        if not polls or one.claimed:
            return
        choice = self.draw.randrange(4)
        for _ in range(self.draw.choice((1, 1, 2))):
            await self.answer(self.house.playground.press(person.id, polls[0], labels(polls[0])[choice]))
        self.cast.setdefault(one.poll, {})[person.id] = str(choice)

    async def take(self, person: Persona) -> None:
        """Dream the image of the day."""
        one = await self.only(DAILY)
        opener = next(
            (m for m in self.world.messages.values() if f"ritual:take:{one.id}:{one.round}" in custom_ids(m)), None
        )
        if opener is not None and not one.claimed:
            await self.fill_in(person, opener, ritual_words.RITUAL_VERBS["take"])

    async def dream(self, person: Persona) -> None:
        """Dream an avatar."""
        subject = self.draw.choice(SUBJECTS)
        await self.answer(self.house.playground.command(person.id, "dreams", "dream", subject=subject, size=256))

    async def add(self, person: Persona) -> None:
        """Go on with an exquisite dream, or begin one."""
        games = await self.schedules.of_server(self.world.guild_id, GAME)
        if not games:
            await self.answer(self.house.playground.command(person.id, "dreams", "play exquisite"))
            await self.work()
        elif messages := [
            m for m in self.world.messages.values() if any(f"step:{games[0].id}" in c for c in custom_ids(m))
        ]:
            await self.fill_in(person, messages[-1], ritual_words.RITUAL_VERBS["step"])
            await self.work()

    async def fill_in(self, person: Persona, message: Message, button: str) -> None:
        """Press a button, and say a subject in the form that it opens, if it opens one."""
        form = self.house.playground.press(person.id, message, button)
        await self.answer(form)
        if form.modal:
            field = form.modal["components"][0]["component"]["custom_id"]
            said = self.draw.choice(SUBJECTS)
            await self.answer(self.house.playground.submit(person.id, form, **{field: said}))

    async def star(self, person: Persona, message: Message) -> None:
        """Give a star, or take it back."""
        label = next(one for one in labels(message) if one.startswith(wording.VERBS["ritual:star"]))
        await self.answer(self.house.playground.press(person.id, message, label))

    def with_button(self, label: str) -> list[Message]:
        """The newest messages that have such a button."""
        found = [m for m in self.world.messages.values() if any(one.startswith(label) for one in labels(m))]
        return found[-12:]

    async def only(self, kind: str) -> Schedule:
        (one,) = await self.schedules.of_server(self.world.guild_id, kind)
        return one

    # what is looked at in the end

    async def problems(self) -> list[str]:
        """What happened twice or not at all."""
        endless, daily, gallery = [await self.only(kind) for kind in (ENDLESS, DAILY, EXHIBITION)]
        ids = Counter(one for message in self.world.messages.values() for one in set(custom_ids(message)))
        found = [f"{one} stands {count} times" for one, count in ids.items() if count > 1 and one.startswith("ritual:")]
        for one in (endless, daily):
            found += [] if DAYS - 1 <= one.round <= DAYS + 1 else [f"{one.kind} happened {one.round} times"]
        votes = Votes(self.schedules._engine)
        for poll, cast in self.cast.items():
            counted = {one.user_id: one.choice for one in await votes.of_poll(poll)}
            if counted != cast:
                found.append(f"{poll}: {len(counted)} of {len(cast)} votes are as they were cast")
        shown = self.films_shown()
        if len(shown) != (endless.round >= DAYS):
            found.append(f"{len(shown)} films of the week after {endless.round} parts")
        starred = await votes.stars(self.world.guild_id)
        enough = {id for id, stars in starred.items() if len(stars) >= THRESHOLD}
        exhibited = {one.split(":")[2] for one in ids if one.endswith(f":x{gallery.id}")}
        if missing := enough - exhibited:
            found.append(f"not shown: {sorted(missing)}, which have {[star_poll(one) for one in missing]}")
        return found

    def films_shown(self) -> list[Message]:
        return [m for m in self.world.messages.values() if any(f.filename.endswith(".mp4") for f in m.attachments)]

    def row(self, id: Any) -> JobRow | None:
        return self.house.dispatch.ledger.row(id)


def encode(picture: Image.Image) -> bytes:
    """As a PNG."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def zoom_into(picture: Image.Image) -> bytes:
    """A film that goes into its middle."""
    frames = []
    for at in range(ZOOM_FRAMES):
        left, top = (edge * at // (3 * ZOOM_FRAMES) for edge in picture.size)
        box = (left, top, picture.width - left, picture.height - top)
        frames.append(picture.resize(picture.size, Image.Resampling.BILINEAR, box))
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=83, method=0)
    return out.getvalue()


async def main(folder: Path, seed: int) -> int:
    """Live through a week; the number of things that went wrong."""
    began = time.monotonic()
    async with open_house() as house:
        week = Week(house, seed)
        await week.run()
        problems = await week.problems()
        found = exhibit_page.collect(week.schedules._engine, week.row, house.dispatch._blobs.get, "")
        exhibit_page.write(found, folder, "The Daydream Club")
        lived = f"{PEOPLE} people, {DAYS} days, {len(week.world.messages)} messages, {len(found)} exhibits"
        print(f"{lived}, {len(week.films_shown())} film, killed {week.killed} times, {time.monotonic() - began:.0f} s")
    print("\n".join(problems) or "Everything happened once.")
    return len(problems)


if __name__ == "__main__":
    sys.exit(min(1, asyncio.run(main(Path(sys.argv[1]), int(next(iter(sys.argv[2:]), "1"))))))
