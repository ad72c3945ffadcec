"""First steps: the token goes into a private file, the invitation asks for what is needed and no more."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import io
import os
import socket
import sys
import tomllib
from pathlib import Path
from unittest import mock
from urllib.parse import parse_qs, urlparse

import discord
import pytest

from bot import setup
from bot.gateway.command_sync import NOT_TICKED
from bot.gateway.intents import CONTENT_NOT_GRANTED
from bot.operations import questions
from bot.playground.faults import Fault
from bot.playground.server import Playground
from bot.playground.world import BOT_PERMISSIONS, CREATE_PUBLIC_THREADS
from bot.store.server_rules import ServerRules, ServerRulesStore
from engine import settings
from engine.errors import SettingsError
from engine.queue import migrate
from engine.queue.database import connect, sqlite_url
from tests.bot_start import hosts_kept

pytestmark = pytest.mark.process


def test_the_invitation_names_scopes_and_permissions() -> None:
    query = parse_qs(urlparse(setup.invitation(42)).query)
    assert query["client_id"] == ["42"]
    assert set(query["scope"][0].split()) == {"bot", "applications.commands"}
    permissions = {name for name, given in discord.Permissions(int(query["permissions"][0])) if given}
    assert permissions == {
        "read_messages", "send_messages", "send_messages_in_threads", "embed_links", "attach_files",
        "read_message_history",
    }  # fmt: skip
    assert int(query["permissions"][0]) == BOT_PERMISSIONS, "the stand-in gives a bot what the invitation asks for"


def test_the_token_lands_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    setup.write(path, "abc.def")
    assert path.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(path.read_text("utf-8"))["discord"]["token"] == "abc.def"


@pytest.mark.parametrize(
    "before",
    [
        'log_level = "DEBUG"\n',
        'log_level = "DEBUG"\n[discord]\ntoken = "old"\n[limits]\nper_user = 2\n',
        'log_level = "DEBUG"\n[discord]\nguild_ids = [1]\n[limits]\nper_user = 2\n',
        'log_level = "DEBUG"\n[limits]\nper_user = 2\n[discord]\n# token = ""\n',
        '# about [discord]\nlog_level = "DEBUG"\n',
        '# put token = "" under [discord]\n[limits]\nper_user = 2\n',
        "[ discord ]\nguild_ids = [1]\n",
        'discord.guild_ids = [1]\nlog_level = "DEBUG"\n',
        "discord = {guild_ids = [1]}\n",
        '["discord"]\n"token" = "old"\n',
        '[discord]\ntoken = """\nold"""\nguild_ids = [\n  1,\n]\n',
        "[limits]\r\nper_user = 2\r\n",
    ],
)
def test_everything_else_in_the_file_stays(tmp_path: Path, before: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(before)
    setup.write(path, "new")
    old, new = tomllib.loads(before), tomllib.loads(path.read_text("utf-8"))
    assert new["discord"].pop("token") == "new"
    old.setdefault("discord", {}).pop("token", None)
    assert new == old


async def run_setup(playground: Playground, folder: Path, token: str) -> tuple[int, str]:
    """`python -m bot setup` with the token on stdin; its status and everything it printed."""
    settings = {**playground.settings(folder / "data"), "PAREIDOLIA_CONFIG": str(folder / "config.toml")}
    del settings["PAREIDOLIA_DISCORD__TOKEN"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "setup", env={**os.environ, **settings},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate(f"{token}\n".encode())
    return process.returncode or 0, said.decode()


async def test_a_good_token_is_checked_kept_and_never_shown(tmp_path: Path) -> None:
    playground = Playground()
    await playground.start()
    status, said = await run_setup(playground, tmp_path, playground.token)
    await playground.stop()
    assert status == 0
    assert "permissions=274878024704" in said
    assert playground.token not in said
    assert playground.token in (tmp_path / "config.toml").read_text("utf-8")


@pytest.mark.parametrize(("token", "told"), [("nonsense.of.mine", "does not know this token"), ("", "No token")])
async def test_a_bad_token_is_refused_and_nothing_is_written(tmp_path: Path, token: str, told: str) -> None:
    playground = Playground()
    await playground.start()
    status, said = await run_setup(playground, tmp_path, token)
    await playground.stop()
    assert status == 1
    assert told in said
    assert not (tmp_path / "config.toml").exists()


def test_without_a_token_the_doctor_says_where_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert setup.doctor() == 0
    assert "pareidolia setup" in capsys.readouterr().out


@pytest.mark.parametrize(
    "before", ["# mine\n[discord] # here\n# token = 'x'\nguild_ids = [1] # one\n", "[discord.odd]\nx = 1\n# end\n"]
)
def test_comments_stay_where_they_are(tmp_path: Path, before: str) -> None:
    path = tmp_path / "pareidolia.toml"
    path.write_text(before)
    setup.write(path, "new")
    after = path.read_text("utf-8")
    assert [
        line for line in after.splitlines() if "new" not in line and line not in ("", "[discord]")
    ] == before.splitlines()


def test_a_new_file_is_the_example_with_the_token_in_its_place(tmp_path: Path) -> None:
    setup.write(tmp_path / "pareidolia.toml", "a.b")
    text = (tmp_path / "pareidolia.toml").read_text("utf-8")
    assert text == settings.example().replace('# token = ""', 'token = "a.b"')


@pytest.mark.parametrize(
    ("before", "told"), [("[discord\n", "cannot be read"), ("discord = 1\n", "no table"), ("# f\xfcr\n", "not UTF-8")]
)
def test_a_file_that_cannot_be_edited_stays_as_it_is(tmp_path: Path, before: str, told: str) -> None:
    path = tmp_path / "pareidolia.toml"
    path.write_bytes(before.encode("latin-1"))
    with pytest.raises(SettingsError, match=told):
        setup.write(path, "new")
    assert path.read_bytes() == before.encode("latin-1")
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="a file is in its way"):
        setup.write(tmp_path / "file" / "pareidolia.toml", "new")


def test_a_link_stays_a_link_and_a_mark_at_the_beginning_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_bytes(b"\xef\xbb\xbflog_level = 'DEBUG'\r\n")
    (tmp_path / "pareidolia.toml").symlink_to("real.toml")
    setup.write(tmp_path / "pareidolia.toml", "new")
    assert (tmp_path / "pareidolia.toml").is_symlink()
    assert tomllib.loads((tmp_path / "real.toml").read_text("utf-8"))["discord"] == {"token": "new"}


def test_every_permission_that_is_asked_for_is_named() -> None:
    assert setup.permission_names() == [
        "read messages", "send messages", "embed links", "attach files", "read message history",
        "send messages in threads",
    ]  # fmt: skip


async def test_the_token_may_be_quoted_and_the_permissions_are_printed(tmp_path: Path) -> None:
    playground = Playground()
    await playground.start()
    status, said = await run_setup(playground, tmp_path, f'"Bot {playground.token}"')
    await playground.stop()
    assert status == 0
    assert "embed links" in said
    assert "integration_type=1" in said, "the stand-in lets people install it for themselves"
    assert tomllib.loads((tmp_path / "config.toml").read_text())["discord"]["token"] == playground.token


# the doctor's half


async def examined(folder: Path, changes: dict[str, str]) -> tuple[int, str]:
    """The doctor's half, in this process: to start another takes most of the time. Its status and what it printed."""
    given, printed = {"PAREIDOLIA_DATA_DIR": str(folder), **changes}, io.StringIO()
    with mock.patch.dict(os.environ, given), hosts_kept(), contextlib.redirect_stdout(printed):
        status = await asyncio.to_thread(setup.doctor)
    return status, printed.getvalue()


async def test_the_doctor_is_a_word_of_the_program(data_dir: Path) -> None:
    playground = Playground()
    await playground.start()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "doctor", env={**os.environ, **playground.settings(data_dir)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert said.decode() == (await examined(data_dir, playground.settings(data_dir)))[1]
    await playground.stop()


@pytest.mark.parametrize(
    ("fault", "token", "told"),
    [
        ("server error 503", "", "wrong discord: Discord was reached, but GET /api/v10/users/@me was refused with 503"),
        ("blocked", "", "wrong discord: Discord was reached, but GET /api/v10/users/@me was refused with 403"),
        ("", "", "ok    token"),
        ("", "nonsense.of.mine", "wrong token:"),
    ],
)
async def test_the_doctor_says_what_is_wrong_and_no_more(data_dir: Path, fault: str, token: str, told: str) -> None:
    playground = Playground()
    await playground.start()
    if fault:
        playground.rest.faults.plan(Fault(fault, "GET", "/users/@me", times=99))
    given = playground.settings(data_dir)
    status, said = await examined(data_dir, given | ({"PAREIDOLIA_DISCORD__TOKEN": token} if token else {}))
    await playground.stop()
    assert told in said
    assert ("wrong token" in said) == bool(token)
    link = setup.invitation(int(playground.world.bot.id))
    assert (f"ok    invitation: {link}" in said) == (not fault and not token), "who has a container runs no setup"
    assert status == (1 if fault or token else 0)


async def test_the_doctor_says_that_the_portal_does_not_let_people_install_it(data_dir: Path) -> None:
    playground = Playground()
    playground.world.user_installs = False
    await playground.start()
    status, said = await examined(data_dir, playground.settings(data_dir))
    await playground.stop()
    assert status == 1
    assert f"wrong user installs: {NOT_TICKED}" in said


@pytest.mark.parametrize("granted", [False, True])
async def test_the_doctor_says_that_the_portal_does_not_show_messages(data_dir: Path, granted: bool) -> None:
    playground = Playground()
    playground.world.message_content = granted
    await playground.start()
    wanted = playground.settings(data_dir) | {"PAREIDOLIA_DISCORD__MESSAGE_CONTENT": "true"}
    status, said = await examined(data_dir, wanted)
    await playground.stop()
    assert (f"wrong message content: {CONTENT_NOT_GRANTED}" in said) is not granted
    assert status == (0 if granted else 1)


async def test_the_doctor_says_that_discord_advises_more_shards(data_dir: Path) -> None:
    playground = Playground()
    await playground.start()
    playground.world.shards = 3
    said = {}
    for chosen in ("1", "0", "3"):
        wanted = playground.settings(data_dir) | {"PAREIDOLIA_DISCORD__SHARDS": chosen}
        said[chosen] = await examined(data_dir, wanted)
    await playground.stop()
    (finding,) = questions.advice_findings(1, 3)
    assert (said["1"][0], f"wrong {finding.what} {finding.remedy}" in said["1"][1]) == (1, True)
    assert {said[chosen][0] for chosen in ("0", "3")} == {0}


async def test_the_doctor_asks_for_what_a_server_switched_on(data_dir: Path) -> None:
    playground = Playground()
    playground.world.bot.permissions |= CREATE_PUBLIC_THREADS
    await playground.start()
    given = discord.Permissions(playground.world.bot.permissions)
    server, without = playground.world.guild_name, discord.Permissions(BOT_PERMISSIONS)
    threads = ServerRules(threads=True)
    assert list(questions.server_findings(server, given, threads)) == []
    assert list(questions.server_findings(server, without, ServerRules())) == []
    (finding,) = questions.server_findings(server, without, threads)
    assert "Create Public Threads" in finding.what
    database = connect(sqlite_url(settings.load(data_dir=data_dir).database))
    migrate.upgrade(database)
    await ServerRulesStore(database).change(playground.world.guild_id, lambda _: threads)
    database.dispose()
    playground.world.bot.permissions = BOT_PERMISSIONS
    status, said = await examined(data_dir, playground.settings(data_dir))
    await playground.stop()
    assert (status, f"wrong {finding.what} {finding.remedy}" in said) == (1, True)


async def test_no_network_is_no_wrong_token(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    given = {"PAREIDOLIA_DISCORD__TOKEN": "a.b.c", "PAREIDOLIA_DISCORD__API_URL": f"http://127.0.0.1:{closed}/api"}
    status, said = await examined(data_dir, given)
    assert status == 1
    assert "wrong network: Discord cannot be reached" in said
    assert "wrong token" not in said


def test_a_port_that_is_taken_is_told_unless_the_bot_has_it(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))
        monkeypatch.setenv("PAREIDOLIA_METRICS_PORT", str(taken.getsockname()[1]))
        assert setup.doctor() == 1
        assert "wrong metrics_port" in capsys.readouterr().out
        with (settings.load().run_dir / "bot.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert setup.doctor() == 0
        assert "at work" in capsys.readouterr().out
