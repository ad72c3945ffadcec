"""Settings: file, environment, errors that name the key, and the example file."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

from engine import settings
from engine.errors import SettingsError
from engine.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    path.write_text("")
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


# where they are read from


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a home that are empty."""
    (tmp_path / "home" / ".config" / "pareidolia").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PAREIDOLIA_CONFIG")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


HERE, HOME = Path("here"), Path("home", ".config", "pareidolia")
OURS, FOREIGN = "[limits]\nper_user = 7\n", 'baseURL = "https://example.com"\n[limits]\nper_user = 7\n'


@pytest.mark.parametrize(
    ("path", "text", "per_user", "noticed"),
    [
        (HERE / "pareidolia.toml", OURS, 7, ""),
        (HOME / "pareidolia.toml", OURS, 7, ""),
        (HERE / "config.toml", OURS, 7, "rename it to pareidolia.toml"),
        (HOME / "config.toml", OURS, 7, "rename it to pareidolia.toml"),
        (HERE / "config.toml", FOREIGN, 4, "`baseURL` is no setting of Pareidolia's"),
        (HERE / "config.toml", "{{ a template }}", 4, "cannot be read"),
    ],
)
def test_the_file_has_a_name_of_its_own(places: Path, path: Path, text: str, per_user: int, noticed: str) -> None:
    (places / path).write_text(text)
    assert settings.read().limits.per_user == per_user
    assert noticed in settings.notice()
    assert bool(noticed) == bool(settings.notice())


def test_the_new_name_counts_more_and_a_foreign_file_hides_nothing(places: Path) -> None:
    (places / HERE / "config.toml").write_text(FOREIGN)
    (places / HOME / "pareidolia.toml").write_text("[limits]\nper_user = 9\n")
    assert settings.read().limits.per_user == 9
    (places / HERE / "pareidolia.toml").write_text("[limits]\nper_user = 5\n")
    assert settings.read().limits.per_user == 5


@pytest.mark.parametrize("path", [HERE / "pareidolia.toml", HERE / "config.toml", HOME / "config.toml"])
def test_a_folder_in_place_of_the_file_is_told(places: Path, path: Path) -> None:
    (places / path).mkdir()
    with pytest.raises(SettingsError, match="is a folder"):
        settings.read()


def test_a_file_that_was_named_must_be_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PAREIDOLIA_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError, match=r"PAREIDOLIA_CONFIG names .*nowhere\.toml, which is not there"):
        settings.read()


# what editors and shells make of text

WINDOWS = '[limits]\r\nper_user = 7\r\n[engine]\r\ndevice = "cpu"\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_of_other_systems_are_read(config: Path, encoding: str) -> None:
    config.write_bytes(WINDOWS.encode(encoding))
    assert settings.read().limits.per_user == 7


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ("# für\n[limits]\nper_user = 7\n".encode("cp1252"), "line 1 holds a letter that is not UTF-8"),
        (b'data_dir = "C:\\Users\\ada"\n', "put a path between single ones"),
        (b'data_dir = "D:\\new\\dreams"\n', "put a path between single ones"),
    ],
)
def test_what_cannot_be_read_is_named(config: Path, data: bytes, named: str) -> None:
    config.write_bytes(data)
    with pytest.raises(SettingsError, match=re.escape(named)) as caught:
        settings.read()
    assert str(config) in str(caught.value)


# wrong values


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("ENGINE__DEVICE", "toaster", "`engine.device` should be 'auto', 'cpu' or 'cuda'"),
        ("ENGINE__THREADS", "many", "`engine.threads` should be a valid integer"),
        ("ENGINE__TIMEOUT_S", "inf", "`engine.timeout_s` should be a finite number"),
        ("LIMITS__MEGAPIXELS", "nan", "`limits.megapixels` should be"),
        ("LIMITS__PER_USER", "9" * 40, "`limits.per_user` should be"),
        ("DISCORD__GUILD_IDS", "12, mine", "`discord.guild_ids.1` should be a valid integer"),
        ("LOG_LEVEL", "chatty", "`log_level` should be 'DEBUG'"),
        ("LOG_FORMAT", "xml", "`log_format` should be"),
        ("METRICS_PORT", "http", "`metrics_port` should be"),
        ("ENGINE", "cpu", "PAREIDOLIA_ENGINE should be a table"),
        ("DEFAULT_NETWORK", "lite9", "`default_network` 'lite9' is unknown"),
        ("DISCORD__TOKN", "x", "`discord.tokn` is not a setting"),
    ],
)
def test_a_wrong_variable_is_a_sentence_that_names_it(
    config: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    config.write_text("[discord]\n[engine]\n[limits]\n")
    monkeypatch.setenv(f"PAREIDOLIA_{name}", value)
    with pytest.raises(SettingsError, match=re.escape(told)) as caught:
        settings.read()
    assert f"PAREIDOLIA_{name}" in str(caught.value)
    assert str(config) not in str(caught.value)


def test_a_wrong_line_names_the_file(config: Path) -> None:
    config.write_text("[engine]\nthreads = 'many'\n")
    with pytest.raises(SettingsError, match=re.escape(f"(it stands in {config})")):
        settings.read()


@pytest.mark.parametrize("path", ["a\x00b", "~nobody-of-that-name/dreams"])
def test_a_folder_that_cannot_be_named_is_a_sentence(config: Path, path: str) -> None:
    with pytest.raises(SettingsError, match=r"data_dir|home folder"):
        settings.load(data_dir=path)


@pytest.mark.parametrize(
    ("given", "ids"),
    [("123", [123]), ("123,456", [123, 456]), ("[123, 456]", [123, 456]), ("'123 456'", [123, 456]), ("", [])],
)
def test_servers_are_listed_as_people_write_them(
    config: Path, monkeypatch: pytest.MonkeyPatch, given: str, ids: list[int]
) -> None:
    monkeypatch.setenv("PAREIDOLIA_DISCORD__GUILD_IDS", given)
    assert settings.read().discord.guild_ids == ids


@pytest.mark.parametrize(("line", "ids"), [("123", [123]), ('"123, 456"', [123, 456]), ('["123"]', [123])])
def test_servers_in_the_file(config: Path, line: str, ids: list[int]) -> None:
    config.write_text(f"[discord]\nguild_ids = {line}\n")
    assert settings.read().discord.guild_ids == ids


@pytest.mark.parametrize("given", ["abc.def", '"abc.def"', "'abc.def'", "Bot abc.def", '"Bot abc.def"', " abc.def\r"])
def test_a_token_is_taken_as_tools_hand_it_over(config: Path, monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PAREIDOLIA_DISCORD__TOKEN", given)
    assert settings.read().discord.token.get_secret_value() == "abc.def"


def test_quotes_around_other_values_and_other_cases(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LOG_LEVEL": '"warn"',
        "ENGINE__DEVICE": "'cpu'",
        "ENGINE__THREADS": "",
        "OFFLINE": " true ",
    }.items():
        monkeypatch.setenv(f"PAREIDOLIA_{name}", value)
    monkeypatch.setenv("pareidolia_limits__per_user", "7")
    found = settings.read()
    assert (found.log_level, found.engine.device, found.engine.threads, found.offline) == ("WARNING", "cpu", 0, True)
    assert found.limits.per_user == 7
