import torch

from engine.objectives import measure_style, style_distance

LAYERS = ("a", "b")


def drawn(seed: int, size: tuple[int, int] = (12, 20)) -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(1, 6, *size, generator=generator) for name in LAYERS}


def test_a_painting_is_in_its_own_style_wherever_its_strokes_lie() -> None:
    painting = drawn(1)
    elsewhere = {name: found.flip(2).roll(3, 3) for name, found in painting.items()}
    assert style_distance(elsewhere, measure_style(painting, LAYERS)) < 1e-6


def test_means_spreads_and_what_goes_together_count() -> None:
    painting = drawn(1)
    style = measure_style(painting, LAYERS)
    lighter = {name: found + 0.5 for name, found in painting.items()}
    wilder = {name: 1.5 * found for name, found in painting.items()}
    tied = {name: found.roll(1, 1) * 0.7 + found * 0.7 for name, found in painting.items()}
    assert min(float(style_distance(one, style)) for one in (lighter, wilder, tied)) > 0.1


def test_neither_a_channels_scale_nor_the_size_matters() -> None:
    painting, other = drawn(1), drawn(2, (30, 8))
    scale = torch.tensor([1.0, 100.0, 0.01, 1.0, 5.0, 1.0]).view(1, 6, 1, 1)
    plain = style_distance(other, measure_style(painting, LAYERS))
    scaled_style = measure_style({name: found * scale for name, found in painting.items()}, LAYERS)
    scaled = style_distance({name: found * scale for name, found in other.items()}, scaled_style)
    torch.testing.assert_close(scaled, plain, rtol=0.05, atol=0.05)


def test_a_silent_channel_makes_no_infinity() -> None:
    silent = {name: found * torch.tensor([1.0, 0, 1, 1, 1, 1]).view(1, 6, 1, 1) for name, found in drawn(1).items()}
    assert style_distance(drawn(2), measure_style(silent, LAYERS)).isfinite()
    nothing = {name: torch.zeros_like(found) for name, found in silent.items()}
    assert style_distance(nothing, measure_style(nothing, LAYERS)) == 0
