"""The guard at the door, the CDN, and the chat page's socket."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import discord
import pytest
from PIL import Image

from bot.playground import attachments, avatars, samples, send_queue
from bot.playground.server import HOST, Playground

from .test_interactions import callback, register
from .wire_client import Api, Client, button, layout, png, row


@pytest.fixture
async def session(playground: Playground) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP session."""
    async with aiohttp.ClientSession(playground.url) as plain:
        yield plain


class Page:
    """A chat page without a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def send(self, kind: str, **facts: Any) -> None:
        await self.socket.send_json({"type": kind, **facts})

    async def wait(self, kind: str) -> dict[str, Any]:
        """Return the next frame of a type."""
        while True:
            frame: dict[str, Any] = json.loads((await self.socket.receive(timeout=60)).data)
            if frame["type"] == kind:
                return frame


@pytest.fixture
async def page(playground: Playground, api: Api, session: aiohttp.ClientSession) -> AsyncIterator[Page]:
    """A page on a stand-in whose bot is said to be online."""
    await register(api)
    async with session.ws_connect("/play/ws") as socket:
        yield Page(socket)


@pytest.mark.parametrize(
    "headers",
    [{"Host": "example.com"}, {"Host": "evil.example:80"}, {"Origin": "https://example.com"}, {"Origin": "null"}],
)
@pytest.mark.parametrize("path", ["/", "/play/ws", "/gateway", "/api/v10/gateway", "/play/samples/cat.png"])
async def test_other_hosts_and_origins_are_refused(
    session: aiohttp.ClientSession, headers: dict[str, str], path: str
) -> None:
    async with session.get(path, headers=headers) as response:
        assert response.status == 403


async def test_the_page_may_reach_nothing_but_this_server(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    async with session.get("/", headers={"Origin": f"http://localhost:{playground.port}"}) as response:
        assert response.status != 403
        assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert playground.url == f"http://{HOST}:{playground.port}"


@pytest.mark.parametrize("path", ["/page/../server.py", "/page/%2e%2e/server.py", "/page/..%2fserver.py", "/page/.x"])
async def test_only_the_page_s_own_files_are_served(session: aiohttp.ClientSession, path: str) -> None:
    async with session.get(path) as response:
        assert response.status == 404


async def test_uploads_are_served_so_that_nothing_in_them_runs(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    async with session.post("/play/uploads?filename=../my page.html", data=b"<script>") as response:
        about = await response.json()
    assert (about["filename"], about["size"]) == ("my_page.html", 8)
    async with session.get(about["url"].removeprefix(playground.url)) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert "sandbox" in response.headers["Content-Security-Policy"]
        assert await response.read() == b"<script>"


async def test_a_file_that_is_no_picture_has_no_size(playground: Playground) -> None:
    broken = playground.upload("broken.png", png()[:20])
    assert (broken.width, broken.height, broken.content_type) == (None, None, "image/png")
    assert playground.upload("cat.png", png(7, 5)).width == 7


@pytest.mark.parametrize("name", [sample.name for sample in samples.available()])
async def test_samples_are_pictures_of_moderate_size(session: aiohttp.ClientSession, name: str) -> None:
    async with session.get(f"/play/samples/{name}.png") as response:
        picture = Image.open(io.BytesIO(await response.read()))
    assert 256 <= max(picture.size) <= samples.LONGEST_SIDE


async def test_one_sample_moves_and_has_no_seam(session: aiohttp.ClientSession) -> None:
    async with session.get(f"/play/samples/{samples.MOVING.name}.gif") as response:
        data = await response.read()
    assert attachments.is_animated(data)
    assert attachments.picture_size(data) == samples.MOVING_SIZE
    steps = [abs(samples.drift_at(at + 1) - samples.drift_at(at)) for at in range(samples.MOVING_FRAMES)]
    assert steps[-1] == pytest.approx(min(steps)), "it comes to rest where it began"


@pytest.mark.slow
def test_samples_are_drawn_where_scikit_image_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "has_photos", lambda: False)
    drawn = {samples.sample_png(sample.name) for sample in samples.available()}
    assert len(drawn) == len(samples.DRAWINGS) + len(samples.PAINTINGS) == 8


async def test_avatars_come_in_the_cdn_s_sizes_and_formats(
    playground: Playground, session: aiohttp.ClientSession
) -> None:
    ada = playground.world.persona("Ada")
    base = f"/cdn/avatars/{ada.id}/{ada.avatar}"
    for suffix, size in (("png", 64), ("webp", 512), ("jpg", 128)):
        async with session.get(f"{base}.{suffix}?size={size}") as response:
            assert Image.open(io.BytesIO(await response.read())).size == (size, size)
    for path in (f"{base}.png?size=100", "/cdn/avatars/1/x.png", f"{base}.exe", "/cdn/embed/avatars/9.png"):
        async with session.get(path) as response:
            assert response.status in (400, 404)


def test_portraits_are_their_own_and_always_the_same() -> None:
    faces = {scene: avatars.encode_scene(scene, 64, "PNG") for scene in avatars.PAINTERS}
    assert len(set(faces.values())) == len(faces)
    avatars.draw.cache_clear()
    avatars.encode_scene.cache_clear()
    assert avatars.encode_scene("cat", 64, "PNG") == faces["cat"]


async def test_the_page_is_told_everything_at_first(playground: Playground, page: Page) -> None:
    hello = await page.wait("hello")
    assert [person["global_name"] for person in hello["personas"]] == ["Sam", "Ada", "Mod"]
    assert [place["name"] for place in hello["channels"] if place["kind"] == "text"] == ["dreams", "lab"]
    assert [place["visible_to"] for place in hello["channels"] if place["kind"] == "dm"] == [*playground.world.personas]
    assert [command["name"] for command in hello["commands"]][:2] == ["dream", "preset"]
    assert (len(hello["samples"]), hello["bot"]["online"]) == (9, True)


async def test_a_command_of_the_page_is_answered_on_it(
    playground: Playground, page: Page, api: Api, session: aiohttp.ClientSession
) -> None:
    async with session.post("/play/uploads?filename=cat.png", data=png(9, 9)) as response:
        upload = await response.json()
    ada, place = playground.world.persona("Ada").id, playground.world.channel("dreams").id
    where = {"persona": ada, "channel_id": place}
    options = [{"name": "layer", "value": "high"}, {"name": "image", "value": {"upload_id": upload["upload_id"]}}]
    await page.send("command", nonce="1", name="dream", options=options, **where)
    asked = await playground.world.until(lambda: next(iter(playground.world.interactions.values()), None))
    resolved = next(iter(asked.data["resolved"]["attachments"].values()))
    assert (resolved["filename"], resolved["width"]) == ("cat.png", 9)
    await api("POST", callback(asked), {"type": 4, "data": layout(row(button("a")))})
    shown = (await page.wait("message"))["message"]
    assert shown["play"]["command"] == {"name": "dream", "user_id": ada, "options_text": "layer:high image:cat.png"}
    press = {"component_type": 2, "custom_id": "a", "message_id": shown["id"]}
    await page.send("press", **press, **where)
    await playground.world.until(lambda: len(playground.world.interactions) == 2)
    pressed = list(playground.world.interactions.values())[1]
    modal = {"custom_id": "m", "title": "T", "components": [{"type": 18, "label": "L", "component": FIELD}]}
    await api("POST", callback(pressed), {"type": 9, "data": modal})
    form = await page.wait("modal")
    fields = [{"custom_id": "f", "value": "typed"}]
    await page.send("submit", persona=ada, interaction_id=form["interaction_id"], custom_id="m", fields=fields)
    await playground.world.until(lambda: len(playground.world.interactions) == 3)
    submitted = list(playground.world.interactions.values())[2]
    assert submitted.data["components"][0]["component"]["value"] == "typed"
    answer = {"type": 4, "data": {"content": "psst", "flags": 64}}
    await api("POST", callback(submitted), answer)
    secret = (await page.wait("message"))["message"]
    assert secret["play"]["visible_to"] == ada
    await page.send("dismiss", persona=ada, message_id=secret["id"])
    assert (await page.wait("message_delete"))["id"] == secret["id"]


FIELD = {"type": 4, "custom_id": "f", "style": 1}


async def test_choices_reach_the_page_that_asked(playground: Playground, page: Page, api: Api) -> None:
    ada, place = playground.world.persona("Ada").id, playground.world.channel("dreams").id
    options = [{"name": "layer", "value": "h", "focused": True}]
    await page.send("autocomplete", nonce="n7", persona=ada, channel_id=place, name="dream", options=options)
    asked = await playground.world.until(lambda: next(iter(playground.world.interactions.values()), None))
    await api("POST", callback(asked), {"type": 8, "data": {"choices": [{"name": "high", "value": "high"}]}})
    choices = await page.wait("choices")
    assert (choices["nonce"], choices["choices"][0]["value"]) == ("n7", "high")


async def test_mistakes_of_people_and_pages_become_notices(playground: Playground, page: Page) -> None:
    you, place = playground.world.persona("Sam").id, playground.world.channel("dreams").id
    await page.send(
        "command", persona=you, channel_id=place, name="dream", options=[{"name": "strength", "value": "9"}]
    )
    notice = await page.wait("notice")
    assert (notice["persona"], "from 0 to 2" in notice["text"]) == (you, True)
    for frame in ("{", "[]", "7", '{"type": "dance", "persona": "1"}', '{"type": "say"}'):
        await page.socket.send_str(frame)
        assert "Reload the page" in (await page.wait("notice"))["text"]


async def test_people_talk_delete_and_mods_may_delete_more(playground: Playground, page: Page) -> None:
    people = {name: playground.world.persona(name).id for name in ("Sam", "Ada", "Mod")}
    place = playground.world.channel("dreams").id
    await page.send("say", persona=people["Ada"], channel_id=place, content="hello @Sam")
    said = (await page.wait("message"))["message"]
    assert (said["content"], said["mentions"][0]["id"]) == (f"hello <@{people['Sam']}>", people["Sam"])
    await page.send("delete", persona=people["Sam"], message_id=said["id"])
    assert "or a moderator" in (await page.wait("notice"))["text"]
    await page.send("delete", persona=people["Mod"], message_id=said["id"])
    assert (await page.wait("message_delete"))["id"] == said["id"]


async def test_people_react_and_take_it_back(playground: Playground, page: Page) -> None:
    ada, said = playground.world.persona("Ada").id, playground.say("Sam", "dreams", "look")
    for people in ([ada], []):
        await page.send("react", persona=ada, message_id=said.id, emoji="✉️")
        shown = await page.wait("message")
        while [one["people"] for one in shown["message"]["play"]["reactions"]] != [people][: len(people)]:
            shown = await page.wait("message")
    await page.send("react", persona=ada, message_id="1", emoji="✉️")
    assert "gone" in (await page.wait("notice"))["text"]


async def test_the_lab_says_when_there_is_nothing_to_crash(page: Page) -> None:
    await page.send("lab", action="crash_engine")
    assert "not started by this playground" in (await page.wait("lab"))["log"]


async def test_a_page_that_reads_too_slowly_is_let_go(
    playground: Playground, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_queue, "MOST_WAITING", 2)
    for number in range(10):
        playground.world.log(str(number))
    async for _ in page.socket:
        pass
    assert page.socket.close_code == send_queue.TRY_AGAIN_LATER


async def test_a_link_is_shown_a_moment_later_through_the_image_proxy(playground: Playground, api: Api) -> None:
    playground.put_online("https://example.org/cat.png", png())
    said = playground.say("Ada", "dreams", "see https://example.org/cat.png, https://example.org/dog.png")
    assert said.embeds == []
    await playground.world.until(lambda: said.embeds)
    (shown,) = said.embeds
    assert said.edited is None
    assert (shown["type"], shown["url"], shown["thumbnail"]["width"]) == ("image", "https://example.org/cat.png", 8)
    proxied = shown["thumbnail"]["proxy_url"]
    async with api.session.get(proxied) as response:
        assert (response.status, await response.read()) == (200, png())
        assert response.headers["Content-Type"] == "image/png"
    async with api.session.get(proxied.replace("cat.png", "dog.png")) as response:
        assert response.status == 404, "nothing that was not signed"


@pytest.mark.parametrize(
    "content",
    ["<https://photos.example/cat.png>", "https://photos.example/nothing.png", "ftp://photos.example/cat.png"],
)
async def test_what_is_no_link_to_a_picture_stays_as_it_is(playground: Playground, content: str) -> None:
    playground.deeds.links.delay_s = 0.0
    said = playground.say("Ada", "dreams", content)
    await asyncio.gather(*playground.deeds.links._waiting)
    assert said.embeds == []
    later = playground.say("Ada", "dreams", "https://photos.example/cat.png")
    await asyncio.gather(*playground.deeds.links._waiting)
    assert len(later.embeds) == 1


async def test_whom_a_message_mentions_the_gateway_names_with_their_membership(
    playground: Playground, client: Client
) -> None:
    playground.say("Ada", "dreams", "@Pareidolia @Sam")
    async with asyncio.timeout(60):
        while not client.messages:
            await asyncio.sleep(0.01)
    assert {(type(one), one.display_name) for one in client.messages[0].mentions} == {
        (discord.Member, "Pareidolia"),
        (discord.Member, "Sam"),
    }
