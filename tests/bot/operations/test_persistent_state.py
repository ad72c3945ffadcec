from pathlib import Path

import pytest

from bot.operations import persistent_state


def test_what_is_kept_is_recalled(tmp_path: Path) -> None:
    note = tmp_path / "starts.json"
    persistent_state.write(note, {"short": 3})
    persistent_state.write(note, {"short": 4, "name": "Käfer"})
    assert persistent_state.read(note) == {"short": 4, "name": "Käfer"}
    assert [path.name for path in tmp_path.iterdir()] == ["starts.json"]


def test_a_note_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    note = tmp_path / "starts.json"
    persistent_state.write(note, {"short": 3})
    (tmp_path / ".starts.json.part").mkdir()
    persistent_state.write(note, {"short": 4})
    assert persistent_state.read(note) == {"short": 3}
    assert "starts.json cannot be written" in caplog.text


def test_what_is_no_note_says_so(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="none"):
        persistent_state.read(tmp_path / "none.json")
    (tmp_path / "half.json").write_text('{"short"')
    with pytest.raises(ValueError, match="Expecting"):
        persistent_state.read(tmp_path / "half.json")
