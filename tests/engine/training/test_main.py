"""The command line."""

from pathlib import Path

import pytest

from engine.training.__main__ import parser


def test_a_run_has_a_length() -> None:
    asked = parser().parse_args(["fit", "--sprites", "art", "--out", "run", "--steps", "9"])
    assert (asked.steps, asked.minutes, asked.out) == (9, None, Path("run"))
    with pytest.raises(SystemExit):
        parser().parse_args(["fit", "--sprites", "art", "--out", "run"])


def test_measures_are_named_and_a_wrong_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = parser().parse_args(["judge", "--sprites", "art", "--only", "fresh,alive", "--random", "--json"])
    assert (asked.only, asked.random, asked.json, asked.weights) == (["fresh", "alive"], True, True, None)
    with pytest.raises(SystemExit):
        parser().parse_args(["judge", "--sprites", "art", "--only", "beauty"])
    assert "there is fresh, unseen" in capsys.readouterr().err


def test_the_table_that_is_rewritten_is_the_products() -> None:
    asked = parser().parse_args(["subjects", "--sprites", "art"])
    assert asked.out.name == "subjects.toml"
    assert asked.out.is_file()
