"""What is told about a picture, and the page that tells it, on pocket with random weights."""

from __future__ import annotations

import json
from functools import cache

import pytest
import torch
from torch import Tensor

from engine import classification_sentence, encoders, recipes
from engine.ascent.classification import TRACE
from engine.ascent.progress import Frame, Progress
from engine.canvas.noise import coloured_noise
from engine.canvas.resample import resize_long_side
from engine.catalog.catalog import shipped_catalog
from engine.classification_sentence import Verdict
from engine.networks.network import LOGITS, Network
from engine.networks.pocket import MEAN, STD
from engine.params import See, make
from engine.render import render
from engine.runtime import Runtime
from tests.catalogs import catalog

QUICK = {"size": 640, "iterations": 2}


def told(runtime: Runtime, source: Tensor | None, **options: object) -> list[Progress | Frame]:
    return list(recipes.run(make(See, shipped_catalog(), **{**QUICK, **options}), source, runtime))


@pytest.fixture(scope="module")
def photo() -> Tensor:
    """In place of that of all tests, which each of them draws: that is looked at once."""
    return coloured_noise((90, 120), torch.Generator().manual_seed(5))


@pytest.fixture(scope="module")
def reports(pocket_network: Network, photo: Tensor) -> list[Progress | Frame]:
    """What is told of the photo."""
    return told(Runtime("cpu", "float32", loader=lambda _name: pocket_network), photo, network="pocket")


def test_labels_are_a_plain_softmax_at_three_sizes(
    runtime: Runtime, photo: Tensor, reports: list[Progress | Frame]
) -> None:
    network = runtime.network("pocket")
    shown = resize_long_side(photo, 640)
    answers = []
    for side in (96, 112, 128):
        seen = resize_long_side(shown, side)
        answers.append(network.activations(seen[None], [LOGITS])[LOGITS].mean((2, 3)).softmax(1)[0])
    expected = torch.stack(answers).mean(0)
    frame = reports[-1]
    assert isinstance(frame, Frame)
    labels = frame.facts["labels"]
    best = expected.topk(5)
    assert [one["label"] for one in labels] == [network.labels[at] for at in best.indices.tolist()]
    assert torch.allclose(torch.tensor([one["probability"] for one in labels]), best.values, atol=1e-4)
    traces = frame.facts["traces"]
    assert list(traces)[: len(labels)] == [one["label"] for one in labels]
    assert min(traces.values()) >= TRACE
    assert [one["emoji"] for one in labels] == [catalog.labels("pocket")[one["label"]] for one in labels]


def test_every_layer_names_its_channels(reports: list[Progress | Frame]) -> None:
    frame = reports[-1]
    assert isinstance(frame, Frame)
    layers = frame.facts["layers"]
    assert [one["layer"] for one in layers] == list(catalog.perception_layers("pocket"))
    for one in layers:
        assert 1 <= len(one["channels"]) <= See.FEATURES
        assert len(set(one["channels"])) == len(one["channels"])
    groups = frame.facts["groups"]
    assert len({one["channel"] for one in groups}) == len(groups) == 4
    assert max(abs(one["effect"]) for one in groups) == 1
    first, second = (one["label"] for one in frame.facts["labels"][:2])
    said = {tuple(one["words"]) for one in groups}
    assert said <= {(f"more {first}", f"less {second}"), (f"more {second}", f"less {first}"), ("seen, decides little",)}
    assert frame.facts["sentence"] == classification_sentence.sentence(Verdict(frame.facts["verdict"]), first)
    assert json.loads(json.dumps(frame.facts)) == frame.facts


def test_steps_are_known_from_the_start(reports: list[Progress | Frame]) -> None:
    *steps, frame = reports
    assert isinstance(frame, Frame)
    seen = [step for step in steps if isinstance(step, Progress)]
    assert [step.step for step in seen] == list(range(1, 8))
    assert {step.steps for step in seen} == {7}
    assert {step.size for step in seen} == {tuple(frame.picture.shape[1:])} == {tuple(seen[0].show().shape[1:])}
    assert frame.picture.shape[2] == 640


def test_pages_of_thin_and_tall_pictures_and_of_noise(runtime: Runtime) -> None:
    for source in (torch.rand(3, 30, 400), torch.rand(3, 400, 30), None):  # thin, tall, noise
        frame = told(runtime, source, iterations=1)[-1]
        assert isinstance(frame, Frame)
        assert frame.picture.shape[2] == 640
        assert 600 < frame.picture.shape[1] < 1800


def test_a_network_without_names_still_sees(runtime: Runtime, pocket_network: Network, photo: Tensor) -> None:
    nameless = Network(dict(pocket_network.stages.items()), mean=MEAN, std=STD)
    frame = told(Runtime("cpu", "float32", loader=lambda _name: nameless), photo, iterations=1)[-1]
    assert isinstance(frame, Frame)
    assert (frame.facts["labels"], frame.facts["verdict"], frame.facts["sentence"]) == ([], None, "")
    assert all(one["words"] == [] for one in frame.facts["groups"])
    assert len(frame.facts["layers"]) == 3


def test_same_seed_same_bytes_and_the_facts_come_with_the_file(runtime: Runtime, photo: Tensor) -> None:
    png = encoders.encode(photo).data
    made = []
    for seed in (1, 1, 2):
        *_, report = render(make(See, shipped_catalog(), size=640, iterations=1, seed=seed), png, runtime)
        assert isinstance(report, encoders.Encoded)
        made.append(report)
    one, same, other = made
    assert one.data == same.data != other.data
    assert (one.mime, one.width) == ("image/png", 640)
    assert one.facts["labels"] == other.facts["labels"]


def test_closing_it_stops_at_the_next_step(runtime: Runtime, photo: Tensor) -> None:
    reports = render(make(See, shipped_catalog(), **QUICK), encoders.encode(photo).data, runtime)
    assert isinstance(next(reports), Progress)  # the answer
    assert isinstance(next(reports), Progress)  # the first step of painting
    reports.close()
    assert list(reports) == []


def test_the_latest_page_can_be_kept(runtime: Runtime, photo: Tensor) -> None:
    reports = render(make(See, shipped_catalog(), **QUICK), encoders.encode(photo).data, runtime)
    first = next(reports)
    assert isinstance(first, Progress)
    kept = reports.send(True)
    assert isinstance(kept, encoders.Encoded)
    assert (kept.height, kept.width) == first.size


@pytest.mark.parametrize(("name", "words"), [("chelsea", "cat"), ("coffee", "espresso"), ("rocket", "")])
def test_photographs_are_what_the_reference_says(shipped: Runtime, name: str, words: str) -> None:
    """Seen whole, at the three sizes, by the reference implementation."""
    reference = pytest.importorskip("efficientnet_lite_pytorch")
    picture = photograph(name)
    answers = []
    for side in (round(260 * 6 / 7), 260, round(260 * 8 / 7)):
        view = resize_long_side(picture, side)
        model = reference.EfficientNet.from_name("efficientnet-lite2", image_size=tuple(view.shape[1:]))
        model.load_state_dict(reference_weights())
        with torch.no_grad():
            answers.append(model.eval()((255 * view[None] - 127) / 128).softmax(1)[0])
    best = torch.stack(answers).mean(0).topk(5)
    reports = told(shipped, picture, network="lite2", size=1280)
    frame = reports[-1]
    assert isinstance(frame, Frame)
    labels = list(catalog.labels("lite2"))
    assert [one["label"] for one in frame.facts["labels"][:2]] == [labels[at] for at in best.indices[:2].tolist()]
    assert frame.facts["labels"][0]["probability"] == pytest.approx(float(best.values[0]), abs=0.02)
    assert words in frame.facts["sentence"]
    assert len(reports) == 2, "nothing is painted where thumbnails are"


@cache
def reference_weights() -> dict[str, Tensor]:
    file = catalog.weights_file("lite2")
    assert file is not None
    weights: dict[str, Tensor] = torch.load(file, weights_only=True)
    return weights


def photograph(name: str) -> Tensor:
    data = pytest.importorskip("skimage.data")
    return torch.from_numpy(getattr(data, name)()).permute(2, 0, 1).float() / 255
