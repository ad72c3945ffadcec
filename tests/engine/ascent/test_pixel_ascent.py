import torch
from torch import Tensor

from engine.ascent.pixel_ascent import GRID, OctaveSchedule, _shift, ascend
from engine.ascent.progress import Progress
from engine.networks.network import Network
from engine.objectives import blend, layer

COURSE = OctaveSchedule(octaves=3, ratio=1.4, iterations=3)


def climbed(network: Network, photo: Tensor, seed: int = 0, schedule: OctaveSchedule = COURSE) -> list[Progress]:
    return list(ascend(network, layer("mixed2"), photo, schedule, torch.Generator().manual_seed(seed)))


def test_every_step_is_reported_and_octaves_grow(small_network: Network, photo: Tensor) -> None:
    reports = climbed(small_network, photo)
    assert [report.step for report in reports] == list(range(1, 10))
    assert {report.steps for report in reports} == {9}
    assert {report.size for report in reports} == {(90, 120)}
    heights = [
        report.show().shape[1] for report in ascend(small_network, layer("mixed2"), photo, COURSE, torch.Generator())
    ]
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
    assert reports[-1].show().shape == photo.shape


def test_the_dream_shows_more_of_the_layer(small_network: Network, photo: Tensor) -> None:
    dreamed = climbed(small_network, photo)[-1].show()
    before, after = (
        float(layer("mixed2")(small_network.activations(picture[None], ["mixed2"]))) for picture in (photo, dreamed)
    )
    assert after > 1.05 * before
    assert dreamed.min() >= 0
    assert dreamed.max() <= 1


def test_a_seed_is_a_dream_to_the_last_bit(small_network: Network, photo: Tensor) -> None:
    one, same, other = (climbed(small_network, photo, seed)[-1].show() for seed in (1, 1, 2))
    assert one.equal(same)
    assert not one.equal(other)


def test_strength_and_iterations_change_more(small_network: Network, photo: Tensor) -> None:
    def change(schedule: OctaveSchedule) -> float:
        return float((climbed(small_network, photo, 0, schedule)[-1].show() - photo).abs().mean())

    usual = change(COURSE)
    assert (
        change(OctaveSchedule(octaves=3, iterations=3, strength=0.3))
        < usual
        < change(OctaveSchedule(octaves=3, iterations=9))
    )


def test_the_source_is_not_painted_over(small_network: Network, photo: Tensor) -> None:
    kept = photo.clone()
    climbed(small_network, photo)
    assert photo.equal(kept)


def test_any_jitter_takes_turns_over_the_grid() -> None:
    generator = torch.Generator().manual_seed(0)
    for jitter in (4, 16, 64):
        seen = {tuple(edge % GRID for edge in _shift(turn, jitter, generator)) for turn in range(GRID * GRID)}
        assert len(seen) == GRID * GRID
    assert {_shift(turn, 0, generator) for turn in range(8)} == {(0, 0)}


def test_a_mask_protects_what_is_black_in_it(small_network: Network, photo: Tensor) -> None:
    mask = torch.zeros(1, 90, 120)
    mask[:, :, 60:] = 1
    generator = torch.Generator().manual_seed(0)
    *_, last = ascend(small_network, layer("mixed2"), photo, COURSE, generator, mask)
    assert (last.show()[:, :, :50] - photo[:, :, :50]).abs().max() < 1e-3
    assert (last.show()[:, :, 70:] - photo[:, :, 70:]).abs().mean() > 0.005


def test_smoothing_takes_fine_grain_away(small_network: Network, photo: Tensor) -> None:
    def grain(smoothing: int) -> float:
        change = climbed(small_network, photo, 0, OctaveSchedule(octaves=1, iterations=2, smoothing=smoothing))[
            -1
        ].show()
        change = change - photo
        return float((change[:, :, 1:] - change[:, :, :-1]).abs().mean() / change.abs().mean())

    assert grain(0) > grain(2) > grain(6)


def test_weights_of_a_blend_count_at_every_octave(small_network: Network, photo: Tensor) -> None:
    def value(picture: Tensor) -> float:
        return float(layer("conv1")(small_network.activations(picture[None], ["conv1"])))

    def dreamed(weight: float) -> float:
        both = blend([(1.0, layer("mixed2")), (weight, 1e6 * layer("conv1"))])
        *_, last = ascend(small_network, both, photo, COURSE, torch.Generator().manual_seed(0))
        return value(last.show())

    assert dreamed(-2.0) < dreamed(0.01) < dreamed(2.0)
