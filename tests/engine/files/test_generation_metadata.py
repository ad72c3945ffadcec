"""What a file says of how it was made: nothing of who asked, and believed no more than what a stranger types."""

from __future__ import annotations

import contextlib
import functools
import io
import itertools
import json
import struct
import zlib
from random import Random
from typing import Any

import hypothesis
import pytest
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine import errors
from engine.catalog.catalog import shipped_catalog
from engine.files import decoder as decoding
from engine.files import generation_metadata
from engine.files.decoder import Decoder
from engine.files.generation_metadata import ASCII, EXIF_IFD, KEY, LIMIT, USER_COMMENT, Imprint
from engine.params import (
    MOST_DREAMS,
    Animate,
    AnyParams,
    Channel,
    Concept,
    Dream,
    Morph,
    PastDream,
    See,
    Style,
    Upscale,
    Video,
    Zoom,
)
from tests.engine.files.forged_metadata import FORGED

BEFORE = (
    PastDream(params=Concept(subject="banana", seed=3)),
    PastDream(params=Dream(subject="owl", seed=4821), others=("mask", "guide"), stopped=12),
    PastDream(params=Dream(subject="owl", seed=12)),
    PastDream(params=Dream(layer="mid", seed=12)),
    PastDream(params=Upscale(layer="mid", seed=12)),
)
EVERY: list[AnyParams] = [
    Dream(layer="high*0.7 + mid:21", strength=1.6, seed=4821, keep=0.3, colours="match", protect="edges"),
    Dream(subject="owl + castle", octaves=8, ratio=1.25, iterations=100),
    Dream(look="2015", layer="mid"),
    Zoom(subject="🦊", frames=90, speed=2.0, seed=2**31 - 1),
    Concept(subject="banana + eye", variations=9),
    Channel(layer="mixed3b", channel=21),
    Channel(layer="mid", search="eyes", top=36),
    See(seed=7),
    Style(painting="yours", subject="eyes", colours="keep", strength=1.6),
    Morph(subject="banana > eye > mid:21", strip=True),
    Video(subject="eyes", start=2.5, seconds=4, format="gif"),
    Animate(dreams=BEFORE),
    Upscale(subject="owl", size=2048, look="vivid", strength=0.5),
]
OURS = (errors.NoImprint, errors.BadImprint, errors.MadeElsewhere)
PIECES = [b"", b"9", b'"', b"{", b"[", b"\0", b"\xff", b"null", b"-"]


@pytest.mark.parametrize("params", EVERY, ids=lambda params: params.recipe)
@pytest.mark.parametrize("others", [(), ("guide",), ("mask", "guide"), ("painting",)])
def test_what_is_written_is_read(params: AnyParams, others: tuple[str, ...]) -> None:
    text = generation_metadata.write(params, others)
    assert text.isascii()
    assert len(text) < LIMIT / 4
    assert generation_metadata.read(text.encode(), shipped_catalog()) == Imprint(params, tuple(sorted(others)))


@pytest.mark.parametrize("params", EVERY, ids=lambda params: params.recipe)
def test_of_a_dream_of_dreams_all_are_read(params: AnyParams) -> None:
    text = generation_metadata.write(params, ["guide"], BEFORE)
    assert json.loads(text)[KEY] == 2, "to whoever knows only the first form it is a newer one"
    assert generation_metadata.read(text.encode(), shipped_catalog()) == Imprint(params, ("guide",), BEFORE)


def test_one_more_of_the_same_kind_takes_a_few_bytes() -> None:
    dreams = [PastDream(params=Dream(layer="high", seed=seed)) for seed in range(9000, 9000 + MOST_DREAMS)]
    lengths = [len(generation_metadata.write(Dream(), (), dreams[:count])) for count in range(1, MOST_DREAMS + 1)]
    assert max(after - before for before, after in itertools.pairwise(lengths)) < 40
    assert lengths[-1] < LIMIT / 2


def test_what_does_not_fit_is_left_out_from_the_beginning_and_counted() -> None:
    mixture = " + ".join(f"mixed4a:{channel}*0.123457" for channel in range(100, 108))
    kinds = (Concept(subject="owl"), Dream(layer=mixture))
    dreams = [PastDream(params=kinds[at % 2]) for at in range(MOST_DREAMS)]
    text = generation_metadata.write(Dream(), (), dreams, 2)
    made = generation_metadata.read(text.encode(), shipped_catalog())
    assert len(text) <= LIMIT
    assert 0 < len(made.before) < len(dreams)
    assert made.before == tuple(dreams[-len(made.before) :])
    assert made.omitted == 2 + len(dreams) - len(made.before)


@pytest.mark.parametrize("params", EVERY, ids=lambda params: params.recipe)
def test_it_says_what_was_asked_for_and_nothing_else(params: AnyParams) -> None:
    said = json.loads(generation_metadata.write(params, ["guide"]))
    assert said == {KEY: 1, "params": params.model_dump(), "others": ["guide"]}
    assert {"network", "seed", "recipe"} <= said["params"].keys()


@pytest.mark.parametrize(("classic", "look"), [(True, "2015"), (False, "natural")])
def test_a_file_from_before_there_were_looks_is_read(classic: bool, look: str) -> None:
    said = {KEY: 1, "params": {"recipe": "dream", "network": "pocket", "layer": "mid", "classic": classic}}
    assert generation_metadata.read(json.dumps(said).encode(), shipped_catalog()).params == Dream(
        network="pocket", layer="mid", look=look
    )


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED.keys())
def test_a_forged_one_is_a_sentence_that_repeats_nothing_of_it(text: bytes) -> None:
    with pytest.raises(errors.Refusal) as caught:
        generation_metadata.read(text, shipped_catalog())
    said = str(caught.value)
    assert type(caught.value) in OURS
    assert 40 < len(said) < 300
    assert said.endswith(".")
    assert said.isprintable()
    assert not any(word in said for word in ("EVIL", "<", "[", "passwd", "9999", "$"))


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("a later version", "a newer version"), ("an unknown network", "a network"),
        ("an unknown layer", "a layer or a subject"), ("a huge size", "its `size`"),
        ("an unknown option", "none of mine"), ("an option twice", "twice"), ("not a number", "numbers"),
    ],
)  # fmt: skip
def test_the_sentence_says_what_is_wrong(name: str, about: str) -> None:
    with pytest.raises(errors.Refusal, match=about):
        generation_metadata.read(FORGED[name], shipped_catalog())


def test_nothing_is_no_imprint() -> None:
    with pytest.raises(errors.NoImprint):
        generation_metadata.read(b"", shipped_catalog())


@hypothesis.settings(deadline=None, database=None, max_examples=300)
@hypothesis.given(st.randoms(use_true_random=False), st.sampled_from(EVERY), st.integers(1, 12))
def test_whatever_is_changed_it_is_params_or_a_sentence(random: Random, params: AnyParams, changes: int) -> None:
    text = bytearray(generation_metadata.write(params, ["mask"], BEFORE if changes % 2 else ()).encode())
    for _ in range(changes):
        at = random.randrange(len(text))
        text[at : at + random.randrange(3)] = random.choice(PIECES)
    with contextlib.suppress(*OURS):
        made = generation_metadata.read(bytes(text), shipped_catalog())
        assert isinstance(made.params, AnyParams)
        assert all(isinstance(dream.params, AnyParams) for dream in made.before)


# what is in files


def saved(kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((60, 40)).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def with_comment(comment: object) -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(EXIF_IFD)[USER_COMMENT] = comment
    return exif


def text_chunks(*texts: tuple[str, str], packed: bool = False) -> PngInfo:
    info = PngInfo()
    for key, text in texts:
        info.add_itxt(key, text, zip=packed)
    return info


def png_with(kind: bytes, body: bytes) -> bytes:
    """A PNG with a chunk behind its header that Pillow would not write."""
    plain = saved("PNG")
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return plain[:33] + chunk + plain[33:]


def gif_with(*comments: bytes) -> bytes:
    plain = saved("GIF", comment=b"?")
    one = b"\x21\xfe\x01?\0"
    assert one in plain
    extensions = (saved("GIF", comment=text).partition(b"\x21\xfe")[2].partition(b"\0\x2c")[0] for text in comments)
    return plain.replace(one, b"".join(b"\x21\xfe" + extension + b"\0" for extension in extensions))


GOOD = generation_metadata.write(Dream()).encode()
SILENT: dict[str, bytes] = {
    "a PNG of others": saved("PNG", pnginfo=text_chunks(("parameters", GOOD.decode()), ("Comment", "hello"))),
    "a JPEG of others": saved("JPEG", exif=with_comment(ASCII + b"taken at home")),
    "a JPEG's comment": saved("JPEG", comment=GOOD),
    "a comment that is a number": saved("JPEG", exif=with_comment(5)),
    "a damaged EXIF": saved("JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08"),
    "an EXIF in circles": saved("WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x87\x69\0\x04\0\0\0\x01\0\0\0\x08"),
    "a GIF of others": gif_with(b"Created with GIMP"),
    "a BMP": saved("BMP"),
    "a TIFF": saved("TIFF"),
    "an AVIF": saved("AVIF"),
}
LOUD: dict[str, bytes] = {
    "a PNG that is a little too long": png_with(b"tEXt", KEY.encode() + b"\0" + GOOD + b" " * (LIMIT + 1 - len(GOOD))),
    "two in a GIF": gif_with(GOOD, GOOD),
    "a long GIF": gif_with(GOOD + b" " * 100_000),
    "a long JPEG": saved("JPEG", exif=with_comment(ASCII + GOOD + b" " * 60_000)),
    "a long WebP": saved("WEBP", exif=with_comment(ASCII + GOOD + b" " * 3_000_000)),
    "not even text": png_with(b"tEXt", KEY.encode() + b"\0\xff\xfe\0\0"),
}


@functools.cache
def bombs() -> dict[str, bytes]:
    """Small files with long texts, made where they are needed: that takes half a second."""
    packed = zlib.compress(b"x" * 10**8)
    return {
        "a long PNG": saved("PNG", pnginfo=text_chunks((KEY, "x" * 900_000))),
        "a packed bomb of 1,000,000 bytes": saved("PNG", pnginfo=text_chunks((KEY, "x" * 10**6), packed=True)),
        "a packed bomb of 100 MB": png_with(b"iTXt", KEY.encode() + b"\0\1\0\0\0" + packed),
        "the same, older": png_with(b"zTXt", KEY.encode() + b"\0\0" + packed),
        "seventy of 1 MB": saved("PNG", pnginfo=text_chunks(*[("more", "x" * 10**6)] * 70, packed=True)),
    }


@pytest.mark.process
async def test_only_what_stands_under_our_key_leaves_the_decoder() -> None:
    async with Decoder() as decoder:
        pids = decoder.pids
        for name, data in SILENT.items():
            assert await decoder.imprint(data) == b"", name
        for name, data in LOUD.items():
            text = await decoder.imprint(data)
            assert len(text) <= LIMIT + 1, name
            with pytest.raises(errors.BadImprint):
                generation_metadata.read(text, shipped_catalog())
        for name, data in bombs().items():
            assert await decoder.imprint(data) == b"", name
        with pytest.raises(errors.NotAPicture):
            await decoder.imprint(GOOD)
        assert decoder.pids == pids, "a file killed the child"


@pytest.mark.process
async def test_the_picture_around_a_bomb_of_words_is_opened_without_them() -> None:
    async with Decoder() as decoder:
        for name in ("a packed bomb of 100 MB", "the same, older"):
            assert (await decoder.clean(bombs()[name], 64)).width == 64


async def test_an_empty_and_a_large_file_are_refused_unread() -> None:
    small = Decoder(megabytes=0.5)
    with pytest.raises(errors.EmptyFile):
        await small.imprint(b"")
    with pytest.raises(errors.FileTooLarge):
        await small.imprint(b"x" * 2**20)
    assert small.pids == ()


@pytest.mark.parametrize(
    "answer",
    [
        ({}, b""), ({"imprint": 3}, b"four"), ({"imprint": LIMIT + 2}, b"x" * (LIMIT + 2)), ([], b""),
        ({"refused": "inspect", "facts": {}}, b""), ({"width": 60, "height": 40, "animated": False}, b""),
    ],
)  # fmt: skip
def test_a_forged_answer_of_the_child_is_none(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"announced|ours"):
        decoding._check_imprint(*answer)
