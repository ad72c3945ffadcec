"""The training loop: schedule, averaged weights, checkpoints, export.

    fit(scenes, plan, folder) -> Run

A run first learns from clean, small pictures, then from attacked ones with a growing radius. Progress is counted in
steps or, where a schedule must end at a certain hour, in minutes. A checkpoint holds everything that the next step
needs; all chance comes from (seed, step), so a resumed run of counted steps ends in the very same weights.

Longer than most files: the plan, the loop and its checkpoints change together.
"""

import copy
import dataclasses
import json
import math
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import torch
import torch.nn.functional as F
from pydantic import BaseModel, ConfigDict, Field
from safetensors.torch import save_file
from torch import Generator, Tensor, distributed, nn

from engine.networks.pocket import MEAN, STD, Conv, Pocket, load
from engine.platform import atomic_file
from engine.training.adversarial_attack import attack_step, perturb, random_start
from engine.training.emoji_sprites import STYLES
from engine.training.judge_network import Judge
from engine.training.scenes import Scenes

Batch = tuple[Tensor, Tensor]
"""Pictures [n, 3, side, side] in [0, 1] and labels [n]."""


class Plan(BaseModel):
    """What a run does; written into its checkpoints and into the exported file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    network: Literal["pocket", "judge"] = "pocket"
    seed: int = 1
    steps: int | None = Field(None, ge=1, description="length in steps; reproducible to the bit")
    minutes: float | None = Field(None, gt=0, description="length by the clock, where `steps` is not given")
    batch: int = Field(64, ge=2)
    peak: float = Field(2.5e-3, gt=0, description="highest learning rate")
    decay: float = Field(0.02, ge=0, description="weight decay of convolutions and of the head")
    smoothing: float = Field(0.05, ge=0, lt=1)
    average: float = Field(0.998, ge=0, lt=1, description="share of the averaged weights that one step keeps")
    clean: float = Field(0.33, ge=0, le=1, description="share of the run that sees clean pictures only")
    small_side: int = Field(64, ge=32, description="side of the pictures at first; such steps cost less than half")
    side: int = Field(96, ge=32)
    large_from: float = Field(0.75, description="share of the run from which pictures have their full side")
    radius: float = Field(1.0, ge=0, description="L2 radius of the attacks, in [0, 1] pixel units, at `side`")
    spread: float = Field(0.0, ge=0, le=1, description="attacks reach 1 - spread to 1 + spread radii, by picture")
    attacked: float = Field(1.0, ge=0, le=1, description="share of the batches that are attacked, once attacks began")
    replays: int = Field(3, ge=1, description="updates on each attacked batch, the attack climbing between them")
    stride: float = Field(0.8, gt=0, description="radii by which an attack climbs at a time")
    exam: int = Field(2048, ge=1, description="pictures of each kind judged at the end; a quarter of them on the way")

    def learning_rate(self, step: int, done: float) -> float:
        """Linear for 200 steps, then half a cosine down to nothing."""
        return self.peak * min(1.0, (step + 1) / 200) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, done)))

    def picture_side(self, done: float) -> int:
        """Small pictures first, large ones later."""
        return self.side if done >= self.large_from else self.small_side

    def attack_radius(self, done: float) -> float:
        """0 while clean, then from a quarter of `radius` to all of it over the next quarter of the run.

        The same change per pixel has a norm in proportion to the picture's side.
        """
        if done < self.clean:
            return 0.0
        growth = min(1.0, 0.25 + 0.75 * (done - self.clean) / 0.25)
        return self.radius * growth * self.picture_side(done) / self.side


@dataclass
class Run:
    """A run at some step: the network, its running average, the optimiser, and the clock."""

    plan: Plan
    labels: list[str]
    network: nn.Module
    average: nn.Module
    optimizer: torch.optim.AdamW
    step: int = 0
    seconds: float = 0.0
    pictures: int = 0
    accuracy: dict[str, float] = field(default_factory=dict)

    @property
    def device(self) -> torch.device:
        """Where the network lives."""
        return next(self.network.parameters()).device

    def done(self, ahead: int = 0) -> float:
        """Share of the run behind us, 0 to 1; `ahead` steps from now, where steps are what counts."""
        if self.plan.steps is not None:
            return (self.step + ahead) / self.plan.steps
        return self.seconds / (60 * (self.plan.minutes or 1.0))


ARCHITECTURES: Final[dict[str, Callable[[int], nn.Module]]] = {"pocket": Pocket, "judge": Judge}


def begin(plan: Plan, labels: Sequence[str], device: str = "cpu") -> Run:
    """A fresh run: weights drawn from the plan's seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(plan.seed)
        network = ARCHITECTURES[plan.network](len(labels))
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    # Norms and biases are not decayed: it would only fight the norms' scales.
    groups: list[dict[str, object]] = [
        {"params": [p for p in network.parameters() if p.ndim > 1], "weight_decay": plan.decay},
        {"params": [p for p in network.parameters() if p.ndim == 1], "weight_decay": 0.0},
    ]
    return Run(plan, list(labels), network, copy.deepcopy(network).eval(), torch.optim.AdamW(groups, lr=plan.peak))


def start_from(run: Run, weights: Path) -> None:
    """Give a fresh run the weights of an exported network. ValueError where its labels are others."""
    network, labels = load(weights)
    if labels != run.labels:
        raise ValueError(f"{weights} knows other classes than these sprites; make them with the same art")
    for kept in (run.network, run.average):
        kept.load_state_dict(network.state_dict())


def normalise(x: Tensor, device: torch.device) -> Tensor:
    """Pictures in [0, 1] -> what the network reads, on its device, channels last."""
    return ((x.to(device) - MEAN[0]) / STD[0]).contiguous(memory_format=torch.channels_last)


def peers() -> tuple[int, int]:
    """(this process, of how many): one of several that train together (`fit --processes`), or (0, 1)."""
    return (distributed.get_rank(), distributed.get_world_size()) if distributed.is_initialized() else (0, 1)


def agree(run: Run) -> None:
    """Average the gradients of all processes; each saw its own pictures."""
    if peers()[1] > 1:
        slopes = [p.grad for p in run.network.parameters() if p.grad is not None]
        flat = torch.cat([slope.flatten() for slope in slopes])
        distributed.all_reduce(flat)
        parts = torch.split(flat / peers()[1], [slope.numel() for slope in slopes])
        for slope, mean in zip(slopes, parts, strict=True):
            slope.copy_(mean.view_as(slope))


def same_clock(run: Run) -> None:
    """Every process goes by the first one's clock, or they would end at different steps."""
    if peers()[1] > 1:
        clock = torch.tensor([run.seconds], dtype=torch.float64)
        distributed.broadcast(clock, 0)
        run.seconds = float(clock)


def compose(run: Run, scenes: Scenes, ahead: int = 0) -> Batch:
    """The batch of the step `ahead` steps from now, this process's own."""
    rank, count = peers()
    step = (run.step + ahead) * count + rank
    with torch.no_grad():
        return scenes.batch(step, run.plan.batch, run.plan.picture_side(run.done(ahead)))


def advance(run: Run, batch: Batch) -> float:
    """One batch of training; the loss of its last update.

    An attacked batch is used `replays` times: at a random shift, then where the gradients of the updates so far lead
    ("free" adversarial training, Shafahi et al. 2019, arXiv:1904.12843). An attack then costs no passes of its own.
    """
    plan, radius = run.plan, run.plan.attack_radius(run.done())
    for group in run.optimizer.param_groups:
        group["lr"] = plan.learning_rate(run.step, run.done())
    x, labels = normalise(batch[0], run.device), batch[1].to(run.device)
    chance = Generator().manual_seed(plan.seed * 7919 + run.step)
    if radius and float(torch.rand((), generator=chance)) < plan.attacked:
        reach = 1 + plan.spread * (2 * torch.rand(len(x), 1, 1, 1, generator=chance) - 1)
        reach = radius * reach.to(run.device)
        shift = random_start(x, reach, chance)
        for _ in range(plan.replays):
            moved = (x + shift).requires_grad_()
            loss = update(run, moved, labels)
            if moved.grad is not None:
                shift = attack_step(shift, moved.grad, reach, plan.stride)
    else:
        loss = update(run, x, labels)
    run.step += 1
    run.pictures += plan.batch * peers()[1]
    return loss


def update(run: Run, x: Tensor, labels: Tensor) -> float:
    """One step of the optimiser on normalised pictures; the loss."""
    run.network.train()
    with torch.autocast(run.device.type, torch.bfloat16):
        scores = run.network(x)
    loss = F.cross_entropy(scores.float(), labels, label_smoothing=run.plan.smoothing)
    run.optimizer.zero_grad()
    torch.autograd.backward(loss)
    agree(run)
    nn.utils.clip_grad_norm_(run.network.parameters(), 5.0)
    run.optimizer.step()
    keep_alive(run.network)
    follow(run)
    value: float = loss.item()
    return value


@torch.no_grad()
def keep_alive(network: nn.Module) -> None:
    """Hold every channel where a sixth of what it is given lies above zero: none may fall silent.

    Without this some channels lived in the negative dip of SiLU alone, or far below the others, and could not be
    dreamed towards.
    """
    for module in network.modules():
        if isinstance(module, Conv) and isinstance(norm := module[1], nn.BatchNorm2d):
            least = 0.3 * norm.weight.abs().mean()
            norm.weight.copy_(torch.where(norm.weight < 0, -1.0, 1.0) * norm.weight.abs().clamp(min=least))
            norm.bias.clamp_(min=-norm.weight.abs())


@torch.no_grad()
def follow(run: Run) -> None:
    """Move the average a little towards the network; early steps move it more, so that it starts nowhere near zero."""
    pace = 1 - min(run.plan.average, (1 + run.step) / (10 + run.step))
    for kept, new in zip(run.average.state_dict().values(), run.network.state_dict().values(), strict=True):
        if kept.is_floating_point():
            kept.lerp_(new, pace)


@torch.no_grad()
def evaluate(network: nn.Module, scenes: Scenes, device: torch.device, pictures: int, side: int) -> dict[str, float]:
    """Top-1 on fresh clean compositions: each art style alone (twemoji was never trained on), and the textures."""
    network.eval()
    found = {}
    for index, kind in enumerate((*STYLES, "textures")):
        low, high = (scenes.emoji, len(scenes.labels)) if kind == "textures" else (0, scenes.emoji)
        styles = (kind,) if kind in STYLES else STYLES[:1]
        right = 0
        for start in range(0, pictures, 128):
            step = -1 - index * 1_000_000 - start
            count = min(128, pictures - start)
            labels = torch.randint(low, high, (count,), generator=scenes.generator(step - 500_000))
            x, labels = scenes.batch(step, count, side, styles, labels)
            with torch.autocast(device.type, torch.bfloat16):
                scores = network(normalise(x, device))
            right += int((scores.argmax(1).cpu() == labels).sum())
        found[kind] = round(right / pictures, 4)
    return found


def withstand(network: nn.Module, scenes: Scenes, device: torch.device, radius: float, side: int) -> float:
    """Top-1 on 128 pictures under a ten-step attack."""
    pictures, labels = scenes.batch(-9_000_000, 128, side)
    x, labels = normalise(pictures, device), labels.to(device)
    moved = perturb(network, x, labels, radius, 10, Generator().manual_seed(0))
    with torch.no_grad():
        return round(float((network(moved).argmax(1) == labels).float().mean()), 4)


def judge(run: Run, scenes: Scenes, pictures: int) -> dict[str, float]:
    """Examine the averaged network; under attack only where it learns that."""
    side = run.plan.picture_side(run.done())
    found = evaluate(run.average, scenes, run.device, max(1, pictures), side)
    if radius := run.plan.attack_radius(run.done()):
        found["attacked"] = withstand(run.average, scenes, run.device, radius, side)
    return found


def replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file, then rename: a reader sees the old file or the new one, never half of it."""
    with atomic_file.replacing(path) as part:
        write(part)


def save(run: Run, path: Path) -> None:
    """Write a checkpoint."""
    state = {
        "plan": run.plan.model_dump_json(),
        "labels": json.dumps(run.labels),
        "network": run.network.state_dict(),
        "average": run.average.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        "step": run.step,
        "seconds": run.seconds,
        "pictures": run.pictures,
    }
    replace(path, lambda part: torch.save(state, part))


def resume(path: Path, device: str = "cpu") -> Run:
    """Take up a run where `save` left it."""
    state = torch.load(path, map_location=device, weights_only=True)
    run = begin(Plan.model_validate_json(state["plan"]), json.loads(state["labels"]), device)
    run.network.load_state_dict(state["network"])
    run.average.load_state_dict(state["average"])
    run.optimizer.load_state_dict(state["optimizer"])
    run.step, run.seconds, run.pictures = state["step"], state["seconds"], state["pictures"]
    return run


def export(run: Run, path: Path) -> None:
    """Write the averaged weights as fp16 safetensors, with the labels and the facts of the run as metadata."""
    tensors = {
        name: value.detach().cpu().half().contiguous()
        for name, value in run.average.state_dict().items()
        if value.is_floating_point()
    }
    facts = {"plan": run.plan.model_dump(), "steps": run.step, "pictures": run.pictures}
    facts |= {"minutes": round(run.seconds / 60, 1), "top-1": run.accuracy}
    metadata = {"labels": json.dumps(run.labels, ensure_ascii=False), "training": json.dumps(facts)}
    replace(path, lambda part: save_file(tensors, part, metadata))


LOOK_EVERY: Final = 1000
_SAVE_EVERY: Final = 240.0  # seconds


def report(run: Run, loss: float) -> str:
    """One line of progress."""
    seen = " ".join(f"{kind} {share:.3f}" for kind, share in run.accuracy.items())
    return (
        f"{100 * run.done():5.1f} % step {run.step} loss {loss:.3f} radius {run.plan.attack_radius(run.done()):.2f} "
        f"{run.seconds / max(1, run.step):.3f} s/step {seen}"
    )


def bar(run: Run, width: int = 30) -> str:
    """How far a run is, and how much longer it takes: [##########----------]  50.0 %, 12 min left."""
    done = min(1.0, run.done())
    left = run.seconds * (1 / done - 1) / 60 if done else 0.0
    filled = round(width * done)
    return f"[{'#' * filled}{'-' * (width - filled)}] {100 * done:5.1f} %, {left:.0f} min left"


def fit(run: Run, scenes: Scenes, folder: Path) -> Run:
    """Train to the end of the plan; leaves `checkpoint.pt` and `NETWORK.safetensors` in the folder; prints progress.

    A second thread composes the next batch meanwhile; it alone touches the scenes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before, saved, smooth = time.monotonic() - run.seconds, time.monotonic(), math.nan
    with ThreadPoolExecutor(1) as aside:
        following = aside.submit(compose, run, scenes)
        while run.done() < 1:
            batch = following.result()
            # Bound now: the run moves on while the other thread works.
            following = aside.submit(compose, dataclasses.replace(run), scenes, 1)
            loss = advance(run, batch)
            run.seconds = time.monotonic() - before
            same_clock(run)
            smooth = loss if math.isnan(smooth) else 0.98 * smooth + 0.02 * loss
            if peers()[0]:
                continue
            if run.step % LOOK_EVERY == 0:
                run.accuracy = aside.submit(judge, run, scenes, run.plan.exam // 4).result()
            if run.step % 200 == 0:
                print(report(run, smooth), flush=True)
            if sys.stderr.isatty():
                print(f"\r{bar(run)}", end="", file=sys.stderr, flush=True)
            if time.monotonic() - saved > _SAVE_EVERY:
                saved = time.monotonic()
                keep(run, folder)
        if peers()[0]:
            return run
        run.accuracy = aside.submit(judge, run, scenes, run.plan.exam).result()
    print(report(run, smooth), flush=True)
    keep(run, folder)
    return run


def keep(run: Run, folder: Path) -> None:
    """Checkpoint and export."""
    save(run, folder / "checkpoint.pt")
    export(run, folder / f"{run.plan.network}.safetensors")
