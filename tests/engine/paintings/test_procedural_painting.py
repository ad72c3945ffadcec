import numpy as np

from engine.paintings.procedural_painting import Sheet, blur, finish, fractal, mix, noise, ramp, smooth


def test_a_sheet_has_the_same_coordinates_at_every_size() -> None:
    small, large = Sheet.of(40), Sheet.of(120)
    assert small.x.shape == (30, 40)
    np.testing.assert_allclose(small.x, large.x[1::3, 1::3], atol=1e-5)
    np.testing.assert_allclose(small.y, large.y[1::3, 1::3], atol=1e-5)


def test_coverage_is_the_area_inside() -> None:
    sheet = Sheet.of(80)
    disc = sheet.cover(np.hypot(sheet.x - 2, sheet.y - 1.5) - 1)
    assert abs(disc.sum() * sheet.pixel**2 - np.pi) < 0.02
    assert (disc.min(), disc.max()) == (0, 1)


def test_noise_is_zero_on_its_lattice_smooth_between_and_another_for_another_seed() -> None:
    at = np.linspace(0, 9, 901, dtype=np.float32)
    one, other = (noise(at, at * 0 + 3, seed) for seed in (1, 2))
    np.testing.assert_allclose(one[::100], 0, atol=1e-6)
    assert np.abs(np.diff(one)).max() < 0.06
    assert np.abs(one).max() < 1.2
    assert not np.allclose(one, other)
    np.testing.assert_array_equal(one, noise(at, at * 0 + 3, 1))


def test_crests_are_positive_and_octaves_add_detail() -> None:
    sheet = Sheet.of(64)
    assert fractal(sheet.x, sheet.y, 3, ridged=True).min() >= 0
    rough, even = (np.abs(np.diff(fractal(sheet.x, sheet.y, 3, octaves), axis=1)).mean() for octaves in (6, 1))
    assert rough > 1.5 * even


def test_steps_ramps_and_mixtures_meet_their_ends() -> None:
    value = np.array([-1, 0, 0.5, 1, 2], np.float32)
    np.testing.assert_allclose(smooth(0, 1, value), [0, 0, 0.5, 1, 1])
    np.testing.assert_allclose(smooth(1, 0, value), [1, 1, 0.5, 0, 0])
    np.testing.assert_allclose(ramp(value, ((0, (0, 0, 0)), (1, (1, 0.5, 0))))[2], [0.5, 0.25, 0])
    under = np.zeros((2, 2, 3), np.float32)
    assert mix(under, (1, 1, 1), np.eye(2, dtype=np.float32))[0, 0].tolist() == [1, 1, 1]
    assert mix(under, (1, 1, 1), np.eye(2, dtype=np.float32))[0, 1].tolist() == [0, 0, 0]


def test_blur_keeps_the_mean_and_lowers_the_contrast() -> None:
    sheet = Sheet.of(60)
    rough = noise(sheet.x * 8, sheet.y * 8, 5)
    soft = blur(rough, 3)
    assert soft.shape == rough.shape
    assert abs(soft.mean() - rough.mean()) < 0.02
    assert soft.std() < 0.5 * rough.std()


def test_what_is_finished_is_a_picture_with_darker_corners() -> None:
    assert finish(np.full((30, 40, 3), 1.3, np.float32), seed=1).max() == 1
    assert finish(np.full((30, 40, 3), -0.1, np.float32), seed=1).min() == 0
    grey = finish(np.full((30, 40, 3), 0.5, np.float32), seed=1)
    assert grey[:5, :5].mean() < grey[12:17, 18:22].mean() - 0.03
