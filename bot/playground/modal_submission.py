"""A filled-in modal: `(its components, what was typed) => components as submitted`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.playground import message_rules
from bot.playground.options import Mistake
from bot.playground.rejections import JsonDict
from bot.playground.world import Attachment

SINGLE = (message_rules.TEXT_INPUT, message_rules.RADIO, message_rules.CHECKBOX)


@dataclass
class Filled:
    """The submitted components, the files they name, and the people, roles and channels that were chosen."""

    components: list[JsonDict] = field(default_factory=list)
    files: list[Attachment] = field(default_factory=list)
    selected: list[str] = field(default_factory=list)


def fill(components: Sequence[JsonDict], fields: Sequence[JsonDict], at_hand: Mapping[str, Attachment]) -> Filled:
    """Return what the client submits; `fields`: [{custom_id, value | values | upload_ids}]; raises Mistake."""
    filled = Filled()
    typed = {str(item.get("custom_id")): item for item in fields}
    for component in components:
        shape: JsonDict = {"type": component["type"], "id": component["id"]}
        if component["type"] == message_rules.LABEL:
            title = str(component["label"])
            shape["component"] = fill_one(component["component"], title, typed, at_hand, filled)
        elif component["type"] == message_rules.ROW:
            inner = component["components"]
            shape["components"] = [fill_one(one, str(one.get("label")), typed, at_hand, filled) for one in inner]
        filled.components.append(shape)
    return filled


def fill_one(
    component: JsonDict, title: str, typed: Mapping[str, JsonDict], at_hand: Mapping[str, Attachment], filled: Filled
) -> JsonDict:
    """Return one submitted input; raises Mistake when it is required and empty, or of the wrong length."""
    name = component["custom_id"]
    given = typed.get(name, {})
    shape: JsonDict = {"type": component["type"], "id": component["id"], "custom_id": name}
    if component["type"] in SINGLE:
        return shape | {"value": single(component, title, given)}
    values = [str(value) for value in given.get("values") or []]
    if component["type"] == message_rules.FILE_UPLOAD:
        files = [at_hand[one] for one in given.get("upload_ids") or [] if one in at_hand]
        filled.files.extend(files)
        values = [item.id for item in files]
    check_count(component, title, len(values))
    if component["type"] in (message_rules.STRING_SELECT, message_rules.CHECKBOXES):
        check_among(component, title, values)
    elif component["type"] in message_rules.SELECTS:
        filled.selected.extend(values)
    return shape | {"values": values}


def single(component: JsonDict, title: str, given: JsonDict) -> object:
    """Return the value of a text input, a radio group or a checkbox; raises Mistake."""
    if component["type"] == message_rules.CHECKBOX:
        return bool(given.get("value"))
    value = given.get("value")
    if value in (None, "") and component.get("required", True):
        raise Mistake(f'"{title}" is required. Fill it in.')
    if component["type"] == message_rules.RADIO:
        check_among(component, title, [] if value is None else [value])
        return value
    text = str(value or "")
    low, high = component.get("min_length", 0), component.get("max_length", 4000)
    if text and not low <= len(text) <= high:
        raise Mistake(f'"{title}" takes {low} to {high} characters. Change it.')
    return text


def check_among(component: JsonDict, title: str, values: Sequence[object]) -> None:
    """Raise Mistake for a value that is no option."""
    known = [option["value"] for option in component.get("options") or []]
    if any(value not in known for value in values):
        raise Mistake(f'"{title}" has no such choice. Choose one of those shown.')


def check_count(component: JsonDict, title: str, count: int) -> None:
    """Raise Mistake when too few or too many were chosen."""
    needed = component.get("required", True)
    most = len(component["options"]) if component["type"] == message_rules.CHECKBOXES else 1
    low, high = message_rules.value_bounds(component, 1 if needed else 0, most)
    if (count or needed) and not low <= count <= high:
        raise Mistake(f'"{title}" takes {low} to {high}. Change it.')
