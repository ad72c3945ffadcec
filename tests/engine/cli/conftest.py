"""What tests of the command line share: strangers' pictures are opened in this process."""

from __future__ import annotations

from typing import Any

import pytest

from engine.files import decoder, decoder_child
from engine.platform import framing


@pytest.fixture(autouse=True)
def _no_decoder_process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """To start a decoder takes longer than most verbs. Where the process matters, the test has the mark `process`."""
    if request.node.get_closest_marker("process"):
        return

    async def start(_child: decoder.Child) -> None:
        pass

    async def answer(_child: decoder.Child, _process: None, question: dict[str, Any], data: bytes) -> framing.Frame:
        return decoder_child._run_question(question, data)

    monkeypatch.setattr(decoder.Child, "warm", start)
    monkeypatch.setattr(decoder.Child, "_exchange", answer)
