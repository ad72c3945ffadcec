"""What one person reads is said in their language, what everybody reads in the server's; against the stand-in."""

from __future__ import annotations

import asyncio

from bot import help_pages, wording
from bot.languages import stored_words
from bot.languages.current import public, speaking, speaking_between, speaks_publicly, spoken
from bot.playground.world import Message
from bot.store.posting import Posting
from engine.errors import UnknownSubject
from engine.params import Concept
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    alts,
    labels,
    specification,
    stage,
    words,
)


async def test_an_ephemeral_answer_is_in_the_persons_language(stage: Stage) -> None:  # noqa: F811
    stage.playground.world.speak(stage.playground.world.persona("You"), "de")
    with speaking("de"):
        german = help_pages.HELP
    assert words(await stage.ask("You", "help")) == german != help_pages.HELP
    assert words(await stage.ask("Ada", "help")) == help_pages.HELP


async def test_a_public_card_is_in_the_servers_language_until_its_end(stage: Stage) -> None:  # noqa: F811
    first = next(iter(stage.playground.world.servers.values()))
    stage.playground.world.speak(first, "de")
    message = await stage.ask("Ada", "dream", layer="mid", size=128)
    assert "Abbrechen" in labels(message)
    assert [Posting.from_json(row.posting).locale for row in await stage.rows()] == ["de"]
    stage.playground.world.speak(first, "en-US")
    with speaking("de"):
        again = wording.VERBS["again"]
    await stage.finish(message)
    assert again in labels(message)


async def test_a_private_answer_is_in_the_persons_language_wherever_it_stands(stage: Stage) -> None:  # noqa: F811
    stage.playground.world.speak(stage.playground.world.persona("You"), "de")
    assert "Abbrechen" in labels(await stage.ask("You", "dream", layer="mid", private=True))
    assert "Cancel" in labels(await stage.ask("You", "dream", layer="mid"))


async def test_a_message_is_answered_in_its_servers_language_and_a_direct_one_in_its_writers(
    stage: Stage,  # noqa: F811
) -> None:
    world, ada = stage.playground.world, stage.playground.world.persona("Ada")
    assert words(await answer(stage, "dm", "xyzzy")) == wording.HINT
    world.speak(ada, "de")
    await stage.ask("Ada", "help")
    with speaking("de"):
        german = wording.HINT
    assert words(await answer(stage, "dm", "xyzzy")) == german
    assert words(await answer(stage, "dreams", "@Pareidolia xyzzy")) == wording.HINT
    world.speak(next(iter(world.servers.values())), "de")
    await stage.ask("Ada", "help")  # by then, the bot has heard of it
    assert words(await answer(stage, "dreams", "@Pareidolia xyzzy")) == german


async def answer(stage: Stage, channel: str, text: str) -> Message:  # noqa: F811
    """The answer to a message of Ada's."""
    said = stage.playground.say("Ada", channel, text)
    messages = stage.playground.world.messages
    return await stage.playground.world.until(
        lambda: next((one for one in messages.values() if one.reference == said.id), None)
    )


async def test_a_refusal_is_in_the_persons_language_with_what_was_typed(stage: Stage) -> None:  # noqa: F811
    stage.playground.world.speak(stage.playground.world.persona("Ada"), "de")
    told = words(await stage.ask("Ada", "dream", subject="flogbat"))
    assert told.startswith("„flogbat“ kenne ich nicht.")
    assert told.endswith(f"-# {UnknownSubject.code}")


async def test_a_language_is_a_tasks_own() -> None:
    async def say(locale: str) -> str:
        with speaking(locale):
            await asyncio.sleep(0)
            return spoken()

    assert [*await asyncio.gather(say("de"), say("en-US"), say("fr"))] == ["de", "en", "en"]
    assert spoken() == "en"


def test_what_is_stored_is_said_in_the_language_of_who_reads_it() -> None:
    with speaking("de"):
        kept = stored_words.join(wording.from_above_words(), wording.frame_words(1, 1), wording.part_words(2, 3))
    assert stored_words.read(kept) == "from the dream above · image 2 of 3"
    with speaking("de"):
        assert stored_words.read(kept) == "vom Traum oben · Bild 2 von 3"
        assert stored_words.read("Ada's cat") == "Ada's cat", "of a version that stored words"
    assert stored_words.read('[["words_of_tomorrow", 1], ["part_words", "much", "too", "much"]]') == ""
    assert stored_words.read("[Ada]'s cat") == "[Ada]'s cat"


async def test_what_comes_directly_is_in_the_persons_language(stage: Stage) -> None:  # noqa: F811
    world = stage.playground.world
    world.speak(world.persona("Ada"), "de")
    message = await stage.ask("Ada", "dream", subject="eyes")
    await stage.finish(message)
    stage.playground.react("Ada", message, "✉️")
    told = await world.until(
        lambda: next((one for one in world.messages.values() if "Geschickt, weil du" in words(one)), None)
    )
    assert alts(told) == ["Avatar von Ada als Traum. Gefragt war: eyes."]
    assert alts(message) == ["A dream of Ada's avatar: the network was asked for eyes."]


def test_noise_is_said_in_the_language_of_who_reads_it_and_nothing_is_grown_out_of_it() -> None:
    kept = wording.original_words("Ada", wording.NOISE)
    for original in (kept, wording.NOISE):
        alt = wording.alt_text(Concept(subject="fox"), original)
        assert alt == "What the network imagines when asked for fox."
        with speaking("de"):
            assert wording.origin_words(original) == "Rauschen"
            assert "gewachsen aus" not in wording.alt_text(Concept(subject="fox"), original)


def test_what_a_server_reads_is_said_in_its_language() -> None:
    with speaking_between("de", "en-US"):
        assert (spoken(), public(), speaks_publicly(spoken)()) == ("de", "en", "en")
        kept = wording.original_words("Ada", "avatar")
        assert wording.origin_words(kept) == "Avatar von Ada", "what is stored is said when it is read"
        assert wording.OPENING == "Ich öffne dein Bild …"
    assert wording.origin_words(kept) == "Ada's avatar"
