"""What a dream can be made into, by Discord's numbers: `name => pixels, bytes, and whether it may move`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class ExportKind:
    """One of them."""

    name: str
    width: int
    height: int
    """Pixels; of an avatar, at most."""
    most_bytes: int
    moves: bool = False
    """Whether what moves is kept moving."""
    least: int = 0
    """Pixels that are left where it is cut closer than it has to be, as what is shown small is; 0: it is not."""
    enlarged: bool = True
    """Whether a smaller picture is made larger: Discord takes no other size."""
    rim: int = 0
    """Pixels of a white edge, as stickers have."""
    round: float = 0.0
    """The radius of its corners, as a share of its side."""

    @property
    def aspect(self) -> float:
        """Width / height."""
        return self.width / self.height


EMOJI: Final = ExportKind("emoji", 128, 128, 256 * KIB, moves=True, least=96, round=0.22)
STICKER: Final = ExportKind("sticker", 320, 320, 512 * KIB, moves=True, least=250, rim=8, round=0.2)
AVATAR: Final = ExportKind("avatar", 1024, 1024, 8 * KIB * KIB, enlarged=False)
BANNER: Final = ExportKind("banner", 960, 540, 8 * KIB * KIB)
KINDS: Final[Mapping[str, ExportKind]] = {one.name: one for one in (EMOJI, STICKER, AVATAR, BANNER)}
"""By the words in `custom_id`s: frozen."""
ADDABLE: Final = (EMOJI.name, STICKER.name)
"""What a server can have of its own."""
LONGEST_S: Final = 5.0
"""Of a sticker that moves."""
