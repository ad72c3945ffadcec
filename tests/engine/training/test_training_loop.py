"""The loop: reproducible, resumable, and its attacks stay within their radius."""

from pathlib import Path

import pytest
import torch

from engine.networks import pocket
from engine.training.adversarial_attack import perturb
from engine.training.scenes import Scenes
from engine.training.training_loop import Plan, Run, advance, bar, begin, compose, evaluate, export, fit, resume, save

PLAN = Plan(seed=3, steps=4, batch=2, clean=0.5, small_side=32, side=32, exam=2)


def train(scenes: Scenes, steps: int, run: Run | None = None) -> Run:
    run = run or begin(PLAN, scenes.labels)
    for _ in range(steps):
        advance(run, compose(run, scenes))
    return run


def assert_same(one: Run, other: Run) -> None:
    for network in ("network", "average"):
        a, b = getattr(one, network).state_dict(), getattr(other, network).state_dict()
        assert all(torch.equal(a[name], b[name]) for name in a)


def test_the_same_seed_gives_the_same_weights(scenes: Scenes) -> None:
    assert_same(train(scenes, 4), train(scenes, 4))


def test_a_resumed_run_equals_an_uninterrupted_one(scenes: Scenes, tmp_path: Path) -> None:
    half = train(scenes, 2)
    save(half, tmp_path / "checkpoint.pt")
    resumed = resume(tmp_path / "checkpoint.pt")
    assert resumed.step == 2
    assert_same(train(scenes, 2, resumed), train(scenes, 4))


def test_a_fitted_run_equals_single_steps(scenes: Scenes, tmp_path: Path) -> None:
    assert_same(fit(begin(PLAN, scenes.labels), scenes, tmp_path), train(scenes, 4))


def test_a_run_leaves_a_network_that_loads(scenes: Scenes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = begin(PLAN, scenes.labels)
    run.step = 3
    fit(run, scenes, tmp_path)
    network, labels = pocket.load(tmp_path / "pocket.safetensors")
    assert labels == scenes.labels
    assert not network.training
    assert resume(tmp_path / "checkpoint.pt").done() == 1
    assert "step 4" in capsys.readouterr().out
    assert not list(tmp_path.glob("*.part"))


def test_a_bar_says_how_far_a_run_is_and_how_much_longer_it_takes(scenes: Scenes) -> None:
    run = begin(PLAN, scenes.labels)
    assert bar(run, 4) == "[----]   0.0 %, 0 min left"
    run.step, run.seconds = 1, 600.0
    assert bar(run, 4) == "[#---]  25.0 %, 30 min left"
    run.step = 4
    assert bar(run, 4) == "[####] 100.0 %, 0 min left"


def test_an_export_holds_the_average(scenes: Scenes, tmp_path: Path) -> None:
    run = train(scenes, 1)
    export(run, tmp_path / "net.safetensors")
    found = pocket.load(tmp_path / "net.safetensors")[0].state_dict()
    wanted = run.average.state_dict()
    for name, value in found.items():
        if value.is_floating_point():
            torch.testing.assert_close(value, wanted[name], atol=1e-3, rtol=1e-2)


@pytest.mark.parametrize("steps", [1, 2])
def test_an_attack_stays_within_its_radius_and_raises_the_loss(network: pocket.Pocket, steps: int) -> None:
    x, labels = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1)), torch.tensor([0, 1, 2, 3])
    chance = torch.Generator().manual_seed(0)
    moved = perturb(network, x, labels, 0.5, steps, chance)
    assert ((moved - x).flatten(1).norm(dim=1) <= 0.5 / pocket.STD[0] + 1e-3).all()
    loss = torch.nn.functional.cross_entropy
    assert loss(network(moved), labels) > loss(network(x), labels)


def test_the_schedule_is_clean_first_and_then_harder() -> None:
    plan = Plan(steps=100)
    assert plan.attack_radius(0.2) == 0
    assert plan.picture_side(0.5) == 64
    assert plan.picture_side(0.8) == 96
    assert 0 < plan.attack_radius(0.35) < plan.attack_radius(0.5) < plan.attack_radius(0.8) == plan.radius
    assert plan.learning_rate(0, 0) < plan.learning_rate(300, 0.1)
    assert plan.learning_rate(300, 1) == pytest.approx(0)


def test_evaluation_names_every_style(scenes: Scenes) -> None:
    found = evaluate(begin(PLAN, scenes.labels).network, scenes, torch.device("cpu"), 2, 32)
    assert set(found) == {"noto", "fluent", "flat", "twemoji", "textures"}
