"""Settings: file, environment, errors that name the key, and the example file."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from engine.jobs import settings
from engine.jobs.errors import SettingsError
from engine.jobs.settings import Settings

ROOT = Path(__file__).parents[3]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("PAREIDOLIA_CONFIG", str(path))
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(tmp_path / "data"))
    return path


def test_the_example_file_is_the_generated_one() -> None:
    assert (ROOT / "config.example.toml").read_text("utf-8") == settings.example()


def test_the_example_with_every_line_switched_on_means_the_defaults(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAREIDOLIA_ENGINE__NICE")
    text = re.sub(r"(?m)^# (\w+ = )", r"\1", settings.example())
    assert len(tomllib.loads(text)) == len(Settings.model_fields)
    config.write_text(text)
    plain = Settings.model_construct()
    found = settings.load()
    assert found.engine == plain.engine
    assert found.limits == plain.limits
    assert found.discord == plain.discord


def test_the_environment_overrides_the_file(config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config.write_text('[discord]\ntoken = "from the file"\n[limits]\nper_user = 7\n')
    monkeypatch.setenv("PAREIDOLIA_DISCORD__TOKEN", "from the environment")
    found = settings.load()
    assert found.discord.token.get_secret_value() == "from the environment"
    assert found.limits.per_user == 7
    assert found.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("colour = 1\n", "`colour` is not a setting"),
        ("[discord]\ntokn = 'x'\n", "`discord.tokn` is not a setting"),
        ("[limits]\nper_user = 0\n", "`limits.per_user`"),
        ("[engine]\ndevice = 'toaster'\n", "`engine.device`"),
        ("this is not toml", "cannot be read"),
    ],
)
def test_what_is_wrong_is_named(config: Path, text: str, named: str) -> None:
    config.write_text(text)
    with pytest.raises(SettingsError, match=re.escape(named)):
        settings.load()


def test_an_unknown_variable_is_named(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_TOKEN", "secret-value")
    with pytest.raises(SettingsError, match="PAREIDOLIA_TOKEN") as caught:
        settings.load()
    assert "secret-value" not in str(caught.value)


def test_the_token_is_not_in_what_is_printed(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_DISCORD__TOKEN", "secret-value")
    assert "secret-value" not in repr(settings.load())


def test_sockets_and_logs_are_private(config: Path) -> None:
    found = settings.load()
    assert found.run_dir.stat().st_mode & 0o777 == 0o700
    assert found.data_dir.stat().st_mode & 0o777 == 0o700
    assert found.log_dir.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_was_open_is_closed_at_the_start(config: Path) -> None:
    found = settings.load()
    found.run_dir.chmod(0o777)
    settings.load()
    assert found.run_dir.stat().st_mode & 0o777 == 0o700


def test_a_folder_of_somebody_else_is_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.load()
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    with pytest.raises(SettingsError, match="belongs to another user"):
        settings.load()


def test_a_file_in_the_sockets_place_is_refused(config: Path, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "run").write_text("")
    with pytest.raises(SettingsError, match="is a file"):
        settings.load()
