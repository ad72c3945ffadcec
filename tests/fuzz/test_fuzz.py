"""4,000 damaged files in every run of the suite (`make fuzz`: 200,000), and the siege itself, which sees a breach."""

from __future__ import annotations

import io
from collections.abc import Iterator
from random import Random

import pytest
from PIL import Image

from engine import errors
from engine.files import decoder, decoder_child, sanitizer
from tests.fuzz.campaign import by_hypothesis
from tests.fuzz.decoder_harness import Finding, Siege
from tests.fuzz.mutations import mutated
from tests.fuzz.originals import imprinted, originals

pytestmark = pytest.mark.process

SEED = "suite"


@pytest.fixture(scope="module")
def siege() -> Iterator[Siege]:
    with Siege() as siege:
        yield siege


def test_the_originals_are_of_every_format_and_are_opened(siege: Siege) -> None:
    assert {name.split()[0] for name in originals()} == {*sanitizer.FORMATS, "MPO"}
    assert {name: siege.judge(data) for name, data in originals().items()} == dict.fromkeys(originals(), "clean")


def test_4_000_damaged_files(siege: Siege) -> None:
    random = Random(SEED)
    answers = [siege.judge(mutated(random, originals())) for _ in range(3_600)]
    by_hypothesis(siege, 400, SEED)
    print(siege.report)
    assert {"clean", "BrokenPicture", "NotAPicture", "TooManyPixels"} <= set(answers)
    assert siege.report.child_space_mb <= decoder_child.MEMORY >> 20
    assert siege.report.deaths < 8, "a common kind of damage kills the child"


def test_400_damaged_files_of_ours_are_asked_how_they_were_made(siege: Siege) -> None:
    assert {siege.judge_imprint(data) for data in imprinted().values()} == {"imprint"}
    random = Random(SEED)
    answers = {siege.judge_imprint(mutated(random, imprinted())) for _ in range(400)}
    assert {"imprint", "NoImprint", "BadImprint", "BrokenPicture", "NotAPicture"} <= answers


# the siege sees what it must see


async def _crash(*_: object) -> decoder.CleanPicture:
    raise RuntimeError


async def _no_sentence(*_: object) -> decoder.CleanPicture:
    raise errors.SettingsError(problem="")


async def _tell_all(*_: object) -> decoder.CleanPicture:
    out = io.BytesIO()
    Image.new("RGB", (32, 32)).save(out, "PNG", dpi=(72, 72))
    return decoder.CleanPicture(out.getvalue(), 32, 32)


@pytest.mark.parametrize("breach", [_crash, _no_sentence, _tell_all])
def test_a_breach_would_be_seen(siege: Siege, monkeypatch: pytest.MonkeyPatch, breach: object) -> None:
    monkeypatch.setattr(siege._decoder, "clean", breach)
    with pytest.raises(Finding):
        siege.judge(b"any file")


def test_a_breach_in_the_other_question_would_be_seen(siege: Siege, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siege._decoder, "imprint", _crash)
    with pytest.raises(Finding):
        siege.judge_imprint(b"any file")


def test_a_hang_would_be_seen(siege: Siege, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.decoder_harness.LIMIT_S", 0.0)
    with pytest.raises(Finding):
        siege.judge(originals()["PNG RGB"])
