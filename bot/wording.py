"""Every sentence that a user sees: `(facts) => text`.

Discord's markdown is written only here. Whatever comes from a person goes through `escape` first.

Longer than most files: every sentence is here, so that one reading finds all of them.
"""

from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot import fact_words
from bot.languages import sentence_module, stored_words
from bot.languages.catalogs import ENGLISH
from bot.languages.current import speaks_publicly, spoken
from bot.languages.stored_words import said_when_read
from bot.languages.translation import gettext as _
from bot.languages.translation import ngettext, pgettext
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

UNTRANSLATED = frozenset({
    "NOISE", "COMMAND_NAMES", "SHOWN_OPTIONS", "FORMATS", "ENGLISH", "FURTHER", "JOINT", "THEN", "USER", "VIDEO",
    "YOURS", "DREAM_THIS", "DREAM_AVATAR", "LIKE_THIS", "SEE_THIS", "BLOCK_IMAGE", "BLOCK_USER",
})  # fmt: skip
"""Constants that are no sentences: names of commands, options, formats and kinds."""
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
    "protect": "Leave an area untouched (normally people's faces)",
    "guide": "A second image: bring out what is in it",
    "guide_user": "Guide by somebody's avatar",
    "start": "Where to begin, in place of an image: the last dream here, noise, a surprise…",
    "user": "Dream somebody's avatar",
    "guide_by": "How to apply the guide",
    "mask": "Mask image: white is dreamed, black is left alone",
    "look": "Natural (default), vivid, or as DeepDream looked in 2015",
    "where": "Where a subject grows: in one place (default), or out of the whole image",
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
PROTECT = (
    ("Faces, but not one that fills the image (default)", "auto"),
    ("The centre", "centre"),
    ("The edges", "edges"),
    ("Every face", "faces"),
    ("Nothing, not even faces", "nothing"),
)
LOOKS = (
    ("Natural", "natural"),
    ("Vivid, with rainbow edges", "vivid"),
    ("Google's original DeepDream of 2015", "2015"),
)
WHERE = (
    ("In one place; the image around it goes along", "one place"),
    ("Everywhere: the whole image becomes it", "everywhere"),
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
    "ours": "Make it ours",
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
DREAMING = "Dreaming"
COMMAND_NAMES = {"channel": "see", "morph": "concept"}
"""Commands that are not called as their recipes."""
SHOWN_OPTIONS = {
    "dream": ("variations", "strength", "size", "colours", "keep", "protect", "guide_by", "look", "where", "network"),
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
PICK_WHERE = "Where it grows"
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


def offer_words(label: str) -> str:
    """A choice of the catalogue, with what is seen there in the language that is spoken: "high · animals, faces"."""
    name, dot, about = label.rpartition(" · ")
    return f"{name}{dot}{_(about)}" if dot else label


def offers(choices: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The same of all of them."""
    return [(offer_words(label), word) for label, word in choices]


def layer_lines(choices: Sequence[tuple[str, str]]) -> str:
    """The layers with a name that people use, each with what is seen there: "**high** · animals, faces"."""
    return "\n".join(offer_words(label).replace(word, f"**{word}**", 1) for label, word in choices if label != word)


def subject_lines(subjects: Sequence[tuple[str, str, str]], *, pictured: bool) -> str:
    """The subjects of a page, each as (emoji, name, about): under pictures in one line, else one a line."""
    if pictured:
        return " · ".join(f"{emoji} {name}".strip() for emoji, name, about in subjects)
    lines = (" · ".join(filter(None, (f"{emoji} **{name}**".strip(), _(about)))) for emoji, name, about in subjects)
    return "\n".join(lines)


def subjects_footer(number: int, count: int, classes: int) -> str:
    """Under a page of subjects, counted from 1: where one is, and what there is beside them."""
    said = _("-# Page {number} of {count} · and {classes} more things: type any word after `subject:`")
    return said.format(number=number, count=count, classes=classes)


def subjects_alt(names: Sequence[str]) -> str:
    """For who cannot see a page of subjects."""
    return _("Small pictures of what I imagine for {names}").format(names=", ".join(names))[:ALT_LIMIT]


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


def template_words(kind: type[PareidoliaError], facts: Mapping[str, object]) -> str:
    """The sentence of a kind of errors with its facts; those that are words are translated, too. Raises LookupError
    where a fact is missing, and TypeError for facts that have no names."""
    said = {name: fact_words.say_fact(name, fact) for name, fact in {**facts}.items()}
    return _(kind.template()).format(**said)


def error_sentence(error: PareidoliaError) -> str:
    """The sentence of an error, with its code small. What a person typed is in the facts of `ESCAPED_FACTS`."""
    facts = {name: fact_words.say_fact(name, fact) for name, fact in error.facts.items()}
    disarmed = {name: ESCAPED_FACTS[name](str(fact)) for name, fact in facts.items() if name in ESCAPED_FACTS}
    return with_code(template_words(type(error), {**facts, **disarmed}), error.code)


def failure_words(row: JobRow) -> str:
    """Why a job failed, made of its error's code and facts; as it was said then where those make no sentence."""
    kind = errors.by_code(row.error_code)
    try:
        said = template_words(kind, row.error_facts) if kind and row.error_facts is not None else row.error
    except (LookupError, TypeError, ValueError):  # facts of another version's error
        said = row.error
    return escape_markdown(said)


def with_code(sentence: str, code: str) -> str:
    """A sentence and a code by which the bot's owner finds it in the log."""
    return f"{sentence}\n-# {code}" if code else sentence


def duration(seconds: float) -> str:
    """A rough time in words: "5 s", "2 min"."""
    if seconds < 10:
        return _("{number} s").format(number=max(1, round(seconds)))
    if seconds < 90:
        return _("{number} s").format(number=round(seconds / 5) * 5)
    return _("{number} min").format(number=round(seconds / 60))


def percent(share: float, digits: int = 0) -> str:
    """A share in [0, 1]: "72%"."""
    return _("{number}%").format(number=decimal(f"{100 * share:.{digits}f}"))


def decimal(number: str) -> str:
    """A number with the decimal sign of the language."""
    return number.replace(".", pgettext("decimal sign", "."))


def and_list(words: Sequence[str]) -> str:
    """ "eyes and castle"."""
    joined = pgettext("of a list", "{first} and {second}")
    return functools.reduce(lambda first, second: joined.format(first=first, second=second), words)


def place_words(where: Place | None, now: float | None = None) -> str:
    """Where a waiting dream stands: "2 ahead of you · ready in about 20 s"."""
    if where is None:
        return _("You're in the queue.")
    ahead = ahead_words(where.ahead) if where.ahead else _("You're next")
    if where.eta_s < 60:
        return _("{ahead} · ready in about {time}").format(ahead=ahead, time=duration(where.eta_s))
    ready = int((time.time() if now is None else now) + where.eta_s)
    return _("{ahead} · ready {time}").format(ahead=ahead, time=f"<t:{ready}:R>")


def ahead_words(count: int) -> str:
    """How many come before one: "2 ahead of you"."""
    return ngettext("{number} ahead of you", "{number} ahead of you", count)


def opening_words(params: AnyParams, ahead: int) -> str:
    """While a picture is fetched and opened, or waits for that: "3 ahead of you"."""
    opening = _(OPENING_VIDEO) if isinstance(params, Video) else _(OPENING)
    return f"{opening} {ahead_words(ahead)}" if ahead else opening


@said_when_read
def frame_words(number: int, count: int) -> str:
    """Which frame of an animation is dreamed: "frame 3 of 40"; nothing for what does not move."""
    return _("frame {number} of {count}").format(number=number, count=count) if count > 1 else ""


def status_words(first: str, name: str, params: AnyParams, frame: str = "") -> str:
    """Two lines, as many as a result has, so that nothing moves when it comes."""
    parts = [escape(name), _command(params), escape(params.aim[1], 100), stored_words.read(frame)]
    return f"{first}\n-# {' · '.join(filter(None, parts))}"


def progress_words(params: AnyParams, fraction: float, left_s: float = 0.0) -> str:
    """What is being done, how far it is and how long it will take: "Dreaming… 40% · about 8 s left"."""
    verb = _(PROGRESS_VERBS.get(params.recipe, DREAMING))
    said = _("{verb}… {percent}%").format(verb=verb, percent=min(99, int(fraction * 100)))
    return f"{said}{left_words(left_s)}"


def left_words(left_s: float) -> str:
    """Behind how far something is: " · about 8 s left"; nothing where that is not known."""
    return _(" · about {time} left").format(time=duration(left_s)) if left_s >= 1 else ""


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
    command = _(VERBS["upscale"]) if isinstance(params, Upscale) else f"/{_command(params)}"
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
    said = _("Settings copied: {settings}, on {original}. Another image? Attach it to `/dream`.")
    text = said.format(settings=settings(params), original=escape(origin_words(original), 80))
    if missing:
        lacks = _(" Its {missing} is not in the file: attach one to `/dream` to use it.")
        text += lacks.format(missing=and_list([_(FURTHER_IMAGES.get(one, one)) for one in missing]))
    return text


FURTHER_IMAGES = {"guide": "guide", "mask": "mask", "painting": "painting"}
MADE_WITH = {"guide": "a guide", "mask": "a mask", "painting": "a painting"}
"""What a dream was made with beside its image."""


def result_words(row: JobRow, name: str, frame: str = "") -> str:
    """Under a finished picture: the credit line, who asked, how long it took, what was given up."""
    taken = (row.finished or row.created) - (row.started or row.created)
    took = _("{number} s").format(number=decimal(f"{taken:.1f}")) if taken else ""
    parts = [escape(name), *filter(None, (took, stored_words.read(frame)))]
    if found := guess_words(row):
        parts.insert(0, escape(found, 100))
    if others := sorted(row.job.others.keys() - {*FURTHER, VIDEO}):
        parts.append(_("with {images}").format(images=and_list([_(MADE_WITH.get(one, one)) for one in others])))
    if row.keep_preview:
        parts.append(_("stopped early"))
    elif failed := failed_words(row.job.pictures - made_pictures(row), row.job.pictures):
        parts.append(failed)
    if given_up := row.result and note_words(row.result):
        parts.append(given_up)
    said = escape(sentence(row), 100)
    return "\n".join(filter(None, (said and f"**{said}**", f"`{credit(row.job.params)}`", f"-# {' · '.join(parts)}")))


def note_words(result: Result) -> str:
    """What was given up, in sentences; a result from before notes had names has its own."""
    return " ".join(filter(None, (result.note, *(_note_words(one) for one in result.notes))))


def _note_words(note: notes.Note) -> str:
    """One of them; nothing for what a newer engine says and this version has no words for."""
    try:
        return _(notes.TEMPLATES[note.name]).format(**note.facts)
    except LookupError:
        return ""


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
        return classification_words(Verdict(facts["verdict"]), label)
    except (LookupError, ValueError):
        return str(facts.get("sentence", ""))


CLASSIFICATIONS = {
    Verdict.PERSON: classification_sentence.PERSON,
    Verdict.UNKNOWN: classification_sentence.UNKNOWN,
    Verdict.LIKELY: "This looks like {label}.",
    Verdict.SURE: "This is {label}.",
}
"""As `engine.classification_sentence` says it."""


def classification_words(verdict: Verdict, label: str) -> str:
    """What the network says is there. Raises IndexError where the label is needed and empty."""
    if spoken() == ENGLISH:
        return classification_sentence.sentence(verdict, label)
    return _(CLASSIFICATIONS[verdict]).format(label=label)


def guess_words(row: JobRow) -> str:
    """The likeliest labels, called guesses where nobody can tell: "my guesses: tray 12%, wallet 9%"."""
    found = likeliest_labels(row)
    labels = row.result.facts.get("labels", []) if row.result else []
    sure = not found or not sentence(row) or labels[0]["probability"] >= LIKELY
    return found if sure else _("my guesses: {labels}").format(labels=found)


def likeliest_labels(row: JobRow) -> str:
    """What was seen in a picture, the likeliest first: "🦊 fox 72%, lion 9%"; nothing for what was not looked at."""
    labels = row.result.facts.get("labels", ()) if row.result else ()
    shares = [(f"{one['emoji']} {one['label']}".strip(), one["probability"]) for one in labels[:3]]
    return plain(", ".join(f"{label} {percent(share)}" for label, share in shares if round(100 * share)), 100)


def alt_text(params: AnyParams, original: str, row: JobRow | None = None) -> str:
    """What someone who cannot see the picture should know of it; with its row, what was found out, too."""
    name = plain(origin_words(original), 80)
    match params:
        case Concept():
            text = f"{_concept_alt(params)}{_out_of(original)}."
        case Channel():
            text = _("{drawn}, drawn by the network itself.").format(drawn=_channel_alt(params))
        case Morph():
            text = f"{_morph_alt(params)}{_out_of(original)}."
        case Animate():
            said = _("An animation of how {name} became a dream: the network was asked for {aim}.")
            text = said.format(name=name, aim=aim_words(params))
        case Style():
            text = _style_alt(params, name)
        case See():
            text = _("What the network sees in {name}{found}. Below, the picture as its layers perceive it.")
            text = text.format(name=name, found=_see_alt(row))
        case _:
            text = _dream_alt(params, name, row)
    return text[:ALT_LIMIT]


def _dream_alt(params: AnyParams, name: str, row: JobRow | None) -> str:
    said = _("A dream of {name}: the network was asked for {aim}{guide}.")
    if isinstance(params, Zoom):
        said = _("An endless zoom into {name}: the network was asked for {aim}{guide}.")
    return said.format(name=name, aim=aim_words(params), guide=_guide_words(row))


def numbered_alt(text: str, number: int, count: int) -> str:
    """Alt text of one of several pictures."""
    if count == 1:
        return text
    return _("{number} of {count}: {text}").format(number=number, count=count, text=text)[:ALT_LIMIT]


def _see_alt(row: JobRow | None) -> str:
    parts = [sentence(row).rstrip("."), likeliest_labels(row)] if row else []
    said = "; ".join(filter(None, parts))
    return f": {said}" if said else ""


def _style_alt(params: Style, name: str) -> str:
    """What is painted, and what was dreamed meanwhile."""
    style = _(PAINTING_TITLES[params.painting])
    if not params.subject:
        return _("{name}, painted in the style of {style}.").format(name=name, style=style)
    said = _("{name}, painted in the style of {style}, with {subject} in it.")
    return said.format(name=name, style=style, subject=and_list(params.subject.split(JOINT)))


def _concept_alt(params: Concept) -> str:
    aim = aim_words(params)
    if params.variations > 1:
        said = _("{count} different pictures of what the network imagines when asked for {aim}")
        return said.format(count=params.variations, aim=aim)
    return _("What the network imagines when asked for {aim}").format(aim=aim)


def _morph_alt(params: Morph) -> str:
    first, *further = (_stage_words(params, one) for one in params.subjects)
    then = functools.reduce(_then_words, further)
    said = _("A strip of pictures by the network: {first} becomes {then}") if params.strip else ""
    said = said or _("An animation by the network: {first} becomes {then}")
    return said.format(first=first, then=then)


def _then_words(first: str, second: str) -> str:
    return _("{first}, then {second}").format(first=first, second=second)


def _stage_words(params: Morph, stage: str) -> str:
    layer, colon, channel = stage.rpartition(":")
    if colon:
        return _("channel {channel} of the layer {layer}").format(channel=channel, layer=layer)
    return and_list(stage.split(JOINT))


def _out_of(name: str) -> str:
    return "" if name == NOISE else _(", grown out of {name}").format(name=plain(origin_words(name), 80))


def _channel_alt(params: Channel) -> str:
    layer = _layer(params)
    if params.channel is not None:
        said = _("What channel {channel} of {layer} responds to")
        return said.format(channel=params.channel, layer=layer)
    if params.search:
        said = _("An atlas of {layer}: what the channels most linked to {search} respond to")
        return said.format(layer=layer, search=params.search)
    return _("An atlas of {layer}: what its most varied channels respond to").format(layer=layer)


def _layer(params: Channel) -> str:
    word = params.aim[1]
    named = params.catalog.network(params.network).friendly.get(word)
    if named:
        return _("the layer {layer} ({about})").format(layer=word, about=_(named.about))
    return _("the layer {layer}").format(layer=word)


def _guide_words(row: JobRow | None) -> str:
    return _(", guided by a second picture") if row and "guide" in row.job.others else ""


def alt_text_before(original: str) -> str:
    """Alt text while the dream is not there yet."""
    name = origin_words(original)
    return _("{name}, before the dream").format(name=plain(name, 80))[:ALT_LIMIT]


def aim_words(params: AnyParams) -> str:
    """What a dream goes towards: "eyes", "eyes and castle", "faces, animals, eyes", or a layer's name."""
    option, word = params.aim
    if option != "layer":
        return functools.reduce(_then_words, (and_list(stage.split(JOINT)) for stage in word.split(THEN)))
    return and_list([_term(params, term) for term in weighted_terms.read(params.catalog, params.network, word)])


def _term(params: AnyParams, term: weighted_terms.Term) -> str:
    named = params.catalog.network(params.network).friendly.get(term.name)
    if term.channel is not None:
        said = _("channel {channel} of the layer {layer}").format(channel=term.channel, layer=term.name)
    else:
        said = _(named.about) if named else _("the layer {layer}").format(layer=term.name)
    return _("less of {what}").format(what=said) if term.weight < 0 else said


ORIGINALS = {
    "avatar": "{name}'s avatar",
    "picture": "{name}'s picture",
    "video": "{name}'s video",
    "icon": "{name}'s icon",
}


def original_words(name: str, kind: str) -> str:
    """Whose what is dreamed, as rows keep it: "Ada's avatar"."""
    return NOISE if kind == NOISE else whose_words(name, kind)


@said_when_read
def whose_words(name: str, kind: str) -> str:
    """Whose what is dreamed: "Ada's avatar"."""
    return _(ORIGINALS[kind]).format(name=plain(name))


def origin_words(stored: str) -> str:
    """What a row says of what was dreamed, to whoever reads it now."""
    return _("noise") if stored == NOISE else stored_words.read(stored)


def picked_words(link: str) -> str:
    """For who takes a picture out of a sheet that was taken out before."""
    return _("It's here already: {link}").format(link=link)


def original_line(row: JobRow) -> str:
    """Under the picture that something was made of."""
    return _("What this was made of: {dream}").format(dream=f"`{credit(row.job.params)}`")


def reported_words(code: str) -> str:
    """For who reported something."""
    return with_code(_("Thanks, your report was sent to the bot's owner."), code)


def report_words(code: str, link: str, name: str, user_id: int, reason: str) -> str:
    """A report, as the bot's owner reads it in the channel for reports. Nothing in it pings."""
    said = escape(reason, REASON_LIMIT) or _("no reason given")
    text = _("**Report {code}** · {link}\nby {name} ({user}): {reason}")
    return text.format(code=code, link=link or _(PRIVATE_DREAM), name=escape(name), user=f"`{user_id}`", reason=said)


def ready_words(user_id: int) -> str:
    """The one ping, after a long wait."""
    return _("{user}, your dream is ready!").format(user=f"<@{user_id}>")


def direct_message_words(name: str) -> str:
    """On top of an answer that comes by direct message."""
    return _("I can no longer answer where you asked, {name}, so here is your dream.").format(name=escape(name))


def cannot_write_words(link: str) -> str:
    """For who speaks to the bot where it cannot answer, by direct message."""
    return _(
        "I can't answer you there: {link}. Ask a moderator to let me send messages and attach files in that channel."
    ).format(link=link)


def sent_directly_words(link: str) -> str:
    """For who asks where neither the channel nor 15 minutes are enough."""
    if link:
        return _("I can't post this one here, so it comes to you as a direct message: {link}").format(link=link)
    return _("I can't post this one here, so it comes to you as a direct message.")


def saved_words(name: str, *, replaced: bool = False) -> str:
    """After saving, also over one of that name."""
    done = _("Replaced your preset of that name.") if replaced else _("Saved.")
    return f"{done} {_use_words(name)}"


def _use_words(name: str) -> str:
    return _("Use it: {command}").format(command=f"`/dream preset:{escape_code(name)}`")


def deleted_words(name: str, *, shared: bool = False) -> str:
    """After deleting."""
    done = _("Deleted the preset {name}.").format(name=escape(name))
    ended = _("What you shared of it can't be saved any more.") if shared else ""
    return " ".join(filter(None, (done, ended, _("`/preset list` shows the others."))))


def renamed_words(name: str, to: str) -> str:
    """After renaming."""
    return f"{_('{name} is {to} now.').format(name=escape(name), to=escape(to))} {_use_words(to)}"


def added_words(shared: str, name: str, *, was_there: bool) -> str:
    """After saving what somebody shared, under its own name or under another."""
    if was_there:
        said = _("You have this one already, as {name}.").format(name=escape(name))
    elif shared == name:
        said = _("Saved.")
    else:
        said = _("You have another preset called {shared}, so I saved this one as {name}.")
        said = said.format(shared=escape(shared), name=escape(name))
    return f"{said} {_use_words(name)}"


def shared_words(code: str) -> str:
    """For who shared a preset, and nobody else."""
    return _(
        "Shared. In other servers it's {command}.\n"
        "-# Card and code keep these settings, whatever you change later. To end both, delete the preset or press "
        "Stop sharing under `/preset show`."
    ).format(command=f"`/preset import code:{code}`")


def unshared_words(name: str) -> str:
    """After a preset is shared no more."""
    said = _("{name} isn't shared any more: its cards and codes no longer save it. You still have it.")
    return said.format(name=escape(name))


def share_card_words(sharer: str, name: str, settings: str) -> str:
    """On the card of a shared preset."""
    title = _("{sharer} shares a preset: **{name}**").format(sharer=escape(sharer), name=escape(name))
    hint = _("-# Save to mine keeps these settings for you, as one of your own presets.")
    return f"{title}\n{settings}\n{hint}"


def preset_panel_words(name: str, settings: str, code: str = "", *, changed: bool = False) -> str:
    """One's own preset, with the code if it is shared, and whether it was changed since."""
    shared = _("-# Shared, as it was before you changed it: {command}") if changed else _("-# Shared: {command}")
    below = "\n" + shared.format(command=f"`/preset import code:{code}`") if code else ""
    return f"**{escape(name)}**\n{settings}{below}"


def preset_settings(params: Dream) -> str:
    """The settings of a preset in words, one a line: what it brings out, what is not the default, and the model."""
    option, word = params.aim
    about = f" ({aim_words(params)})" if option == "layer" else ""
    lines = [f"{_(PICK_LAYER) if option == 'layer' else _(PICK_SUBJECT)}: {escape(word, 100)}{escape(about, 200)}"]
    lines += [f"{_(PRESET_LABELS[name])}: {_value_words(name, value)}" for name, value in _preset_facts(params).items()]
    return "\n".join([*lines, f"{_(PICK_NETWORK)}: {escape(params.network, 60)}"])


PRESET_LABELS = {
    "strength": PICK_STRENGTH,
    "size": PICK_SIZE,
    "look": PICK_LOOK,
    "keep": PICK_KEEP,
    "colours": PICK_COLOURS,
    "protect": PICK_PROTECT,
    "guide_by": PICK_GUIDE_BY,
    "where": PICK_WHERE,
}


def _preset_facts(params: Dream) -> dict[str, Any]:
    return {name: value for name in PRESET_LABELS if (value := getattr(params, name)) != _default(params, name)}


def _value_words(name: str, value: Any) -> str:
    """A setting's value as the chat calls it: "1.6 (strong)", "768 px", "25%"."""
    if name == "strength":
        found = next((_(label).partition(" ·")[0].lower() for label, number in STRENGTHS if number == value), "")
        return f"{decimal(f'{value:g}')}{f' ({found})' if found else ''}"
    if name in ("size", "keep"):
        return f"{value} px" if name == "size" else percent(value)
    labels = {"look": LOOKS, "colours": COLOURS, "protect": PROTECT, "guide_by": GUIDE_BY, "where": WHERE}[name]
    return next(_(label) for label, word in labels if word == value)


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
    more = _("-# and {number} more; type `/dream preset:` to see them").format(number=rest)
    return "\n".join([*shown, *([more] if rest else [])])


def escape_code(text: str, limit: int = NAME_LIMIT) -> str:
    """A person's text inside backticks."""
    return plain(text, limit).replace("`", "'")


def moved_words(command: str) -> str:
    """For a command that there is no more: what it is called now. Of a group that is gone as a whole, only the group's
    name is known."""
    return _(next((said for name, said in MOVED_COMMANDS.items() if f"{name} ".startswith(f"{command} ")), CHANGED))


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
        return pgettext("of a dream", "private")
    return _("its message is gone") if gone or not posting.link else f"[{_('open')}]({posting.link})"


def pictures_left(count: int, limit: int, free_in_s: float) -> str:
    """How many more pictures one may ask for at once."""
    left = _("**At once:** {count} of {limit} pictures in use, {left} left")
    left = left.format(count=count, limit=limit, left=max(limit - count, 0))
    free = _(" · the next is free in about {time}").format(time=duration(free_in_s))
    return f"{left}{free}" if count else left


def queue_limit(waiting: int, limit: int) -> str:
    """How full the queue is."""
    return _("**Everyone's queue:** {waiting} of {limit}").format(waiting=waiting, limit=limit)


def presets_left(count: int, limit: int) -> str:
    """How many presets one has."""
    return _("**Presets:** {count} of {limit}").format(count=count, limit=limit)


def upload_limit(megabytes: float, megapixels: float) -> str:
    """How large a picture may be."""
    said = _("**Images you send:** up to {megabytes} MB and {megapixels} megapixels")
    return said.format(megabytes=decimal(f"{megabytes:g}"), megapixels=decimal(f"{megapixels:g}"))


def model_line(name: str, about: str, *, default: bool) -> str:
    """One model: what it is called in a command, and what it is good for."""
    known = _(GOOD_FOR[name]) if name in GOOD_FOR else escape(about, 120)
    return f"- `{escape_code(name)}` · {_('**default** · ') if default else ''}{known}"


def models_missing(names: list[str]) -> str:
    """The models that are not installed; nothing where all are."""
    if not names:
        return ""
    said = _("-# Not installed here (the bot's owner can add them): {names}")
    return said.format(names=escape(", ".join(names), 400))


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
    return _("-# Sent because you reacted with ✉️ to {link} · ❌ takes it away").format(link=link)


def copy_without_image_words(link: str) -> str:
    """Where a result cannot be sent directly."""
    return _("I can't send that one here, but it stands there: {link}").format(link=link)


def switch_words(name: str, *, on: bool) -> str:
    """One of the switches in `/settings`: what it is, whether it is on, and what it does."""
    return _switch_words(*SWITCHES[name], on=on)


def _switch_words(title: str, about: str, *, on: bool) -> str:
    state = f"**{pgettext('of a switch', 'on')}**" if on else pgettext("of a switch", "off")
    return f"**{_(title)}** · {state}\n-# {_(about)}"


def all_deleted_words(
    *, settings: bool, presets: int, jobs: int, pictures: int, messages: int, messages_left: int, left: int
) -> str:
    """After deleting all that was stored about somebody; `left` jobs could not be deleted yet."""
    parts = [
        quantity(presets, "preset"), quantity(jobs, "dream"), quantity(pictures, "stored image"),
        quantity(messages, "message"),
    ]  # fmt: skip
    found = [*([_("your settings")] if settings else []), *filter(None, parts)]
    said = [_("Deleted: {things}.").format(things=", ".join(found)) if found else _("There was nothing to delete.")]
    if messages_left:
        said.append(ngettext(
            "{number} message I could not delete: ask a moderator of that server.",
            "{number} messages I could not delete: ask a moderator of that server.", messages_left,
        ))  # fmt: skip
    if left:
        said.append(ngettext(
            "{number} dream didn't stop in time: delete your data once more in a minute.",
            "{number} dreams didn't stop in time: delete your data once more in a minute.", left,
        ))  # fmt: skip
    return " ".join(said)


QUANTITIES = {
    "dream": ("{number} dream", "{number} dreams"),
    "image": ("{number} image", "{number} images"),
    "message": ("{number} message", "{number} messages"),
    "preset": ("{number} preset", "{number} presets"),
    "stored image": ("{number} stored image", "{number} stored images"),
    "star": ("{number} star", "{number} stars"),
    "vote": ("{number} vote", "{number} votes"),
    "person": ("{number} person", "{number} people"),
}
"""One and several of what is counted."""


def quantity(number: int, word: str) -> str:
    """ "1 dream", "2 dreams", and nothing for none."""
    return ngettext(*QUANTITIES[word], number) if number else ""


def ready_directly_words(posting: Posting) -> str:
    """A direct message after a long wait."""
    if posting.ephemeral:
        return _("Your dream is ready, where you asked for it: only you can see it there.")
    return _("Your dream is ready: {link}").format(link=posting.link)


def queue_line(row: JobRow, where: Place, link: str) -> str:
    """One of your dreams in the queue."""
    stands = _("Dreaming now") if where.state is State.RUNNING else place_words(where)
    way = f" · [{_('open')}]({link})" if link else ""
    return f"`{escape_code(credit(row.job.params), DREAM_LINE_LIMIT)}`\n{stands}{way}"


def queue_total(total: int, seconds: float) -> str:
    """The whole queue."""
    said = _("{total} in the queue altogether · the last is ready in about {time}")
    return said.format(total=total, time=duration(seconds))


def queue_none(total: int) -> str:
    """When the queue has nothing of yours."""
    return _("You have nothing in the queue. Start something with `/dream`.") if total else _(EMPTY_QUEUE)


# what mends a refusal

OFFER_OVER = "That button was used, or I restarted since. Ask again with the word it offers."


def use_words(word: str) -> str:
    """The button that asks again with a word that is known."""
    return _("Use {word}").format(word=plain(word, 65))


def using_words(word: str) -> str:
    """In place of a hint whose word was taken."""
    return _("Using {word}.").format(word=f"`{escape_code(word, 70)}`")


def job_code(id: str) -> str:
    """What a person can tell the bot's owner of something that broke: it begins the job's id, which is in the log."""
    return f"`{id[:6]}`"


# messages that speak with the bot

HINT = "Say what to bring out, like `castles` or 🦊, and attach a picture if you like. `help` shows more."


def hint_words(near: str = "") -> str:
    """For who says nothing that means something here; `near` is what a word may have been mistyped for."""
    said = _("Did you mean {word}? Reply with that, or with `help`.").format(word=f"`{escape_code(near)}`")
    return said if near else _(HINT)


@said_when_read
def picture_count_words(taken: int, count: int) -> str:
    """Which of several pictures are dreamed: "3 images", "the first of 3 images, 2 left out", "the first 4 of 6 images,
    2 left out"; nothing for a single one."""
    if count == 1:
        return ""
    if taken == count:
        return quantity(count, "image")
    if taken == 1:
        said = _("the first of {count} images, {left} left out")
        return said.format(count=count, left=count - taken)
    said = _("the first {taken} of {count} images, {left} left out")
    return said.format(taken=taken, count=count, left=count - taken)


@said_when_read
def unopened_words(count: int) -> str:
    """Of several pictures, how many could not be opened."""
    return ngettext("{number} couldn't be opened", "{number} couldn't be opened", count) if count else ""


def withheld_words(share: float, name: str) -> str:
    """In place of a result that hardly differs from what it was made of; `share` of its pixels, in [0, 1]."""
    return _(WITHHELD).format(share=percent(share), name=escape(name))


@said_when_read
def earlier_words() -> str:
    """In place of whose image it was."""
    return _(EARLIER)


@said_when_read
def from_above_words() -> str:
    """Beside a dream of a dream."""
    return _(FROM_ABOVE)


@said_when_read
def from_zoom_words() -> str:
    """Beside a zoom that goes on where another ended."""
    return _(FROM_ZOOM)


@said_when_read
def to_here_words() -> str:
    """Beside an animation."""
    return _(TO_HERE)


@said_when_read
def part_words(number: int, count: int) -> str:
    """Which one of several pictures something was made of."""
    return _("image {number} of {count}").format(number=number, count=count)


def failed_words(failed: int, asked: int) -> str:
    """Of several pictures that were to be made, how many could not be."""
    return _("{failed} of {asked} failed").format(failed=failed, asked=asked) if failed > 0 else ""


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
NSFW_HINT = (
    "-# If checked, a program scores every image; it can be wrong. The bot's owner chose: {owner}. The stricter counts."
)
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
    return _("**Rules of {name}**").format(name=escape(name, 100))


def scope_words(channel_id: str, rules: ServerRules, held: ChannelRules) -> str:
    """Above the rules of one channel, or of all."""
    title = _("**Channels** · rules of {channel}").format(channel=f"<#{channel_id}>")
    title = title if channel_id else _("**Channels** · rules of all channels")
    said = rules_lines(rules)
    lines = {"Dreams": said["Channels"], "Games": said["Games"], "Can be made": _made_words(held)}
    shown = {name: line for name, line in lines.items() if name == "Can be made" or not channel_id}
    return f"{title}\n{rules_words(shown)}\n{_(CHANNELS_HINT)}"


def rules_lines(rules: ServerRules) -> dict[str, str]:
    """All rules of a server, each by its name, which is one of `RULE_NAMES` or mentions a role or channel; what
    changed is said by the same words."""
    whole = rules.whole
    lines = {
        "Dreams": pgettext("of dreams", "paused") if rules.paused else pgettext("of a switch", "on"),
        "Channels": ", ".join(f"<#{id}>" for id in rules.channels) or _("everywhere"),
        "Can be made": _made_words(whole),
        "Games": ", ".join(f"<#{id}>" for id in rules.games) or pgettext("of a switch", "off"),
        "Everyone": ", ".join(filter(None, (_limit_words(whole.limit), _posts_in_channel(whole))))
        or _("the bot owner's limits"),
        **{f"<@&{id}>": _limit_words(limit) for id, limit in rules.by_role.items()},
        **{f"<#{id}>": _place_words(id, one, rules) for id, one in rules.by_channel.items()},
        "Results": _results_words(rules),
        "Hidden": ", ".join(_hidden_words(name) for name in rules.hidden) or _("nothing"),
        "Others' avatars": "" if rules.others_avatars else _("not dreamed"),
        "Unsafe images": "" if rules.nsfw == "off" else _(NSFW_ACTIONS.get(rules.nsfw, rules.nsfw)),
        "Log": f"<#{rules.log_channel}>" if rules.log_channel else pgettext("of a channel", "none"),
    }
    return {name: line for name, line in lines.items() if line}


RULE_NAMES = (
    "Dreams", "Channels", "Can be made", "Games", "Everyone", "Results", "Hidden", "Others' avatars", "Unsafe images",
    "Log",
)  # fmt: skip


def rules_words(lines: Mapping[str, str], most: int = 3400) -> str:
    """The rules as a list; what does not fit is counted."""
    said: list[str] = []
    for name, line in lines.items():
        said.append(f"- {name if name.startswith('<') else f'**{_(name)}:**'} {line}")
        if sum(map(len, said)) > most:
            return "\n".join([*said[:-1], _more_words(len(lines) - len(said) + 1)])
    return "\n".join(said)


def _more_words(count: int) -> str:
    return ngettext("-# … and {number} more", "-# … and {number} more", count)


@speaks_publicly
def changes_words(name: str, before: ServerRules, after: ServerRules) -> str:
    """For the log: who changed which rules; "" where nothing changed."""
    old, new = rules_lines(before), rules_lines(after)
    changed = {key: new.get(key, _("no rules")) for key in {**old, **new} if old.get(key) != new.get(key)}
    title = _("{name} changed the rules:").format(name=escape(name))
    return f"{title}\n{rules_words(changed, 1200)}" if changed else ""


def _hidden_words(name: str) -> str:
    said = _(CATEGORIES.get(name, name))
    return said[:1].lower() + said[1:] if spoken() == ENGLISH else said


def _made_words(channel: ChannelRules) -> str:
    barred = ", ".join(_("no {command}").format(command=one) for one in channel.barred) or _("everything")
    if not channel.most_size:
        return barred
    return _("{what}, up to {size} px").format(what=barred, size=channel.most_size)


def _place_words(id: str, channel: ChannelRules, rules: ServerRules) -> str:
    said = _channel_words(channel)
    if not said or not rules.channels or id in rules.channels:
        return said
    return _("{rules}; but no dreams are made there, see Channels").format(rules=said)


def _channel_words(channel: ChannelRules) -> str:
    made = _made_words(channel) if channel.barred or channel.most_size else ""
    posts = ""
    if channel.posts_hourly is not None:
        posts = ngettext("{number} post an hour", "{number} posts an hour", channel.posts_hourly)
    return ", ".join(filter(None, (made, _limit_words(channel.limit), posts)))


def _posts_in_channel(whole: ChannelRules) -> str:
    if whole.posts_hourly is None:
        return ""
    return ngettext("{number} post an hour in a channel", "{number} posts an hour in a channel", whole.posts_hourly)


LIMIT_WORDS = {
    "at_once": "{number} at once",
    "hourly": "{number} an hour",
    "daily": "{number} a day",
    "cooldown_s": "{number} s between two",
}
"""A person's limits in a list."""


def _limit_words(limit: PersonLimit) -> str:
    given = {name: getattr(limit, name) for name in LIMIT_WORDS}
    return ", ".join(_(LIMIT_WORDS[name]).format(number=one) for name, one in given.items() if one is not None)


def _results_words(rules: ServerRules) -> str:
    quiet = _("quiet from {hours}").format(hours=quiet_words(rules.quiet)) if rules.quiet else ""
    switched = [
        _("private unless asked otherwise") if rules.private else pgettext("of results", "public"),
        _("follow-ups in a thread") if rules.threads else "",
        _("one at a time") if rules.one_chain else "",
    ]
    return ", ".join(filter(None, [*switched, quiet]))


def quiet_words(quiet: QuietHours) -> str:
    """ "22:00 to 07:00 (Europe/Berlin)"."""
    begin, end = clock_words(quiet.begin), clock_words(quiet.end)
    return _("{begin} to {end} ({zone})").format(begin=begin, end=end, zone=quiet.zone)


def quiet_hours_words(quiet: QuietHours | None) -> str:
    """When it is quiet, in `/server panel`."""
    hours = quiet_words(quiet) if quiet else pgettext("of hours", "none")
    return _("**Quiet hours** · {hours}\n-# Results are shown only to whoever asks").format(hours=hours)


def hidden_title(hidden: str) -> str:
    """Above what is not made in a server."""
    return _("**Safety** · hidden: {subjects}").format(subjects=hidden)


def clock_words(minute: int) -> str:
    """Minutes after midnight as a time: "07:30"."""
    return f"{minute // 60:02}:{minute % 60:02}"


def server_switch_words(name: str, *, on: bool) -> str:
    """One of the switches in `/server panel`."""
    return _switch_words(*SERVER_SWITCHES[name], on=on)


def nsfw_words(owner: str, command: str = "") -> str:
    """About the check of images: what the bot's owner decided; `command` installs what is missing."""
    if command:
        return _(NSFW_MISSING).format(command=command)
    return _(NSFW_HINT).format(owner=_(NSFW_ACTIONS[owner]))


@speaks_publicly
def thread_name(name: str) -> str:
    """The name of the thread under somebody's result."""
    return _("{name}'s dream, continued").format(name=plain(name))


@speaks_publicly
def log_line(row: JobRow, posting: Posting) -> str:
    """For a server's log: who asked for what, and where it stands."""
    said = _("{name} ({user}) asked for {dream} · {where}")
    user, dream = f"<@{posting.user_id}>", f"`{credit(row.job.params)}`"
    return said.format(name=escape(posting.name), user=user, dream=dream, where=_place_in_log(posting))


def _place_in_log(posting: Posting) -> str:
    return posting.link or _("{channel}, privately").format(channel=f"<#{posting.channel_id}>")


def findings_words(findings: Sequence[Finding]) -> str:
    """What a check found: what is wrong first, each with its remedy."""
    said = [(one.fine, fact_words.say(one.what), fact_words.say(one.remedy)) for one in findings]
    wrong = [f"- ❌ **{what}** {remedy}" for fine, what, remedy in said if not fine]
    right = [f"- ✅ {what}" for fine, what, remedy in said if fine]
    return "\n".join([_(CHECK_TITLE), *(wrong or [_(ALL_FINE)]), *right])[:3800]


def week_words(week: Week) -> str:
    """The statistics of a server."""
    if not week.made:
        return f"{_(WEEK_TITLE)}\n{_(NO_WEEK)}"
    asked = ", ".join(f"{escape(name)} ({count})" for name, count in week.subjects)
    by = _("**{dreams}** by {people}").format(
        dreams=quantity(week.made, "dream"), people=quantity(week.people, "person")
    )
    times = _("Usually begun after {waited}, made within {took}")
    lines = [
        by,
        _("What was made: {kinds}").format(kinds=", ".join(f"{name} ({count})" for name, count in week.recipes)),
        _("Most asked for: {subjects}").format(subjects=asked) if asked else "",
        _("Busiest channel: {channel}").format(channel=f"<#{week.channel}>") if week.channel else "",
        times.format(waited=duration(week.waited_s), took=duration(week.took_s)),
        ngettext("{number} dream failed", "{number} dreams failed", week.failed) if week.failed else "",
        ngettext("{number} dream cancelled", "{number} dreams cancelled", week.cancelled) if week.cancelled else "",
    ]
    return "\n".join([_(WEEK_TITLE), *(f"- {line}" for line in lines if line)])


# moderation

BLOCKED_TITLE = "**Blocked here**"
NOTHING_BLOCKED = (
    "Nobody and no image. Moderators right-click a message or a person, then *Apps*, *Block image* or *Block user*."
)


def image_blocked_words(count: int) -> str:
    """After blocking the images of a message, and of a dream what it was made of."""
    return _(
        "Blocked {images}: refused in this server from now on, also smaller, mirrored or saved anew. "
        "`/server blocked` takes it back. The message itself stays: delete it if you want it gone."
    ).format(images=quantity(count, "image"))


def user_blocked_words(name: str) -> str:
    """After blocking somebody."""
    return _(
        "Blocked {name}: I refuse what they ask for in this server, and cancelled what they had in the queue. "
        "`/server blocked` takes it back."
    ).format(name=escape(name))


def blocks_words(blocks: Sequence[Block], count: int) -> str:
    """The list of what is blocked in a server; `count` of all of it."""
    by = _("- {what}, {time} by {user}")
    lines = [
        by.format(what=_block_words(one), time=f"<t:{one.created:.0f}:R>", user=f"<@{one.blocked_by}>")
        for one in blocks
    ]
    more = [_more_words(count - len(blocks))] if count > len(blocks) else []
    return "\n".join([_(BLOCKED_TITLE), *(lines or [_(NOTHING_BLOCKED)]), *more])


def _block_words(block: Block) -> str:
    if block.kind == USER:
        return f"<@{block.value}> ({escape(block.about)})"
    return f"[{_('image {code}').format(code=block.value[:8])}]({block.about})"


def block_label(block: Block) -> str:
    """One block, as what can be chosen."""
    return plain(block.about, 90) if block.kind == USER else _("Image {code}").format(code=block.value[:8])


@speaks_publicly
def blocked_line(name: str, what: str) -> str:
    """For a server's log: who blocked what."""
    return _("{name} blocked {what}").format(name=escape(name), what=what)


@speaks_publicly
def unblocked_line(name: str, what: str) -> str:
    """For a server's log: who took a block back."""
    return _("{name} took the block of {what} back").format(name=escape(name), what=what)


ROW_LINES = {
    "cancelled": "{name} cancelled {dream} of {user} · {where}",
    "deleted": "{name} deleted {dream} of {user} · {where}",
    "reported": "{name} reported {dream} of {user} · {where}",
}


@speaks_publicly
def row_line(name: str, verb: str, row: JobRow, posting: Posting) -> str:
    """For a server's log: who cancelled, deleted or reported whose dream, by the keys of `ROW_LINES`."""
    dream, user = f"`{credit(row.job.params)}`", f"<@{row.job.requester}>"
    return _(ROW_LINES[verb]).format(name=escape(name), dream=dream, user=user, where=_place_in_log(posting))


sentence_module.install(__name__)
