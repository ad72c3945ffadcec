"""Ids, files and waiting: what holds the stand-in's state together."""

from __future__ import annotations

import asyncio

import pytest

from bot.playground import attachments, interactions, world
from bot.playground.world import DISCORD_EPOCH_MS, ORPHANS_KEPT, World

from .wire_client import png


async def test_ids_rise_and_carry_their_time() -> None:
    now = [1_800_000_000.0]
    place = World(clock=lambda: now[0])
    first, second = int(place.mint()), int(place.mint())
    assert first < second
    assert (first >> 22) + DISCORD_EPOCH_MS == 1_800_000_000_000
    now[0] -= 60  # a clock that is set back
    assert int(place.mint()) > second


async def test_people_and_places_are_the_same_in_every_run() -> None:
    one, other = World(), World()
    assert list(one.people) == list(other.people)
    assert list(one.channels) == list(other.channels)
    assert len({*one.people, *one.channels, one.guild_id, one.mod_role_id, one.bot_role_id}) == 4 + 6 + 3
    assert one.persona("Ada").avatar == other.persona("Ada").avatar != one.persona("Sam").avatar


async def test_waiting_ends_with_a_change_or_in_time() -> None:
    place = World()
    waiting = asyncio.create_task(place.until(lambda: place.online))
    await asyncio.sleep(0)
    place.set_online(True)
    assert await waiting
    with pytest.raises(TimeoutError):
        await place.until(lambda: False, within=0.01)


async def test_memory_for_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    place = World()
    monkeypatch.setattr(attachments, "MOST_BYTES", 2500)
    kept = [attachments.store(place, "1", "a.bin", b"x" * 1000).id for _ in range(4)]
    assert list(place.attachments) == kept[2:]
    replaced = [attachments.store(place, "1", "b.png", png()) for _ in range(3)]
    place.orphan(replaced)
    assert replaced[0].id in place.attachments  # a page may still be loading it
    place.orphan([attachments.store(place, "1", "c.png", b"") for _ in range(ORPHANS_KEPT)])
    assert replaced[0].id not in place.attachments


async def test_old_interactions_are_forgotten() -> None:
    now = [1_800_000_000.0]
    place = World(clock=lambda: now[0])
    you, dreams = place.persona("Sam"), place.channel("dreams")
    old = interactions.begin(place, you, dreams, interactions.COMMAND, {})
    now[0] += 3 * world.TOKEN_SECONDS
    new = interactions.begin(place, you, dreams, interactions.COMMAND, {})
    assert list(place.interactions) == [new.token]
    assert old.token != new.token


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cat.png", "cat.png"),
        ("my cat.png", "my_cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.png", "a.png"),
        ('a"b\r\nc.png', "a_b_c.png"),
        ("...", "unknown"),
        ("", "unknown"),
        ("x" * 300 + ".png", "x" * 196 + ".png"),
    ],
)
def test_filenames_are_made_harmless(given: str, kept: str) -> None:
    assert attachments.clean_name(given) == kept
