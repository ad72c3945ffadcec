"""Remake and examine the pocket network: `python -m engine.training sprites | sketches | fit | pack | look | ...`."""

import argparse
import json
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import torch
from safetensors.torch import save
from torch import distributed

from engine.networks import packing, pocket, sketches
from engine.networks.loading import from_pocket
from engine.runtime import Runtime
from engine.training import (
    backdrops,
    class_sketches,
    classes,
    emoji_sprites,
    examination,
    judge_network,
    model_card,
    subject_channels,
)
from engine.training.dream_sheets import sheets
from engine.training.scenes import Scenes
from engine.training.textures import TEXTURES
from engine.training.training_loop import Plan, begin, fit, replace, resume, start_from
from engine.training.verdict import photographs


def make_sprites(asked: argparse.Namespace) -> None:
    """Draw the art."""
    made = emoji_sprites.render(asked.out, asked.font, asked.fluent, asked.flat, asked.twemoji)
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
    scenes = Scenes(emoji_sprites.read(asked.sprites), backdrops.photographs(), asked.seed, device=asked.device)
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


def judge_for(path: Path | None, labels: list[str]) -> judge_network.Judge:
    """The second network, which must count the same things. SystemExit where it does not, or is not there."""
    file = path or judge_network.WEIGHTS
    if not file.is_file():
        raise SystemExit(f"{file} is not there; train a judge as docs/pocket.md says, or name one with --judge")
    second, others = judge_network.load(file)
    if labels != others:
        raise SystemExit("the network and the judge know other classes; make both with the same art")
    return second


def run_judge(asked: argparse.Namespace) -> None:
    """Examine; leaves with status 1 where a promise is not kept."""
    runtime = Runtime("cpu", threads=asked.threads)
    art, photos = emoji_sprites.read(asked.sprites), backdrops.photographs()
    if asked.random:
        labels = [*art.labels, *TEXTURES]
        model = examination.untrained_network(len(labels), art, photos)
    else:
        model, labels = pocket.load(asked.weights)
    second, table = judge_for(asked.judge, labels), subject_channels.read(asked.subjects)
    exam = examination.Exam(model, labels, second, art, photos, table, runtime.dtype)
    figures = examination.examine(exam, asked.only)
    examined = "random" if asked.random else (asked.weights or pocket.WEIGHTS).name
    print(examination.as_json(figures, {"network": examined}) if asked.json else examination.table(figures))
    if not all(figure.ok for figure in figures):
        raise SystemExit(1)


def find_subjects(asked: argparse.Namespace) -> None:
    """Measure which channels respond to each subject of the table; rewrite the table."""
    runtime = Runtime("cpu", threads=asked.threads)
    model, labels = pocket.load(asked.weights)
    second, network = judge_for(asked.judge, labels), from_pocket(model, labels).to(runtime.dtype)
    table, above = subject_channels.read(asked.out), subject_channels.heading(asked.out)
    art = emoji_sprites.read(asked.sprites)
    found = subject_channels.measure_subjects(
        table, network, second, art, backdrops.photographs(), photographs(subject_channels.CHOSEN_ON)
    )
    text = subject_channels.as_toml(found, above)
    replace(asked.out, lambda part: part.write_text(text, "utf-8"))
    print(f"{len(found)} subjects: {asked.out}")


def pack_weights(asked: argparse.Namespace) -> None:
    """Make a run's weights as small as those of the repository are."""
    data = asked.file.read_bytes()
    if asked.eight_bits:
        tensors = judge_network.to_eight_bits(packing.read(asked.file)[0])
        data = save(tensors, packing.metadata(packing.unpack(data)))
    packed = packing.pack(packing.unpack(data))
    replace(asked.out, lambda part: part.write_bytes(packed))
    print(f"{asked.out}: {len(packed) / 1e6:.2f} MB")


def draw_sketches(asked: argparse.Namespace) -> None:
    """Shrink the art to sketches."""
    emoji = classes.sketched_emoji()
    drawn = class_sketches.shrink_sprites(class_sketches.draw_emoji(emoji, asked.font, asked.fluent))
    replace(asked.out, lambda part: sketches.write(emoji, drawn, part))
    print(f"{len(drawn)} emoji, {drawn.shape[1]} sketches of each: {asked.out}")


def write_card(asked: argparse.Namespace) -> None:
    """Write the model card and its pictures."""
    runtime = Runtime("cpu", threads=asked.threads)
    judged = json.loads(asked.judged.read_text("utf-8"))
    table = subject_channels.read(asked.subjects)
    weights, second = asked.weights or pocket.WEIGHTS, asked.judge or judge_network.WEIGHTS
    model, labels = pocket.load(weights)
    network = from_pocket(model, labels, sketches.read()).to(runtime.dtype)
    for path in model_card.draw(network, table, asked.gallery):
        print(path)
    text = model_card.card_text(model, model_card.facts(weights), model_card.facts(second), judged, table, labels)
    replace(asked.out, lambda part: part.write_text(text, "utf-8"))
    print(asked.out)


def names(text: str) -> list[str]:
    """`fresh,alive` -> measures. argparse words the refusal."""
    found = text.split(",")
    if unknown := set(found) - set(examination.MEASURES):
        raise argparse.ArgumentTypeError(f"no measure {sorted(unknown)}; there is {', '.join(examination.MEASURES)}")
    return found


def add_examination(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The verbs that come after training: judge, subjects, card."""
    check = verbs.add_parser("judge", help="hold the network to its promises; status 1 where one is not kept")
    find = verbs.add_parser("subjects", help="find the channels of every subject and store them with their evidence")
    tell = verbs.add_parser("card", help="write the model card and its pictures")
    for verb in (check, find, tell):
        verb.add_argument("--weights", type=Path, help="a network; without it the one that is shipped")
        verb.add_argument("--judge", type=Path, help="a judge's weights; without it the repository's")
        verb.add_argument("--threads", type=int, default=1)
    for verb in (check, find):
        verb.add_argument("--sprites", type=Path, required=True)
    for verb in (check, tell):
        verb.add_argument("--subjects", type=Path, default=subject_channels.table(), help="the table of subjects")
    check.add_argument("--json", action="store_true", help="figures and details as JSON")
    check.add_argument("--random", action="store_true", help="examine an untrained network instead: it must fail")
    check.add_argument("--only", type=names, default=(), help=f"some of {','.join(examination.MEASURES)}")
    check.set_defaults(act=run_judge)
    find.add_argument("--out", type=Path, default=subject_channels.table(), help="the table that is read and rewritten")
    find.set_defaults(act=find_subjects)
    tell.add_argument("--judged", type=Path, required=True, help="what `judge --json` printed")
    tell.add_argument("--out", type=Path, default=Path("docs/pocket.md"))
    tell.add_argument("--gallery", type=Path, default=Path("docs/gallery"))
    tell.set_defaults(act=write_card)


def add_art(verb: argparse.ArgumentParser) -> None:
    """Where the art lies that sprites and sketches are drawn of."""
    verb.add_argument("--font", type=Path, default=Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf"))
    verb.add_argument("--fluent", type=Path, required=True, help="assets folder of npm's @lobehub/fluent-emoji-3d")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m engine.training", description=__doc__)
    verbs = top.add_subparsers(required=True)
    draw = verbs.add_parser("sprites", help="draw the emoji art into one archive")
    draw.add_argument("--out", type=Path, required=True)
    add_art(draw)
    draw.add_argument("--flat", type=Path, required=True, help="assets folder of npm's @lobehub/fluent-emoji-flat")
    draw.add_argument("--twemoji", type=Path, required=True, help="folder of npm's @twemoji/svg")
    draw.set_defaults(act=make_sprites)
    shrink = verbs.add_parser("sketches", help="shrink the art to what `concept` begins with")
    add_art(shrink)
    shrink.add_argument("--out", type=Path, default=sketches.FILE)
    shrink.set_defaults(act=draw_sketches)
    press = verbs.add_parser("pack", help="make weights as small as the repository's are; they are read as before")
    press.add_argument("file", type=Path, help="safetensors, as `fit` writes them")
    press.add_argument("--out", type=Path, required=True)
    press.add_argument("--eight-bits", action="store_true", help="of a judge: round its filters to eight bits")
    press.set_defaults(act=pack_weights)
    train = verbs.add_parser("fit", help="train the network; takes up a run that was cut short")
    train.add_argument("--sprites", type=Path, required=True)
    train.add_argument("--out", type=Path, required=True, help="folder for checkpoint.pt and the weights")
    train.add_argument("--seed", type=int, default=1)
    train.add_argument("--start", type=Path, help="a network of these labels to begin with, instead of drawn weights")
    train.add_argument(
        "--plan", default="{}", help="JSON with other values for the plan, see engine.training.training_loop.Plan"
    )
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
    add_examination(verbs)
    return top


if __name__ == "__main__":
    arguments = parser().parse_args()
    arguments.act(arguments)
