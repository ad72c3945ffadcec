"""What `/help` says, page by page: `topic => text`. Sentences like those of `wording`, and written as they are."""

from __future__ import annotations

from bot.languages import sentence_module

HELP = """## Pareidolia
I look at a picture until I see more in it than there is.

`/dream layer:high` faces, animals and eyes grow out of your avatar
`/dream subject:eyes + castle image:a photo` brings out what you name, as a word or an emoji: suggestions as you type
`/zoom subject:dogs > castles` an endless zoom, from one into the other

**Reply** to a result, with the ping on, and I go on from it: `castles`, `stronger`, `softer`, `zoom`.
**Mention me** with an image, a link to one, or somebody's @name: `@Pareidolia eyes size:256`.
**Press** Deeper to dream a dream again, Re-roll for another one, Zoom to fall into it, Tune to change it.
**Right-click** (or hold) a message or a person and open *Apps*.

Other things I can do: `/style` paints your image like a painting, `/video` dreams a video or a GIF, \
`/concept subject:banana` shows what I imagine, `/concept subject:banana morph_to:eye` how one thing turns into \
another, `/see` what I see in a photo and why, and `/see layer:mid` what each part of me looks for.
-# The line under a dream makes it again from the same image. `/info` shows your place.
-# `/settings` has your defaults: a preset overrides them, and what you type overrides both.
-# More about one thing: `/help topic:`"""
READS = """I read commands, my buttons, reactions to my messages, direct messages to me, and messages that mention me \
or reply to me with the ping on. Nothing else: Discord doesn't show me other messages."""
READS_ALL = """I see the messages in my channels and store none of them. I act on commands, my buttons, messages to me \
and reactions: 🌀 under an image dreams it. I remember where the last image of a channel is, to offer it."""
"""What is read without and with the content of all messages."""
HELP_TOPICS = (
    ("Getting started", "start"),
    ("Subjects, in pictures: what I can bring out", "subjects"),
    ("Layers: how deep to look", "layers"),
    ("All options of /dream", "options"),
    ("Buttons under a result", "buttons"),
    ("Replies and mentions", "replies"),
    ("Presets", "presets"),
    ("Games", "games"),
    ("Waiting, limits and errors", "waiting"),
    ("Privacy", "privacy"),
)
HELP_PAGES = {
    "start": HELP,
    "layers": """## Layers
A layer is how deep I look: the first ones see strokes and colours, the last ones whole animals.
{layers}
`/dream layer:mid` dreams one of them. `/dream layer:high*0.7 + mid` mixes two, `/dream layer:mid:21` is one channel.
`/see layer:mid` draws what a layer looks for, `/see layer:mid channel:21` what one channel does, \
and `/see search:castle` which channels see castles.
-# A dream has a layer or a subject, not both. Without either it's `high`.""",
    "options": """## Options of /dream
**image** what to dream; or **user**, somebody's avatar; or **start**: your avatar, the last dream here, noise, \
the server's icon, or a surprise. Without any of them it's your avatar.
**subject** what to bring out, or **layer** how deep to look
**strength** how much: 0.4 is subtle, 2.5 extreme
**variations** 2 or 4 different ones at once; each counts
**preset** start from saved settings · **size** in pixels · **seed** repeats a result · **private** shows it only to you
**look** natural, vivid, or as DeepDream looked in 2015; **where** a subject grows: in one place, or everywhere
**guide** a second image whose content I bring out; **guide_user** somebody's avatar as the guide
**mask** white is dreamed, black is left alone; **protect** spares centre, edges or faces (normally faces)
**original** blends the original back in; **palette** keeps its colours
**model** another network, where the bot's owner installed one""",
    "buttons": """## Buttons under a result
**Deeper** dreams the result again
**Re-roll** the same image, another dream
**Zoom** an endless zoom into it; under a zoom, **Continue** goes on where it ended
**Tune** change subject, layer, strength, look, palette or size
**1 2 3 4** under several variations: take one out, to go on from it
**More** the original image, save as preset, delete; **Surprise me** dreams something that comes out well
**React** with ✉️ and I send the result to you directly; with ❌ and your own dream is cancelled or deleted.
-# They work for everyone who sees them, and count for whoever presses. Delete is for who asked, and for moderators.""",
    "replies": """## Replies and mentions
**Reply to a result**, with the ping on, and say what comes next:
`castles` dreams castles into it · `deeper` goes on · `zoom` falls into it
`stronger`, `softer`, `look:vivid`, `size:256` make it again with that changed · `another` is another one
**Mention me** anywhere: `@Pareidolia owls` dreams your avatar; with an image, a link to one, a sticker, an emoji or \
somebody's @name it dreams that; with a video, or a GIF and the word *video*, all of it. In reply to somebody's image \
it dreams theirs.
In direct messages you don't even need the mention.
-# Options work in words, too: `@Pareidolia eyes strength:2 model:pocket`""",
    "presets": """## Presets
A preset keeps your settings under a name: layer or subject, strength, look and more. It's yours alone.
`/preset save name:owls subject:owls strength:1.6` saves one; so does **More** under a result.
`/dream preset:owls` uses it, and what you add goes before it: `/dream preset:owls size:256`
`/preset show name:owls` says what is in it, `/preset list` shows all of yours.
`/preset share name:owls` posts a card: whoever presses **Save to mine** has it. `/preset import` takes a code.
`/settings` makes one of them your default.""",
    "games": """## Games
In the channels that a server gave for them; whoever manages it does that with `/server channel games:True`.
`/play guess` something grows out of noise: who sees first what it is? One answer each. `level:hard` has near relatives.
`/play dex` all that was dreamed in this server, in small pictures, and what is still missing
`/play fool` the word of the day; `/play fool image:` a real photo of something else that I take for it
`/play exquisite` begins a dream that 2 to 8 people go on with, each with a subject of their own
`/play table` who guessed most this week
Exquisite dreams have to be switched on with `/server ritual`, and so have a daily dream, an endless one and an \
exhibition of what has the most ⭐.
-# A round ends by itself. Dreams that only you see don't count.""",
    "waiting": """## Waiting, limits and errors
The message says how many are ahead of you and how long it takes. **Cancel** stops it, **Stop here & keep** takes it \
as it is. Everybody gets a turn: who has many dreams waiting goes behind who has few.
A few dreams can wait at once for each of you, and each of the variations counts. A large `size` takes longest.
If something fails, press **Retry**. The small code under an error tells the bot's owner what happened.""",
    "privacy": """## Privacy
{reads}
`/dream private:True` shows the result only to you; nobody else can go on from it.
A file I post says which settings made it, never who asked or where. Your image's own data (place, camera) is removed.
Images and results are kept for a while, so that the buttons work; then they are deleted.
**Delete** under More takes a result away. A spoiler stays a spoiler.
`/settings` has an opt-out, so that nobody else dreams your avatar, and exports or deletes what I store about you.""",
}
"""What `/help topic:` says; "subjects" is a panel of its own."""


sentence_module.install(__name__)
