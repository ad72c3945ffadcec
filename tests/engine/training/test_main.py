"""The command line."""

from pathlib import Path

import pytest

from engine.training.__main__ import parser


def test_a_run_has_a_length() -> None:
    asked = parser().parse_args(["fit", "--sprites", "art", "--out", "run", "--steps", "9"])
    assert (asked.steps, asked.minutes, asked.out) == (9, None, Path("run"))
    with pytest.raises(SystemExit):
        parser().parse_args(["fit", "--sprites", "art", "--out", "run"])
