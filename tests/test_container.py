"""The container and what goes into it, read as text, since tests have no container engine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
DEV_LOCK = (ROOT / "requirements-dev.lock").read_text("utf-8")


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


def packages(lock: str) -> dict[str, str]:
    """Version by name."""
    return dict(re.findall(r"^([\w.-]+)==([^ ]+)", lock, re.MULTILINE))


def names(wanted: list[str]) -> set[str]:
    """The distributions of requirements, as locks write them."""
    return {re.split(r"[^\w.-]", one)[0].lower().replace(".", "-") for one in wanted}


@pytest.mark.parametrize("lock", [LOCK, DEV_LOCK], ids=["run", "dev"])
def test_every_package_is_locked_by_hash(lock: str) -> None:
    assert "--require-hashes" in DOCKERFILE
    entries = re.split(r"\n(?=[a-z])", lock)
    assert len(entries) > 30
    assert [one.split()[0] for one in entries if "--hash=sha256:" not in one] == []


def test_every_dependency_is_in_its_lock_and_no_test_tool_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    assert names(project["dependencies"]) - set(packages(LOCK)) == set()
    assert names([*project["dependencies"], *extras]) - set(packages(DEV_LOCK)) == set()
    assert names(extras) & set(packages(LOCK)) == set()
    for tool in ("pytest", "mypy", "ruff", "playwright", "hypothesis", "psycopg"):
        assert tool not in packages(LOCK)
    assert "requirements.lock" in DOCKERFILE
    assert "dev" not in DOCKERFILE


def test_both_locks_name_the_same_versions() -> None:
    assert packages(LOCK).items() <= packages(DEV_LOCK).items()


def test_no_proxy_stands_between_the_container_and_its_health() -> None:
    assert "ProxyHandler({})" in DOCKERFILE
