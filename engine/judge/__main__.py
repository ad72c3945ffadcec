"""`python -m engine.judge --out judged`: examine what the recipes make; exits 1 if something falls short."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from engine.judge import lite0, moving, recognition, reference, seeds, surface, timing
from engine.judge.bounds import table
from engine.judge.contact_sheets import contact_sheets
from engine.judge.examination import SEED, Exam, PartResult
from engine.judge.picture_maker import PictureMaker
from engine.runtime import Runtime

PARTS: Final[dict[str, Callable[[Exam], PartResult]]] = {
    "reference": reference.reference_labels,
    "speed": timing.speed,
    "weave": surface.measure_weave,
    "changed": surface.measure_change,
    "seeds": seeds.measure_seeds,
    "concepts": recognition.concepts,
    "subjects": recognition.subjects,
    "moving": moving.moving_recipes,
    "kinds": surface.dream_every_kind,
}
"""From the quickest to the longest; the last two by name, and the very last is only to be looked at."""
ON_REQUEST: Final = ("moving", "kinds")
QUICK: Final = {"iterations": 16, "octaves": 1}


def main(arguments: Sequence[str] | None = None) -> None:
    """Examine what was asked for, print tables and verdicts."""
    given = _parser().parse_args(arguments)
    exam = _exam(given)
    short = [name for name in given.only or _parts(given.contact_sheet) if not _examine_part(exam, name)]
    if given.contact_sheet:
        _write_contact_sheets(exam.maker)
    print(f"\nThe pictures are in {given.out}.")
    if short:
        sys.exit(f"Short of what must hold: {', '.join(short)}. See docs/pictures.md.")


def _parts(contact_sheet: bool) -> list[str]:
    return [name for name in PARTS if contact_sheet or name not in ON_REQUEST]


def _examine_part(exam: Exam, name: str) -> bool:
    """Whether a part holds; prints what was found."""
    try:
        found = PARTS[name](exam)
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed; it has the photographs. Run `make setup` and try again.")
    print(f"\n{name}\n{table(found.heads, found.rows)}" if found.rows else f"\n{name}")
    for figure in found.figures:
        print(figure.line, flush=True)
    return all(figure.ok for figure in found.figures)


def _write_contact_sheets(maker: PictureMaker) -> None:
    for part, made in maker.made.items():
        for path in contact_sheets(made, maker.out, part):
            print(path)


def _exam(given: argparse.Namespace) -> Exam:
    try:
        judge = lite0.load()
    except FileNotFoundError as error:
        sys.exit(f"{error}; it holds the judge. Run `make setup` and try again.")
    runtime = Runtime(threads=given.threads)
    options, side = (QUICK, 192) if given.quick else ({}, 512)
    maker = PictureMaker(runtime, given.out, network=given.network, side=side, options=options, reuse=given.reuse)
    return Exam(maker, judge, given.count, given.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine.judge", description="Examine what the recipes make.")
    parser.add_argument("--out", type=Path, default=Path("judged"), help="the folder for the pictures")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts instead of all")
    parser.add_argument("--count", type=_positive, help="so many classes and groups, for a quick look")
    parser.add_argument("--seed", type=int, default=SEED, help="of the classes drawn and of the dreams")
    parser.add_argument("--network", default="lite2", help="whose pictures are examined")
    parser.add_argument("--reuse", action="store_true", help="take pictures of an earlier run that are in the folder")
    parser.add_argument("--contact-sheet", action="store_true", help="every kind as well, and all pictures as sheets")
    parser.add_argument("--threads", type=int, default=0, help="of the CPU; 0 takes all")
    parser.add_argument("--quick", action="store_true", help="small and short, to see whether all is in its place")
    return parser


def _positive(text: str) -> int:
    if (value := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


if __name__ == "__main__":
    main()
