"""Presets are personal, named, few."""

import asyncio
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store import tables
from bot.store.presets import NAME_LIMIT, Added, Preset, Presets, Saved, lookup_key, normalise_name
from engine.errors import BadPresetName, PresetNameTaken, TooManyPresets, UnknownPreset
from engine.queue.database import connect, sqlite_url

LIMIT = 3


@pytest.fixture
def presets(tmp_path: Path) -> Iterator[Presets]:
    engine = connect(sqlite_url(tmp_path / "bot.db"))
    tables.metadata.create_all(engine)
    yield Presets(engine, LIMIT)
    engine.dispose()


async def test_what_is_saved_is_loaded(presets: Presets) -> None:
    assert await presets.save("1", "  My  Towers ", {"layer": "high", "strength": 1.5}) == Saved("My Towers", False)
    assert await presets.load("1", "my towers") == {"layer": "high", "strength": 1.5}
    assert await presets.load("1", "MY TOWERS ") == {"layer": "high", "strength": 1.5}


@pytest.mark.parametrize(("classic", "look"), [(True, {"look": "2015"}), (False, {})])
async def test_what_was_saved_before_there_were_looks_is_read(
    presets: Presets, classic: bool, look: dict[str, str]
) -> None:
    await presets.save("1", "old", {"layer": "low", "classic": classic})
    assert await presets.load("1", "old") == {"layer": "low", **look}
    assert [one.options for one in await presets.all("1")] == [{"layer": "low", **look}]


async def test_saving_again_replaces(presets: Presets) -> None:
    await presets.save("1", "a", {"layer": "low"})
    await presets.save("1", "A", {"layer": "mid"})
    assert [(one.name, one.options) for one in await presets.all("1")] == [("A", {"layer": "mid"})]


async def test_presets_are_personal(presets: Presets) -> None:
    await presets.save("1", "a", {})
    assert await presets.all("2") == []
    with pytest.raises(UnknownPreset):
        await presets.load("2", "a")
    with pytest.raises(UnknownPreset):
        await presets.delete("2", "a")


async def test_last_used_first(presets: Presets) -> None:
    for name in "abc":
        await presets.save("1", name, {})
    await presets.load("1", "a")
    assert [one.name for one in await presets.all("1")] == ["a", "c", "b"]


async def test_an_unknown_name_names_the_nearest(presets: Presets) -> None:
    await presets.save("1", "towers", {})
    with pytest.raises(UnknownPreset, match="Did you mean towers"):
        await presets.load("1", "towesr")


async def test_deleting(presets: Presets) -> None:
    await presets.save("1", "a", {})
    await presets.delete("1", "A")
    assert await presets.all("1") == []


@pytest.mark.parametrize("name", ["", "   ", "a" * 33, "a/b", "<@1>", "a\x00b", "`a`"])
async def test_bad_names(presets: Presets, name: str) -> None:
    with pytest.raises(BadPresetName):
        await presets.save("1", name, {})


@pytest.mark.parametrize("name", ["a", "a" * 32, "Große Türme", "a-b_c 2", "塔"])
async def test_good_names(presets: Presets, name: str) -> None:
    assert await presets.save("1", name, {}) == Saved(name, False)


async def test_as_many_as_are_kept_even_at_once(presets: Presets) -> None:
    saves = [presets.save("1", f"n{number}", {}) for number in range(6)]
    outcomes = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(outcome, TooManyPresets) for outcome in outcomes) == 6 - LIMIT
    assert len(await presets.all("1")) == LIMIT
    await presets.save("1", (await presets.all("1"))[0].name, {"layer": "low"})


@pytest.mark.parametrize(
    "name",
    ["नमस्ते", "ภาพฝัน", "مَرحَبا", "שָׁלוֹם", "தமிழ்", "ខ្មែរ", "한글", "Ỉmi", "か゚"],
)
async def test_names_have_letters_and_their_marks_in_any_script(presets: Presets, name: str) -> None:
    saved = await presets.save("1", unicodedata.normalize("NFD", name), {"layer": "low"})
    assert saved == Saved(unicodedata.normalize("NFC", name), False)
    assert await presets.load("1", name) == {"layer": "low"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "Cafe\u0301"),
        ("Fur", "Ｆｕｒ"),
        ("fur", "fu\u200br\u2060"),
        ("می\u200cخواهم", "میخواهم"),
        ("straße", "STRASSE"),
        ("my fur", "my\u00a0\u3000fur"),
        ("ﬁre", "FIRE"),
    ],
)
async def test_two_spellings_of_one_name_are_one_preset(presets: Presets, one: str, other: str) -> None:
    assert not (await presets.save("1", one, {"layer": "low"})).replaced
    assert await presets.load("1", other) == {"layer": "low"}
    assert (await presets.save("1", other, {"layer": "mid"})).replaced
    assert [preset.options for preset in await presets.all("1")] == [{"layer": "mid"}]
    await presets.delete("1", one)
    assert await presets.all("1") == []


@pytest.mark.parametrize("name", ["\u0301", "\u200b", "a\u202eb😀", "a" * 32 + "\u0301x"])
async def test_what_no_eye_can_tell_apart_is_no_name(presets: Presets, name: str) -> None:
    with pytest.raises(BadPresetName):
        await presets.save("1", name, {})


@pytest.mark.parametrize(("asked", "hint"), [("towesr", "Did you mean towers"), ("xyzzy", "`/preset list` shows")])
async def test_a_name_is_suggested_only_where_it_is_near(presets: Presets, asked: str, hint: str) -> None:
    await presets.save("1", "towers", {})
    with pytest.raises(UnknownPreset, match=hint):
        await presets.load("1", asked)


async def test_one_is_shown_without_being_used(presets: Presets) -> None:
    for name in ("Fur", "b"):
        await presets.save("1", name, {"layer": "low"})
    assert await presets.get("1", "fur") == Preset("Fur", {"layer": "low"})
    assert [one.name for one in await presets.all("1")] == ["b", "Fur"]
    with pytest.raises(UnknownPreset, match="Did you mean Fur"):
        await presets.get("1", "furr")


async def test_somebody_elses_takes_its_name_or_the_next_that_is_free(presets: Presets) -> None:
    assert await presets.add("1", "Fur", {"layer": "low"}) == Added("Fur", was_there=False)
    assert await presets.add("1", "FUR", {"layer": "mid"}) == Added("FUR 2", was_there=False)
    assert await presets.add("1", "Fur", {"layer": "high"}) == Added("Fur 3", was_there=False)
    with pytest.raises(TooManyPresets):
        await presets.add("1", "Fur", {"subject": "eyes"})
    assert await presets.load("1", "fur 2") == {"layer": "mid"}


async def test_the_same_settings_are_not_kept_twice_not_even_at_once(presets: Presets) -> None:
    added = await asyncio.gather(*(presets.add("1", "Fur", {"layer": "low", "strength": 1.0}) for _ in range(4)))
    assert sorted(one.was_there for one in added) == [False, True, True, True]
    assert {one.name for one in added} == {"Fur"}
    await presets.rename("1", "fur", "Mine")
    assert await presets.add("1", "Fur", {"strength": 1, "layer": "low"}) == Added("Mine", was_there=True)
    for name in "bc":
        await presets.save("1", name, {})
    assert (await presets.add("1", "Fur", {"strength": 1, "layer": "low"})).was_there, "the limit is no matter"


@pytest.mark.parametrize("name", ["x" * NAME_LIMIT, "塔" * NAME_LIMIT, "a " * (NAME_LIMIT // 2 - 1) + "bc"])
async def test_a_number_behind_a_long_name_fits(presets: Presets, name: str) -> None:
    await presets.add("1", name, {"layer": "low"})
    added = await presets.add("1", name, {"layer": "mid"})
    assert added.name.endswith(" 2")
    assert len(added.name) <= NAME_LIMIT
    assert normalise_name(added.name) == added.name


async def test_renaming(presets: Presets) -> None:
    await presets.save("1", "Fur", {"layer": "low"})
    await presets.save("1", "Sea", {"layer": "mid"})
    assert await presets.rename("1", "fur", " Soft  fur ") == "Soft fur"
    assert await presets.load("1", "soft fur") == {"layer": "low"}
    assert await presets.rename("1", "soft fur", "SOFT FUR") == "SOFT FUR"
    with pytest.raises(PresetNameTaken, match="Sea"):
        await presets.rename("1", "soft fur", "ＳＥＡ")
    with pytest.raises(BadPresetName):
        await presets.rename("1", "soft fur", "<@1>")
    with pytest.raises(UnknownPreset):
        await presets.rename("2", "soft fur", "mine")
    assert {one.name for one in await presets.all("1")} == {"SOFT FUR", "Sea"}


@given(st.text(max_size=40))
def test_a_key_is_the_key_of_itself_and_of_what_is_kept(text: str) -> None:
    assert lookup_key(lookup_key(text)) == lookup_key(normalise_name(text)) == lookup_key(text)
