import torch
from torch import Tensor

from engine.ascent.style_transfer import RIM, Scene, StyleSchedule, grain, pad_rims, paint
from engine.canvas.noise import coloured_noise
from engine.networks.network import Network
from engine.objectives import measure_style, style_distance

LAYERS = ("conv1", "mixed2")
SCHEDULE = StyleSchedule(octaves=2, iterations=12)


def scene(photo: Tensor, **options: object) -> Scene:
    stripes = torch.zeros(3, 80, 70)
    stripes[:, :, ::6], stripes[0, ::9] = 1.0, 1.0
    return Scene(photo, stripes, LAYERS, "mixed2", **options)  # type: ignore[arg-type]


def painted(network: Network, wanted: Scene, seed: int = 1) -> Tensor:
    *_, last = paint(network, wanted, SCHEDULE, torch.Generator().manual_seed(seed))
    return last.show()


def distance(network: Network, picture: Tensor, wanted: Scene) -> float:
    with torch.no_grad():
        style = measure_style(network.activations(wanted.painting[None], LAYERS), LAYERS)
        return float(style_distance(network.activations(picture[None], LAYERS), style))


def test_every_step_is_reported_at_the_size_of_its_octave(small_network: Network, photo: Tensor) -> None:
    reports = [*paint(small_network, scene(photo), SCHEDULE, torch.Generator().manual_seed(1))]
    assert [(report.step, report.steps) for report in reports] == [(at, 24) for at in range(1, 25)]
    assert {report.size for report in reports} == {(90, 120)}
    assert reports[-1].show().shape == (3, 90, 120)
    assert SCHEDULE.sizes((90, 120)) == [(64, 75), (90, 120)]


def test_it_comes_near_the_paintings_style_and_stays_a_picture(small_network: Network, photo: Tensor) -> None:
    wanted = scene(photo, content_weight=0.2)
    made = painted(small_network, wanted)
    assert distance(small_network, made, wanted) < 0.7 * distance(small_network, photo, wanted)
    assert 0 <= made.min() < made.max() <= 1


def test_the_more_it_is_held_to_the_picture_the_nearer_it_stays(small_network: Network, photo: Tensor) -> None:
    free, held = (painted(small_network, scene(photo, content_weight=weight)) for weight in (0.1, 10.0))
    assert (held - photo).square().mean() < (free - photo).square().mean()


def test_the_same_seed_lays_the_same_strokes_and_another_seed_others(small_network: Network, photo: Tensor) -> None:
    first, same, other = (painted(small_network, scene(photo), seed) for seed in (1, 1, 2))
    assert first.equal(same)
    assert (first - other).abs().mean() > 0.001


def test_rims_are_mirrored_and_of_one_width_together(photo: Tensor) -> None:
    seen = pad_rims(photo, (3, 10))
    assert seen.shape == (1, 3, 90 + RIM, 120 + RIM)
    assert seen[0, :, 10 : 10 + 90, 3 : 3 + 120].equal(photo)
    assert seen[0, :, 9, 3 : 3 + 120].equal(photo[:, 1])


def test_grain_and_most_of_all_grain_of_colour_counts() -> None:
    noise = coloured_noise((40, 40), torch.Generator().manual_seed(1))
    grey = noise.mean(0, keepdim=True).expand(3, -1, -1)
    assert grain(torch.full((3, 40, 40), 0.4)) == 0
    assert 0 < grain(grey) < grain(noise)
