"""The container and what goes into it, read as text, since tests have no container engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


def test_the_bot_is_nobody_in_its_container() -> None:
    instructions = re.findall(r"^(\w+) (.*)", DOCKERFILE, re.MULTILINE)
    names = [name for name, _ in instructions]
    assert ("USER", "dreamer") in instructions
    assert names.index("USER") < names.index("CMD")
    assert "ADD" not in names
    for line in ('user: "1000:1000"', "read_only: true", "cap_drop: [ALL]", "- no-new-privileges:true", "pids_limit:"):
        assert re.search(rf"^ +{re.escape(line)}", COMPOSE, re.MULTILINE), line
    assert "privileged" not in COMPOSE
    assert "docker.sock" not in COMPOSE
    assert "ports:" not in COMPOSE, "nothing listens for the outside"


def test_its_log_is_bounded() -> None:
    """Docker's own default keeps everything for ever."""
    assert re.search(r"^    logging:\n +driver: json-file\n +options: {max-size: 10m, max-file: \"4\"}", COMPOSE, re.M)


def test_no_secret_is_built_in() -> None:
    for text in (DOCKERFILE, COMPOSE):
        assert not re.search(r"[\w-]{18,}\.[\w-]{6}\.[\w-]{27,}", text)
    assert "TOKEN" not in DOCKERFILE


def test_its_health_is_asked_where_the_bot_serves_it() -> None:
    port = re.search(r"PAREIDOLIA_METRICS_PORT=(\d+)", DOCKERFILE)
    assert port
    assert f"http://127.0.0.1:{port[1]}/healthz" in DOCKERFILE


def test_every_package_is_locked_by_hash() -> None:
    assert "--require-hashes" in DOCKERFILE
    packages = re.split(r"\n(?=[a-z])", LOCK)
    assert len(packages) > 50
    assert [one.split()[0] for one in packages if "--hash=sha256:" not in one] == []


def test_every_dependency_is_in_the_lock() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    locked = {match.lower() for match in re.findall(r"^([\w.-]+)==", LOCK, re.MULTILINE)}
    names = {re.match(r"[\w.-]+", one)[0].lower() for one in wanted}  # type: ignore[index]
    assert {name for name in names if name not in locked and name.replace(".", "-") not in locked} == set()
