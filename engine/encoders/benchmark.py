"""Our animations beside those of ffmpeg's defaults: `python -m engine.encoders.benchmark [FILE...]`.

The same frames by both; ours at the best setting that takes no more bytes than ffmpeg's does. Without files, an evening
sky and a moving texture are encoded, else the frames of the animations given, which are our own and no strangers'.

    GIF    palettegen and paletteuse as they are, and the GIF encoder alone
    WebP   libwebp at quality 75
    MP4    libx264 at its rate factor of 23
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import av
import numpy as np
import torch
from av.filter import Graph
from av.video.stream import VideoStream
from PIL import Image, ImageSequence
from torch import Tensor

from engine.canvas.similarity import ssim
from engine.encoders import gif, mp4, webp
from engine.encoders.film import Film, Plan
from engine.encoders.flashes import Bytes

RATE: Final = 12
SIDE: Final = 320
MOST: Final = 24
"""Frames of a file that are used."""
Encode = Callable[[Film, Plan], bytes]


class Measured(NamedTuple):
    """A file, and how much it looks like what it was made of."""

    bytes: int
    ssim: float
    """The mean of all frames."""


class Line(NamedTuple):
    """One comparison."""

    film: str
    rival: str
    theirs: Measured
    ours: Measured
    setting: str

    @property
    def lead(self) -> float:
        """How much more ours looks like the original, in no more bytes."""
        return self.ours.ssim - self.theirs.ssim


def compare(name: str, pictures: Sequence[Bytes]) -> Iterator[Line]:
    """A line for every rival."""
    film = Film(RATE)
    for picture in pictures:
        film.add(_to_tensor(picture))
    for rival, theirs_encoded, decode, encode, settings in (
        ("GIF by palettegen and paletteuse", _palette_gif(pictures), _decode_stills, gif.encode, _gif_plans(film)),
        ("GIF by the encoder alone", _encode_av(pictures, "gif", "gif", "rgb8"), _decode_stills, gif.encode,
         _gif_plans(film)),
        ("WebP by libwebp", _default_webp(pictures), _decode_stills, webp.encode, _plans(film, range(92, 59, -1))),
        ("MP4 by libx264", _encode_av(pictures, "mp4", "libx264", "yuv420p"), _decode_video, mp4.encode,
         _plans(film, range(16, 36))),
    ):  # fmt: skip
        theirs = _measure(theirs_encoded, pictures, decode)
        for plan in settings:
            ours = _measure(encode(film, plan), pictures, decode)
            if ours.bytes <= theirs.bytes:
                break
        yield Line(name, rival, theirs, ours, f"{plan.quality} {plan.dither}".strip())
    film.close()


def _gif_plans(film: Film) -> Iterator[Plan]:
    return (Plan(film.size, colours, dither=gif.choose_dither(film)) for colours in range(256, 15, -16))


def _plans(film: Film, qualities: range) -> Iterator[Plan]:
    return (Plan(film.size, quality) for quality in qualities)


def _measure(data: bytes, pictures: Sequence[Bytes], decode: Callable[[bytes], list[Bytes]]) -> Measured:
    shown = decode(data)
    return Measured(
        len(data), float(np.mean([ssim(*map(_to_tensor, pair)) for pair in zip(pictures, shown, strict=True)]))
    )


def _to_tensor(picture: Bytes) -> Tensor:
    return torch.from_numpy(picture.copy()).permute(2, 0, 1) / 255


def _decode_stills(data: bytes) -> list[Bytes]:
    """Frames that are the same are one in the file, which is shown for longer."""
    shown = []
    for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data))):
        picture = np.asarray(frame.convert("RGB"))
        shown += [picture] * max(1, round(frame.info.get("duration", 0) * RATE / 1000))
    return shown


def _decode_video(data: bytes) -> list[Bytes]:
    with av.open(io.BytesIO(data), "r") as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8) for frame in container.decode(video=0)]


# ffmpeg's defaults


def _frames(pictures: Sequence[Bytes]) -> Iterator[av.VideoFrame]:
    for at, picture in enumerate(pictures):
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts, frame.time_base = at, Fraction(1, RATE)
        yield frame


def _encode_av(pictures: Sequence[Bytes], format: str, codec: str, pixels: str) -> bytes:
    """`ffmpeg -i frames film.gif`, or `film.mp4`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "film")
        with av.open(str(path), "w", format=format) as container:
            stream = container.add_stream(codec, rate=RATE)
            assert isinstance(stream, VideoStream)
            stream.height, stream.width, stream.pix_fmt = *pictures[0].shape[:2], pixels
            for frame in _frames(pictures):
                container.mux(stream.encode(frame.reformat(format=pixels)))
            container.mux(stream.encode(None))
        return path.read_bytes()


def _default_webp(pictures: Sequence[Bytes]) -> bytes:
    """libwebp as ffmpeg sets it: quality 75, method 4."""
    first, *others = map(Image.fromarray, pictures)
    out = io.BytesIO()
    first.save(out, "webp", save_all=True, append_images=others, duration=1000 // RATE, loop=0, quality=75, method=4)
    return out.getvalue()


def _palette_gif(pictures: Sequence[Bytes]) -> bytes:
    """`-vf split[a][b];[a]palettegen[p];[b][p]paletteuse`."""
    graph, size = Graph(), pictures[0].shape[:2]
    source = graph.add_buffer(
        width=size[1], height=size[0], format=av.VideoFormat("rgb24"), time_base=Fraction(1, RATE)
    )
    split, palette, use = graph.add("split"), graph.add("palettegen"), graph.add("paletteuse")
    sink = graph.add("buffersink")
    source.link_to(split)
    split.link_to(palette, 0, 0)
    split.link_to(use, 1, 0)
    palette.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    out = io.BytesIO()
    with av.open(out, "w", format="gif") as container:
        stream = container.add_stream("gif", rate=RATE)
        stream.height, stream.width, stream.pix_fmt = *size, "pal8"
        for frame in _frames(pictures):
            source.push(frame)
        source.push(None)
        for _ in pictures:
            painted = sink.pull()
            assert isinstance(painted, av.VideoFrame)
            container.mux(stream.encode(painted))
        container.mux(stream.encode(None))
    return out.getvalue()


# films


def sky_and_texture() -> dict[str, list[Bytes]]:
    """What bands, and what has details everywhere."""
    down, across = np.linspace(0, 1, 214)[:, None, None], np.linspace(0, 1, SIDE)[None, :, None]
    low, high = np.array([60, 110, 180.0]), np.array([235, 190, 150.0])
    sky = [low + (high - low) * np.clip(0.9 * down + 0.1 * across + 0.004 * at, 0, 1) for at in range(MOST)]
    generator = np.random.default_rng(0)
    grain = Image.fromarray(generator.integers(0, 255, (54, 80, 3), np.uint8))
    whole = np.asarray(grain.resize((480, 324), Image.Resampling.BICUBIC))
    texture = [whole[at : at + 214, 2 * at : 2 * at + SIDE] for at in range(MOST)]
    return {"sky": [one.round().astype(np.uint8) for one in sky], "texture": texture}


def read_film(path: Path) -> list[Bytes]:
    """The first frames of an animation of ours, `SIDE` pixels wide, with even edges."""
    with Image.open(path) as opened:
        width, height = SIDE, round(SIDE * opened.height / opened.width / 2) * 2
        frames = (frame.convert("RGB").resize((width, height)) for frame in ImageSequence.Iterator(opened))
        return [np.asarray(frame) for frame, _ in zip(frames, range(MOST), strict=False)]


def main() -> None:
    """Print the comparison."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("files", nargs="*", type=Path, metavar="FILE")
    films = {path.name: read_film(path) for path in asked.parse_args().files} or sky_and_texture()
    print(f"{'film':<14}{'ffmpeg':<34}{'KB':>7}{'SSIM':>8}   {'ours':<32}{'KB':>7}{'SSIM':>8}")
    for name, pictures in films.items():
        for line in compare(name, pictures):
            theirs, ours = (f"{one.bytes / 1000:7.0f}{one.ssim:8.4f}" for one in (line.theirs, line.ours))
            print(f"{name[:13]:<14}{line.rival:<34}{theirs}   {line.setting:<32}{ours}")


if __name__ == "__main__":
    main()
