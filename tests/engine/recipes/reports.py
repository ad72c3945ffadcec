"""What a recipe of one picture reports: `reports => (steps, picture)`."""

from collections.abc import Iterable

from engine.ascent.progress import Frame, Progress


def steps_and_frame(reports: Iterable[Progress | Frame]) -> tuple[list[Progress], Frame]:
    """Steps, then one picture, and nothing else."""
    *steps, frame = reports
    assert isinstance(frame, Frame)
    assert all(isinstance(step, Progress) for step in steps)
    return [step for step in steps if isinstance(step, Progress)], frame
