import pytest
import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from engine.ascent import detail_ascent
from engine.ascent.crop_gradients import CropScorer
from engine.ascent.detail_ascent import DetailSchedule, add_detail, pull_back, waves
from engine.ascent.window_grid import WindowGrid
from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize
from engine.judge.measures import border_ratio
from engine.networks.network import Network
from engine.objectives import crop_objective
from engine.params import Upscale


@pytest.fixture
def scorers(pocket_network: Network) -> list[CropScorer]:
    return [CropScorer(pocket_network, crop_objective(Upscale(network="pocket", layer="low").terms()))]


@pytest.fixture
def small_windows(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Windows of 64 pixels, and where they were."""
    seen: list[tuple[int, int, int]] = []
    cut = WindowGrid.cut

    def watch(grid: WindowGrid, picture: Tensor, origins: list[tuple[int, int]]) -> Tensor:
        seen.extend((*origin, grid.side) for origin in origins)
        return cut(grid, picture, origins)

    monkeypatch.setattr(detail_ascent, "SIDE", 64)
    monkeypatch.setattr(detail_ascent, "OVERLAP", 8)
    monkeypatch.setattr(WindowGrid, "cut", watch)
    return seen


def detailed(scorers: list[CropScorer], source: Tensor, **options: float) -> Tensor:
    picture = resize(source, (2 * source.shape[1], 2 * source.shape[2])).clamp(0, 1)
    for _ in add_detail(scorers, picture, source, DetailSchedule(**options), torch.Generator().manual_seed(5)):  # type: ignore[arg-type]
        pass
    return picture


def noise(side: int) -> Tensor:
    return coloured_noise((side, side), torch.Generator().manual_seed(5))


def test_no_seam_is_seen_where_windows_met(
    scorers: list[CropScorer], small_windows: list[tuple[int, int, int]]
) -> None:
    picture = detailed(scorers, noise(160), steps=6, amount=0.05)
    ratios = []
    for axis in (0, 1):
        starts = {(one[axis], one[2]) for one in small_windows}
        borders = [at for start, side in starts for at in (start, start + side) if 0 < at < 320]
        assert len(borders) > 40
        ratios.append(border_ratio(picture, borders, axis))
    assert sum(ratios) / 2 == pytest.approx(1, abs=0.05), "one axis alone has too few borders to tell"


def test_a_seam_would_be_measured() -> None:
    picture = noise(160)
    picture[:, :, 80:] += 0.2
    assert border_ratio(picture, [80], 1) > 1.2
    assert border_ratio(picture, [80], 0) == pytest.approx(1, abs=0.4)
    assert border_ratio(torch.zeros(3, 8, 8), [4], 0) == 1


def test_steps_come_in_parts_and_the_same_chance_gives_the_same(scorers: list[CropScorer]) -> None:
    one, same = (resize(noise(48), (96, 96)).clamp(0, 1) for _ in range(2))
    for picture in (one, same):
        generator = torch.Generator().manual_seed(1)
        made = list(add_detail(scorers, picture, noise(48), DetailSchedule(steps=2), generator, parts=3))
        assert made == [1, 2, 3, 4, 5, 6]
    assert one.equal(same)


def test_a_step_has_waves_of_every_length_but_coarse_ones() -> None:
    slope = torch.randn(2, 3, 128, 128, generator=torch.Generator().manual_seed(1))
    step = waves(slope, 0.5)
    torch.testing.assert_close(step.std((1, 2, 3)), torch.ones(2))
    assert avg_pool2d(step, 64).abs().max() < 0.15
    assert avg_pool2d(step, 4).std() > 0.3
    assert waves(1e6 * slope, 0.5).allclose(step, atol=1e-4), "however steep it is"
    assert waves(torch.zeros_like(slope), 0.5).abs().max() == 0


def test_less_colour_is_less_colour() -> None:
    slope = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    grey, colourful = (waves(slope, chroma).std(1).mean() for chroma in (0.1, 1.0))
    assert 3 * grey < colourful


@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_picture_is_pulled_back_to_its_source(as_bytes: bool) -> None:
    source = noise(32)
    picture = (resize(source, (64, 64)) + 0.2).clamp(0, 1)
    before = (resize(picture, (32, 32)) - source).abs().mean()
    pull_back(picture, source.mul(255).round().to(torch.uint8) if as_bytes else source, 0.5)
    assert (resize(picture, (32, 32)) - source).abs().mean() < 0.6 * before
