"""`pareidolia zoom` to music and from the end of another, and `pareidolia screen`."""

from __future__ import annotations

import io
import socket
from pathlib import Path

import pytest
from PIL import Image

from engine.catalog.catalog import shipped_catalog
from engine.cli import screen_verb
from engine.cli.soundtrack import mp4_path, soundtrack
from engine.errors import AudioNeedsMp4, BadAudio, BadOption, PortTaken
from engine.files import sanitizer
from engine.params import Zoom, make
from tests.engine.audio.test_sound_file import saved
from tests.engine.cli.test_commands import SMALL, _own_data, imprinted, run  # noqa: F401

TINY = {"size": 128, "octaves": 1, "iterations": 1}


def test_a_zoom_goes_on_where_another_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moved = ["--motion", "once", "--speed", "3", "--rotate", "-20", "--drift-x", "0.1", "--fps", "10"]
    towards = ["--subject", "dogs > castles", "--model", "pocket"]
    assert run(monkeypatch, "zoom", "noise", "-o", "a.webp", "--frames", "8", *moved, *towards, *SMALL) == 0
    first = imprinted(tmp_path / "a.webp")
    assert (first["speed"], first["rotate"], first["drift_x"], first["fps"]) == (3, -20, 0.1, 10)
    assert (first["subject"], first["continued"]) == ("dogs > castles", False)
    assert run(monkeypatch, "zoom", "a.webp", "--continue", "-o", "b.webp") == 0
    second = imprinted(tmp_path / "b.webp")
    assert second == {**first, "continued": True, "seed": second["seed"]}
    begun, ended = (picture_of(tmp_path / name, last=last) for name, last in (("b.webp", False), ("a.webp", True)))
    other = picture_of(tmp_path / "a.webp", last=False)
    assert distance(begun, ended) < 0.5 * distance(begun, other)


def picture_of(path: Path, *, last: bool) -> Image.Image:
    made = sanitizer.clean(path.read_bytes(), 128, 1.0, last=last)
    assert (made.frame, made.frames) == (8 if last else 1, 8)
    with Image.open(io.BytesIO(made.png)) as opened:
        return opened.convert("L").resize((32, 32))


def distance(one: Image.Image, other: Image.Image) -> float:
    return sum(abs(a - b) for a, b in zip(one.tobytes(), other.tobytes(), strict=True)) / 32**2


def test_a_film_is_as_long_as_its_song(tmp_path: Path) -> None:
    song = saved(tmp_path / "song.wav", 2.0)
    wanted = make(Zoom, shipped_catalog(), fps=10)
    whole = soundtrack(wanted, song, None, whole=True)
    assert whole.params.frames == len(whole.pulses) == 20
    assert sum(whole.pulses) == pytest.approx(20)
    part = soundtrack(make(Zoom, shipped_catalog(), fps=10, frames=9), song, tmp_path / "a.mp4", whole=False)
    assert part.params.frames == len(part.pulses) == 9


def test_what_cannot_go_with_a_song_is_a_sentence(tmp_path: Path) -> None:
    song = saved(tmp_path / "song.wav", 2.0)
    wanted = make(Zoom, shipped_catalog())
    with pytest.raises(AudioNeedsMp4):
        soundtrack(wanted, song, tmp_path / "a.gif", whole=True)
    with pytest.raises(BadOption, match="boomerang"):
        soundtrack(wanted.model_copy(update={"motion": "boomerang"}), song, None, whole=True)
    with pytest.raises(BadAudio):
        soundtrack(wanted, tmp_path / "none.mp3", None, whole=True)


def test_a_song_goes_into_an_mp4(tmp_path: Path) -> None:
    assert mp4_path(None, "cat-zoom") == Path("cat-zoom.mp4")
    assert mp4_path(tmp_path, "cat-zoom") == tmp_path / "cat-zoom.mp4"
    assert mp4_path(tmp_path / "a.mp4", "cat-zoom") == tmp_path / "a.mp4"


def test_the_screen_dreams_without_an_end() -> None:
    wanted = make(Zoom, shipped_catalog(), layer="low", frames=8, network="pocket", **TINY)
    frames = screen_verb._files(wanted, None)
    first = [next(frames) for _ in range(10)]
    assert {data[:2] for data in first} == {b"\xff\xd8"}
    assert len(set(first)) == 10
    frames.close()  # type: ignore[attr-defined]


def test_a_port_that_is_taken_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        wanted = make(Zoom, shipped_catalog(), network="pocket", **TINY)
        with pytest.raises(PortTaken):
            screen_verb._show(wanted, None, taken.getsockname()[1])
