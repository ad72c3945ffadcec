"""Several films as one: in their order, of one size, and no frame twice where one goes on from another."""

import io

import av
import pytest
from PIL import Image

from engine.encoders import film_joiner_child
from engine.errors import BrokenVideo
from engine.video.film_joiner import JointFilm, join

WANTED = JointFilm(64, 10, 20, 1, 10**6)


def film(colour: int, size: tuple[int, int] = (64, 48), count: int = 4) -> bytes:
    frames = [Image.new("RGB", size, (colour, 20 * at, 90)) for at in range(count)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=100, lossless=True)
    return out.getvalue()


def reds(data: bytes) -> list[int]:
    """The red of every frame's first point."""
    with av.open(io.BytesIO(data), "r") as opened:
        return [int(frame.to_ndarray(format="rgb24")[0, 0, 0]) for frame in opened.decode(video=0)]


def test_films_follow_one_another() -> None:
    made = film_joiner_child.make([film(30), b"no film", film(200, (32, 32))], WANTED)
    found = reds(made)
    assert len(found) == 4 + 3, "its first frame is where the one before ended"
    assert [one > 100 for one in found] == [False] * 4 + [True] * 3
    with av.open(io.BytesIO(made), "r") as opened:
        stream = opened.streams.video[0]
        assert (stream.width, stream.height, float(stream.average_rate or 0)) == (64, 48, 20.0)


@pytest.mark.parametrize(("stride", "left"), [(1, [0, 1, 2, 3, 4, 5]), (2, [0, 2, 4, 5]), (5, [0, 5]), (9, [0, 5])])
def test_where_there_are_many_some_are_left_out_and_never_the_last(stride: int, left: list[int]) -> None:
    assert list(film_joiner_child.every(range(6), stride)) == left


@pytest.mark.slow
async def test_a_process_of_its_own_makes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(reds(await join([film(30)], WANTED))) == 4
    monkeypatch.setattr("engine.video.film_joiner.CHILD", "engine.video.no_such_child")
    with pytest.raises(BrokenVideo):
        await join([film(30)], WANTED)


def test_of_nothing_comes_nothing() -> None:
    assert film_joiner_child.make([b"no film"], WANTED) == b""
