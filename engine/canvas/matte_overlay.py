"""A thing of its own before a picture: `(source, spectrum) => picture`, in which waves are the thing's colours and its
matte, which says where it hides the picture.

A matte gives a thing an outline, and leaves the picture around it as it was. It is found before backgrounds drawn by
chance, so that the thing is itself and not what happens to be behind it.
After Mordvintsev et al. 2018, "Differentiable Image Parameterizations" (transparency).
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.canvas.fourier_canvas import frequencies
from engine.canvas.fourier_overlay import AMPLITUDE, Look, Overlay, Rendering, leaky_clamp
from engine.canvas.mask import resize_mask
from engine.canvas.resample import Size, resize
from engine.canvas.spots import Place, bell

FALLOFF, FINEST = 1.7, 12.0
"""Of the matte's waves: a thing has one outline, and no holes."""
GAIN = 12.0
"""How far a wave moves the matte's logit, in units of how far it moves a pixel: so much that edges are sharp."""
INSIDE, OUTSIDE = 4.2, -3.8
"""The matte's logits in the beginning, in the middle of its place and far from it."""
RIM, RIM_LOGIT = 0.09, -6.0
"""How near the rim, as a share of the sides, the matte is held back by how much: there things would be cut off."""
ALWAYS = 0.15
"""How much it costs to hide what is free, of what it costs to hide more: what a thing does not need it gives back."""
NARROWING = 1.3
"""The area that is free is at its least after 1 / this of the steps."""
ELSEWHERE = 0.5
"""How often the background is another part of the picture, in another light: chance for each step."""
LIGHT = (0.6, 1.4)
"""How dark, and how light, each of its colours may be then."""
CRUMBS, CRUMB_SHARES = 12, (0.2, 0.45)
"""Of the matte goes what has less than the first share of its neighbourhood, a short side's 1 / CRUMBS; from the second
share on all of it stays."""


class MatteOverlay(Overlay):
    """A source [3, h, w] in [0, 1] and a thing before it, as a spectrum that an optimiser can move."""

    PLANES = 4

    def __init__(
        self,
        source: Tensor,
        backdrop: Tensor,
        generator: torch.Generator,
        look: Look,
        place: Place,
        reach: float,
        area: tuple[float, float],
        mask: Tensor | None = None,
    ) -> None:
        """The thing's colours are waves over a backdrop [3, h, w], its light; it begins in a place, as `spots.bell`
        has it.

        It may hide a share of the picture, the first of `area` in the beginning and the second in the end, without
        cost. A mask [1, h, w] in [0, 1] says where it may at all.
        """
        super().__init__(source, generator, look, mask)
        self._backdrop, self._area = backdrop, area
        self._white = 1.0 if mask is None else max(1e-6, float(mask.mean()))
        first = OUTSIDE + (INSIDE - OUTSIDE) * bell(self.size, place, reach) + RIM_LOGIT * _nearness_to_rim(self.size)
        self._first = first.to(source.device)
        self._fixed: dict[Size, tuple[Tensor, Tensor, Tensor]] = {}
        """What no step moves, by size, of which there are a few: the backdrop, the first logits, and amplitudes."""

    def picture(self, size: Size | None = None) -> Tensor:
        """The thing before the source, [3, h, w] in [0, 1]. Gradients flow to `spectrum`."""
        size = size or self.size
        thing, matte = self._layers(size)
        return torch.lerp(self.source(size), thing, matte)

    def cut_out(self) -> tuple[Tensor, Tensor]:
        """The thing before the source without the crumbs around it, [3, h, w], and how much it hides, [1, h, w]."""
        thing, matte = self._layers(self.size)
        around = _neighbourhood(matte)
        if self.mask is not None:
            around = around / _neighbourhood(self.mask).clamp(min=CRUMB_SHARES[0])
        least, most = CRUMB_SHARES
        matte = matte * ((around - least) / (most - least)).clamp(0, 1)
        return torch.lerp(self.source(self.size), thing, matte), matte

    def render(self, size: Size, done: float, generator: torch.Generator) -> Rendering:
        """Before a background by chance; what it costs is the share of the picture that is hidden beyond `area`."""
        thing, matte = self._layers(size)
        first, last = self._area
        free = last + (first - last) * max(0.0, 1 - NARROWING * done)
        hidden = matte.mean() / self._white
        hidden = torch.relu(hidden - free) + ALWAYS * hidden
        return Rendering(torch.lerp(self._background(size, generator), thing, matte), hidden)

    def _layers(self, size: Size) -> tuple[Tensor, Tensor]:
        """The thing's colours [3, h, w] and its matte [1, h, w]."""
        if size not in self._fixed:
            self._fixed[size] = (
                resize(self._backdrop, size).clamp(0, 1), resize(self._first, size), self._all_amplitudes(size)
            )  # fmt: skip
        backdrop, first, amplitudes = self._fixed[size]
        planes = self._waves(size, amplitudes)
        thing = leaky_clamp(backdrop + self._colour(planes[:3]))
        matte = torch.sigmoid(GAIN * AMPLITUDE * planes[3:] + first)
        return thing, matte if self.mask is None else matte * resize_mask(self.mask, size)

    def _all_amplitudes(self, size: Size) -> Tensor:
        """Of the waves of its colours and of its matte, [4, h, w // 2 + 1]."""
        cycles = frequencies(size, self.spectrum.device)
        outline = cycles**-FALLOFF * torch.exp(-((cycles / FINEST) ** 2))
        outline[0, 0] = 0  # how large it is, is the matter of its area
        return torch.cat([self._amplitudes(size).expand(3, *cycles.shape), outline[None]])

    def _background(self, size: Size, generator: torch.Generator) -> Tensor:
        source = self.source(size)
        if float(torch.rand((), generator=generator)) >= ELSEWHERE:
            return source
        by = [int(torch.randint(0, length, (), generator=generator)) for length in size]
        darkest, lightest = LIGHT
        light = darkest + (lightest - darkest) * torch.rand(3, 1, 1, generator=generator).to(source.device)
        return (source.roll(by, (1, 2)) * light).clamp(0, 1)


def _neighbourhood(matte: Tensor) -> Tensor:
    """The mean around each point of [1, h, w]."""
    size: Size = (matte.shape[1], matte.shape[2])
    unit = max(1.0, min(size) / CRUMBS)
    return resize(resize(matte, (round(size[0] / unit), round(size[1] / unit))), size)


def _nearness_to_rim(size: Size) -> Tensor:
    """1 at the rim, nothing inside: [1, h, w]."""
    rows, columns = (torch.linspace(0, 1, length) for length in size)
    away = torch.minimum(torch.minimum(rows, 1 - rows)[:, None], torch.minimum(columns, 1 - columns)[None])
    return torch.exp(-((away / RIM) ** 2))[None]
