"""What is told about a picture, and the page that tells it, on pocket with random weights."""

from __future__ import annotations

import torch
from torch import Tensor

from engine import encoders, recipes
from engine.ascent.report import Frame, Progress
from engine.ascent.response import pushes
from engine.canvas.resample import fitted, resize
from engine.jobs import catalog
from engine.jobs.params import See, make
from engine.networks.network import EVIDENCE, Network
from engine.networks.pocket import MEAN, STD
from engine.objectives import channel
from engine.production import produce
from engine.recipes.see import warmth
from engine.studio import Studio

QUICK = {"size": 640, "iterations": 2}


def told(studio: Studio, source: Tensor | None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(See, **{**QUICK, **options}), source, studio))


def test_labels_are_a_plain_softmax_at_three_sizes(studio: Studio, photo: Tensor) -> None:
    network = studio.network("pocket")
    shown = resize(photo, fitted((90, 120), 320)).clamp(0, 1)
    answers = []
    for side in (96, 112, 128):
        seen = resize(shown, fitted((90, 120), side)).clamp(0, 1)
        answers.append(network.activations(seen[None], [EVIDENCE])[EVIDENCE].mean((2, 3)).softmax(1)[0])
    expected = torch.stack(answers).mean(0)
    frame = told(studio, photo)[-1]
    assert isinstance(frame, Frame)
    labels = frame.facts["labels"]
    best = expected.topk(5)
    assert [one["label"] for one in labels] == [network.labels[at] for at in best.indices.tolist()]
    assert torch.allclose(torch.tensor([one["probability"] for one in labels]), best.values, atol=1e-4)
    assert [one["emoji"] for one in labels] == [catalog.labels("pocket")[one["label"]] for one in labels]


def test_warmth_is_gradient_times_activation_without_what_speaks_against(small_network: Network, photo: Tensor) -> None:
    picture = photo[None, :, :64, :64]
    made = warmth(pushes(small_network, channel(EVIDENCE, 1), picture, ["mixed2"])["mixed2"])
    head = small_network.head
    assert isinstance(head, torch.nn.Conv2d)
    found = small_network.activations(picture, ["mixed2"])["mixed2"][0]
    by_hand = torch.einsum("c,chw->hw", head.weight[1, :, 0, 0], found).clamp(min=0)
    brightest = made == 1
    assert 1 <= brightest.sum() <= 1 + 0.03 * made.numel()
    some = ~brightest & (by_hand > 1e-4)
    shares = made[some] / by_hand[some]
    assert len(shares) > 9
    assert torch.allclose(shares, shares[0], rtol=1e-3)
    assert by_hand[brightest].min() >= by_hand[~brightest].max()
    assert made[by_hand == 0].sum() == 0


def test_every_layer_names_its_channels(studio: Studio, photo: Tensor) -> None:
    frame = told(studio, photo)[-1]
    assert isinstance(frame, Frame)
    layers = frame.facts["layers"]
    assert [one["layer"] for one in layers] == list(catalog.seen("pocket"))
    for one in layers:
        assert 2 <= len(one["channels"]) <= See.FEATURES
        assert all(-1 <= at["push"] <= 1 for at in one["channels"])
        assert one["channels"][-1]["push"] == max(at["push"] for at in one["channels"])  # the speaker


def test_steps_are_known_from_the_start(studio: Studio, photo: Tensor) -> None:
    *steps, frame = told(studio, photo)
    assert isinstance(frame, Frame)
    seen = [step for step in steps if isinstance(step, Progress)]
    assert [step.step for step in seen] == list(range(1, 7))
    assert {step.steps for step in seen} == {6}
    assert {step.size for step in seen} == {tuple(frame.picture.shape[1:])} == {tuple(seen[0].show().shape[1:])}
    assert frame.picture.shape[2] == 640


def test_pages_of_thin_and_tall_pictures_and_of_noise(studio: Studio) -> None:
    for source in (torch.rand(3, 30, 400), torch.rand(3, 400, 30), None):  # thin, tall, noise
        frame = told(studio, source, iterations=1)[-1]
        assert isinstance(frame, Frame)
        assert frame.picture.shape[2] == 640
        assert 300 < frame.picture.shape[1] < 1000


def test_a_network_without_names_still_sees(studio: Studio, pocket_network: Network, photo: Tensor) -> None:
    nameless = Network(dict(pocket_network.stages.items()), mean=MEAN, std=STD)
    frame = told(Studio("cpu", "float32", loader=lambda _name: nameless), photo, iterations=1)[-1]
    assert isinstance(frame, Frame)
    assert frame.facts["labels"] == []
    assert len(frame.facts["layers"]) == 3


def test_same_seed_same_bytes_and_the_facts_come_with_the_file(studio: Studio, photo: Tensor) -> None:
    png = encoders.encode(photo).data
    made = []
    for seed in (1, 1, 2):
        *_, report = produce(make(See, **QUICK, seed=seed), png, studio)
        assert isinstance(report, encoders.Encoded)
        made.append(report)
    one, same, other = made
    assert one.data == same.data != other.data
    assert (one.mime, one.width) == ("image/png", 640)
    assert one.facts["labels"] == other.facts["labels"]


def test_closing_it_stops_at_the_next_step(studio: Studio, photo: Tensor) -> None:
    reports = produce(make(See, **QUICK), encoders.encode(photo).data, studio)
    assert isinstance(next(reports), Progress)
    reports.close()
    assert list(reports) == []


def test_the_latest_page_can_be_kept(studio: Studio, photo: Tensor) -> None:
    reports = produce(make(See, **QUICK), encoders.encode(photo).data, studio)
    first = next(reports)
    assert isinstance(first, Progress)
    kept = reports.send(True)
    assert isinstance(kept, encoders.Encoded)
    assert (kept.height, kept.width) == first.size
