"""The words after `python -m bot`."""

from pathlib import Path

import pytest

from bot.__main__ import main


def test_an_unknown_word_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dance"]) == 2
    assert "dance" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_whoever_asks_for_help_gets_it(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert main([word]) == 0
    assert "doctor" in capsys.readouterr().out


def test_without_a_token_it_ends_with_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_dir: Path
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setattr("bot.app.logs.start", lambda settings, process: None)
    assert main([]) == 2
    assert "pareidolia setup" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "said"), [("0/2", "fleet"), ("2/2", "0-3/16")])
def test_shards_that_cannot_be_kept_end_with_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data_dir: Path, words: str, said: str
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.setattr("bot.app.logs.start", lambda settings, process: None)
    assert main(["run", "--no-engine", "--shards", words]) == 2
    assert said in capsys.readouterr().err
