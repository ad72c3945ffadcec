import wave
from pathlib import Path

import numpy as np
import pytest

from engine.audio.sound_file import read_sound
from engine.errors import BadAudio


def saved(path: Path, seconds: float, rate: int = 22_050, channels: int = 1) -> Path:
    """A WAV of a tone."""
    tone = (8000 * np.sin(np.arange(int(seconds * rate)) * 0.1)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(tone, channels).tobytes())
    return path


@pytest.mark.parametrize("channels", [1, 2])
def test_a_sound_keeps_its_length_at_any_rate(tmp_path: Path, channels: int) -> None:
    sound = read_sound(saved(tmp_path / "a.wav", 1.5, channels=channels))
    assert sound.seconds == pytest.approx(1.5, abs=0.01)
    assert 0.15 < np.abs(sound.mono()).max() < 0.3


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\x10\0\0\0WAVEfmt ", b"ID3" + bytes(500)])
def test_what_is_no_sound_is_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(data)
    with pytest.raises(BadAudio):
        read_sound(path)


def test_what_is_not_there_or_too_short_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadAudio, match="No such file"):
        read_sound(tmp_path / "none.mp3")
    with pytest.raises(BadAudio, match="too short"):
        read_sound(saved(tmp_path / "a.wav", 0.2))
