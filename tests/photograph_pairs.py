"""Whether blocked photographs are known again, and others are not: `python -m tests.photograph_pairs PLACE ...`.

Of Debian's packages, gcompris-qt-data has some 250 photographs: tools, fish, monuments, animals. They need not be
installed:

    apt-get download gcompris-qt-data && dpkg -x gcompris-qt-data_*.deb photographs
    python -m tests.photograph_pairs photographs --only categorization erase explore --pairs pairs.png

Each photograph is blocked as a server's moderators would; its copies and all others are then held against it. Printed:
the copies that are not known again, of each kind, and the pairs that are taken for each other, which `--pairs` draws
beside each other: look whether they are two photographs or one.

On pictures by which nothing was chosen: of 73 wallpapers (mate-backgrounds, lomiri-wallpapers, ukui-wallpapers,
plasma-workspace-wallpapers), every copy is known again and no pair is taken for one. Of 346 photographs cut out on
white (tuxpaint-stamps-default without cartoons, symbols and seasons), 3 are nearly plain; a walnut is missed when it is
mirrored, halved and JPEG 60 at once; of 59,685 pairs, three are mirrored copies, and two are taken for one wrongly:
flags that differ in their colour alone, and a hammer and a wrench that lie alike.
"""

from __future__ import annotations

import argparse
import io
import itertools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from engine.files.fingerprint import Fingerprint, fingerprint

KINDS = frozenset({".jpg", ".jpeg", ".png", ".webp"})
COMPILED = ".rcc"
"""Qt's compiled resources, in which WebP files stand one after another."""
LARGEST = 1024
"""Pixels, as those that the bot opens are made smaller, too."""
SHOWN = 200


def half(picture: Image.Image) -> Image.Image:
    """Half as wide and high."""
    return picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)), Image.Resampling.LANCZOS)


def jpeg(picture: Image.Image, quality: int = 60) -> Image.Image:
    """Saved as a JPEG and opened again."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


COPIES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "JPEG 60": jpeg,
    "half size": half,
    "mirrored": ImageOps.mirror,
    "all three": lambda picture: jpeg(ImageOps.mirror(half(picture))),
}


def find_files(places: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Every picture file there, by its name, also those inside of compiled resources."""
    for place in places:
        for path in sorted(place.rglob("*") if place.is_dir() else [place]):
            if path.suffix.lower() in KINDS and path.is_file():
                yield path.name, path.read_bytes()
            elif path.suffix == COMPILED:
                yield from ((f"{path.stem}-{at}", data) for at, data in enumerate(list_webp(path.read_bytes())))


def list_webp(data: bytes) -> Iterator[bytes]:
    """The WebP files that stand somewhere in others."""
    at = data.find(b"RIFF")
    while at >= 0:
        end = at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        is_one = data[at + 8 : at + 12] == b"WEBP" and end <= len(data)
        if is_one:
            yield data[at:end]
        at = data.find(b"RIFF", end if is_one else at + 4)


def open_photograph(data: bytes) -> Image.Image | None:
    """A picture as the bot would open it, on white where it is transparent; None for what is none."""
    try:
        sent = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGBA")
    except (UnidentifiedImageError, OSError):
        return None
    opened = Image.new("RGBA", sent.size, "white")
    opened.alpha_composite(sent)
    opened.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    return opened.convert("RGB")


def draw_pairs(pairs: Sequence[tuple[Image.Image, Image.Image]], out: Path) -> None:
    """The pairs one below another."""
    sheet = Image.new("RGB", (2 * SHOWN, max(1, len(pairs)) * SHOWN), "white")
    for row, pair in enumerate(pairs):
        for column, picture in enumerate(pair):
            sheet.paste(ImageOps.contain(picture, (SHOWN, SHOWN)), (column * SHOWN, row * SHOWN))
    sheet.save(out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="+", type=Path)
    parser.add_argument("--only", nargs="*", default=[""], help="how the names begin")
    parser.add_argument("--pairs", type=Path, help="a PNG of the pairs that are taken for each other")
    given = parser.parse_args()
    names: list[str] = []
    pictures: list[Image.Image] = []
    known: list[Fingerprint] = []
    for name, data in find_files(given.places):
        picture = open_photograph(data) if name.startswith(tuple(given.only)) else None
        if picture is not None:
            names.append(name)
            pictures.append(picture)
            known.append(fingerprint(data, picture))
    count = len(names)
    print(f"{count} photographs, {sum(not one.hash for one in known)} of them nearly plain: known again exactly only")
    for kind, copy in COPIES.items():
        missed = [
            name for name, picture, blocked in zip(names, pictures, known, strict=True)
            if blocked.hash and not blocked.is_same(fingerprint(kind.encode(), copy(picture)))
        ]  # fmt: skip
        print(f"{kind}: {len(missed)} not known again {' '.join(missed)}")
    same = [
        (a, b)
        for a, b in itertools.combinations(range(count), 2)
        if known[a].is_same(known[b]) or known[b].is_same(known[a])
    ]
    print(f"{len(same)} of {count * (count - 1) // 2} pairs taken for each other")
    for a, b in same:
        print(f"  {names[a]} {names[b]}")
    if given.pairs:
        draw_pairs([(pictures[a], pictures[b]) for a, b in same], given.pairs)


if __name__ == "__main__":
    main()
