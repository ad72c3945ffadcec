"""`pareidolia zoom` to music and from the end of another, and `pareidolia screen`."""

from __future__ import annotations

import socket
from pathlib import Path

import av
import pytest
from PIL import Image

from engine.catalog.catalog import shipped_catalog
from engine.cli import screen_verb
from engine.cli.soundtrack import mp4_path, soundtrack
from engine.errors import AudioNeedsMp4, BadAudio, BadOption, PortTaken
from engine.params import Zoom, make
from engine.video.reader import Wanted, open_clip
from tests.engine.audio.test_sound_file import saved
from tests.engine.cli.test_commands import SMALL, _own_data, imprinted, run  # noqa: F401

TINY = {"size": 128, "octaves": 1, "iterations": 1}


@pytest.mark.parametrize("kind", ["webp", "gif", "mp4"])
def test_a_zoom_goes_on_where_another_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str) -> None:
    moved = ["--motion", "once", "--speed", "3", "--rotate", "-20", "--drift-x", "0.1", "--fps", "10"]
    towards = ["--subject", "dogs > castles", "--model", "pocket"]
    assert run(monkeypatch, "zoom", "noise", "-o", f"a.{kind}", "--frames", "8", *moved, *towards, *SMALL) == 0
    first = imprinted(tmp_path / f"a.{kind}")
    assert first["format"] == kind
    assert (first["speed"], first["rotate"], first["drift_x"], first["fps"]) == (3, -20, 0.1, 10)
    assert (first["subject"], first["continued"]) == ("dogs > castles", False)
    assert run(monkeypatch, "zoom", f"a.{kind}", "--continue", "-o", f"b.{kind}") == 0
    second = imprinted(tmp_path / f"b.{kind}")
    assert second == {**first, "continued": True, "seed": second["seed"]}
    before, after = (ends(tmp_path / f"{name}.{kind}") for name in "ab")
    assert distance(after[0], before[1]) < 0.5 * distance(after[0], before[0])


def ends(path: Path) -> tuple[Image.Image, Image.Image]:
    """The first and the last of its 8 frames."""
    with path.open("rb") as file, open_clip(file, Wanted(0, 2, 10, 128)) as clip:
        shown = [Image.frombytes("RGB", (clip.width, clip.height), pixels) for pixels in clip.frames]
    assert len(shown) == 8
    first, *_, last = (one.convert("L").resize((32, 32)) for one in shown)
    return first, last


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


def test_a_song_is_heard_for_as_long_as_there_are_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    song = str(saved(tmp_path / "song.wav", 2.0))
    asked = ["--audio", song, "--frames", "8", "--fps", "8", "--model", "pocket", "--layer", "low"]
    assert run(monkeypatch, "zoom", "noise", "-o", "a.mp4", *asked, *SMALL) == 0
    with av.open(str(tmp_path / "a.mp4")) as film:
        assert sum(1 for _ in film.decode(video=0)) == 8
        heard = film.streams.audio[0]
        assert float((heard.duration or 0) * (heard.time_base or 0)) == pytest.approx(1.0, abs=0.1)


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
