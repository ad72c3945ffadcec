"""Finds the picture that someone means: `attachment, user, message or row => link or blob`, and what to call it.

Longer than most files: wherever somebody may have put a picture, it is found here.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import discord

from bot import wording
from bot.requests.downloader import Link, Source
from bot.requests.limits import check_at_most_one
from bot.requests.message_options import ADDRESS, unknown_emoji
from bot.store.posting import Posting
from bot.views import result_card
from engine.catalog.catalog import Catalog
from engine.errors import BadOption, DrawnSticker, ForeignUrl, Gone, NoAvatar, NoLastDream, NoLastZoom, NoServerIcon
from engine.files.blobs import BlobKey
from engine.params import Animate, DreamedOn, PastDream, is_dreamed_on
from engine.queue.dispatch_port import Dispatch
from engine.queue.history import PICTURE, History
from engine.queue.job import FURTHER, JobRow

AVATAR_SIZE = 1024
STARTS = tuple(value for _, value in wording.STARTS)
SURPRISE = "surprise"
"""The start that is no picture: what is dreamed towards is drawn."""
AVATAR_PATH = re.compile(r"/avatars/(\d{1,20})/|/users/(\d{1,20})/avatars/")
"""In the address of an avatar, also through Discord's proxies: whose it is, everywhere or in one server."""
SPOILER_TEXT = re.compile(r"\|\|(.+?)\|\|", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Original:
    """What is dreamed, how to call it in an alt text, and further pictures by what they are for."""

    source: Source | None
    words: str
    """As `stored_words`."""
    others: Mapping[str, Source] = field(default_factory=dict)
    hidden: bool = False
    """A picture that is ours by now was hidden by whoever sent it."""
    frame: str = ""
    """Which frame of an animation it is, or which of several pictures, where that is known; as `stored_words`."""
    offer: str = ""
    """The job whose result can be had in its place, where nobody chose a picture."""
    sent: int = 1
    """How many pictures were sent with it."""
    history: History = field(default_factory=History)
    """The dreams of which it was made."""
    avatar_of: int | None = None
    """Whose avatar it is, or was made of, if of any."""
    earlier_owners: frozenset[int] = frozenset()
    """Whose avatars and pictures of messages went into what it was made of."""
    restricted: bool = False
    """A picture that is ours by now is from an age-restricted channel."""
    nsfw: float | None = None
    """The score of a picture that is ours by now; None: not scored."""

    @property
    def owners(self) -> set[int]:
        """Whose avatars and pictures of messages are in it."""
        avatar = set() if self.avatar_of is None else {self.avatar_of}
        return {link.owner for link in self._links if link.owner is not None} | self.earlier_owners | avatar

    def avatar_beside(self, user_id: int) -> int | None:
        """Whose avatar is in it, also as a guide: somebody else's than that user's if there is one; None for nobody."""
        found = {self.avatar_of, *(link.owner for link in self._links if link.is_avatar)} - {None, user_id}
        return min((one for one in found if one is not None), default=self.avatar_of)

    @property
    def age_restricted(self) -> bool:
        """Whether any of the pictures is from an age-restricted channel."""
        return self.restricted or any(link.age_restricted for link in self._links)

    @property
    def _links(self) -> list[Link]:
        return [one for one in (self.source, *self.others.values()) if isinstance(one, Link)]

    @property
    def spoiler(self) -> bool:
        """Whether any of the pictures was hidden by whoever sent it."""
        return self.hidden or any(isinstance(one, Link) and one.spoiler for one in (self.source, *self.others.values()))


def choose_original(
    picture: discord.Attachment | None, user: discord.User | discord.Member, *, avatar: bool = True,
    **others: discord.Attachment | None,
) -> Original:  # fmt: skip
    """The attached picture, else the user's avatar if it may be one, else noise; with other attached pictures."""
    further = {name: of_attachment(one) for name, one in others.items() if one is not None}
    if picture is not None:
        words = wording.original_words(user.display_name, "picture")
        return Original(of_attachment(picture), words, further)
    link = of_user(user) if avatar else None
    words = wording.original_words(user.display_name, "avatar" if link else wording.NOISE)
    return Original(link, words, further, avatar_of=user.id if link else None)


def choose_guide(guide: discord.Attachment | None, user: discord.User | discord.Member | None) -> Link | None:
    """The picture that guides a dream: what was attached, or somebody's avatar. Raises `NoAvatar`."""
    if guide is not None or user is None:
        return of_attachment(guide) if guide else None
    link = of_user(user)
    if link is None:
        raise NoAvatar(name=user.display_name)
    return replace(link, optional=False)


async def find_last_dream(dispatch: Dispatch, channel_id: int | None) -> JobRow | None:
    """The last dream that all of a channel could see, of those that can be dreamed on."""
    for row in await dispatch.recent_results(channel_id) if channel_id else ():
        if _is_shown(row, channel_id) and row.result and await dispatch.has_blob(row.result.blob):
            return row
    return None


async def starting_picture(
    dispatch: Dispatch,
    stands: Callable[[JobRow], Awaitable[bool]],
    interaction: discord.Interaction,
    image: discord.Attachment | None,
    start: str | None,
    user: discord.User | discord.Member | None,
) -> Original:
    """The one picture that was chosen for a command, else the avatar of who asks, with the channel's last dream as an
    offer; `stands` says whether the message of a job is still there.

    Raises `OptionConflict`, `NoServerIcon`, `NoLastDream`, and `BadOption` for a start that is not offered.
    """
    check_at_most_one(image=image, start=None if start == SURPRISE else start, user=user)
    match start:
        case "noise":
            return Original(None, wording.NOISE)
        case "server icon":
            return of_server(interaction.guild)
        case "last dream":
            return await _last_dream(dispatch, stands, interaction.channel_id)
    if start is not None and start not in STARTS:
        raise BadOption(option="start", problem="has to be one of those that are offered")
    chosen = choose_original(image, user or interaction.user)
    if image or user or start == "avatar":
        return chosen
    last = await find_last_dream(dispatch, interaction.channel_id)
    return replace(chosen, offer=last.id if last else "")


async def _last_dream(
    dispatch: Dispatch, stands: Callable[[JobRow], Awaitable[bool]], channel_id: int | None
) -> Original:
    """The last dream here. Raises `NoLastDream`, also where its message was deleted."""
    row = await find_last_dream(dispatch, channel_id)
    if row is None or row.result is None or not await stands(row):
        raise NoLastDream
    return of_result(row, row.result.blob)


def _is_shown(row: JobRow, channel_id: int | None, verb: str = "deeper") -> bool:
    """Whether an answer stands in the channel for all to see, and has that button to go on from it."""
    posting = Posting.from_json(row.posting)
    here = posting.channel_id == channel_id and row.posted == str(posting.message_id)
    shown = not (posting.ephemeral or posting.abandoned or result_card.is_unchanged(row))
    return here and shown and verb in result_card.verbs(row)


def of_links(name: str, links: Sequence[Link], most: int = 1) -> Original:
    """Pictures that somebody sent, of which at most so many are dreamed, each by itself."""
    taken = links[:most]
    others = dict(zip(FURTHER, taken[1:], strict=False))
    words = wording.picture_count_words(len(taken), len(links))
    avatar_of = taken[0].owner if taken[0].is_avatar else None
    original = wording.original_words(name, "picture")
    return Original(taken[0], original, others, frame=words, sent=len(links), avatar_of=avatar_of)


def first_alone(original: Original) -> Original:
    """The first of several pictures, for what is made of one only."""
    if original.sent == 1:
        return original
    others = {name: source for name, source in original.others.items() if name not in FURTHER}
    return replace(original, others=others, frame=wording.picture_count_words(1, original.sent))


def of_row(row: JobRow, picture: BlobKey | None) -> Original:
    """A picture of a job, its own or its result, as what something else is made of."""
    posting = Posting.from_json(row.posting)
    frame = "" if isinstance(row.job.params, Animate) else posting.frame  # that is said of the film
    sent, history = len(row.job.batch), row.job.history
    return Original(
        picture, posting.original, hidden=row.job.spoiler, frame=frame, sent=sent, history=history,
        avatar_of=posting.avatar_of, earlier_owners=frozenset(posting.owners), restricted=posting.age_restricted,
        nsfw=posting.nsfw,
    )  # fmt: skip


def of_result(row: JobRow, result: BlobKey) -> Original:
    """What a job made, as what the next dream is made of: the line under it alone does not make that again."""
    return replace(of_row(row, result), frame=wording.from_above_words(), history=history_of_result(row))


def of_ending(row: JobRow) -> Original:
    """The last picture of a zoom, as that with which the next one begins. Raises `Gone` where it does not go on."""
    key = result_card.ending(row)
    if key is None:
        raise Gone
    return replace(of_row(row, key), frame=wording.from_zoom_words(), history=History())


async def find_last_zoom(dispatch: Dispatch, channel_id: int | None) -> JobRow:
    """The last zoom that all of a channel could see, of those that can go on. Raises `NoLastZoom`."""
    for row in await dispatch.recent_results(channel_id) if channel_id else ():
        if _is_shown(row, channel_id, "continue"):
            return row
    raise NoLastZoom


def of_history(row: JobRow, history: History) -> Original:
    """The picture with which the dreams of a history began, and those that went into them, to be animated."""
    others = {name: key for name, key in history.pictures.items() if name != PICTURE}
    first = of_row(row, history.pictures.get(PICTURE))
    return replace(first, others=others, frame=wording.to_here_words(), history=History())


def history_of_result(row: JobRow) -> History:
    """The dreams of which a result was made, with its own; none where it is no single picture: then all begins anew."""
    job = row.job
    if not isinstance(job.params, DreamedOn) or not is_dreamed_on(job.params):
        return History()
    stopped = row.result.facts.get("stopped", 0) if row.result else 0
    dream = PastDream.model_validate({"params": job.params, "others": sorted(job.others), "stopped": stopped})
    pictures = {PICTURE: job.picture, **job.others} if job.picture else job.others
    return job.history.followed_by(dream, pictures)


def of_attachment(attachment: discord.Attachment) -> Link:
    """What was attached to a command."""
    return Link(attachment.url, attachment.size, spoiler=attachment.is_spoiler())


def of_user(user: discord.User | discord.Member) -> Link | None:
    """The avatar that is shown here, else the user's own; None for those who have none."""
    avatar = user.guild_avatar if isinstance(user, discord.Member) else None
    avatar = avatar or user.avatar
    if avatar is None:
        return None
    return Link(
        avatar.replace(size=AVATAR_SIZE, static_format="png", format="png").url,
        optional=True,
        owner=user.id,
        is_avatar=True,
    )


def of_server(guild: discord.Guild | None) -> Original:
    """A server's icon. Raises `NoServerIcon`."""
    if guild is None or guild.icon is None:
        raise NoServerIcon
    url = guild.icon.replace(size=AVATAR_SIZE, static_format="png", format="png").url
    return Original(Link(url), wording.original_words(guild.name, "icon"))


def of_message(message: discord.Message, allowed: Callable[[str], bool]) -> Link | None:
    """The first picture of a message that lies where pictures are taken from."""
    return next(iter(all_of_message(message, allowed)), None)


def all_of_message(message: discord.Message, allowed: Callable[[str], bool]) -> list[Link]:
    """The pictures of a message, in its order, each at the first of its addresses from which pictures are taken."""
    found: dict[str, Link] = {}
    restricted = is_age_restricted(message)
    for addresses in _pictures(message):
        if link := next((link for link in addresses if allowed(link.url)), None):
            whose = AVATAR_PATH.search(link.url)  # somebody may have sent the address of another's avatar
            owner = int(whose[1] or whose[2]) if whose else message.author.id
            link = replace(link, owner=owner, age_restricted=restricted, is_avatar=whose is not None)
            found.setdefault(_path(link.url), link)
    return list(found.values())


def is_age_restricted(message: discord.Message) -> bool:
    """Whether a message, or what it forwards, was written in an age-restricted channel, as far as that is known."""
    forwards = message.reference if message.message_snapshots and message.guild else None
    told = message.guild.get_channel_or_thread(forwards.channel_id) if forwards and message.guild else None
    return is_restricted_place(message.channel) or is_restricted_place(told)


def is_restricted_place(channel: object) -> bool:
    """Whether a channel is age-restricted; a thread is as its channel."""
    return bool(getattr(channel.parent if isinstance(channel, discord.Thread) else channel, "nsfw", False))


def require_link(message: discord.Message, allowed: Callable[[str], bool]) -> Link | None:
    """The same as `of_message`. Raises `ForeignUrl` where there is only a link, which somebody may take for the picture
    behind it, and `DrawnSticker` where there is only a sticker that is no picture."""
    found = of_message(message, allowed)
    if found is None and ADDRESS.search(message.content):
        raise ForeignUrl
    if found is None:
        refuse_drawn_sticker(message)
    return found


def refuse_drawn_sticker(message: discord.Message) -> None:
    """Raises `DrawnSticker` where a sticker is a drawing that only Discord's own apps can show."""
    stickers = (sticker for part in parts_of(message) for sticker in part.stickers)
    if any(one.format is discord.StickerFormatType.lottie for one in stickers):
        raise DrawnSticker


def of_emoji(text: str, catalog: Catalog, allowed: Callable[[str], bool]) -> Link | None:
    """The first custom emoji in a text whose name is no word to dream towards, as a picture."""
    found = (discord.PartialEmoji.from_str(one).url for one in unknown_emoji(text, catalog))
    return next((Link(url) for url in found if allowed(url)), None)


def parts_of(message: discord.Message) -> list[discord.Message | discord.MessageSnapshot]:
    """A message, and what it forwards."""
    return [message, *message.message_snapshots]


def _pictures(message: discord.Message) -> Iterator[list[Link]]:
    """The pictures of a message, each by all of its addresses."""
    for part in parts_of(message):
        shown = [*_media(list(part.components))]
        hidden = {_path(item.url) for item, spoiler in shown if spoiler}
        for item in part.attachments:
            if (item.content_type or "image/").startswith("image/"):
                link = of_attachment(item)
                yield [replace(link, spoiler=link.spoiler or _path(item.url) in hidden)]
        for media, spoiler in shown:
            yield [Link(url, spoiler=spoiler) for url in (media.url, media.proxy_url) if url]
        yield from ([Link(one.url)] for one in part.stickers if one.format is not discord.StickerFormatType.lottie)
        yield from (_of_embed(part.content, embed) for embed in part.embeds)


def _of_embed(content: str, embed: discord.Embed) -> list[Link]:
    """What Discord shows of a link, by its own proxy first; the small picture is the same one again, or stands for it.

    It is covered where the link stands between two ||.
    """
    urls = [url for media in (embed.image, embed.thumbnail) for url in (media.proxy_url, media.url) if url]
    spoiler = is_hidden(content, embed.url, *urls)
    return [Link(url, spoiler=spoiler) for url in urls]


def _media(components: object, hidden: bool = False) -> Iterator[tuple[discord.UnfurledMediaItem, bool]]:
    """What components show, and whether it, or anything around it, is covered."""
    for component in components if isinstance(components, list) else []:
        covered = hidden or bool(getattr(component, "spoiler", False))
        if isinstance(component, discord.MediaGalleryComponent):
            yield from ((item.media, covered or item.spoiler) for item in component.items)
        elif isinstance(component, discord.ThumbnailComponent | discord.FileComponent):
            yield component.media, covered
        else:
            inside = [*getattr(component, "children", ()), *filter(None, [getattr(component, "accessory", None)])]
            yield from _media(inside, covered)


def _path(url: str) -> str:
    """An address without its signature, which differs each time."""
    return url.partition("?")[0]


def is_hidden(text: str, *urls: str | None) -> bool:
    """Whether an embed is of an address that stands between two ||: Discord covers it, too."""
    return any(url and url in covered for covered in SPOILER_TEXT.findall(text) for url in urls)
