"""A file says how it was made: in every format, read back by the sealed child, inside the upload limit, same pixels."""

from __future__ import annotations

import io

import av
import pytest
import torch
from PIL import Image, ImageSequence
from torch import Tensor

from engine.catalog.catalog import shipped_catalog
from engine.encoders import embed_metadata, encode, open_encoder
from engine.encoders.animation import Animation, AnimationKind
from engine.files import generation_metadata, mp4_boxes
from engine.files.decoder import Decoder
from engine.params import AnyParams, Channel, Concept, Dream, See, Zoom

EVERY: list[AnyParams] = [
    Dream(layer="high*0.7 + mid:21", seed=4821), Zoom(subject="owl + castle"), Concept(subject="banana"),
    Channel(layer="mid", channel=3), See(),
]  # fmt: skip
ANIMATIONS: dict[str, AnimationKind] = {"gif": "gif", "animated webp": "webp", "mp4": "mp4"}
LONGEST = Zoom(layer=" + ".join(f"mixed4d:{300 + n}*0.{n}7" for n in range(1, 9)), ratio=1.234567890123456)
PICTURE = torch.rand(3, 90, 120, generator=torch.Generator().manual_seed(0))


def made(kind: str, text: str, picture: Tensor = PICTURE) -> bytes:
    if kind not in ANIMATIONS:
        return encode(picture, kind, imprint=text).data  # type: ignore[arg-type]
    encoder = Animation(ANIMATIONS[kind], 10, imprints={ANIMATIONS[kind]: text})
    for turn in range(3):
        encoder.add(picture.roll(turn, 1))
    return encoder.finish().data


def pixels(data: bytes) -> list[bytes]:
    if mp4_boxes.is_mp4(data):
        with av.open(io.BytesIO(data), "r") as container:
            return [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
    return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(data)))]


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "animated webp", "mp4"])
async def test_every_recipe_comes_back_from_every_format(kind: str) -> None:
    async with Decoder() as decoder:
        for params in [*EVERY, LONGEST]:
            data = made(kind, generation_metadata.write(params, ["guide"]))
            assert generation_metadata.read(
                await decoder.imprint(data), shipped_catalog()
            ) == generation_metadata.Imprint(params, ("guide",))
            if kind != "mp4":
                assert (await decoder.clean(data, 120)).width == 120
        assert await decoder.imprint(made(kind, "")) == b""


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "gif", "animated webp", "mp4"])
def test_it_changes_no_pixel_and_costs_little(kind: str) -> None:
    text = generation_metadata.write(LONGEST)
    with_it, without = made(kind, text), made(kind, "")
    assert pixels(with_it) == pixels(without)
    assert len(text) < len(with_it) - len(without) < len(text) + 100


def test_a_gif_plays_for_ever_all_the_same() -> None:
    film = Image.open(io.BytesIO(made("gif", generation_metadata.write(LONGEST))))
    assert (film.info["loop"], getattr(film, "n_frames", 0)) == (0, 3)


def test_a_gif_of_another_maker_without_palette_or_loop_takes_it_too() -> None:
    out = io.BytesIO()
    Image.new("L", (4, 4)).save(out, "GIF")
    said = Image.open(io.BytesIO(embed_metadata.add_gif_comment(out.getvalue(), "x" * 300)))
    assert said.info["comment"] == b"x" * 300
    assert pixels(embed_metadata.add_gif_comment(out.getvalue(), "x" * 300)) == pixels(out.getvalue())


@pytest.mark.parametrize("params", [Dream(), Zoom()])
def test_what_must_fit_a_limit_fits_it_with_its_words(params: AnyParams) -> None:
    def encoded(limit: int | None) -> bytes:
        encoder = open_encoder(params, limit)
        for turn in range(3):
            encoder.add(PICTURE.roll(turn, 1))
        return encoder.finish().data

    whole = encoded(None)
    for limit in (len(whole), len(whole) - 1, len(whole) // 2):
        data = encoded(limit)
        assert len(data) <= limit
        assert generation_metadata.write(params).encode() in data


@pytest.mark.parametrize("asked", ["gif", "webp", "mp4"])
async def test_a_film_says_as_which_kind_of_file_it_was_made(asked: AnimationKind) -> None:
    async with Decoder() as decoder:
        kinds = []
        for limit in (None, 4000, 2000):  # what is too large becomes another kind
            encoder = open_encoder(Zoom(), limit, kind=asked)
            for turn in range(3):
                encoder.add(PICTURE.roll(turn, 1))
            made = encoder.finish()
            said = generation_metadata.read(await decoder.imprint(made.data), shipped_catalog()).params
            assert isinstance(said, Zoom)
            assert made.mime.endswith(said.format)
            kinds.append(said.format)
    assert kinds[0] == asked
    assert asked == "mp4" or kinds[-1] != asked
