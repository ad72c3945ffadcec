"""The real child with torch in it, under a real supervisor process: progress, previews, keep, and death."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine import settings as settings_
from engine import worker
from engine.ascent.tiled_gradient import TILES
from engine.encoders.encoder import Encoded
from engine.encoders.upload_limit import lossy_note, smaller_note
from engine.errors import BadOption, NotAVideo, OtherNetwork, PictureGone
from engine.files.blobs import BlobKey
from engine.networks.network import Network
from engine.params import AnyParams, Dream, Upscale, Video
from engine.platform import framing
from engine.queue.history import History
from engine.queue.job import VIDEO, Hint, Job, JobId, JobRow, Progress, Result, Settled, State
from engine.queue.local_dispatch import LocalDispatch
from engine.runtime import Runtime
from engine.settings import Settings
from engine.worker import Lane, Worker
from tests.engine import small_networks
from tests.engine.test_logs import Kept
from tests.engine.video.small_videos import mp4, squares

pytestmark = pytest.mark.process

LONG = Dream(network="pocket", size=512, octaves=4, iterations=100, seed=3)
SHORT = Dream(network="pocket", size=128, octaves=2, iterations=2, seed=3)


@pytest.fixture(autouse=True)
def _default() -> None:
    """The child here is the real one, and so are its networks."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="p-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(folder: Path) -> Settings:
    return settings_.load(data_dir=folder)


def start_engine(settings: Settings) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PAREIDOLIA_DATA_DIR": str(settings.data_dir), "PAREIDOLIA_DEFAULT_NETWORK": "pocket"}
    return subprocess.Popen([sys.executable, "-m", "engine.supervisor"], env=environment, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One engine for all tests: each leaves it alive and idle, but for the last, which kills it."""
    process = start_engine(settings_.load(data_dir=folder))
    yield process
    process.kill()
    process.wait()


class Listener:
    """A dispatch that remembers hints."""

    def __init__(self, dispatch: LocalDispatch) -> None:
        self.dispatch = dispatch
        self.heard: list[Hint] = []
        self._changed = asyncio.Condition()

    async def listen(self) -> None:
        async for hint in self.dispatch.hints():
            async with self._changed:
                self.heard.append(hint)
                self._changed.notify_all()

    async def until(self, kind: type[Hint], id: JobId) -> Hint:
        def of_that_kind() -> list[Hint]:
            return [hint for hint in self.heard if isinstance(hint, kind) and hint.id == id]

        async with asyncio.timeout(240), self._changed:
            await self._changed.wait_for(of_that_kind)
        return of_that_kind()[-1]

    async def row(self, id: JobId) -> JobRow:
        row = await self.dispatch.row(id)
        assert row
        return row


@pytest.fixture
async def listener(settings: Settings) -> AsyncIterator[Listener]:
    listener = Listener(LocalDispatch.open(settings))
    listening = asyncio.create_task(listener.listen())
    yield listener
    listening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await listening
    await listener.dispatch.close()


async def submit(listener: Listener, params: AnyParams) -> JobId:
    return await listener.dispatch.submit(Job(params=params, requester="ada"), {})


async def picture(listener: Listener, row: JobRow) -> Image.Image:
    assert row.result
    data = await listener.dispatch.get_blob(row.result.blob)
    assert data
    return Image.open(io.BytesIO(data))


def pids(settings: Settings) -> dict[str, int]:
    found: dict[str, int] = json.loads((settings.run_dir / "engine.pid").read_text())
    return found


def alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and " Z " not in stat.read_text()


def test_what_breaks_in_the_child_is_logged_under_its_job(settings: Settings) -> None:
    sent: list[dict[str, object]] = []

    class Parent:
        def send(self, blob: bytes = b"", **header: object) -> None:
            sent.append(header)

    kept = Kept()
    worker.log.addHandler(kept)
    try:
        worker.Worker(settings, None, Parent()).serve({"id": "j" * 20})  # type: ignore[arg-type]
    finally:
        worker.log.removeHandler(kept)
    assert [(line["job"], line["level"]) for line in kept.lines] == [("j" * 20, "ERROR")]
    assert [header["error"] for header in sent] == ["Broken"]


def test_a_default_that_does_not_load_keeps_the_others_dreaming() -> None:
    def loader(name: str) -> Network:
        raise OtherNetwork(name=name, file="mine.pth", architecture="resnet18", problem="it has no layer layer9")

    kept = Kept()
    worker.log.addHandler(kept)
    try:
        worker._warm_up(Runtime("cpu", "float32", loader=loader))
    finally:
        worker.log.removeHandler(kept)
    ((level, said),) = ((line["level"], line["message"]) for line in kept.lines)
    assert level == "ERROR"
    assert said.startswith("mine.pth does not fit the architecture resnet18")


@pytest.mark.parametrize("network", ["pocket", "lite2"])
async def test_a_dream_comes_back_with_previews_and_the_same_bytes_again(
    network: str, engine: subprocess.Popen[bytes], listener: Listener
) -> None:
    blobs = set()
    for _ in range(2):
        id = await submit(listener, SHORT.model_copy(update={"network": network}))
        progress = await listener.until(Progress, id)
        assert isinstance(progress, Progress)
        await listener.until(Settled, id)
        first = next(h for h in listener.heard if isinstance(h, Progress) and h.id == id and h.preview)
        assert Image.open(io.BytesIO(first.preview)).format == "JPEG"
        row = await listener.row(id)
        assert row.state == State.DONE
        assert row.result
        blobs.add(row.result.blob)
        assert (await picture(listener, row)).size == (128, 128)
    assert len(blobs) == 1


async def test_of_a_sheet_each_picture_is_kept_by_itself_as_long_as_the_sheet(
    engine: subprocess.Popen[bytes], listener: Listener
) -> None:
    id = await submit(listener, SHORT.model_copy(update={"variations": 2}))
    await listener.until(Settled, id)
    row = await listener.row(id)
    assert row.result is not None
    each = row.result.facts["variations"]
    assert len(each) == 2
    for one in each:
        data = await listener.dispatch.get_blob(BlobKey(one["blob"]))
        assert data is not None
        assert Image.open(io.BytesIO(data)).size == (one["width"], one["height"]) == (128, 128)
    kept = listener.dispatch.ledger.referenced_blobs()
    assert {one["blob"] for one in each} <= kept


async def test_further_pictures_and_refusals_cross_the_border(
    engine: subprocess.Popen[bytes], listener: Listener
) -> None:
    black = io.BytesIO()
    Image.new("RGB", (64, 64)).save(black, "PNG")
    mask = await listener.dispatch.put_blob(black.getvalue())
    protected = await listener.dispatch.submit(Job(params=SHORT, requester="ada", others={"mask": mask}), {})
    plain = await submit(listener, SHORT)
    gone = Job(params=SHORT, requester="ada", others={"guide": BlobKey("0" * 64)})
    lost = await listener.dispatch.submit(gone, {})
    torn = Job(params=Dream(network="pocket", subject="fox", size=128), requester="ada", others={"guide": mask})
    refused = await listener.dispatch.submit(torn, {})
    rows = []
    for id in (protected, plain, lost, refused):
        await listener.until(Settled, id)
        rows.append(await listener.row(id))
    assert [(row.state, row.error_code) for row in rows[2:]] == [(State.FAILED, "F05"), (State.FAILED, "R13")]
    assert "takes the place of a subject" in rows[3].error
    assert rows[2].error_facts == {}
    assert rows[3].error_facts is not None
    assert rows[3].error_facts["option"] == "guide"
    untouched, dreamed = rows[0].result, rows[1].result
    assert untouched is not None
    assert dreamed is not None
    assert untouched.blob != dreamed.blob


async def test_keep_gives_what_there_is_at_full_size(engine: subprocess.Popen[bytes], listener: Listener) -> None:
    id = await submit(listener, LONG)
    await listener.until(Progress, id)
    await listener.dispatch.cancel(id, keep_preview=True)
    await listener.until(Settled, id)
    row = await listener.row(id)
    assert (row.state, row.keep_preview) == (State.DONE, True)
    assert (await picture(listener, row)).size == (512, 512)


async def test_between_two_steps_of_an_upscale_a_dream_is_dreamed(
    engine: subprocess.Popen[bytes], listener: Listener
) -> None:
    long = await submit(listener, Upscale(network="pocket", size=512, iterations=60, seed=3))
    await listener.until(Progress, long)
    short = await submit(listener, SHORT)
    await listener.until(Settled, short)
    assert (await listener.row(short)).state == State.DONE
    assert (await listener.row(long)).state == State.RUNNING
    await listener.dispatch.cancel(long)
    await listener.until(Settled, long)
    assert (await listener.row(long)).state == State.CANCELLED


async def test_a_killed_child_is_tried_again_and_the_second_death_fails_the_job(
    engine: subprocess.Popen[bytes], listener: Listener, settings: Settings
) -> None:
    id = await submit(listener, LONG)
    for _ in range(2):
        await listener.until(Progress, id)
        os.kill(pids(settings)["worker"], signal.SIGKILL)
        listener.heard.clear()
    await listener.until(Settled, id)
    row = await listener.row(id)
    assert (row.state, row.error_code, row.attempt) == (State.FAILED, "F01", 2)
    after = await submit(listener, SHORT)
    await listener.until(Settled, after)
    assert (await listener.row(after)).state == State.DONE


async def test_a_killed_supervisor_takes_its_child_along_and_loses_nothing(
    engine: subprocess.Popen[bytes], listener: Listener, settings: Settings
) -> None:
    id = await submit(listener, SHORT.model_copy(update={"iterations": 60}))
    await listener.until(Progress, id)
    child = pids(settings)["worker"]
    engine.kill()
    engine.wait()
    async with asyncio.timeout(60):
        while alive(child):
            await asyncio.sleep(0.02)
    again = start_engine(settings)
    try:
        await listener.until(Settled, id)
        row = await listener.row(id)
        assert (row.state, row.attempt) == (State.DONE, 2)
    finally:
        again.kill()
        again.wait()


def test_a_result_that_the_disk_has_no_room_for_is_a_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[dict[str, object]] = []

    class Parent:
        def send(self, blob: bytes = b"", **report: object) -> None:
            said.append(report)

    def full(_: bytes) -> BlobKey:
        raise OSError(errno.ENOSPC, "No space left on device")

    made = Worker(settings, None, Parent())  # type: ignore[arg-type]
    monkeypatch.setattr(made.blobs, "put", full)
    monkeypatch.setattr(made, "_render", lambda _: made._store(b"a dream"))
    made.serve({"id": "a job"})
    assert said == [{"report": "failed", "error": "NotKept", "facts": {}}]


def test_what_json_does_not_know_of_an_error_is_said_as_text(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent = io.BytesIO()

    class Parent:
        def send(self, **report: object) -> None:
            parent.write(framing.pack(report))

    def refuse(_: object) -> None:
        raise BadOption(option="guide", problem="is not there", file=Path("a.png"))

    made = Worker(settings, None, Parent())  # type: ignore[arg-type]
    monkeypatch.setattr(made, "_render", refuse)
    made.serve({"id": "a job"})
    parent.seek(0)
    sent = framing.read(parent)
    assert sent
    facts = {"option": "guide", "problem": "is not there", "file": "a.png"}
    assert sent[0] == {"report": "failed", "error": "BadOption", "facts": facts}


def test_a_file_and_its_variations_say_what_was_given_up(settings: Settings) -> None:
    made = Worker(settings, None, None)  # type: ignore[arg-type]
    one = Encoded(b"one", "image/webp", 8, 6, (lossy_note("webp"),))
    sheet = Encoded(b"sheet", "image/webp", 4, 3, (TILES, smaller_note(4, 3)), variations=(one, one))
    told = json.loads(json.dumps({**made._store_file(sheet), "facts": made._store_further(sheet)}))
    result = Result.from_json(told)
    assert result.notes == sheet.notes
    assert [Result.from_json(each).notes for each in result.facts["variations"]] == [one.notes, one.notes]


def test_a_video_reaches_its_recipe_as_it_was_sent(settings: Settings) -> None:
    network = small_networks.pocket()
    rendering = Worker(settings, Runtime("cpu", "float32", loader=lambda _name: network), Silent())
    wanted = Video(network="pocket", layer="low", size=128, octaves=1, iterations=1, fps=8, format="gif", seconds=0.25)
    header = {"params": wanted.model_dump(), "picture": None, "limit_bytes": None, "history": History().to_json()}
    sent = rendering.blobs.put(mp4(squares(3)))
    made = rendering._render({**header, "others": {VIDEO: sent}})
    data = rendering.blobs.get(made["blob"])
    assert data is not None
    with Image.open(io.BytesIO(data)) as film:
        assert (film.format, film.size, film.n_frames) == ("GIF", (128, 96), 2)  # type: ignore[attr-defined]
    with pytest.raises(NotAVideo):
        rendering._render({**header, "others": {VIDEO: rendering.blobs.put(b"no video")}})
    with pytest.raises(PictureGone):
        rendering._render({**header, "others": {VIDEO: "0" * 64}})


class Silent(Lane):
    """A supervisor that says go on to everything."""

    def __init__(self) -> None:
        pass

    def receive(self) -> dict[str, Any]:
        return {"word": "go on"}

    def send(self, blob: bytes = b"", **header: Any) -> None:
        pass


def test_a_child_whose_supervisor_was_killed_ends_without_a_word() -> None:
    code = (
        "import os, engine.worker as w; end, pipe = os.pipe(); os.close(end);"
        "w.Parent(os.fdopen(pipe, 'wb')).send(report='progress')"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as child:
        assert child.wait(60) == 0
        assert child.stdout is not None
        assert child.stdout.read() == b""
