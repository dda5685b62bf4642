"""The shape of the code base, as tests."""

import ast
import os
import statistics
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PRODUCT = sorted(path for top in ("orps_core", "server/orps_server") for path in (ROOT / top).rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in PRODUCT}
LATE = {"orps_core/models.py"}
"""Imports of ours inside a function: an idle server does without what parses rules and replies."""

FENCES = {
    # Where the project's code and the candidates run, they may raise anything, and that is data.
    "orps_core/execute/harness/answering.py": 1,
    "orps_core/execute/harness/behaviour.py": 2,
    "orps_core/execute/harness/mutating.py": 1,
    "orps_core/execute/harness/returned.py": 1,
    "orps_core/execute/harness/bench.py": 1,
    "orps_core/execute/harness/clocking.py": 2,
    "orps_core/execute/harness/doctests.py": 1,
    "orps_core/execute/harness/gathering.py": 1,
    "orps_core/execute/harness/generating.py": 2,
    "orps_core/execute/harness/leaf.py": 1,
    "orps_core/execute/harness/lightly.py": 2,
    "orps_core/execute/harness/recording.py": 2,
    "orps_core/execute/harness/remaking.py": 1,
    "orps_core/execute/harness/sameness.py": 3,
    "orps_core/execute/harness/showing.py": 1,
    "orps_core/execute/harness/sifting.py": 1,
    "orps_core/execute/harness/unittests.py": 1,
    "orps_core/execute/harness/warming.py": 2,
    "orps_core/execute/harness/stepping.py": 2,
    "orps_core/execute/harness/strategies.py": 1,
    # The end of a harness process: whatever happened is reported before it goes.
    "orps_core/execute/harness/zygote.py": 2,
    # One message that cannot be taken must not end the session.
    "server/orps_server/transport.py": 1,
    # What computes beside us does not know why it fails: who asked computes it again, and meets it himself.
    "orps_core/execute/aside.py": 1,
    # The reader of a run gets whatever ended it.
    "orps_core/refine.py": 1,
    # A fault of ours ends one job of the server, with a word to the person, and no other.
    "server/orps_server/jobs.py": 1,
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def run(*command: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join((str(ROOT), str(ROOT / "server")))
    environment = {**os.environ, "PYTHONPATH": path}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_imports_go_one_way() -> None:
    code = "from importlinter.cli import lint_imports_command as go; go()"
    done = run(sys.executable, "-c", code, "--no-cache", "--no-logo")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_wheel_holds_the_two_packages_with_the_harness_and_nothing_else(tmp_path: Path) -> None:
    done = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"orps_core", "orps_server"}
    shipped = {path.removeprefix("server/") for path in TREES}
    assert shipped <= names
    assert {"orps_core/py.typed", "orps_server/py.typed"} <= names


def test_functions_are_short() -> None:
    lengths = {name: (node.end_lineno or 0) - node.lineno + 1 for name, node in functions()}
    assert {name: length for name, length in lengths.items() if length > 60} == {}
    assert statistics.quantiles(lengths.values(), n=10)[-1] <= 35


def test_files_are_small() -> None:
    lengths = {path: (ROOT / path).read_text(encoding="utf-8").count("\n") for path in TREES}
    assert {path: length for path, length in lengths.items() if length > 500} == {}
    assert statistics.median(lengths.values()) <= 120


def test_every_module_says_why_it_exists() -> None:
    assert [path for path, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_everything_is_annotated() -> None:
    bare = [
        name
        for name, node in functions()
        for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
        if argument.annotation is None and argument.arg not in {"self", "cls"}
    ]
    assert bare == []


def test_every_dataclass_is_frozen() -> None:
    decorators = [
        (f"{path} {node.name}", ast.unparse(each))
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for each in node.decorator_list
    ]
    assert [where for where, text in decorators if "dataclass" in text and "frozen=True" not in text] == []


def test_broad_handlers_stand_at_named_fences_only() -> None:
    found: dict[str, int] = {}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and _is_broad(node):
                found[path] = found.get(path, 0) + 1
    assert found == {path: FENCES.get(path, 0) for path in found}


def _is_broad(handler: ast.ExceptHandler) -> bool:
    """Catches everything and does not raise it again when it has cleaned up."""
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return False
    return handler.type is None or "Exception" in {
        node.id.removeprefix("Base") for node in ast.walk(handler.type) if isinstance(node, ast.Name)
    }


def test_whoever_waits_with_a_limit_can_be_cancelled() -> None:
    """Where an answer comes as it is cancelled, CPython 3.11's ``wait_for`` goes on with the answer."""
    assert [path for path, tree in TREES.items() if "asyncio.wait_for(" in ast.unparse(tree)] == []


def test_the_harness_needs_nothing_but_the_standard_library() -> None:
    outside = [
        f"{path}: {name}"
        for path, tree in TREES.items()
        if "/harness/" in path
        for node in ast.walk(tree)
        for name in _imported(node)
        if name.partition(".")[0] not in sys.stdlib_module_names
    ]
    assert outside == []


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []


def test_own_modules_are_imported_at_the_top_only() -> None:
    inside = [
        f"{name}: {ast.unparse(node)}"
        for name, function in functions()
        for node in ast.walk(function)
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("orps_"))
        if name.partition(":")[0] not in LATE
    ]
    assert inside == []


def test_only_the_command_lines_print() -> None:
    printing = {
        path
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    }
    others = {path for path in printing if not path.startswith("orps_core/commands/")}
    assert others <= {"server/orps_server/__main__.py"}
