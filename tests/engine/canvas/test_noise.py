import torch

from engine.canvas.noise import coloured_noise


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_a_seed_is_a_picture() -> None:
    assert coloured_noise((40, 60), seeded(1)).equal(coloured_noise((40, 60), seeded(1)))
    assert not coloured_noise((40, 60), seeded(1)).equal(coloured_noise((40, 60), seeded(2)))


def test_it_is_soft_coloured_and_not_cut_off() -> None:
    picture = coloured_noise((128, 128), seeded(3))
    assert picture.shape == (3, 128, 128)
    assert 0.4 < picture.mean() < 0.6
    assert ((picture == 0) | (picture == 1)).float().mean() < 0.02
    assert (picture[0] - picture[2]).std() > 0.05
    neighbours = (picture[:, 1:] - picture[:, :-1]).std()
    assert neighbours < 0.4 * picture.std()
