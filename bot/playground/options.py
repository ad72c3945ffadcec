"""What the real client checks before it sends a command: `(schema, what was typed) => options`.

Values are coerced to the type that the schema asks for; a mistake becomes a sentence for the person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.playground.rejections import JsonDict
from bot.playground.world import Attachment, Persona, World

SUBCOMMAND, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = (
    1,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
)
YES, NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class Mistake(Exception):
    """The client would not send this; the text tells the person why."""


@dataclass
class Chosen:
    """The options of one command: as sent to the bot, and what their ids mean."""

    options: list[JsonDict] = field(default_factory=list)
    people: list[Persona] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)
    """Channels and roles."""


@dataclass(frozen=True)
class OptionContext:
    """What a value may refer to: the world, and the files that were uploaded for this command."""

    world: World
    files: Mapping[str, Attachment]
    chosen: Chosen


def choose(
    world: World, schema: Sequence[JsonDict], typed: Sequence[JsonDict], files: Mapping[str, Attachment]
) -> Chosen:
    """Return the checked options; raises Mistake. `typed`: [{name, value}], attachments as {upload_id}."""
    context = OptionContext(world, files, Chosen())
    known = {option["name"]: option for option in schema if option["type"] != SUBCOMMAND}
    given = {str(item.get("name")): item.get("value") for item in typed}
    for name in given:
        if name not in known:
            raise Mistake(f'There is no option "{name}" here. {there_is(known)}')
    for name, option in known.items():
        if option.get("required") and given.get(name) in (None, ""):
            raise Mistake(f"The option `{name}` is required. Add it and send the command again.")
    for name, raw in given.items():
        if raw not in (None, ""):
            value = coerce(context, known[name], raw)
            context.chosen.options.append({"name": name, "type": known[name]["type"], "value": value})
    return context.chosen


def draft(schema: Sequence[JsonDict], typed: Sequence[JsonDict]) -> list[JsonDict]:
    """Return the options of an unfinished command for autocomplete: nothing is required, the focused value is text."""
    known = {option["name"]: option for option in schema}
    sent: list[JsonDict] = []
    for item in typed:
        option = known.get(str(item.get("name")))
        if option is None or option["type"] == ATTACHMENT:
            continue
        shape: JsonDict = {"name": option["name"], "type": option["type"], "value": item.get("value") or ""}
        sent.append(shape | {"focused": True} if item.get("focused") else shape)
    return sent


def there_is(known: Mapping[str, JsonDict]) -> str:
    """Return the sentence that lists the options there are."""
    return "There is: " + ", ".join(known) + "." if known else "This command has no options."


def coerce(context: OptionContext, option: JsonDict, value: Any) -> Any:
    """Return the value in the option's type; raises Mistake."""
    maker = COERCIONS.get(option["type"])
    if maker is None:
        raise Mistake(f"The option `{option['name']}` cannot be filled in here. Leave it out.")
    return maker(context, option, value)


def as_text(_context: OptionContext, option: JsonDict, value: Any) -> str:
    """Return a text within its lengths and, where there are any, among its choices."""
    text = str(value)
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not low <= len(text) <= high:
        raise Mistake(f"The option `{option['name']}` takes {low} to {high} characters. Change it.")
    return str(among(option, text))


def among(option: JsonDict, value: Any) -> Any:
    """Return the choice that the value names, by value or by label; any value where there are no choices."""
    choices = option.get("choices") or []
    if not choices:
        return value
    for choice in choices:
        if str(value).lower() in (str(choice["value"]).lower(), choice["name"].lower()):
            return choice["value"]
    names = ", ".join(choice["name"] for choice in choices)
    raise Mistake(f"The option `{option['name']}` is one of: {names}. Choose one of them.")


def as_number(kind: Callable[[str], Any], word: str) -> Callable[[OptionContext, JsonDict, Any], Any]:
    """Return a coercion to int or float within its bounds."""

    def make(_context: OptionContext, option: JsonDict, value: Any) -> Any:
        if option.get("choices"):
            return among(option, value)
        try:
            number = kind(str(value).strip())
        except ValueError as error:
            raise Mistake(f"The option `{option['name']}` takes {word}. Change it.") from error
        low, high = option.get("min_value", -(2**53)), option.get("max_value", 2**53)
        if not low <= number <= high:
            raise Mistake(f"The option `{option['name']}` goes from {low} to {high}. Change it.")
        return number

    return make


def as_truth(_context: OptionContext, option: JsonDict, value: Any) -> bool:
    """Return true or false from what people type."""
    word = str(value).lower()
    if word not in YES + NO:
        raise Mistake(f"The option `{option['name']}` is true or false. Change it.")
    return word in YES


def as_person(context: OptionContext, option: JsonDict, value: Any) -> str:
    """Return a person's id from an id, a mention or a name."""
    try:
        person = context.world.persona(str(value).strip("<@!>"))
    except KeyError as error:
        raise Mistake(f"The option `{option['name']}` takes a person of this server. Choose one.") from error
    context.chosen.people.append(person)
    return person.id


def as_channel(context: OptionContext, option: JsonDict, value: Any) -> str:
    """Return a channel's id from an id, a mention or a name."""
    try:
        place = context.world.channel(str(value).strip("<#>"))
    except KeyError as error:
        raise Mistake(f"The option `{option['name']}` takes a channel of this server. Choose one.") from error
    context.chosen.selected.append(place.id)
    return place.id


def as_role(context: OptionContext, option: JsonDict, value: Any) -> str:
    """Return a role's id from an id, a mention or a name."""
    wanted = str(value).strip("<@&>")
    roles = (role for server in context.world.servers.values() for role in server.roles.values())
    found = next((role.id for role in roles if wanted in (role.id, role.name)), None)
    if found is None:
        raise Mistake(f"The option `{option['name']}` takes a role of this server. Choose one.")
    context.chosen.selected.append(found)
    return found


def as_file(context: OptionContext, option: JsonDict, value: Any) -> str:
    """Return the id of an uploaded file."""
    found = context.files.get(str(value.get("upload_id")) if isinstance(value, dict) else str(value))
    if found is None:
        raise Mistake(f"The option `{option['name']}` takes a file. Drop one onto the page.")
    context.chosen.files.append(found)
    return found.id


COERCIONS: dict[int, Callable[[OptionContext, JsonDict, Any], Any]] = {
    STRING: as_text,
    INTEGER: as_number(int, "a whole number"),
    NUMBER: as_number(float, "a number"),
    BOOLEAN: as_truth,
    USER: as_person,
    CHANNEL: as_channel,
    ROLE: as_role,
    ATTACHMENT: as_file,
}


def as_typed(chosen: Chosen) -> str:
    """Return the options as one would type them: `layer:high image:cat.png user:@Ada`."""
    names = {item.id: item.filename for item in chosen.files}
    names |= {person.id: f"@{person.global_name}" for person in chosen.people}
    return " ".join(f"{item['name']}:{names.get(str(item['value']), item['value'])}" for item in chosen.options)
