"""Every sentence that a user sees: `(facts) => text`.

Discord's markdown is written only here. Whatever comes from a person goes through `escape` first.

Longer than most files: every sentence is here, so that one reading finds all of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from engine import params as jobs_params
from engine.catalog import weighted_terms
from engine.catalog.catalog import JOINT
from engine.errors import PareidoliaError
from engine.params import Animate, AnyParams, Channel, Concept, Dream, Params, See, Zoom
from engine.queue.job import JobRow, Place, State

ALT_LIMIT = 1024
"""Characters of alt text that Discord takes."""
NAME_LIMIT = 32
NOISE = "noise"
"""What a picture is called that there is not."""
LIKELY = 0.3
"""What is less likely than this is called a guess."""
MESSAGE_LIMIT = 1900
"""Characters of a plain message, with a line to spare; Discord takes 2,000."""

COMMANDS = {
    "dream": "DeepDream an image: watch eyes, faces and fur grow out of it",
    "zoom": "Make an endless zoom",
    "concept": "What does the network imagine? A banana, an owl, a castle made of eyes",
    "see": "What's in an image? I say what I see, and show why",
    "lab": "Look inside the network",
    "lab channel": "See what a channel, or a whole layer, looks for",
    "preset": "Save and reuse your settings",
    "preset save": "Save settings under a name",
    "preset use": "Dream with one of your presets",
    "preset list": "See your presets",
    "preset delete": "Delete one of your presets",
    "queue": "See your place in the queue",
    "help": "How to dream, with three examples",
}


def _range(kind: type[Params], name: str) -> str:
    """The range of an option, as params declare it: "0.1–4 (default 1)"."""
    declared = jobs_params.bounds(kind, name)
    return f"{declared['ge']:g}–{declared['le']:g} (default {kind.model_fields[name].default:g})"


OPTIONS = {
    "image": "Image to dream (defaults to your avatar)",
    "layer": "How deep to look: low, mid, high, a layer name, or a mix like high*0.7 + mid:21",
    "subject": "What to bring out instead: eyes, towers, fox, 🦊, eyes + castle",
    "strength": f"Effect strength, {_range(Dream, 'strength')}",
    "preset": "Start from a saved preset (other options override it)",
    "size": "Longest side in pixels",
    "seed": "Seed, to repeat a result exactly",
    "private": "Show the result only to you",
    "network": "Model to use",
    "colours": "Colours: the dream's (default) or the original's",
    "keep": f"Blend the original back in, {_range(Dream, 'keep')}",
    "protect": "Leave an area untouched",
    "guide": "A second image: bring out what is in it",
    "guide_by": "How to apply the guide",
    "mask": "Mask image: white is dreamed, black is left alone",
    "look": "Natural (default), vivid, or as DeepDream looked in 2015",
    "variations": "How many variations to make: 1, 2 or 4",
    "channel": "Channel number, from 0 (without it: an atlas of the layer)",
    "search": "Show the channels most linked to a word: eyes, fox, 🦊",
    "top": f"How many channels to show, {_range(Channel, 'top')}",
    "image of a concept": "Image to grow it out of (without one, it stands alone)",
    "subject of a concept": "What to imagine: eyes, towers, fox, 🦊, banana + eye",
    "image to see": "Image to look at (defaults to your avatar)",
    "image of an atlas": "Show the most active channels for this image (without one: the most varied)",
    "layer of a channel": "low, mid, high, or a layer name (default mid)",
    "frames": f"Number of frames, {_range(Zoom, 'frames')}",
    "name": "The preset's name",
}
DREAM_THIS = "Dream this"
DREAM_AVATAR = "Dream avatar"
LIKE_THIS = "Copy settings"
SEE_THIS = "What do you see?"
COLOURS = (
    ("The dream's", "as is"),
    ("The original's", "keep"),
    ("Matched to the original's palette", "match"),
)
PROTECT = (("The centre", "centre"), ("The edges", "edges"), ("Nothing", "nothing"))
LOOKS = (
    ("Natural", "natural"),
    ("Vivid, with rainbow edges", "vivid"),
    ("Google's original DeepDream of 2015", "2015"),
)
GUIDE_BY = (("Best match for each area", "match"), ("Average everywhere", "average"))

VERBS = {
    "cancel": "Cancel",
    "keep": "Stop here & keep",
    "deeper": "Deeper",
    "dream": "Dream it",
    "again": "Re-roll",
    "retry": "Retry",
    "pick1": "1",
    "pick2": "2",
    "pick3": "3",
    "pick4": "4",
    "zoom": "Zoom",
    "tune": "Tune",
    "tune_type": "Type a subject…",
    "tune_go": "Dream it",
    "original": "Original",
    "animate": "Animate",
    "report": "Report",
    "more": "More",
    "save": "Save as preset",
    "delete": "Delete",
}

PROGRESS_VERBS = {"concept": "Imagining", "channel": "Drawing", "see": "Looking", "animate": "Animating"}
COMMAND_NAMES = {"channel": "lab channel"}
"""Commands that are not called as their recipes."""
SHOWN_OPTIONS = {
    "dream": ("variations", "strength", "size", "colours", "keep", "protect", "guide_by", "look", "network"),
    "zoom": ("strength", "frames", "size", "network"),
    "concept": ("variations", "size", "network"),
    "channel": ("channel", "search", "top", "network"),
    "see": ("network",),
    "animate": (),
}
"""The options that a credit line shows where they are not the default, beside what it is about and the seed."""

NO_PICTURE = "I see no image in that message. Choose a message that has one, or attach it to `/dream` or `/see`."
ONCE_MORE = "Something broke, trying once more."
CANCELLED = "Cancelled. Press Retry to make it after all."
CANCELLED_ELSEWHERE = "Cancelled."
CANCELLING = "Cancelling: it stops within a moment."
CANNOT_WRITE = "I can't send messages in this channel. Ask a moderator to let me send messages and attach files here."
UNREACHABLE = "Discord didn't accept my message. Try again in a moment."
TOO_LATE = "That one is finished already. Look at it above, or press Re-roll on it."
DELETED = "Deleted. Start another with `/dream`."
CANNOT_DELETE = "I can't delete that message any more. Dismiss or delete it from its own menu."
LOST = "The finished image is no longer stored. Press Retry to make it again."
FROM_ABOVE = "from the dream above"
"""What a dream of a dream is made of: the line under it alone does not make it again."""
TO_HERE = "from the first image to the dream above"
"""What an animation is made of."""
NOT_SINGLE = "it isn't a single picture"
TOO_OFTEN = f"more than {jobs_params.MOST_DREAMS} dreams came before it"
"""Why something cannot be animated."""
SHOWN_DREAMS = 3
"""Dreams whose lines stand under an animation: the first, and the last ones."""
REPORT_TITLE = "Report this picture"
REPORT_LABEL = "What's wrong with it? (optional)"
REPORT_HINT = "The bot's owner gets a link to it, your name and what you write here."
REPORTED_ALREADY = "You reported this one already. The bot's owner will look at it."
PRIVATE_DREAM = "a dream that only its requester can see"
REASON_LIMIT = 300
UNFIT = "The finished image is too large to upload here. Run the command again with a smaller `size`."
SMALLER = "made smaller to fit here"
STILL = "too large to upload here, so this is its first frame: run the command again with a smaller `size`"
PLAIN = "-# This server's AutoMod blocked my caption. The buttons still work."
PLAIN_ALT = "A dream"
OPENING = "Opening your image…"
INTERRUPTED = "I restarted while opening your image. Please run the command again."
CHANGED = "My commands have changed. Reload Discord (Ctrl+R) and try again."
NOT_HERE = "I'm not enabled in this server. Ask the bot's owner, or send me a direct message."
STOPPING = "I'm restarting. Try again in a minute; dreams in the queue are kept."
MORE_PROMPT = "**More for this one**"
ORIGINAL_ALT = "The image that this was made of"
TUNE_PROMPT = "**Tune** · change what you like, then press Dream it: the seed stays the same"
TYPE_TITLE = "Type a subject"
TYPE_LABEL = "What should come out?"
TYPE_HINT = "eyes, towers, fox, 🦊, eyes + castle"
PICK_LOOK = "Look"
PICK_KEEP = "Original blended in"
PICK_COLOURS = "Colours"
PICK_SIZE = "Size"
KEEPS = (("None", 0.0), ("A quarter", 0.25), ("Half", 0.5), ("Three quarters", 0.75))
PICK_SUBJECT = "Subject"
PICK_LAYER = "Layer"
PICK_STRENGTH = "Strength"
STRENGTHS = (
    ("Subtle · 0.4", 0.4),
    ("Light · 0.7", 0.7),
    ("Normal · 1", 1.0),
    ("Strong · 1.6", 1.6),
    ("Extreme · 2.5", 2.5),
)
SAVE_TITLE = "Save as preset"
SAVE_LABEL = "Name"
SAVE_HINT = "1 to 32 letters, digits, spaces, - or _"
NO_PRESETS = "You have no presets yet. Save one with `/preset save`, or from the menu under a dream."
EMPTY_QUEUE = "The queue is empty. Start something: `/dream layer:high`."
HELP = """## Pareidolia
I look at a picture until I see more in it than there is.

`/dream layer:high` faces, animals and eyes grow out of your avatar
`/dream subject:eyes + castle image:a photo` brings out what you name, as a word or an emoji: suggestions as you type
`/zoom layer:mid frames:40` an endless zoom

Other things I can do: `/concept subject:banana` shows what I imagine, `/see` what I see in a photo and why,
and `/lab channel layer:mid` what each part of me looks for.

Press **Deeper** to dream a dream again, **Re-roll** for another one, **Zoom** to fall into it, **Tune** to change it.
Right-click (or hold) a message or a person and open *Apps*, or write `@Pareidolia eyes size:256`
with an image, a link to one, or somebody's @name.
-# The line under a dream makes it again from the same image. `/queue` shows your place, `/preset` your settings."""


def escape(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text, shortened, in one line, with nothing in it that Discord would interpret."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    short = flat if len(flat) <= limit else flat[: limit - 1] + "…"
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", short)


def plain(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text for places without markdown, such as alt text."""
    flat = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return flat[:limit]


def escape_markdown(text: str, limit: int = 1000) -> str:
    """A sentence of ours with a person's words in it: nothing in it pings, links or shouts, and our `code` stays."""
    return re.sub(r"([\\*_~|<>@#\[\]()])", r"\\\1", plain(text, limit))


ESCAPED_FACTS: dict[str, Callable[[str], str]] = {
    "name": lambda text: escape(text, 40),
    "problem": escape_markdown,
    "option": lambda text: escape_code(text, 40),
}
"""How the facts of errors are made harmless that may hold what a person typed."""


def error_sentence(error: PareidoliaError) -> str:
    """The sentence of an error, with its code small. What a person typed is in the facts of `ESCAPED_FACTS`."""
    disarmed = {name: ESCAPED_FACTS[name](str(fact)) for name, fact in error.facts.items() if name in ESCAPED_FACTS}
    return with_code(str(type(error)(**{**error.facts, **disarmed})) if disarmed else str(error), error.code)


def with_code(sentence: str, code: str) -> str:
    """A sentence and a code by which the bot's owner finds it in the log."""
    return f"{sentence}\n-# {code}" if code else sentence


def duration(seconds: float) -> str:
    """A rough time in words: "5 s", "2 min"."""
    if seconds < 10:
        return f"{max(1, round(seconds))} s"
    if seconds < 90:
        return f"{round(seconds / 5) * 5} s"
    return f"{round(seconds / 60)} min"


def place_words(where: Place | None, now: float | None = None) -> str:
    """Where a waiting dream stands: "2 ahead of you · ready in about 20 s"."""
    if where is None:
        return "You're in the queue."
    ahead = f"{where.ahead} ahead of you" if where.ahead else "You're next"
    if where.eta_s < 60:
        return f"{ahead} · ready in about {duration(where.eta_s)}"
    ready = int((time.time() if now is None else now) + where.eta_s)
    return f"{ahead} · ready <t:{ready}:R>"


def opening_words(ahead: int) -> str:
    """While a picture is fetched and opened, or waits for that: "3 ahead of you"."""
    return f"{OPENING} {ahead} ahead of you" if ahead else OPENING


def frame_words(number: int, count: int) -> str:
    """Which frame of an animation is dreamed: "frame 3 of 40"; nothing for what does not move."""
    return f"frame {number} of {count}" if count > 1 else ""


def status_words(first: str, name: str, params: AnyParams, frame: str = "") -> str:
    """Two lines, as many as a result has, so that nothing moves when it comes."""
    parts = [escape(name), params.recipe, escape(params.aim[1], 100), frame]
    return f"{first}\n-# {' · '.join(filter(None, parts))}"


def progress_words(params: AnyParams, fraction: float, left_s: float = 0.0) -> str:
    """What is being done, how far it is and how long it will take: "Dreaming… 40% · about 8 s left"."""
    left = f" · about {duration(left_s)} left" if left_s >= 1 else ""
    return f"{PROGRESS_VERBS.get(params.recipe, 'Dreaming')}… {min(99, int(fraction * 100))}%{left}"


def credit(params: AnyParams) -> str:
    """The command that makes this picture again: `/dream layer:high seed:4821` and what is not the default. Of an
    animation, those of its dreams."""
    if isinstance(params, Animate):
        return dreams_line(params)
    option, word = params.aim
    shown = {name: getattr(params, name) for name in SHOWN_OPTIONS[params.recipe]}
    given = {option: word} if option not in shown else {}
    given |= {name: value for name, value in shown.items() if value != _default(params, name)}
    values = " ".join(f"{name}:{str(value).removesuffix('.0')}" for name, value in given.items())
    return " ".join(
        filter(None, (f"/{COMMAND_NAMES.get(params.recipe, params.recipe)}", values, f"seed:{params.seed}"))
    )


def dreams_line(params: Animate) -> str:
    """The commands of an animation's dreams, in their order: "/dream layer:high seed:1 → /dream layer:mid seed:2"."""
    lines = [credit(dream.params) for dream in params.dreams]
    shown = lines if len(lines) <= SHOWN_DREAMS else [lines[0], "…", *lines[1 - SHOWN_DREAMS :]]
    return " → ".join(shown)


def _default(params: AnyParams, name: str) -> Any:
    return params.catalog.default_network() if name == "network" else type(params).model_fields[name].default


def settings(params: AnyParams) -> str:
    """The credit line, and the options that no command offers where they are not the default."""
    told = {"seed", "recipe", *jobs_params.AIM_OPTIONS, *SHOWN_OPTIONS[params.recipe]}
    more = params.model_dump(exclude_defaults=True, exclude=told)
    return f"`{' '.join([credit(params), *(f'{name}:{value}' for name, value in more.items())])}`"


def like_words(params: AnyParams, original: str, missing: tuple[str, ...] = ()) -> str:
    """Beside a dream that is made like another: the options, what is dreamed, and what could not be had."""
    text = f"Settings copied: {settings(params)}, on {escape(original, 80)}. Another image? Attach it to `/dream`."
    if missing:
        text += f" Its {' and '.join(missing)} is not in the file: attach one to `/dream` to use it."
    return text


def result_words(row: JobRow, name: str, frame: str = "") -> str:
    """Under a finished picture: the credit line, who asked, how long it took, what was given up."""
    taken = (row.finished or row.created) - (row.started or row.created)
    parts = [escape(name), *filter(None, (f"{taken:.1f} s" if taken else "", frame))]
    if found := guess_words(row):
        parts.insert(0, escape(found, 100))
    if row.job.others:
        parts.append(f"with a {' and a '.join(sorted(row.job.others))}")
    if row.keep_preview:
        parts.append("stopped early")
    if row.result and row.result.note:
        parts.append(row.result.note)
    said = escape(sentence(row), 100)
    return "\n".join(filter(None, (said and f"**{said}**", f"`{credit(row.job.params)}`", f"-# {' · '.join(parts)}")))


def sentence(row: JobRow) -> str:
    """What was seen in a picture, in one sentence; nothing for what was not looked at, or was before there were any."""
    return plain(str(row.result.facts.get("sentence", "")), 100) if row.result else ""


def guess_words(row: JobRow) -> str:
    """The likeliest labels, called guesses where nobody can tell: "my guesses: tray 12%, wallet 9%"."""
    found = likeliest_labels(row)
    labels = row.result.facts.get("labels", []) if row.result else []
    sure = not found or not sentence(row) or labels[0]["probability"] >= LIKELY
    return found if sure else f"my guesses: {found}"


def likeliest_labels(row: JobRow) -> str:
    """What was seen in a picture, the likeliest first: "🦊 fox 72%, lion 9%"; nothing for what was not looked at."""
    labels = row.result.facts.get("labels", ()) if row.result else ()
    shares = [(f"{one['emoji']} {one['label']}".strip(), round(100 * one["probability"])) for one in labels[:3]]
    return plain(", ".join(f"{label} {percent}%" for label, percent in shares if percent), 100)


def alt_text(params: AnyParams, original: str, row: JobRow | None = None) -> str:
    """What someone who cannot see the picture should know of it; with its row, what was found out, too."""
    name = plain(original, 80)
    match params:
        case Concept():
            text = f"{_concept_alt(params)}{_out_of(name)}."
        case Channel():
            text = f"{_channel_alt(params)}, drawn by the network itself."
        case Animate():
            text = f"An animation of how {name} became a dream: the network was asked for {aim_words(params)}."
        case See():
            text = f"What the network sees in {name}{_see_alt(row)}. Below, the picture as its layers perceive it."
        case _:
            verb = "An endless zoom into" if isinstance(params, Zoom) else "A dream of"
            text = f"{verb} {name}: the network was asked for {aim_words(params)}{_guide_words(row)}."
    return text[:ALT_LIMIT]


def _see_alt(row: JobRow | None) -> str:
    parts = [sentence(row).rstrip("."), likeliest_labels(row)] if row else []
    said = "; ".join(filter(None, parts))
    return f": {said}" if said else ""


def _concept_alt(params: Concept) -> str:
    many = f"{params.variations} different pictures of what" if params.variations > 1 else "What"
    return f"{many} the network imagines when asked for {aim_words(params)}"


def _out_of(name: str) -> str:
    return "" if name == NOISE else f", grown out of {name}"


def _channel_alt(params: Channel) -> str:
    if params.channel is not None:
        return f"What channel {params.channel} of {_layer(params)} responds to"
    those = f"the channels most linked to {params.search}" if params.search else "its most varied channels"
    return f"An atlas of {_layer(params)}: what {those} respond to"


def _layer(params: Channel) -> str:
    word = params.aim[1]
    named = params.catalog.network(params.network).friendly.get(word)
    return f"the layer {word} ({named.about})" if named else f"the layer {word}"


def _guide_words(row: JobRow | None) -> str:
    return ", guided by a second picture" if row and "guide" in row.job.others else ""


def alt_text_before(original: str) -> str:
    """Alt text while the dream is not there yet."""
    return f"{plain(original, 80)}, before the dream"[:ALT_LIMIT]


def aim_words(params: AnyParams) -> str:
    """What a dream goes towards: "eyes", "eyes and castle", "faces, animals, eyes", or a layer's name."""
    option, word = params.aim
    if option != "layer":
        return word.replace(JOINT, " and ")
    return " and ".join(_term(params, term) for term in weighted_terms.read(params.catalog, params.network, word))


def _term(params: AnyParams, term: weighted_terms.Term) -> str:
    named = params.catalog.network(params.network).friendly.get(term.name)
    sense = named.about if named and term.channel is None else f"the layer {term.name}"
    part = "" if term.channel is None else f"channel {term.channel} of "
    return f"{'less of ' if term.weight < 0 else ''}{part}{sense}"


def original_words(name: str, kind: str) -> str:
    """Whose what is dreamed: "Ada's avatar"."""
    return NOISE if kind == NOISE else f"{plain(name)}'s {kind}"


def picked_words(link: str) -> str:
    """For who takes a picture out of a sheet that was taken out before."""
    return f"It's here already: {link}"


def original_line(row: JobRow) -> str:
    """Under the picture that something was made of."""
    return f"What this was made of: `{credit(row.job.params)}`"


def reported_words(code: str) -> str:
    """For who reported something."""
    return f"Thanks, your report was sent to the bot's owner.\n-# {code}"


def report_words(code: str, link: str, name: str, user_id: int, reason: str) -> str:
    """A report, as the bot's owner reads it in the channel for reports. Nothing in it pings."""
    said = escape(reason, REASON_LIMIT) or "no reason given"
    return f"**Report {code}** · {link or PRIVATE_DREAM}\nby {escape(name)} (`{user_id}`): {said}"


def ready_words(user_id: int) -> str:
    """The one ping, after a long wait."""
    return f"<@{user_id}>, your dream is ready!"


def direct_message_words(name: str) -> str:
    """On top of an answer that comes by direct message."""
    return f"I can no longer answer where you asked, {escape(name)}, so here is your dream."


def saved_words(name: str, *, replaced: bool = False) -> str:
    """After saving, also over one of that name."""
    done = "Replaced your preset of that name." if replaced else "Saved."
    return f"{done} Use it: `/dream preset:{escape_code(name)}`"


def deleted_words(name: str) -> str:
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
    stands = "Dreaming now" if where.state is State.RUNNING else place_words(where)
    return f"`{credit(row.job.params)}`\n{stands}{f' · [open]({link})' if link else ''}"


def queue_total(total: int, seconds: float) -> str:
    """The whole queue."""
    return f"{total} in the queue altogether · the last is ready in about {duration(seconds)}"


def queue_none(total: int) -> str:
    """When the queue has nothing of yours."""
    return "You have nothing in the queue. Start something with `/dream`." if total else EMPTY_QUEUE


# messages that speak with the bot

HINT = "Say what to bring out, like `castles` or 🦊, and attach a picture if you like. `help` shows more."


def hint_words(near: str = "") -> str:
    """For who says nothing that means something here; `near` is what a word may have been mistyped for."""
    return f"Did you mean `{escape_code(near)}`? Reply with that, or with `help`." if near else HINT


def picture_count_words(count: int) -> str:
    """Which of several pictures is dreamed: "the first of 3 images, 2 left out"; nothing for a single one."""
    return f"the first of {count} images, {count - 1} left out" if count > 1 else ""
