"""All settings, read once: `config.toml + environment => Settings`.

The environment overrides the file: `PAREIDOLIA_DISCORD__TOKEN` is `token` under `[discord]`. This is the one file that
reads the environment. `config.example.toml` is generated from here (`python -m engine.jobs.settings`).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from engine.jobs import catalog
from engine.jobs.errors import SettingsError

CONFIG_NAME = "config.toml"
_WHERE = "Every setting stands in config.example.toml."


class Discord(BaseModel):
    """The connection to Discord."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(SecretStr(""), description="the bot's token; `pareidolia setup` asks for it")
    guild_ids: list[int] = Field([], description="serve only these servers; empty: all")
    api_url: str = Field("", description="another host instead of Discord, for the playground; loopback only")
    gateway_url: str = Field("", description="its gateway; loopback only")
    cdn_url: str = Field("", description="its files; loopback only")


class Engine(BaseModel):
    """The process that dreams."""

    model_config = ConfigDict(extra="forbid")

    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    dtype: Literal["auto", "float32", "bfloat16"] = Field("auto", description="auto, float32 or bfloat16")
    threads: int = Field(0, ge=0, description="CPU threads; 0: all cores")
    nice: int = Field(10, ge=0, le=19, description="how much the engine gives way to the bot")
    memory_mb: int = Field(0, ge=0, description="a dream that would need more memory is refused; 0: all there is")
    timeout_s: float = Field(900.0, gt=0, description="a job is stopped after this many seconds")


class Limits(BaseModel):
    """How much anyone may ask for."""

    model_config = ConfigDict(extra="forbid")

    per_user: int = Field(4, ge=1, description="dreams of one user that may wait or run")
    total: int = Field(200, ge=1, description="dreams that may wait or run in all")
    upload_mb: float = Field(25.0, gt=0, description="largest picture accepted, in MB")
    megapixels: float = Field(50.0, gt=0, description="largest picture opened, in millions of pixels")
    presets: int = Field(20, ge=1, description="presets of one user")


class Storage(BaseModel):
    """How long and how much is kept. Presets, and dreams that wait or were not answered yet, always stay."""

    model_config = ConfigDict(extra="forbid")

    days: float = Field(30.0, gt=0, description="a finished dream and its buttons are kept for so long")
    gigabytes: float = Field(10.0, gt=0, description="pictures kept at most, in GB; those unused for longest go first")
    free_mb: float = Field(500.0, ge=0, description="with less free space than this, in MB, no new dreams are taken")


class Settings(BaseSettings):
    """Everything that the person who runs Pareidolia can change."""

    model_config = SettingsConfigDict(extra="forbid", env_prefix="PAREIDOLIA_", env_nested_delimiter="__")

    data_dir: Path = Field(Path("~/.local/share/pareidolia"), description="ledger, pictures, logs, sockets")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Literal["text", "json"] = Field(
        "text", description="text for eyes, json for machines: an object a line"
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="/metrics and /healthz on this port of 127.0.0.1; 0: nowhere (docs/watching.md)"
    )
    default_network: str = Field(
        "lite2", description="the network that dreams where none is asked for; `pareidolia networks` lists them"
    )
    offline: bool = Field(False, description="never download a network; put files into DATA_DIR/networks instead")
    discord: Discord = Field(Discord(), description=Discord.__doc__)
    engine: Engine = Field(Engine(), description=Engine.__doc__)
    limits: Limits = Field(Limits(), description=Limits.__doc__)
    storage: Storage = Field(Storage(), description=Storage.__doc__)

    def model_post_init(self, context: Any) -> None:
        """Make the data folder absolute, so that every process means the same one."""
        self.data_dir = self.data_dir.expanduser().absolute()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over the file over the defaults."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @property
    def database(self) -> Path:
        """The SQLite file that holds ledger and presets."""
        return self.data_dir / "pareidolia.db"

    @property
    def run_dir(self) -> Path:
        """Sockets, locks and process ids; 0700."""
        return self.data_dir / "run"

    @property
    def networks_dir(self) -> Path:
        """Fetched networks, and those that users brought."""
        return self.data_dir / "networks"

    @property
    def log_dir(self) -> Path:
        """One log a process."""
        return self.data_dir / "logs"


def config_file() -> Path:
    """The settings file: `PAREIDOLIA_CONFIG`, else `config.toml` here, else the one in the user's configuration."""
    if named := os.environ.get("PAREIDOLIA_CONFIG"):
        return Path(named).expanduser()
    here = Path(CONFIG_NAME)
    return here if here.exists() else Path("~/.config/pareidolia").expanduser() / CONFIG_NAME


def load(**overrides: Any) -> Settings:
    """Read the settings. Raises `SettingsError` naming the key that is wrong."""
    known = {f"PAREIDOLIA_{name.upper()}" for name in Settings.model_fields} | {"PAREIDOLIA_CONFIG"}
    for name in os.environ:
        if name.startswith("PAREIDOLIA_") and name.split("__")[0] not in known:
            raise SettingsError(problem=f"The environment variable {name} is not a setting; remove it. {_WHERE}")
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(problem=_problem(error)) from None
    except ValueError as error:  # TOML that cannot be read
        raise SettingsError(problem=f"{config_file()} cannot be read: {error}") from None
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for private in (settings.run_dir, settings.log_dir):
        _make_private(private)
    catalog.include(settings.networks_dir, settings.default_network)
    return settings


def _make_private(folder: Path) -> None:
    """A folder that only this user can enter: whoever reaches the socket in it gives orders. Raises `SettingsError`."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise SettingsError(problem=f"{folder} is a file. Move it away, or choose another `data_dir`.") from None
    found = folder.stat()
    if found.st_uid != os.geteuid():
        whose = f"{folder} belongs to another user ({found.st_uid})."
        raise SettingsError(problem=f"{whose} Start Pareidolia as that user, or choose another `data_dir`.")
    if found.st_mode & 0o077:  # as an archive, a copy, or an older version may have left it
        folder.chmod(0o700)


def without_secrets() -> dict[str, str]:
    """The environment without any setting of ours, for a child that opens strangers' files and needs no token."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PAREIDOLIA_")}


def _problem(error: ValidationError) -> str:
    lines = []
    for one in error.errors():
        key = ".".join(str(part) for part in one["loc"])
        wrong = "is not a setting; remove it or check its spelling" if one["type"] == "extra_forbidden" else one["msg"]
        lines.append(f"`{key}` {wrong}.")
    return " ".join(lines) + f" {_WHERE} Yours are in {config_file()}."


def example() -> str:
    """The text of config.example.toml: every setting, its default, one line of help."""
    tables = {name: field for name, field in Settings.model_fields.items() if _is_table(field)}
    plain = {name: field for name, field in Settings.model_fields.items() if name not in tables}
    parts = [
        "# Pareidolia: every setting with its default. Copy to config.toml and change what you like.\n"
        "# An environment variable overrides a line here: PAREIDOLIA_LOG_LEVEL, PAREIDOLIA_DISCORD__TOKEN.\n",
        _lines(plain),
    ]
    for name, table in tables.items():
        parts.append(f"# {table.description}\n[{name}]\n{_lines(table.annotation.model_fields)}")  # type: ignore[union-attr]
    return "\n".join(parts)


def _is_table(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _lines(fields: dict[str, FieldInfo]) -> str:
    return "".join(f"# {field.description}\n# {name} = {_toml(field.default)}\n" for name, field in fields.items())


def _toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case int() | float() | list():
            return repr(value)
        case SecretStr():
            return '""'
        case _:
            return f'"{value}"'


if __name__ == "__main__":
    print(example(), end="")
