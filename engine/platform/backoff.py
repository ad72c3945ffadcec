"""Pauses between attempts, each twice as long as the one before: `how many failed => seconds`."""

DOUBLINGS = 30
"""More would only make the number larger than a float can be."""


def pause_s(failed: int, first_s: float, longest_s: float) -> float:
    """Seconds to wait after so many attempts failed in a row; none after none."""
    return float(min(longest_s, first_s * 2 ** min(failed - 1, DOUBLINGS))) if failed > 0 else 0.0
