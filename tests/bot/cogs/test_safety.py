"""Images that look unsafe for work, and avatars of others, against the stand-in Discord: two servers that differ.

No such image is anywhere near: a stand-in says the scores, and the real scorer once refuses a harmless image, with a
threshold below what that has.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from PIL import Image

from bot import wording
from bot.operations import questions
from bot.playground.world import Attachment, Message
from bot.store.server_rules import NSFW_AGE, NSFW_OFF, NSFW_REFUSE, NSFW_SPOILER
from engine.errors import (
    AgeRestricted,
    ImageExplicit,
    ImageForAdults,
    ImageUnchecked,
    OthersAvatarsOff,
    SubjectHidden,
)
from engine.files.nsfw_scorer import INSTALL, NsfwScorer
from engine.queue.job import Limits
from engine.settings import Moderation
from tests.bot.cogs.test_dream_start import newest
from tests.bot.cogs.test_moderation import age_restrict
from tests.bot.cogs.test_server import ADMIN, annex, dreamed, refused_with, rule, settle, told_directly, until_member
from tests.bot.requests.test_service import (  # noqa: F401
    Stage,
    _drawn_avatars,
    png,
    specification,
    stage,
    words,
)
from tests.bot.requests.test_spoilers import covered
from tests.engine.video.small_videos import mp4

pytestmark = pytest.mark.slow

RED, BLUE = (250, 20, 20), (20, 20, 250)
"""The stand-in finds fault with what is red."""


def plain(colour: tuple[int, int, int]) -> Image.Image:
    return Image.new("RGB", (24, 18), colour)


def upload(stage: Stage, *colours: tuple[int, int, int]) -> Attachment:  # noqa: F811
    out = io.BytesIO()
    first, *rest = map(plain, colours)
    if rest:
        first.save(out, "GIF", save_all=True, append_images=rest)
    else:
        first.save(out, "PNG")
    return stage.playground.upload("it.gif" if rest else "it.png", out.getvalue())


@dataclass
class StandIn:
    """Says of red images that they are unsafe, and of nothing that the others are."""

    dead: bool = False
    asked: list[float] = field(default_factory=list)

    async def score(self, png: bytes, moving: bytes = b"") -> float:
        if self.dead:
            raise ImageUnchecked
        with Image.open(io.BytesIO(moving or png)) as opened:
            frames = range(getattr(opened, "n_frames", 1))
            reds = [self._red(opened, at) for at in frames]
        self.asked.append(max(reds))
        return self.asked[-1]

    @staticmethod
    def _red(opened: Image.Image, at: int) -> float:
        opened.seek(at)
        red, _, blue = opened.convert("RGB").resize((1, 1)).getpixel((0, 0))  # type: ignore[misc]
        return 0.9 if red > 2 * blue else 0.1


def check_by(stage: Stage, **owner: Any) -> StandIn:  # noqa: F811
    """Have a stand-in score, and the bot's owner decide that."""
    stage.dispatch.ledger.limits = Limits(20, 50)
    stage.client.service.nsfw_check.owner = Moderation(**owner)
    stage.client.service.nsfw_check.is_installed = True
    stage.client.service.downloader.scorer = stand_in = StandIn()
    return stand_in


async def test_each_server_decides_what_happens_to_unsafe_images(stage: Stage) -> None:  # noqa: F811
    stand_in, other = check_by(stage), annex(stage)
    await until_member(stage, other)
    await dreamed(stage, "You", image=upload(stage, RED))
    assert stand_in.asked == [], "nothing is scored where nobody decided that"
    await rule(stage, nsfw=NSFW_REFUSE)
    await rule(stage, other, nsfw=NSFW_SPOILER)
    assert refused_with(await dreamed(stage, "You", image=upload(stage, RED)), ImageExplicit)
    assert not (await dreamed(stage, "You", image=upload(stage, BLUE))).ephemeral
    hidden = await dreamed(stage, "Ada", "annex", image=upload(stage, RED))
    assert covered(hidden)
    assert not covered(await dreamed(stage, "Ada", "annex", image=upload(stage, BLUE)))
    assert not covered(await dreamed(stage, "Ada", "dm", image=upload(stage, RED))), "no server, and the owner says off"
    await settle(stage)
    assert covered(hidden)
    assert covered(await stage.press("Ada", hidden, "Deeper")), "what is made of it, too"


async def test_every_way_to_an_image_is_checked(stage: Stage) -> None:  # noqa: F811
    check_by(stage)
    await rule(stage, nsfw=NSFW_REFUSE)
    red = upload(stage, RED)
    given: list[dict[str, Any]] = [{"guide": red}, {"mask": red}, {"image": upload(stage, BLUE), "guide": red}]
    for options in given:
        assert refused_with(await dreamed(stage, "You", **options), ImageExplicit), options
    said = stage.playground.say("Ada", "dreams", "look", [upload(stage, BLUE), red])
    for menu in (wording.DREAM_THIS, wording.SEE_THIS):
        refused = refused_with(
            await stage.response_to(stage.playground.menu("You", "dreams", menu, said)), ImageExplicit
        )
        assert refused is (menu == wording.DREAM_THIS), "one of a batch refuses all of it; only the first is looked at"
    called = f"<@{stage.playground.world.bot.id}> low"
    stage.playground.say("You", "dreams", called, [red])
    await told_directly(stage, "You", ImageExplicit)
    moving = upload(stage, BLUE, RED)
    assert refused_with(await dreamed(stage, "You", image=moving), ImageExplicit), "also in a frame that isn't dreamed"


async def test_frames_of_a_video_are_checked(stage: Stage) -> None:  # noqa: F811
    stand_in = check_by(stage)
    await rule(stage, nsfw=NSFW_SPOILER)
    for colours, is_hidden in (((BLUE, BLUE), False), ((BLUE, RED), True)):
        frames = [np.full((48, 64, 3), colours[at // 4], np.uint8) for at in range(8)]
        video = stage.playground.upload("it.mp4", mp4(frames))
        stand_in.asked.clear()
        await stage.ask("You", "video", video=video)
        row = await newest(stage)
        assert (row.job.spoiler, row.posting["nsfw"]) == (is_hidden, max(stand_in.asked))
        assert len(stand_in.asked) == 3, "its first frame and two samples"


async def test_age_restricted_only(stage: Stage) -> None:  # noqa: F811
    check_by(stage)
    await rule(stage, nsfw=NSFW_AGE)
    await age_restrict(stage, "lab")
    assert refused_with(await dreamed(stage, "You", image=upload(stage, RED)), ImageForAdults)
    there = await dreamed(stage, "You", "lab", image=upload(stage, RED))
    assert not there.ephemeral
    row = await stage.finish(there)
    assert (row.posting["nsfw"], row.posting["age_restricted"]) == (0.9, True)
    await age_restrict(stage, "lab", on=False)
    for button in ("Deeper", "Re-roll"):
        assert refused_with(await stage.press("Ada", there, button), AgeRestricted)


async def test_the_owner_decides_for_all_and_a_server_is_only_stricter(stage: Stage) -> None:  # noqa: F811
    check_by(stage, action=NSFW_SPOILER)
    assert covered(await dreamed(stage, "You", image=upload(stage, RED)))
    assert covered(await dreamed(stage, "You", "dm", image=upload(stage, RED)))
    await rule(stage, nsfw=NSFW_REFUSE)
    assert refused_with(await dreamed(stage, "You", image=upload(stage, RED)), ImageExplicit)
    stage.client.service.nsfw_check.owner = Moderation(action=NSFW_REFUSE)
    await rule(stage, nsfw=NSFW_OFF)
    assert refused_with(await dreamed(stage, "You", image=upload(stage, RED)), ImageExplicit)
    stage.client.service.nsfw_check.owner = Moderation(action=NSFW_REFUSE, threshold=0.95)
    assert not (await dreamed(stage, "You", image=upload(stage, RED))).ephemeral


async def test_what_is_decided_later_holds_for_old_dreams_and_a_score_is_kept(stage: Stage) -> None:  # noqa: F811
    stand_in = check_by(stage)
    old = await dreamed(stage, "You", image=upload(stage, RED))
    waiting = await dreamed(stage, "You", image=upload(stage, RED))
    await settle(stage)
    await rule(stage, nsfw=NSFW_REFUSE)
    assert refused_with(await stage.press("Ada", old, "Re-roll"), ImageExplicit), "it was not scored, and is now"
    assert refused_with(await stage.press("Ada", old, "Deeper"), ImageExplicit), "by what it was made of"
    assert not waiting.ephemeral, "what was in the queue is finished"
    await rule(stage, nsfw=NSFW_SPOILER)
    kept = await dreamed(stage, "You", image=upload(stage, RED))
    await settle(stage)
    count = len(stand_in.asked)
    assert covered(await stage.press("Ada", kept, "Re-roll"))
    await rule(stage, nsfw=NSFW_REFUSE)
    assert refused_with(await stage.press("Ada", kept, "Deeper"), ImageExplicit)
    assert len(stand_in.asked) == count, "a score is kept"


async def test_an_image_that_cannot_be_checked_is_refused_unless_the_owner_says_otherwise(
    stage: Stage,  # noqa: F811
) -> None:
    stand_in = check_by(stage, action=NSFW_REFUSE)
    stand_in.dead = True
    assert refused_with(await dreamed(stage, "You", image=upload(stage, BLUE)), ImageUnchecked)
    assert await stage.rows() == []
    stage.client.service.nsfw_check.owner = Moderation(action=NSFW_REFUSE, unchecked="allow")
    dream = await dreamed(stage, "You", image=upload(stage, BLUE))
    assert not dream.ephemeral
    row = await stage.finish(dream)
    assert row.posting["nsfw"] is None
    assert not (await stage.press("You", dream, "Re-roll")).ephemeral
    stand_in.dead = False
    assert refused_with(await dreamed(stage, "You", image=upload(stage, RED)), ImageExplicit), "the next one is checked"


@pytest.mark.process
async def test_a_threshold_below_a_harmless_images_score_refuses_it(stage: Stage) -> None:  # noqa: F811
    check_by(stage, action=NSFW_REFUSE, threshold=1e-9)
    async with NsfwScorer() as scorer:
        stage.client.service.downloader.scorer = scorer
        assert refused_with(await dreamed(stage, "You", image=upload(stage, BLUE)), ImageExplicit)
        stage.client.service.nsfw_check.owner = Moderation(action=NSFW_REFUSE)
        assert not (await dreamed(stage, "You", image=upload(stage, BLUE))).ephemeral


async def pressed(stage: Stage, panel: Message, button: str, values: list[str] | None = None) -> None:  # noqa: F811
    await stage.press(ADMIN, panel, button, values)


async def test_the_panel_and_the_check_say_what_is_decided_and_what_is_missing(stage: Stage) -> None:  # noqa: F811
    check_by(stage)
    panel = await stage.ask(ADMIN, "server panel")
    await pressed(stage, panel, wording.SERVER_PAGES["subjects"])
    assert wording.nsfw_words(NSFW_OFF) in words(panel)
    await pressed(stage, panel, "server:nsfw", [NSFW_REFUSE])
    await pressed(stage, panel, "server:others_avatars:off")
    rules = await rule(stage)
    assert (rules.nsfw, rules.others_avatars) == (NSFW_REFUSE, False)
    await pressed(stage, panel, wording.SERVER_PAGES["overview"])
    assert wording.NSFW_ACTIONS[NSFW_REFUSE] in words(panel)
    assert questions.nsfw_finding(NSFW_REFUSE, is_installed=True).what in words(await stage.ask(ADMIN, "server check"))
    stage.client.service.nsfw_check.is_installed = False
    missing = questions.nsfw_finding(NSFW_REFUSE, is_installed=False)
    assert not missing.fine
    assert INSTALL in missing.remedy
    assert missing.remedy in words(await stage.ask(ADMIN, "server check"))
    await pressed(stage, panel, wording.SERVER_PAGES["subjects"])
    assert wording.nsfw_words(NSFW_OFF, INSTALL) in words(panel)
    assert not (await dreamed(stage, "You", image=upload(stage, RED))).ephemeral, "off without the extra"


async def test_a_server_switches_off_the_avatars_of_others(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    other = annex(stage)
    await until_member(stage, other)
    before = await dreamed(stage, "You", user="Ada")
    await settle(stage)
    await rule(stage, others_avatars=False)
    assert refused_with(await dreamed(stage, "You", user="Ada"), OthersAvatarsOff)
    menu = stage.playground.menu("You", "dreams", wording.DREAM_AVATAR, "Ada")
    assert refused_with(await stage.response_to(menu), OthersAvatarsOff)
    assert refused_with(await stage.press("You", before, "Deeper"), OthersAvatarsOff), "nor is one dreamed on"
    assert not (await stage.press("Ada", before, "Deeper")).ephemeral, "but by whose it is"
    ada, bot = (stage.playground.world.persona("Ada").id, stage.playground.world.bot.id)
    stage.playground.say("You", "dreams", f"<@{bot}> <@{ada}> eyes")
    await told_directly(stage, "You", OthersAvatarsOff)
    assert not (await dreamed(stage, "You")).ephemeral, "one's own"
    assert refused_with(await dreamed(stage, "You", guide_user="Ada"), OthersAvatarsOff), "nor as a guide"
    there = stage.playground.menu("You", "annex", wording.DREAM_AVATAR, "Ada")
    assert not (await stage.response_to(there)).ephemeral, "another server decides for itself"


async def test_apes_are_not_dreamed_on_avatars_of_others(stage: Stage) -> None:  # noqa: F811
    stage.dispatch.ledger.limits = Limits(20, 50)
    assert refused_with(await dreamed(stage, "You", user="Ada", subject="monkey"), SubjectHidden)
    assert not (await dreamed(stage, "You", subject="monkey")).ephemeral, "one's own"
    image = stage.playground.upload("it.png", png())
    assert not (await dreamed(stage, "You", image=image, subject="monkey")).ephemeral
    avatar = await dreamed(stage, "You", user="Ada", subject="eyes")
    await settle(stage)
    world = stage.playground.world
    called = f"<@{world.bot.id}> <@{world.persona('Ada').id}> monkey"
    for said in (called, "monkey"):
        stage.playground.say("You", "dreams", said, reply_to=avatar if said == "monkey" else None)
    direct = world.channel("dm", world.persona("You"))
    await world.until(lambda: sum(SubjectHidden.code in words(one) for one in world.history(direct)) == 2 or None)
    await rule(stage, hidden=())
    assert not (await dreamed(stage, "You", user="Ada", subject="monkey")).ephemeral
