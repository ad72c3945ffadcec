"""The parts at work on a small network: what they count, say and leave behind. No figure of theirs is held here."""

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from engine.ascent.progress import Frame, Progress, Report
from engine.canvas.motion import MovingPicture
from engine.canvas.noise import coloured_noise
from engine.catalog.catalog import Catalog, Subject
from engine.judge import __main__ as command
from engine.judge import lite0, moving, picture_maker, recognition, reference, seeds, surface, timing
from engine.judge.bounds import BOUNDS, Figure, table
from engine.judge.contact_sheets import contact_sheets
from engine.judge.examination import Exam, PartResult, share
from engine.judge.picture_maker import PictureMaker
from engine.networks.network import Network
from engine.params import AnyParams, Upscale, make
from engine.runtime import Runtime


@pytest.fixture(autouse=True)
def painted_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every source is noise, and every recipe gives it back a little lighter."""

    def noise(kind: str, width: int) -> Tensor:
        return coloured_noise((width * 3 // 4, width), torch.Generator().manual_seed(len(kind)))

    def recipe(params: object, before: Tensor | None, _runtime: Runtime, **_others: object) -> Iterator[Report]:
        picture = (torch.zeros(3, 144, 192) if before is None else before) * 0.9 + 0.1
        yield Progress(1, 1, lambda: picture, (144, 192))
        yield Frame(0, 1, picture)

    monkeypatch.setattr(picture_maker, "source", noise)
    monkeypatch.setattr(picture_maker, "recipes", SimpleNamespace(run=recipe))
    monkeypatch.setattr(timing, "recipes", SimpleNamespace(run=recipe))
    monkeypatch.setattr(moving, "recipes", SimpleNamespace(run=recipe))


@pytest.fixture(scope="module")
def judge() -> Network:
    return lite0.load()


@pytest.fixture
def exam(judge: Network, runtime: Runtime, tmp_path: Path) -> Exam:
    return Exam(PictureMaker(runtime, tmp_path, side=192, tell=lambda _line: None), judge, 2)


def test_classes_are_drawn_once_and_for_all(exam: Exam) -> None:
    assert exam.draw_classes(100) == exam.draw_classes(100)
    assert len(set(Exam(exam.maker, exam.judge).draw_classes(100))) == 100
    assert Exam(exam.maker, exam.judge).draw_classes(100)[:2] == exam.draw_classes(100)


def test_concepts_are_looked_at_whole_and_in_three_ways(exam: Exam) -> None:
    found = recognition.concepts(exam)
    assert [figure.name for figure in found.figures] == ["concept first", "concept in five"]
    assert [row[0] for row in found.rows[:2]] == [exam.labels[at] for at in exam.draw_classes(100)]
    assert all(len(row) == len(found.heads) for row in found.rows)
    assert len(list((exam.maker.out / "concepts").glob("*.png"))) == 2


def test_subjects_are_classes_and_groups_on_five_photographs(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    cats = Subject(layer="evidence", about="cats", emoji="🐈", classes=("tabby", "tiger cat"))
    known = {"cats": cats}
    monkeypatch.setattr(Catalog, "subjects", lambda _self, _network: known)
    monkeypatch.setattr(Catalog, "meanings", lambda _self, _network, word: (known.get(word, cats),))
    monkeypatch.setattr(recognition, "make", lambda kind, *_, **_options: kind(network="lite2", size=192))
    everything = recognition.subjects_to_judge(exam)
    assert everything[-1].word == "cats"
    assert [exam.labels[at] for at in everything[-1].wanted] == ["tabby", "tiger cat"]
    found = recognition.subjects(exam)
    assert [len(row) for row in found.rows] == [7, 7, 7]
    assert {figure.name for figure in found.figures} == {"subject raised", "subject first", "subject in five"}


def test_a_surface_is_dreamed_once_for_every_part(exam: Exam) -> None:
    told: list[str] = []
    exam.maker.tell = told.append
    woven, changed = surface.measure_weave(exam), surface.measure_change(exam)
    assert len(told) == len(set(told)) == len({*surface.WEAVE_KINDS, *surface.RIM_KINDS})
    assert woven.figures[0].name == "weave"
    assert [figure.name for figure in changed.figures] == ["changed", "rim"]


def test_seeds_are_compared_on_every_kind(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "SIDE", 192)
    found = seeds.measure_seeds(exam)
    assert [figure.name for figure in found.figures] == ["seeds of layers", "seeds of subjects", "seeds of concepts"]
    assert [figure.value for figure in found.figures] == pytest.approx([1.0] * 3), "this recipe knows no seed"
    assert [row[0] for row in found.rows] == [
        *(f"{kind}, {word}" for word in ("high", "dogs", "castles") for kind in ("cumulus", "leaves")),
        *(f"nothing, {word}" for word in seeds.CONCEPTS),
    ]
    assert len(list((exam.maker.out / "seeds").glob("*.png"))) == len(found.rows) * len(seeds.SEEDS)


def test_every_kind_is_there_to_be_looked_at(exam: Exam) -> None:
    assert surface.dream_every_kind(exam) == PartResult([])
    assert len(exam.maker.made["kinds"]) == 2


def test_every_recipe_is_timed(exam: Exam) -> None:
    found = timing.speed(exam)
    assert {figure.name for figure in found.figures} == {"first preview", "between previews", *timing.TIMED}
    assert [row[0] for row in found.rows] == list(timing.TIMED)


def test_animations_are_timed_and_a_print_beside_a_small_picture(exam: Exam, monkeypatch: pytest.MonkeyPatch) -> None:
    def recipe(params: AnyParams, before: Tensor | None, _runtime: Runtime, **others: object) -> Iterator[Report]:
        phases = params.phases()
        reported, before_last = sum(phase.steps for phase in phases), sum(phase.steps for phase in phases[:-1])
        clip = others.get("moving")
        clock[0] += len(list(clip.frames)) if isinstance(clip, MovingPicture) else 0
        for step in (before_last, reported):
            clock[0] += phases[-1].work if step == reported else 7.0
            yield Progress(step, reported, lambda: torch.zeros(3, 32, 32), (32, 32))

    clock = [0.0]
    monkeypatch.setattr(moving, "recipes", SimpleNamespace(run=recipe))
    for module in (moving, timing):
        monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    found = {figure.name: figure.value for figure in moving.moving_recipes(exam).figures}
    assert set(found) == {"morph", "video", "print pace"}
    small = make(Upscale, exam.catalog, network="lite2", size=moving.PICTURE)
    # as long for each megapixel, and 7 s more for the small one, which is timed as a whole
    assert found["print pace"] == pytest.approx(small.work() / (small.work() + 7))
    assert found["video"] > moving.FRAMES


def test_waits_are_those_of_people() -> None:
    def recipe() -> Iterator[Report]:
        picture = torch.zeros(3, 32, 32)
        for step in range(4):
            time.sleep(0.03 if step else 0.6)
            yield Progress(step, 4, lambda: picture, (32, 32))
        yield Frame(0, 1, picture)

    found = timing.measure_waits(recipe(), time.perf_counter())
    assert len(found.previews) == 1
    assert 0.6 <= found.previews[0] < found.end
    assert found.longest == pytest.approx(found.end - found.previews[0])
    assert timing.Waits([], 3.0).longest == 3.0


def test_photographs_are_labelled_as_the_reference_does(exam: Exam) -> None:
    pytest.importorskip("skimage", reason="scikit-image has the photographs: install the extra `play`")
    assert reference.reference_labels(exam).figures == [Figure("reference", 1.0)]


def test_what_lies_there_is_taken_if_that_is_asked(judge: Network, runtime: Runtime, tmp_path: Path) -> None:
    told: list[str] = []
    for reuse, made in ((False, 1), (True, 0), (False, 1)):
        told.clear()
        surface.default_dream(
            Exam(PictureMaker(runtime, tmp_path, side=192, reuse=reuse, tell=told.append), judge), "water"
        )
        assert len(told) == made
    assert not list(tmp_path.rglob("*.new"))


def test_sheets_hold_everything(tmp_path: Path) -> None:
    made = {str(number): torch.rand(3, 24, 32) for number in range(61)}
    assert [path.name for path in contact_sheets(made, tmp_path, "part")] == ["part-1.webp", "part-2.webp"]


def test_a_verdict_names_the_bound() -> None:
    assert Figure("rim", 1.5).ok
    assert not Figure("rim", 1.51).ok
    assert Figure("changed", 0.5).ok
    line = Figure("changed", 0.115).line
    assert line.startswith("SHORT changed pixels")
    assert line.endswith("11.5 %  >= 50.0 %")
    assert Figure("dream", 5.94).line.endswith("5.9 s  <= 6.0 s")
    assert (share([True, False]), share([])) == (0.5, 0.0)


def test_a_table_has_even_columns() -> None:
    lines = table(("kind", "4 px"), [["sky", "1.00"], ["text on dark", "12.00"]]).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_every_bound_stands_in_the_book() -> None:
    book = (Path(__file__).parents[3] / "docs" / "pictures.md").read_text("utf-8")
    assert [bound.about for bound in BOUNDS.values() if bound.about not in book] == []


@pytest.mark.parametrize("holds", [True, False])
def test_the_command_says_what_falls_short(
    holds: bool, exam: Exam, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    part = PartResult([Figure("rim", 1.0 if holds else 2.0)], ("kind", "rim"), [["sky", "1.00"]])
    monkeypatch.setattr(command, "PARTS", {"changed": lambda _exam: part, "kinds": surface.dream_every_kind})
    monkeypatch.setattr(command, "_exam", lambda _given: exam)
    asked = ["--out", str(tmp_path), "--contact-sheet"]
    if holds:
        command.main(asked)
    else:
        with pytest.raises(SystemExit, match=r"Short of what must hold: changed\. See docs/pictures\.md"):
            command.main(asked)
    printed = capsys.readouterr().out
    assert "kind   rim\nsky   1.00" in printed
    assert "kinds-1.webp" in printed


def test_the_command_refuses_no_classes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["--count", "0"])
    assert "at least 1" in capsys.readouterr().err
