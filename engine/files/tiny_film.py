"""A film of two frames: `() => MP4`. A child opens it before it is sealed, which loads what opens strangers' films."""

from __future__ import annotations

import io


def tiny_film() -> bytes:
    """An MP4 of ours with sound, by encoders that PyAV's wheel always brings."""
    import av
    import numpy as np

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        seen, heard = container.add_stream("mpeg4", rate=5), container.add_stream("aac", rate=44_100, layout="stereo")
        seen.width = seen.height = 16
        for _ in range(2):
            container.mux(seen.encode(av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.int16), format="s16", layout="stereo")
        silence.sample_rate = 44_100
        container.mux(heard.encode(silence))
        for stream in (seen, heard):
            container.mux(stream.encode(None))
    return out.getvalue()
