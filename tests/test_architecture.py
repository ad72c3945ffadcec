"""What may never exist (docs/design: the never-list), held over every file of `bot` and `engine`."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "engine").rglob("*.py")])
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "manager", "base", "handler"}
TORCH_SIDE = ("networks", "objectives", "passes", "canvas", "ascent", "recipes", "training", "paintings")
TORCH_SIDE_MAY = {"torch", "torchvision", "numpy", "PIL", "safetensors", "pydantic"}
TRAINING_MAY = {"skimage", "resvg_py"}  # the extra `training`, imported inside functions
SHARED_FOR_TORCH_SIDE = {
    "engine.params", "engine.catalog.catalog", "engine.errors", "engine.files.picture_size", "engine.platform.units",
    "engine.platform.atomic_file", "engine.platform.file_lock", "engine.notes", "engine.classification_sentence",
}  # fmt: skip
SHARED = (
    "engine.queue", "engine.files", "engine.catalog", "engine.platform", "engine.params", "engine.settings",
    "engine.settings_file", "engine.logs", "engine.errors", "engine.notes", "engine.classification_sentence",
    "engine.video",
)  # fmt: skip
"""What of the engine the bot imports, too."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
CALLS_AT_IMPORT = {"open", "read_text", "read_bytes", "write_text", "mkdir", "connect", "urlopen", "getenv"}


def module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def typing_only(path: Path) -> set[int]:
    """Lines inside `if TYPE_CHECKING`: names for the reader, not imports."""
    blocks = [n for n in ast.walk(tree(path)) if isinstance(n, ast.If) and "TYPE_CHECKING" in ast.dump(n.test)]
    return {line for block in blocks for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)}


@cache
def modules() -> frozenset[str]:
    return frozenset(module(path) for path in FILES)


@cache
def imports(path: Path, typing: bool = False) -> frozenset[str]:
    """Every module a file imports at run time, also inside functions; perhaps also those for type checkers."""
    found: set[str] = set()
    known = modules()
    skipped = set() if typing else typing_only(path)
    for node in ast.walk(tree(path)):
        if getattr(node, "lineno", None) in skipped:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            source = node.module or ""
            found |= {f"{source}.{a.name}" if f"{source}.{a.name}" in known else source for a in node.names}
    return frozenset(found)


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def files_of(*packages: str) -> Iterator[Path]:
    return (path for path in FILES if under(module(path), *packages))


def offences(packages: tuple[str, ...], forbidden: tuple[str, ...], but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{module(path)} imports {name}"
        for path in files_of(*packages)
        if not under(module(path), *but)
        for name in sorted(imports(path))
        if under(name, *forbidden)
    ]


def test_engine_never_imports_bot() -> None:
    assert offences(("engine",), ("bot",)) == []


def test_bot_never_imports_torch_or_more_of_the_engine_than_is_shared() -> None:
    assert offences(("bot",), ("torch", "torchvision", "numpy")) == []
    behind = [line for line in offences(("bot",), ("engine",)) if not under(line.split(" imports ")[1], *SHARED)]
    assert behind == []


def test_what_is_shared_imports_neither_torch_nor_discord_nor_the_rest_of_the_engine() -> None:
    assert offences(SHARED, ("torch", "torchvision", "discord")) == []
    further = [line for line in offences(SHARED, ("engine",)) if not under(line.split(" imports ")[1], *SHARED)]
    assert further == []


def test_no_modules_and_no_packages_import_each_other_in_a_circle() -> None:
    """Packages are the folders of bot and engine; imports for type checkers count, too."""
    graph = {module(path): {name for name in imports(path, typing=True) if name != module(path)} for path in FILES}
    assert circles(graph) == []
    packages: dict[str, set[str]] = {}
    for name, found in graph.items():
        packages.setdefault(package(name), set()).update(package(one) for one in found)
    assert circles({name: found - {name} for name, found in packages.items()}) == []


def package(name: str) -> str:
    """The folder of a module, one below bot or engine; a file that lies there directly stands for itself."""
    return ".".join(name.split(".")[:2])


def circles(graph: dict[str, set[str]]) -> list[str]:
    """What cannot be put into an order, if anything."""
    try:
        list(TopologicalSorter({name: found & graph.keys() for name, found in graph.items()}).static_order())
    except CycleError as error:
        return [str(one) for one in error.args[1]]
    return []


def test_recipes_never_import_ledger_blobs_or_encoders() -> None:
    assert offences(("engine.recipes",), ("engine.queue.ledger", "engine.files.blobs", "engine.encoders")) == []


def test_objectives_never_import_networks_or_canvas() -> None:
    assert offences(("engine.objectives",), ("engine.networks", "engine.canvas")) == []


def test_views_never_import_cogs() -> None:
    assert offences(("bot.views",), ("bot.cogs",)) == []


@pytest.mark.parametrize("package", ["bot.cogs", "engine.recipes"])
def test_siblings_never_import_each_other(package: str) -> None:
    pairs = [line for line in offences((package,), (package,)) if not line.startswith(f"{package} imports")]
    assert pairs == []


def test_discord_stays_out_of_what_does_not_need_it() -> None:
    quiet = ("bot.requests.downloader", "bot.requests.submission", "bot.requests.quota", "bot.store")
    assert offences(quiet, ("discord",)) == []


def test_the_playground_speaks_the_wire_protocol_only() -> None:
    outside = [name for name in offences(("bot.playground",), ("bot", "engine", "discord")) if "bot.playground" not in
               name.split(" imports ")[1]]  # fmt: skip
    assert outside == []


def test_the_environment_is_read_in_settings_only() -> None:
    def reads(path: Path) -> bool:
        return any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv") for node in ast.walk(tree(path))
        )

    hands_it_on = "bot.playground.bot_process"  # to the bot that it starts, without looking at it
    assert {module(path) for path in FILES if reads(path)} <= {"engine.settings", hands_it_on}


def test_nothing_is_read_or_opened_at_import() -> None:
    found = []
    for path in FILES:
        for statement in tree(path).body:
            if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.If):
                continue
            for node in ast.walk(statement):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in CALLS_AT_IMPORT:
                    found.append(f"{module(path)}:{node.lineno} {name}")
    assert found == []


def test_no_pickle_and_no_unsafe_torch_load() -> None:
    assert offences(("bot", "engine"), ("pickle", "dill", "joblib", "shelve")) == []
    for path in FILES:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "torch.load":
                safe = any(k.arg == "weights_only" and ast.unparse(k.value) == "True" for k in node.keywords)
                assert safe, f"{module(path)}:{node.lineno}"


def test_no_module_changes_its_own_names() -> None:
    """What changes belongs to somebody who was made: two of a kind in one process do not see each other."""
    rebinds = [path for path in FILES for node in ast.walk(tree(path)) if isinstance(node, ast.Global)]
    assert [module(path) for path in rebinds] == []


def test_only_what_may_be_made_without_settings_takes_the_catalogue_of_the_package() -> None:
    """Whoever has settings hands on theirs; else networks of one's own would be unknown there."""
    takers = [module(path) for path in FILES if "shipped_catalog()" in path.read_text("utf-8")]
    assert sorted(takers) == [
        "engine.benchmark.cases", "engine.catalog.catalog", "engine.networks.loading", "engine.queue.ledger",
        "engine.runtime", "engine.training.classes",
    ]  # fmt: skip


def test_nothing_that_is_frozen_is_changed() -> None:
    """Params and other frozen values are made whole: what follows from an option is filled in before there is one."""
    assert [module(path) for path in FILES if "object.__setattr__" in path.read_text("utf-8")] == []


def test_the_torch_side_runs_where_nothing_else_is_installed() -> None:
    found = []
    for part in TORCH_SIDE:
        own = tuple(f"engine.{name}" for name in TORCH_SIDE)
        for path in files_of(f"engine.{part}"):
            may = TORCH_SIDE_MAY | (TRAINING_MAY if part == "training" else set())
            for name in imports(path):
                top = name.split(".")[0]
                fine = top in may or top in sys.stdlib_module_names or name in SHARED_FOR_TORCH_SIDE
                if not (fine or under(name, *own) or name == "engine.runtime"):
                    found.append(f"{module(path)} imports {name}")
    assert found == []


def test_names_say_what_a_file_is_about() -> None:
    assert [module(path) for path in FILES if path.stem in FORBIDDEN_NAMES] == []


def test_every_module_begins_with_what_it_is() -> None:
    assert [module(path) for path in FILES if not ast.get_docstring(tree(path))] == []


def test_no_function_is_named_by_a_bare_participle() -> None:
    """`resize(frame)` does something and `size_of(frame)` returns something; `sized(frame)` might be either."""
    functions = [(path, node) for path in FILES for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
    names = [(module(path), node.name) for path, node in functions if not _is_property(node)]
    assert [(where, name) for where, name in names if is_participle(name)] == []


def is_participle(name: str) -> bool:
    word = name.strip("_")
    return "_" not in word and word.endswith("ed") and word not in {"embed", "exceed", "feed", "need", "seed", "speed"}


def _is_property(node: ast.AST) -> bool:
    """Which may be an adjective, as in `picture.animated`."""
    return any("property" in ast.unparse(one) for one in getattr(node, "decorator_list", ()))


def test_functions_are_short() -> None:
    functions = [node for path in FILES for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
    lines = [(node.end_lineno or 0) - node.lineno + 1 for node in functions]
    assert 5 <= statistics.median(lines) <= 12
    assert max(lines) <= 45


def test_a_file_that_is_long_says_why() -> None:
    long = [path for path in FILES if len(path.read_text("utf-8").splitlines()) > 350]
    assert [
        module(path) for path in long if "Longer than most files:" not in (ast.get_docstring(tree(path)) or "")
    ] == []


def test_a_participle_would_be_seen() -> None:
    named = ["sized", "_counted", "seed", "connected_clients", "resize"]
    assert [is_participle(name) for name in named] == [True, True, False, False, False]


def test_a_breach_would_be_seen(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f():\n    import torch.nn\n    from bot.gateway import client\n")
    assert imports(bad) == {"torch.nn", "bot.gateway.client"}
