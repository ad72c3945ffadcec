"""`python -m engine.training sprites | fit | look`: remake the pocket network from installed art."""

import argparse
import json
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import torch
from torch import distributed

from engine.training import backdrops, sprites
from engine.training.fit import Plan, begin, fit, resume, start_from
from engine.training.look import sheets
from engine.training.scenes import Scenes


def make_sprites(asked: argparse.Namespace) -> None:
    """Draw the art."""
    made = sprites.render(asked.out, asked.font, asked.fluent, asked.flat, asked.twemoji)
    print(f"{len(made.labels)} emoji in {len(made.art)} styles: {asked.out}")


def join(asked: argparse.Namespace) -> None:
    """Become one of several processes that train together; the first starts the others, which end with it."""
    if asked.meeting == 0:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            asked.meeting = free.getsockname()[1]
        for rank in range(1, asked.processes):
            joining = ["--rank", str(rank), "--meeting", str(asked.meeting)]
            subprocess.Popen([sys.executable, "-m", "engine.training", *sys.argv[1:], *joining])
    # The others wait while the first one examines or takes long to read its art.
    distributed.init_process_group(
        "gloo",
        init_method=f"tcp://127.0.0.1:{asked.meeting}",
        rank=asked.rank,
        world_size=asked.processes,
        timeout=timedelta(minutes=10),
    )


def run_fit(asked: argparse.Namespace) -> None:
    """Train, or take up the run whose checkpoint lies in the folder."""
    torch.set_num_threads(asked.threads)
    if asked.processes > 1:
        join(asked)
    scenes = Scenes(sprites.read(asked.sprites), backdrops.photographs(), asked.seed, device=asked.device)
    checkpoint = asked.out / "checkpoint.pt"
    if checkpoint.exists():
        run = resume(checkpoint, asked.device)
    else:
        changes = json.loads(asked.plan)
        plan = Plan(**{"seed": asked.seed, "steps": asked.steps, "minutes": asked.minutes, **changes})
        run = begin(plan, scenes.labels, asked.device)
        if asked.start:
            start_from(run, asked.start)
    fit(run, scenes, asked.out)


def look_at(asked: argparse.Namespace) -> None:
    """Dream the contact sheets."""
    torch.set_num_threads(asked.threads)
    asked.out.mkdir(parents=True, exist_ok=True)
    for path in sheets(asked.weights, asked.out):
        print(path)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m engine.training", description=__doc__)
    verbs = top.add_subparsers(required=True)
    draw = verbs.add_parser("sprites", help="draw the emoji art into one archive")
    draw.add_argument("--out", type=Path, required=True)
    draw.add_argument("--font", type=Path, default=Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"))
    draw.add_argument("--fluent", type=Path, required=True, help="assets folder of npm's @lobehub/fluent-emoji-3d")
    draw.add_argument("--flat", type=Path, required=True, help="assets folder of npm's @lobehub/fluent-emoji-flat")
    draw.add_argument("--twemoji", type=Path, required=True, help="folder of npm's @twemoji/svg")
    draw.set_defaults(act=make_sprites)
    train = verbs.add_parser("fit", help="train the network; takes up a run that was cut short")
    train.add_argument("--sprites", type=Path, required=True)
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt and the weights")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--start", type=Path, help="a network of these labels to begin with, instead of drawn weights")
    train.add_argument("--plan", default="{}", help="JSON with other values for the plan, see engine.training.fit.Plan")
    span = train.add_mutually_exclusive_group(required=True)
    span.add_argument("--steps", type=int, help="length in steps: the same weights on every run")
    span.add_argument("--minutes", type=float, help="length by the clock")
    train.add_argument("--threads", type=int, default=1, help="more gain little here and stall where cores are shared")
    train.add_argument("--processes", type=int, default=1, help="that train together, a batch each (CPU)")
    train.add_argument("--rank", type=int, default=0, help=argparse.SUPPRESS)
    train.add_argument("--meeting", type=int, default=0, help=argparse.SUPPRESS)
    train.add_argument("--device", default="cpu")
    train.set_defaults(act=run_fit)
    show = verbs.add_parser("look", help="contact sheets of what a network dreams")
    show.add_argument("--weights", type=Path, help="a network; without it the one that is shipped")
    show.add_argument("--out", type=Path, required=True, help="folder for the sheets")
    show.add_argument("--threads", type=int, default=1)
    show.set_defaults(act=look_at)
    return top


if __name__ == "__main__":
    arguments = parser().parse_args()
    arguments.act(arguments)
