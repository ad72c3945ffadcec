"""What `/concept` can be asked for."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from pydantic import (
    Field,
)

from engine.catalog.catalog import Meaning
from engine.errors import NothingNamed
from engine.params.params import CROP_PIXELS, FINDING_PIXELS, TEXT_LIMIT, Phase, ThingParams, VariedParams


class Concept(VariedParams, ThingParams):
    """What the network imagines, alone or grown out of a picture. Olah et al. 2017, "Feature Visualization"."""

    FINISHING: ClassVar[int] = 6
    """Steps at each of three sizes, up to the full one, that draw contours and surfaces."""
    DETAILING: ClassVar[int] = 30
    """Steps that give details and surroundings to what was found, where the network looks at whole crops."""
    FEATURE_FINDING: ClassVar[int] = 50
    """Steps that find each further thing in the body of the first, where the network looks at whole crops ..."""
    FEATURE_DETAILING: ClassVar[int] = 20
    """... and steps that give it details."""

    recipe: Literal["concept"] = "concept"
    subject: str = Field(
        "",
        max_length=TEXT_LIMIT,
        description="what to imagine: a subject, a class or an emoji, or several: banana + eye",
    )
    iterations: int = Field(
        64, ge=16, le=512, description="steps of painting; three times as many on networks that have no sketches"
    )

    def _canonical(self) -> dict[str, Any]:
        network = self._canonical_network(self.subject)
        subject = self.catalog.aim(network, self.subject)
        if not subject:
            raise NothingNamed
        return {"network": network, "subject": subject}

    @property
    def aim(self) -> tuple[str, str]:
        """("subject", "banana + eye")."""
        return ("subject", self.subject)

    def meanings(self) -> tuple[Meaning, ...]:
        """What is imagined, all of it at once, as the network's layers and channels.

        Of things that share a body by crops, the kinds that are best known: a rare fish with a dog's face is neither.
        """
        found = self.catalog.meanings(self.network, self.subject)
        share_a_body = self.by_crops and len(found) > 1
        return self.catalog.best_known(self.network, self.subject) if share_a_body else found

    @property
    def by_crops(self) -> bool:
        """Whether the network looks at whole crops in place of all pixels at once."""
        return self.catalog.network(self.network).crops

    @property
    def steps(self) -> int:
        """Steps of each variation by crops."""
        features = self.features * (self.FEATURE_FINDING + self.FEATURE_DETAILING)
        return self.finding + self.detailing + features + self.SHARPENING

    @property
    def features(self) -> int:
        """How many things there are beside the first, in whose body they grow."""
        return len(self.meanings()) - 1

    @property
    def finding(self) -> int:
        """Steps that find the thing, by crops, of all starts: seen smaller, they are cheaper than others."""
        return round(1.25 * self.iterations)

    @property
    def detailing(self) -> int:
        """Steps that give it details and surroundings, by crops."""
        return self.DETAILING

    @property
    def view(self) -> int:
        """Pixels at which the network looks at each: so few that one thing fills what it sees."""
        return round(self.catalog.network(self.network).side * 0.65)

    @property
    def painting(self) -> int:
        """Steps of painting: a picture that begins with grey takes longer than one over a sketch."""
        return self.iterations * (1 if self.catalog.network(self.network).sketches else 3)

    def phases(self) -> tuple[Phase, ...]:
        """By crops finding, detailing, further things, sharpening, for each variation; else painting, then details at
        three sizes."""
        if not self.by_crops:
            painting = 1.3 * self.variations * self.painting * self.view**2
            details = 1.6 * self.variations * self.FINISHING * self.size**2
            return (Phase(self.painting, painting / 1e6), Phase(self.variations * 3 * self.FINISHING, details / 1e6))
        finding, detailing, sharpening = self._thing_phases()
        feature = (
            self._crop_phase(self.FEATURE_FINDING, FINDING_PIXELS),
            self._crop_phase(self.FEATURE_DETAILING, CROP_PIXELS),
        )
        return (finding, detailing, *self.features * feature, sharpening) * self.variations
