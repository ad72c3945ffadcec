"""First steps: the token goes into a private file, the invitation asks for what is needed and no more."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tomllib
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import discord
import pytest

from bot import setup
from bot.playground.server import Playground
from bot.playground.world import BOT_PERMISSIONS

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
