"""The words after `python -m bot`."""

import subprocess
import sys
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


IMPORT = """
import gc, sys
from bot.__main__ import import_app
assert "discord" not in sys.modules, "of no use to other words"
runs = []
gc.callbacks.append(lambda phase, _: runs.append(phase == "start"))
import_app()
print(sum(runs), gc.isenabled(), gc.get_freeze_count() > 10 * len(gc.get_objects()), "bot.app" in sys.modules)
"""


def test_garbage_is_not_looked_for_while_the_bot_is_imported_nor_in_it_afterwards() -> None:
    told = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True).stdout.split()
    assert told[1:] == ["True"] * 3
    assert int(told[0]) <= 1
