"""What a frame of an animation costs, and how soon its file is there: `python -m tests.film_times [--side 512]`.

Of two films, a painted sky and leaves that fill everything, into which one zooms: CPU milliseconds a frame to take and
encode it; and seconds from the last frame until the file, where frames come as slowly as they are dreamed, beside the
same where nothing is encoded before the last one. In turns, medians. Numbers, no verdict.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import interpolate

from bot.playground import samples
from engine.encoders.animation import NAMES, Animation, AnimationKind

PAINTINGS: Final = ("clouds", "leaves")
CLOSER: Final = 1.03
FPS: Final = 12


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds that a frame is dreamed")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    print(f"{'film':<10}{'kind':<6}{'CPU ms a frame':>15}{'file after (s)':>16}{'not ahead (s)':>15}{'KB':>7}")
    for name in PAINTINGS:
        film = list(zoom(name, asked.side, asked.frames))
        for kind in NAMES:
            rounds = [
                (*encode(kind, film, asked.pause, True), *encode(kind, film, 0, False)) for _ in range(asked.rounds)
            ]
            _, ahead, size, cpu, after, _ = (median(one) for one in zip(*rounds, strict=True))
            print(f"{name:<10}{kind:<6}{1000 * cpu / len(film):>15.1f}{ahead:>16.2f}{after:>15.2f}{size / 1000:>7.0f}")


def zoom(name: str, side: int, frames: int) -> Iterator[Tensor]:
    """Pictures [3, side, side] in [0, 1], each a little closer, with a grain as dreams have it."""
    whole = np.asarray(samples.painting(f"{name}.webp").convert("RGB").resize((side, side), Image.Resampling.BICUBIC))
    picture = torch.from_numpy(whole.copy()).permute(2, 0, 1) / 255
    picture = (picture + 0.03 * torch.randn(picture.shape, generator=torch.Generator().manual_seed(0))).clamp(0, 1)
    for at in range(frames):
        seen = round(side / CLOSER**at / 2) * 2
        begin = (side - seen) // 2
        part = picture[:, begin : begin + seen, begin : begin + seen]
        yield interpolate(part[None], (side, side), mode="bicubic")[0].clamp(0, 1)


def both(kind: AnimationKind, film: Sequence[Tensor], pause: float) -> tuple[float, ...]:
    """Encoded ahead, and afterwards."""
    return (*encode(kind, film, pause, True), *encode(kind, film, 0, False))


def encode(kind: AnimationKind, film: Sequence[Tensor], pause: float, ahead: bool) -> tuple[float, float, int]:
    """CPU seconds in all, seconds from the last frame to the file, and its bytes."""
    encoder = Animation(kind, FPS)
    began = time.process_time()
    for picture in film:
        time.sleep(pause)
        encoder.add(picture, len(film) if ahead else 1)
    last = time.perf_counter()
    made = encoder.finish()
    return time.process_time() - began, time.perf_counter() - last, len(made.data)


if __name__ == "__main__":
    main()
