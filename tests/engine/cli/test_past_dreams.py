"""A dream of a dream, made again by the command line from its file and the first picture, as the bot made it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from engine.catalog.catalog import shipped_catalog
from engine.encoders.encoder import Encoded
from engine.files import generation_metadata, sanitizer
from engine.files.blobs import BlobKey
from engine.params import AnyParams, Dream, PastDream, Upscale
from engine.queue.history import History
from engine.render import render
from engine.runtime import Runtime
from tests.engine.cli.test_commands import _own_data, a_note, photo, run  # noqa: F401

QUICK = {"size": 128, "octaves": 2, "iterations": 2}
DREAMS = (
    Dream(layer="low", seed=1, **QUICK),
    Dream(layer="mid", seed=2, **QUICK),
    Dream(subject="eyes", seed=3, **QUICK),
)


@pytest.fixture(autouse=True)
def _by_pocket(pocket_by_default: None) -> None:
    """Quick, and always there."""


def bots(dreams: tuple[Dream, ...], png: bytes, stops: tuple[int, ...] = ()) -> bytes:
    """The file that the bot posts at the end of a row of dreams, some of them stopped and kept at a step."""
    runtime, history = Runtime(threads=1), History()
    for at, params in enumerate(dreams):
        stop = stops[at] if at < len(stops) else 0
        reports = render(params, png, runtime, before=history.dreams, omitted=history.omitted)
        report = next(reports)
        while not isinstance(report, Encoded):
            report = reports.send(report.step == stop)
        assert report.facts.get("stopped", 0) == stop
        png = report.data
        history = history.followed_by(PastDream(params=params, stopped=stop), {"picture": BlobKey("f" * 64)})
    return png


def opened(path: Path) -> bytes:
    return sanitizer.clean(path.read_bytes(), 128, 1.0).png


@pytest.mark.parametrize("stops", [(), (3,)])
def test_the_whole_row_is_dreamed_again_and_gives_the_same_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], stops: tuple[int, ...]
) -> None:
    source = photo(tmp_path / "cat.png")
    made = bots(DREAMS, opened(source), stops)
    (tmp_path / "bot.png").write_bytes(made)
    assert run(monkeypatch, "dream", str(source), "--like", "bot.png", "-o", "again.png") == 0
    assert (tmp_path / "again.png").read_bytes() == made, "the picture, and what is said of it"
    assert "so 2 come first" in capsys.readouterr().err


def imprint_of(path: Path) -> generation_metadata.Imprint:
    return generation_metadata.read(sanitizer.read_imprint(path.read_bytes(), 1.0), shipped_catalog())


def test_what_is_typed_changes_the_last_dream_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = photo(tmp_path / "cat.png")
    (tmp_path / "bot.png").write_bytes(bots(DREAMS[:2], opened(source)))
    assert run(monkeypatch, "dream", str(source), "--like", "bot.png", "-o", "b.png", "--layer", "high") == 0
    made = imprint_of(tmp_path / "b.png")
    assert made.params == DREAMS[1].model_copy(update={"layer": "high"})
    assert made.before == (PastDream(params=DREAMS[0]),)


def test_the_dreams_before_are_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = [PastDream(params=DREAMS[0], others=("mask",)), PastDream(params=DREAMS[1], stopped=5)]
    (tmp_path / "a.png").write_bytes(a_note(generation_metadata.write(DREAMS[2], (), before, 4)))
    assert run(monkeypatch, "imprint", "a.png") == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "omitted 4 dreams" in shown
    assert "before 1 dream, layer low, seed 1" in shown
    assert "with a mask before 2 dream, layer mid" in shown
    assert "stopped at step 5" in shown
    assert run(monkeypatch, "imprint", "a.png", "--json") == 0
    assert capsys.readouterr().out.strip() == generation_metadata.write(DREAMS[2], (), before, 4)
    assert run(monkeypatch, "dream", "noise", "--like", "a.png", "-o", "b.png") == 0
    assert "The first 4 dreams before it are not in its file" in " ".join(capsys.readouterr().err.split())


def test_how_it_came_about_is_a_film_which_says_so_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = photo(tmp_path / "cat.png")
    (tmp_path / "bot.png").write_bytes(bots(DREAMS[:2], opened(source)))
    assert run(monkeypatch, "animate", "bot.png", str(source), "-o", "film.webp", "--size", "128") == 0
    with Image.open(tmp_path / "film.webp") as film, Image.open(tmp_path / "bot.png") as still:
        assert film.n_frames > 4  # type: ignore[attr-defined]
        assert film.size == still.size
    made = imprint_of(tmp_path / "film.webp").params
    assert made.model_dump()["dreams"] == [
        {"params": DREAMS[0].model_dump()},
        {"params": {"seed": 2, "layer": "mid"}},
    ]
    assert run(monkeypatch, "animate", "film.webp", str(source), "-o", "again.webp", "--size", "128") == 0
    assert (tmp_path / "again.webp").read_bytes() == (tmp_path / "film.webp").read_bytes()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (generation_metadata.write(Dream(), (), [PastDream(params=Dream())], 1), "first dreams are not in it"),
        (generation_metadata.write(Dream(variations=4)), "no single dream"),
    ],
)
def test_what_cannot_be_animated_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, sentence: str
) -> None:
    (tmp_path / "a.png").write_bytes(a_note(text))
    assert run(monkeypatch, "animate", "a.png", "noise") == 1
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_a_dream_becomes_twice_as_large_as_its_own_options_have_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    source = photo(tmp_path / "cat.png")
    (tmp_path / "bot.png").write_bytes(bots(DREAMS[:2], opened(source)))
    once = ["--iterations", "1"]
    assert run(monkeypatch, "upscale", "bot.png", "-o", "large.png", *once) == 0
    made = imprint_of(tmp_path / "large.png")
    assert made.params == Upscale(network="pocket", layer="mid", seed=2, size=256, iterations=1)
    assert made.before == tuple(PastDream(params=dream) for dream in DREAMS[:2])
    with Image.open(tmp_path / "large.png") as large, Image.open(tmp_path / "bot.png") as still:
        assert large.size == (2 * still.size[0], 2 * still.size[1])
    assert run(monkeypatch, "upscale", str(source), "--like", "large.png", "-o", "again.png") == 0
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "large.png").read_bytes()
    assert run(monkeypatch, "upscale", "large.png", "-o", "eyes.png", "--subject", "eyes", *once) == 0
    assert imprint_of(tmp_path / "eyes.png").params.aim == ("subject", "eyes")


def test_other_pictures_become_larger_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    quick = ["--size", "256", "--iterations", "1", "--layer", "low", "--seed", "3"]
    assert run(monkeypatch, "upscale", str(photo(tmp_path / "cat.png")), *quick) == 0
    assert imprint_of(tmp_path / "cat-upscale.png").params.aim == ("layer", "low")
    with Image.open(tmp_path / "cat-upscale.png") as made:
        assert made.size[0] == 256


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        (Upscale(size=2048), "px already, and Upscale makes no image larger than"),
        (Dream(variations=4), "made by `dream`"),
    ],
)
def test_what_cannot_become_larger_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    params: AnyParams,
    sentence: str,
) -> None:
    (tmp_path / "a.png").write_bytes(a_note(generation_metadata.write(params)))
    assert run(monkeypatch, "upscale", "a.png") == 1
    assert sentence in " ".join(capsys.readouterr().err.split())
