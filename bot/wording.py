"""Every sentence that a user sees: `(facts) => text`.

Discord's markdown is written only here. Whatever comes from a person goes through `escape` first.
"""

from __future__ import annotations

import re
import time

from engine.jobs import catalog
from engine.jobs.errors import PareidoliaError
from engine.jobs.job import JobRow, Place, State
from engine.jobs.params import Dream, Zoom

ALT_LIMIT = 1024
"""Characters of alt text that Discord takes."""
NAME_LIMIT = 32
MESSAGE_LIMIT = 1900
"""Characters of a plain message, with a line to spare; Discord takes 2,000."""

COMMANDS = {
    "dream": "Dream a picture: eyes, towers and fur grow out of it",
    "zoom": "Fall into a dream without end, as a GIF",
    "preset": "Your own settings by name",
    "preset save": "Keep settings under a name",
    "preset use": "Dream with one of your presets",
    "preset list": "See your presets",
    "preset delete": "Forget one of your presets",
    "queue": "See your dreams and the line",
    "help": "How to dream, with three examples",
}
OPTIONS = {
    "image": "the picture; without it, your avatar is dreamed",
    "layer": "what to see: low, mid, high, or a layer's name",
    "strength": "how strong the dream is: 0.1 to 4, usually 1",
    "preset": "one of your presets; other options win over it",
    "size": "long side of the result in pixels",
    "seed": "same picture, same seed, same dream",
    "private": "only you can see it",
    "frames": "pictures in the GIF: 8 to 90",
    "name": "the preset's name",
}
DREAM_THIS = "Dream this"
DREAM_AVATAR = "Dream their avatar"

VERBS = {
    "cancel": "Cancel",
    "keep": "Keep this one",
    "deeper": "Deeper",
    "again": "Again",
    "zoom": "Zoom",
    "more": "More",
    "save": "Save as preset",
    "delete": "Delete",
}

NO_PICTURE = "I see no picture in that message. Choose a message that has one, or use `/dream` and attach it."
CANCELLED = "Stopped. Press Again to dream it after all."
CANCELLED_ELSEWHERE = "Stopped. `/queue` shows the rest of the line."
CANNOT_WRITE = (
    "I may not write in this channel. Ask someone who manages it to let me send messages and attach files,"
    " or use `/dream` there."
)
UNREACHABLE = "Discord did not take my message. Try again in a moment."
TOO_LATE = "That dream is finished already. Look at it above, or press Again on it."
DELETED = "Deleted. Start another with `/dream`."
CANNOT_DELETE = "I cannot take that message away any more. Dismiss or delete it with its own menu."
LOST = "The finished picture is no longer stored. Press Again to dream it anew."
UNFIT = "The finished picture is too large to upload here. Press Again on it with a smaller `size`."
OPENING = "Opening your picture …"
CHANGED = "My commands have changed. Reload Discord (Ctrl+R) and try again."
NOT_HERE = "I am not at work in this server. Ask the person who runs me, or write to me directly."
STOPPING = "I am restarting. Ask again in a minute; dreams that wait are kept."
MORE_PROMPT = "**More of this dream** · choose and I start at once"
PICK_LAYER = "Another layer"
PICK_STRENGTH = "Another strength"
STRENGTHS = (
    ("faint · 0.4", 0.4),
    ("gentle · 0.7", 0.7),
    ("plain · 1", 1.0),
    ("strong · 1.6", 1.6),
    ("wild · 2.5", 2.5),
)
SAVE_TITLE = "Save as preset"
SAVE_LABEL = "Name"
SAVE_HINT = "1 to 32 letters, digits, spaces, - or _"
NO_PRESETS = "You have no presets yet. Save one with `/preset save`, or press More on a dream."
EMPTY_QUEUE = "Nobody is dreaming. Be the first: `/dream layer:high`."
HELP = """## Pareidolia
I look at a picture until I see more in it than there is.

`/dream layer:high` your avatar grows faces, animals and towers
`/dream image:a photo layer:low strength:2` strokes and ornaments, strongly
`/zoom layer:mid frames:40` falling into a dream, as a GIF

Press **Deeper** to dream a dream again, **Again** for another one, **Zoom** to fall into it, **More** for the rest.
Right-click a message or a person and open *Apps* to dream what you see, or write `@Pareidolia high` with a picture.
-# Same picture and same line under it, same dream. `/queue` shows who waits, `/preset` your settings."""


def escape(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text, shortened, in one line, with nothing in it that Discord would interpret."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    short = flat if len(flat) <= limit else flat[: limit - 1] + "…"
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", short)


def plain(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text for places without markdown, such as alt text."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat[:limit]


def refused(error: PareidoliaError) -> str:
    """The sentence of an error, with its code small. What a person typed is in the fact `name`."""
    if name := error.facts.get("name"):
        error = type(error)(**{**error.facts, "name": escape(str(name), 40)})
    return with_code(str(error), error.code)


def with_code(sentence: str, code: str) -> str:
    """A sentence and a code by which the person who runs the bot finds it in the log."""
    return f"{sentence}\n-# {code}" if code else sentence


def duration(seconds: float) -> str:
    """A rough time in words: "5 s", "2 min"."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{round(seconds / 5) * 5} s"
    return f"{round(seconds / 60)} min"


def place(where: Place | None, now: float | None = None) -> str:
    """Where a waiting dream stands: "2 dreams ahead of yours, about 20 s"."""
    if where is None:
        return "Your dream is about to start."
    ahead = {0: "Yours is next", 1: "1 dream ahead of yours"}.get(where.ahead, f"{where.ahead} dreams ahead of yours")
    if where.eta_s < 60:
        return f"{ahead}, about {duration(where.eta_s)}."
    ready = int((time.time() if now is None else now) + where.eta_s)
    return f"{ahead}, about {duration(where.eta_s)}: ready <t:{ready}:R>."


def status(first: str, name: str, params: Dream | Zoom) -> str:
    """Two lines, as many as a result has, so that nothing moves when it comes."""
    return f"{first}\n-# {escape(name)} · {params.recipe} · {escape(params.layer)}"


def dreaming(fraction: float) -> str:
    """How far it is."""
    return f"dreaming · {min(99, int(fraction * 100))} %"


def credit(params: Dream | Zoom) -> str:
    """The command that makes this picture again: `/dream layer:high seed:4821` and what is not the default."""
    shown = ("strength", "frames", "size") if isinstance(params, Zoom) else ("strength", "size")
    fields = type(params).model_fields
    values = {name: getattr(params, name) for name in shown if getattr(params, name) != fields[name].default}
    extra = "".join(f" {name}:{str(value).removesuffix('.0')}" for name, value in values.items())
    return f"/{params.recipe} layer:{params.layer}{extra} seed:{params.seed}"


def result(row: JobRow, name: str) -> str:
    """Under a finished picture: the credit line, who asked, how long it took, what was given up."""
    taken = (row.finished or row.created) - (row.started or row.created)
    parts = [escape(name), f"{taken:.1f} s"]
    if row.keep:
        parts.append("kept before it was finished")
    if row.result and row.result.note:
        parts.append(row.result.note)
    return f"`{credit(row.job.params)}`\n-# {' · '.join(parts)}"


def alt(params: Dream | Zoom, subject: str) -> str:
    """What someone who cannot see the picture should know of it."""
    verb = "An endless zoom into" if isinstance(params, Zoom) else "A dream of"
    return f"{verb} {plain(subject, 80)}: the network was asked for {sees(params.network, params.layer)}."[:ALT_LIMIT]


def alt_before(subject: str) -> str:
    """Alt text while the dream is not there yet."""
    return f"{plain(subject, 80)}, before the dream"[:ALT_LIMIT]


def sees(network: str, layer: str) -> str:
    """What a layer sees: "faces, animals, towers", or its name."""
    named = catalog.network(network).friendly.get(layer)
    return named.about if named else f"the layer {layer}"


def subject(name: str, kind: str) -> str:
    """Whose what is dreamed: "Ada's avatar"."""
    return "noise" if kind == "noise" else f"{plain(name)}'s {kind}"


def ready(user_id: int) -> str:
    """The one ping, after a long wait."""
    return f"<@{user_id}> your dream is ready."


def by_message(name: str) -> str:
    """On top of an answer that comes by direct message."""
    return f"I can no longer answer where you asked, {escape(name)}, so here is your dream."


def preset_saved(name: str) -> str:
    """After saving."""
    return f"Saved. Dream with it: `/dream preset:{escape_code(name)}`"


def preset_deleted(name: str) -> str:
    """After deleting."""
    return f"Deleted the preset {escape(name)}. `/preset list` shows the others."


def preset_line(name: str, options: dict[str, object]) -> str:
    """One preset in the list."""
    shown = " ".join(f"{key}:{value}" for key, value in options.items() if key != "recipe")
    return f"**{escape(name)}** · `{escape_code(shown, 200)}`"


def preset_list(lines: list[str]) -> str:
    """All of them, or as many as one message holds."""
    shown: list[str] = []
    for line in lines:
        if sum(map(len, shown)) + len(shown) + len(line) > MESSAGE_LIMIT:
            break
        shown.append(line)
    rest = len(lines) - len(shown)
    return "\n".join(shown) + (f"\n-# and {rest} more; type `/dream preset:` to see them" if rest else "")


def escape_code(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text inside backticks."""
    return plain(text, limit).replace("`", "'")


def queue_line(row: JobRow, where: Place, link: str) -> str:
    """One of your dreams in `/queue`."""
    stands = "dreaming now" if where.state is State.RUNNING else place(where).rstrip(".")
    return f"`{credit(row.job.params)}`\n{stands}{f' · [see it]({link})' if link else ''}"


def queue_total(total: int, seconds: float) -> str:
    """The whole line."""
    dreams = "1 dream is" if total == 1 else f"{total} dreams are"
    return f"{dreams} waiting or running; the last is done in about {duration(seconds)}."


def queue_none(total: int) -> str:
    """When the line has nothing of yours."""
    return "You have no dream in the line. Start one with `/dream`." if total else EMPTY_QUEUE
