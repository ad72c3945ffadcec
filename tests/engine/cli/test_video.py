"""`pareidolia video`."""

from pathlib import Path

import av
import pytest

from engine.errors import NotAVideo, Refusal, StillVideo
from tests.engine.cli.test_commands import _own_data, imprinted, run  # noqa: F401
from tests.engine.video.small_videos import mp4, pillow, squares

QUICK = ["--model", "pocket", "--layer", "low", "--octaves", "1", "--iterations", "1", "--fps", "8"]


def test_a_video_keeps_its_sound_and_says_how_it_was_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "in.mp4").write_bytes(mp4(squares(), sound=True))
    asked = ["--size", "128", "--start", "0.5", "--seed", "7", *QUICK]
    assert run(monkeypatch, "video", "in.mp4", "-o", "out.mp4", *asked) == 0
    with av.open(str(tmp_path / "out.mp4")) as film:
        assert len(list(film.decode(video=0))) == 4
        assert film.streams.audio
    made = imprinted(tmp_path / "out.mp4")
    assert [made[name] for name in ("recipe", "start", "seed", "size", "fps")] == ["video", 0.5, 7, 128, 8]
    (tmp_path / "in.gif").write_bytes(pillow(squares(3)))
    assert run(monkeypatch, "video", "in.gif", "-o", "out.gif", "--like", "out.mp4", "--start", "0") == 0
    assert imprinted(tmp_path / "out.gif") == {**made, "start": 0, "format": "gif"}


@pytest.mark.parametrize(("data", "kind"), [(b"no video", NotAVideo), (pillow(squares(1)), StillVideo)])
def test_what_is_no_video_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes,
    kind: type[Refusal],
) -> None:  # fmt: skip
    (tmp_path / "in.gif").write_bytes(data)
    assert run(monkeypatch, "video", "in.gif", *QUICK) == 1
    assert str(kind()) in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "in-video.mp4").exists()
