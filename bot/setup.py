"""First steps on a real server: `token typed once -> settings file (0600) -> invitation`, and the doctor's half.

Run by the command line as `python -m bot setup` and `python -m bot doctor`.
"""

from __future__ import annotations

import asyncio
import getpass
import json
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import TypeVar

import discord
import sqlalchemy as sa
import tomlkit

from bot.app import is_at_work
from bot.delivery.interaction_response import CONNECTION_ERRORS, describe_error
from bot.gateway import endpoints
from bot.gateway.command_sync import NOT_TICKED
from bot.gateway.intents import CONTENT_NOT_GRANTED, is_content_granted
from bot.operations import questions
from bot.operations.health import HOST
from bot.operations.questions import Finding
from bot.store.server_rules import ServerRules, ServerRulesStore
from engine import settings as jobs_settings
from engine.errors import NoLedger, SettingsError
from engine.platform import atomic_file, os_errors, text_file
from engine.queue.database import connect, database_url
from engine.settings import Settings, bare_token
from engine.settings_file import OTHERWISE

PERMISSIONS = questions.INVITED.value
SCOPES = ("bot", "applications.commands")
USER_INSTALL = 1
"""Discord's number for an application that one person adds, and no server."""
PORTAL = "https://discord.com/developers/applications"
NO_TOKEN = '# token = ""'
"""The line of the example file that waits for it."""
ANSWER_S = 40.0
"""For all that is asked; the library itself tries again for minutes."""
T = TypeVar("T")


def setup() -> int:
    """Ask for the token, check it, write it, print the invitation. Returns the exit status. Raises `SettingsError`."""
    path = jobs_settings.config_file()
    settings = jobs_settings.read(new=True)
    print(f"1. Open {PORTAL}, make an application, and under Bot press Reset Token.")
    print("2. Paste the token here; it is not shown, and goes only into", path)
    token = _ask()
    try:
        application = asyncio.run(_look_up(token, settings))
        write(path, token)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"3. This is {application.name}. Invite it to your server:\n   {invitation(application.id)}")
    print(f"   It asks for: {', '.join(permission_names())}.")
    if settings.discord.user_installs:
        print(f"   For one person, in every server and chat:\n   {personal_invitation(application.id)}")
    if (other := jobs_settings.origin("discord", "token")) and str(path) not in other:
        print(f"   Remove the old token{other}: it counts more than the file.")
    print("4. Run: pareidolia run")
    return 0


def doctor() -> int:
    """Say whether the token works, the permissions suffice and the port is free, and how a server gets the bot: in a
    container nobody runs `setup`. Returns the exit status.

    Raises `SettingsError` on settings that cannot be read.
    """
    settings = jobs_settings.load()
    fine = _port_is_free(settings)
    token = settings.discord.token.get_secret_value()
    if not token:
        print("none  token: not set. Run `pareidolia setup`, or `make play` to try without one.")
        return 0 if fine else 1
    try:
        findings = [*asyncio.run(_permission_findings(token, settings)), *asyncio.run(_shard_findings(token, settings))]
        application = asyncio.run(_look_up(token, settings))
    except SettingsError as error:
        print(f"wrong {error.facts.get('about', 'discord')}: {error}")
        return 1
    lacking = list(_portal_findings(settings, application))
    print("ok    token")
    print(f"ok    invitation: {invitation(application.id)}")
    for one in findings:
        print(f"wrong {one.what} {one.remedy}")
    for line in lacking:
        print(f"wrong {line}")
    return 1 if findings or lacking or not fine else 0


def _portal_findings(settings: Settings, application: discord.AppInfo) -> Iterator[str]:
    """What the developer portal lacks of what the settings want."""
    if settings.discord.user_installs and application.user_integration_config is None:
        yield f"user installs: {NOT_TICKED}"
    if settings.discord.message_content and not is_content_granted(application.flags):
        yield f"message content: {CONTENT_NOT_GRANTED}"


def _port_is_free(settings: Settings) -> bool:
    """Whether `metrics_port` can be listened at, unless the bot that holds it is ours."""
    if is_at_work(settings.run_dir):
        print("ok    bot: at work in this folder")
        return True
    try:
        with socket.create_server((HOST, settings.metrics_port)):
            return True
    except OSError as error:
        print(f"wrong metrics_port: {settings.metrics_port} cannot be used ({error.strerror}). Choose another, or 0.")
        return False


def permission_names() -> list[str]:
    """The permissions of the invitation, as Discord's own window calls them, nearly."""
    return [name.replace("_", " ") for name, given in discord.Permissions(PERMISSIONS) if given]


def invitation(application_id: int) -> str:
    """The link that adds the bot to a server."""
    return discord.utils.oauth_url(application_id, permissions=discord.Permissions(PERMISSIONS), scopes=SCOPES)


def personal_invitation(application_id: int) -> str:
    """The link by which one person adds the commands for himself."""
    link = discord.utils.oauth_url(application_id, scopes=SCOPES[1:])
    return f"{link}&integration_type={USER_INSTALL}"


def write(path: Path, token: str) -> None:
    """Put the token into the settings file, readable by its owner alone; everything else in it stays.

    Raises `SettingsError` on a file that cannot be read or written.
    """
    path = path.resolve()  # a link stays one
    text = _with_token(path, token)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file.replacing(path) as part:
            part.touch(0o600, exist_ok=False)
            part.write_text(text, "utf-8")
    except OSError as error:
        raise os_errors.unusable_path(path, error, OTHERWISE) from None


def _with_token(path: Path, token: str) -> str:
    if not path.exists():
        return jobs_settings.example().replace(NO_TOKEN, f"token = {json.dumps(token)}")
    text = text_file.read(path, OTHERWISE)
    text_file.toml(path, OTHERWISE)  # whatever is wrong with it is said in our words
    document = tomlkit.parse(text)
    table = document.setdefault("discord", tomlkit.table())
    if not isinstance(table, MutableMapping):
        raise SettingsError(problem=f"`discord` in {path} is no table. Write it as [discord], and run this again.")
    table["token"] = token
    return tomlkit.dumps(document)


def _ask() -> str:
    typed = getpass.getpass("Token: ") if sys.stdin.isatty() else sys.stdin.readline()
    return str(bare_token(typed.removeprefix("\ufeff")))


async def _look_up(token: str, settings: Settings) -> discord.AppInfo:
    """The application of a token. Raises `SettingsError`."""
    return await _call_discord(token, settings, lambda client: client.application_info())


async def _permission_findings(token: str, settings: Settings) -> list[Finding]:
    """What the bot may not do in its servers, of what their rules need. Raises `SettingsError`."""
    servers = await _call_discord(token, settings, lambda client: client.http.get_guilds(200))
    found: list[Finding] = []
    for server in servers:
        given = discord.Permissions(int(server.get("permissions", 0)))
        found += questions.server_findings(server["name"], given, await _rules_of(server["id"], settings))
    return found


async def _shard_findings(token: str, settings: Settings) -> list[Finding]:
    """Whether one connection is enough for as many servers. Raises `SettingsError`."""
    advised, _, _ = await _call_discord(token, settings, lambda client: client.http.get_bot_gateway())
    return [*questions.advice_findings(settings.discord.shards, advised)]


async def _rules_of(guild_id: object, settings: Settings) -> ServerRules:
    """What a server decided, as far as that is written down."""
    if not settings.fleet.on and not settings.database.exists():
        return ServerRules()
    engine = connect(database_url(settings))
    try:
        return await ServerRulesStore(engine).load(str(guild_id))
    except (sa.exc.SQLAlchemyError, NoLedger):  # of an older version, or in use: the engine's half says what is wrong
        return ServerRules()
    finally:
        engine.dispose()


async def _call_discord(token: str, settings: Settings, question: Callable[[discord.Client], Awaitable[T]]) -> T:
    """What Discord answers to the bot of a token. Raises `SettingsError`, whose fact `about` says what is wrong."""
    if not token:
        missing = "No token was given. Copy it from the Bot page of your application and try again."
        raise SettingsError(problem=missing, about="token")
    endpoints.point(settings.discord)
    proxy = settings.proxy_for(endpoints.home(settings.discord))
    try:
        async with asyncio.timeout(ANSWER_S), discord.Client(intents=discord.Intents.none(), proxy=proxy) as client:
            await client.login(token)
            return await question(client)
    except discord.LoginFailure:
        unknown = "Discord does not know this token. Press Reset Token and copy it whole."
        raise SettingsError(problem=unknown, about="token") from None
    except discord.HTTPException as error:
        refused = f"Discord was reached, but {describe_error(error)}."
        raise SettingsError(
            problem=f"{refused} Look at discordstatus.com and try again later.", about="discord"
        ) from None
    except CONNECTION_ERRORS as error:
        what = f"Discord cannot be reached ({type(error).__name__}), so nobody knows whether the token is right."
        raise SettingsError(problem=f"{what} Check the network and the proxy and try again.", about="network") from None
