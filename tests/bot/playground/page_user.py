"""Somebody at the page: `(browser, address) => hands and eyes`, with everything the page sends written down."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from playwright.async_api import Browser, Locator, Page, Request, WebSocket, expect

Frame = dict[str, Any]

TRANSFER = """
([name, type, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type }));
  return transfer;
}
"""


class Visitor:
    """One open page; `sent` are its frames, `troubles` its console errors, `addresses` what it loaded."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[Frame] = []
        self.troubles: list[str] = []
        self.addresses: list[str] = []
        page.on("websocket", self._watch)
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("console", lambda line: self.troubles.append(line.text) if line.type == "error" else None)
        page.on("request", self._note)

    def _watch(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda payload: self.sent.append(json.loads(payload)))

    def _note(self, request: Request) -> None:
        self.addresses.append(request.url)

    @property
    def composer(self) -> Locator:
        """The box in which one types."""
        return self.page.get_by_test_id("composer")

    def see(self, name: str) -> Locator:
        """Return the element with this data-testid."""
        return self.page.get_by_test_id(name)

    @property
    def messages(self) -> Locator:
        """Every message of the open channel that the chosen person sees, oldest first."""
        return self.see("message")

    def message(self, message_id: str) -> Locator:
        """Return one message."""
        return self.page.locator(f'[data-message-id="{message_id}"]')

    async def run(self, text: str) -> None:
        """Type a text into the empty composer, letter by letter as a person does, and press Enter."""
        await self.composer.fill("")
        await self.composer.press_sequentially(text)
        await self.composer.press("Enter")

    async def become(self, name: str) -> None:
        """Be "sam", "ada" or "mod" from now on."""
        await self.see(f"persona-{name}").click()
        await expect(self.see(f"persona-{name}")).to_have_attribute("aria-pressed", "true")

    async def drop(self, name: str, data: bytes, kind: str = "image/png") -> None:
        """Drop a file on the page and wait until it is attached."""
        transfer = await self.page.evaluate_handle(TRANSFER, [name, kind, base64.b64encode(data).decode()])
        await self.composer.dispatch_event("drop", {"dataTransfer": transfer})
        await self.attached(name)

    async def paste(self, name: str, data: bytes, kind: str = "image/png") -> None:
        """Paste a picture and wait until it is attached."""
        transfer = await self.page.evaluate_handle(TRANSFER, [name, kind, base64.b64encode(data).decode()])
        await self.page.evaluate(
            "(data) => document.body.dispatchEvent("
            "new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))",
            transfer,
        )
        await self.attached(name)

    async def attached(self, name: str) -> None:
        """Wait until a file of this name is attached and stored."""
        await expect(self.page.locator(f'[data-testid="attach-chip"][data-file="{name}"]')).to_have_attribute(
            "data-ready", "true"
        )

    def frames(self, kind: str) -> Sequence[Frame]:
        """Return the frames of one type that the page sent, oldest first."""
        return [frame for frame in self.sent if frame["type"] == kind]


async def visit(browser: Browser, address: str, **view: Any) -> Visitor:
    """Open the page, without motion, and wait until it knows everything."""
    visitor = Visitor(await browser.new_page(reduced_motion="reduce", **view))
    await visitor.page.goto(address)
    await expect(visitor.see("persona-sam")).to_be_visible()
    return visitor
