"""What Discord rejects in a message, a modal or a list of choices: `(body) => problems`.

The numbers are those of Discord's API reference for version 10 and Components V2.

Longer than most files: a rule of Discord's is a function, and messages are held against all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from bot.playground.rejections import JsonDict, Problem, Rejection
from bot.playground.world import COMPONENTS_V2

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = (
    1,
    2,
    3,
    4,
    9,
    10,
    11,
    12,
    13,
    14,
)
CONTAINER, LABEL, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX = 17, 18, 19, 21, 22, 23
SELECTS = (3, 5, 6, 7, 8)
LABELLED = (*SELECTS, TEXT_INPUT, FILE_UPLOAD, RADIO, CHECKBOXES, CHECKBOX)

CHILDREN: dict[int | str, tuple[int, ...]] = {
    "message": (ROW,),
    "layout": (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR, CONTAINER),
    "modal": (ROW, TEXT, LABEL),
    CONTAINER: (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR),
    SECTION: (TEXT,),
    ROW: (BUTTON, *SELECTS),
}

Walked = tuple[str, JsonDict]


def bad_length(path: str, low: int, high: int) -> Problem:
    """Return Discord's complaint about a length outside low..high."""
    return Problem(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")


def missing_field(path: str) -> Problem:
    """Return Discord's complaint about a missing field."""
    return Problem(path, "BASE_TYPE_REQUIRED", "This field is required")


def wrong_choice(path: str, allowed: Sequence[Any]) -> Problem:
    """Return Discord's complaint about a value outside a fixed set."""
    return Problem(path, "UNION_TYPE_CHOICES", f"Value of field must be one of {tuple(allowed)}.")


def text_problem(holder: JsonDict, key: str, path: str, low: int, high: int, needed: bool = False) -> Iterator[Problem]:
    """Check one text field: present when `needed`, and low..high characters."""
    value = holder.get(key)
    if value is None:
        yield from [missing_field(f"{path}.{key}")] if needed else []
    elif not isinstance(value, str):
        yield Problem(f"{path}.{key}", "STRING_TYPE_CONVERT", "Could not interpret as string.")
    elif not low <= len(value) <= high:
        yield bad_length(f"{path}.{key}", low, high)


def children(component: JsonDict) -> Iterator[tuple[str, JsonDict]]:
    """Yield (relative path, child) of a component: nested ones, a section's accessory, a label's content."""
    nested = component.get("components")
    for index, child in enumerate(nested if isinstance(nested, list) else ()):
        yield f"components.{index}", child
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            yield key, component[key]


def walk(components: Sequence[JsonDict], path: str) -> Iterator[Walked]:
    """Yield (path, component) for everything in the tree, parents first."""
    for index, component in enumerate(components):
        yield from walk_one(f"{path}.{index}", component)


def walk_one(path: str, component: JsonDict) -> Iterator[Walked]:
    """Yield a component and everything below it."""
    yield path, component
    for step, child in children(component):
        yield from walk_one(f"{path}.{step}", child)


def button_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a button: style, label or emoji, and either a custom_id or a url."""
    style = item.get("style")
    if style not in (1, 2, 3, 4, 5, 6):
        yield wrong_choice(f"{path}.style", (1, 2, 3, 4, 5, 6))
    yield from text_problem(item, "label", path, 0, 80)
    if not item.get("label") and not item.get("emoji") and style != 6:
        yield Problem(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or an emoji.")
    if style == 5:
        yield from text_problem(item, "url", path, 1, 512, needed=True)
        yield from (
            [Problem(path, "BUTTON_COMPONENT_CUSTOM_ID_URL", "A link has no custom id.")] if "custom_id" in item else []
        )
    elif style != 6:
        yield from text_problem(item, "custom_id", path, 1, 100, needed=True)


def value_bounds(item: JsonDict, low: int = 1, high: int = 1) -> tuple[int, int]:
    """Return how few and how many values may be chosen; `low` and `high` where nothing, or null, says so."""
    least, most = item.get("min_values"), item.get("max_values")
    return low if least is None else int(least), high if most is None else int(most)


def select_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a select menu: custom_id, placeholder, how many values, and the options of a string select."""
    yield from text_problem(item, "custom_id", path, 1, 100, needed=True)
    yield from text_problem(item, "placeholder", path, 0, 150)
    options = item.get("options") or []
    low, high = value_bounds(item)
    if not 0 <= low <= 25 or not 1 <= high <= 25 or low > high:
        yield Problem(
            f"{path}.max_values", "NUMBER_TYPE_MAX", "min_values and max_values must be 0 to 25 and in order."
        )
    if item["type"] == STRING_SELECT:
        yield from option_problems(f"{path}.options", options)
        yield from (
            [Problem(path, "NUMBER_TYPE_MAX", "max_values exceeds the options.")] if high > max(1, len(options)) else []
        )


def option_problems(path: str, options: Sequence[JsonDict]) -> Iterator[Problem]:
    """Check the options of a select, a radio group or a checkbox group."""
    if not 1 <= len(options) <= 25:
        yield bad_length(path, 1, 25)
    for index, option in enumerate(options):
        yield from text_problem(option, "label", f"{path}.{index}", 1, 100, needed=True)
        yield from text_problem(option, "value", f"{path}.{index}", 1, 100, needed=True)
        yield from text_problem(option, "description", f"{path}.{index}", 1, 100)
    values = [option.get("value") for option in options]
    if len(set(values)) < len(values):
        yield Problem(path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")


def row_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check an action row: one to five buttons, or a single select."""
    inside = [child.get("type") for _, child in children(item)]
    if not 1 <= len(inside) <= 5:
        yield bad_length(f"{path}.components", 1, 5)
    if len(inside) > 1 and any(kind != BUTTON for kind in inside):
        yield Problem(
            f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"
        )


def section_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a section: one to three texts beside a button or a thumbnail."""
    if not 1 <= len(item.get("components") or []) <= 3:
        yield bad_length(f"{path}.components", 1, 3)
    if (item.get("accessory") or {}).get("type") not in (BUTTON, THUMBNAIL):
        yield wrong_choice(f"{path}.accessory", (BUTTON, THUMBNAIL))


def gallery_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a media gallery: one to ten items with a picture and an optional alt text."""
    items = item.get("items") or []
    if not 1 <= len(items) <= 10:
        yield bad_length(f"{path}.items", 1, 10)
    for index, entry in enumerate(items):
        yield from media_problems(f"{path}.items.{index}", entry, "media")


def media_problems(path: str, entry: JsonDict, key: str) -> Iterator[Problem]:
    """Check one piece of media: its address and its alt text."""
    yield from text_problem(entry, "description", path, 1, 1024)
    yield from text_problem(entry.get(key) or {}, "url", f"{path}.{key}", 1, 2048, needed=True)


def container_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a container: something inside, a colour of 24 bits."""
    if not item.get("components"):
        yield bad_length(f"{path}.components", 1, 40)
    colour = item.get("accent_color")
    if colour is not None and not 0 <= colour <= 0xFFFFFF:
        yield Problem(f"{path}.accent_color", "NUMBER_TYPE_MAX", "int value should be between 0 and 16777215.")


def input_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a modal's text input."""
    yield from text_problem(item, "custom_id", path, 1, 100, needed=True)
    yield from text_problem(item, "label", path, 1, 45)
    yield from text_problem(item, "placeholder", path, 0, 100)
    yield from text_problem(item, "value", path, 0, 4000)
    if item.get("style") not in (1, 2):
        yield wrong_choice(f"{path}.style", (1, 2))


def label_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check a modal's label and what it labels."""
    yield from text_problem(item, "label", path, 1, 45, needed=True)
    yield from text_problem(item, "description", path, 1, 100)
    if (item.get("component") or {}).get("type") not in LABELLED:
        yield wrong_choice(f"{path}.component", LABELLED)


def no_problems(_path: str, _item: JsonDict) -> Iterator[Problem]:
    """Find nothing."""
    return iter(())


def custom_id_problems(path: str, item: JsonDict) -> Iterator[Problem]:
    """Check what has a custom_id and perhaps options."""
    yield from text_problem(item, "custom_id", path, 1, 100, needed=True)
    if "options" in item:
        yield from option_problems(f"{path}.options", item["options"])


CHECKS: dict[int, Callable[[str, JsonDict], Iterator[Problem]]] = {
    ROW: row_problems,
    BUTTON: button_problems,
    **dict.fromkeys(SELECTS, select_problems),
    TEXT_INPUT: input_problems,
    SECTION: section_problems,
    TEXT: lambda path, item: text_problem(item, "content", path, 1, 4000, needed=True),
    THUMBNAIL: lambda path, item: media_problems(path, item, "media"),
    GALLERY: gallery_problems,
    FILE: lambda path, item: media_problems(path, item, "file"),
    SEPARATOR: no_problems,
    CONTAINER: container_problems,
    LABEL: label_problems,
    FILE_UPLOAD: custom_id_problems,
    RADIO: custom_id_problems,
    CHECKBOXES: custom_id_problems,
    CHECKBOX: custom_id_problems,
}


def nesting_problems(path: str, component: JsonDict, allowed: Sequence[int]) -> Iterator[Problem]:
    """Check that only what may stand here stands here, all the way down."""
    kind = component.get("type")
    if kind not in allowed:
        yield wrong_choice(f"{path}.type", allowed)
        return
    inside = CHILDREN.get(kind or 0, ())
    for step, child in children(component):
        below = inside if step.startswith("components") else (BUTTON, THUMBNAIL, *LABELLED)
        yield from nesting_problems(f"{path}.{step}", child, below)


def duplicate_problems(walked: Sequence[Walked]) -> Iterator[Problem]:
    """Check that no custom_id and no component id is used twice."""
    for key, code in (("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"), ("id", "COMPONENT_ID_DUPLICATED")):
        seen: set[Any] = set()
        for path, item in walked:
            value = item.get(key)
            if value and value in seen:
                yield Problem(f"{path}.{key}", code, f"Component {key.replace('_', ' ')} cannot be duplicated")
            seen.add(value)


def shape_problems(components: Any, path: str) -> list[Problem]:
    """Check that this is a list of objects at all; deeper checks rely on it."""
    if not isinstance(components, list):
        return [Problem(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType.")]
    if any(not isinstance(item, dict) for item in components):
        return [Problem(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")]
    nested = [item["components"] for item in components if "components" in item]
    return [problem for inside in nested for problem in shape_problems(inside, path)]


def component_problems(components: Any, top: str, path: str) -> Iterator[Problem]:
    """Check a whole tree; `top` is "message", "layout" (Components V2) or "modal"."""
    shapes = shape_problems(components, path)
    yield from shapes
    if shapes:
        return
    for index, component in enumerate(components):
        allowed = CHILDREN[top]
        yield from (
            nesting_problems(f"{path}.{index}", component, allowed)
            if top != "modal"
            else modal_nesting(path, index, component)
        )
    walked = list(walk(components, path))
    for where, item in walked:
        yield from CHECKS.get(item.get("type", 0), no_problems)(where, item)
    yield from duplicate_problems(walked)
    yield from total_problems(components, top, path, walked)


def modal_nesting(path: str, index: int, component: JsonDict) -> Iterator[Problem]:
    """Check a modal's top level; rows there may hold a text input only."""
    kind = component.get("type")
    if kind not in CHILDREN["modal"]:
        yield wrong_choice(f"{path}.{index}.type", CHILDREN["modal"])
    if kind == ROW and any(child.get("type") != TEXT_INPUT for _, child in children(component)):
        yield wrong_choice(f"{path}.{index}.components", (TEXT_INPUT,))


def total_problems(components: Sequence[JsonDict], top: str, path: str, walked: Sequence[Walked]) -> Iterator[Problem]:
    """Check the totals: 5 rows, 5 modal parts, 40 components, 4000 characters."""
    most = {"message": 5, "modal": 5, "layout": 40}[top]
    if len(components) > most:
        yield bad_length(path, 1, most)
    if len(walked) > 40:
        yield Problem(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The maximum number of components is 40")
    letters = sum(len(item.get("content") or "") for _, item in walked if item.get("type") == TEXT)
    if letters > 4000:
        yield Problem(
            path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", "Displayable text must be at most 4000 characters"
        )


def legacy_problems(body: JsonDict, kept_content: bool, kept_embeds: bool) -> Iterator[Problem]:
    """Check that a Components V2 message has neither content nor embeds, also none left over from before."""
    for key, kept in (("content", kept_content), ("embeds", kept_embeds)):
        if body.get(key) or (kept and key not in body):
            sentence = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            yield Problem(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", sentence)
    for key in ("poll", "sticker_ids"):
        if body.get(key):
            yield Problem(
                key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", f"The '{key}' field cannot be used"
            )


def embed_problems(embeds: Any) -> Iterator[Problem]:
    """Check embeds: ten, and 6000 characters together."""
    if not isinstance(embeds, list) or len(embeds) > 10:
        yield bad_length("embeds", 0, 10)
        return
    size = sum(len(str(embed.get(key) or "")) for embed in embeds for key in ("title", "description"))
    if size > 6000:
        yield Problem("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def reference_problems(components: Sequence[JsonDict], names: Sequence[str], path: str) -> Iterator[Problem]:
    """Check that every `attachment://name` is a file of this message, and that other addresses are web addresses."""
    for where, item in walk(components, path):
        for step, media in media_of(item):
            url = str(media.get("url") or "")
            if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
                sentence = f"The referenced attachment {url!r} could not be found"
                yield Problem(f"{where}.{step}.url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", sentence)
            elif not url.startswith(("attachment://", "http://", "https://")):
                yield Problem(
                    f"{where}.{step}.url", "URL_TYPE_INVALID_SCHEME", "Scheme must be http, https or attachment."
                )
            elif item.get("type") == FILE and not url.startswith("attachment://") and "/attachments/" not in url:
                yield Problem(f"{where}.{step}.url", "URL_TYPE_INVALID_SCHEME", "A file must be an attachment.")


def media_of(item: JsonDict) -> Iterator[tuple[str, JsonDict]]:
    """Yield (relative path, media object) of a gallery, a thumbnail or a file."""
    if item.get("type") == GALLERY:
        for index, entry in enumerate(item.get("items") or []):
            yield f"items.{index}.media", entry.setdefault("media", {})
    elif item.get("type") in (THUMBNAIL, FILE):
        key = "media" if item["type"] == THUMBNAIL else "file"
        yield key, item.setdefault(key, {})


def body_problems(body: JsonDict, flags: int) -> Iterator[Problem]:
    """Check what the body of a message says on its own; `flags` are those the message will have."""
    layout = bool(flags & COMPONENTS_V2)
    content = body.get("content")
    if content is not None and (not isinstance(content, str) or len(content) > 2000):
        yield bad_length("content", 0, 2000)
    if body.get("embeds"):
        yield from embed_problems(body["embeds"])
    if body.get("components"):
        yield from component_problems(body["components"], "layout" if layout else "message", "components")
    yield from mention_problems(body.get("allowed_mentions") or {})
    nonce = body.get("nonce")
    if nonce is not None and len(str(nonce)) > 25:
        yield bad_length("nonce", 0, 25)


def mention_problems(allowed: JsonDict) -> Iterator[Problem]:
    """Check allowed_mentions: known words, and a kind is either parsed or listed, not both."""
    parse = allowed.get("parse") or []
    for index, word in enumerate(parse):
        if word not in ("users", "roles", "everyone"):
            yield wrong_choice(f"allowed_mentions.parse.{index}", ("users", "roles", "everyone"))
    for kind in ("users", "roles"):
        if kind in parse and allowed.get(kind):
            sentence = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            yield Problem("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", sentence)
        if len(allowed.get(kind) or []) > 100:
            yield bad_length(f"allowed_mentions.{kind}", 0, 100)


def check_modal(data: JsonDict) -> None:
    """Reject a modal that Discord would reject."""
    problems = [*text_problem(data, "title", "data", 1, 45, needed=True)]
    problems += text_problem(data, "custom_id", "data", 1, 100, needed=True)
    problems += component_problems(data.get("components") or [], "modal", "data.components")
    if not data.get("components"):
        problems.append(bad_length("data.components", 1, 5))
    if problems:
        raise Rejection("invalid_form", problems)


def check_choices(choices: Any) -> list[JsonDict]:
    """Reject a list of autocomplete choices that Discord would reject; return it."""
    if not isinstance(choices, list) or len(choices) > 25:
        raise Rejection("invalid_form", [bad_length("data.choices", 0, 25)])
    problems: list[Problem] = []
    for index, choice in enumerate(choices):
        problems += text_problem(choice, "name", f"data.choices.{index}", 1, 100, needed=True)
        if isinstance(choice.get("value"), str):
            problems += text_problem(choice, "value", f"data.choices.{index}", 1, 100)
    if problems:
        raise Rejection("invalid_form", problems)
    return choices
