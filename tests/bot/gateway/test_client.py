"""Every command of the tree within Discord's limits, and every exception as words."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import get_args

import discord
import pytest
from discord import app_commands

from bot import help_pages, play_wording, wording
from bot.components import preset_buttons, ritual_buttons
from bot.components.job_buttons import ACTIONS, JobComponent
from bot.components.preset_buttons import PresetComponent
from bot.gateway.client import COMPONENTS, Client
from bot.gateway.command_sync import digest_of, payload_of_all
from bot.gateway.error_words import sentence
from bot.playground.rejections import JsonDict
from engine import params
from engine.catalog.catalog import shipped_catalog
from engine.errors import UnknownLayer
from engine.params import Channel, Concept, Dream, Morph, Params, Style, Video, Zoom
from engine.queue.job import new_id
from tests.catalogs import catalog

NUMBERS = (4, 10)
"""Option types of Discord: whole numbers, and others."""
NAME_LIMIT, DESCRIPTION_LIMIT, OPTIONS_LIMIT, COMMAND_LIMIT = 32, 100, 25, 8000
MESSAGE_MENU, MENUS_LIMIT = 3, 5
"""A user who installs an application for himself sees at most so many of its menus on a message."""


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with Client(guild_ids=[7], state_file=tmp_path / "state", always_sync=True) as client:
        await client.load_cogs()
        yield client


def every(option: JsonDict) -> Iterator[JsonDict]:
    yield option
    for child in option.get("options", ()):
        yield from every(child)


def size_of(command: JsonDict) -> int:
    return sum(
        len(part["name"]) + len(part.get("description", "")) + sum(len(str(c)) for c in part.get("choices", ()))
        for part in every(command)
    )


def declared(client: Client, name: str) -> JsonDict:
    """A command as Discord is told of it."""
    command = client.tree.get_command(name)
    assert isinstance(command, app_commands.Command | app_commands.Group)
    return command.to_dict(client.tree)


async def test_every_command_is_within_discords_limits(client: Client) -> None:
    commands = [command.to_dict(client.tree) for command in client.tree.get_commands()]
    assert {command["name"] for command in commands} == {
        "dream", "zoom", "concept", "style", "video", "see", "preset", "info", "settings", "server", "help",
        "play",
        wording.DREAM_THIS, wording.DREAM_AVATAR, wording.SEE_THIS, wording.LIKE_THIS, wording.BLOCK_IMAGE,
        wording.BLOCK_USER,
    }  # fmt: skip
    assert sum(command.get("type") == MESSAGE_MENU for command in commands) <= MENUS_LIMIT
    for command in commands:
        slash = command.get("type", 1) == 1
        assert size_of(command) <= COMMAND_LIMIT
        for part in every(command):
            assert 1 <= len(part["name"]) <= NAME_LIMIT
            assert not slash or part["name"] == part["name"].lower()
            assert not slash or 1 <= len(part["description"]) <= DESCRIPTION_LIMIT
            assert len(part.get("options", ())) <= OPTIONS_LIMIT
            required = [option.get("required", False) for option in part.get("options", ())]
            assert required == sorted(required, reverse=True)


async def test_the_options_of_dream_are_in_the_order_of_the_mission(client: Client) -> None:
    dream = declared(client, "dream")
    assert [option["name"] for option in dream["options"]] == [
        "image", "subject", "layer", "strength", "start", "user", "variations", "preset", "size", "seed", "private",
        "look", "where", "guide", "guide_user", "mask", "original", "palette", "model", "guide_by", "protect",
    ]  # fmt: skip
    assert not any(option.get("required") for option in dream["options"])
    assert {option["name"] for option in dream["options"] if option.get("autocomplete")} == {
        "layer", "subject", "preset", "model",
    }  # fmt: skip


async def test_every_choice_is_one_that_the_params_take(client: Client) -> None:
    dream = declared(client, "dream")
    offered = {option["name"]: option["choices"] for option in dream["options"] if option.get("choices")}
    assert set(offered) == {"palette", "protect", "guide_by", "look", "where", "variations", "start"}
    assert [(choice["name"], choice["value"]) for choice in offered.pop("start")] == [*wording.STARTS]
    for shown, choices in offered.items():
        name = params.field_name(shown)
        made = [getattr(params.make(Dream, shipped_catalog(), **{name: choice["value"]}), name) for choice in choices]
        assert set(made) == ({1, 2, 4} if name == "variations" else set(get_args(Dream.model_fields[name].annotation)))


async def test_a_concept_needs_its_subject_and_a_look_needs_nothing(client: Client) -> None:
    (subject,) = [option["name"] for option in declared(client, "concept")["options"] if option.get("required")]
    assert subject == "subject"
    assert not any(option.get("required") for option in declared(client, "see")["options"])


async def test_an_option_has_one_name_everywhere(client: Client) -> None:
    shown = {option for command in spoken(client).values() for option in command}
    assert not shown & params.SHOWN_NAMES.keys()
    assert set(params.SHOWN_NAMES.values()) <= shown
    assert len({params.shown_name(name) for kind in params.KINDS for name in kind.model_fields}) == len(
        {name for kind in params.KINDS for name in kind.model_fields}
    )


async def test_commands_of_before_are_answered_with_those_of_today(client: Client) -> None:
    for before, told in wording.MOVED_COMMANDS.items():
        assert before not in spoken(client)
        today = re.findall(r"`/([^` ]+)", told)[1:]
        assert today
        assert {name.split(" ")[0] for name in today} <= {name.split(" ")[0] for name in spoken(client)}
        assert wording.moved_words(before) == told
    assert wording.moved_words("lab") == wording.MOVED_COMMANDS["lab channel"]
    assert wording.moved_words("sudo") == wording.CHANGED


async def test_the_digest_changes_with_a_command(client: Client) -> None:
    before = digest_of(await payload_of_all(client.tree), 1)
    assert digest_of(await payload_of_all(client.tree), 1) == before
    assert digest_of(await payload_of_all(client.tree), 2) != before
    client.tree.remove_command("help")
    assert digest_of(await payload_of_all(client.tree), 1) != before


async def test_only_the_servers_of_the_settings_are_served(client: Client) -> None:
    assert client.serves(None)
    assert client.serves(7)
    assert not client.serves(8)


async def test_what_comes_after_the_end_disturbs_nobody(client: Client) -> None:
    await client.close()
    client.dispatch("ready")


async def test_no_privileged_intents(client: Client) -> None:
    assert not client.intents.message_content
    assert not client.intents.members
    assert not client.intents.presences


async def test_nobody_is_mentioned_by_default(client: Client) -> None:
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == discord.AllowedMentions.none().to_dict()


def test_a_refusal_is_its_sentence_and_code() -> None:
    text = sentence(UnknownLayer(name="**hgih**", hint=" Did you mean high?", nearest="high"))
    assert "high" in text
    assert r"\*\*hgih\*\*" in text
    assert UnknownLayer.code in text


def test_an_unexpected_error_has_a_code_and_no_details(caplog: pytest.LogCaptureFixture) -> None:
    text = sentence(ZeroDivisionError("secret"))
    code = text.split()[-1]
    assert "secret" not in text
    assert code in caplog.text


@pytest.mark.parametrize("verb", [*ACTIONS])
def test_every_verb_fits_a_custom_id(verb: str) -> None:
    custom_id = f"{verb}:{new_id()}"
    assert JobComponent.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert len(custom_id) <= 100


@pytest.mark.parametrize("verb", [*preset_buttons.ACTIONS])
@pytest.mark.parametrize("which", ["x" * 20, "𝒜" * wording.NAME_LIMIT, "a b-c_ d"])
def test_every_verb_of_presets_fits_a_custom_id(verb: str, which: str) -> None:
    custom_id = f"{verb}:{which}"
    assert [kind for kind in COMPONENTS if kind.knows(custom_id)] == [PresetComponent]
    assert len(custom_id.encode("utf-16-le")) // 2 <= 100


def test_every_button_does_something() -> None:
    of_rituals = {f"ritual:{verb}" for verb in ritual_buttons.ACTIONS}
    assert wording.VERBS.keys() <= ACTIONS.keys() | preset_buttons.ACTIONS.keys() | of_rituals


@pytest.mark.parametrize("moved", wording.MOVED_COMMANDS)
async def test_who_sends_a_command_that_moved_is_told_where_to(client: Client, moved: str) -> None:
    assert moved not in spoken(client)
    *parents, name = moved.split()
    told = sentence(app_commands.CommandNotFound(name, parents))
    assert told == wording.MOVED_COMMANDS[moved]
    named = [one.partition(":")[0] for one in re.findall(r"`/([^`]+)`", told)]
    assert moved in named
    for command in (one for one in named if one != moved):
        *path, last = command.split()
        assert command in spoken(client) or last in spoken(client)[" ".join(path)]
    assert sentence(app_commands.CommandNotFound("sudo", [])) == wording.CHANGED


def spoken(client: Client) -> dict[str, JsonDict]:
    """Every command as a person types it ("preset save"), and every group."""
    found: dict[str, JsonDict] = {}
    for command in client.tree.walk_commands():
        shape = command.to_dict(client.tree)
        found[command.qualified_name] = {part["name"]: part for part in shape.get("options", ())}
    return found


async def test_commands_and_options_have_each_a_description_of_their_own_and_none_is_left_over(client: Client) -> None:
    commands = [command.to_dict(client.tree) for command in client.tree.get_commands()]
    parts = [part for command in commands if command.get("type", 1) == 1 for part in every(command)]
    said = {part["description"] for part in parts}
    worded = (wording, play_wording)
    written = [text for one in worded for text in (*one.COMMANDS.values(), *one.OPTIONS.values())]
    assert len(set(written)) == len(written)
    assert set(written) == said
    assert spoken(client).keys() == {name for one in worded for name in one.COMMANDS}


async def test_the_examples_of_the_help_can_be_typed(client: Client, tmp_path: Path) -> None:
    catalog.include(tmp_path)  # where nobody chose another default network
    commands = spoken(client)
    examples = re.findall(r"`/([^`]+)`", "\n".join(help_pages.HELP_PAGES.values()))
    assert len(examples) > 15
    for example in examples:
        name = max((name for name in commands if f"{example} ".startswith(f"{name} ")), key=len)
        given = dict(re.findall(r"(\w+):(.*?)(?= \w+:|$)", example.removeprefix(name)))
        assert given.keys() <= commands[name].keys()
        kinds: dict[str, type[Params]] = {
            "dream": Dream,
            "zoom": Zoom,
            "concept": Concept,
            "style": Style,
            "video": Video,
            "see": Channel,
        }
        if "morph_to" in given:
            assert params.make(Morph, shipped_catalog(), subject=f"{given['subject']} > {given['morph_to']}")
        if kind := kinds.get(name):
            told = {params.field_name(key): value for key, value in given.items() if value}
            told = {key: value for key, value in told.items() if key in kind.model_fields}
            wanted = {"subject": "owl"} if name == "concept" else {}
            assert params.make(kind, shipped_catalog(), **(wanted | told))


RECIPES: dict[tuple[str, ...], type[Params]] = {
    ("dream",): Dream, ("zoom",): Zoom, ("concept",): Concept, ("style",): Style, ("see",): Channel,
    ("preset", "save"): Dream, ("video",): Video,
}  # fmt: skip
"""By the words of a command: what its options become."""


@pytest.mark.parametrize(
    ("words", "kind"), RECIPES.items(), ids=lambda one: " ".join(one) if isinstance(one, tuple) else ""
)
async def test_what_may_be_typed_is_what_params_take(
    client: Client, words: tuple[str, ...], kind: type[Params]
) -> None:
    """Whatever a command declares by itself would go another way than params one day. Params say, too, where the chat
    takes less than the command line."""
    command = declared(client, words[0])
    for word in words[1:]:
        (command,) = (option for option in command["options"] if option["name"] == word)
    checked = 0
    for option in command["options"]:
        field = kind.model_fields.get(params.field_name(option["name"]))
        if field is None or option["type"] not in NUMBERS or option.get("choices"):
            continue
        low, high = (
            next((getattr(m, name) for m in field.metadata if hasattr(m, name)), None) for name in ("ge", "le")
        )
        high = getattr(kind, f"CHAT_{option['name'].upper()}", high)
        assert (option["name"], option.get("min_value"), option.get("max_value")) == (option["name"], low, high)
        checked += 1
    assert checked
