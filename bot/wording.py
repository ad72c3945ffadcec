"""Every sentence that a user sees: `(facts) => text`.

Discord's markdown is written only here. Whatever comes from a person goes through `escape` first.

Longer than most files: every sentence is here, so that one reading finds all of them.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.operations.questions import Finding
from bot.store.posting import Posting
from bot.store.server_blocks import USER, Block
from bot.store.server_rules import ChannelRules, PersonLimit, QuietHours, ServerRules
from bot.store.server_week import Week
from engine import classification_sentence, errors, notes
from engine import params as jobs_params
from engine.catalog import subject_sequence, weighted_terms
from engine.catalog.catalog import JOINT
from engine.catalog.subject_sequence import THEN
from engine.classification_sentence import Verdict
from engine.errors import PareidoliaError
from engine.params import (
    YOURS,
    Animate,
    AnyParams,
    Channel,
    Concept,
    Dream,
    Morph,
    Params,
    See,
    Style,
    Upscale,
    Video,
    Zoom,
)
from engine.queue.job import FURTHER, VIDEO, JobRow, Place, Result, State

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
    "style": "Paint an image in the style of a painting: one of six, or your own",
    "video": "Dream a video or a GIF: what grows in it moves along, and the sound stays",
    "see": "What's in an image? Or, with a layer: what does each part of me look for?",
    "preset": "Save and reuse your settings",
    "preset save": "Save settings under a name",
    "preset list": "See your presets",
    "preset show": "See a preset's settings, dream with it, share it",
    "preset rename": "Give a preset another name",
    "preset delete": "Delete one of your presets; what you shared of it ends, too",
    "preset share": "Post a preset here for everyone, and get its code for other servers",
    "preset import": "Save a preset that somebody shared with you by its code",
    "info": "See your place in the queue, your dreams and limits, and the models",
    "settings": "Your defaults, notices and privacy; export or delete your data",
    "server": "Rules for this server: channels, limits, quiet hours, what is hidden",
    "server panel": "See and change all rules of this server",
    "server check": "What keeps me from working well here, and how to fix it",
    "server week": "What was dreamed here within a week",
    "server blocked": "Who and which images moderators blocked here; take it back",
    "server pause": "Stop all new dreams in this server",
    "server resume": "Let people dream again",
    "server channel": "Rules for one channel: whether I dream there, largest size, posts an hour",
    "server ritual": "What happens here every day: an endless dream, a daily dream, an exhibition",
    "server limit": "How much each person may ask for: everyone, or those with a role",
    "help": "How to dream, with examples; all subjects in pictures",
}


def _range(kind: type[Params], name: str) -> str:
    """The range of an option, as params declare it: "0.1–4 (default 1)"."""
    declared = jobs_params.bounds(kind, name)
    return f"{declared['ge']:g}–{declared['le']:g} (default {kind.model_fields[name].default:g})"


OPTIONS = {
    "image": "Image to dream (defaults to your avatar)",
    "layer": "Or how deep to look: low, mid, high, a layer name, or a mix like high*0.7 + mid:21",
    "subject": "What to bring out: eyes, towers, fox, 🦊, eyes + castle",
    "strength": f"Effect strength, {_range(Dream, 'strength')}",
    "preset": "Start from a saved preset (other options override it)",
    "size": "Longest side in pixels",
    "seed": "Seed, to repeat a result exactly",
    "private": "Show the result only to you",
    "model": "Model to use",
    "palette": "Colours: the dream's (default) or the original's",
    "original": f"Blend the original back in, {_range(Dream, 'keep')}",
    "protect": "Leave an area untouched",
    "guide": "A second image: bring out what is in it",
    "guide_user": "Guide by somebody's avatar",
    "start": "Where to begin, in place of an image: the last dream here, noise, a surprise…",
    "user": "Dream somebody's avatar",
    "guide_by": "How to apply the guide",
    "mask": "Mask image: white is dreamed, black is left alone",
    "look": "Natural (default), vivid, or as DeepDream looked in 2015",
    "variations": "How many variations to make: 1, 2 or 4",
    "channel": "Channel number, from 0 (without it: an atlas of the layer)",
    "search": "Show the channels most linked to a word: eyes, fox, 🦊",
    "top": f"How many channels to show, {_range(Channel, 'top')}",
    "image of a concept": "Image to grow it out of (without one, it stands alone)",
    "subject of a concept": "What to imagine: eyes, towers, fox, 🦊, or both in one: fish + dog",
    "morph_to": "What it turns into, as an animation: eye, or one after another: eye > dog",
    "strip": "With morph_to: still pictures side by side, not an animation",
    "image to see": "Image to look at (defaults to your avatar); with a layer: the channels it excites",
    "layer to see": "Look inside: low, mid, high, or a layer name (default mid)",
    "frames": f"Number of frames, 8–{Zoom.CHAT_FRAMES} (default {Zoom.model_fields['frames'].default}); 12 a second",
    "speed": f"How many times as close after a second, {_range(Zoom, 'speed')}",
    "rotate": "Degrees it turns in a second, clockwise; below 0 the other way",
    "motion": "Once (default), in and back out, or a seamless loop",
    "format": "WebP (default), GIF, or MP4",
    "subject of a zoom": "What to bring out, one after another: dogs > castles > coral",
    "start of a zoom": "Where to begin, in place of an image: where the last zoom here ended, noise, your avatar",
    "name": "The preset's name",
    "name to save": "What to call it; one of that name is replaced",
    "to": "The new name",
    "code": "The code, like K7QP-2M9X",
    "topic": "What you want to know",
    "channel of a server": "Which channel",
    "answers": "Whether I dream there",
    "games": "Whether people can /play there",
    "most size": "Longest side there, in pixels; 0: no limit",
    "posts": "Results posted there within an hour; 0: no limit",
    "role": "People with this role (without it: everyone)",
    "at once": "In the queue at once; 0: no limit",
    "hourly": "Pictures an hour; 0: no limit",
    "daily": "Pictures a day; 0: no limit",
    "cooldown": "Seconds between two dreams; 0: none",
    "ritual": "What to switch on or change (without it: see what there is)",
    "ritual channel": "Where (defaults to this channel)",
    "ritual hour": "At which hour of the day, 0 to 23 (default 18)",
    "ritual zone": "Time zone of the hour: Europe/Berlin, UTC+2 (default UTC)",
    "ritual every": "Endless dream: hours between two parts (default 24)",
    "ritual stars": "Exhibition: how many stars carry a dream there (default 3)",
}
OPTIONS |= {
    "image to paint": "Image to paint (defaults to your avatar)",
    "painting": "Whose style: one of six paintings (without one, I pick)",
    "painting_image": "Or a painting of your own",
    "strength of a style": f"How much the painting counts, {_range(Style, 'strength')}",
    "palette of a style": "Colours: the painting's (default) or the image's",
    "subject of a style": "Dream it first: what to bring out",
    "layer of a style": "Or how deep to look: low, mid, high, a layer name, or a mix",
    "start of a style": "Where to begin, in place of an image: the last dream here, noise…",
    "user to paint": "Paint somebody's avatar",
}
"""Those of `/style`."""
OPTIONS |= {
    "video": "The video or animation to dream: an MP4, a GIF or a WebP",
    "start of a video": "Second of the video to begin at (default 0)",
    "seconds": f"How much of it, up to {Video.CHAT_SECONDS} (default {Video.model_fields['seconds'].default:g})",
    "fps": f"Frames a second, {_range(Video, 'fps')}; {Video.CHAT_FRAMES} frames in all at most",
    "format of a video": "As what was sent (default), or an MP4 with the sound, a GIF, a WebP",
    "size of a video": f"Longest side in pixels, up to {Video.CHAT_SIZE}",
}
"""Those of `/video`."""
PAINTINGS = (
    ("Swirls: a night of thick strokes", "swirls"),
    ("Dots: a riverside in points of paint", "dots"),
    ("Woodcut: black ink on paper", "woodcut"),
    ("Stained glass", "glass"),
    ("Planes: a cubist still life", "planes"),
    ("Wave: a Japanese print", "wave"),
)
STYLE_COLOURS = (
    ("The painting's", "as is"),
    ("The image's own", "keep"),
    ("The painting in the image's palette", "match"),
)
PAINTING_TITLES = {
    "swirls": "a night of swirls", "dots": "a painting of dots", "woodcut": "a woodcut", "glass": "stained glass",
    "planes": "a cubist painting", "wave": "a Japanese print of waves", YOURS: "a painting that was attached",
}  # fmt: skip
"""In whose style something was painted."""
STARTS = (
    ("Your avatar", "avatar"),
    ("The last dream here", "last dream"),
    ("Noise: out of nothing", "noise"),
    ("The server's icon", "server icon"),
    ("Surprise me", "surprise"),
)
ZOOM_STARTS = (
    ("Your avatar", "avatar"),
    ("Where the last zoom here ended", "last zoom"),
    ("Noise: out of nothing", "noise"),
)
MOTIONS = (("Once, in", "once"), ("Boomerang: in and back out", "boomerang"), ("Seamless loop", "loop"))
FORMATS = (("WebP", "webp"), ("GIF", "gif"), ("MP4", "mp4"))
PICK_MOTION = "Motion"
PICK_FORMAT = "Format"
DREAM_THIS = "Dream this"
DREAM_AVATAR = "Dream avatar"
DREAM_VIDEO = "Dream it as a video"
IT_MOVES = "That moves, and I'm dreaming one frame of it. I can dream all of it, too: what grows in it moves along."
"""Beside a dream of one frame, with a button."""
LIKE_THIS = "Copy settings"
SEE_THIS = "What do you see?"
BLOCK_IMAGE = "Block image"
BLOCK_USER = "Block user"
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
    "last": "The last dream here",
    "last_image": "The last image here",
    "smaller": "Smaller",
    "show": "Show me",
    "pick1": "1",
    "pick2": "2",
    "pick3": "3",
    "pick4": "4",
    "zoom": "Zoom",
    "continue": "Continue",
    "tune": "Tune",
    "tune_type": "Type a subject…",
    "tune_go": "Dream it",
    "original": "Original",
    "ritual:star": "⭐",
    "upscale": "Upscale",
    "animate": "Animate",
    "surprise": "Surprise me",
    "report": "Report",
    "more": "More",
    "save": "Save as preset",
    "delete": "Delete",
    "preset_save": "Save to mine",
    "preset_try": "Dream with it",
    "preset_dream": "Dream with it",
    "preset_share": "Share",
    "preset_unshare": "Stop sharing",
    "preset_delete": "Delete",
}

PROGRESS_VERBS = {
    "concept": "Imagining",
    "style": "Painting",
    "channel": "Drawing",
    "see": "Looking",
    "animate": "Animating",
    "upscale": "Upscaling",
    "morph": "Morphing",
}
COMMAND_NAMES = {"channel": "see", "morph": "concept"}
"""Commands that are not called as their recipes."""
SHOWN_OPTIONS = {
    "dream": ("variations", "strength", "size", "colours", "keep", "protect", "guide_by", "look", "network"),
    "zoom": ("strength", "frames", "speed", "rotate", "motion", "format", "size", "network"),
    "concept": ("variations", "size", "network"),
    "style": ("layer", "subject", "strength", "size", "colours", "network"),
    "channel": ("channel", "search", "top", "network"),
    "see": ("network",),
    "animate": (),
    "upscale": ("strength", "size", "look", "network"),
    "poster": ("strength", "size", "look", "network"),
    "morph": ("strip", "size", "network"),
    "video": ("strength", "start", "seconds", "fps", "format", "size", "network"),
}
"""The options that a credit line shows where they are not the default, beside what it is about and the seed."""

DREAMED_AS: dict[type[Params], str] = {Zoom: "An endless zoom into"}
"""What alt text calls that which is not one dreamed picture."""

NO_PICTURE = "I see no image in that message. Choose a message that has one, or attach it to `/dream` or `/see`."
ONCE_MORE = "Something broke, trying once more."
CANCELLED = "Cancelled. Press Retry to make it after all."
CANCELLED_ELSEWHERE = "Cancelled."
CANCELLING = "Cancelling: it stops within a moment."
CANNOT_WRITE = "I can't send messages in this channel. Ask a moderator to let me send messages and attach files here."
UNREACHABLE = "Discord didn't accept my message. Try again in a moment."
TOO_LATE = "That one is finished already. Look at it above, or press Re-roll on it."
DELETED = "Deleted. Start another with `/dream`."
CANNOT_DELETE = (
    "What I stored of it is deleted, but I can't delete that message. Dismiss or delete it from its own menu."
)
LOST = "The finished image is no longer stored. Press Retry to make it again."
EARLIER = "an earlier image"
"""What a dream was made of that is known by its file only."""
FROM_ZOOM = "from the end of the zoom above"
"""What a zoom is made of that goes on where another ended."""
FROM_ABOVE = "from the dream above"
"""What a dream of a dream is made of: the line under it alone does not make it again."""
WITHHELD = (
    "**Hardly anything changed** in this image ({share} of it), so I show it only to {name}: press Show me. For more, "
    "raise `strength`, or choose another layer or subject with Tune."
)
UNFIT = "The finished image is too large to upload here. Press Smaller to make it again at a smaller size."
TO_HERE = "from the first image to the dream above"
"""What an animation is made of."""
NOT_SINGLE = "it isn't a single picture"
TOO_OFTEN = f"more than {jobs_params.MOST_DREAMS} dreams came before it"
"""Why something cannot be animated."""
STRIP_OF_ONE = "needs `morph_to`, what the subject turns into"
"""Why there is no strip."""
SHOWN_DREAMS = 3
"""Dreams whose lines stand under an animation: the first, and the last ones."""
REPORT_TITLE = "Report this picture"
REPORT_LABEL = "What's wrong with it? (optional)"
REPORT_HINT = "The bot's owner gets a link to it, your name and what you write here."
REPORTED_ALREADY = "You reported this one already. The bot's owner will look at it."
PRIVATE_DREAM = "a dream that only its requester can see"
REASON_LIMIT = 300
SMALLER = "made smaller to fit here"
STILL = "too large to upload here, so this is its first frame: press Smaller for a smaller size"
PLAIN = "-# This server's AutoMod blocked my caption. The buttons still work."
PLAIN_ALT = "A dream"
OPENING = "Opening your image…"
OPENING_VIDEO = "Opening your video…"
INTERRUPTED = "I restarted while opening what you sent. Please run the command again."
CHANGED = "My commands have changed. Reload Discord (Ctrl+R) and try again."
MOVED_COMMANDS = {
    "preset use": "`/preset use` is `/dream preset:` now: choose your preset there, beside an image and all the rest.",
    "queue": "`/queue` is `/info` now: it also shows your dreams, your limits and the models.",
    "lab channel": "`/lab channel` is `/see` now: try `/see layer:mid`, with `channel`, `search` and `top` as before.",
}
"""What is said to an old client that still sends a command which there is no more, by the command's whole name."""
NOT_HERE = "I'm not enabled in this server. Ask the bot's owner, or send me a direct message."
NOT_DONE_YET = "That dream isn't finished yet. Wait until it is, then react with ✉️ once more."
"""Sent directly to who wants to have it sent."""
STOPPING = "I'm restarting. Try again in a minute; dreams in the queue are kept."
MORE_PROMPT = "**More for this one**"
ORIGINAL_ALT = "The image that this was made of"
TUNE_PROMPT = "**Tune** · change what you like, then press Dream it: the seed stays the same"
TYPE_TITLE = "Type a subject"
TYPE_LABEL = "What should come out?"
TYPE_HINT = "eyes, towers, fox, 🦊, eyes + castle"
TYPED_TOO_MUCH = "That is more than this panel can hold. Type it in `/dream subject:` instead."
PICK_LOOK = "Look"
PICK_KEEP = "Original"
PICK_COLOURS = "Palette"
PICK_SIZE = "Size"
KEEPS = (("None", 0.0), ("A quarter", 0.25), ("Half", 0.5), ("Three quarters", 0.75))
PICK_PROTECT = "Left untouched"
PICK_GUIDE_BY = "Guide"
PICK_NETWORK = "Model"
PICK_SUBJECT = "Subject"
PICK_PAINTING = "Painting"
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
SUBJECTS_TITLE = "**Subjects** · use one as `/dream subject:`, or two: `castles + butterflies`"
PAGE_WAYS = {"previous": "Previous", "next": "Next"}


def layer_lines(choices: Sequence[tuple[str, str]]) -> str:
    """The layers with a name that people use, each with what is seen there: "**high** · animals, faces"."""
    return "\n".join(label.replace(word, f"**{word}**", 1) for label, word in choices if label != word)


def subject_lines(subjects: Sequence[tuple[str, str, str]], *, pictured: bool) -> str:
    """The subjects of a page, each as (emoji, name, about): under pictures in one line, else one a line."""
    if pictured:
        return " · ".join(f"{emoji} {name}".strip() for emoji, name, _ in subjects)
    lines = (" · ".join(filter(None, (f"{emoji} **{name}**".strip(), about))) for emoji, name, about in subjects)
    return "\n".join(lines)


def subjects_footer(number: int, count: int, classes: int) -> str:
    """Under a page of subjects, counted from 1: where one is, and what there is beside them."""
    return f"-# Page {number} of {count} · and {classes} more things: type any word after `subject:`"


def subjects_alt(names: Sequence[str]) -> str:
    """For who cannot see a page of subjects."""
    return f"Small pictures of what I imagine for {', '.join(names)}"[:ALT_LIMIT]


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


def failure_words(row: JobRow) -> str:
    """Why a job failed, made of its error's code and facts; as it was said then where those make no sentence."""
    kind = errors.by_code(row.error_code)
    try:
        said = str(kind(**row.error_facts)) if kind and row.error_facts is not None else row.error
    except (LookupError, TypeError, ValueError):  # facts of another version's error
        said = row.error
    return escape_markdown(said)


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


def opening_words(params: AnyParams, ahead: int) -> str:
    """While a picture is fetched and opened, or waits for that: "3 ahead of you"."""
    opening = OPENING_VIDEO if isinstance(params, Video) else OPENING
    return f"{opening} {ahead} ahead of you" if ahead else opening


def frame_words(number: int, count: int) -> str:
    """Which frame of an animation is dreamed: "frame 3 of 40"; nothing for what does not move."""
    return f"frame {number} of {count}" if count > 1 else ""


def status_words(first: str, name: str, params: AnyParams, frame: str = "") -> str:
    """Two lines, as many as a result has, so that nothing moves when it comes."""
    parts = [escape(name), _command(params), escape(params.aim[1], 100), frame]
    return f"{first}\n-# {' · '.join(filter(None, parts))}"


def progress_words(params: AnyParams, fraction: float, left_s: float = 0.0) -> str:
    """What is being done, how far it is and how long it will take: "Dreaming… 40% · about 8 s left"."""
    left = f" · about {duration(left_s)} left" if left_s >= 1 else ""
    return f"{PROGRESS_VERBS.get(params.recipe, 'Dreaming')}… {min(99, int(fraction * 100))}%{left}"


def credit(params: AnyParams) -> str:
    """The command that makes this picture again: `/dream layer:high seed:4821` and what is not the default. Of an
    animation, those of its dreams; of what a button makes, its name."""
    if isinstance(params, Animate):
        return dreams_line(params)
    option = params.aim[0]
    shown = {name: getattr(params, name) for name in _shown_options(params)}
    given = _aim_values(params) if option not in shown else {}
    given |= {name: value for name, value in shown.items() if value != _default(params, name)}
    if given.get("painting") == YOURS:  # it cannot be typed: whoever makes it again attaches one
        given = {"painting_image": "…", **{name: value for name, value in given.items() if name != "painting"}}
    values = _values({name: str(value).removesuffix(".0") for name, value in given.items()})
    command = VERBS["upscale"] if isinstance(params, Upscale) else f"/{_command(params)}"
    return " ".join(filter(None, (command, values, f"seed:{params.seed}")))


def _aim_values(params: AnyParams) -> dict[str, str]:
    """The options that say what it is about; of a morph two: "subject:banana morph_to:eye > dog"."""
    if isinstance(params, Morph):
        first, *further = params.subjects
        return {"subject": first, "morph_to": subject_sequence.THEN.join(further)}
    return dict([params.aim])


def _command(params: AnyParams) -> str:
    """The command that makes it."""
    return COMMAND_NAMES.get(params.recipe, params.recipe)


def _shown_options(params: AnyParams) -> tuple[str, ...]:
    """One channel is one picture: how many an atlas would have had is none of it."""
    drawn_alone = isinstance(params, Channel) and params.channel is not None
    return tuple(name for name in SHOWN_OPTIONS[params.recipe] if not (drawn_alone and name == "top"))


def _values(options: Mapping[str, object]) -> str:
    """Options as they are typed, by the names that people see: "layer:high model:pocket"."""
    return " ".join(f"{jobs_params.shown_name(name)}:{value}" for name, value in options.items())


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
    return f"`{' '.join(filter(None, (credit(params), _values(more))))}`"


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
    if others := sorted(row.job.others.keys() - {*FURTHER, VIDEO}):
        parts.append(f"with a {' and a '.join(others)}")
    if row.keep_preview:
        parts.append("stopped early")
    elif failed := failed_words(row.job.pictures - made_pictures(row), row.job.pictures):
        parts.append(failed)
    if given_up := row.result and note_words(row.result):
        parts.append(given_up)
    said = escape(sentence(row), 100)
    return "\n".join(filter(None, (said and f"**{said}**", f"`{credit(row.job.params)}`", f"-# {' · '.join(parts)}")))


def note_words(result: Result) -> str:
    """What was given up, in sentences; a result from before notes had names has its own."""
    return " ".join(filter(None, (result.note, notes.sentences(result.notes))))


def made_pictures(row: JobRow) -> int:
    """How many pictures a job made."""
    return max(1, len(row.result.facts.get("variations", ()))) if row.result else 0


def sentence(row: JobRow) -> str:
    """What was seen in a picture, in one sentence; nothing for what was not looked at, or was before there were any."""
    return plain(_verdict_words(row.result.facts), 100) if row.result else ""


def _verdict_words(facts: Mapping[str, Any]) -> str:
    """Made of the verdict and the likeliest label; as the engine said it where there is no verdict that we know."""
    try:
        label = next((str(one["label"]) for one in facts.get("labels", ())), "")
        return classification_sentence.sentence(Verdict(facts["verdict"]), label)
    except (LookupError, ValueError):
        return str(facts.get("sentence", ""))


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
        case Morph():
            text = f"{_morph_alt(params)}{_out_of(name)}."
        case Animate():
            text = f"An animation of how {name} became a dream: the network was asked for {aim_words(params)}."
        case Style():
            text = f"{name}, painted in the style of {PAINTING_TITLES[params.painting]}{_dreaming_words(params)}."
        case See():
            text = f"What the network sees in {name}{_see_alt(row)}. Below, the picture as its layers perceive it."
        case _:
            verb = DREAMED_AS.get(type(params), "A dream of")
            text = f"{verb} {name}: the network was asked for {aim_words(params)}{_guide_words(row)}."
    return text[:ALT_LIMIT]


def numbered_alt(text: str, number: int, count: int) -> str:
    """Alt text of one of several pictures."""
    return text if count == 1 else f"{number} of {count}: {text}"[:ALT_LIMIT]


def _see_alt(row: JobRow | None) -> str:
    parts = [sentence(row).rstrip("."), likeliest_labels(row)] if row else []
    said = "; ".join(filter(None, parts))
    return f": {said}" if said else ""


def _dreaming_words(params: Style) -> str:
    """What a style dreamed meanwhile: ", with eyes in it"."""
    return f", with {params.subject.replace(JOINT, ' and ')} in it" if params.subject else ""


def _concept_alt(params: Concept) -> str:
    many = f"{params.variations} different pictures of what" if params.variations > 1 else "What"
    return f"{many} the network imagines when asked for {aim_words(params)}"


def _morph_alt(params: Morph) -> str:
    first, *further = (_stage_words(params, one) for one in params.subjects)
    said = f"{first} becomes {', then '.join(further)}"
    return f"{'A strip of pictures' if params.strip else 'An animation'} by the network: {said}"


def _stage_words(params: Morph, stage: str) -> str:
    layer, colon, channel = stage.rpartition(":")
    return f"channel {channel} of the layer {layer}" if colon else stage.replace(JOINT, " and ")


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
        return word.replace(JOINT, " and ").replace(THEN, ", then ")
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


def cannot_write_words(link: str) -> str:
    """For who speaks to the bot where it cannot answer, by direct message."""
    return (
        f"I can't answer you there: {link}. Ask a moderator to let me send messages and attach files in that channel."
    )


def sent_directly_words(link: str) -> str:
    """For who asks where neither the channel nor 15 minutes are enough."""
    return f"I can't post this one here, so it comes to you as a direct message{f': {link}' if link else '.'}"


def saved_words(name: str, *, replaced: bool = False) -> str:
    """After saving, also over one of that name."""
    done = "Replaced your preset of that name." if replaced else "Saved."
    return f"{done} Use it: `/dream preset:{escape_code(name)}`"


def deleted_words(name: str, *, shared: bool = False) -> str:
    """After deleting."""
    ended = " What you shared of it can't be saved any more." if shared else ""
    return f"Deleted the preset {escape(name)}.{ended} `/preset list` shows the others."


def renamed_words(name: str, to: str) -> str:
    """After renaming."""
    return f"{escape(name)} is {escape(to)} now. Use it: `/dream preset:{escape_code(to)}`"


def added_words(shared: str, name: str, *, was_there: bool) -> str:
    """After saving what somebody shared, under its own name or under another."""
    use = f"Use it: `/dream preset:{escape_code(name)}`"
    if was_there:
        return f"You have this one already, as {escape(name)}. {use}"
    if shared == name:
        return f"Saved. {use}"
    return f"You have another preset called {escape(shared)}, so I saved this one as {escape(name)}. {use}"


def shared_words(code: str) -> str:
    """For who shared a preset, and nobody else."""
    return (
        f"Shared. In other servers it's `/preset import code:{code}`.\n"
        "-# Card and code keep these settings, whatever you change later. To end both, delete the preset or press "
        "Stop sharing under `/preset show`."
    )


def unshared_words(name: str) -> str:
    """After a preset is shared no more."""
    return f"{escape(name)} isn't shared any more: its cards and codes no longer save it. You still have it."


def share_card_words(sharer: str, name: str, settings: str) -> str:
    """On the card of a shared preset."""
    hint = "-# Save to mine keeps these settings for you, as one of your own presets."
    return f"{escape(sharer)} shares a preset: **{escape(name)}**\n{settings}\n{hint}"


def preset_panel_words(name: str, settings: str, code: str = "", *, changed: bool = False) -> str:
    """One's own preset, with the code if it is shared, and whether it was changed since."""
    since = ", as it was before you changed it" if changed else ""
    shared = f"\n-# Shared{since}: `/preset import code:{code}`" if code else ""
    return f"**{escape(name)}**\n{settings}{shared}"


def preset_settings(params: Dream) -> str:
    """The settings of a preset in words, one a line: what it brings out, what is not the default, and the model."""
    option, word = params.aim
    about = f" ({aim_words(params)})" if option == "layer" else ""
    lines = [f"{PICK_LAYER if option == 'layer' else PICK_SUBJECT}: {escape(word, 100)}{escape(about, 200)}"]
    lines += [f"{PRESET_LABELS[name]}: {_value_words(name, value)}" for name, value in _preset_facts(params).items()]
    return "\n".join([*lines, f"{PICK_NETWORK}: {escape(params.network, 60)}"])


PRESET_LABELS = {
    "strength": PICK_STRENGTH,
    "size": PICK_SIZE,
    "look": PICK_LOOK,
    "keep": PICK_KEEP,
    "colours": PICK_COLOURS,
    "protect": PICK_PROTECT,
    "guide_by": PICK_GUIDE_BY,
}


def _preset_facts(params: Dream) -> dict[str, Any]:
    return {name: value for name in PRESET_LABELS if (value := getattr(params, name)) != _default(params, name)}


def _value_words(name: str, value: Any) -> str:
    """A setting's value as the chat calls it: "1.6 (strong)", "768 px", "25%"."""
    if name == "strength":
        found = next((label.partition(" ·")[0].lower() for label, number in STRENGTHS if number == value), "")
        return f"{value:g}{f' ({found})' if found else ''}"
    if name in ("size", "keep"):
        return f"{value} px" if name == "size" else f"{value:.0%}"
    labels = {"look": LOOKS, "colours": COLOURS, "protect": PROTECT, "guide_by": GUIDE_BY}[name]
    return next(label for label, word in labels if word == value)


def preset_line(name: str, options: dict[str, object]) -> str:
    """One preset in the list."""
    return f"**{escape(name)}** · {raw_settings(options)}"


def raw_settings(options: dict[str, object]) -> str:
    """Settings as they are typed."""
    shown = " ".join(f"{key}:{value}" for key, value in options.items() if key != "recipe")
    return f"`{escape_code(shown, 200)}`"


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


def moved_words(command: str) -> str:
    """For a command that there is no more: what it is called now. Of a group that is gone as a whole, only the group's
    name is known."""
    return next((said for name, said in MOVED_COMMANDS.items() if f"{name} ".startswith(f"{command} ")), CHANGED)


# /info

INFO_PAGES = {"queue": "Queue", "dreams": "Dreams", "limits": "Limits", "models": "Models"}
INFO_QUEUE = "**Your place in the queue**"
INFO_DREAMS = "**Your latest dreams**"
INFO_LIMITS = "**Your limits**"
INFO_MODELS = "**Models** · choose one with the option `model`"
GOOD_FOR = {
    "lite2": "animals, places and things, a thousand of them",
    "lite1": "like lite2, a little smaller",
    "pocket": "eyes, emoji and textures; small and quick",
    "googlenet": "the first DeepDreams: dogs, birds, eyes, pagodas",
    "inception5h": "the dreams of TensorFlow's tutorial",
    "places205": "rooms, streets and landscapes",
    "places365": "more rooms, streets and landscapes",
    "vgg16": "fine, painterly texture; slow",
    "vgg19": "like vgg16, slower still",
    "resnet50": "fine, busy detail",
    "squeezenet": "a thousand things in a very small model",
}
"""What the models of the package are good for; of others, their own description says it."""
NO_DREAMS = "You have none yet. Start one with `/dream`."
NO_RATE = "**Per hour or day:** no limit"
DREAM_LINE_LIMIT = 300
"""Characters of a command in a list of dreams."""


def dream_line(row: JobRow, posting: Posting, *, gone: bool) -> str:
    """One of your latest dreams: the command, when it was made, and the way to its message."""
    parts = [f"<t:{int(row.finished or row.created)}:R>", _where(posting, gone)]
    return f"`{escape_code(credit(row.job.params), DREAM_LINE_LIMIT)}`\n-# {' · '.join(parts)}"


def _where(posting: Posting, gone: bool) -> str:
    if posting.ephemeral:
        return "private"
    return "its message is gone" if gone or not posting.link else f"[open]({posting.link})"


def pictures_left(count: int, limit: int, free_in_s: float) -> str:
    """How many more pictures one may ask for at once."""
    left = f"**At once:** {count} of {limit} pictures in use, {max(limit - count, 0)} left"
    return f"{left} · the next is free in about {duration(free_in_s)}" if count else left


def queue_limit(waiting: int, limit: int) -> str:
    """How full the queue is."""
    return f"**Everyone's queue:** {waiting} of {limit}"


def presets_left(count: int, limit: int) -> str:
    """How many presets one has."""
    return f"**Presets:** {count} of {limit}"


def upload_limit(megabytes: float, megapixels: float) -> str:
    """How large a picture may be."""
    return f"**Images you send:** up to {megabytes:g} MB and {megapixels:g} megapixels"


def model_line(name: str, about: str, *, default: bool) -> str:
    """One model: what it is called in a command, and what it is good for."""
    return f"- `{escape_code(name)}` · {'**default** · ' if default else ''}{GOOD_FOR.get(name) or escape(about, 120)}"


def models_missing(names: list[str]) -> str:
    """The models that are not installed; nothing where all are."""
    if not names:
        return ""
    return f"-# Not installed here (the bot's owner can add them): {escape(', '.join(names), 400)}"


# /settings

SETTINGS = """**Your settings** · for your dreams everywhere
-# What you type overrides a preset, and a preset overrides these defaults."""
SETTINGS_PRESET_HINT = "-# Save a preset with `/preset save`, and you can choose it here as your default."
SETTING_NAMES = {"preset": "Preset", "aim": "Layer or subject", "strength": "Strength", "size": "Size"}
NO_DEFAULT_PRESET = "none"
USUAL_AIM = f"the usual ({Dream.model_fields['layer'].default})"
USUAL_STRENGTH = f"the usual ({Dream.model_fields['strength'].default:g})"
USUAL_SIZE = f"the usual ({Dream.model_fields['size'].default} px)"
SWITCHES = {
    "direct": ("DM me when done", "A direct message with the link, if a dream took over a minute"),
    "spoiler": ("Spoilers", "Hide my results until someone clicks them"),
    "opted_out": ("Opt out", "Others can't dream my avatar, or my images and dreams from a menu, a reply or a button"),
}
SWITCH_VERBS = {"on": "Turn on", "off": "Turn off"}
SETTINGS_VERBS = {
    "export": "Export my data",
    "delete": "Delete my data…",
    "delete_all": "Delete everything",
    "back": "Back to settings",
}
EXPORTED = (
    "Here is what I have stored about you: your settings, your presets, your dreams with links to them, and what "
    "limits, games and rituals count."
)
DELETE_PROMPT = """**Delete everything I have stored about you?**
Your settings, your presets, and all your dreams with their images. What is still in the queue is cancelled.
What moderators blocked stays blocked: your id, or the hashes of an image, and nothing else of it. How often you asked \
me today still counts for servers' limits, without your name, until a day has passed.
The messages with your dreams are deleted, too, where I may, and copies of them that others were sent, and what I sent \
you by ✉️; those that only you saw are for you to dismiss. What others made of your avatar \
is theirs: delete it there (*More*, *Delete*)."""
DELETING = "Deleting your data. What is still in the queue is cancelled first…"
DIRECT_REFUSED = (
    "-# I couldn't send you a direct message. Allow them from this server in its privacy settings, or turn that off in "
    "`/settings`."
)


def copy_line(link: str) -> str:
    """Under a result that was sent directly: where it stands."""
    return f"-# Sent because you reacted with ✉️ to {link} · ❌ takes it away"


def copy_without_image_words(link: str) -> str:
    """Where a result cannot be sent directly."""
    return f"I can't send that one here, but it stands there: {link}"


def switch_words(name: str, *, on: bool) -> str:
    """One of the switches in `/settings`: what it is, whether it is on, and what it does."""
    title, about = SWITCHES[name]
    return f"**{title}** · {'**on**' if on else 'off'}\n-# {about}"


def all_deleted_words(
    *, settings: bool, presets: int, jobs: int, pictures: int, messages: int, messages_left: int, left: int
) -> str:
    """After deleting all that was stored about somebody; `left` jobs could not be deleted yet."""
    parts = [
        quantity(presets, "preset"), quantity(jobs, "dream"), quantity(pictures, "stored image"),
        quantity(messages, "message"),
    ]  # fmt: skip
    found = [*(["your settings"] if settings else []), *filter(None, parts)]
    first = f"Deleted: {', '.join(found)}." if found else "There was nothing to delete."
    text = first
    if messages_left:
        text += f" {quantity(messages_left, 'message')} I could not delete: ask a moderator of that server."
    if left:
        text += f" {quantity(left, 'dream')} didn't stop in time: delete your data once more in a minute."
    return text


def quantity(number: int, word: str) -> str:
    """ "1 dream", "2 dreams", and nothing for none."""
    return f"{number} {word}{'' if number == 1 else 's'}" if number else ""


def ready_directly_words(posting: Posting) -> str:
    """A direct message after a long wait."""
    if posting.ephemeral:
        return "Your dream is ready, where you asked for it: only you can see it there."
    return f"Your dream is ready: {posting.link}"


def queue_line(row: JobRow, where: Place, link: str) -> str:
    """One of your dreams in the queue."""
    stands = "Dreaming now" if where.state is State.RUNNING else place_words(where)
    return f"`{escape_code(credit(row.job.params), DREAM_LINE_LIMIT)}`\n{stands}{f' · [open]({link})' if link else ''}"


def queue_total(total: int, seconds: float) -> str:
    """The whole queue."""
    return f"{total} in the queue altogether · the last is ready in about {duration(seconds)}"


def queue_none(total: int) -> str:
    """When the queue has nothing of yours."""
    return "You have nothing in the queue. Start something with `/dream`." if total else EMPTY_QUEUE


# what mends a refusal

OFFER_OVER = "That button was used, or I restarted since. Ask again with the word it offers."


def use_words(word: str) -> str:
    """The button that asks again with a word that is known."""
    return f"Use {plain(word, 70)}"


def using_words(word: str) -> str:
    """In place of a hint whose word was taken."""
    return f"Using `{escape_code(word, 70)}`."


def job_code(id: str) -> str:
    """What a person can tell the bot's owner of something that broke: it begins the job's id, which is in the log."""
    return f"`{id[:6]}`"


# messages that speak with the bot

HINT = "Say what to bring out, like `castles` or 🦊, and attach a picture if you like. `help` shows more."


def hint_words(near: str = "") -> str:
    """For who says nothing that means something here; `near` is what a word may have been mistyped for."""
    return f"Did you mean `{escape_code(near)}`? Reply with that, or with `help`." if near else HINT


def picture_count_words(taken: int, count: int) -> str:
    """Which of several pictures are dreamed: "3 images", "the first of 3 images, 2 left out", "the first 4 of 6 images,
    2 left out"; nothing for a single one."""
    if count == 1:
        return ""
    if taken == count:
        return f"{count} images"
    first = "the first" if taken == 1 else f"the first {taken}"
    return f"{first} of {count} images, {count - taken} left out"


def unopened_words(count: int) -> str:
    """Of several pictures, how many could not be opened."""
    return f"{count} couldn't be opened" if count else ""


def withheld_words(share: float, name: str) -> str:
    """In place of a result that hardly differs from what it was made of; `share` of its pixels, in [0, 1]."""
    return WITHHELD.format(share=f"{share:.0%}", name=escape(name))


def part_words(number: int, count: int) -> str:
    """Which one of several pictures something was made of."""
    return f"image {number} of {count}"


def failed_words(failed: int, asked: int) -> str:
    """Of several pictures that were to be made, how many could not be."""
    return f"{failed} of {asked} failed" if failed > 0 else ""


# /server

SERVER_PAGES = {
    "overview": "Overview", "channels": "Channels", "limits": "Limits", "results": "Results", "subjects": "Safety",
}  # fmt: skip
SERVER_VERBS = {
    "pause": "Pause", "resume": "Resume", "check": "Check", "week": "This week", "limits_all": "Everyone's limits…",
    "quiet_edit": "Quiet hours…", "blocked": "Blocked…",
}  # fmt: skip
SERVER_SWITCHES = {
    "one_chain": ("One at a time", "A person has one dream under way in a channel, then the next"),
    "private": ("Private by default", "Only whoever asks sees the result; `private:False` posts it"),
    "threads": ("Follow-ups in a thread", "First results stay in the channel; what follows goes in a thread below"),
    "others_avatars": ("Other people's avatars", "People may dream each other's avatars, unless one opted out"),
}
SERVER_PROMPTS = {
    "answers": "Channels where I dream (none: everywhere)",
    "games": "Channels for games, with /play (none: off)",
    "one_channel": "Rules of one channel…",
    "recipes": "What can be made",
    "size": "Largest size",
    "limits_role": "Limits of a role…",
    "limits_channel": "Limits of a channel…",
    "log": "Log channel (none: no log)",
    "hidden": "Hidden subjects (none: all can be made)",
    "unblock": "Take back…",
    "nsfw": "Images that look unsafe for work",
}
NSFW_ACTIONS = {
    "off": "not checked",
    "spoiler": "spoilers",
    "age-restricted": "age-restricted channels only",
    "refuse": "refused",
}
"""What happens to images that do not look safe for work, by its name in the rows of servers."""
NSFW_HINT = "-# A program looks at every image, and can be wrong. The bot's owner chose: {owner}. The stricter counts."
NSFW_MISSING = "-# Images are not checked here: the bot's owner has to install what that needs (`{command}`)."
CHANNELS_HINT = "-# A thread is as its channel. What a channel may do is never more than what the server may."
LIMITS_HINT = (
    "-# Of all limits the strictest counts. A role's number stands in place of everyone's; of several roles', the "
    "largest. The bot's owner allows {at_once} in the queue, which nothing here raises. Failed dreams don't count."
)
SUBJECTS_HINT = "-# What is hidden is neither suggested nor made here. Apes are only hidden on other people's avatars."
CATEGORIES = {
    "weapons": "Weapons",
    "underwear": "Underwear and swimwear",
    "apes": "Apes on people's avatars",
    "spiders": "Spiders",
}
NO_SIZE_LIMIT = "no limit"
LIMIT_LABELS = {
    "at_once": ("In the queue at once", "pictures of one person that wait or are made"),
    "hourly": ("Pictures an hour", "of one person"),
    "daily": ("Pictures a day", "of one person"),
    "cooldown_s": ("Seconds between two dreams", "of one person"),
    "posts_hourly": ("Posts an hour in a channel", "results of everybody together"),
}
"""A label and a note for each number; labels have at most 45 characters."""
NO_LIMIT_HINT = "empty: no limit"
LIMITS_TITLES = {"all": "Limits of everyone", "r": "Limits of a role", "c": "Limits of a channel"}
QUIET_TITLE = "Quiet hours"
QUIET_LABELS = {
    "begin": ("From", "22:00; empty: no quiet hours"),
    "end": ("Until", "07:00"),
    "zone": ("Time zone", "Europe/Berlin or UTC+2"),
}
PAUSED_WORDS = (
    "Paused: nobody can start a dream in this server until someone resumes. What is in the queue is finished."
)
RESUMED_WORDS = "Dreams are on again."
CHECK_TITLE = "**Check**"
ALL_FINE = "Everything is as it should be."
WEEK_TITLE = "**The last 7 days here**"
NO_WEEK = "Nothing was dreamed here. `/dream` starts the first one."


def server_title(name: str) -> str:
    """Above the overview of a server."""
    return f"**Rules of {escape(name, 100)}**"


def scope_words(channel_id: str, rules: ServerRules, held: ChannelRules) -> str:
    """Above the rules of one channel, or of all."""
    where = f"<#{channel_id}>" if channel_id else "all channels"
    said = rules_lines(rules)
    lines = {"Dreams": said["Channels"], "Games": said["Games"], "Can be made": _made_words(held)}
    shown = {name: line for name, line in lines.items() if name == "Can be made" or not channel_id}
    return f"**Channels** · rules of {where}\n{rules_words(shown)}\n{CHANNELS_HINT}"


def rules_lines(rules: ServerRules) -> dict[str, str]:
    """All rules of a server, each by its name; what changed is said by the same words."""
    whole = rules.whole
    posts = f"{whole.posts_hourly} posts an hour in a channel" if whole.posts_hourly is not None else ""
    lines = {
        "Dreams": "paused" if rules.paused else "on",
        "Channels": ", ".join(f"<#{id}>" for id in rules.channels) or "everywhere",
        "Can be made": _made_words(whole),
        "Games": ", ".join(f"<#{id}>" for id in rules.games) or "off",
        "Everyone": ", ".join(filter(None, (_limit_words(whole.limit), posts))) or "no limits",
        **{f"<@&{id}>": _limit_words(limit) for id, limit in rules.by_role.items()},
        **{f"<#{id}>": _channel_words(one) for id, one in rules.by_channel.items()},
        "Results": _results_words(rules),
        "Hidden": ", ".join(CATEGORIES.get(name, name).lower() for name in rules.hidden) or "nothing",
        "Others' avatars": "" if rules.others_avatars else "not dreamed",
        "Unsafe images": "" if rules.nsfw == "off" else NSFW_ACTIONS.get(rules.nsfw, rules.nsfw),
        "Log": f"<#{rules.log_channel}>" if rules.log_channel else "none",
    }
    return {name: line for name, line in lines.items() if line}


def rules_words(lines: Mapping[str, str], most: int = 3400) -> str:
    """The rules as a list; what does not fit is counted."""
    said: list[str] = []
    for name, line in lines.items():
        said.append(f"- {name if name.startswith('<') else f'**{name}:**'} {line}")
        if sum(map(len, said)) > most:
            return "\n".join([*said[:-1], f"-# … and {len(lines) - len(said) + 1} more"])
    return "\n".join(said)


def changes_words(name: str, before: ServerRules, after: ServerRules) -> str:
    """For the log: who changed which rules; "" where nothing changed."""
    old, new = rules_lines(before), rules_lines(after)
    changed = {key: new.get(key, "no rules") for key in {**old, **new} if old.get(key) != new.get(key)}
    return f"{escape(name)} changed the rules:\n{rules_words(changed, 1200)}" if changed else ""


def _made_words(channel: ChannelRules) -> str:
    barred = f"no {', no '.join(channel.barred)}" if channel.barred else "everything"
    return f"{barred}, up to {channel.most_size} px" if channel.most_size else barred


def _channel_words(channel: ChannelRules) -> str:
    made = _made_words(channel) if channel.barred or channel.most_size else ""
    posts = f"{channel.posts_hourly} posts an hour" if channel.posts_hourly is not None else ""
    return ", ".join(filter(None, (made, _limit_words(channel.limit), posts)))


def _limit_words(limit: PersonLimit) -> str:
    said = {"at_once": "{} at once", "hourly": "{} an hour", "daily": "{} a day", "cooldown_s": "{} s between two"}
    return ", ".join(
        words.format(getattr(limit, name)) for name, words in said.items() if getattr(limit, name) is not None
    )


def _results_words(rules: ServerRules) -> str:
    quiet = f"quiet from {quiet_words(rules.quiet)}" if rules.quiet else ""
    switched = [
        "private unless asked otherwise" if rules.private else "public",
        "follow-ups in a thread" if rules.threads else "",
        "one at a time" if rules.one_chain else "",
    ]
    return ", ".join(filter(None, [*switched, quiet]))


def quiet_words(quiet: QuietHours) -> str:
    """ "22:00 to 07:00 (Europe/Berlin)"."""
    return f"{clock_words(quiet.begin)} to {clock_words(quiet.end)} ({quiet.zone})"


def clock_words(minute: int) -> str:
    """Minutes after midnight as a time: "07:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def server_switch_words(name: str, *, on: bool) -> str:
    """One of the switches in `/server panel`."""
    title, about = SERVER_SWITCHES[name]
    return f"**{title}** · {'**on**' if on else 'off'}\n-# {about}"


def nsfw_words(owner: str, command: str = "") -> str:
    """About the check of images: what the bot's owner decided; `command` installs what is missing."""
    return NSFW_MISSING.format(command=command) if command else NSFW_HINT.format(owner=NSFW_ACTIONS[owner])


def thread_name(name: str) -> str:
    """The name of the thread under somebody's result."""
    return f"{plain(name)}'s dream, continued"


def log_line(row: JobRow, posting: Posting) -> str:
    """For a server's log: who asked for what, and where it stands."""
    where = posting.link or f"<#{posting.channel_id}>, privately"
    return f"{escape(posting.name)} (<@{posting.user_id}>) asked for `{credit(row.job.params)}` · {where}"


def findings_words(findings: Sequence[Finding]) -> str:
    """What a check found: what is wrong first, each with its remedy."""
    wrong = [f"- ❌ **{one.what}** {one.remedy}" for one in findings if not one.fine]
    fine = [f"- ✅ {one.what}" for one in findings if one.fine]
    return "\n".join([CHECK_TITLE, *(wrong or [ALL_FINE]), *fine])[:3800]


def week_words(week: Week) -> str:
    """The statistics of a server."""
    if not week.made:
        return f"{WEEK_TITLE}\n{NO_WEEK}"
    asked = ", ".join(f"{escape(name)} ({count})" for name, count in week.subjects)
    lines = [
        f"**{quantity(week.made, 'dream')}** by {quantity(week.people, 'person').replace('persons', 'people')}",
        ", ".join(f"{count} {name}" for name, count in week.recipes),
        f"Most asked for: {asked}" if asked else "",
        f"Busiest channel: <#{week.channel}>" if week.channel else "",
        f"Usually begun after {duration(week.waited_s)}, made within {duration(week.took_s)}",
        f"{quantity(week.failed, 'dream')} failed" if week.failed else "",
        f"{quantity(week.cancelled, 'dream')} cancelled" if week.cancelled else "",
    ]
    return "\n".join([WEEK_TITLE, *(f"- {line}" for line in lines if line)])


# moderation

BLOCKED_TITLE = "**Blocked here**"
NOTHING_BLOCKED = (
    "Nobody and no image. Moderators right-click a message or a person, then *Apps*, *Block image* or *Block user*."
)


def image_blocked_words(count: int) -> str:
    """After blocking the images of a message, and of a dream what it was made of."""
    return (
        f"Blocked {quantity(count, 'image')}: I refuse it in this server from now on, also smaller, mirrored or saved "
        "anew. `/server blocked` takes it back. The message itself stays: delete it if you want it gone."
    )


def user_blocked_words(name: str) -> str:
    """After blocking somebody."""
    return (
        f"Blocked {escape(name)}: I refuse what they ask for in this server, and cancelled what they had in the queue. "
        "`/server blocked` takes it back."
    )


def blocks_words(blocks: Sequence[Block], count: int) -> str:
    """The list of what is blocked in a server; `count` of all of it."""
    lines = [f"- {_block_words(one)}, <t:{one.created:.0f}:R> by <@{one.blocked_by}>" for one in blocks]
    more = [f"-# … and {count - len(blocks)} more"] if count > len(blocks) else []
    return "\n".join([BLOCKED_TITLE, *(lines or [NOTHING_BLOCKED]), *more])


def _block_words(block: Block) -> str:
    if block.kind == USER:
        return f"<@{block.value}> ({escape(block.about)})"
    return f"[image {block.value[:8]}]({block.about})"


def block_label(block: Block) -> str:
    """One block, as what can be chosen."""
    return plain(block.about, 90) if block.kind == USER else f"Image {block.value[:8]}"


def blocked_line(name: str, what: str) -> str:
    """For a server's log: who blocked what."""
    return f"{escape(name)} blocked {what}"


def unblocked_line(name: str, what: str) -> str:
    """For a server's log: who took a block back."""
    return f"{escape(name)} took the block of {what} back"


def row_line(name: str, verb: str, row: JobRow, posting: Posting) -> str:
    """For a server's log: who cancelled, deleted or reported whose dream."""
    where = posting.link or f"<#{posting.channel_id}>, privately"
    return f"{escape(name)} {verb} `{credit(row.job.params)}` of <@{row.job.requester}> · {where}"
