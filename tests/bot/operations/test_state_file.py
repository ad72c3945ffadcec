from pathlib import Path

import pytest

from bot.operations import state_file


def test_what_is_kept_is_recalled(tmp_path: Path) -> None:
    note = tmp_path / "starts.json"
    state_file.write(note, {"short": 3})
    state_file.write(note, {"short": 4, "name": "Käfer"})
    assert state_file.read(note) == {"short": 4, "name": "Käfer"}
    assert [path.name for path in tmp_path.iterdir()] == ["starts.json"]


def test_a_note_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    note = tmp_path / "starts.json"
    state_file.write(note, {"short": 3})
    (tmp_path / ".starts.json.part").mkdir()
    state_file.write(note, {"short": 4})
    assert state_file.read(note) == {"short": 3}
    assert "starts.json cannot be written" in caplog.text


def test_what_is_no_note_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        state_file.read(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"short"')
    with pytest.raises(ValueError, match="Expecting"):
        state_file.read(tmp_path / "half.json")
