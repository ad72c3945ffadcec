"""Errors whose sentence a person may read: `(facts) => sentence`.

    PareidoliaError
    ├── Refusal               the request was not taken; nothing was queued
    │   ├── EmptyFile         BrokenPicture    NotAPicture     TooManyPixels
    │   ├── FileTooLarge      ForeignUrl       Unreachable     DecoderDied
    │   ├── UnknownLayer      UnknownNetwork   NetworkMissing  BadOption
    │   ├── UnknownPreset     BadPresetName    TooManyPresets
    │   ├── NotYours          Gone             TooLong
    │   └── QueueFull         TooManyJobs
    ├── Failure               the job was taken and could not be done
    │   ├── EngineCrashed     TimedOut         OutOfMemory     Broken
    │   └── PictureGone
    └── SettingsError         the person who runs the bot must change something

The docstring is the message; `{names}` in it are facts, given as keyword arguments. Every message says what to do next.
"""

from __future__ import annotations

import inspect


class PareidoliaError(Exception):
    """Something went wrong. Try again."""

    code = "E00"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(" ".join(inspect.cleandoc(type(self).__doc__ or "").split()).format(**facts))


class Refusal(PareidoliaError):
    """This cannot be done. Try again with something else."""

    code = "R00"


class EmptyFile(Refusal):
    """That file is empty (0 bytes), so the upload was probably cut off. Attach it again."""

    code = "R01"


class NotAPicture(Refusal):
    """That file is not a picture I can open. Send a PNG, JPEG, WebP, GIF, AVIF, BMP or TIFF."""

    code = "R02"


class BrokenPicture(Refusal):
    """That picture is damaged or cut short. Save it again, or take a screenshot of it, and send that."""

    code = "R03"


class TooManyPixels(Refusal):
    """That picture has {megapixels} megapixels and I open at most {limit}. Make it smaller and send it again."""

    code = "R04"


class FileTooLarge(Refusal):
    """That file is {megabytes} MB and I take at most {limit} MB. Send a smaller one, a JPEG for example."""

    code = "R05"


class ForeignUrl(Refusal):
    """I only open pictures that were uploaded to Discord. Attach the picture itself instead of a link."""

    code = "R06"


class Unreachable(Refusal):
    """I could not download that picture. Attach it again in a moment."""

    code = "R07"


class DecoderDied(Refusal):
    """That picture takes too long or too much memory to open. Save it as a plain PNG or JPEG and send that."""

    code = "R08"


class UnknownLayer(Refusal):
    """There is no layer "{name}". Did you mean {nearest}? Or use low, mid or high."""

    code = "R10"


class UnknownNetwork(Refusal):
    """There is no network "{name}". There is: {known}."""

    code = "R11"


class NetworkMissing(Refusal):
    """The network "{name}" is not installed here. Use `pocket`, which always is."""

    code = "R12"


class BadOption(Refusal):
    """The option `{option}` {problem}. Change it and try again."""

    code = "R13"


class UnknownPreset(Refusal):
    """You have no preset "{name}". {hint}"""

    code = "R14"


class BadPresetName(Refusal):
    """A preset's name has 1 to 32 letters, digits, spaces, - or _. Choose another name."""

    code = "R15"


class TooManyPresets(Refusal):
    """You have {limit} presets, which is as many as I keep. Delete one with `/preset delete` first."""

    code = "R16"


class NotYours(Refusal):
    """Only the person who asked for this dream, or someone who may manage messages, can do that.
    Start your own with `/dream`."""

    code = "R17"


class Gone(Refusal):
    """I no longer have that dream. Start a new one with `/dream`."""

    code = "R18"


class TooLong(Refusal):
    """This would take about {minutes} minutes, and here I can only answer within 12.
    Make it smaller, or ask in a server that I have joined."""

    code = "R19"


class QueueFull(Refusal):
    """{waiting} dreams are waiting, which is as many as I hold. Try again in about {minutes} min."""

    code = "R20"


class TooManyJobs(Refusal):
    """You have {count} dreams waiting or running, which is the limit. Wait for one, or cancel one, and ask again."""

    code = "R21"


class Failure(PareidoliaError):
    """This dream could not be finished. Try it again."""

    code = "F00"


class EngineCrashed(Failure):
    """The engine crashed twice on this dream, so I stopped. Try it smaller or with another picture."""

    code = "F01"


class TimedOut(Failure):
    """This dream took longer than {minutes} minutes, so I stopped it. Try it smaller or with fewer iterations."""

    code = "F02"


class OutOfMemory(Failure):
    """This dream needs more memory than there is. Try it with a smaller `size`."""

    code = "F03"


class Broken(Failure):
    """Something broke while dreaming, and it is my fault. Try again; if it stays, tell the person who runs me."""

    code = "F04"


class PictureGone(Failure):
    """I no longer have the picture for this dream. Attach it again and start a new one."""

    code = "F05"


class SettingsError(PareidoliaError):
    """{problem}"""

    code = "S01"
