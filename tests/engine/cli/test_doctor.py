"""The doctor asks whatever a run will ask, and what fails hides nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine import settings
from engine.cli import doctor
from engine.cli.doctor import Check
from engine.errors import DecoderDied, ImageUnchecked
from engine.files import decoder, nsfw_scorer
from engine.queue import hint_socket

pytestmark = pytest.mark.process


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(data_dir))


def looked_at() -> dict[str, Check]:
    """All checks, by the first words of what they looked at."""
    return {check.what.split(":")[0]: check for check in doctor.checks()}


def test_everything_that_a_run_needs_is_asked_for(data_dir: Path) -> None:
    found = list(doctor.checks())
    assert [check for check in found if not check.fine] == []
    said = "\n".join(check.what for check in found)
    for word in ("settings", "folder", "disk", "socket in", "database", "decoder", "torch", "memory", "network pocket"):
        assert word in said
    assert str(hint_socket.socket_path(data_dir / "run").parent) in said


def test_an_unusable_device_hides_no_other_check(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def empty(*_: object, **__: object) -> None:
        raise RuntimeError("no such device")

    monkeypatch.setattr(torch, "empty", empty)
    monkeypatch.setenv("PAREIDOLIA_ENGINE__DEVICE", "cuda")
    device, *rest = _torch_checks(monkeypatch)
    assert not device.fine
    assert device.what == "device cuda"
    assert "Set `engine.device` to auto or cpu." in device.remedy
    assert "PAREIDOLIA_ENGINE__DEVICE" in device.remedy
    assert [check.what.split(",")[0] for check in rest if check.fine] == [
        "network pocket",
        "network lite2",
        "network lite1",
    ]


def _torch_checks(monkeypatch: pytest.MonkeyPatch) -> list[Check]:
    """Those of the device and what comes behind it; the runtime for the rest makes no tensor with `empty`."""
    from engine import runtime as runtime_module

    real = runtime_module._device
    monkeypatch.setattr(runtime_module, "_device", lambda name: real(name) if name == "cuda" else torch_cpu())
    monkeypatch.setattr(runtime_module.Runtime, "network", lambda _self, _name: None)
    return list(doctor._torch(settings.load()))


def torch_cpu() -> object:
    import torch

    return torch.device("cpu")


def full(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setenv("PAREIDOLIA_STORAGE__FREE_MB", "1e12")


def without_a_socket(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / "file").write_text("")
    monkeypatch.setattr(hint_socket, "RUNTIME", folder / "file")
    monkeypatch.setenv("PAREIDOLIA_DATA_DIR", str(folder / ("か" * 40)))


def with_a_dead_decoder(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    async def died(*_: object) -> None:
        raise DecoderDied

    monkeypatch.setattr(decoder.Decoder, "clean", died)


def with_a_read_only_folder(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def refuse(dir: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("engine.cli.doctor.tempfile.TemporaryFile", refuse)


def with_little_memory(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setenv("PAREIDOLIA_ENGINE__MEMORY_MB", "100")


def without_the_extra(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    monkeypatch.setattr(nsfw_scorer, "PACKAGE", "no_such_package")
    monkeypatch.setenv("PAREIDOLIA_MODERATION__ACTION", "refuse")


def with_a_dead_scorer(monkeypatch: pytest.MonkeyPatch, _: Path) -> None:
    async def died(*_: object) -> None:
        raise ImageUnchecked

    monkeypatch.setattr(nsfw_scorer.NsfwScorer, "score", died)
    monkeypatch.setenv("PAREIDOLIA_MODERATION__ACTION", "refuse")


@pytest.mark.parametrize(
    ("spoil", "what", "remedy"),
    [
        (without_the_extra, "moderation", nsfw_scorer.INSTALL),
        (with_a_dead_scorer, "moderation", "ulimit"),
        (full, "disk", "`storage.free_mb`"),
        (without_a_socket, "socket", "shorter `data_dir`"),
        (with_a_dead_decoder, "decoder", "ulimit"),
        (with_a_read_only_folder, "folder", "read-only file system"),
        (with_little_memory, "memory", "`engine.memory_mb`"),
    ],
)
def test_what_would_fail_at_work_is_told_beforehand(
    spoil: Callable[[pytest.MonkeyPatch, Path], None], what: str, remedy: str,
    monkeypatch: pytest.MonkeyPatch, data_dir: Path,
) -> None:  # fmt: skip
    spoil(monkeypatch, data_dir)
    wrong = [check for check in doctor.checks() if not check.fine]
    assert [check.what.split()[0].strip(":") for check in wrong] == [what]
    assert remedy in wrong[0].remedy


def test_moderation_that_is_off_is_said_with_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    check = doctor._moderation(settings.load())
    assert (check.fine, check.what) == (True, "moderation: off, unless a server switches it on")
    monkeypatch.setattr(nsfw_scorer, "PACKAGE", "no_such_package")
    check = doctor._moderation(settings.load())
    assert check.fine
    assert nsfw_scorer.INSTALL in check.what


def test_settings_that_cannot_be_read_end_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAREIDOLIA_LOG_LEVEL", "chatty")
    (only,) = doctor.checks()
    assert (only.fine, only.what) == (False, doctor.SETTINGS)
