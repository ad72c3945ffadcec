from types import SimpleNamespace
from typing import cast

import pytest
import torch
from torch import Tensor

from engine import recipes
from engine.ascent.progress import Frame, Progress
from engine.canvas.colour_matching import LUMA
from engine.canvas.initial_image import initial_image
from engine.catalog.catalog import Meaning, shipped_catalog
from engine.errors import BadOption, TooMuchMemory, UnknownChannel
from engine.networks import face_detector
from engine.networks.network import LOGITS, Network
from engine.objectives import strongest_channel
from engine.params import Dream, make
from engine.recipes.dream import _sketches
from engine.runtime import Runtime
from tests.catalogs import catalog
from tests.engine.recipes.reports import steps_and_frame

QUICK = {"size": 128, "octaves": 2, "iterations": 2, "layer": "low"}


def dreamed(runtime: Runtime, source: Tensor | None, **options: object) -> tuple[list[Progress], Frame]:
    """The steps, and the picture that came after them."""
    return steps_and_frame(recipes.run(make(Dream, shipped_catalog(), **{**QUICK, **options}), source, runtime))


def test_steps_come_first_then_one_picture(runtime: Runtime, photo: Tensor) -> None:
    steps, last = dreamed(runtime, photo)
    assert len(steps) == 4
    assert (last.index, last.frames) == (0, 1)
    assert last.picture.shape == (3, 96, 128)
    assert all(step.size == (96, 128) for step in steps)


def test_the_same_request_gives_the_same_picture(runtime: Runtime, photo: Tensor) -> None:
    one, same, other = (last(runtime, photo, seed=seed) for seed in (4, 4, 5))
    assert one.equal(same)
    assert not one.equal(other)


def test_without_a_source_noise_is_dreamed(runtime: Runtime) -> None:
    picture = last(runtime, None)
    assert picture.shape == (3, 128, 128)
    assert picture.std() > 0.05


def test_every_friendly_layer_dreams_something_else(runtime: Runtime, photo: Tensor) -> None:
    low, mid, high = (last(runtime, photo, layer=name) for name in ("low", "mid", "high"))
    assert not torch.allclose(low, mid)
    assert not torch.allclose(mid, high)


def test_subjects_classes_and_several_of_them_dream_something_else(shipped: Runtime, photo: Tensor) -> None:
    aims = ({"layer": "high"}, {"subject": "eyes"}, {"subject": "🦊"}, {"subject": "eyes + castle"})
    pictures = [last(shipped, photo, None, **{"layer": None, **aim}) for aim in aims]
    for at, one in enumerate(pictures):
        assert not any(torch.allclose(one, other) for other in pictures[:at])


def test_a_dream_towards_a_class_raises_its_evidence(shipped: Runtime, photo: Tensor) -> None:
    fox = strongest_channel(LOGITS, list(catalog.labels("pocket")).index("fox"))
    pictures = [last(shipped, photo, layer=None, subject=subject) for subject in ("fox", "leaves")]
    network = shipped.network("pocket")
    found = [float(fox(network.activations(picture[None], fox.layers))) for picture in pictures]
    assert found[0] > found[1]


def test_the_picture_stays_recognisable(runtime: Runtime, photo: Tensor) -> None:
    _, frame = steps_and_frame(recipes.run(make(Dream, shipped_catalog(), size=128), photo, runtime))
    picture = frame.picture
    source = torch.nn.functional.interpolate(photo[None], (96, 128), mode="bicubic", antialias=True)[0]
    seen = torch.corrcoef(torch.stack([picture.flatten(), source.flatten()]))[0, 1]
    assert seen > 0.5


def test_thin_pictures_work(runtime: Runtime) -> None:
    assert last(runtime, torch.rand(3, 3, 400)).shape == (3, 28, 560)


def last(
    runtime: Runtime, source: Tensor | None, others: dict[str, Tensor] | None = None, /, **options: object
) -> Tensor:
    """The dreamed picture."""
    wanted = make(Dream, shipped_catalog(), **{**QUICK, **options})
    return steps_and_frame(recipes.run(wanted, source, runtime, others))[1].picture


def as_opened(photo: Tensor) -> Tensor:
    return initial_image(photo, 128, torch.Generator())


def test_layers_and_channels_are_dreamed_by_their_weights(runtime: Runtime, photo: Tensor) -> None:
    low, both, mostly = (last(runtime, photo, layer=text) for text in ("low", "low + mid:3", "low*100 + mid:3*0.01"))
    assert (both - low).abs().mean() > 3 * (mostly - low).abs().mean()
    assert not torch.allclose(last(runtime, photo, layer="low - mid"), last(runtime, photo, layer="low + mid"))


def test_a_channel_that_is_not_there_is_a_sentence(runtime: Runtime, photo: Tensor) -> None:
    with pytest.raises(UnknownChannel, match="mid only goes up to channel 207"):
        last(runtime, photo, layer="low + mid:999")


@pytest.mark.parametrize("octaves", [1, 5])
def test_any_number_of_octaves_dreams_noise(runtime: Runtime, octaves: int) -> None:
    assert last(runtime, None, octaves=octaves, ratio=1.3, layer="mid").shape == (3, 128, 128)


def test_the_sources_colours_can_stay(runtime: Runtime, photo: Tensor) -> None:
    source = as_opened(photo)
    free, kept, alike = (last(runtime, photo, colours=colours) for colours in ("as is", "keep", "match"))

    def chroma(picture: Tensor) -> Tensor:
        return picture - (picture * torch.tensor(LUMA).view(3, 1, 1)).sum(0)

    def away(picture: Tensor) -> Tensor:
        return (chroma(picture) - chroma(source)).abs().mean()

    assert away(kept) < 0.5 * away(free)
    torch.testing.assert_close(alike.mean((1, 2)), source.mean((1, 2)), atol=0.01, rtol=0)
    torch.testing.assert_close(alike.std((1, 2)), source.std((1, 2)), atol=0.01, rtol=0)


def test_as_much_of_the_original_stays_as_was_asked_for(runtime: Runtime, photo: Tensor) -> None:
    source = as_opened(photo)
    free, half, all_ = (last(runtime, photo, keep=keep) for keep in (0, 0.5, 1))
    torch.testing.assert_close(half, (free + source) / 2)
    torch.testing.assert_close(all_, source)


def test_previews_are_finished_as_the_result_is(runtime: Runtime, photo: Tensor) -> None:
    steps, frame = dreamed(runtime, photo, keep=0.7, colours="match")
    assert steps[-1].show().equal(frame.picture)


@pytest.mark.parametrize("part", ["centre", "edges"])
def test_a_part_can_be_protected(part: str, runtime: Runtime, photo: Tensor) -> None:
    change = (last(runtime, photo, protect=part, strength=2.0) - as_opened(photo)).abs().mean(0)
    middle, corner = change[40:56, 56:72].mean(), change[:8, :8].mean()
    spared, dreamed_on = (middle, corner) if part == "centre" else (corner, middle)
    assert spared < 0.004
    assert dreamed_on > 0.008


class _FaceInTheMiddle:
    """Stands in for what finds faces: a sure one in the middle, and at the left something that could be one."""

    def __init__(self, side: float = 0.2) -> None:
        self.begin, self.end = 0.5 - side / 2, 0.5 + side / 2

    def faces(self, picture: Tensor) -> Tensor:
        return torch.tensor([[self.begin, self.begin, self.end, self.end, 0.99], [0.0, 0.3, 0.2, 0.6, 0.5]])


@pytest.fixture
def a_face(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(face_detector, "detector", lambda catalog: _FaceInTheMiddle())


FACE, AWAY = (slice(43, 53), slice(58, 70)), (slice(40, 56), slice(6, 18))


@pytest.mark.usefixtures("a_face")
@pytest.mark.parametrize(
    ("spared", "options"),
    [
        (True, {"layer": None, "subject": "fox"}),
        (True, {}),
        (True, {"protect": "faces", "look": "2015"}),
        (False, {"layer": None, "subject": "fox", "protect": "nothing"}),
        (False, {"protect": "nothing"}),
        (False, {"look": "2015"}),
    ],
)
def test_peoples_faces_are_spared_except_by_the_notebook_or_if_it_was_asked_for(
    spared: bool, options: dict[str, object], runtime: Runtime, photo: Tensor
) -> None:
    change = (last(runtime, photo, strength=2.0, **options) - as_opened(photo)).abs().mean(0)
    assert bool(change[FACE].mean() < 0.3 * change[AWAY].mean()) is spared
    assert change[AWAY].mean() > 0.004


@pytest.mark.parametrize(("spared", "options"), [(False, {}), (True, {"protect": "faces"})])
def test_a_face_that_fills_the_picture_is_dreamed_over_unless_it_was_asked_for(
    spared: bool, options: dict[str, object], runtime: Runtime, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_detector, "detector", lambda catalog: _FaceInTheMiddle(0.5))
    nothing = last(runtime, photo, protect="nothing")
    assert last(runtime, photo, **options).equal(nothing) is not spared


@pytest.mark.usefixtures("a_face")
def test_whoever_draws_a_mask_has_said_where(runtime: Runtime, photo: Tensor) -> None:
    white = {"mask": torch.ones(3, 50, 50)}
    change = (last(runtime, photo, white, layer=None, subject="fox") - as_opened(photo)).abs().mean(0)
    assert change[FACE].mean() > 0.3 * change[AWAY].mean()


def test_faces_are_looked_for_once_for_all_variations_and_never_in_noise(
    runtime: Runtime, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Tensor] = []

    class Watched(_FaceInTheMiddle):
        def faces(self, picture: Tensor) -> Tensor:
            looks.append(picture)
            return super().faces(picture)

    monkeypatch.setattr(face_detector, "detector", lambda catalog: Watched())
    params = make(Dream, runtime.catalog, size=128, iterations=1, octaves=1, variations=2, protect="faces")
    for source, count in ((photo, 1), (None, 0)):
        looks.clear()
        list(recipes.run(params, source, runtime))
        assert len(looks) == count


def test_where_nothing_that_finds_faces_is_installed_all_is_dreamed(
    runtime: Runtime, photo: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(face_detector, "detector", lambda catalog: None)
    assert last(runtime, photo, protect="faces").equal(last(runtime, photo, protect="nothing"))


def test_it_is_dreamed_where_a_mask_is_white(runtime: Runtime, photo: Tensor) -> None:
    mask = torch.zeros(3, 50, 50)
    mask[:, :, 25:] = 1
    change = (last(runtime, photo, {"mask": mask}) - as_opened(photo)).abs().mean(0)
    assert change[:, :48].max() < 0.02
    assert change[:, 80:].mean() > 0.005
    both = (last(runtime, photo, {"mask": mask}, protect="centre") - as_opened(photo)).abs().mean(0)
    assert both[44:52, 64:72].mean() < 0.2 * change[44:52, 64:72].mean()


@pytest.mark.parametrize("by", ["match", "average"])
@pytest.mark.parametrize("layer", ["mid", "high", "mid + mixed3a*0.5"])
def test_a_guide_leads_elsewhere(by: str, layer: str, shipped: Runtime, photo: Tensor) -> None:
    one, other = (torch.rand(3, 60, 80, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    led, misled = (last(shipped, photo, {"guide": guide}, layer=layer, guide_by=by) for guide in (one, other))
    assert not torch.allclose(led, misled)
    assert not torch.allclose(led, last(shipped, photo, layer=layer))


def test_a_guide_and_a_subject_are_too_much(runtime: Runtime, photo: Tensor) -> None:
    with pytest.raises(BadOption, match="takes the place of a subject"):
        last(runtime, photo, {"guide": photo}, layer=None, subject="eyes")


def test_the_look_of_2015_is_another_loop(runtime: Runtime, photo: Tensor) -> None:
    plain = last(runtime, photo, look="2015", jitter=8)
    assert plain.shape == (3, 96, 128)
    assert not torch.allclose(plain, last(runtime, photo, jitter=8), atol=0.02)
    guided = last(runtime, photo, {"guide": photo.flip(2)}, look="2015", jitter=8)
    assert not torch.allclose(plain, guided)


def test_vivid_has_more_colour(runtime: Runtime, photo: Tensor) -> None:
    """On a network that looks at all pixels at once; by crops see below."""
    natural, vivid = (last(runtime, photo, look=look) for look in ("natural", "vivid"))
    assert spread_of_colour(vivid - photo_of(vivid, photo)) > spread_of_colour(natural - photo_of(natural, photo))


def test_by_crops_the_looks_differ_and_a_subject_is_raised(shipped: Runtime, photo: Tensor) -> None:
    network = shipped.network("lite2")
    short = {"network": "lite2", "size": 128, "octaves": 1, "iterations": 10}
    natural, vivid, notebook = (last(shipped, photo, None, layer="mid", look=look, **short) for look in LOOKS)
    assert not torch.allclose(natural, vivid, atol=0.02)
    assert not torch.allclose(natural, notebook, atol=0.02)
    goldfish = last(shipped, photo, None, layer=None, subject="goldfish", **short)
    at = network.labels.index("goldfish")
    with torch.no_grad():
        scores = network.activations(torch.stack([natural, goldfish]), [LOGITS])[LOGITS].mean((2, 3))[:, at]
    assert scores[1] > scores[0] + 1


def test_by_crops_another_seed_changes_something_else(shipped: Runtime, photo: Tensor) -> None:
    short = {"network": "lite2", "size": 128, "octaves": 1, "iterations": 8, "layer": "high"}
    pictures = [last(shipped, photo, None, **short, seed=seed) for seed in (1, 2)]
    changes = torch.stack([(picture - as_opened(photo)).flatten() for picture in pictures])
    assert changes.std() > 0.01
    assert torch.corrcoef(changes)[0, 1] < ALIKE


def test_by_crops_a_thing_has_a_place_and_a_mask_says_where_not(shipped: Runtime, photo: Tensor) -> None:
    short = {"network": "lite2", "size": 128, "octaves": 1, "iterations": 4, "layer": None, "subject": "castle"}
    left = torch.zeros(3, 8, 8)
    left[:, :, :4] = 1
    free, masked = (last(shipped, photo, others, **short) for others in (None, {"mask": left}))
    changed, changed_left = ((picture - as_opened(photo)).abs().mean(0) for picture in (free, masked))
    parts = torch.nn.functional.avg_pool2d(changed[None, None], 32).flatten()
    assert parts.min() < 0.5 * parts.max()
    assert changed_left[:, 96:].max() < 0.01
    assert changed_left[:, :32].mean() > 0.01


def test_by_crops_a_subject_grows_everywhere_if_that_is_asked_for(shipped: Runtime, photo: Tensor) -> None:
    short = {"network": "lite2", "size": 128, "octaves": 1, "iterations": 4, "layer": None, "subject": "castle"}
    there, everywhere = (
        torch.nn.functional.avg_pool2d((picture - as_opened(photo)).abs().mean(0)[None, None], 32).min()
        for picture in (last(shipped, photo, None, **short, where=where) for where in ("one place", "everywhere"))
    )
    assert everywhere > 1.3 * there


def spread_of_colour(change: Tensor) -> float:
    return float((change - change.mean(0, keepdim=True)).abs().mean())


def photo_of(picture: Tensor, photo: Tensor) -> Tensor:
    """The photo at a picture's size."""
    return torch.nn.functional.interpolate(photo[None], picture.shape[1:], mode="bicubic", antialias=True)[0]


LOOKS = ("natural", "vivid", "2015")
ALIKE = 0.4
"""How much the changes of two seeds may correlate at most."""


def test_by_crops_memory_is_looked_at_before_the_start() -> None:
    with pytest.raises(TooMuchMemory):
        last(Runtime("cpu", "float32", memory_mb=20), None, layer="high", network="lite2")


@pytest.mark.parametrize(("sketches", "starts"), [({}, 1), ({"owl": torch.rand(1, 3, 16, 16)}, 4)])
def test_what_has_no_sketch_is_begun_once_for_it_begins_with_the_photo(
    sketches: dict[str, Tensor], starts: int
) -> None:
    network = SimpleNamespace(labels=["owl"], sketches=sketches)
    meaning = Meaning(layer=LOGITS, about="", channels=(0,))
    begun = _sketches(cast(Network, network), meaning, 4, torch.Generator().manual_seed(1))
    assert len(begun) == starts
    assert all((one is None) == (not sketches) for one in begun)
