"""What a wheel must carry: migrations, catalogue, weights and page are found without the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.test_container import context

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[1]

LOOK = """
import json, pathlib, tempfile
from importlib import resources
from engine.catalog.catalog import shipped_catalog
from engine.queue import migrate
from engine import settings
from engine.queue.local_dispatch import open_ledger
from engine.networks import thumbnails
from engine.networks.loading import load
import bot.playground, engine
folder = tempfile.mkdtemp(prefix="p-")
ledger = open_ledger(settings.load(data_dir=folder))
print(json.dumps({
    "engine": engine.__file__,
    "scripts": str(migrate.scripts()),
    "waiting": len(ledger.list_waiting()),
    "networks": list(shipped_catalog().networks()),
    "labels": len(load("pocket").labels),
    "places": len(shipped_catalog().labels("places365")),
    "thumbnails": thumbnails.read("lite2", "block6", 48) is not None,
    "page": "<html" in resources.files("bot.playground").joinpath("page/index.html").read_text("utf-8"),
}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of what the container is built from, unpacked as an installer does."""
    root = context(tmp_path_factory.mktemp("root"))
    dist, site = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(dist)]
    subprocess.run(build, cwd=root, check=True, capture_output=True)
    (wheel,) = dist.glob("pareidolia-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def test_an_installed_wheel_finds_all_its_files(installed: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, "-P", "-c", LOOK]
    done = subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["engine"].startswith(str(installed))
    assert found["scripts"].startswith(str(installed))
    assert found["waiting"] == 0
    assert "pocket" in found["networks"]
    assert found["labels"] > 100
    assert found["places"] == 365
    assert found["thumbnails"]
    assert found["page"]


def test_the_wheel_has_the_command_and_the_licences(installed: Path) -> None:
    (info,) = installed.glob("pareidolia-*.dist-info")
    assert "pareidolia = engine.cli.program:main" in (info / "entry_points.txt").read_text("utf-8")
    assert {path.name for path in (info / "licenses").iterdir()} == {"LICENSE", "NOTICE"}
    assert {path.name for path in installed.iterdir()} == {"bot", "engine", info.name}


def test_the_wheel_has_every_file_of_the_packages(installed: Path) -> None:
    def files(root: Path) -> set[str]:
        found = (path for name in ("bot", "engine") for path in (root / name).rglob("*") if path.is_file())
        return {str(path.relative_to(root)) for path in found if "__pycache__" not in path.parts}

    assert files(ROOT) - files(installed) == {"engine/training/judge.safetensors.xz"}  # only whoever trains needs it
    assert all(name.startswith("engine/queue/migrations/") for name in files(installed) - files(ROOT))


LARGEST = 15_000_000
"""Bytes of everything that a clone fetches for its newest commit."""


def release_notes(changelog: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / ".ci" / "release-notes"], input=changelog, capture_output=True, text=True)


@pytest.mark.parametrize("heading", ["Unreleased", "0.2.0", "0.2.0 (2026-12-01)"])
def test_a_release_says_what_is_new_in_it_and_no_more(heading: str) -> None:
    newest = "- One thing,\n  over two lines; `code` and $HOME stay.\n\n### Removed\n\n- Another.\n"
    said = release_notes(f"# Changelog\n\nThe newest stands first.\n\n## {heading}\n\n{newest}\n## 0.1.0\n\n- Old.\n")
    assert (said.stdout, said.stderr) == (newest, "")
    only = release_notes(f"# Changelog\n\n## {heading}\n\n{newest}")
    assert only.stdout == newest, "the first release"
    ours = release_notes((ROOT / "CHANGELOG.md").read_text("utf-8"))
    assert ours.stdout.startswith("- ")


@pytest.mark.parametrize(
    "changelog", ["", "# Changelog\n\n- Said above every section.\n", "# Changelog\n\n## 0.2.0\n\n## 0.1.0\n"]
)
def test_a_release_without_anything_new_is_refused(changelog: str) -> None:
    said = release_notes(changelog)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("The changelog says nothing new")


def test_the_workflow_of_a_release_takes_these_notes() -> None:
    assert ".ci/release-notes < CHANGELOG.md > notes.md" in (ROOT / ".github/workflows/release.yml").read_text("utf-8")


def test_the_repository_stays_small() -> None:
    if (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = (path for name in ("bot", "docs", "engine", "migrations", "tests") for path in (ROOT / name).rglob("*"))
        paths = [path for path in found if "__pycache__" not in path.parts]
    assert paths
    sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in paths if path.is_file()}
    largest = sorted(sizes, key=lambda name: -sizes[name])[:10]
    assert sum(sizes.values()) < LARGEST, {name: sizes[name] for name in largest}


WINDOWS = """
import sys
sys.platform = "win32"
import {module}
"""


@pytest.mark.parametrize(
    "module", ["engine.cli.commands", "engine.cli.program", "bot.app", "bot.playground.__main__", "engine.settings"]
)
def test_windows_is_told_in_one_sentence(module: str) -> None:
    code = WINDOWS.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr == "Pareidolia runs on Linux and macOS. On Windows run it in WSL or Docker; README.md says how.\n"
    )
    assert "WSL" in (ROOT / "README.md").read_text("utf-8")
