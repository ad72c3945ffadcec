"""How a picture moved into another: `(before, after) => flow`, by OpenCV's DIS.

Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search". Where OpenCV is missing there is none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Flow = NDArray[np.float32]


def dense_flow() -> Callable[[Bytes, Bytes], Flow] | None:
    """For two pictures [h, w, 3] where the points of the first are in the second: [h, w, 2], right and down, in pixels.

    None where OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError:
        return None
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)

    def flow(before: Bytes, after: Bytes) -> Flow:
        one, other = (cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (before, after))
        return np.asarray(search.calc(one, other, np.zeros((*one.shape, 2), np.float32)), np.float32)

    return flow
