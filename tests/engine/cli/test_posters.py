"""Prints: how large on which paper, what they take, and what a file says of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import typer
from PIL import Image

from engine import errors
from engine.catalog.catalog import shipped_catalog
from engine.cli import posters
from engine.cli.posters import Estimate, Print, estimate_bytes, fit_paper
from engine.files.generation_metadata import Imprint
from engine.params import Dream, Poster, Zoom, make
from engine.params import poster as poster_params
from engine.runtime import Runtime
from tests.engine.cli.test_commands import _own_data, photo, run  # noqa: F401


@pytest.fixture
def poster_of_noise(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(poster_params, "LARGEST_DREAM", 512)
    return ["--size", "1024", "--octaves", "1", "--iterations", "1", "--steps", "1", "--layer", "low", "--seed", "7"]


@pytest.mark.parametrize(
    ("paper", "dpi", "edges", "wanted"),
    [
        ("A3", 300, (420, 297), Print(4961, 300)),
        ("a3", 150, (297, 420), Print(2480, 150)),
        ("A2", 300, (1000, 1000), Print(4961, 300)),
        ("A3", 300, (3000, 1000), Print(4961, 300)),
        ("50 x 70 cm", 300, (500, 700), Print(8192, 297)),
        ("50x70", 150, (700, 500), Print(4134, 150)),
        ("A4", 30, (700, 500), Print(1024, 30)),
    ],
)
def test_a_print_is_as_large_as_fits_on_its_paper(paper: str, dpi: int, edges: tuple[int, int], wanted: Print) -> None:
    assert fit_paper(paper, dpi, edges) == wanted


def test_a_paper_that_is_not_known_is_a_sentence() -> None:
    with pytest.raises(errors.UnknownPaper, match=r'no paper "letter".* A4, A3, A2, 50x70.*--size'):
        posters.find_paper("letter")


def test_what_it_takes_is_counted_and_fits_what_was_promised() -> None:
    assert estimate_bytes((4096, 4096)) < 2.0e9
    assert estimate_bytes((8192, 8192)) < 5.0e9
    assert estimate_bytes((4096, 2048)) < estimate_bytes((4096, 4096))


def test_more_memory_than_there_is_says_what_would_fit(runtime: Runtime) -> None:
    made = make(Poster, shipped_catalog(), size=8192)
    runtime.memory = 2 * 10**9
    with pytest.raises(errors.PosterMemory, match=r"A poster of 8192 px needs about \d+ MB.*Choose --size \d+ or less"):
        posters.estimate(made, (8192, 8192), runtime)
    runtime.memory = 10**8
    with pytest.raises(errors.PosterMemory, match="Close other programs"):
        posters.estimate(made, (8192, 8192), runtime)


def test_time_is_measured_and_grows_with_what_is_asked_for(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posters, "_seconds_per_work", lambda *_: 2.0)
    small, large = (make(Poster, shipped_catalog(), size=size) for size in (2048, 4096))
    short, long, strip = (
        posters.estimate(one, size, runtime).seconds
        for one, size in ((small, (2048, 2048)), (large, (4096, 4096)), (large, (4096, 1024)))
    )
    assert long == pytest.approx(2 * large.work())
    assert short < long
    assert strip == pytest.approx(long / 4)


def test_a_moment_of_the_networks_is_timed(runtime: Runtime) -> None:
    assert posters._seconds_per_work(make(Poster, shipped_catalog(), layer="low"), runtime) > 0


@pytest.mark.parametrize(("seconds", "words"), [(0.1, "1 s"), (40, "40 s"), (720, "12 min"), (9000, "2.5 h")])
def test_durations_in_words(seconds: float, words: str) -> None:
    assert posters.duration(seconds) == words
    assert f"about {words}," in posters.sentence(Poster(), (4096, 2048), Estimate(seconds, 10**9))


def test_it_is_like_a_dream_or_a_poster() -> None:
    dream = make(Dream, shipped_catalog(), subject="eyes", seed=7, size=384, keep=0.5)
    kept = make(Poster, shipped_catalog(), **posters.options_of(Imprint(dream)))
    assert (kept.aim, kept.seed, kept.size) == (("subject", "eyes"), 7, Poster().size)
    assert make(Poster, shipped_catalog(), **posters.options_of(Imprint(kept))) == kept
    with pytest.raises(errors.OtherRecipe):
        posters.options_of(Imprint(Zoom()))


@pytest.mark.parametrize("name", ["print.png", "print.jpg"])
def test_the_file_says_how_many_dots_an_inch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    poster_of_noise: list[str], name: str,
) -> None:  # fmt: skip
    strip = photo(tmp_path / "strip.png")
    with Image.open(strip) as whole:
        whole.crop((0, 0, 90, 9)).save(strip)
    assert run(monkeypatch, "poster", str(strip), "-o", name, "--dpi", "150", "--json", *poster_of_noise) == 0
    said = capsys.readouterr()
    assert " cm at 150 dpi: about" in " ".join(said.err.split())
    assert json.loads(said.out)["width"] == 1024
    with Image.open(tmp_path / name) as made:
        assert made.info["dpi"] == pytest.approx((150, 150), abs=0.02)
        assert made.size[0] == 1024


def test_a_paper_and_a_size_are_one_too_many(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "poster", "noise", "--paper", "A3", "--size", "2048") == 1
    assert errors.OptionConflict.code in capsys.readouterr().err


def test_where_somebody_looks_on_it_is_asked_first(
    monkeypatch: pytest.MonkeyPatch, poster_of_noise: list[str], tmp_path: Path
) -> None:
    asked: list[str] = []

    def refuse(question: str, **_: object) -> None:
        asked.append(question)
        raise typer.Abort

    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(typer, "confirm", refuse)
    assert run(monkeypatch, "poster", "noise", "-o", "a.png", *poster_of_noise) == 1
    assert asked
    assert not (tmp_path / "a.png").exists()
