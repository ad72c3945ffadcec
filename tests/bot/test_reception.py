"""Requests become jobs, or refusals and no job."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from bot.intake import Link
from bot.reception import Order, Reception, noise
from engine.jobs.decoder import Clean
from engine.jobs.errors import Gone, QueueFull, Unreachable
from engine.jobs.job import BlobKey, Limits
from engine.jobs.memory import MemoryDispatch
from engine.jobs.params import Dream


class Shelf:
    """An intake with one picture."""

    def most_bytes(self, link: Link) -> int:
        return 10

    async def fetch(self, link: Link, size: int, person: str = "") -> Clean:
        if "missing" in link.url:
            raise Unreachable
        return Clean(b"clean", size, size)


@pytest.fixture
async def dispatch() -> AsyncIterator[MemoryDispatch]:
    dispatch = MemoryDispatch(Limits(per_user=5, total=1))
    yield dispatch
    await dispatch.close()


@pytest.fixture
def reception(dispatch) -> Reception:
    return Reception(dispatch, Shelf())


async def test_a_link_becomes_a_blob(reception, dispatch):
    opened = await reception.open(Order(Dream(), "1", Link("https://x/cat.png")))
    assert opened.shown == b"clean"
    assert await dispatch.get_blob(opened.blob) == b"clean"


async def test_a_missing_picture_is_refused_but_a_missing_avatar_is_noise(reception):
    with pytest.raises(Unreachable):
        await reception.open(Order(Dream(), "1", Link("https://x/missing.png")))
    opened = await reception.open(Order(Dream(size=128), "1", Link("https://x/missing.png", optional=True)))
    assert opened.blob is None
    assert opened.shown.startswith(b"\x89PNG")


async def test_further_pictures_are_fetched_and_travel_with_the_job(reception, dispatch):
    kept = await dispatch.put_blob(b"kept")
    order = Order(Dream(), "1", others={"guide": Link("https://x/guide.png"), "mask": kept})
    opened = await reception.open(order)
    assert opened.others["mask"] == kept
    assert await dispatch.get_blob(opened.others["guide"]) == b"clean"
    ticket = await reception.submit(order, opened, {})
    assert (await dispatch.row(ticket.id)).job.others == opened.others


async def test_a_further_picture_that_is_missing_is_refused_even_beside_an_avatar(reception):
    avatar = Link("https://x/cat.png", optional=True)
    for missing, error in ((Link("https://x/missing.png"), Unreachable), (BlobKey("0" * 64), Gone)):
        with pytest.raises(error):
            await reception.open(Order(Dream(), "1", avatar, others={"guide": missing}))


async def test_a_lost_blob_is_gone(reception):
    with pytest.raises(Gone):
        await reception.open(Order(Dream(), "1", BlobKey("0" * 64)))


async def test_a_full_queue_refuses_and_keeps_nothing(reception, dispatch):
    order = Order(Dream(), "1")
    opened = await reception.open(order)
    ticket = await reception.submit(order, opened, {"name": "Ada"})
    assert ticket.job.requester == "1"
    assert ticket.place.ahead == 0
    with pytest.raises(QueueFull):
        await reception.submit(order, opened, {})
    assert [row.posting for row in await dispatch.unposted()] == [{"name": "Ada"}]


@pytest.mark.parametrize("size", [128, 200, 1024])
def test_noise_is_a_picture_of_the_size_asked_for(size):
    with Image.open(io.BytesIO(noise(size, 7))) as picture:
        picture.load()
        assert picture.size == (size, size)
        assert len(picture.getcolors(size * size)) > 10
    assert noise(size, 7) == noise(size, 7) != noise(size, 8)
