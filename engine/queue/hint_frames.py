"""Hints as they travel: `hint <=> (header that JSON knows, JPEG)`."""

from __future__ import annotations

import logging
from typing import Any

from engine.queue.job import Hint, JobId, Progress, Requeued, Settled, Started

log = logging.getLogger(__name__)


def pack(hint: Hint) -> tuple[dict[str, Any], bytes]:
    """The header of a hint, and its preview or nothing."""
    match hint:
        case Progress():
            header = {"hint": "progress", "id": hint.id, "step": hint.step, "steps": hint.steps, "done": hint.done}
            return {**header, "eta_s": hint.eta_s, "gpu_bytes": hint.gpu_bytes}, hint.preview
        case Started():
            return {"hint": "started", "id": hint.id}, b""
        case Settled():
            return {"hint": "settled", "id": hint.id}, b""
        case Requeued():
            return {"hint": "requeued", "id": hint.id}, b""


def unpack(header: dict[str, Any], blob: bytes) -> Hint | None:
    """The hint of a frame; None for one of another version, which the rows tell as well."""
    id = JobId(header["id"])
    match header["hint"]:
        case "progress":
            step, steps, left_s = header["step"], header["steps"], header["eta_s"]
            done = header.get("done", step / max(1, steps))  # an older engine counts steps only
            return Progress(id, step, steps, done, left_s, blob, header.get("gpu_bytes", 0))
        case "started":
            return Started(id)
        case "settled":
            return Settled(id)
        case "requeued":
            return Requeued(id)
        case unknown:
            log.info("an unknown hint is ignored: %s", unknown)
            return None
