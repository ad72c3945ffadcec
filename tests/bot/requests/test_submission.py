"""Requests become jobs, or refusals and no job."""

import io
from collections.abc import AsyncIterator

import pytest
from PIL import Image

from bot.requests.downloader import Downloader, Link, Source
from bot.requests.submission import Request, Submitter, noise
from engine.errors import Gone, QueueFull, Refusal, Unreachable
from engine.files.blobs import BlobKey
from engine.files.decoder import CleanPicture
from engine.params import Dream
from engine.queue.in_memory_dispatch import MemoryDispatch
from engine.queue.job import Limits


class Shelf(Downloader):
    """An intake with one picture."""

    def __init__(self) -> None:
        pass

    def most_bytes(self, link: Link) -> int:
        return 10

    async def fetch(self, link: Link, size: int, person: str = "") -> CleanPicture:
        if "missing" in link.url:
            raise Unreachable
        return CleanPicture(b"clean", size, size)


@pytest.fixture
async def dispatch() -> AsyncIterator[MemoryDispatch]:
    dispatch = MemoryDispatch(Limits(per_user=5, total=1))
    yield dispatch
    await dispatch.close()


@pytest.fixture
def submitter(dispatch: MemoryDispatch) -> Submitter:
    return Submitter(dispatch, Shelf())


async def test_a_link_becomes_a_blob(submitter: Submitter, dispatch: MemoryDispatch) -> None:
    opened = await submitter.open(Request(Dream(), "1", Link("https://x/cat.png")))
    assert opened.blob is not None
    assert opened.shown == b"clean"
    assert await dispatch.get_blob(opened.blob) == b"clean"


async def test_a_missing_picture_is_refused_but_a_missing_avatar_is_noise(submitter: Submitter) -> None:
    with pytest.raises(Unreachable):
        await submitter.open(Request(Dream(), "1", Link("https://x/missing.png")))
    opened = await submitter.open(Request(Dream(size=128), "1", Link("https://x/missing.png", optional=True)))
    assert opened.blob is None
    assert opened.shown.startswith(b"\x89PNG")


async def test_further_pictures_are_fetched_and_travel_with_the_job(
    submitter: Submitter, dispatch: MemoryDispatch
) -> None:
    kept = await dispatch.put_blob(b"kept")
    order = Request(Dream(), "1", others={"guide": Link("https://x/guide.png"), "mask": kept})
    opened = await submitter.open(order)
    assert opened.others["mask"] == kept
    assert await dispatch.get_blob(opened.others["guide"]) == b"clean"
    ticket = await submitter.submit(order, opened, {})
    row = await dispatch.row(ticket.id)
    assert row is not None
    assert row.job.others == opened.others


async def test_a_further_picture_that_is_missing_is_refused_even_beside_an_avatar(submitter: Submitter) -> None:
    avatar = Link("https://x/cat.png", optional=True)
    cases: list[tuple[Source, type[Refusal]]] = [
        (Link("https://x/missing.png"), Unreachable),
        (BlobKey("0" * 64), Gone),
    ]
    for missing, error in cases:
        with pytest.raises(error):
            await submitter.open(Request(Dream(), "1", avatar, others={"guide": missing}))


async def test_a_lost_blob_is_gone(submitter: Submitter) -> None:
    with pytest.raises(Gone):
        await submitter.open(Request(Dream(), "1", BlobKey("0" * 64)))


async def test_a_full_queue_refuses_and_keeps_nothing(submitter: Submitter, dispatch: MemoryDispatch) -> None:
    order = Request(Dream(), "1")
    opened = await submitter.open(order)
    ticket = await submitter.submit(order, opened, {"name": "Ada"})
    assert ticket.job.requester == "1"
    assert ticket.place is not None
    assert ticket.place.ahead == 0
    with pytest.raises(QueueFull):
        await submitter.submit(order, opened, {})
    assert [row.posting for row in await dispatch.list_unposted()] == [{"name": "Ada"}]


@pytest.mark.parametrize("size", [128, 200, 1024])
def test_noise_is_a_picture_of_the_size_asked_for(size: int) -> None:
    with Image.open(io.BytesIO(noise(size, 7))) as picture:
        picture.load()
        assert picture.size == (size, size)
        colours = picture.getcolors(size * size)
        assert colours is not None
        assert len(colours) > 10
    assert noise(size, 7) == noise(size, 7) != noise(size, 8)
