"""Contact sheets: a dream raises its objective and stays a picture."""

from pathlib import Path

import torch
from PIL import Image

from engine.networks.pocket import Pocket
from engine.training.look import Settings, concept, dream, sheet, towards, whole_layer

TINY = Settings(octaves=2, iterations=2, jitter=2)


def test_a_dream_raises_what_it_dreams_of(network: Pocket, tmp_path: Path) -> None:
    photo = torch.rand(1, 3, 48, 64, generator=torch.Generator().manual_seed(1))
    for objective in (whole_layer(network, "mixed3a"), towards(network, [1, 2])):
        dreamed = dream(photo, objective, TINY, torch.Generator().manual_seed(0))
        assert dreamed.shape == photo.shape
        assert dreamed.min() >= 0
        assert dreamed.max() <= 1
        assert objective(dreamed) > objective(photo)
    made = concept(network, 2, torch.Generator().manual_seed(0), side=32, iterations=2)
    sheet([[photo, photo], [made]], tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.size == (128, 80)
