"""The engine's child: `job -> reports -> result`, the only process with torch in it.

It reads a job from stdin, runs the recipe's iterator, and sends every step up; what comes back says go on, stop or
keep. Results and previews leave as bytes; the ledger is the parent's. When the parent is gone, stdin closes and the
child leaves at once, in the middle of whatever it does.

On a GPU it takes several jobs at once, each in a lane and a thread of its own: they share passes through networks.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from engine import logs, params
from engine.allocator import map_large_tensors
from engine.errors import Broken, NotKept, OutOfMemory, PareidoliaError, PictureGone, PictureStoreGone
from engine.files.blobs import BlobKey, StoreUnreachable
from engine.openmp import sleep_while_waiting
from engine.platform import framing
from engine.platform.garbage import nothing_discarded
from engine.platform.units import MEGABYTE
from engine.queue.blob_stores import open_blobs
from engine.queue.history import History
from engine.queue.job import FURTHER, VIDEO, batch_result
from engine.settings import MOST_AT_ONCE, Settings, load
from engine.video.reader import spool

if TYPE_CHECKING:
    from engine.ascent.progress import Progress
    from engine.encoders.encoder import Encoded
    from engine.runtime import Runtime

    Render = Generator[Progress | Encoded, bool | None, None]

log = logging.getLogger("pareidolia.worker")

KEPT = ("changed",)
"""The facts of a batch's single pictures."""
ON_A_GPU = 8
"""Jobs at once there, where nothing else is said and all have room: each may take its share of the memory."""
ROOM_MB = 4096
"""What each is to have at least: a dream of a large picture by pixels."""


class StopRequested(Exception):
    """The parent said stop."""


class Parent:
    """The pipe to the supervisor. A thread reads it, so that its end is noticed while torch computes."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._writing = threading.Lock()
        self._inboxes: list[queue.SimpleQueue[framing.Frame]] = [queue.SimpleQueue() for _ in range(MOST_AT_ONCE)]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while frame := framing.read(sys.stdin.buffer):
            self._inboxes[frame[0]["lane"]].put(frame)
        os._exit(0)  # the supervisor is gone: nobody would take the result

    def receive(self, lane: int) -> dict[str, Any]:
        """The next frame's header for a lane. Blocks."""
        return self._inboxes[lane].get()[0]

    def send(self, blob: bytes = b"", **header: Any) -> None:
        """One frame up; where nobody takes it, the supervisor was killed, and this process ends."""
        try:
            with self._writing:
                self._out.write(framing.pack(header, blob))
                self._out.flush()
        except BrokenPipeError:
            os._exit(0)


class Lane:
    """What one job says to the supervisor, and hears."""

    def __init__(self, parent: Parent, number: int) -> None:
        self._parent, self._number = parent, number

    def receive(self) -> dict[str, Any]:
        """The next frame's header. Blocks."""
        return self._parent.receive(self._number)

    def send(self, blob: bytes = b"", **header: Any) -> None:
        """One frame up."""
        self._parent.send(blob, **header, lane=self._number)


def main() -> None:
    """Serve jobs until the parent goes away."""
    settings = load()
    logs.start(settings, "worker")
    os.nice(settings.engine.nice)
    sleep_while_waiting()
    map_large_tensors()
    pipe = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints goes to the log, not into the protocol
    parent = Parent(pipe)
    with nothing_discarded():
        from engine.runtime import Runtime

        runtime = Runtime.from_settings(settings.engine, settings.catalog)
        at_once = settings.engine.jobs_at_once or _jobs_at_once(runtime)
        runtime.memory //= at_once  # so all of them fit
        _warm_up(runtime)
    numbers = {name: runtime.number_bytes(name) for name in settings.catalog.networks()}
    memory = runtime.memory // MEGABYTE
    device = str(runtime.device)
    parent.send(report="ready", device=device, memory_mb=memory, number_bytes=numbers, jobs=at_once)
    workers = [Worker(settings, runtime, Lane(parent, number)) for number in range(at_once)]
    for further in workers[1:]:
        threading.Thread(target=further.serve_all, daemon=True).start()
    workers[0].serve_all()


def _jobs_at_once(runtime: Runtime) -> int:
    """One where passes are not shared: jobs would only slow each other down."""
    if runtime.passes is None:
        return 1
    return max(1, min(ON_A_GPU, runtime.memory // (ROOM_MB * MEGABYTE)))


def _warm_up(runtime: Runtime) -> None:
    """One tiny dream: loads the default network and lets torch choose its kernels before anyone waits.

    Where that network turns out not to load, whoever asks for it is told so; the others still dream.
    """
    from engine.render import render

    try:
        tiny = params.make(params.Dream, runtime.catalog, size=128, octaves=1, iterations=2)
        for _ in render(tiny, None, runtime):
            pass
    except PareidoliaError as error:
        log.error("%s (%s)", error, error.code)


class Worker:
    """Runs one job after another on a warm runtime."""

    def __init__(self, settings: Settings, runtime: Runtime, parent: Lane) -> None:
        self.blobs = open_blobs(settings)
        self.runtime = runtime
        self.parent = parent

    def serve_all(self) -> None:
        """Every job that comes, in this thread. When that breaks, the process ends: nobody would be told."""
        try:
            self.runtime.prepare_thread()
            while True:
                header = self.parent.receive()
                with self.runtime.passes.job() if self.runtime.passes else contextlib.nullcontext():
                    self.serve(header)
        except Exception:
            log.exception("the worker cannot go on")
        finally:
            os._exit(1)

    def serve(self, header: dict[str, Any]) -> None:
        """One job; whatever happens, exactly one last report."""
        with logs.job_context(header["id"]):
            self._serve(header)

    def _serve(self, header: dict[str, Any]) -> None:
        try:
            self.parent.send(report="done", result=self._render(header))
        except StopRequested:
            self.parent.send(report="stopped")
        except PareidoliaError as error:  # also a refusal: a channel that the network turns out not to have
            self.parent.send(report="failed", error=type(error).__name__, facts=error.plain_facts())
        except Exception as error:
            log.exception("it broke")
            kind = OutOfMemory if _is_out_of_memory(error) else Broken
            self.parent.send(report="failed", error=kind.__name__, facts={})

    def _render(self, header: dict[str, Any]) -> dict[str, Any]:
        from engine.render import render

        wanted = params.parse(header["params"], self.runtime.catalog)
        further = [header["others"][name] for name in FURTHER if name in header["others"]]
        others = {name: self._blob(key) for name, key in header["others"].items() if name not in (*FURTHER, VIDEO)}
        history = History.from_json(header["history"], self.runtime.catalog)
        limit = header["limit_bytes"]

        def dream(picture: bytes | None, film: IO[bytes] | None = None) -> Render:
            before, omitted = history.dreams, history.omitted
            return render(wanted, picture, self.runtime, limit, others, before=before, omitted=omitted, video=film)

        if further:
            return self._render_batch(dream, [header["picture"], *further])
        with self._film(header["others"].get(VIDEO)) as film:
            made = self._report_progress(dream(self._picture(header["picture"]), film))
        return {**self._store_file(made), "facts": {**made.facts, **self._store_further(made)}}

    def _render_batch(self, dream: Callable[[bytes | None], Render], keys: Sequence[str]) -> dict[str, Any]:
        """One picture after another, each told of as soon as it is made. Where some fail, the others are the result,
        and the log says why; where all do, raises what the first raised."""
        from engine.batch import Batch

        batch, made, errors = Batch([self._picture(key) for key in keys]), {}, []
        for at, reports in enumerate(batch.reports(dream)):
            try:
                one = self._report_progress(reports)
                made[at] = {**self._store_file(one), "facts": {key: one.facts[key] for key in KEPT if key in one.facts}}
            except StopRequested:
                raise
            except Exception as error:
                log.warning("picture %d of a batch of %d", at + 1, len(keys), exc_info=error)
                errors.append(error)
                continue
            self.parent.send(report="made", at=at, result=made[at])
            if batch.kept:
                break
        if not made:
            raise errors[0]
        return batch_result(made)

    def _store_file(self, made: Encoded) -> dict[str, Any]:
        """Store what was made, and say what it is. Raises `NotKept`."""
        blob = self._store(made.data)
        about = {"mime": made.mime, "width": made.width, "height": made.height, "size": len(made.data)}
        return {"blob": blob, **about, "notes": [asdict(note) for note in made.notes]}

    def _store_further(self, made: Encoded) -> dict[str, Any]:
        """The files of a sheet's pictures, or of a zoom's last one, as facts of the result, which keeps them."""
        each = [self._store_file(one) for one in made.variations]
        ending = {"ending": self._store_file(made.ending)} if made.ending else {}
        return ({"variations": each} if each else {}) | ending

    def _store(self, data: bytes) -> BlobKey:
        """Store a result. Raises `NotKept` or `PictureStoreGone`."""
        try:
            return self.blobs.put(data)
        except StoreUnreachable as error:
            raise PictureStoreGone from error
        except OSError as error:
            raise NotKept from error

    def _report_progress(self, reports: Render) -> Encoded:
        """Tell the parent of every step, and do what it says."""
        with contextlib.closing(reports):
            return self._follow(reports)

    def _follow(self, reports: Render) -> Encoded:
        from engine.encoders.encoder import Encoded
        from engine.encoders.previews import Previews

        with contextlib.closing(Previews(self.runtime.device)) as previews:
            report = next(reports)
            while not isinstance(report, Encoded):
                word = self._send_progress(report, previews.take(report))
                if word in ("stop", "lost"):
                    raise StopRequested
                report = reports.send(word == "keep")
        return report

    def _send_progress(self, report: Progress, preview: bytes) -> str:
        held = self.runtime.gpu_bytes()
        self.parent.send(preview, report="progress", step=report.step, steps=report.steps, gpu_bytes=held)
        answer = self.parent.receive()
        while "id" in answer:  # a short job, while this one waits
            self.serve(answer)
            answer = self.parent.receive()
        return str(answer["word"])

    def _film(self, key: str | None) -> contextlib.AbstractContextManager[IO[bytes] | None]:
        """A video as it was sent, for the child that opens such. Raises `PictureGone`."""
        return contextlib.nullcontext() if key is None else spool(self._blob(key))

    def _picture(self, key: str | None) -> bytes | None:
        return None if key is None else self._blob(key)

    def _blob(self, key: str) -> bytes:
        """The clean PNG of a blob, or a video as it was sent. Raises `PictureGone` or `PictureStoreGone`."""
        try:
            data = self.blobs.get(BlobKey(key))
        except StoreUnreachable as error:
            raise PictureStoreGone from error
        if data is None:
            raise PictureGone
        return data


def _is_out_of_memory(error: Exception) -> bool:
    from engine.ascent.tiled_gradient import is_out_of_memory

    return isinstance(error, MemoryError) or is_out_of_memory(error)


if __name__ == "__main__":
    main()
