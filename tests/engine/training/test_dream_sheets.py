"""Contact sheets: a dream raises its objective and stays a picture."""

from pathlib import Path

import torch
from PIL import Image

from engine.ascent.pixel_ascent import OctaveSchedule
from engine.canvas.noise import coloured_noise
from engine.networks.loading import from_pocket
from engine.networks.pocket import Pocket
from engine.objectives import layer
from engine.training.dream_sheets import class_evidence, concepts, dream, sheet

TINY = OctaveSchedule(octaves=1, iterations=4, jitter=2)
LABELS = ["eye", "rose", "castle"]


def test_a_dream_raises_what_it_dreams_of(network: Pocket, tmp_path: Path) -> None:
    seeing = from_pocket(network, LABELS)
    photo = coloured_noise((48, 64), torch.Generator().manual_seed(1))
    for objective in (layer("mixed3a"), class_evidence(LABELS, ["rose", "castle"])):
        dreamed = dream(seeing, objective, photo, torch.Generator().manual_seed(0), TINY)
        assert dreamed.shape == photo.shape
        assert dreamed.min() >= 0
        assert dreamed.max() <= 1
        before, after = (objective(seeing.activations(picture[None], objective.layers)) for picture in (photo, dreamed))
        assert after > before
    made = concepts(seeing, [2, 0], torch.Generator().manual_seed(0), side=48, iterations=2)
    sheet([[photo, photo], list(made)], tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (128, 96)
