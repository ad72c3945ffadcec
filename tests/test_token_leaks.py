"""The watch over the suite's logs sees what it should, and is at work."""

from __future__ import annotations

import json
import logging
import secrets
from pathlib import Path

import pytest

from bot.playground import interactions, server
from bot.playground.world import World
from tests.token_leaks import WATCH, Watch

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhIjKl.abcdefghijklmnopqrstuvwxyz0123456789AB"


def record(text: str) -> logging.LogRecord:
    return logging.LogRecord("x", logging.DEBUG, "", 0, "%s", (text,), None)


@pytest.fixture
def watch() -> Watch:
    return Watch()


def test_a_leak_is_seen_in_a_line_and_in_a_file(watch: Watch, data_dir: Path) -> None:
    token = watch.learn(secrets.token_urlsafe(48))
    watch.emit(record(f"said {token}."))
    assert len(watch.leaks) == 1
    (data_dir / "logs").mkdir()
    (data_dir / "logs" / "bot.log").write_text(f"fine\nnot fine: ({token})\n")
    watch.read_logs(data_dir)
    assert len(watch.leaks) == 2
    assert watch.leaks[1].startswith("bot.log")


def test_a_bots_token_is_seen_by_its_signature(watch: Watch) -> None:
    watch.learn(TOKEN)
    watch.read(f"Authorization: Bot {TOKEN}", "file")
    watch.read(TOKEN.rpartition(".")[2], "file")
    assert len(watch.leaks) == 2


def test_what_the_product_hides_is_no_leak(watch: Watch) -> None:
    token = watch.learn(secrets.token_urlsafe(48))
    watch.emit(record(f"POST /webhooks/123456/{token}/messages/@original"))
    watch.emit(record(json.dumps({"t": "INTERACTION_CREATE", "d": {"token": token}})))
    assert watch.leaks == []
    assert watch.lines == 2


def test_every_token_of_the_playground_is_known(playground_world: World) -> None:
    place = playground_world.channel("dreams", persona := playground_world.persona("You"))
    made = interactions.begin(playground_world, persona, place, interactions.COMMAND, {})
    assert made.token in WATCH.tokens
    assert server.fake_token("1" * 18).rpartition(".")[2] in WATCH.tokens


@pytest.fixture
def playground_world() -> World:
    return World()


def test_it_is_at_work() -> None:
    assert WATCH in logging.getLogger().handlers
    assert logging.getLogger("discord.http").isEnabledFor(logging.DEBUG)
