"""The codes of shared presets: `() => code`, and `what was typed => code`.

Eight of Crockford's 32 digits, which are 40 random bits: https://www.crockford.com/base32.html. No two of them are
mistaken for each other, and what is (O and 0, I and 1) is read as what was meant.
"""

from __future__ import annotations

import secrets
import unicodedata

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
LOOKALIKES = str.maketrans("OIL", "011")


def draw_code() -> str:
    """A new one, which nobody can foresee."""
    return "".join(secrets.choice(DIGITS) for _ in range(LENGTH))


def shown_code(code: str) -> str:
    """A code in two halves, as people read it out: "K7QP-2M9X"."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def read_code(typed: str) -> str:
    """The code that somebody means, in any case, width and grouping; "" where that is none."""
    letters = "".join(letter for letter in unicodedata.normalize("NFKC", typed).upper() if letter.isalnum())
    code = letters.translate(LOOKALIKES)
    return code if len(code) == LENGTH and set(code) <= set(DIGITS) else ""
