"""What is shared is a copy, and goes with its preset."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import tables
from bot.store.presets import Presets
from bot.store.share_codes import shown_code
from bot.store.shared_presets import SharedPresets
from engine.errors import PresetRevoked, TooManyShares, UnknownCode, UnknownPreset
from engine.queue.database import connect, sqlite_url

FUR = {"network": "pocket", "layer": "mid", "strength": 1.6}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = connect(sqlite_url(tmp_path / "bot.db"))
    tables.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def presets(database: sa.Engine) -> Presets:
    return Presets(database)


@pytest.fixture
def shared(database: sa.Engine, presets: Presets) -> SharedPresets:
    return SharedPresets(database, presets, limit=3)


async def test_it_is_found_by_its_id_and_its_code(presets: Presets, shared: SharedPresets) -> None:
    await presets.save("1", "Fur", FUR)
    made = await shared.share("1", "fur")
    assert (made.name, made.options) == ("Fur", FUR)
    assert await shared.find(made.id) == made
    assert await shared.find_by_code(shown_code(made.code).lower()) == made
    assert await shared.newest_of("1", "FUR") == made
    assert await shared.newest_of("2", "fur") is None


async def test_only_settings_are_shared_and_nothing_of_the_owner(
    database: sa.Engine, presets: Presets, shared: SharedPresets
) -> None:
    await presets.save("1573311599496658944", "Fur", {**FUR, "guide": "b" * 64, "mask": "c" * 64, "seed": 7})
    assert (await shared.share("1573311599496658944", "Fur")).options == FUR
    with database.connect() as db:
        (row,) = db.execute(sa.select(tables.shared_presets)).all()
    assert "1573311599496658944" not in str(row)
    assert "bbb" not in str(row)


async def test_later_changes_leave_it_as_it_is(presets: Presets, shared: SharedPresets) -> None:
    await presets.save("1", "Fur", FUR)
    first = await shared.share("1", "Fur")
    await presets.save("1", "fur", {"network": "pocket", "layer": "low"})
    await presets.rename("1", "fur", "Strokes")
    assert await shared.find(first.id) == first
    second = await shared.share("1", "Strokes")
    assert (second.name, second.options["layer"]) == ("Strokes", "low")
    assert second.code != first.code
    assert await shared.newest_of("1", "strokes") == second


async def test_sharing_the_same_again_is_the_same(presets: Presets, shared: SharedPresets) -> None:
    await presets.save("1", "Fur", FUR)
    made = await asyncio.gather(*(shared.share("1", "Fur") for _ in range(4)))
    assert len({one.code for one in made}) == 1


async def test_with_its_preset_or_when_it_is_revoked_it_goes(presets: Presets, shared: SharedPresets) -> None:
    await presets.save("1", "Fur", FUR)
    await presets.save("2", "Fur", FUR)
    theirs, other = await shared.share("1", "Fur"), await shared.share("2", "Fur")
    await presets.delete("1", "Fur")
    await presets.save("1", "Fur", FUR)  # SQLite gives its row the number of the one that is gone
    with pytest.raises(PresetRevoked):
        await shared.find(theirs.id)
    with pytest.raises(UnknownCode):
        await shared.find_by_code(theirs.code)
    assert await shared.find(other.id) == other
    await shared.revoke("2", "fur")
    with pytest.raises(PresetRevoked):
        await shared.find(other.id)
    assert [one.name for one in await presets.all("2")] == ["Fur"]


@pytest.mark.parametrize("typed", ["", "K7QP", "K7QP-2M9X", "%", "' OR 1=1"])
async def test_what_is_no_code_of_ours_is_unknown(presets: Presets, shared: SharedPresets, typed: str) -> None:
    await presets.save("1", "Fur", FUR)
    await shared.share("1", "Fur")
    with pytest.raises(UnknownCode):
        await shared.find_by_code(typed)


async def test_what_is_not_there_cannot_be_shared(presets: Presets, shared: SharedPresets) -> None:
    await presets.save("1", "Fur", FUR)
    for use in (shared.share, shared.revoke):
        with pytest.raises(UnknownPreset, match="Did you mean Fur"):
            await use("1", "furr")
        with pytest.raises(UnknownPreset):
            await use("2", "Fur")


async def test_versions_that_are_shared_are_limited_until_some_are_revoked(
    presets: Presets, shared: SharedPresets
) -> None:
    for strength in (1.0, 1.1, 1.2):
        await presets.save("1", "Fur", {**FUR, "strength": strength})
        await shared.share("1", "Fur")
    await presets.save("1", "Fur", FUR)
    with pytest.raises(TooManyShares, match="3 versions"):
        await shared.share("1", "Fur")
    await shared.revoke("1", "Fur")
    assert (await shared.share("1", "Fur")).options == FUR
