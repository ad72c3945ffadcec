"""Nothing that a person wrote is interpreted, and credit lines lead back to the picture."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import help_pages, wording
from bot.store.server_rules import ChannelRules, ServerRules
from bot.store.server_week import Week
from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import BadMixture, BadOption, PareidoliaError, UnknownLayer
from engine.files.blobs import BlobKey
from engine.params import AnyParams, Channel, Concept, Dream, See, Zoom
from engine.queue.job import Job, JobRow, Place, Result, State, new_id
from tests.catalogs import catalog

BLOB = BlobKey("b" * 64)


def parsed(line: str) -> AnyParams:
    """What Discord makes of a pasted credit line."""
    command, _, rest = line.removeprefix("/").partition(" ")
    given = {params.field_name(name): value for name, value in re.findall(r"(\w+):(.*?)(?= \w+:|$)", rest)}
    recipe = "channel" if command == "see" and {"layer", "channel", "search", "top"} & given.keys() else command
    return params.parse({"recipe": recipe, **given}, shipped_catalog())


@given(
    st.sampled_from(["low", "mid", "high", "conv2", "mixed4a"]),
    st.floats(0.1, 4.0),
    st.integers(128, 1024),
    st.integers(0, 2**31 - 1),
)
def test_a_dreams_credit_line_leads_back_to_it(layer: str, strength: float, size: int, seed: int) -> None:
    asked = Dream(layer=layer, strength=strength, size=size, seed=seed)
    assert parsed(wording.credit(asked)) == asked


@given(st.lists(st.sampled_from([*catalog.subjects("pocket"), *catalog.labels("pocket")]), min_size=1, max_size=4))
def test_a_credit_line_with_subjects_leads_back_to_them(words: list[str]) -> None:
    asked = Dream(subject=", ".join(words), seed=3)
    line = wording.credit(asked)
    assert line.startswith(f"/dream subject:{words[0]}")
    assert "layer" not in line
    assert parsed(line) == asked


@given(st.integers(8, 90), st.integers(128, 640))
def test_a_zooms_credit_line_leads_back_to_it(frames: int, size: int) -> None:
    asked = Zoom(frames=frames, size=size, seed=7)
    assert parsed(wording.credit(asked)) == asked


@given(
    st.sampled_from(["as is", "keep", "match"]),
    st.floats(0.0, 1.0),
    st.sampled_from(["auto", "nothing", "faces", "centre", "edges"]),
    st.sampled_from(["match", "average"]),
    st.sampled_from(["natural", "vivid", "2015"]),
    st.sampled_from(["one place", "everywhere"]),
)
def test_every_option_of_the_chat_is_in_a_dreams_credit_line(
    colours: str, keep: float, protect: str, guide_by: str, look: str, where: str
) -> None:
    asked = Dream(colours=colours, keep=keep, protect=protect, guide_by=guide_by, look=look, where=where, seed=3)
    assert parsed(wording.credit(asked)) == asked


@given(st.integers(1, 9), st.integers(128, 1024), st.sampled_from(["banana", "eyes + fox"]))
def test_a_concepts_credit_line_leads_back_to_it(variations: int, size: int, subject: str) -> None:
    asked = Concept(subject=subject, variations=variations, size=size, seed=3)
    assert parsed(wording.credit(asked)) == asked


@given(st.none() | st.integers(0, 175), st.integers(1, 36), st.sampled_from(["low", "mixed4a"]))
def test_a_channels_credit_line_leads_back_to_it(channel: int | None, top: int, layer: str) -> None:
    asked = Channel(layer=layer, channel=channel, top=top, seed=3)
    line = wording.credit(asked)
    assert line.startswith(f"/see layer:{layer}")
    assert parsed(line) == (asked if channel is None else Channel(layer=layer, channel=channel, seed=3))
    assert ("top:" in line) is (channel is None and top != 12), "`/see` refuses what changes nothing"


def test_a_credit_line_names_what_was_searched_and_another_network() -> None:
    assert wording.credit(Channel(search="fox", seed=3)) == "/see layer:mid search:fox seed:3"
    assert wording.credit(See(seed=3)) == "/see seed:3"
    assert wording.credit(See(network="googlenet", seed=3)) == "/see model:googlenet seed:3"
    assert parsed(wording.credit(Dream(network="googlenet", seed=3))).network == "googlenet"


def test_the_credit_line_of_the_mission() -> None:
    assert wording.credit(Dream(layer="high", seed=4821)) == "/dream layer:high seed:4821"


@given(st.text())
def test_escaped_text_has_nothing_that_discord_interprets(text: str) -> None:
    escaped = wording.escape(text, 200)
    assert "\n" not in escaped
    assert not re.search(r"(?<!\\)(?:\\\\)*[*_~`|<>@#:\[\]()]", escaped)


@pytest.mark.parametrize("text", ["<@123>", "@everyone", "**bold**", "`code`", "https://example.com", "<t:1:R>"])
def test_what_people_try(text: str) -> None:
    escaped = wording.escape(text)
    assert escaped.startswith("\\") or "\\:" in escaped
    assert escaped.replace("\\", "") == text


def test_names_are_short() -> None:
    assert len(wording.escape("a" * 1000)) == wording.NAME_LIMIT


@given(st.text(max_size=300))
def test_alt_text_fits(name: str) -> None:
    for asked in (Dream(layer="high"), Zoom(layer="mixed4a"), Concept(subject="fox"), Channel(), See()):
        assert 1 <= len(wording.alt_text(asked, wording.original_words(name, "picture"))) <= wording.ALT_LIMIT


def test_alt_text_says_what_was_dreamed() -> None:
    alt = wording.alt_text(Dream(layer="high"), wording.original_words("Ada", "avatar"))
    assert "Ada's avatar" in alt
    assert "faces, animals, eyes" in alt


def test_a_subject_is_told_in_place_of_a_layer() -> None:
    asked = Dream(subject="👁 + castle", seed=4821)
    assert wording.credit(asked) == "/dream subject:eyes + castle seed:4821"
    assert "asked for eyes and castle." in wording.alt_text(asked, "Ada's avatar")
    assert "eyes" in wording.status_words("first", "Ada", asked)
    assert "asked for the layer mixed4a." in wording.alt_text(Dream(layer="mixed4a"), "Ada's avatar")


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (Concept(subject="fox"), "What the network imagines when asked for fox."),
        (Concept(subject="fox", variations=4), "4 different pictures of what the network imagines"),
        (Channel(channel=21), "What channel 21 of the layer mid (eyes, patterns, fur) responds to"),
        (Channel(layer="conv2"), "An atlas of the layer conv2: what its most varied channels respond to"),
        (Channel(search="fox"), "what the channels most linked to fox respond to"),
        (See(), "What the network sees in noise. Below"),
        (
            Dream(layer="high*0.7 + mid:21 - conv2"),
            "faces, animals, eyes and channel 21 of the layer mid and less of",
        ),
    ],
)
def test_alt_text_of_every_recipe(asked: AnyParams, told: str) -> None:
    assert told in wording.alt_text(asked, wording.NOISE)


def test_what_was_seen_is_told_to_those_who_see_it_and_those_who_do_not() -> None:
    labels = [
        {"label": "fox", "emoji": "🦊", "probability": 0.7249},
        {"label": "l*i*on", "emoji": "", "probability": 0.09},
        {"label": "cat", "emoji": "", "probability": 0.002},
    ]
    result = Result(BLOB, "image/png", 1280, 900, 1000, facts={"labels": labels})
    row = JobRow(new_id(), Job(See(), "1"), State.DONE, {}, 0.0, result=result)
    assert "What the network sees in Ada's picture: 🦊 fox 72%, l*i*on 9%." in wording.alt_text(
        See(), "Ada's picture", row
    )
    line = wording.result_words(row, "Ada").splitlines()[1]
    assert line.replace("\\", "").startswith("-# 🦊 fox 72%, l*i*on 9% · Ada")
    assert r"l\*i\*on" in line


def looked(sentence: str, share: float) -> JobRow:
    labels = [{"label": "tray", "emoji": "", "probability": share}]
    result = Result(BLOB, "image/png", 1280, 900, 1000, facts={"labels": labels, "sentence": sentence})
    return JobRow(new_id(), Job(See(), "1"), State.DONE, {}, 0.0, result=result)


def test_the_sentence_is_the_message_and_what_nobody_can_tell_is_a_guess() -> None:
    told = wording.result_words(looked("This is a tray.", 0.8), "Ada").replace("\\", "").splitlines()
    assert told[0] == "**This is a tray.**"
    assert told[2].startswith("-# tray 80% · Ada")
    told = wording.result_words(looked("I can't tell what this is.", 0.12), "Ada").replace("\\", "").splitlines()
    assert told[0] == "**I can't tell what this is.**"
    assert told[2].startswith("-# my guesses: tray 12% · Ada")
    assert "Ada's cat: This is a tray; tray 80%." in wording.alt_text(
        See(), "Ada's cat", looked("This is a tray.", 0.8)
    )


def test_how_long_it_will_take_is_told_once_it_is_worth_telling() -> None:
    assert wording.progress_words(Dream(), 0.4) == "Dreaming… 40%"
    assert wording.progress_words(Concept(subject="fox"), 0.4, 8.2) == "Imagining… 40% · about 8 s left"
    assert wording.progress_words(See(), 1.0, 0.3) == "Looking… 99%"


def test_place_in_words() -> None:
    assert wording.place_words(Place(2, 20.0, State.QUEUED)) == "2 ahead of you · ready in about 20 s"
    assert wording.place_words(Place(0, 6.2, State.QUEUED)) == "You're next · ready in about 6 s"
    assert wording.place_words(Place(1, 300.0, State.QUEUED), now=1000.0).endswith("ready <t:1300:R>")
    assert wording.place_words(None)


def test_status_and_result_have_as_many_lines() -> None:
    asked = Dream(seed=1)
    result = Result(BLOB, "image/png", 512, 384, 1000)
    row = JobRow(new_id(), Job(asked, "1"), State.DONE, {}, 0.0, started=1.0, finished=6.2, result=result)
    assert wording.result_words(row, "Ada").count("\n") == wording.status_words(
        wording.progress_words(asked, 0.4), "Ada", asked
    ).count("\n")
    assert "5.2 s" in wording.result_words(row, "Ada")


def test_a_note_of_what_was_given_up_is_told() -> None:
    result = Result(BLOB, "image/jpeg", 512, 384, 1000, "Sent as a JPEG to fit.")
    row = JobRow(new_id(), Job(Dream(), "1"), State.DONE, {}, 0.0, result=result, keep_preview=True)
    assert "Sent as a JPEG" in wording.result_words(row, "Ada")
    assert "stopped early" in wording.result_words(row, "Ada")


def test_as_many_presets_as_fit_are_listed() -> None:
    lines = [wording.preset_line("*" * 32, {"layer": "mixed4a", "strength": 1.23456, "size": 1024})] * 60
    text = wording.preset_list(lines)
    assert len(text) <= 2000
    assert "more" in text
    assert wording.preset_list(lines[:2]) == "\n".join(lines[:2])
    assert wording.preset_list([]) == ""


def test_help_fits_one_message_and_has_three_examples() -> None:
    assert len(help_pages.HELP) <= 2000
    assert {topic for _, topic in help_pages.HELP_TOPICS} == {*help_pages.HELP_PAGES, "subjects"}
    layers = wording.layer_lines(shipped_catalog().choices("lite2"))
    assert layers.startswith("**low** · ")
    assert "block" not in layers
    for page in help_pages.HELP_PAGES.values():
        assert len(page.replace("{layers}", layers).replace("{reads}", help_pages.READS_ALL)) <= 2000
    assert len(re.findall(r"^`/", help_pages.HELP, re.MULTILINE)) == 3


@pytest.mark.parametrize(
    "error",
    [
        UnknownLayer(name="<@&1> @everyone **x**", hint="", nearest="high"),
        BadMixture(at=3, problem="no layer @everyone <@&1> [a](b) **x** ||y||; the nearest is low"),
        BadOption(option="a` @everyone", problem="is not known: <@1>"),
    ],
)
def test_a_refusal_quotes_without_being_moved(error: PareidoliaError) -> None:
    said = re.sub(r"`[^`]*`", "", wording.error_sentence(error))
    assert not re.search(r"(?<!\\)(<@|@everyone|\*\*|\|\||\[a\])", said)
    assert error.code in said


def test_our_own_code_in_a_refusal_stays() -> None:
    said = wording.error_sentence(BadOption(option="channel", problem="and `search` are one too many"))
    assert "`channel` and `search` are" in said


def test_a_command_that_is_gone_is_told_by_its_name_or_its_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "MOVED_COMMANDS", {"queue": "first", "paint channel": "second"})
    said = {name: wording.moved_words(name) for name in ("queue", "paint channel", "paint", "que", "pain", "sudo")}
    assert said == {
        "queue": "first", "paint channel": "second", "paint": "second",
        "que": wording.CHANGED, "pain": wording.CHANGED, "sudo": wording.CHANGED,
    }  # fmt: skip


def test_the_ranges_that_options_name_are_those_of_params() -> None:
    assert wording.OPTIONS["strength"] == "Effect strength, 0.1–4 (default 1)"
    typed = [name for name, text in wording.OPTIONS.items() if re.search(r"\d+–\d+", text)]
    assert set(typed) == {"strength", "strength of a style", "original", "top", "frames", "speed", "fps"}


def test_rules_of_a_server_say_whose_limits_hold_and_which_of_them_rest() -> None:
    rules = ServerRules(by_channel={"7": ChannelRules(most_size=256)})
    lines = wording.rules_lines(rules)
    assert lines["Everyone"] == "the bot owner's limits", "they hold where a server has none"
    assert lines["<#7>"] == "everything, up to 256 px"
    for chosen, is_said in ((("7", "8"), False), (("8",), True)):
        said = wording.rules_lines(replace(rules, channels=chosen))["<#7>"]
        assert said.endswith("; but no dreams are made there, see Channels") == is_said


def test_sentences_about_one_and_about_two_fit_both() -> None:
    one, two = wording.image_blocked_words(1), wording.image_blocked_words(2)
    assert one.startswith("Blocked 1 image: refused in this server from now on")
    assert two.startswith("Blocked 2 images: refused in this server from now on")


def test_the_week_says_what_its_numbers_count() -> None:
    said = wording.week_words(Week(4, 2, recipes=(("dream", 3), ("zoom", 1))))
    assert "- **4 dreams** by 2 people" in said
    assert "- What was made: dream (3), zoom (1)" in said


def test_an_image_check_that_is_off_is_not_said_to_look_at_images() -> None:
    assert wording.nsfw_words("off").startswith("-# If checked, a program scores every image")
