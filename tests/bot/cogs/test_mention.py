"""What a message with our name asks for: words, options, people, links, help."""

from __future__ import annotations

import sys

import pytest

from bot import help_pages, wording
from bot.cogs import mention
from bot.playground import payloads
from bot.playground.rejections import JsonDict
from bot.playground.world import Message, World
from bot.requests import message_options
from bot.requests.continuation import continuation
from bot.requests.downloader import Link
from bot.store.posting import Posting
from engine import params as engine_params
from engine.catalog.catalog import Catalog, shipped_catalog
from engine.errors import DrawnSticker, NotAPicture, UnreadableReply
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.params import TEXT_LIMIT, Dream
from engine.queue.job import Job, JobRow, Result, State, new_id
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    find_reply,
    png,
    specification,
    stage,
    walk,
    words,
)

CAT = "https://example.org/cat.png"


def say(stage: Stage, text: str, reply_to: Message | None = None, files: tuple[object, ...] = ()) -> Message:  # noqa: F811
    """Ada writes."""
    return stage.playground.say("Ada", "dreams", text, files, reply_to)  # type: ignore[arg-type]


async def answer(stage: Stage, said: Message) -> Message:  # noqa: F811
    """The reply to it."""
    return await stage.playground.world.until(lambda: find_reply(stage, said), within=60)


def shorten_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what Discord shows of links; discord.py has loaded the module anew, so that ours is another."""
    monkeypatch.setattr(sys.modules[mention.__name__], "UNFURL_S", 0.2)


def reply_to(stage: Stage, said: Message) -> Message | None:  # noqa: F811
    """The reply to it, wherever it was said."""
    return next((one for one in stage.playground.world.messages.values() if one.reference == said.id), None)


async def unanswered(stage: Stage, *ignored: Message) -> None:  # noqa: F811
    """None of these is answered, while something that is said after them is."""
    await answer(stage, say(stage, "@Pareidolia help"))
    assert [reply_to(stage, one) for one in ignored] == [None] * len(ignored)


async def result(stage: Stage, text: str = "@Pareidolia high", *files: object) -> tuple[Message, JobRow]:  # noqa: F811
    """A finished dream of Mod's, as a message that replies ping us from."""
    said = stage.playground.say("Mod", "dreams", text, files)  # type: ignore[arg-type]
    message = await answer(stage, said)
    return message, await stage.finish(message)


async def continued(stage: Stage, dream: Message, text: str) -> JobRow:  # noqa: F811
    """The job of a reply to a dream that says this."""
    await answer(stage, say(stage, text, dream))
    (row,) = await stage.queued(1)
    return row


async def asked(stage: Stage, text: str, reply_to: Message | None = None) -> JobRow:  # noqa: F811
    """The job of a message."""
    await answer(stage, say(stage, text, reply_to))
    (row,) = await stage.queued(1)
    return row


def alt(message: Message) -> str:
    """What is said of the picture."""
    return next(str(media["description"]) for item in walk(message.components) for media in item.get("items", ()))


@pytest.mark.parametrize(
    ("text", "aim", "options"),
    [
        ("High!", ("layer", "high"), {}),
        ("“High”", ("layer", "high"), {}),
        ("**high**", ("layer", "high"), {}),
        ("ｈｉｇｈ", ("layer", "high"), {}),
        ("high size:256", ("layer", "high"), {"size": 256}),
        ("high size: 256!", ("layer", "high"), {"size": 256}),
        ("high ＳＩＺＥ：２５６ seed=7", ("layer", "high"), {"size": 256, "seed": 7}),
        ("size:256", ("layer", "high"), {"size": 256}),
        ("block3 network:Lite2", ("layer", "block3"), {"network": "lite2"}),
        ("eyes + castle size:256 strength:1,5", ("subject", "eyes + castle"), {"size": 256, "strength": 1.5}),
        ("eyes and owls", ("subject", "eyes + owl"), {}),
        ("subject:owl castle look:vivid", ("subject", "owl + castle"), {"look": "vivid"}),
        ("high*0.7 + mid:21 keep:0.5", ("layer", "high*0.7 + mid:21"), {"keep": 0.5}),
        ("high original:0.5 palette:match", ("layer", "high"), {"keep": 0.5, "colours": "match"}),
        ("/dream layer:block3 model:lite2 colours:keep", ("layer", "block3"), {"network": "lite2", "colours": "keep"}),
        ("-high", ("layer", "-high"), {}),
        ("`/dream layer:mid seed:4821`", ("layer", "mid"), {"seed": 4821}),
        ("dream", ("layer", "high"), {}),
        ("<:owl:123> <#1> <@&2>", ("subject", "owl"), {}),
        ("🐻\u200d❄️", ("subject", "bear + snowflake"), {}),
        ("!!", ("layer", "high"), {}),
        ("make it look like castles please", ("subject", "castles"), {}),
        ("castles size:256 please", ("subject", "castles"), {"size": 256}),
        ("a bit stronger, towards some eyes", ("subject", "eyes"), {"strength": 1.6}),
        ("softer", ("layer", "high"), {"strength": 0.62}),
        ("strong foxes! strength:2", ("subject", "fox"), {"strength": 2.0}),
        ("something low maybe", ("layer", "low"), {}),
        ("can you watch this and draw an owl", ("subject", "owl"), {}),
        ("zoom into the eyes", ("subject", "eyes"), {"recipe": "zoom"}),
    ],
)
async def test_words_and_options_as_people_write_them(
    stage: Stage,  # noqa: F811
    text: str,
    aim: tuple[str, str],
    options: dict[str, object],
) -> None:
    row = await asked(stage, f"@Pareidolia {text}")
    assert row.job.params.aim == aim
    assert {name: getattr(row.job.params, name) for name in options} == options


async def test_a_preset_may_be_named(stage: Stage) -> None:  # noqa: F811
    await stage.ask("Ada", "preset save", name="My fur", layer="mid", strength=0.5)
    row = await asked(stage, "@Pareidolia preset:ＭＹ FUR size:200")
    params = row.job.params.model_dump()
    assert (params["layer"], params["strength"], params["size"]) == ("mid", 0.5, 200)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("high size:9999", "R13"),
        ("high subject:eyes", "R23"),
        ("high network:dall-e", "R11"),
        ("preset:nothing", "R14"),
        ("subject:xyzzy", "R22"),
        ("layer:xyzzy", "R10"),
    ],
)
async def test_what_cannot_be_done_is_a_sentence(stage: Stage, text: str, refusal: str) -> None:  # noqa: F811
    assert words(await answer(stage, say(stage, f"@Pareidolia {text}"))).endswith(refusal)
    assert await stage.rows() == []


@pytest.mark.parametrize("text", ["help", "Help!", "/help", "?", "hi", "what can you do?", "**help**"])
async def test_who_asks_for_help_is_helped(stage: Stage, text: str) -> None:  # noqa: F811
    assert words(await answer(stage, say(stage, f"@Pareidolia {text}"))) == help_pages.HELP
    assert await stage.rows() == []


@pytest.mark.parametrize("text", ["@Pareidolia @Sam", "@Sam @Pareidolia eyes", "@Pareidolia high @Sam @Mod"])
async def test_a_person_who_is_named_is_dreamed(stage: Stage, text: str) -> None:  # noqa: F811
    message = await answer(stage, say(stage, text))
    assert alt(message) == "Sam's avatar, before the dream"
    (row,) = await stage.queued(1)
    assert row.job.requester == stage.playground.world.persona("Ada").id


async def test_a_picture_goes_before_a_person_and_a_person_before_the_picture_of_a_reply(stage: Stage) -> None:  # noqa: F811
    files = (stage.playground.upload("cat.png", png()),)
    attached = await answer(stage, say(stage, "@Pareidolia @Sam", files=files))
    assert alt(attached) == "Ada's picture, before the dream"
    shown = stage.playground.say("Mod", "dreams", "@Pareidolia high", [stage.playground.upload("cat.png", png())])
    assert alt(await answer(stage, shown)) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia", shown))) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia @Mod", shown))) == "Mod's avatar, before the dream"


async def test_a_reply_to_what_discord_keeps_from_us_says_what_to_do(stage: Stage) -> None:  # noqa: F811
    shown = stage.playground.say("Mod", "dreams", "look", [stage.playground.upload("cat.png", png())])
    assert words(await answer(stage, say(stage, "@Pareidolia high", shown))).endswith(UnreadableReply.code)
    assert await stage.rows() == []
    own = (stage.playground.upload("cat.png", png()),)
    assert alt(await answer(stage, say(stage, "@Pareidolia", shown, own))) == "Ada's picture, before the dream"
    direct = stage.playground.say("Ada", "dm", "look", [stage.playground.upload("cat.png", png())])
    said = stage.playground.say("Ada", "dm", "@Pareidolia", reply_to=direct)
    told = await stage.playground.world.until(
        lambda: next((one for one in stage.playground.world.messages.values() if one.reference == said.id), None)
    )
    assert alt(told) == "Ada's picture, before the dream"


@pytest.mark.parametrize("delay_s", [0.0, 0.3])
async def test_a_link_that_discord_shows_is_a_picture_also_where_it_is_shown_later(
    stage: Stage,  # noqa: F811
    delay_s: float,
) -> None:
    stage.playground.put_online(CAT, png(40, 30), delay_s)
    message = await answer(stage, say(stage, f"@Pareidolia {CAT} mid size:200"))
    assert alt(message) == "Ada's picture, before the dream"
    (row,) = await stage.queued(1)
    assert row.job.params.aim == ("layer", "mid")
    data = await stage.dispatch.get_blob(row.job.picture)  # type: ignore[arg-type]
    assert data is not None
    assert (int.from_bytes(data[16:20]), int.from_bytes(data[20:24])) == (200, 150)


async def test_a_link_whose_picture_was_shown_unheard_is_read_again(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shorten_wait(monkeypatch)
    monkeypatch.setattr(stage.client._connection, "parse_message_update", lambda data: None)
    stage.client.ws._discord_parsers["MESSAGE_UPDATE"] = lambda data: None
    stage.playground.put_online(CAT, png())
    assert alt(await answer(stage, say(stage, f"@Pareidolia {CAT}"))) == "Ada's picture, before the dream"


async def test_any_other_link_is_answered_with_what_to_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    shorten_wait(monkeypatch)
    refused = await answer(stage, say(stage, "@Pareidolia high https://example.org/page"))
    assert "Attach the image itself" in words(refused)
    said = stage.playground.say("Mod", "dreams", "https://example.org/page @Pareidolia")
    assert "Attach the image itself" in words(await answer(stage, said))
    assert "Attach the image itself" in words(await answer(stage, say(stage, "@Pareidolia", said)))
    for menu in (wording.DREAM_THIS, wording.SEE_THIS, wording.LIKE_THIS):
        told = await stage.response_to(stage.playground.menu("Ada", "dreams", menu, said))
        assert "Attach the image itself" in words(told)
        assert told.ephemeral
    assert await stage.rows() == []


async def test_a_link_is_dreamed_by_the_menu_and_by_a_reply(stage: Stage) -> None:  # noqa: F811
    stage.playground.put_online(CAT, png())
    said = stage.playground.say("Mod", "dreams", f"look @Pareidolia {CAT}")
    await stage.playground.world.until(lambda: said.embeds)
    dreamed = await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, said))
    assert alt(dreamed) == "Mod's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Pareidolia", said))) == "Mod's picture, before the dream"


# what means nothing


@pytest.mark.parametrize(
    ("text", "near"), [("make it weird", ""), ("xyzzy", ""), ("castel", "castle"), ("thank you so much!", "")]
)
async def test_who_names_us_and_says_nothing_that_we_know_gets_one_hint(stage: Stage, text: str, near: str) -> None:  # noqa: F811
    said = say(stage, f"@Pareidolia {text}")
    assert words(await answer(stage, said)).strip() == wording.hint_words(near)
    await unanswered(stage)
    assert len([one for one in stage.playground.world.messages.values() if one.reference == said.id]) == 1
    assert await stage.rows() == []


async def test_a_picture_says_enough_but_a_typo_is_asked_back_and_then_said_again(stage: Stage) -> None:  # noqa: F811
    dreamed = await answer(
        stage, say(stage, "@Pareidolia make it weird", files=(stage.playground.upload("a.png", png()),))
    )
    assert alt(dreamed) == "Ada's picture, before the dream"
    files = (stage.playground.upload("b.png", png(9)),)
    hint = await answer(stage, say(stage, "@Pareidolia castel", files=files))
    assert words(hint).strip() == wording.hint_words("castle")
    assert alt(await answer(stage, say(stage, "castle", hint))) == "Ada's picture, before the dream"
    _, row = await stage.queued(2)
    assert row.job.params.aim == ("subject", "castle")


async def test_what_is_not_said_to_us_is_not_answered(stage: Stage) -> None:  # noqa: F811
    dream, _ = await result(stage)
    help = await answer(stage, say(stage, "@Pareidolia help"))
    ignored = [
        say(stage, "castles are nice"),
        say(stage, "wow, amazing", dream),
        say(stage, "what a dream!", dream),
        say(stage, "haha when I was little my dog and I had just such a day", dream),
        say(stage, "ok thanks", help),
        say(stage, "hey!", dream),
        say(stage, "", help, (stage.playground.upload("cat.png", png()),)),
    ]
    await unanswered(stage, *ignored)
    assert await stage.rows() == []


@pytest.mark.parametrize("text", ["a " * 2000, "owl " * 1000, "🦊" * 2000, "x," * 2000, ":a:" * 1300, "size:1 " * 500])
def test_of_a_novel_only_the_beginning_is_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    pick_out = Catalog.pick_out

    def watched(self: Catalog, name: str, said: str) -> tuple[list[str], list[str]]:
        read.append(said)
        return pick_out(self, name, said)

    monkeypatch.setattr(Catalog, "pick_out", watched)
    message_options.read(message_options.strip_mentions(text), shipped_catalog())
    message_options.unknown_emoji("<:blob:123456789012345678>" * 150, shipped_catalog())
    assert max(map(len, read)) <= TEXT_LIMIT


# direct messages


async def told(stage: Stage, text: str, *files: object) -> Message:  # noqa: F811
    """The answer to Ada's direct message."""
    said = stage.playground.say("Ada", "dm", text, files)  # type: ignore[arg-type]
    return await stage.playground.world.until(lambda: reply_to(stage, said))


async def test_direct_messages_are_answered_without_our_name(stage: Stage) -> None:  # noqa: F811
    assert words(await told(stage, "hello")) == help_pages.HELP
    assert words(await told(stage, "you are weird")) == wording.hint_words()
    assert words(await told(stage, "!!")) == wording.hint_words()
    assert words(await told(stage, "", stage.playground.upload("notes.txt", b"notes"))).endswith(NotAPicture.code)
    assert await stage.rows() == []


async def test_what_is_to_be_dreamed_may_be_sent_directly(stage: Stage) -> None:  # noqa: F811
    greeted = await told(stage, "hi!", stage.playground.upload("cat.png", png()))
    await stage.finish(greeted)
    pictured = await told(stage, "", stage.playground.upload("cat.png", png()))
    assert alt(pictured) == "Ada's picture, before the dream"
    assert alt(await told(stage, "castles please")) == "Ada's avatar, before the dream"
    assert [row.job.params.aim for row in await stage.queued(2)] == [("layer", "high"), ("subject", "castles")]


# replies to dreams


@pytest.mark.parametrize(
    ("dreamed", "dreams_on"),
    [
        ({"subject": "eyes"}, "lite2"),
        ({"subject": "castles", "network": "pocket"}, "pocket"),
        ({"layer": "mid"}, "lite2"),
    ],
)
def test_a_word_in_reply_is_dreamed_by_the_default_unless_another_network_was_chosen(
    dreamed: dict[str, str], dreams_on: str
) -> None:
    catalog = Catalog()
    params = engine_params.make(Dream, catalog, **dreamed)
    row = JobRow(
        new_id(),
        Job(params, "7"),
        State.DONE,
        Posting(7, "Ada", "a cat").to_json(),
        0.0,
        result=Result(BlobKey("b" * 64), "image/png", 8, 8, 1),
    )
    wish = message_options.read("castles", catalog)
    assert continuation(row, wish, {"subject": "castles"}).params.network == dreams_on


async def test_a_subject_in_reply_to_a_dream_dreams_that_dream_on(stage: Stage) -> None:  # noqa: F811
    dream, old = await result(stage, "@Pareidolia mid strength:1.5 size:200", stage.playground.upload("cat.png", png()))
    row = await continued(stage, dream, "make it castles")
    assert row.job.parent == old.id
    assert old.result is not None
    assert row.job.picture == old.result.blob
    assert row.job.params.aim == ("subject", "castles")
    assert (row.job.params.size, row.job.params.model_dump()["strength"]) == (200, 1.5)
    assert row.job.requester == stage.playground.world.persona("Ada").id
    shown = next(one for one in stage.playground.world.messages.values() if f":{row.id}" in str(one.components))
    assert alt(shown) == "Mod's picture, before the dream"
    assert wording.FROM_ABOVE in words(shown)


@pytest.mark.parametrize(
    ("said", "again", "same_seed", "expected"),
    [
        ("stronger", True, True, {"strength": 1.6, "layer": "mid"}),
        ("a bit softer please", True, True, {"strength": 0.62}),
        ("size:256", True, True, {"size": 256, "layer": "mid"}),
        ("stronger size:256 seed:5", True, False, {"seed": 5, "size": 256}),
        ("re-roll", True, False, {"layer": "mid"}),
        ("another one!", True, False, {"layer": "mid"}),
        ("dream it again", True, False, {"layer": "mid"}),
        ("another with eyes", True, False, {"subject": "eyes"}),
        ("deeper", False, False, {"layer": "mid", "recipe": "dream"}),
        ("go deeper, and stronger", False, False, {"strength": 1.6}),
        ("zoom", False, False, {"layer": "mid", "recipe": "zoom"}),
        ("zoom into castles", False, False, {"subject": "castles", "recipe": "zoom"}),
        ("look:vivid", True, True, {"look": "vivid"}),
        ("where:everywhere", True, True, {"where": "everywhere"}),
        ("@Pareidolia", False, False, {"layer": "mid"}),
        ("@Pareidolia hm, nice", False, False, {"layer": "mid"}),
    ],
)
async def test_words_in_reply_to_a_dream(
    stage: Stage,  # noqa: F811
    said: str,
    again: bool,
    same_seed: bool,
    expected: dict[str, object],
) -> None:
    dream, old = await result(stage, "@Pareidolia mid", stage.playground.upload("cat.png", png()))
    row = await continued(stage, dream, said)
    params = row.job.params.model_dump()
    assert {name: params[name] for name in expected} == expected
    assert old.result is not None
    assert row.job.picture == (old.job.picture if again else old.result.blob)
    assert (row.job.params.seed == old.job.params.seed) is same_seed
    assert row.job.parent == old.id


async def test_what_is_already_as_strong_as_can_be_says_so(stage: Stage) -> None:  # noqa: F811
    dream, _ = await result(stage, "@Pareidolia high strength:4")
    assert words(await answer(stage, say(stage, "stronger", dream))).endswith("R13")
    assert (await continued(stage, dream, "softer")).job.params.model_dump()["strength"] == 2.5


async def test_a_zoom_is_begun_again_towards_something_else_or_goes_on(stage: Stage) -> None:  # noqa: F811
    zoom, old = await result(stage, "@Pareidolia zoom", stage.playground.upload("cat.png", png()))
    row = await continued(stage, zoom, "castles")
    assert (row.job.params.recipe, row.job.params.aim) == ("zoom", ("subject", "castles"))
    assert row.job.picture == old.job.picture
    await stage.finish(
        next(one for one in stage.playground.world.messages.values() if f":{row.id}" in str(one.components))
    )
    row = await continued(stage, zoom, "deeper")
    assert (row.job.params.recipe, row.job.params.aim) == ("zoom", old.job.params.aim)
    assert row.job.params.model_dump()["continued"]


async def test_a_dream_that_is_under_way_or_was_stopped_can_be_answered_too(stage: Stage) -> None:  # noqa: F811
    files = (stage.playground.upload("cat.png", png()),)
    waiting = await answer(stage, say(stage, "@Pareidolia mid", files=files))
    (old,) = await stage.queued(1)
    assert (await answer(stage, say(stage, "castles", waiting))) is not None
    _, row = await stage.queued(2)
    assert (row.job.picture, row.job.parent) == (old.job.picture, old.id)
    await stage.press("Ada", waiting, "Cancel")
    await stage.posted(old.id)
    assert (await answer(stage, say(stage, "another", waiting))) is not None
    _, row = await stage.queued(2)
    assert (row.job.picture, row.job.parent, row.job.params.aim) == (old.job.picture, old.id, ("layer", "mid"))


async def test_an_own_picture_or_a_person_goes_before_the_dream_that_is_answered(stage: Stage) -> None:  # noqa: F811
    dream, _ = await result(stage)
    files = (stage.playground.upload("cat.png", png()),)
    assert alt(await answer(stage, say(stage, "castles", dream, files))) == "Ada's picture, before the dream"
    assert alt(await answer(stage, say(stage, "@Mod castles", dream))) == "Mod's avatar, before the dream"
    assert [row.job.parent for row in await stage.queued(2)] == [None, None]


async def test_a_dream_that_is_forgotten_says_so(stage: Stage) -> None:  # noqa: F811
    dream, old = await result(stage)
    assert old.result is not None
    stage.dispatch._blobs.pop(old.result.blob)
    dream.attachments.clear()
    assert words(await answer(stage, say(stage, "deeper", dream))).endswith("R18")


async def test_a_private_dream_is_continued_by_nobody_else(stage: Stage) -> None:  # noqa: F811
    message = await stage.ask("You", "dream", private=True)
    people = {name: int(stage.playground.world.persona(name).id) for name in ("You", "Ada")}
    for _ in ("while it waits", "when it is done"):
        assert await stage.client.service.row_of_message(int(message.id), people["You"]) is not None
        assert await stage.client.service.row_of_message(int(message.id), people["Ada"]) is None
        if await stage.rows():
            await stage.finish(message)


# stickers and emoji


@pytest.fixture
def fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[str]:  # noqa: F811
    """What the bot fetches, in place of Discord's CDN, which the stand-in has no stickers and emoji for."""
    urls: list[str] = []

    async def fetch(link: Link, size: int, person: str = "") -> CleanPicture:
        urls.append(link.url.rpartition("/cdn/")[2] or link.url)
        return CleanPicture(png(), 8, 6)

    monkeypatch.setattr(stage.client.service.downloader, "fetch", fetch)
    return urls


def with_sticker(monkeypatch: pytest.MonkeyPatch, kind: int) -> None:
    """From now on there is a sticker in every message of a person: 1 PNG, 3 Lottie."""
    message = payloads.message

    def shown(world: World, item: Message, *, nested: bool = False) -> JsonDict:
        stickers = [] if world.people[item.author_id].bot else [{"id": "4", "name": "wave", "format_type": kind}]
        return message(world, item, nested=nested) | {"sticker_items": stickers}

    monkeypatch.setattr(payloads, "message", shown)


async def test_a_sticker_is_dreamed(stage: Stage, fetched: list[str], monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    with_sticker(monkeypatch, 1)
    assert alt(await answer(stage, say(stage, "@Pareidolia castles"))) == "Ada's picture, before the dream"
    assert fetched == ["stickers/4.png"]


async def test_a_sticker_that_only_the_app_can_draw_is_refused(
    stage: Stage,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_sticker(monkeypatch, 3)
    assert words(await answer(stage, say(stage, "@Pareidolia castles"))).endswith(DrawnSticker.code)
    assert await stage.rows() == []


async def test_an_emoji_is_a_picture_unless_its_name_is_a_word(stage: Stage, fetched: list[str]) -> None:  # noqa: F811
    blob, owl = "<:blobhype:123456789012345678>", "<:owl:123456789012345679>"
    assert alt(await answer(stage, say(stage, f"@Pareidolia {blob}"))) == "Ada's picture, before the dream"
    assert (
        alt(await answer(stage, say(stage, f"@Pareidolia {blob} castles {owl}"))) == "Ada's picture, before the dream"
    )
    assert fetched == ["emojis/123456789012345678.png"] * 2
    assert [row.job.params.aim[1] for row in await stage.queued(2)] == ["high", "castles + owl"]
