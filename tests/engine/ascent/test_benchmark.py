import pytest

from engine.ascent import benchmark


def test_it_prints_both_loops_and_their_ratio(capsys: pytest.CaptureFixture[str]) -> None:
    benchmark.main(["--size", "48", "--steps", "1", "--rounds", "1"])
    printed = capsys.readouterr().out
    assert "ours, bfloat16" in printed
    assert "textbook" in printed
    assert "1.00 x textbook" in printed
