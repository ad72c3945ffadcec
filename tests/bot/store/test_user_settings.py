"""A person's settings: kept one by one, and personal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.store import tables
from bot.store.presets import Presets
from bot.store.user_settings import UserSettings, UserSettingsStore
from engine.errors import UnknownPreset
from engine.queue import migrate
from engine.queue.database import connect, sqlite_url


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = connect(sqlite_url(tmp_path / "bot.db"))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


async def test_what_was_chosen_stays_and_is_personal(database: sa.Engine) -> None:
    store = UserSettingsStore(database)
    assert await store.load("1") == UserSettings()
    await store.change("1", size=256, subject="eyes")
    assert await store.change("1", spoiler=True) == UserSettings(size=256, subject="eyes", spoiler=True)
    assert await UserSettingsStore(database).load("1") == UserSettings(size=256, subject="eyes", spoiler=True)
    assert await store.load("2") == UserSettings()
    assert (await store.change("1", size=None)).options == {"subject": "eyes"}
    assert await store.delete("1")
    assert not await store.delete("1")
    assert await store.load("1") == UserSettings()


async def test_settings_of_another_version_are_ignored(database: sa.Engine) -> None:
    with database.begin() as db:
        db.execute(tables.user_settings.insert().values(user_id="1", settings='{"size": 256, "theme": "dark"}'))
    assert await UserSettingsStore(database).load("1") == UserSettings(size=256)


async def test_one_preset_is_the_default_until_it_is_deleted(database: sa.Engine) -> None:
    presets = Presets(database)
    for name, layer in (("Fur", "mid"), ("Sea", "low")):
        await presets.save("1", name, {"layer": layer})
    await presets.save("2", "Sea", {"layer": "high"})
    assert await presets.default("1") == {}
    for name in ("Fur", "sea"):
        await presets.choose_default("1", name)
    assert [one.name for one in await presets.all("1") if one.is_default] == ["Sea"]
    await presets.save("1", "Sea", {"layer": "conv2"})
    assert await presets.default("1") == {"layer": "conv2"}, "saved over, it still is"
    assert await presets.default("2") == {}
    with pytest.raises(UnknownPreset):
        await presets.choose_default("1", "Sae")
    assert await presets.default("1") == {"layer": "conv2"}, "as it was"
    await presets.choose_default("1", None)
    assert await presets.default("1") == {}
    assert await presets.delete_all("1") == 2
    assert await presets.all("1") == []
    assert len(await presets.all("2")) == 1
