"""What a file of ours says of how it was made: `(params, names of further pictures) <=> text <= 4 KB`.

    {"pareidolia":1,"params":{"network":"lite2","seed":4821,...,"recipe":"dream"},"others":["guide"]}
    {"pareidolia":2,"params":{...},"before":[{"params":{...}},{"params":{"seed":7}}],"omitted":3}

The second is what a dream of a dream says: `before` are the dreams before it, the first one first, each but the first
only by what differs from the one before; `omitted` counts those before them for which there was no room. Whoever knows
only the first form would make something else of it, and so refuses it as a newer one.

The text is plain ASCII and says what was asked for, nothing else: not who asked, not where, no name of any file.
`engine.encoders.embed_metadata` puts it into files:

    PNG         a tEXt chunk with the keyword `pareidolia`
    JPEG, WebP  the EXIF tag UserComment (0x9286), in ASCII
    GIF         a comment extension before the first picture
    MP4         the comment (moov/udta/meta/ilst/©cmt)

The decoder's child takes it out again (`engine.files.decoder`), and whoever reads it then reads a stranger's text:
`read` believes nothing of it that `params.parse` would not take from someone who typed it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import (
    AmbiguousSubject,
    BadImprint,
    BadMixture,
    BadOption,
    MadeElsewhere,
    NoImprint,
    PareidoliaError,
    UnknownChannel,
    UnknownLayer,
    UnknownNetwork,
    UnknownSubject,
)

if TYPE_CHECKING:
    from PIL import Image

    from engine.catalog.catalog import Catalog
    from engine.params import AnyParams, PastDream

KEY = "pareidolia"
VERSION = 1
"""Goes up when what an older version would read no longer means the same."""
CHAIN_VERSION = 2
"""The version of what was dreamed out of dreams: to its own params alone, another picture would belong."""
LIMIT = 4096
"""Bytes; what can be asked for takes far less, but for a long row of dreams."""
MARK = b'{"pareidolia":'
"""How ours begins, where others write comments, too."""
BRACKETS = 64
"""Ours has four opening brackets at most, and three more for each dream before. Counted before anything is parsed, so
that nothing can be deep."""
MOST_OMITTED = 10**6
OTHERS = ("guide", "mask", "painting")
"""The further pictures that a dream may have had; they are not in the file."""
EXIF_IFD = 0x8769
USER_COMMENT = 0x9286
ASCII = b"ASCII\0\0\0"
"""The character code of a UserComment."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """How a file was made."""

    params: AnyParams
    others: tuple[str, ...] = ()
    """Further pictures that were used, by what they were for."""
    before: tuple[PastDream, ...] = ()
    """The dreams of which it was made, the first one first."""
    omitted: int = 0
    """How many dreams before those are not told."""


def write(params: AnyParams, others: Iterable[str] = (), before: Sequence[PastDream] = (), omitted: int = 0) -> str:
    """The text that goes into a file, without as many of the oldest dreams `before` as do not fit. The same params give
    the same text. Empty where not even the params fit: those of a film have all of its dreams in them."""
    for dropped in range(len(before) + 1):
        text = _text(params, others, before[dropped:], omitted + dropped)
        if len(text) <= LIMIT:
            return text
    return ""


def _text(params: AnyParams, others: Iterable[str], before: Sequence[PastDream], omitted: int) -> str:
    from engine.params import pack_dreams  # here: the decoder's child loads no pydantic

    version = CHAIN_VERSION if before or omitted else VERSION
    said: dict[str, Any] = {KEY: version, "params": params.model_dump(mode="json")}
    if names := sorted(others):
        said["others"] = names
    if version == CHAIN_VERSION:
        said["before"] = pack_dreams(before)
    if omitted:
        said["omitted"] = omitted
    return json.dumps(said, separators=(",", ":"), allow_nan=False)


def find_text(opened: Image.Image) -> bytes:
    """The text in an opened picture, as it stands there; empty if there is none. At most one byte too many of it.

    For the decoder's child. Nothing is decoded for it, and of a PNG no other text is left (`file_formats`).
    """
    if opened.format == "PNG":
        text = opened.info.get(KEY, "")
        return text.encode("utf-8", "replace")[: LIMIT + 1] if isinstance(text, str) else b""
    said = opened.info.get("comment") if opened.format == "GIF" else _user_comment(opened)
    return own_text(said) if isinstance(said, bytes) else b""


def own_text(said: bytes) -> bytes:
    """What is written where others write comments, too, if it is ours. At most one byte too many of it."""
    return said[: LIMIT + 1] if said.startswith(MARK) else b""


def _user_comment(opened: Image.Image) -> bytes:
    said = opened.getexif().get_ifd(EXIF_IFD).get(USER_COMMENT)
    return said.removeprefix(ASCII) if isinstance(said, bytes) else b""


def read(text: bytes, catalog: Catalog) -> Imprint:
    """What the text of a stranger's file says. Raises `NoImprint`, `BadImprint` or `MadeElsewhere`.

    No error repeats a word of it.
    """
    if not text:
        raise NoImprint
    said = _object(text)
    version = said.pop(KEY, None)
    if type(version) is not int or version < 1:
        raise BadImprint(problem="it does not say in which way")
    if version > CHAIN_VERSION:
        raise MadeElsewhere(what="a newer version of me")
    chained = {"before", "omitted"} if version == CHAIN_VERSION else set[str]()
    if said.keys() - {"params", "others"} - chained:
        raise BadImprint(problem="it says more than I know of")
    params, others = _params(said.get("params"), catalog), _others(said.get("others", []))
    return Imprint(params, others, _before(said.get("before", []), catalog), _count_of_omitted(said.get("omitted", 0)))


def _object(text: bytes) -> dict[str, Any]:
    """The JSON object in it: short, flat, every key once, every number finite."""
    if len(text) > LIMIT:
        raise BadImprint(problem=f"it takes more than {LIMIT} bytes for it")
    if text.count(b"{") + text.count(b"[") > BRACKETS:
        raise BadImprint(problem="its text is nested too deep")
    try:
        said = json.loads(text.decode("utf-8"), object_pairs_hook=_without_duplicates, parse_constant=_reject_constant)
    except ValueError:
        raise BadImprint(problem="its text is no JSON") from None
    if not isinstance(said, dict):
        raise BadImprint(problem="its text is no JSON object")
    return said


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        raise BadImprint(problem="it says something twice")
    return said


def _reject_constant(_: str) -> float:
    raise BadImprint(problem="one of its numbers is none")


def _params(options: object, catalog: Catalog) -> AnyParams:
    from engine import params  # here: the decoder's child loads no pydantic
    from engine.catalog.catalog import PACKED

    if not isinstance(options, dict):
        raise BadImprint(problem="its options are missing")
    with _as_imprint_errors():
        return params.parse({"network": PACKED, **options}, catalog)  # the default when none was written


def _before(packed: object, catalog: Catalog) -> tuple[PastDream, ...]:
    from engine import params

    with _as_imprint_errors():
        return params.read_dreams(packed, catalog)


def _count_of_omitted(count: object) -> int:
    if type(count) is not int or not 0 <= count < MOST_OMITTED:
        raise BadImprint(problem="what it leaves out is no number of dreams")
    return count


@contextmanager
def _as_imprint_errors() -> Iterator[None]:
    """What is wrong with options, in words that repeat none of them."""
    try:
        yield
    except UnknownNetwork:
        raise MadeElsewhere(what="a network that I do not have") from None
    except (UnknownLayer, UnknownSubject, AmbiguousSubject, UnknownChannel, BadMixture):
        raise MadeElsewhere(what="a layer or a subject that I do not know") from None
    except BadOption as error:
        raise BadImprint(problem=_bad_option_words(error.facts["option"])) from None
    except PareidoliaError:
        raise BadImprint(problem="its options do not go together") from None


def _bad_option_words(option: object) -> str:
    """Which option cannot be; by name only if it is one of ours."""
    from engine import params

    ours = {name for kind in params.KINDS for name in kind.model_fields}
    return f"its `{option}` cannot be" if option in ours else "one of its options is none of mine"


def _others(names: object) -> tuple[str, ...]:
    if not isinstance(names, list) or any(name not in OTHERS for name in names) or len(set(names)) < len(names):
        raise BadImprint(problem="its further pictures are none that I know of")
    return tuple(names)
