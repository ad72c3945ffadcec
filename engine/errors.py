"""Errors whose sentence a person may read: `(facts) => sentence`.

    PareidoliaError
    ├── Refusal               the request was not taken; nothing was queued
    │   ├── EmptyFile         BrokenPicture    NotAPicture     TooManyPixels
    │   ├── FileTooLarge      ForeignUrl       Unreachable     DecoderDied
    │   ├── TooManyFrames     DiskFull         DrawnSticker
    │   ├── UnknownLayer      UnknownNetwork   NetworkMissing  BadOption
    │   ├── UnknownPreset     BadPresetName    TooManyPresets
    │   ├── NotYours          Gone             TooLong
    │   ├── QueueFull         TooManyJobs      NothingNamed
    │   ├── UnknownSubject    TwoAims         BadMixture      UnknownChannel
    │   ├── NoImprint         BadImprint      MadeElsewhere
    │   ├── OtherRecipe       MoreThanTyped   NoLedger        AmbiguousSubject
    │   ├── ExtremeShape      TooManyScans    DecoderResting  TooManyPictures
    │   ├── UnreadableReply   PresetNameTaken  PresetRevoked   UnknownCode
    │   ├── OptionConflict    NoServerIcon    NoAvatar        NoLastDream
    │   ├── TooManyCodes      TooManyShares   OptedOut        CannotAnswer
    │   ├── OriginalGone      NoAnimation     FirstPictureGone
    │   ├── ServerPaused      ChannelClosed   RecipeBarred    SizeBarred
    │   ├── SubjectHidden     TooManyAtOnce   HourlyLimit     DailyLimit
    │   ├── Cooldown          ChannelBusy     OneAtATime      CommandForbidden
    │   ├── QuietHoursNow     PrivateServer   NotManager      NoServer
    │   ├── UserBlocked       ImageBlocked    NotModerator    AgeRestricted
    │   ├── LargestAlready    LongUpscale     UnknownPaper    PosterMemory
    │   ├── NoLastZoom        TooManyZoomFrames  BadAudio      AudioNeedsMp4
    │   ├── PortTaken         NothingToMorphTo  MorphToItself   TooManyMorphs
    │   ├── BadChannelPairs
    │   ├── NotAVideo         VideoTooLarge   EmptyVideo      BrokenVideo
    │   ├── StillVideo        VideoEnded      TooMuchVideo    NoVideo
    │   ├── GamesOff          RoundOpen       StillSecret     NoPictureStore
    │   ├── NoWord            NotAPhoto       VoteOver        NoRitual
    │   ├── RitualNotAllowed  TooManyRituals  OwnStar         DayOver
    │   ├── ExquisiteOff      ExquisiteUnderWay  StepTaken    RitualBusy
    │   ├── ImageExplicit     ImageForAdults  ImageUnchecked  OthersAvatarsOff
    │   ├── ShownToRequester  MayNotAdd        CannotAdd       NoSlotLeft
    │   ├── BadExpressionName  ExpressionNameTaken  ExpressionTooLarge
    │   ├── ExpressionRefused  ExpressionForAdults  ExpressionCovered
    │   ├── NoMachineHasNetwork  TooMuchForMachines
    │   └── NoPainting
    ├── Failure               the job was taken and could not be done
    │   ├── EngineCrashed     TimedOut         OutOfMemory     Broken
    │   ├── PictureGone       TooMuchMemory    NotKept         NoLongerKnown
    │   ├── NoMachineKnows    NoMachineForThis  TooMuchForAll
    │   └── PictureStoreGone
    ├── NetworkError          a network's file cannot be had or used; nothing of it was kept
    │   ├── StaysOffline      NoDownload       FetchedElsewhere
    │   ├── NoRoom            CutShort         NotServed       WebPageInstead
    │   ├── WrongChecksum     NotWeights       OtherNetwork
    │   └── PackageDamaged
    └── SettingsError         the person who runs the bot must change something
        └── DatabaseDamaged   BackupError       DatabaseUnreachable  MoveError

The docstring is the message; `{names}` in it are facts, given as keyword arguments. Every message says what to do next.

Longer than most files: all refusals stand side by side, so that none is said twice and docs/errors.md is one table.
"""

from __future__ import annotations

import inspect
import json
from typing import Any


class PareidoliaError(Exception):
    """Something went wrong. Try again."""

    code = "E00"

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.template().format(**facts))

    @classmethod
    def template(cls) -> str:
        """The sentence, with the names of facts in braces: what other languages know it by."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split())

    def plain_facts(self) -> dict[str, Any]:
        """The facts as JSON knows them; what it does not know is said as text."""
        found: dict[str, Any] = json.loads(json.dumps(self.facts, default=str))
        return found


class Refusal(PareidoliaError):
    """This cannot be done. Try again with something else."""

    code = "R00"


class EmptyFile(Refusal):
    """That file is empty (0 bytes), so the upload was probably cut off. Attach it again."""

    code = "R01"


class NotAPicture(Refusal):
    """I can't open that file as an image. Send a PNG, JPEG, WebP, GIF, AVIF, BMP or TIFF."""

    code = "R02"


class BrokenPicture(Refusal):
    """That image is damaged or cut short. Save it again, or take a screenshot of it, and send that."""

    code = "R03"


class TooManyPixels(Refusal):
    """That image has {megapixels} megapixels; the limit is {limit}. Make it smaller and send it again."""

    code = "R04"


class FileTooLarge(Refusal):
    """That file is {megabytes} MB; the limit is {limit} MB. Send a smaller one: an image as a JPEG, a video cut
    shorter."""

    code = "R05"


class ForeignUrl(Refusal):
    """I only open images uploaded to Discord, and links that Discord shows as an image.
    Attach the image itself instead."""

    code = "R06"


class UnreadableReply(Refusal):
    """Discord doesn't show me the message you replied to. Right-click it (on a phone: press and hold it), choose Apps,
    then `Dream this`. Or attach the picture to your own message."""

    code = "R44"


class Unreachable(Refusal):
    """I couldn't download that image. Attach it again in a moment."""

    code = "R07"


class DecoderDied(Refusal):
    """That image takes too long or too much memory to open. Save it as a plain PNG or JPEG and send that."""

    code = "R08"


class TooManyFrames(Refusal):
    """That animation has {frames} frames; the limit is {limit}. Shorten it, or send one frame of it."""

    code = "R09"


class UnknownLayer(Refusal):
    """There is no layer "{name}".{hint} Use low, mid or high, or pick one of the suggestions."""

    code = "R10"


class UnknownNetwork(Refusal):
    """There is no model "{name}". There is: {known}."""

    code = "R11"


class NetworkMissing(Refusal):
    """The model "{name}" is not installed here. Use `pocket`, which always is."""

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
    """You have {limit} presets, which is the limit. Delete one with `/preset delete` first."""

    code = "R16"


class PresetNameTaken(Refusal):
    """You already have a preset "{name}". Choose another name, or delete that one with `/preset delete` first."""

    code = "R50"


class PresetRevoked(Refusal):
    """This preset isn't shared any more: whoever shared it deleted it or stopped sharing it.
    Ask them to share it again, or make your own with `/preset save`."""

    code = "R51"


class UnknownCode(Refusal):
    """No shared preset has that code. Check every character, or ask for a new code."""

    code = "R52"


class TooManyCodes(Refusal):
    """That's {limit} wrong codes within an hour, which is the limit. Try again in about {minutes} min."""

    code = "R53"


class TooManyShares(Refusal):
    """You're sharing {limit} versions of presets, which is the limit.
    Press Stop sharing under `/preset show`, or delete a preset, first."""

    code = "R54"


class NotYours(Refusal):
    """Only the person who asked for this, or a moderator, can do that.
    Start your own with `/dream`."""

    code = "R17"


class Gone(Refusal):
    """I no longer have that dream. Start a new one with `/dream`."""

    code = "R18"


class OriginalGone(Refusal):
    """I no longer have the image that this was made of, only what came out of it. Go on from that with Deeper, or
    attach the image again with `/dream`."""

    code = "R70"


class TooLong(Refusal):
    """This would take about {minutes} minutes, and here I can only answer within 12.
    Make it smaller, or allow direct messages from me, and try again."""

    code = "R19"


class CannotAnswer(Refusal):
    """I can't attach files in this channel, and I can't send you direct messages. Ask a moderator to let me attach
    files here, or allow direct messages from me, and try again."""

    code = "R56"


class QueueFull(Refusal):
    """The queue is full ({waiting} waiting). Try again in about {minutes} min."""

    code = "R20"


class TooManyJobs(Refusal):
    """You have {count} in the queue, and the limit is {limit}. Wait for one, or cancel one with `/info`, and try
    again."""

    code = "R21"


class UnknownSubject(Refusal):
    """I don't know "{name}".{hint} Try dogs, castles or 🐟, or pick one of the suggestions."""

    code = "R22"


class TwoAims(Refusal):
    """Choose a layer or a subject, not both. Leave one out and try again."""

    code = "R23"


class OptionConflict(Refusal):
    """`{first}` and `{second}` don't go together. Leave one of them out and try again."""

    code = "R60"


class NoServerIcon(Refusal):
    """There is no server icon here. Choose another `start`, or attach an `image`."""

    code = "R61"


class NoAvatar(Refusal):
    """{name} has no avatar that could guide a dream. Attach an image as `guide` instead."""

    code = "R62"


class NoLastDream(Refusal):
    """I find no dream in this channel to go on from. Choose another `start`, or attach an `image`."""

    code = "R63"


class NothingNamed(Refusal):
    """Say what to imagine, for example `banana`, `eye + castle` or 🦊, and ask again."""

    code = "R26"


class BadMixture(Refusal):
    """I can't read that layer mix (character {at}: {problem}). Write it like `high*0.7 + mid:21`."""

    code = "R24"


class UnknownChannel(Refusal):
    """The layer {layer} only goes up to channel {last}. Choose one from 0 to {last}."""

    code = "R25"


class NoImprint(Refusal):
    """That image isn't one of my dreams, or was saved again since, so I can't copy its settings.
    Use the file that I posted, or choose the options yourself."""

    code = "R27"


class BadImprint(Refusal):
    """The settings in that file can't be right: {problem}. Use the file that I posted, or choose the options
    yourself."""

    code = "R28"


class MadeElsewhere(Refusal):
    """That was made with {what}. Choose the options yourself, or tell the bot's owner what is missing."""

    code = "R29"


class DiskFull(Refusal):
    """My disk is almost full, so nothing new was started. Tell the bot's owner; the queue is still worked off."""

    code = "R30"


class OtherRecipe(Refusal):
    """That was made by `{made}`, not by `{asked}`. Give it to `pareidolia {made} --like`, or choose the options
    yourself."""

    code = "R31"


class MoreThanTyped(Refusal):
    """That took about {times} times as much work as is allowed here. Choose the options yourself, or
    make it on your own machine with `pareidolia {recipe} --like`."""

    code = "R32"


class NoAnimation(Refusal):
    """I can't animate that: {problem}. Try it with another dream."""

    code = "R71"


class FirstPictureGone(Refusal):
    """I no longer have the image that this began with, so I can't animate it. Dream the image again, then animate
    that."""

    code = "R72"


class NoLastZoom(Refusal):
    """I find no zoom in this channel to go on with: a loop or a boomerang ends where it began. Start one with `/zoom`,
    then press Continue under it."""

    code = "R80"


class TooManyZoomFrames(Refusal):
    """A zoom has at most {limit} frames here, and that one has {frames}. Ask for fewer `frames`, and press Continue
    under the result for more."""

    code = "R81"


class BadAudio(Refusal):
    """I can't use {file} as sound: {problem}. Save it as MP3, WAV, FLAC, Ogg or M4A and try again."""

    code = "R82"


class AudioNeedsMp4(Refusal):
    """Sound goes into an MP4 only, and {file} is none. End its name with .mp4."""

    code = "R83"


class PortTaken(Refusal):
    """The page can't be shown at port {port} ({problem}). Choose another with `--port`, or 0 for any that is free."""

    code = "R84"


class NothingToMorphTo(Refusal):
    """A morph needs two things or more, and there is only `{name}`. Say what it becomes, as in `banana > eye`, and ask
    again."""

    code = "R85"


class MorphToItself(Refusal):
    """`{name}` can't become itself. Choose something else for it to become, and ask again."""

    code = "R86"


class TooManyMorphs(Refusal):
    """A morph goes through at most {limit} things, and those were {count}. Leave some out and ask again."""

    code = "R87"


class BadChannelPairs(Refusal):
    """I can't draw those channels in pairs: {problem}. Name 2 to 6 different ones, as in `21, 45, 107`, and ask
    again."""

    code = "R88"


class NoLedger(Refusal):
    """I'm having trouble saving right now, so nothing was started.
    Try again in a minute; if it goes on, tell the bot's owner."""

    code = "R33"


class NoPictureStore(NoLedger):
    """I'm having trouble reaching my images right now, so nothing was started.
    Try again in a minute; if it goes on, tell the bot's owner."""

    code = "R160"


class AmbiguousSubject(Refusal):
    """`{name}` can be {kinds}. Ask for {asks}."""

    code = "R34"


class ExtremeShape(Refusal):
    """That image is {ratio} times as long as it is wide; the limit is {limit}. Crop it and send it again."""

    code = "R40"


class NoPainting(Refusal):
    """I need the painting itself for that. Attach it to `/style` as `painting_image`, or choose one of mine as
    `painting`."""

    code = "R89"


class NotAVideo(Refusal):
    """That's no animation that I can open. Send a GIF, a WebP or an MP4."""

    code = "R92"


class VideoTooLarge(Refusal):
    """That video is {width} x {height}; the limit is {limit} megapixels a frame. Make it smaller and send it again."""

    code = "R93"


class EmptyVideo(Refusal):
    """There are no pictures in that video. Check whether it plays for you, then send it again."""

    code = "R94"


class BrokenVideo(Refusal):
    """I can't open that video: it is damaged, or takes too long to open. Save it as an MP4 again and send that."""

    code = "R95"


class StillVideo(Refusal):
    """Nothing moves in that file: it has one frame. Dream it as a picture, or send a GIF, a WebP or an MP4 that
    moves."""

    code = "R96"


class VideoEnded(Refusal):
    """That video ends before {start} s. Choose an earlier `start` and ask again."""

    code = "R97"


class TooMuchVideo(Refusal):
    """That would be {frames} frames of {size} px; in a chat it's at most {most} of {largest} px. Lower `seconds`, `fps`
    or `size` and ask again."""

    code = "R73"


class NoVideo(Refusal):
    """I don't have a video for that, or not any more. Attach one to `/video` and ask again."""

    code = "R74"


class TooManyScans(Refusal):
    """That JPEG is stored in more than {limit} passes, which takes too long to open. Save it again and send that."""

    code = "R41"


class DecoderResting(Refusal):
    """An image of yours was too much for me, so I open none of yours for about {minutes} min. Then send another."""

    code = "R42"


class TooManyPictures(Refusal):
    """So many people are sending images that I can't take yours just now. Try again in about {minutes} min."""

    code = "R43"


class OptedOut(Refusal):
    """That person doesn't want others to use their avatar and images with me. Choose an image of your own."""

    code = "R57"


class ServerPaused(Refusal):
    """A moderator paused me in this server. Wait until dreams are on again, or send me a direct message."""

    code = "R102"


class ChannelClosed(Refusal):
    """I don't dream in this channel. Ask me in {channels}, or send me a direct message."""

    code = "R103"


class RecipeBarred(Refusal):
    """{recipe} is switched off in this channel. Use another command here, or send me a direct message."""

    code = "R104"


class SizeBarred(Refusal):
    """The largest size in this channel is {limit} px. Choose `size:{limit}` or less."""

    code = "R105"


class SubjectHidden(Refusal):
    """{name} is switched off in this server ({category}). Choose another subject."""

    code = "R106"


class TooManyAtOnce(Refusal):
    """You have {count} in the queue {where}, where {limit} at once are allowed. Wait for one, or cancel one with
    `/info`, and try again."""

    code = "R107"


class HourlyLimit(Refusal):
    """You've had {count} of {limit} pictures an hour {where}. Try again in about {minutes} min."""

    code = "R108"


class DailyLimit(Refusal):
    """You've had {count} of {limit} pictures a day {where}. Try again in about {hours} h."""

    code = "R109"


class Cooldown(Refusal):
    """There have to be {seconds} s between your dreams {where}. Try again in {left} s."""

    code = "R110"


class ChannelBusy(Refusal):
    """This channel has had {limit} dreams within an hour, which is its limit. Try again in about {minutes} min, or set
    `private:True`."""

    code = "R111"


class OneAtATime(Refusal):
    """You have a dream under way in this channel, where each person has one at a time. Wait until it's finished, or
    cancel it with `/info`."""

    code = "R112"


class CommandForbidden(Refusal):
    """This server doesn't let you use `/{command}` here, and so none of the ways to the same. Use another channel, or
    ask a moderator."""

    code = "R113"


class QuietHoursNow(Refusal):
    """It's quiet hours in this server until {until}. Use `/dream` instead: only you will see the result."""

    code = "R114"


class PrivateServer(Refusal):
    """Results are private in this server, and I can't send you direct messages. Use `/dream`, which only you see, or
    allow direct messages from me."""

    code = "R115"


class NotManager(Refusal):
    """Only people with the Manage Server permission can do that. Ask one of them."""

    code = "R116"


class NoServer(Refusal):
    """There are no rules to change here: I'm not a member of this server. Ask a moderator to invite me."""

    code = "R117"


class UserBlocked(Refusal):
    """A moderator of this server doesn't let you use me here. Ask them why; in other servers nothing has changed."""

    code = "R118"


class ImageBlocked(Refusal):
    """A moderator of this server blocked that image. Choose another one."""

    code = "R119"


class NotModerator(Refusal):
    """Only people with the Manage Messages permission can do that. Ask one of them."""

    code = "R120"


class AgeRestricted(Refusal):
    """That image comes from an age-restricted channel, and I don't show it in any other. Choose another image, or ask
    for it there."""

    code = "R121"


class ImageExplicit(Refusal):
    """That image looks as if it isn't safe for work, and here I don't dream such images. The check is a program and can
    be wrong: choose another image."""

    code = "R122"


class ImageForAdults(Refusal):
    """That image looks as if it isn't safe for work, and here I dream such images in age-restricted channels only. Ask
    for it in one, or choose another image."""

    code = "R123"


class ImageUnchecked(Refusal):
    """I couldn't check that image, and here every image is checked before it's dreamed. Try again in a minute."""

    code = "R124"


class OthersAvatarsOff(Refusal):
    """This server has switched off dreaming other people's avatars. Use your own, or send an image."""

    code = "R125"


class ShownToRequester(Refusal):
    """Only the person who asked for this image can see it. Start your own with `/dream`."""

    code = "R126"


class GamesOff(Refusal):
    """Games are off in this channel.{hint} Whoever manages the server turns them on under *Channels* in
    `/server panel`."""

    code = "R140"


class RoundOpen(Refusal):
    """A round is open in this channel: {link}. Guess there, or start another when it is over."""

    code = "R141"


class StillSecret(Refusal):
    """What that is stays secret until the round is over. Guess it, or wait a little."""

    code = "R142"


class NoWord(Refusal):
    """There is no word yet: `/play fool` without an image draws one. Then post a real photo that I take for it."""

    code = "R143"


class NotAPhoto(Refusal):
    """I made that image myself, and I see in it what I put there. Post a real photo."""

    code = "R144"


class VoteOver(Refusal):
    """That vote is over. Vote under the newest message of the endless dream."""

    code = "R150"


class NoRitual(Refusal):
    """That is over, or was switched off here. `/play exquisite` begins a new one; whoever manages the server turns the
    rest on with `/server ritual`."""

    code = "R151"


class RitualNotAllowed(Refusal):
    """I can't do that in <#{channel}>: I lack {lacking}. Allow it there for my role, then try again."""

    code = "R152"


class TooManyRituals(Refusal):
    """This server has {limit} rituals, and that is the most. Turn one off with `/server ritual` first."""

    code = "R153"


class DayOver(Refusal):
    """That is over. Look for the newest one in <#{thread}>."""

    code = "R155"


class ExquisiteOff(Refusal):
    """Exquisite dreams aren't switched on in this channel. Ask whoever manages the server: `/server ritual`."""

    code = "R156"


class ExquisiteUnderWay(Refusal):
    """There is an exquisite dream already: go on with it in <#{thread}>."""

    code = "R157"


class StepTaken(Refusal):
    """You added your dream to this one. Somebody else is next."""

    code = "R158"


class RitualBusy(Refusal):
    """Something is being added here right now. Try again in a moment."""

    code = "R159"


class OwnStar(Refusal):
    """That dream is yours: the others decide about it. Give a star to somebody else's."""

    code = "R154"


class DrawnSticker(Refusal):
    """That sticker is an animation that only Discord's own apps can draw. Send an image, or another sticker."""

    code = "R45"


class LargestAlready(Refusal):
    """This is {size} px already, and Upscale makes no image larger than 2048 px. Whoever runs me can make a print of it
    with `pareidolia poster`."""

    code = "R64"


class LongUpscale(Refusal):
    """Upscaling this would take about {minutes} min here, and {limit} min is the most that is allowed. Upscale a
    smaller dream, or ask whoever runs me to raise `limits.upscale_s`."""

    code = "R65"


class UnknownPaper(Refusal):
    """There is no paper "{name}". There is: {known}. Or say how many pixels with --size."""

    code = "R66"


class PosterMemory(Refusal):
    """A poster of {size} px needs about {needed} MB of memory, and {limit} MB may be used. {hint}"""

    code = "R67"


class MayNotAdd(Refusal):
    """Adding emoji and stickers takes the permission Create Expressions, which you don't have here. Save the file, and
    ask whoever manages this server to upload it."""

    code = "R161"


class CannotAdd(Refusal):
    """I lack the permission Create Expressions in this server. Give it to my role in Server Settings > Roles and press
    the button again, or save the file and upload it yourself."""

    code = "R162"


class BadExpressionName(Refusal):
    """Discord doesn't take the name {name}. It has to be {rules}: press Add to server again and choose another."""

    code = "R163"


class ExpressionNameTaken(Refusal):
    """Something else in this server is called {name}. Press Add to server again and choose another name."""

    code = "R164"


class NoSlotLeft(Refusal):
    """This server has no room for another {what} ({limit} of them are taken). Delete one in Server Settings, or raise
    the limit with boosts, then press Add to server again."""

    code = "R165"


class ExpressionTooLarge(Refusal):
    """Discord finds this {kind} too large. Make the dream again with fewer frames or as a still, and add that."""

    code = "R166"


class ExpressionRefused(Refusal):
    """Discord didn't take it ({problem}). Save the file and upload it in Server Settings."""

    code = "R167"


class ExpressionForAdults(Refusal):
    """This was dreamed in an age-restricted channel, and emoji and stickers are seen in all of a server's channels.
    Dream it anew in another channel, and add that."""

    code = "R168"


class ExpressionCovered(Refusal):
    """This dream is covered as a spoiler, which emoji and stickers cannot be. Dream its image without the spoiler, and
    add that."""

    code = "R169"


class NoMachineHasNetwork(Refusal):
    """None of my machines has the model "{network}" right now. Choose another `model`, or try again later."""

    code = "R176"


class TooMuchForMachines(Refusal):
    """This needs about {needed} MB of memory, and the largest of my machines has {limit}.

    Try a smaller `size`, a lower layer or fewer pictures."""

    code = "R177"


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
    """Something broke, and it is my fault. Try again; if it goes on, tell the bot's owner."""

    code = "F04"


class PictureGone(Failure):
    """I no longer have the image for this dream. Attach it again and start a new one."""

    code = "F05"


class TooMuchMemory(Failure):
    """This dream needs about {needed} MB of memory and may take {limit}.

    Try a smaller `size`, a lower layer or fewer pictures."""

    code = "F06"


class NoLongerKnown(Failure):
    """This asks for a model or a word that is not here any more. Ask for it again with what is offered now."""

    code = "F07"


class NotKept(Failure):
    """This dream is finished, but my disk had no room left for it. Tell the bot's owner, and try again."""

    code = "F10"


class PictureStoreGone(Failure):
    """I couldn't reach my images for minutes, so this dream was given up. Try again later; tell the bot's owner if it
    goes on."""

    code = "F60"


class NoMachineKnows(Failure):
    """My machines are being updated, and none of them can make this yet. Try it again in a few minutes."""

    code = "F61"


class NoMachineForThis(Failure):
    """None of my machines has the model "{network}" any more. Ask for this again with another `model`."""

    code = "F62"


class TooMuchForAll(Failure):
    """This needs about {needed} MB of memory, more than any of my machines has.

    Try a smaller `size`, a lower layer or fewer pictures."""

    code = "F63"


class NetworkError(PareidoliaError):
    """The network "{name}" cannot be used. Fetch it again with `pareidolia networks fetch {name}`."""

    code = "N00"


class StaysOffline(NetworkError):
    """`offline` is set, so "{name}" was not downloaded. Put {file} into {folder} yourself, or set `offline` to false,
    and ask again."""

    code = "N01"


class NoDownload(NetworkError):
    """ "{name}" has no download: its file comes from whoever described it. Put {file} where its description says."""

    code = "N02"


class FetchedElsewhere(NetworkError):
    """Another process is fetching "{name}" just now. Wait until it has finished; `pareidolia networks` tells."""

    code = "N03"


class NoRoom(NetworkError):
    """ "{name}" needs {needed} MB of disk for a moment, and {folder} has {free} MB free. Free some and ask again."""

    code = "N04"


class CutShort(NetworkError):
    """The download of "{name}" broke off after {megabytes} MB ({problem}). Ask again: it goes on from there."""

    code = "N05"


class NotServed(NetworkError):
    """{url} does not give "{name}": {problem}. Check the connection and the proxy and ask again later, or download
    {file} another way and put it into {folder}."""

    code = "N06"


class WebPageInstead(NetworkError):
    """Instead of "{name}" came a web page, as proxies and login pages send them. Open {url} in a browser, or check the
    proxy, and ask again."""

    code = "N07"


class WrongChecksum(NetworkError):
    """{file} is not what was published as "{name}": {found} instead of {expected}. It was damaged, cut short or
    exchanged on the way, and is deleted. Ask again."""

    code = "N08"


class NotWeights(NetworkError):
    """{file} holds something other than a network's numbers, code perhaps, so nothing of it was run and nothing was
    kept. Get "{name}" from where it was published."""

    code = "N09"


class OtherNetwork(NetworkError):
    """{file} does not fit the architecture {architecture}: {problem}. Check which one "{name}" was trained with."""

    code = "N10"


class PackageDamaged(NetworkError):
    """The network "{name}" cannot be used: {problem}. Install its package again with
    `pip install --force-reinstall {distribution}`; until then use `pocket`."""

    code = "N11"


class SettingsError(PareidoliaError):
    """{problem}"""

    code = "S01"


class DatabaseDamaged(SettingsError):
    """The database {path} is damaged ({finding}). Put a backup in its place with `pareidolia restore FILE`; if you have
    none, move it away and start again: networks and settings stay."""

    code = "S02"


class DatabaseUnreachable(SettingsError):
    """The database of `fleet.database_url` cannot be used ({reason}). Start that server, check the address, and let its
    user make tables there."""

    code = "S60"


class MoveError(SettingsError):
    """{problem}"""

    code = "S61"


class BackupError(SettingsError):
    """{problem}"""

    code = "S03"


_KINDS = {
    "Refusal": """The request was not taken and nothing was queued. The user reads the sentence and can mend it. R30,
R33 and R160, which nobody can mend who asks, have six more digits, which stand in the bot's log.""",
    "Failure": """The job was taken and could not be done; the sentence stands in its message. Behind its code stand the
first six characters of the job's id, which is in every line of the logs about it. F04 with six digits is an error
nobody foresaw: its traceback stands in the bot's log under them.""",
    "NetworkError": "A network's file cannot be had or used. Only the command line says this.",
    "SettingsError": "Whoever runs Pareidolia reads this at the start, and it does not start.",
}
_TITLE = """# Error codes

Made from engine/errors.py by `make docs`; do not edit. Every sentence of an error ends with its code, small.
`{names}` are filled in.
"""


def kinds() -> dict[type[PareidoliaError], list[type[PareidoliaError]]]:
    """All errors by kind, in the order of their codes."""
    return {kind: sorted(_below(kind), key=lambda one: int(one.code[1:])) for kind in PareidoliaError.__subclasses__()}


def _below(kind: type[PareidoliaError]) -> list[type[PareidoliaError]]:
    return [kind, *(one for child in kind.__subclasses__() for one in _below(child))]


def by_code(code: str) -> type[PareidoliaError] | None:
    """The error of a code; None for one that this version does not know."""
    return next((one for one in _below(PareidoliaError) if one.code == code), None)


def page() -> str:
    """The text of docs/errors.md, which is made by `python -m engine.errors`."""
    parts = [_TITLE]
    for kind, errors in kinds().items():
        rows = "".join(f"| {one.code} | {one.__name__} | {' '.join((one.__doc__ or '').split())} |\n" for one in errors)
        parts.append(
            f"## {kind.__name__}\n\n{_KINDS[kind.__name__]}\n\n| code | name | sentence |\n|---|---|---|\n{rows}"
        )
    return "\n".join(parts)


if __name__ == "__main__":
    print(page(), end="")
