"""`/video` and "Dream this" on what moves, against the stand-in Discord, with the engine's part done by hand."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import IO, Any

import discord
import pytest

from bot import wording
from bot.playground.world import Message
from bot.requests import video_opener
from bot.requests.limits import check_ready
from bot.requests.video_sources import format_of, of_message, seconds_of
from engine.errors import (
    BrokenVideo,
    EmptyFile,
    EmptyVideo,
    FileTooLarge,
    ImageBlocked,
    NotAVideo,
    NoVideo,
    Refusal,
    StillVideo,
    TooMuchVideo,
    VideoEnded,
    VideoTooLarge,
)
from engine.params import Dream, Video
from engine.queue.job import VIDEO, JobRow
from engine.video import frames
from engine.video.reader import Clip, Wanted
from tests.bot.cogs.test_dream_start import newest
from tests.bot.cogs.test_mention import answer, say
from tests.bot.requests.test_service import (  # noqa: F401
    Option,
    Stage,
    _drawn_avatars,
    alts,
    labels,
    png,
    specification,
    stage,
    words,
)
from tests.bot.requests.test_stored_pictures import forgotten, plain
from tests.engine.video.small_videos import mp4, only_sound, pillow, squares
from tests.engine.video.test_reader import claiming

SQUARES = squares()
MADE = {"mp4": mp4(SQUARES), "gif": pillow(SQUARES)}


@contextlib.contextmanager
def open_here(file: IO[bytes], wanted: Wanted) -> Iterator[Clip]:
    """The child's work without its process."""
    asked = frames.Question(wanted.start, wanted.seconds, wanted.fps, wanted.size)
    opened = frames.open_video(io.BytesIO(file.read()), asked)
    yield Clip(*opened.edges, opened.planned, opened.frames)


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video_opener, "open_clip", open_here)


async def asked(stage: Stage, kind: str = "mp4", /, **options: Option) -> tuple[Message, JobRow]:  # noqa: F811
    """A video that was asked for: its message and its row."""
    video = stage.playground.upload(f"clip.{kind}", MADE[kind])
    message = await stage.ask("Ada", "video", video=video, **options)
    return message, await newest(stage)


def video_of(row: JobRow) -> Video:
    assert isinstance(row.job.params, Video)
    return row.job.params


async def test_a_video_reaches_the_engine_as_it_was_sent_with_its_first_frame(stage: Stage) -> None:  # noqa: F811
    message, row = await asked(stage, subject="eyes", strength=2.0, seed=7)
    params = video_of(row)
    assert (params.subject, params.strength, params.format, params.size) == ("eyes", 2, "mp4", 384)
    assert params.seconds == 1, "as long as it is: what it takes is known before it begins"
    assert await stage.dispatch.get_blob(row.job.others[VIDEO]) == MADE["mp4"]
    assert row.job.picture is not None
    (shown,) = message.attachments
    assert (shown.width, shown.height) == (384, 288)
    assert wording.alt_text_before(wording.original_words("Ada", "video")) in alts(message)
    await stage.finish(message, MADE["mp4"])
    assert labels(message) == ["Re-roll", "Tune", "More"]
    assert [one.filename for one in message.attachments] == ["dream.mp4"]
    assert "`/video subject:eyes strength:2 seconds:1 seed:7`" in words(message)
    assert alts(message) == ["A dream of Ada's video: the network was asked for eyes."]
    assert "with a" not in words(message)


async def test_a_gif_becomes_a_gif_and_all_can_be_chosen(stage: Stage) -> None:  # noqa: F811
    _message, row = await asked(stage, "gif")
    assert video_of(row).format == "gif"
    chosen: dict[str, Option] = {
        "start": 0.5,
        "seconds": 2.0,
        "fps": 16,
        "size": 256,
        "format": "webp",
        "layer": "low",
        "seed": 7,
    }
    _message, row = await asked(stage, "gif", **chosen)
    assert video_of(row) == Video.model_validate({**chosen, "seconds": 0.5})


async def test_its_buttons_dream_the_same_video(stage: Stage) -> None:  # noqa: F811
    message, row = await asked(stage, seed=7)
    await stage.finish(message, MADE["mp4"])
    await stage.press("Ada", message, "Re-roll")
    (again,) = await stage.queued(1)
    assert again.job.others == row.job.others
    assert again.job.params.model_copy(update={"seed": 7}) == row.job.params
    await stage.tune("Ada", message, {wording.PICK_SUBJECT: "fire", wording.PICK_SIZE: "512"})
    *_, tuned = await stage.queued(2)
    assert tuned.job.params == Video(subject="fire", seconds=1, size=512, seed=7)
    await answer(stage, say(stage, "castle", message))
    *_, replied = await stage.queued(3)
    assert (replied.job.params.aim, replied.job.others) == (("subject", "castle"), row.job.others)


async def test_a_video_that_is_stored_no_more_is_asked_for(stage: Stage) -> None:  # noqa: F811
    message, row = await asked(stage)
    await stage.finish(message, MADE["mp4"])
    stage.dispatch._blobs.clear()
    refused = await stage.press("Ada", message, "Re-roll")
    assert words(refused) == wording.error_sentence(NoVideo())
    assert await stage.rows() == []
    assert row.job.others[VIDEO]


async def test_of_one_that_is_forgotten_its_file_says_only_how_it_was_made(stage: Stage) -> None:  # noqa: F811
    message, row = await asked(stage)
    await stage.finish(message, plain((200, 0, 0), row.job.params))
    forgotten(stage, row.id)
    assert words(await stage.press("Ada", message, "Re-roll")) == wording.error_sentence(NoVideo())


async def test_a_blocked_video_is_refused_from_its_first_frame_on_and_from_any_other(stage: Stage) -> None:  # noqa: F811
    message, _row = await asked(stage)
    await stage.finish(message, MADE["gif"])
    said = await stage.response_to(stage.playground.menu("Mod", "dreams", wording.BLOCK_IMAGE, message))
    await stage.shows(said, wording.image_blocked_words(3))
    for name, data, start in (("clip.mp4", MADE["mp4"], 0.5), ("other.mp4", mp4(SQUARES[:4]), 0.0)):
        refused = await stage.ask("You", "video", video=stage.playground.upload(name, data), start=start)
        assert words(refused) == wording.error_sentence(ImageBlocked()), name


BAD: list[tuple[str, bytes, Refusal]] = [
    ("claims.gif", claiming(10_000, 10_000), VideoTooLarge(width=10_000, height=10_000, limit=36)),
    ("words.mp4", b"no video at all", NotAVideo()),
    ("song.mp3", b"ID3\4\0\0\0\0\0\0" + bytes(600), NotAVideo()),
    ("page.webm", b"\x1a\x45\xdf\xa3" + bytes(99), NotAVideo()),
    ("nothing.mp4", b"", EmptyFile()),
    ("half.mp4", MADE["mp4"][:600], BrokenVideo()),
    ("still.gif", pillow(SQUARES[:1]), StillVideo()),
    ("still.mp4", mp4(SQUARES[:1]), StillVideo()),
    ("sound.mp4", only_sound(), EmptyVideo()),
]


async def test_a_bad_file_is_a_sentence_and_no_job(stage: Stage) -> None:  # noqa: F811
    for name, data, error in BAD:
        refused = await stage.ask("Ada", "video", video=stage.playground.upload(name, data))
        assert words(refused) == wording.error_sentence(error), name
    video = stage.playground.upload("clip.mp4", MADE["mp4"])
    refused = await stage.ask("Ada", "video", video=video, start=50.0)
    assert words(refused) == wording.error_sentence(VideoEnded(start=50))
    assert await stage.rows() == []


async def test_one_that_is_too_large_is_not_fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(stage.client.service.downloader, "_limit_mb", 0.001)
    video = stage.playground.upload("clip.mp4", MADE["mp4"])
    refused = await stage.ask("Ada", "video", video=video)
    assert FileTooLarge.code in words(refused)


async def test_more_than_a_chat_makes_is_refused_before_anything_is_opened(stage: Stage) -> None:  # noqa: F811
    video = stage.playground.upload("clip.mp4", MADE["mp4"])
    refused = await stage.ask("Ada", "video", video=video, seconds=12.0, fps=25)
    error = TooMuchVideo(frames=300, size=384, most=Video.CHAT_FRAMES, largest=Video.CHAT_SIZE)
    assert words(refused) == wording.error_sentence(error)


def test_what_the_chat_makes() -> None:
    check_ready(Video(fps=25, seconds=6, size=512))
    for asked_for in (Video(fps=25, seconds=7), Video(size=513)):
        with pytest.raises(TooMuchVideo):
            check_ready(asked_for)
    assert [seconds_of(None, fps) for fps in (None, 12, 25)] == [None, None, 6]
    assert seconds_of(12, 25) == 12
    assert [format_of(name) for name in ("a.GIF", "https://x/a.webp?ex=1", "a.mov", "gif")] == [
        "gif", "webp", "mp4", "mp4",
    ]  # fmt: skip


@pytest.mark.parametrize("hidden", [False, True])
def test_a_gif_that_discord_shows_of_a_link_is_a_video(hidden: bool) -> None:
    page, shown = (
        "https://tenor.com/view/1",
        "https://images-ext-1.discordapp.net/external/x/https/media.tenor.com/1.mp4",
    )
    video = {"url": "https://media.tenor.com/1.mp4", "proxy_url": shown}
    embed = discord.Embed.from_dict({"type": "gifv", "url": page, "video": video})
    message: Any = SimpleNamespace(
        content=f"||{page}||" if hidden else page, attachments=[], embeds=[embed], message_snapshots=[], guild=None,
        channel=None, author=SimpleNamespace(id=5), reference=None,
    )  # fmt: skip
    found = of_message(message, lambda url: url == shown)
    assert found is not None
    assert (found.url, found.spoiler, found.owner) == (shown, hidden, 5)
    assert of_message(message, lambda url: False) is None


async def test_dream_this_on_a_video_dreams_it(stage: Stage) -> None:  # noqa: F811
    message = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("clip.mp4", MADE["mp4"])])
    await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, message))
    (row,) = await stage.queued(1)
    assert (video_of(row).format, video_of(row).seconds) == ("mp4", 1)
    assert await stage.dispatch.get_blob(row.job.others[VIDEO]) == MADE["mp4"]


async def test_dream_this_on_a_gif_dreams_its_first_frame_and_offers_all_of_it(stage: Stage) -> None:  # noqa: F811
    message = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("clip.gif", MADE["gif"])])
    interaction = stage.playground.menu("You", "dreams", wording.DREAM_THIS, message)
    await stage.response_to(interaction)
    (row,) = await stage.queued(1)
    assert isinstance(row.job.params, Dream)
    offer = await stage.playground.world.until(partial(offered, stage))
    assert (offer.ephemeral, labels(offer)) == (True, [wording.DREAM_VIDEO])
    stage.client.remedies._offers.clear()  # as after a restart
    await stage.press("You", offer, wording.DREAM_VIDEO)
    *_, video = await stage.queued(2)
    assert video_of(video).format == "gif"
    assert await stage.dispatch.get_blob(video.job.others[VIDEO]) == MADE["gif"]
    assert words(await stage.press("You", offer, wording.DREAM_VIDEO)) == wording.OFFER_OVER


def offered(stage: Stage) -> Message | None:  # noqa: F811
    """The message that offers a video."""
    said = stage.playground.world.messages.values()
    return next((one for one in said if wording.IT_MOVES in words(one)), None)


async def test_what_stands_still_is_not_offered_as_a_video(stage: Stage) -> None:  # noqa: F811
    message = stage.playground.say("Ada", "dreams", "look", [stage.playground.upload("cat.png", png())])
    await stage.response_to(stage.playground.menu("You", "dreams", wording.DREAM_THIS, message))
    await stage.queued(1)
    assert offered(stage) is None


async def test_a_video_beside_our_name_is_dreamed(stage: Stage) -> None:  # noqa: F811
    await answer(stage, say(stage, "@Pareidolia castle", None, (stage.playground.upload("clip.mp4", MADE["mp4"]),)))
    (row,) = await stage.queued(1)
    assert (video_of(row).aim, video_of(row).format) == (("subject", "castle"), "mp4")


async def test_a_gif_is_dreamed_whole_where_a_video_is_wished_for(stage: Stage) -> None:  # noqa: F811
    gif = stage.playground.upload("clip.gif", MADE["gif"])
    said = say(stage, "@Pareidolia castle", None, (gif,))
    await answer(stage, said)
    await answer(stage, say(stage, "@Pareidolia video castle", said))
    still, moving = await stage.queued(2)
    assert (type(still.job.params), type(moving.job.params)) == (Dream, Video)
    assert (video_of(moving).subject, video_of(moving).format) == ("castle", "gif")
    refused = await answer(stage, say(stage, "@Pareidolia video castle"))
    assert words(refused) == wording.error_sentence(NoVideo())


async def test_settings_of_a_video_are_copied_to_a_picture(stage: Stage) -> None:  # noqa: F811
    message, _row = await asked(stage, subject="owl", seed=7)
    await stage.finish(message, MADE["mp4"])
    await stage.response_to(stage.playground.menu("You", "dreams", wording.LIKE_THIS, message))
    (row,) = await stage.queued(1)
    assert (type(row.job.params), row.job.params.aim) == (Dream, ("subject", "owl"))
