"""What a network says is in a picture, in one sentence: `(verdict, label) => sentence`.

The engine paints it into its page; whoever tells it beside the page makes it again, of the verdict and the label.
"""

from __future__ import annotations

import enum
from typing import Final

PERSON: Final = "A person. I was never taught people."
UNKNOWN: Final = "I can't tell what this is."
MASS_NOUNS: Final = frozenset({
    "espresso", "guacamole", "ice cream", "hay", "corn", "broccoli", "cauliflower", "dough", "mashed potato",
    "chocolate sauce", "red wine", "eggnog", "velvet", "wool", "chainlink fence", "chain mail", "toilet tissue",
})  # fmt: skip
"""Labels without an article."""


class Verdict(enum.StrEnum):
    """How sure it is. The values stand in rows of the ledger: none may change."""

    SURE = "sure"
    LIKELY = "likely"
    UNKNOWN = "unknown"
    PERSON = "person"
    """People are nobody's class."""


def sentence(verdict: Verdict, label: str) -> str:
    """What is there. The likeliest label is said where it is sure or likely; raises IndexError if it is empty then."""
    match verdict:
        case Verdict.PERSON:
            return PERSON
        case Verdict.UNKNOWN:
            return UNKNOWN
        case Verdict.LIKELY:
            return f"This looks like {with_article(label)}."
        case Verdict.SURE:
            return f"This is {with_article(label)}."


def with_article(label: str) -> str:
    """A label as it stands in a sentence: "an Egyptian cat", "a fox", "sunglasses"."""
    plural = label.endswith("s") and not label.endswith(("ss", "us", "is", "as", "os"))
    if plural or label in MASS_NOUNS:
        return label
    return (
        f"{'an' if label[0].lower() in 'aeiou' and not label.lower().startswith(('uni', 'ukulele')) else 'a'} {label}"
    )
