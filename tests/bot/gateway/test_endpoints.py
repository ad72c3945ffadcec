"""Another host only on this machine."""

import pytest
import yarl
from discord.asset import Asset
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.gateway import endpoints
from engine.errors import SettingsError
from engine.settings import Discord


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(Asset, "BASE", Asset.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)


def test_loopback_is_used() -> None:
    endpoints.point(
        Discord(api_url="http://127.0.0.1:1/api", gateway_url="ws://localhost:1/gateway", cdn_url="http://[::1]:1/cdn/")
    )
    assert Route("GET", "/users/@me").url == "http://127.0.0.1:1/api/v10/users/@me"
    assert yarl.URL("ws://localhost:1/gateway") == DiscordWebSocket.DEFAULT_GATEWAY
    assert Asset.BASE == "http://[::1]:1/cdn"


def test_nothing_set_is_discord() -> None:
    before = Route.BASE, Asset.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    endpoints.point(Discord())
    assert before == (Route.BASE, Asset.BASE, DiscordWebSocket.DEFAULT_GATEWAY)


@pytest.mark.parametrize("key", ["api_url", "gateway_url", "cdn_url"])
@pytest.mark.parametrize("url", ["https://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "nonsense"])
def test_elsewhere_is_refused(key: str, url: str) -> None:
    with pytest.raises(SettingsError, match=key):
        endpoints.point(Discord(**{key: url}))
