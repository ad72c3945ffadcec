"""What people read of what happens again and again in a channel: `(facts) => text`; the rest is in `bot.wording`.

Longer than most files: it is the sentences of all rituals, which use one another's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot import fact_words, wording
from bot.languages import sentence_module
from bot.languages.current import speaks_publicly
from bot.languages.stored_words import said_when_read
from bot.languages.translation import gettext as _
from bot.languages.translation import ngettext, pgettext
from bot.store.posting import Posting
from bot.store.schedules import DAILY, ENDLESS, EXHIBITION, EXQUISITE, GAME, Schedule
from engine.queue.job import JobRow

UNTRANSLATED = frozenset({"DAILY", "ENDLESS", "EXHIBITION", "EXQUISITE", "GAME"})
"""Constants that are kinds, and no sentences."""
TITLES = {
    ENDLESS: "Endless dream",
    DAILY: "Daily dream",
    EXHIBITION: "Exhibition",
    EXQUISITE: "Exquisite dream",
    GAME: "Exquisite dream",
}
ABOUT = {
    ENDLESS: "a zoom that goes on, towards what people vote for",
    DAILY: "one image a day for everybody to dream",
    EXHIBITION: "dreams with enough stars are shown here",
    EXQUISITE: "2 to 8 people add a dream each to one image: `/play exquisite`",
}
CHOICES = {kind: f"{TITLES[kind]}: {about}".replace("`", "") for kind, about in ABOUT.items()}
"""The kinds as choices of a command."""
RITUAL_VERBS = {
    "step": "Add your dream",
    "end": "End it",
    "take": "Dream it",
    "about": "How it was made",
    "wake": "Wake it up",
    "off": "Turn off",
    "on": "Turn on",
}
MOST_RITUALS = 8
"""In one server, switched on or off."""
VOTE_LIMIT = 80
"""Characters of a button."""
NO_RITUALS = (
    "**Rituals** · nothing is on yet\nSwitch one on with `/server ritual kind:`, in the channel that it is for:\n"
    + "\n".join(f"- **{TITLES[kind]}**: {about}" for kind, about in ABOUT.items())
)
REST_REASONS = {
    "off": "turned off",
    "idle": "resting, because nobody came",
    "closed": "resting: I can't post there. Let me see the channel, send messages, attach files and read its history",
    "barred": "resting: what it makes is not allowed there. Allow zooms and dreams there in `/server panel`",
    "failed": "resting: its dream failed three times. Turn it on again to try once more",
}
"""Why nothing happens, by the words in rows: frozen."""
REST_FINDINGS = {
    "idle": ("rests: nobody came for a week.", "Press *Wake it up* there, or *Turn on* in `/server ritual`."),
    "closed": (
        "rests: I could not post there.",
        "Let me see the channel, send messages, attach files and read its history; then *Turn on* in `/server ritual`.",
    ),
    "barred": (
        "rests: what it makes is not allowed there.",
        "Allow it on the page Channels of `/server panel`; then *Turn on* in `/server ritual`.",
    ),
    "failed": ("rests: its dream failed three times.", "*Turn on* in `/server ritual` tries again."),
}
"""The same for `/server check`: what is wrong, and its remedy."""
RESTS = ("rests.", "*Turn on* in `/server ritual` tries again.")
"""Where nobody knows why."""
GONE_CHANNEL = "a channel that is gone"
NO_CHANNEL = "can't go on: I don't see its channel."
NO_CHANNEL_REMEDY = "Let me see the channel, or turn it off in `/server ritual`."
LACKING_REMEDY = "Allow it there for my role; without it, the ritual rests as soon as it is due."
BARRED = "will rest: zooms are not made there."
BARRED_REMEDY = "Allow them on the page Channels of `/server panel`, or turn the ritual off in `/server ritual`."
CLOSED_TO_PEOPLE = "can't be joined: dreams are not made there."
CLOSED_TO_PEOPLE_REMEDY = "Allow them on the page Channels of `/server panel`."
WAITING_REMEDY = "`/server resume` lets them go on; what was missed happens once."
IDLE_WORDS = "Nobody voted for a week, so the endless dream rests. Wake it up, and it goes on where it stopped."
NO_TAKES_WORDS = "Nobody dreamed the daily image for a week, so the daily dream rests. Wake it up for the next one."
SUBJECT_LABEL = "What should come out?"
SUBJECT_HINT = "eyes, castles, fox, 🦊"
SURPRISE_HINT = "eyes, castles, 🦊 (leave it empty for a surprise)"
TAKE_TITLE = "Dream the daily image"
STEP_TITLE = "Add your dream"
THREAD_NAME_LIMIT = 100
ROAD_LIMIT = 12
"""Subjects that are named."""
LOST_WORDS = "I restarted too late for one of its times, and go on at the next."


def list_title(count: int) -> str:
    """Over what is on in a server."""
    return _("**Rituals** · {count} of {most}").format(count=count, most=MOST_RITUALS)


def ritual_line(schedule: Schedule) -> str:
    """One of them, with when it comes next or why it does not."""
    paused = str(schedule.state.get("paused", ""))
    if paused:
        said = _(REST_REASONS.get(paused, paused))
    elif schedule.kind == EXHIBITION:
        stars = int(schedule.state.get("threshold", 0))
        said = ngettext("from {number} star on", "from {number} stars on", stars)
    elif schedule.due is None:
        said = pgettext("of a switch", "on")
    else:
        said = _("next {time}, {hours}").format(time=f"<t:{int(schedule.due)}:R>", hours=hours_words(schedule))
    return f"{_place_words(schedule)}\n-# {said}"


def _place_words(schedule: Schedule) -> str:
    said = _("**{ritual}** in {channel}")
    return said.format(ritual=_(TITLES[schedule.kind]), channel=f"<#{schedule.channel_id}>")


def hours_words(schedule: Schedule) -> str:
    """When it happens: "at 18:00 Europe/Berlin", with how often if that is not every day."""
    every = int(schedule.state.get("every_h", 24))
    said = _("at {hour} {zone}") if every == 24 else _("every {every} h from {hour} {zone}")
    return said.format(every=every, hour=f"{schedule.hour:02}:00", zone=wording.escape(schedule.zone, 40))


@speaks_publicly
def rest_line(schedule: Schedule, reason: str) -> str:
    """For the log channel of a server: why something rests."""
    said = _("{ritual} is {reason}. `/server ritual` turns it on again.")
    return said.format(ritual=_place_words(schedule), reason=_(REST_REASONS.get(reason, reason)))


def rest_words(reason: str) -> tuple[str, str]:
    """Why one rests, and what wakes it; `reason` as rows have it."""
    what, remedy = REST_FINDINGS.get(reason, RESTS)
    return _(what), _(remedy)


def waiting_words(count: int) -> str:
    """Rituals of a server that is paused."""
    return ngettext(
        "{number} ritual waits while dreams are paused.", "{number} rituals wait while dreams are paused.", count
    )


def active_words(count: int) -> str:
    """Rituals with which all is fine."""
    return ngettext("{number} ritual is on.", "{number} rituals are on.", count)


def lacking_words(names: Sequence[str]) -> str:
    """Which permissions a ritual lacks in its channel."""
    return _("will rest: I lack {permissions} there.").format(permissions=", ".join(map(fact_words.say, names)))


def trouble_words(kind: str, channel: str, what: str) -> str:
    """Which ritual it is that `what` is said of; `channel` is what its channel is called, "" if there is none."""
    said = _("{ritual} in {channel} {what}")
    return said.format(ritual=_(TITLES[kind]), channel=channel or _(GONE_CHANNEL), what=what)


@speaks_publicly
def failed_line(schedule: Schedule) -> str:
    """For the log channel: one time came to nothing."""
    return f"{_place_words(schedule)}: {_(LOST_WORDS)}"


def day_name(number: int) -> str:
    """Who asked for a dream of an endless zoom: nobody did."""
    return _("Endless dream, part {number}").format(number=number)


def poll_words(number: int, subject: str, counts: Mapping[str, int], due: float | None) -> str:
    """Over the buttons of a vote."""
    votes = wording.quantity(sum(counts.values()), "vote") or _("no votes yet")
    when = _(" · it goes on {time}").format(time=f"<t:{int(due)}:R>") if due is not None else ""
    asked = _("Where next? One vote each, the last one counts.")
    return f"{_part(number, subject)}\n{asked}\n-# {votes}{when}"


def closed_poll_words(number: int, subject: str, winner: str, votes: int) -> str:
    """In place of a vote that is over."""
    said = _("{votes}, next: {winner}") if votes else _("nobody voted")
    said = said.format(votes=wording.quantity(votes, "vote"), winner=wording.escape(winner, 60))
    return f"{_part(number, subject)}\n-# {said}"


def _part(number: int, subject: str) -> str:
    towards = _(" · towards {subject}").format(subject=wording.escape(subject, 60)) if subject else ""
    return f"**{day_name(number)}**{towards}"


def replay_words(titles: Sequence[str]) -> str:
    """Under the film of a week."""
    return f"{_('**A week of the endless dream**')}\n{_road(titles, ' → ')}"


def replay_alt(titles: Sequence[str]) -> str:
    """For those who cannot see it."""
    return wording.plain(_("A zoom without end, by way of {road}").format(road=_road(titles, ", ")), wording.ALT_LIMIT)


def _road(titles: Sequence[str], sign: str) -> str:
    """Where it went, each once in a row; of many the last."""
    told = [one for at, one in enumerate(titles) if at == 0 or one != titles[at - 1]]
    shown = [wording.escape(one, 60) for one in told[-ROAD_LIMIT:]]
    return sign.join([*(["…"] if len(told) > ROAD_LIMIT else []), *shown])


def choice_label(subject: str, count: int) -> str:
    """A button of a vote."""
    return f"{wording.plain(subject, VOTE_LIMIT - 10)} · {count}" if count else wording.plain(subject, VOTE_LIMIT)


@speaks_publicly
def woken_words(name: str) -> str:
    """In place of the message that it rests."""
    return _("{name} woke up the endless dream: it goes on.").format(name=wording.escape(name))


@speaks_publicly
def changed_line(name: str, schedule: Schedule) -> str:
    """For the log channel of a server: who changed it, and how it is now."""
    said = " ".join(ritual_line(schedule).split("\n-#"))
    return _("{name} changed: {ritual}").format(name=wording.escape(name), ritual=said)


EVERY = {
    1: "every hour",
    2: "every 2 hours",
    3: "every 3 hours",
    4: "every 4 hours",
    6: "every 6 hours",
    8: "every 8 hours",
    12: "every 12 hours",
    24: "every day",
}


def every_words(hours: int) -> str:
    """A choice of how often it happens."""
    return EVERY[hours]


@speaks_publicly
def star_label(count: int) -> str:
    """The button by which a star is given."""
    return f"{wording.VERBS['ritual:star']} {count}" if count else wording.VERBS["ritual:star"]


def exhibit_words(row: JobRow, posting: Posting, count: int) -> str:
    """Under a dream in a gallery: its title, who made it, how, and how many stars it had then."""
    return f"{by_words(row, posting)}\n`{wording.credit(row.job.params)}`\n-# ⭐ {count}"


def by_words(row: JobRow, posting: Posting) -> str:
    """What a dream is called, and who made it."""
    said = _("**{title}** by {name}")
    return said.format(title=wording.escape(title_of(row), 80), name=wording.escape(posting.name))


SAMPLES = {
    "cat": "a cat",
    "astronaut": "an astronaut",
    "coffee": "a cup of coffee",
    "rocket": "a rocket",
    "galaxies": "deep space",
    "hills": "evening hills",
    "owl": "an owl",
    "spiral": "an eye",
    "planet": "a planet",
    "clouds": "clouds",
    "street": "a town square",
    "leaves": "leaves",
}


@said_when_read
def sample_words(name: str) -> str:
    """What is to be seen in one of the pictures that come with the bot."""
    return _(SAMPLES[name])


def title_of(row: JobRow) -> str:
    """What a dream is called: what it was dreamed towards, by the words that people use."""
    said = wording.aim_words(row.job.params)
    return said[:1].upper() + said[1:] if said else _("A dream")


def best_words(row: JobRow, posting: Posting, count: int) -> str:
    """Over the dream that most people gave a star to within a week."""
    return f"{_('## Dream of the week')}\n{exhibit_words(row, posting, count)}"


def about_words(row: JobRow, posting: Posting) -> str:
    """What somebody reads who asks how a dream in a gallery was made."""
    link = "\n" + _("It was posted here: {link}").format(link=posting.link) if posting.link else ""
    return f"`{wording.credit(row.job.params)}`{link}"


def daily_words(number: int, title: str, praise: str) -> str:
    """Over the image of a day."""
    first = _("## Daily dream {number}").format(number=number)
    asked = _("What do you see in it? Every take goes in the thread; the one with the most ⭐ opens tomorrow.")
    return f"{first}\n{praise or wording.escape(title[:1].upper() + title[1:], 80)}\n{asked}"


def daily_thread_name(number: int, title: str) -> str:
    """The thread of a day."""
    return wording.plain(_("Daily dream {number}: {title}").format(number=number, title=title), THREAD_NAME_LIMIT)


def praise_words(row: JobRow, posting: Posting, count: int) -> str:
    """Why the image of a day is this one."""
    return _("{dream}, yesterday's favourite with ⭐ {count}").format(dream=by_words(row, posting), count=count)


SOMEBODY = "Somebody"
"""Whose name cannot be had."""
EXQUISITE_BEGUN = "It stands in this channel, with a thread. Add the first dream yourself, or let somebody else begin."


def exquisite_words(name: str) -> str:
    """Over the image that several people go on with."""
    return _(
        "## Exquisite dream\n{name} began one. Each adds a dream of what is there, with a subject of their own: 2 to 8 "
        "people, one dream each, whoever is first. In the end a film shows who did what."
    ).format(name=wording.escape(name))


def exquisite_thread_name(name: str) -> str:
    """Its thread."""
    return wording.plain(_("{name}'s exquisite dream").format(name=name), THREAD_NAME_LIMIT)


def turn_words(row: JobRow, number: int, most: int, due: float) -> str:
    """Under a step, in the thread."""
    at = _("{number} of {most}").format(number=number, most=most)
    if number >= most:
        then = _("That was the last one. The film comes next.")
    else:
        then = _("Who is next? It ends {time} where nobody comes.").format(time=f"<t:{int(due)}:R>")
    return f"**{at} · {_step(row)}\n{then}"


def last_turn_words(row: JobRow, number: int) -> str:
    """The same once nobody can add anything any more."""
    return f"**{number} · {_step(row)}"


def _step(row: JobRow) -> str:
    """Who it was, behind two asterisks, and what."""
    return f"{wording.escape(Posting.from_json(row.posting).name)}**: {wording.escape(title_of(row), 80)}"


def exquisite_end_words(steps: Sequence[tuple[JobRow, Posting]]) -> str:
    """Who did what."""
    if not steps:
        return _("Nobody came, so this exquisite dream ends. `/play exquisite` begins another.")
    lines = [
        f"{number}. {wording.escape(posting.name)}: {wording.escape(title_of(row), 80)}"
        for number, (row, posting) in enumerate(steps, 1)
    ]
    done, again = _("**This exquisite dream is done**"), _("-# `/play exquisite` begins another")
    return "\n".join([done, *lines, again])


def switched_words(schedule: Schedule) -> str:
    """After somebody switched something on."""
    return f"{ritual_line(schedule)}\n-# {_(ABOUT.get(schedule.kind, ''))}"


def names_of(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """Kinds as choices of a command: what people read, and the word of rows."""
    return [(CHOICES[kind], kind) for kind in kinds]


sentence_module.install(__name__)
