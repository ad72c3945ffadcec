"""The tier of `make test-quick`: what needs no torch, starts no process and opens no browser.

Files that import torch, or a room of ours that does, are not even collected; tests that start processes say so by the
mark `process`. Both are enforced: what gets in regardless fails with a sentence.
"""

from __future__ import annotations

import ast
import functools
import sys
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Final

import pytest

LEFT_OUT: Final = ("process", "browser", "torch", "slow")
TORCH_ROOMS: Final = (
    "ascent", "canvas", "encoders", "gallery", "judge", "networks", "objectives", "recipes", "training",
)  # fmt: skip
TORCH_FILES: Final = ("cli", "runtime", "worker")
TESTS: Final = Path(__file__).resolve().parent
HEAVY: Final = frozenset(
    {"torch", "torchvision", "skimage", "playwright", "efficientnet_lite_pytorch"}
    | {f"engine.{name}" for name in (*TORCH_ROOMS, *TORCH_FILES)}
)
STARTS: Final = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec")
"""Events of Python's audit hooks (PEP 578)."""


def heavy(path: Path) -> bool:
    """Whether a test file, or what the tests of a folder share, imports torch or a room that does."""
    source = path / "conftest.py" if path.is_dir() else path
    return source.suffix == ".py" and source.exists() and _is_heavy(source)


@functools.cache
def _is_heavy(source: Path) -> bool:
    """By its own imports, or by those of the files of tests that it imports."""
    names = _imports(source)
    others = (TESTS.parent.joinpath(*name.split(".")).with_suffix(".py") for name in names if name.startswith("tests."))
    return bool(names & HEAVY) or any(_is_heavy(other) for other in others if other.exists())


def _imports(path: Path) -> set[str]:
    """Modules named by the imports of a file's top level, and the packages of them."""
    found: set[str] = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {".".join(name.split(".")[:depth]) for name in found for depth in (1, 2)}


def leaves_out(item: pytest.Item) -> bool:
    """Whether a test is marked as one of another tier."""
    return any(item.get_closest_marker(name) for name in LEFT_OUT)


class _NoTorch(MetaPathFinder):
    """Refuses torch."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if fullname == "torch":
            raise AssertionError("torch is imported in the quick tier: give the file its import at the top")
        return None


def forbid() -> None:
    """From now on this process can neither import torch nor start another process."""
    sys.meta_path.insert(0, _NoTorch())
    sys.addaudithook(_no_process)


def _no_process(event: str, arguments: object) -> None:
    if event in STARTS:
        raise AssertionError("a process is started in the quick tier: mark the test with pytest.mark.process")
