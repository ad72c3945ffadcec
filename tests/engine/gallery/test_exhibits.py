import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

from engine.canvas.noise import coloured_noise
from engine.catalog.catalog import shipped_catalog
from engine.encoders.encoder import Encoded
from engine.gallery import __main__ as command
from engine.gallery import exhibits, films
from engine.gallery.contact_sheets import Layout, webp
from engine.gallery.exhibits import ASKED, DEFAULT, FILM_BYTES, NETWORK, PAGE_BYTES, QUICK, VARIED, Gallery
from engine.gallery.sources import SHOWN
from engine.networks.loading import load
from engine.networks.network import Network
from engine.params import Channel, Concept, Dream, Morph, make
from engine.runtime import Runtime
from tests.engine import small_networks

BRIEF = exhibits.Scale(128, {"octaves": 1, "iterations": 2})


@pytest.fixture(scope="module")
def small() -> dict[str, Network]:
    """What hangs where does not depend on what networks know."""
    lites = {name: small_networks.narrow_lite(name) for name in ("lite1", "lite2")}
    return {**lites, "pocket": load("pocket")}  # whose sketches make two concepts differ


@pytest.fixture
def shipped(small: dict[str, Network]) -> Runtime:
    """In place of the shipped networks."""
    return Runtime("cpu", "float32", loader=small.__getitem__)


@pytest.fixture(autouse=True)
def drawn_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source is noise: what the sources look like is tested beside them."""

    def noise(kind: str, width: int) -> Tensor:
        return coloured_noise((width * 3 // 4, width), torch.Generator().manual_seed(sum(map(ord, kind))))

    monkeypatch.setattr(exhibits, "source", noise)
    monkeypatch.setattr(films, "source", noise)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


@pytest.fixture(autouse=True)
def pages(monkeypatch: pytest.MonkeyPatch) -> list[Image.Image]:
    """Every sheet as it was before it became a file."""
    kept: list[Image.Image] = []

    def keep(made: Sequence[Image.Image], limit: int, fps: int = 12) -> Encoded:
        kept.extend(made)
        return webp(made, limit, fps)

    monkeypatch.setattr(exhibits, "webp", keep)
    return kept


def hung(page: Image.Image, layout: Layout) -> list[bytes]:
    """The pictures of a sheet, row by row."""
    assert page.size == layout.size
    places = [layout.place(row, column) for row in range(layout.rows) for column in range(layout.columns)]
    width, height = layout.cell
    return [page.crop((x, y, x + width, y + height)).tobytes() for x, y in places]


def no_two_alike(pictures: Sequence[bytes]) -> bool:
    return len(set(pictures)) == len(pictures)


def test_kinds_hang_in_rows_under_what_was_asked(
    shipped: Runtime, pages: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibits, "ASKED", {"low": {"layer": "low"}, "high": {}})
    monkeypatch.setattr(exhibits, "SHOWN", SHOWN[:3])
    told: list[str] = []
    made = Gallery(shipped, QUICK, told.append).kinds()
    assert no_two_alike(hung(pages[-1], Layout(3, 3, (54, 40), headed=True)))
    assert opened(made.data).format == "WEBP"
    assert len(made.data) <= PAGE_BYTES
    assert [line for line in told if line.startswith("source")] == [f"source: {kind}" for kind in SHOWN[:3]]
    assert f"{next(iter(SHOWN))}: default" in told


def test_options_are_varied_alone_and_the_default_is_dreamed_once(shipped: Runtime, pages: list[Image.Image]) -> None:
    told: list[str] = []
    scale = exhibits.Scale(128, {"layer": "low", "octaves": 1}, {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exhibits, "VARIED", {"iterations": (1, 12), "strength": (1, 2)})
        Gallery(shipped, scale, told.append).octaves()
    few, default, plain, strong = hung(pages[-1], Layout(2, 2, (128, 96), captioned=True))
    assert default == plain
    assert no_two_alike([few, default, strong])
    assert sum(line.startswith("pet:") for line in told) == 3


def test_first_light_is_a_photo_and_three_layers(shipped: Runtime, pages: list[Image.Image]) -> None:
    Gallery(shipped, BRIEF, lambda _line: None).first_light()
    assert no_two_alike(hung(pages[-1], Layout(2, 2, (128, 96), captioned=True)))


def test_detail_hangs_beside_what_is_only_larger(shipped: Runtime, pages: list[Image.Image]) -> None:
    Gallery(shipped, BRIEF, lambda _line: None).details()
    assert no_two_alike(hung(pages[-1], Layout(1, 2, (128, 96), captioned=True)))


def test_every_other_way_hangs_beside_its_name(shipped: Runtime, pages: list[Image.Image]) -> None:
    Gallery(shipped, BRIEF, lambda _line: None).ways()
    assert no_two_alike(hung(pages[-1], Layout(2, 4, (128, 96), captioned=True)))


def test_a_concept_hangs_square_beside_others(
    shipped: Runtime, pages: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibits, "NETWORK", "pocket")
    monkeypatch.setattr(exhibits, "CONCEPTS", (("eyes",), ("castle",)))
    monkeypatch.setattr(exhibits, "CONCEPT_SIDE", 128)
    Gallery(shipped, QUICK, lambda _line: None).concepts()
    assert no_two_alike(hung(pages[-1], Layout(2, 1, (128, 128), captioned=True)))


def test_pictures_hang_beside_what_paintings_make_of_them(
    pages: list[Image.Image], monkeypatch: pytest.MonkeyPatch, shipped: Runtime
) -> None:
    monkeypatch.setattr(exhibits, "NETWORK", "pocket")
    monkeypatch.setattr(exhibits, "STYLED", (("pet", ("glass", "wave")),))
    monkeypatch.setattr(exhibits, "STYLE_SIDE", 128)
    Gallery(shipped, exhibits.Scale(128, style={"octaves": 1, "iterations": 1}), lambda _line: None).style()
    assert no_two_alike(hung(pages[-1], Layout(1, 3, (96, 72), captioned=True)))


def test_skies_hang_above_their_dreams_and_photographs_beside_what_they_become(
    shipped: Runtime, pages: list[Image.Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exhibits, "SKIES", exhibits.SKIES[:2])
    monkeypatch.setattr(exhibits, "TOWARDS", dict([*exhibits.TOWARDS.items()][:1]))
    gallery = Gallery(shipped, exhibits.Scale(128, {"octaves": 1, "iterations": 1}), lambda _line: None)
    gallery.clouds()
    assert no_two_alike(hung(pages[-1], Layout(2, len(exhibits.SKIES), (96, 72))))
    # a step alone is no more than the photo's light and the waves that every thing begins with
    Gallery(shipped, exhibits.Scale(128, {"octaves": 1, "iterations": 4}), lambda _line: None).subjects()
    assert no_two_alike(hung(pages[-1], Layout(len(exhibits.TOWARDS), 3, (128, 96), captioned=True)))


def test_pages_hang_two_thirds_as_large_as_in_a_chat(shipped: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exhibits, "NETWORK", "pocket")  # whose pages are made in a third of the time
    monkeypatch.setattr(Channel, "SEARCHING", 2)
    gallery = Gallery(shipped, exhibits.Scale(128, BRIEF.dream, page={"iterations": 2}), lambda _line: None)
    assert gallery.see().width == round(1280 * 2 / 3)
    assert gallery.channel().width == round(1024 * 2 / 3)


def test_a_zoom_is_a_film_that_loops(shipped: Runtime) -> None:
    made = Gallery(shipped, QUICK, lambda _line: None).zoom()
    film = opened(made.data)
    assert film.n_frames == QUICK.zoom["frames"]  # type: ignore[attr-defined]
    assert film.info["loop"] == 0
    assert len(made.data) <= FILM_BYTES


def test_a_morph_is_a_film_and_hybrids_are_pictures(shipped: Runtime, pages: list[Image.Image]) -> None:
    gallery = Gallery(shipped, QUICK, lambda _line: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(exhibits.MORPHED, "network", "pocket")
        patch.setitem(exhibits.MORPHED, "subject", "castle > rose")
        made = gallery.morph()
    assert 1 < opened(made.data).n_frames <= QUICK.morph["frames"]  # type: ignore[attr-defined]
    assert len(made.data) <= exhibits.MORPH_BYTES
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exhibits, "NETWORK", "pocket")
        patch.setattr(exhibits, "HYBRIDS", (("castle + rose", 1), ("rose", 1)))
        patch.setattr(exhibits, "HYBRID_SIDE", 128)
        assert len(gallery.hybrids().data) <= exhibits.HYBRID_BYTES
    assert no_two_alike(hung(pages[-1], Layout(1, 2, (128, 128), captioned=True)))


def test_a_video_moves(shipped: Runtime, pages: list[Image.Image]) -> None:
    made = Gallery(shipped, QUICK, lambda _line: None).video()
    assert opened(made.data).n_frames == len(pages) == 4  # type: ignore[attr-defined]
    assert (made.width, made.height) == (128, 96)
    assert len(made.data) <= exhibits.VIDEO_BYTES
    assert no_two_alike([page.tobytes() for page in pages])


def test_everything_that_is_asked_can_be_asked() -> None:
    for options in ASKED.values():
        make(Dream, shipped_catalog(), network=NETWORK, **options)
    for option, values in VARIED.items():
        for value in values:
            assert make(Dream, shipped_catalog(), network=NETWORK, **{option: value}) is not None
        assert Dream.model_fields[option].default in values
    assert ASKED[DEFAULT] == {}
    for subject in (one for subjects in exhibits.TOWARDS.values() for one, *_ in subjects):
        make(Dream, shipped_catalog(), network=NETWORK, subject=subject)
    assert make(Morph, shipped_catalog(), **exhibits.MORPHED) is not None
    for words, seed in exhibits.HYBRIDS:
        assert make(Concept, shipped_catalog(), network=NETWORK, subject=words, seed=seed) is not None


def test_what_is_committed_stays_below_what_a_checkout_may_weigh() -> None:
    sizes = {path.name: path.stat().st_size for path in (Path(__file__).parents[3] / "docs" / "gallery").iterdir()}
    assert max(sizes.values(), default=0) <= 700_000
    assert sum(sizes.values()) <= 4_000_000


def test_the_command_writes_what_it_was_asked_for(
    shipped: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_runtime", lambda _weights, _threads: shipped)
    command.main(["--out", str(tmp_path / "new" / "folder"), "--only", "zoom", "--quick"])
    assert [path.name for path in (tmp_path / "new" / "folder").iterdir()] == ["zoom.webp"]
    printed = capsys.readouterr()
    assert "zoom.webp: 128 x 96" in printed.out
    assert "zoom 8/8" in printed.err
    with pytest.raises(SystemExit):
        command.main(["--out", str(tmp_path), "--only", "sculptures"])


def test_photographs_that_are_missing_are_named(
    shipped: Runtime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def missing(_kind: str, _width: int) -> Tensor:
        raise ModuleNotFoundError(name="skimage")

    monkeypatch.setattr(exhibits, "source", missing)
    monkeypatch.setattr(command, "_runtime", lambda _weights, _threads: shipped)
    with pytest.raises(SystemExit, match=r"skimage is not installed.*make setup"):
        command.main(["--out", str(tmp_path), "--only", "kinds", "--quick"])
