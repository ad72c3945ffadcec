"""Compositions: in range, labelled, and a function of seed and step alone."""

import pytest
import torch

from engine.training import backdrops
from engine.training.classes import FACES, emoji
from engine.training.emoji_sprites import Sprites, square
from engine.training.scenes import Scenes, affine, premultiply
from engine.training.textures import TEXTURES


def test_a_batch_is_pictures_and_labels(scenes: Scenes) -> None:
    pictures, labels = scenes.batch(0, 8, 48)
    assert pictures.shape == (8, 3, 48, 48)
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    assert labels.shape == (8,)
    assert scenes.labels == ["disc", "square", "bar", *TEXTURES]


def test_a_step_is_the_same_whatever_ran_before(sprites: Sprites) -> None:
    one, other = (Scenes(sprites, [], seed=5, bank=12, each_texture=1) for _ in range(2))
    one.batch(0, 4, 32)
    assert torch.equal(one.batch(3, 4, 32)[0], other.batch(3, 4, 32)[0])
    assert not torch.equal(one.batch(3, 4, 32)[0], one.batch(4, 4, 32)[0])


def test_given_labels_are_shown(scenes: Scenes) -> None:
    pictures, labels = scenes.batch(-1, 3, 64, ("twemoji",), torch.tensor([0, 1, 3]))
    assert labels.tolist() == [0, 1, 3]
    assert pictures.shape[0] == 3


@pytest.mark.parametrize("make", [backdrops.clouds, backdrops.dead_leaves])
def test_a_backdrop_is_in_range(make: object) -> None:
    assert callable(make)
    picture = make(2, torch.Generator().manual_seed(0))
    assert picture.shape == (2, 3, backdrops.SIDE, backdrops.SIDE)
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_crops_come_from_the_photographs() -> None:
    photo = torch.full((3, 200, 300), 51, dtype=torch.uint8)
    found = backdrops.crops(2, [photo], torch.Generator().manual_seed(0))
    torch.testing.assert_close(found, torch.full_like(found, 0.2))


def test_maps_shrink_by_the_scale_drawn() -> None:
    maps, scale = affine(50, 0.5, 0.5001, torch.Generator().manual_seed(0))
    assert maps.shape == (50, 2, 3)
    assert (maps[:, :, :2].det().abs() > 2).all()
    assert scale.min() >= 0.5


def test_premultiplied_art_is_black_where_it_is_clear() -> None:
    art = torch.full((1, 4, 2, 2), 200, dtype=torch.uint8)
    art[0, 3] = torch.tensor([[0, 255], [128, 0]])
    assert premultiply(art)[0, 0].tolist() == [[0, 200], [100, 0]]


def test_emoji_labels_are_plain_words() -> None:
    found = emoji()
    assert len(found) == 265
    assert found["dog face"] == "🐶"
    assert found["jack o lantern"] == "🎃"
    assert all(label.isascii() and not character.isascii() for label, character in found.items())
    assert set(found) > FACES
    assert not set(found) & set(TEXTURES)


def test_art_is_cropped_and_centred() -> None:
    from PIL import Image

    picture = Image.new("RGBA", (60, 40), (0, 0, 0, 0))
    picture.paste((255, 0, 0, 255), (10, 10, 50, 30))
    sprite = square(picture)
    assert sprite.shape == (4, 112, 112)
    assert sprite[3, 56, 2] == 255
    assert sprite[3, 10, 56] == 0
