"""What the check of images says of harmless ones, and what becomes of a child that dies, idles or lies."""

from __future__ import annotations

import io
import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from engine.errors import ImageUnchecked
from engine.files import nsfw_scorer, sanitizer
from engine.files.nsfw_scorer import NsfwScorer
from engine.files.tiny_film import tiny_film

PAINTINGS = Path(__file__).parents[3] / "bot" / "playground" / "paintings"
PHOTOS = ("astronaut", "chelsea", "coffee", "rocket")
HARMLESS = 0.3
"""Far below the threshold of the settings, 0.8."""
SECRET_KEPT = """
import json, os, pathlib, socket, subprocess, sys, threading
from engine.files import decoder_child, nsfw_scorer_child

def outcome(attempt):
    try:
        attempt()
    except BaseException as error:
        return type(error).__name__
    return "allowed"

scorer = nsfw_scorer_child.Scorer()
decoder_child.confine()
scorer.load()
secret = pathlib.Path(sys.argv[1])
before = outcome(secret.read_text)
decoder_child.seal()
scored = scorer.answer({"moving": False, "megapixels": 1.0}, sys.stdin.buffer.read())[0]
after = [outcome(secret.read_text), outcome(lambda: socket.socket()), outcome(lambda: subprocess.run(["/bin/true"])),
         outcome(os.fork), outcome(threading.Thread(target=print).start)]
print(json.dumps([before, after, scored, sorted({"torch", "discord"} & {*sys.modules})]))
"""
A_CHILD = """
import os
from engine.files import decoder_child

def answer(asked, data):
    if data == b"die":
        os.abort()
    while data == b"idle":
        pass
    return {"score": 2.0 if data == b"lie" else 0.25}, b""

decoder_child.seal = lambda: os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
decoder_child.serve_sealed(lambda: None, answer)
"""


def saved(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def harmless() -> dict[str, bytes]:
    from skimage import data

    photos = {name: saved(Image.fromarray(getattr(data, name)())) for name in PHOTOS}
    ours = {path.name: path.read_bytes() for path in sorted(PAINTINGS.glob("*.webp"))}
    return {name: sanitizer.clean(file, 256, 50.0).png for name, file in {**photos, **ours}.items()}


@pytest.mark.process
async def test_harmless_images_have_low_scores_and_a_killed_child_is_replaced() -> None:
    assert nsfw_scorer.is_installed()
    async with NsfwScorer() as scorer:
        assert not scorer.pids, "it costs nothing until somebody asks"
        images = harmless()
        scores = {name: await scorer.score(png) for name, png in images.items()}
        print({name: round(score, 4) for name, score in scores.items()})
        assert len(scores) >= len(PHOTOS) + 3
        assert max(scores.values()) < HARMLESS
        assert len({round(score, 6) for score in scores.values()}) == len(scores), "they are looked at, each"
        photo = Image.open(io.BytesIO(images["astronaut"]))
        gif = saved(photo, "GIF", save_all=True, append_images=[Image.new("RGB", photo.size)])
        pid = scorer.pids[0]
        assert scores["astronaut"] <= await scorer.score(saved(photo), gif) < HARMLESS, "the highest of all frames"
        assert 0.0 < await scorer.score(b"", tiny_film()) < HARMLESS
        for damaged in (b"hello", b"\0\0\0\x10ftypisom\0\0\0\0"):
            with pytest.raises(ImageUnchecked):
                await scorer.score(b"", damaged)
        assert scorer.pids[0] == pid, "what cannot be opened kills nobody"
        os.kill(pid, signal.SIGKILL)
        assert await scorer.score(saved(photo)) == scores["astronaut"]
        assert scorer.pids[0] != pid


@pytest.mark.process
def test_the_sealed_child_scores_and_can_open_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("token")
    command = [sys.executable, "-c", SECRET_KEPT, str(tmp_path / "secret")]
    street = saved(Image.open(PAINTINGS / "street.webp"))
    done = subprocess.run(command, input=street, check=True, capture_output=True)
    before, after, scored, loaded = json.loads(done.stdout)
    assert before == "allowed"
    assert "allowed" not in after
    assert 0.0 < scored["score"] < HARMLESS
    assert loaded == []


@pytest.mark.process
async def test_a_child_that_dies_idles_or_lies_is_replaced_and_nothing_is_let_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_child.py").write_text(A_CHILD)
    monkeypatch.setattr(nsfw_scorer, "CHILD", "a_child")
    monkeypatch.setattr(nsfw_scorer, "SECONDS", 0.05)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{os.environ.get('PYTHONPATH', '.')}:{Path.cwd()}")
    async with NsfwScorer() as scorer:
        assert await scorer.score(b"fine") == 0.25
        for trouble in (b"die", b"idle", b"lie"):
            with pytest.raises(ImageUnchecked):
                await scorer.score(trouble)
            assert await scorer.score(b"fine") == 0.25
        with pytest.raises(ImageUnchecked):
            await scorer.score(b"fine", b"die")


@pytest.mark.parametrize("said", [None, "0.5", 1, True, -0.1, 1.5, math.nan, math.inf, [0.5]])
def test_a_forged_score_is_none(said: object) -> None:
    with pytest.raises(ValueError, match="ours"):
        nsfw_scorer._check_score({"score": said}, b"")


def test_an_honest_answer_is_believed() -> None:
    assert nsfw_scorer._check_score({"score": 0.5}, b"") == 0.5
    assert isinstance(nsfw_scorer._check_score({"refused": "BrokenPicture", "facts": {}}, b""), ImageUnchecked)
    with pytest.raises(ValueError, match="ours"):
        nsfw_scorer._check_score([], b"")  # type: ignore[arg-type]


def test_without_the_package_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nsfw_scorer, "PACKAGE", "no_such_package")
    assert not nsfw_scorer.is_installed()
