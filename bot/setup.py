"""First steps on a real server: `token typed once -> settings file (0600) -> invitation`, and the doctor's half.

Run by the command line as `python -m bot setup` and `python -m bot doctor`.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import re
import sys
from pathlib import Path

import discord

from bot import endpoints, response
from engine.jobs import settings as jobs_settings
from engine.jobs.errors import SettingsError
from engine.jobs.settings import Discord

PERMISSIONS = 274878024704
"""View channels, send messages (also in threads), attach files, read history; nothing more."""
SCOPES = ("bot", "applications.commands")
PORTAL = "https://discord.com/developers/applications"
TOKEN_LINE = re.compile(r"(?m)^[ \t]*#?[ \t]*token[ \t]*=.*$")
ADMINISTRATOR = 8


def setup() -> int:
    """Ask for the token, check it, write it, print the invitation. Returns the exit status."""
    path = jobs_settings.config_file()
    print(f"1. Open {PORTAL}, make an application, and under Bot press Reset Token.")
    print("2. Paste the token here; it is not shown, and goes only into", path)
    token = _ask()
    try:
        application = asyncio.run(_look_up(token, jobs_settings.load().discord))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    write(path, token)
    print(f"3. This is {application.name}. Invite it to your server:\n   {invitation(application.id)}")
    print("4. Run: pareidolia run")
    return 0


def doctor() -> int:
    """Say whether the token works and the permissions suffice. Returns the exit status."""
    settings = jobs_settings.load()
    token = settings.discord.token.get_secret_value()
    if not token:
        print("none  token: not set. Run `pareidolia setup`, or `make play` to try without one.")
        return 0
    try:
        lacking = asyncio.run(_lacking(token, settings.discord))
    except SettingsError as error:
        print(f"wrong token: {error}")
        return 1
    print("ok    token")
    for server in lacking:
        print(f"wrong permissions in {server}: invite the bot again with the link of `pareidolia setup`.")
    return 1 if lacking else 0


def invitation(application_id: int) -> str:
    """The link that adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=discord.Permissions(PERMISSIONS), scopes=SCOPES)


def write(path: Path, token: str) -> None:
    """Put the token into the settings file, readable by its owner alone; everything else in it stays."""
    text = path.read_text("utf-8") if path.exists() else jobs_settings.example()
    line = f'token = "{token}"'
    before, table, rest = text.partition("[discord]")
    if not table:
        rest = f"\n{line}\n"
    elif TOKEN_LINE.search(rest.split("\n[")[0]):
        rest = TOKEN_LINE.sub(line, rest, count=1)
    else:
        rest = f"\n{line}{rest}"
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{before}[discord]{rest}")
    fresh.replace(path)


def _ask() -> str:
    typed = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    return typed.strip().strip("\"'")


async def _look_up(token: str, hosts: Discord) -> discord.AppInfo:
    """The application of a token. Raises `SettingsError`."""
    endpoints.point(hosts)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await _login(client, token)
        return await client.application_info()


async def _lacking(token: str, hosts: Discord) -> list[str]:
    """Names of servers in which the bot lacks permissions. Raises `SettingsError`."""
    endpoints.point(hosts)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await _login(client, token)
        servers = await client.http.get_guilds(200)
    return [server["name"] for server in servers if not _suffices(int(server.get("permissions", 0)))]


def _suffices(permissions: int) -> bool:
    return bool(permissions & ADMINISTRATOR) or permissions & PERMISSIONS == PERMISSIONS


async def _login(client: discord.Client, token: str) -> None:
    if not token:
        raise SettingsError(problem="No token was given. Copy it from the Bot page of your application and try again.")
    try:
        await client.login(token)
    except discord.LoginFailure:
        raise SettingsError(problem="Discord does not know this token. Press Reset Token and copy it whole.") from None
    except (OSError, discord.HTTPException) as error:
        what = response.trouble(error)
        raise SettingsError(problem=f"Discord {what}. Check the network, or a proxy in it, and try again.") from None
