"""`python -m engine.gallery --out docs/gallery`: dream the gallery's files; progress goes to stderr."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.gallery.exhibits import EXHIBITS, QUICK, Gallery, Scale
from engine.networks import pocket, sketches
from engine.networks.loading import from_pocket
from engine.runtime import Runtime


def main(arguments: Sequence[str] | None = None) -> None:
    """Dream what was asked for and say which files were written."""
    asked = _parser().parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    gallery = Gallery(_runtime(asked.weights, asked.threads), QUICK if asked.quick else Scale())
    for name in asked.only or EXHIBITS:
        try:
            made = EXHIBITS[name](gallery)
        except ModuleNotFoundError as error:
            sys.exit(f"{error.name} is not installed; it has the photographs. Run `make setup` and try again.")
        path = asked.out / f"{name}.webp"
        path.write_bytes(made.data)
        print(f"{path}: {made.width} x {made.height}, {len(made.data) / 1e6:.2f} MB")


def _runtime(weights: Path | None, threads: int) -> Runtime:
    if weights is None:
        return Runtime(threads=threads)
    return Runtime(threads=threads, loader=lambda _name: from_pocket(*pocket.load(weights), sketches.read()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.gallery", description="Dream the gallery's contact sheets.")
    parser.add_argument("--out", type=Path, required=True, help="the folder for the files")
    parser.add_argument("--only", nargs="+", choices=list(EXHIBITS), help="these files instead of all")
    parser.add_argument("--weights", type=Path, help="other weights of pocket than those inside the package")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0 takes all")
    parser.add_argument("--quick", action="store_true", help="small and short, to see whether all is in its place")
    return parser


if __name__ == "__main__":
    main()
