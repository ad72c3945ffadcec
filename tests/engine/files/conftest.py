import pytest

from engine.files import decoder


@pytest.fixture(autouse=True)
def _time_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a picture may take is CPU time; by the clock a busy machine takes any time, and most where it is nice."""
    monkeypatch.setattr(decoder, "CLOCK_FACTOR", 100.0)
    monkeypatch.setattr(decoder, "NICE", "--as-the-others")
