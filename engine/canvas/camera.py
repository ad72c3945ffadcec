"""A camera that moves evenly through a picture: `motion => matrix`, and what it sees: `(picture, matrix) => view`.

Matrices are affine, [3, 3], and lead from where a point is seen to where it was before, both in pixels from the middle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import grid_sample

from engine.canvas.resample import Size, resize
from engine.canvas.smoothstep import smoothstep

RIM, SOFT, WAVE = 0.03, 0.35, 0.12
"""Widths of the slopes at a picture's rim and around a spot in it, and how far that is wavy: shares of half of it."""


@dataclass(frozen=True, slots=True)
class Camera:
    """How the view changes from one frame to the next."""

    factor: float = 1.0
    """How much closer it is."""
    turn: float = 0.0
    """Radians by which the picture is turned, clockwise."""
    right: float = 0.0
    """Widths ..."""
    down: float = 0.0
    """... and heights that the view moves."""

    @classmethod
    def per_second(cls, fps: float, speed: float, degrees: float, right: float = 0.0, down: float = 0.0) -> Camera:
        """One whose motion is given for a second."""
        return cls(speed ** (1 / fps), math.radians(degrees) / fps, right / fps, down / fps)

    def advance(self, frames: float) -> Camera:
        """The camera that moves in one frame as far as this one does in so many."""
        return Camera(self.factor**frames, self.turn * frames, self.right * frames, self.down * frames)

    def matrix(self, size: Size) -> Tensor:
        """Where the points of a view were in the one before."""
        cosine, sine = (wave(self.turn) / self.factor for wave in (math.cos, math.sin))
        step = torch.eye(3, dtype=torch.float64)
        step[:2, :2] = torch.tensor([[cosine, sine], [-sine, cosine]])
        step[:2, 2] = torch.tensor([self.right * size[1], self.down * size[0]])
        return step


def view(picture: Tensor, matrix: Tensor) -> Tensor:
    """A picture [3, h, w] in [0, 1] as the camera sees it; beyond its rim it is mirrored. Filtered where it shrinks."""
    shrinks = float(torch.linalg.matrix_norm(matrix[:2, :2], 2))
    size: Size = (picture.shape[1], picture.shape[2])
    if shrinks > 1.25:
        size = (max(1, round(size[0] / shrinks)), max(1, round(size[1] / shrinks)))
    found = _coordinates(picture, matrix)
    return grid_sample(resize(picture, size)[None], found, "bicubic", "reflection", align_corners=False)[0].clamp(0, 1)


def coverage(picture: Tensor, matrix: Tensor, reach: float = 1.0) -> Tensor:
    """Where the camera sees the picture and not what is beyond: [1, h, w], from 0 at the rim to 1 further in.

    `reach`, from 0 to 1, is how much of the picture counts: at first a spot in its middle with a soft, wavy edge, which
    grows; at last all of it.
    """
    points = _coordinates(picture, matrix)[0]
    away = points.square().square().sum(2).sqrt().sqrt()  # between a circle and a rectangle: 1.19 in the corners
    wave = (4.1 * points[..., 0] + 1.3).sin() * (5.3 * points[..., 1] + 0.7).sin()
    spot = (reach * (1.19 + SOFT + WAVE) - away - WAVE * wave) / SOFT
    rest = 1 - reach  # while it grows, its rim is soft and wavy, too
    rim = (1 - points.abs().amax(2) - rest * WAVE * (1 + wave)) / (RIM + rest * SOFT)
    share = torch.minimum(spot, rim).clamp(0, 1)
    return smoothstep(share)[None]


def _coordinates(picture: Tensor, matrix: Tensor) -> Tensor:
    """Where `grid_sample` is to look for each point of the view: [1, h, w, 2], from -1 to 1 in the picture."""
    height, width = picture.shape[1:]
    half = torch.tensor([width / 2, height / 2], dtype=torch.float64)
    down = torch.arange(height, dtype=torch.float64) + 0.5 - half[1]
    across = torch.arange(width, dtype=torch.float64) + 0.5 - half[0]
    points = torch.stack(torch.meshgrid(across, down, indexing="xy"), -1)
    seen = points @ matrix[:2, :2].T + matrix[:2, 2]
    return (seen / half)[None].to(picture.device, picture.dtype)
