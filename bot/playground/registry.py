"""Registered commands: `(bulk overwrite) => commands`, with Discord's limits.

Global and per-server commands share one table; the key keeps an id alive as long as scope, type and name stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.playground.message_rules import bad_length, missing_field, text_problem
from bot.playground.rejections import JsonDict, Problem, Rejection
from bot.playground.rest_request import Call, Reply
from bot.playground.world import World

CHAT, USER, MESSAGE = 1, 2, 3
MOST = {CHAT: 100, USER: 15, MESSAGE: 15}
MOST_LETTERS = 8000  # per command: names, descriptions and choices together, in its longest language
SUBCOMMAND, GROUP = 1, 2
NAME = re.compile(r"[-_'\w]{1,32}", re.UNICODE)
DEFAULTS: JsonDict = {
    "type": CHAT,
    "description": "",
    "name_localizations": None,
    "description_localizations": None,
    "default_member_permissions": None,
    "dm_permission": True,
    "contexts": None,
    "integration_types": [0],
    "nsfw": False,
}


def list_commands(call: Call) -> Reply:
    """GET /applications/{application}/commands, also per guild."""
    check_application(call)
    return [item for item in call.world.commands.values() if item.get("guild_id") == call.match.get("guild")]


def overwrite(call: Call) -> Reply:
    """PUT /applications/{application}/commands, also per guild: replaces the whole list."""
    check_application(call)
    wanted = call.body if isinstance(call.body, list) else []
    problems = list(list_problems(wanted))
    if problems:
        raise Rejection("invalid_form", problems)
    scope = call.match.get("guild")
    before = call.world.commands
    others = {key: item for key, item in before.items() if item.get("guild_id") != scope}
    made = [stored_command(call.world, item, scope) for item in wanted]
    call.world.commands = others | {key_of(item): item for item in made}
    call.world.emit("commands", commands=list(call.world.commands.values()))
    return made


def check_application(call: Call) -> None:
    """Raise the Rejection for another application's or server's address."""
    if call.match["application"] != call.world.bot.id:
        raise Rejection("unknown_application")
    if call.match.get("guild", call.world.guild_id) != call.world.guild_id:
        raise Rejection("missing_access")


def key_of(item: JsonDict) -> str:
    """Return what identifies a command across overwrites."""
    return f"{item.get('guild_id')}/{item['type']}/{item['name']}"


def stored_command(world: World, wanted: JsonDict, scope: str | None) -> JsonDict:
    """Return a command as Discord stores it; the id of its predecessor lives on."""
    item = DEFAULTS | wanted | {"application_id": world.bot.id, "version": world.mint()}
    if scope is not None:
        item["guild_id"] = scope
    permissions = item["default_member_permissions"]
    item["default_member_permissions"] = None if permissions is None else str(permissions)
    before = world.commands.get(key_of(item))
    return item | {"id": before["id"] if before else world.mint()}


def list_problems(wanted: Sequence[JsonDict]) -> Iterator[Problem]:
    """Check the list as a whole, then each command."""
    names = [(item.get("type", CHAT), item.get("name")) for item in wanted]
    for kind, most in MOST.items():
        if sum(one == kind for one, _ in names) > most:
            yield Problem(
                "", "APPLICATION_COMMAND_TOO_MANY", f"Maximum number of application commands reached ({most})"
            )
    for index, item in enumerate(wanted):
        if names.index(names[index]) != index:
            yield Problem(
                f"{index}.name", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
            )
        yield from command_problems(str(index), item)


def command_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check one command."""
    kind = item.get("type", CHAT)
    if kind != CHAT:
        yield from text_problem(item, "name", path, 1, 32, needed=True)
        if item.get("description") or item.get("options"):
            yield Problem(
                f"{path}.description", "APPLICATION_COMMAND_MENU", "Context menus have no description or options"
            )
        return
    yield from name_problems(item, path)
    yield from option_list_problems(f"{path}.options", item.get("options") or [], depth=0)
    if letters(item) > MOST_LETTERS:
        yield Problem(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_LETTERS})")


def name_problems(item: JsonDict, path: str) -> Iterator[Problem]:
    """Check a chat command's or an option's name and description."""
    name = item.get("name")
    if not isinstance(name, str):
        yield missing_field(f"{path}.name")
    elif not NAME.fullmatch(name) or name != name.lower():
        yield Problem(f"{path}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    yield from text_problem(item, "description", path, 1, 100, needed=True)


def option_list_problems(path: str, options: Sequence[JsonDict], depth: int) -> Iterator[Problem]:
    """Check options: 25, unique, required ones first, groups at most two deep."""
    if len(options) > 25:
        yield bad_length(path, 0, 25)
    names = [option.get("name") for option in options]
    needs = [bool(option.get("required")) for option in options]
    for index, option in enumerate(options):
        where = f"{path}.{index}"
        if names.index(names[index]) != index:
            yield Problem(f"{where}.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option name must be unique")
        if needs[index] and not all(needs[:index]):
            yield Problem(where, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must come first")
        yield from option_problems(where, option, depth)


def option_problems(path: str, option: JsonDict, depth: int) -> Iterator[Problem]:
    """Check one option, a subcommand or a group."""
    yield from name_problems(option, path)
    kind = option.get("type")
    if kind not in range(1, 12):
        yield Problem(f"{path}.type", "BASE_TYPE_CHOICES", "Value must be one of 1 to 11.")
    if kind in (SUBCOMMAND, GROUP):
        if depth > 1 or (kind == GROUP and depth > 0):
            yield Problem(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Subcommands nest at most two deep")
        yield from option_list_problems(f"{path}.options", option.get("options") or [], depth + 1)
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        yield Problem(path, "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", "Choices exclude autocomplete")
    yield from choice_problems(f"{path}.choices", choices)


def choice_problems(path: str, choices: Sequence[JsonDict]) -> Iterator[Problem]:
    """Check an option's fixed choices."""
    if len(choices) > 25:
        yield bad_length(path, 0, 25)
    for index, choice in enumerate(choices):
        yield from text_problem(choice, "name", f"{path}.{index}", 1, 100, needed=True)
        if isinstance(choice.get("value"), str):
            yield from text_problem(choice, "value", f"{path}.{index}", 1, 100)


def longest(item: JsonDict, key: str) -> int:
    """Return the length of a text in its longest language."""
    said = [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()]
    return max(len(text) for text in said)


def letters(item: JsonDict) -> int:
    """Return how many characters of the 8000 a command or an option uses."""
    own = longest(item, "name") + longest(item, "description")
    choices = sum(longest(choice, "name") + len(str(choice.get("value"))) for choice in item.get("choices") or [])
    return own + choices + sum(letters(option) for option in item.get("options") or [])


def find(world: World, name: str, kind: int) -> tuple[JsonDict, list[JsonDict]] | None:
    """Return (command, path of subcommands) for "preset save", or None when there is no such command."""
    first, *rest = name.split() if kind == CHAT else [name]
    found = [item for item in world.commands.values() if item["type"] == kind and item["name"] == first]
    if not found:
        return None
    command: JsonDict = next((item for item in found if item.get("guild_id")), found[0])
    trail: list[JsonDict] = []
    node = command
    for step in rest:
        inner: Any = next((one for one in node.get("options") or [] if one["name"] == step and one["type"] < 3), None)
        if inner is None:
            return None
        trail.append(inner)
        node = inner
    return command, trail
