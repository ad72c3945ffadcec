import io

import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.encoders import Encoded, encode, open_encoder, preview
from engine.encoders.still import Kind, Still
from engine.files import generation_metadata
from engine.notes import sentences
from engine.params import Dream


def opened(encoded: Encoded) -> Image.Image:
    picture = Image.open(io.BytesIO(encoded.data))
    picture.load()
    assert (picture.width, picture.height) == (encoded.width, encoded.height)
    return picture


def test_a_png_holds_the_picture_to_the_last_bit(photo: Tensor) -> None:
    encoded = encode(photo)
    assert encoded.mime == "image/png"
    assert encoded.notes == ()
    pixels = torch.frombuffer(bytearray(opened(encoded).tobytes()), dtype=torch.uint8).view(90, 120, 3)
    assert pixels.permute(2, 0, 1).equal((photo * 255).round().to(torch.uint8))


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_other_kinds_come_close(kind: Kind, photo: Tensor) -> None:
    encoded = encode(photo, kind)
    assert encoded.mime == f"image/{kind}"
    pixels = torch.frombuffer(bytearray(opened(encoded).convert("RGB").tobytes()), dtype=torch.uint8).view(90, 120, 3)
    assert (pixels.permute(2, 0, 1) / 255 - photo).abs().mean() < 0.03


def test_same_picture_same_bytes(photo: Tensor) -> None:
    assert encode(photo).data == encode(photo).data


@pytest.mark.parametrize("part", [0.9, 0.5, 0.2, 0.1])
def test_it_fits_the_limit_and_says_what_it_gave_up(part: float) -> None:
    picture = torch.rand(3, 200, 300, generator=torch.Generator().manual_seed(0))
    limit = int(len(encode(picture).data) * part)
    encoded = encode(picture, limit_bytes=limit)
    assert len(encoded.data) <= limit
    assert "too large to upload" in sentences(encoded.notes)
    assert "`size`" in sentences(encoded.notes)
    opened(encoded)


def test_an_impossible_limit_gives_the_smallest_there_is(photo: Tensor) -> None:
    encoded = encode(photo, limit_bytes=10)
    assert encoded.width < 20


def test_a_preview_has_the_aspect_of_the_result(photo: Tensor) -> None:
    small = photo[:, :45, :61]
    shown = Image.open(io.BytesIO(preview(small, 512, (384, 512))))
    assert (shown.format, shown.size) == ("JPEG", (512, 384))
    assert Image.open(io.BytesIO(preview(photo, 256))).size == (256, 192)


def test_a_dream_becomes_a_png(photo: Tensor) -> None:
    encoder = open_encoder(Dream())
    assert isinstance(encoder, Still)
    encoder.add(photo)
    assert encoder.finish() == encode(photo, imprint=generation_metadata.write(Dream()))
    encoder.close()


def test_nothing_added_is_refused() -> None:
    with pytest.raises(ValueError, match="add"):
        Still().finish()
