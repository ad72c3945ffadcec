"""Points discord.py at another host: `(settings) => None`, before the client is made. Loopback only."""

from __future__ import annotations

import ipaddress

import yarl

from bot import discord_internals
from engine.errors import SettingsError
from engine.settings import Discord


def point(discord: Discord) -> None:
    """Use the hosts in the settings where there are any. Raises `SettingsError` unless they are this machine."""
    for key in ("api_url", "gateway_url", "cdn_url"):
        if url := getattr(discord, key):
            _check(key, url)
    discord_internals.use_hosts(discord.api_url, discord.gateway_url, discord.cdn_url)


def home(discord: Discord) -> str:
    """Where calls go."""
    return discord.api_url or discord_internals.api_url()


def is_loopback(url: str) -> bool:
    """Whether a URL means this machine, whatever a name server says."""
    try:
        host = yarl.URL(url).host or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check(key: str, url: str) -> None:
    if not is_loopback(url):
        raise SettingsError(
            problem=f"`discord.{key}` must be on this machine (127.0.0.1) and is {url}. Remove it to use Discord."
        )
