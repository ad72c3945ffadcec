"""Which proxy stands on the way to an address."""

from __future__ import annotations

import os

import pytest

from engine import settings
from engine.errors import SettingsError
from engine.platform.http_proxy import proxy_for

DISCORD = "https://discord.com/api/v10"


@pytest.fixture(autouse=True)
def _none_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("variables", "setting", "found"),
    [
        ({}, "", None),
        ({"HTTPS_PROXY": "http://p:1"}, "", "http://p:1"),
        ({"https_proxy": "p:1"}, "", "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, "", None),
        ({"HTTPS_PROXY": "http://p:1"}, "http://q:2", "http://q:2"),
        ({"HTTPS_PROXY": "http://p:1"}, "none", None),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "discord.com"}, "", None),
        ({"NO_PROXY": ".discord.com,example.com"}, "q:2", None),
        ({"HTTPS_PROXY": "socks5://p:1"}, "none", None),
        ({}, "http://ada:secret@[::1]:3128", "http://ada:secret@[::1]:3128"),
    ],
)
def test_the_setting_counts_more_than_the_environment(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], setting: str, found: str | None
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert proxy_for(DISCORD, setting) == found
    assert proxy_for("wss://discord.com", setting) == found


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/api", "ws://localhost:1", "https://[::1]/x", "http://127.9.9.9", "https://a.localhost"]
)
def test_this_machine_is_reached_directly(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://p:1")
    monkeypatch.setenv("HTTPS_PROXY", "http://p:1")
    assert proxy_for(url) is None
    assert proxy_for(url, "socks5://p:1") is None


@pytest.mark.parametrize(
    ("proxy", "told"),
    [
        ("socks5://ada:secret@p:1080", "SOCKS"), ("SOCKS4a://p:1", "SOCKS"), ("https://ada:secret@p:1", "speaks https"),
        ("http://", "no address"), ("http://ada:secret@p:port", "no address"), ("http://:1", "no address"),
    ],
)  # fmt: skip
def test_one_that_cannot_be_used_is_a_sentence(monkeypatch: pytest.MonkeyPatch, proxy: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told) as caught:
        proxy_for(DISCORD, proxy)
    assert "`proxy`" in str(caught.value)
    assert "secret" not in str(caught.value)
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(SettingsError, match="The variable HTTPS_PROXY"):
        proxy_for(DISCORD)


def test_the_setting_is_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_PROXY", "http://ada:hunter2@p:1")
    found = settings.read()
    assert found.proxy_for(DISCORD) == "http://ada:hunter2@p:1"
    assert "hunter2" not in repr(found)
