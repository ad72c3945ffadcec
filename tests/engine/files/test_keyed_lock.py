"""One at a time for each key, first come, first served."""

from __future__ import annotations

import asyncio

from engine.files.keyed_lock import KeyedLock


async def test_a_key_has_one_turn_at_a_time_and_others_do_not_wait() -> None:
    turns, open_, seen = KeyedLock(), asyncio.Event(), list[str]()

    async def take(key: str, name: str, until: asyncio.Event | None = None) -> None:
        async with turns.of(key):
            seen.append(name)
            if until is not None:
                await until.wait()

    first = asyncio.create_task(take("ada", "ada 1", open_))
    await asyncio.sleep(0)
    others = [asyncio.create_task(take("ada", f"ada {n}")) for n in (2, 3)]
    await take("mod", "mod")
    assert seen == ["ada 1", "mod"]
    open_.set()
    await asyncio.gather(first, *others)
    assert seen == ["ada 1", "mod", "ada 2", "ada 3"]


async def test_nothing_is_kept_of_who_is_gone_or_gave_up() -> None:
    turns = KeyedLock()
    async with turns.of("ada"):
        waiting = asyncio.create_task(turns.of("ada").__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    assert turns._locks == {}
    assert not turns._users
