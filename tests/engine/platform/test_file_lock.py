"""A lock is held against others until its holder is gone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.platform import file_lock


def test_whoever_has_it_alone_has_it_alone_and_several_may_share_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert not file_lock.is_locked(path)
    with file_lock.hold(path):
        assert file_lock.is_locked(path)
        with pytest.raises(BlockingIOError):
            file_lock.acquire(path)
        with pytest.raises(BlockingIOError):
            file_lock.acquire(path, shared=True)
        said = KeyError("somebody else has it")
        with pytest.raises(KeyError, match="somebody else has it"), file_lock.hold(path, refusal=said):
            pass
    assert not file_lock.is_locked(path)
    with file_lock.hold(path, shared=True), file_lock.hold(path, shared=True):
        assert not file_lock.is_locked(path), "nobody has it alone"
        with pytest.raises(BlockingIOError):
            file_lock.acquire(path)


def test_a_refusal_leaves_no_descriptor_behind(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with file_lock.hold(path):
        before = len([*Path("/proc/self/fd").iterdir()])
        for _ in range(5):
            with pytest.raises(BlockingIOError):
                file_lock.acquire(path)
        assert len([*Path("/proc/self/fd").iterdir()]) == before


@pytest.mark.process
def test_it_goes_with_the_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    code = (
        "import sys; from pathlib import Path; from engine.platform import file_lock;"
        "file_lock.acquire(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert file_lock.is_locked(path)
        holder.kill()
        holder.wait()
        with file_lock.hold(path, wait=True):
            pass
